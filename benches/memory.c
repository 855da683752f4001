/* Heap that one idle connection holds at the server.
 *
 * The clients live in a child process, so that this heap has nothing of them. What is counted is
 * what malloc() has given out and not yet got back: the SSL, its socket BIO, its session. */
#include "support.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first ones fill caches that belong to the context, the thread or the allocator. */
#define WARM_UP 20
#define CONNECTIONS 200
#define ALL (WARM_UP + CONNECTIONS)

/* AFTER_DATA: one full record has gone each way. RELEASED: so too, with SSL_MODE_RELEASE_BUFFERS,
 * which servers with many idle connections set. */
enum {
    AFTER_HANDSHAKE,
    AFTER_DATA,
    RELEASED
};

static unsigned char record[RECORD_SIZE];

static void write_all(SSL *ssl)
{
    REQUIRE(SSL_write(ssl, record, sizeof record) == (int)sizeof record);
}

static void read_all(SSL *ssl)
{
    for (size_t got = 0; got < sizeof record;) {
        int result = SSL_read(ssl, record, (int)(sizeof record - got));
        REQUIRE(result > 0);
        got += (size_t)result;
    }
}

/* The child: one client after the other. The sockets close with the process, after the parent
 * has counted. */
static void run_clients(const struct measure *measure, int ends[ALL][2], int last_word)
{
    SSL_CTX *context = client_context(measure->version);
    char byte;

    for (int i = 0; i < ALL; i++) {
        SSL *ssl = client_new(context);
        REQUIRE(SSL_set_fd(ssl, ends[i][1]) == 1 && SSL_connect(ssl) == 1);
        if (measure->variant != AFTER_HANDSHAKE) {
            write_all(ssl);
            read_all(ssl);
        }
        /* Says nothing to the peer, which is to stay as it is. */
        SSL_set_quiet_shutdown(ssl, 1);
        REQUIRE(SSL_shutdown(ssl) == 1);
        SSL_free(ssl);
    }
    /* Ends when the parent closes its end, or is no more. */
    REQUIRE(read(last_word, &byte, 1) == 0);
    _exit(0);
}

static SSL *serve(SSL_CTX *context, const struct measure *measure, int socket)
{
    SSL *ssl = SSL_new(context);

    REQUIRE(ssl != NULL && SSL_set_fd(ssl, socket) == 1);
    REQUIRE(SSL_accept(ssl) == 1 && !SSL_session_reused(ssl));
    if (measure->variant != AFTER_HANDSHAKE) {
        read_all(ssl);
        write_all(ssl);
    }
    return ssl;
}

static double heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)(info.uordblks + info.hblkhd);
}

static void serve_and_count(const struct measure *measure, int ends[ALL][2])
{
    SSL_CTX *context = server_context(measure->version);
    SSL *servers[ALL];
    double before = 0;

    /* The cache is another matter: only the connection is to hold its session. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (measure->variant == RELEASED)
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    for (int i = 0; i < ALL; i++) {
        if (i == WARM_UP)
            before = heap_bytes();
        servers[i] = serve(context, measure, ends[i][0]);
    }
    print_figure(measure->name, (heap_bytes() - before) / CONNECTIONS, "B");
    for (int i = 0; i < ALL; i++)
        SSL_free(servers[i]);
    SSL_CTX_free(context);
}

static void memory(const struct measure *measure)
{
    int ends[ALL][2], last_word[2], status;

    identity_get();
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < ALL; i++)
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]) == 0);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, last_word) == 0);
    pid_t child = fork();
    REQUIRE(child >= 0);
    /* Each process keeps only its own ends: when the other fails, it sees the end of the stream. */
    for (int i = 0; i < ALL; i++)
        close(ends[i][child == 0 ? 0 : 1]);
    close(last_word[child == 0 ? 0 : 1]);
    if (child == 0)
        run_clients(measure, ends, last_word[1]);
    serve_and_count(measure, ends);
    close(last_word[0]);
    for (int i = 0; i < ALL; i++)
        close(ends[i][0]);
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

const struct measure memory_measures[] = {
    { "memory.tls13.idle", memory, TLS1_3_VERSION, AFTER_HANDSHAKE, NULL },
    { "memory.tls13.idle.after-data", memory, TLS1_3_VERSION, AFTER_DATA, NULL },
    { "memory.tls13.idle.release-buffers", memory, TLS1_3_VERSION, RELEASED, NULL },
    { "memory.tls12.idle", memory, TLS1_2_VERSION, AFTER_HANDSHAKE, NULL },
    { "memory.tls12.idle.after-data", memory, TLS1_2_VERSION, AFTER_DATA, NULL },
    { "memory.tls12.idle.release-buffers", memory, TLS1_2_VERSION, RELEASED, NULL },
    { NULL, NULL, 0, 0, NULL },
};
