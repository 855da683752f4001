/* tls: measures the libssl that it is started with, and prints lines "name value unit".
 *
 * Lines that begin with '#' say what was measured: the library's file, and what was negotiated. */
#include "awslc.h"
#include "support.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const struct measure *measures;
} parts[] = {
    { "handshake", handshake_measures },
    { "bulk", bulk_measures },
    { "memory", memory_measures },
    { "session", session_measures },
#if !IS_AWSLC
    { "cache", cache_measures },
#endif
    { "start", start_measures },
};

static const char usage[] =
    "usage: tls [--seconds S] [--key ecdsa|rsa] [--verify peer|none] [--terms alike|own] [--sides] NAME...\n"
    "       tls --count N [--step FILE [--threads]] NAME\n"
    "       tls --list [NAME...]\n"
    "NAME is a part (handshake, bulk, memory, session, cache, start) or a measure; without one, all.\n"
    "  --seconds S   measure each thing for S seconds (0.3)\n"
    "  --key K       kind of the server's key: ECDSA on P-256, or RSA with 2048 bits\n"
    "  --verify V    peer: the client verifies chain and host name; none: it does not\n"
    "  --terms T     alike: AES-128-GCM and X25519; own: the library's choice\n"
    "  --sides       also print the microseconds of client and server in a handshake\n"
    "  --count N     do N operations, not for time but to be counted by callgrind\n"
    "  --step FILE   count by single steps, and write to FILE what each instruction did\n"
    "  --threads     step on two threads, with the same contexts (resumed handshakes only)\n";

static int is_wanted(const char *part, const char *measure, char **names)
{
    if (*names == NULL)
        return 1;
    for (; *names != NULL; names++)
        if (strcmp(*names, part) == 0 || strcmp(*names, measure) == 0)
            return 1;
    return 0;
}

static int is_known(const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (const struct measure *m = parts[i].measures; m->name != NULL; m++)
            if (strcmp(name, parts[i].name) == 0 || strcmp(name, m->name) == 0)
                return 1;
    return 0;
}

/* Which file the calls go to. dlsym() and not the address itself, which may be a stub in this program. */
static void print_library(void)
{
#if IS_AWSLC
    puts("# library: AWS-LC");
#else
    void *function = dlsym(RTLD_DEFAULT, "SSL_CTX_new");
    Dl_info info;

    REQUIRE(function != NULL && dladdr(function, &info) != 0 && info.dli_fname != NULL);
    printf("# library: %s\n", info.dli_fname);
#endif
    fflush(stdout);
}

static void run_measures(int only_list, char **names)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (const struct measure *m = parts[i].measures; m->name != NULL; m++) {
            if (!is_wanted(parts[i].name, m->name, names))
                continue;
            if (only_list)
                puts(m->name);
            else
                m->run(m);
        }
}

static _Noreturn void bad_usage(void)
{
    fputs(usage, stderr);
    exit(2);
}

/* The option's value if it is one of the two words: 0 for the first, 1 for the second. */
static int choice(const char *value, const char *first, const char *second)
{
    if (strcmp(value, first) == 0)
        return 0;
    if (strcmp(value, second) != 0)
        bad_usage();
    return 1;
}

int main(int argc, char **argv)
{
    int child = NO_CHILD, only_list = 0, i;

    for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        int takes_value = 1;

        if (strcmp(argv[i], "--seconds") == 0)
            options.seconds = strtod(value, NULL);
        else if (strcmp(argv[i], "--count") == 0)
            options.count = strtol(value, NULL, 10);
        else if (strcmp(argv[i], "--key") == 0)
            options.key = choice(value, "ecdsa", "rsa") ? KEY_RSA : KEY_ECDSA;
        else if (strcmp(argv[i], "--verify") == 0)
            options.verify = !choice(value, "peer", "none");
        else if (strcmp(argv[i], "--terms") == 0)
            options.own_terms = choice(value, "alike", "own");
        else if (strcmp(argv[i], "--step") == 0)
            options.step = value;
        else if (strcmp(argv[i], "--threads") == 0)
            options.threads = 1, takes_value = 0;
        else if (strcmp(argv[i], "--child") == 0)
            child = choice(value, "context", "connection") ? CONNECTION : CONTEXT;
        else if (strcmp(argv[i], "--sides") == 0)
            options.sides = 1, takes_value = 0;
        else if (strcmp(argv[i], "--list") == 0)
            only_list = 1, takes_value = 0;
        else
            bad_usage();
        i += takes_value;
    }
    /* Before anything else: in a fresh process libssl must not have been used yet. */
    if (child != NO_CHILD)
        return start_child(child);
    if (options.seconds <= 0 || options.count < 0 || (options.step != NULL && options.count == 0))
        bad_usage();
    if (options.threads && options.step == NULL)
        bad_usage();
    for (int name = i; name < argc; name++)
        if (!is_known(argv[name]))
            bad_usage();
    if (!only_list)
        print_library();
    run_measures(only_list, argv + (i < argc ? i : argc));
    return 0;
}
