#include "check.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pki.h"

const struct protocol TLS12 = { "TLSv1.2", TLS1_2_VERSION };
const struct protocol TLS13 = { "TLSv1.3", TLS1_3_VERSION };

bool is_tls13(const struct protocol *protocol)
{
    return protocol->version == TLS1_3_VERSION;
}

/* After this time a test counts as hung. */
enum {
    TEST_SECONDS = 60
};

static void call(const struct test *test, const struct protocol *protocol)
{
    if (test->each != NULL)
        test->each(protocol);
    else
        test->once();
}

static bool run_in_child(const struct test *test, const struct protocol *protocol)
{
    const char *version = test->each != NULL ? protocol->name : "";
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child < 0) {
        perror("fork");
        return false;
    }
    if (child == 0) {
        alarm(TEST_SECONDS);
        call(test, protocol);
        exit(EXIT_SUCCESS);
    }
    while (waitpid(child, &status, 0) < 0)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        printf("ok      %s %s\n", test->name, version);
        return true;
    }
    printf("FAILED  %s %s (%s %d)\n", test->name, version,
           WIFSIGNALED(status) ? "signal" : "exit",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

/* In this process, so that a debugger sees it; both versions need two. */
static bool run_one(const struct test *test, const char *version)
{
    if (test->each != NULL && version == NULL)
        return run_in_child(test, &TLS12) & run_in_child(test, &TLS13);
    call(test, version != NULL && strcmp(version, TLS13.name) == 0 ? &TLS13 : &TLS12);
    printf("ok      %s\n", test->name);
    return true;
}

/*
 * A library that could not be preloaded is only a warning of the loader's, and every
 * test would pass on the other one: TESTED_LIBSSL names the file that must be in use.
 */
void check_library_in_use(void)
{
    const char *wanted = getenv("TESTED_LIBSSL");
    void *function = dlsym(RTLD_DEFAULT, "SSL_new");
    char *wanted_path, *path;
    Dl_info place;

    if (wanted == NULL)
        return;
    CHECK(function != NULL && dladdr(function, &place) != 0);
    wanted_path = realpath(wanted, NULL);
    path = realpath(place.dli_fname, NULL);
    CHECK_STR(path, wanted_path);
    free(wanted_path);
    free(path);
}

bool on_reprise(void)
{
    return getenv("TESTED_LIBSSL") != NULL;
}

int run_tests(const struct test *tests, int argc, char **argv)
{
    int failures = 0;

    check_library_in_use();
    /* What nearly every test needs is made once, before the children are. */
    pki_server();
    for (const struct test *test = tests; test->name != NULL; test++) {
        if (argc > 1) {
            if (strcmp(test->name, argv[1]) == 0)
                return run_one(test, argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
            continue;
        }
        failures += !run_in_child(test, &TLS12);
        if (test->each != NULL)
            failures += !run_in_child(test, &TLS13);
    }
    if (argc > 1) {
        fprintf(stderr, "there is no test called %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    printf("%d failed\n", failures);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
    ERR_print_errors_fp(stderr);
    fflush(NULL);
    exit(EXIT_FAILURE);
}

void check_eq(const char *file, int line, const char *what, long long got,
              long long want)
{
    if (got == want)
        return;
    fprintf(stderr, "got %lld, want %lld\n", got, want);
    check_failed(file, line, what);
}

void check_str(const char *file, int line, const char *what, const char *got,
               const char *want)
{
    if (got != NULL && want != NULL && strcmp(got, want) == 0)
        return;
    fprintf(stderr, "got \"%s\", want \"%s\"\n", got != NULL ? got : "(NULL)",
            want != NULL ? want : "(NULL)");
    check_failed(file, line, what);
}

static void print_hex(const char *title, const unsigned char *bytes, size_t len)
{
    fprintf(stderr, "%s (%zu bytes)", title, len);
    for (size_t i = 0; i < len && i < 1024; i++)
        fprintf(stderr, "%s%02x", i % 32 == 0 ? "\n  " : "", bytes[i]);
    fprintf(stderr, "\n");
}

void check_mem(const char *file, int line, const char *what, const void *got,
               size_t got_len, const void *want, size_t want_len)
{
    if (got_len == want_len && (got_len == 0 || memcmp(got, want, got_len) == 0))
        return;
    print_hex("got", got, got_len);
    print_hex("want", want, want_len);
    check_failed(file, line, what);
}

void check_reason(const char *file, int line, const char *what, int reason)
{
    unsigned long code, others[8];
    size_t count = 0;
    char text[256];

    while ((code = ERR_get_error()) != 0) {
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == reason) {
            ERR_clear_error();
            return;
        }
        if (count < sizeof(others) / sizeof(others[0]))
            others[count++] = code;
    }
    for (size_t i = 0; i < count; i++) {
        ERR_error_string_n(others[i], text, sizeof(text));
        fprintf(stderr, "on the queue: %s\n", text);
    }
    check_failed(file, line, what);
}

void check_no_error(const char *file, int line)
{
    if (ERR_peek_error() != 0)
        check_failed(file, line, "the error queue is empty");
}
