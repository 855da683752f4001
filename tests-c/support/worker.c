#include "worker.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    USUAL_SECONDS = 20,
    MOST_ARGUMENTS = 16
};

const enum library LIBRARIES[2] = { SYSTEM, OTHER };

const char *library_name(enum library library)
{
    return library == SYSTEM ? "system" : "other";
}

/* In the child: never returns. */
static void become_worker(enum library library, char **arguments)
{
    const char *path = getenv("OTHER_LIBSSL");

    if (library == OTHER && path != NULL) {
        setenv("LD_PRELOAD", path, 1);
        setenv("TESTED_LIBSSL", path, 1);
    }
    execv("/proc/self/exe", arguments);
    _exit(127);
}

pid_t worker_start(enum library library, const char *argument, ...)
{
    char *arguments[MOST_ARGUMENTS] = { "worker", "worker" };
    size_t count = 2;
    va_list rest;
    pid_t child;

    va_start(rest, argument);
    for (; argument != NULL; argument = va_arg(rest, const char *)) {
        CHECK(count + 1 < MOST_ARGUMENTS);
        arguments[count++] = (char *)argument;
    }
    va_end(rest);
    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0)
        become_worker(library, arguments);
    return child;
}

int worker_wait(pid_t worker)
{
    int status = 0;

    while (waitpid(worker, &status, 0) < 0)
        ;
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void worker_begin(void)
{
    const char *seconds = getenv("WORKER_SECONDS");

    alarm(seconds == NULL ? USUAL_SECONDS : (unsigned)atoi(seconds));
    /* A peer that has failed is an error, not the end. */
    signal(SIGPIPE, SIG_IGN);
    check_library_in_use();
}

static char directory[300];
static pid_t owner;

static void remove_directory(void)
{
    DIR *entries;
    struct dirent *entry;

    if (owner != getpid() || (entries = opendir(directory)) == NULL)
        return;
    while ((entry = readdir(entries)) != NULL)
        unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
    rmdir(directory);
}

const char *new_directory(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(directory, sizeof(directory), "%.250s/reprise-XXXXXX",
             parent != NULL ? parent : "/tmp");
    CHECK(mkdtemp(directory) != NULL);
    owner = getpid();
    atexit(remove_directory);
    return directory;
}

static FILE *open_file(const char *place, const char *name, const char *mode)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", place, name);
    file = fopen(path, mode);
    if (file == NULL)
        perror(path);
    return file;
}

void write_file(const char *place, const char *name, const void *bytes, size_t length)
{
    FILE *file = open_file(place, name, "wb");

    CHECK(file != NULL);
    CHECK_EQ(fwrite(bytes, 1, length, file), length);
    CHECK_EQ(fclose(file), 0);
}

unsigned char *read_file(const char *place, const char *name, size_t *length)
{
    enum {
        MOST = 1 << 24
    };
    FILE *file = open_file(place, name, "rb");
    unsigned char *bytes = malloc(MOST);

    CHECK(file != NULL && bytes != NULL);
    *length = fread(bytes, 1, MOST, file);
    CHECK(*length < MOST);
    fclose(file);
    return bytes;
}
