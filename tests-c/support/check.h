/*
 * Assertions and the runner of a test program.
 *
 * A test is a function without result. A failed check prints the expression,
 * its place and the error queue, and ends the test's process. Each test runs in
 * its own child process, so that a crash or a failure leaves the others alone.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
#define CHECK_NORETURN [[noreturn]]
extern "C" {
#else
#define CHECK_NORETURN _Noreturn
#endif

/* The protocol versions that a test may be run over. */
struct protocol {
    const char *name; /* as SSL_get_version() says it */
    int version;      /* TLS1_2_VERSION or TLS1_3_VERSION */
};

extern const struct protocol TLS12;
extern const struct protocol TLS13;

bool is_tls13(const struct protocol *protocol);

struct test {
    const char *name;
    void (*once)(void);
    void (*each)(const struct protocol *);
};

/* A test that is run once, and one that is run over TLS 1.2 and TLS 1.3. */
/* clang-format off */
#define TEST(function) { #function, function, NULL }
#define TEST_EACH(function) { #function, NULL, function }
/* clang-format on */

/* `program` runs all tests; `program NAME [VERSION]` one, in this very process
 * unless it is to run over both versions. */
#define TEST_MAIN(...)                                               \
    int main(int argc, char **argv)                                  \
    {                                                                \
        static const struct test tests[] = { __VA_ARGS__,            \
                                             { NULL, NULL, NULL } }; \
        return run_tests(tests, argc, argv);                         \
    }

int run_tests(const struct test *tests, int argc, char **argv);

/* The library that TESTED_LIBSSL names, if it is set, is the one in use. */
void check_library_in_use(void);

/* The library under test is Reprise. Only for what docs/differences.md lists. */
bool on_reprise(void);

#define CHECK(expression)                                  \
    do {                                                   \
        if (!(expression))                                 \
            check_failed(__FILE__, __LINE__, #expression); \
    } while (0)

/* Integers of any type. */
#define CHECK_EQ(got, want)                                           \
    check_eq(__FILE__, __LINE__, #got " == " #want, (long long)(got), \
             (long long)(want))

#define CHECK_STR(got, want) \
    check_str(__FILE__, __LINE__, #got " is " #want, (got), (want))

#define CHECK_MEM(got, got_len, want, want_len)                                \
    check_mem(__FILE__, __LINE__, #got " is " #want, (got), (got_len), (want), \
              (want_len))

/* The error queue holds an error of libssl with this reason; the queue is emptied. */
#define CHECK_REASON(reason) \
    check_reason(__FILE__, __LINE__, #reason, (reason))

/* The error queue is empty. */
#define CHECK_NO_ERROR() check_no_error(__FILE__, __LINE__)

CHECK_NORETURN void check_failed(const char *file, int line, const char *what);
void check_eq(const char *file, int line, const char *what, long long got,
              long long want);
void check_str(const char *file, int line, const char *what, const char *got,
               const char *want);
void check_mem(const char *file, int line, const char *what, const void *got,
               size_t got_len, const void *want, size_t want_len);
void check_reason(const char *file, int line, const char *what, int reason);
void check_no_error(const char *file, int line);

#ifdef __cplusplus
}
#endif

#endif
