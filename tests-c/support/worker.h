/*
 * Parts of a test as processes, each on the library that the test names: the
 * system's libssl, or the one of OTHER_LIBSSL (Reprise; without it the system's again).
 * They hand things to each other in files, in a directory that goes when the test ends.
 */
#ifndef WORKER_H
#define WORKER_H

#include <sys/types.h>

#include "check.h"

enum library {
    SYSTEM,
    OTHER
};

extern const enum library LIBRARIES[2];

/* For messages. */
const char *library_name(enum library library);

/* Starts this program with the arguments `worker`, ..., NULL. */
pid_t worker_start(enum library library, const char *argument, ...);
/* The worker's exit status. When it was ended by a signal the test fails. */
int worker_wait(pid_t worker);

/* `main` of such a program: a worker, or the tests. */
#define WORKER_MAIN(worker, ...)                                     \
    int main(int argc, char **argv)                                  \
    {                                                                \
        static const struct test tests[] = { __VA_ARGS__,            \
                                             { NULL, NULL, NULL } }; \
        if (argc > 1 && strcmp(argv[1], "worker") == 0) {            \
            worker_begin();                                          \
            return worker(argc - 2, argv + 2);                       \
        }                                                            \
        return run_tests(tests, argc, argv);                         \
    }

/* Ends the worker when it hangs; makes sure of its library. */
void worker_begin(void);

/* A new directory, deleted with all that is in it when the process exits. */
const char *new_directory(void);

/* Whole files, in that directory or another; what is read is the caller's to free. */
void write_file(const char *directory, const char *name, const void *bytes, size_t length);
unsigned char *read_file(const char *directory, const char *name, size_t *length);

#endif
