/* What a program waits for when it starts: each figure is taken in fresh processes. */
#include "support.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Microseconds for the first call into libssl. */
static double first_context(void)
{
    double start = wall_seconds();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    double end = wall_seconds();

    REQUIRE(context != NULL);
    SSL_CTX_free(context);
    return (end - start) * 1e6;
}

/* Microseconds until the first connection stands, with the contexts of both ends. The certificates
 * are there already, so libcrypto has been used before. */
static double first_connection(void)
{
    struct pair pair;

    identity_get();
    double start = wall_seconds();
    SSL_CTX *client = client_context(TLS1_3_VERSION), *server = server_context(TLS1_3_VERSION);
    pair_open(&pair, client, server, NULL);
    pair_handshake(&pair);
    double end = wall_seconds();
    pair_close(&pair);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    return (end - start) * 1e6;
}

int start_child(enum start what)
{
    printf("%.3f\n", what == CONTEXT ? first_context() : first_connection());
    return 0;
}

/* Runs this program again, and returns the number that it prints. */
static double ask_fresh_process(int what)
{
    char *arguments[] = { "tls",
                          "--child",
                          what == CONTEXT ? "context" : "connection",
                          "--key",
                          options.key == KEY_RSA ? "rsa" : "ecdsa",
                          "--verify",
                          options.verify ? "peer" : "none",
                          NULL };
    posix_spawn_file_actions_t actions;
    int ends[2], status;
    char answer[64];
    pid_t child;

    REQUIRE(pipe(ends) == 0);
    REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
    REQUIRE(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);
    REQUIRE(posix_spawn_file_actions_addclose(&actions, ends[0]) == 0);
    REQUIRE(posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    FILE *stream = fdopen(ends[0], "r");
    REQUIRE(stream != NULL);
    int answered = fgets(answer, sizeof answer, stream) != NULL;
    fclose(stream);
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(answered && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return strtod(answer, NULL);
}

static void start(const struct measure *measure)
{
    enum {
        FEWEST = 5,
        MOST = 50
    };
    double values[MOST], begin = wall_seconds();
    size_t count = 0;

    /* The first process finds cold disk caches, which say nothing of the library. */
    ask_fresh_process(measure->variant);
    while (count < FEWEST || (count < MOST && wall_seconds() - begin < options.seconds))
        values[count++] = ask_fresh_process(measure->variant);
    print_figure(measure->name, median(values, count), "us");
}

const struct measure start_measures[] = {
    { "start.first-context", start, 0, CONTEXT, NULL },
    { "start.first-connection", start, 0, CONNECTION, NULL },
    { NULL, NULL, 0, 0, NULL },
};
