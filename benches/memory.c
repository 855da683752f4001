/* Heap that one idle connection holds at the server, or at the client.
 *
 * The other ends live in a child process, so that this heap has nothing of them. What is counted is
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
 * which servers with many idle connections set. AT_CLIENT: after the handshake. */
enum {
    AFTER_HANDSHAKE,
    AFTER_DATA,
    RELEASED,
    AT_CLIENT
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

/* This end's connection after its part of what the measure wants. In TLS 1.3 a client takes the tickets in. */
static SSL *connection(SSL_CTX *context, const struct measure *measure, int socket, int is_client)
{
    SSL *ssl = is_client ? client_new(context) : SSL_new(context);
    int with_data = measure->variant == AFTER_DATA || measure->variant == RELEASED;

    REQUIRE(ssl != NULL && SSL_set_fd(ssl, socket) == 1);
    REQUIRE((is_client ? SSL_connect(ssl) : SSL_accept(ssl)) == 1 && !SSL_session_reused(ssl));
    if (measure->variant == AT_CLIENT) {
        /* A byte follows the tickets. */
        if (is_client)
            REQUIRE(SSL_read(ssl, record, 1) == 1);
        else
            REQUIRE(SSL_write(ssl, record, 1) == 1);
    } else if (with_data && is_client) {
        write_all(ssl);
        read_all(ssl);
    } else if (with_data) {
        read_all(ssl);
        write_all(ssl);
    }
    return ssl;
}

static SSL_CTX *context_of(const struct measure *measure, int is_client)
{
    SSL_CTX *context =
        is_client ? client_context(measure->version) : server_context(measure->version);

    /* The cache is another matter: only the connection is to hold its session. */
    if (!is_client)
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (measure->variant == RELEASED)
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    return context;
}

/* The child: one end after the other. The sockets close with the process, after the parent
 * has counted. */
static void run_others(const struct measure *measure, int ends[ALL][2], int last_word)
{
    int is_client = measure->variant != AT_CLIENT;
    SSL_CTX *context = context_of(measure, is_client);
    char byte;

    for (int i = 0; i < ALL; i++) {
        SSL *ssl = connection(context, measure, ends[i][1], is_client);
        /* Says nothing to the peer, which is to stay as it is. */
        SSL_set_quiet_shutdown(ssl, 1);
        REQUIRE(SSL_shutdown(ssl) == 1);
        SSL_free(ssl);
    }
    /* Ends when the parent closes its end, or is no more. */
    REQUIRE(read(last_word, &byte, 1) == 0);
    _exit(0);
}

static double heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)(info.uordblks + info.hblkhd);
}

static void connect_and_count(const struct measure *measure, int ends[ALL][2])
{
    int is_client = measure->variant == AT_CLIENT;
    SSL_CTX *context = context_of(measure, is_client);
    SSL *connections[ALL];
    double before = 0;

    for (int i = 0; i < ALL; i++) {
        if (i == WARM_UP)
            before = heap_bytes();
        connections[i] = connection(context, measure, ends[i][0], is_client);
    }
    print_figure(measure->name, (heap_bytes() - before) / CONNECTIONS, "B");
    for (int i = 0; i < ALL; i++)
        SSL_free(connections[i]);
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
        run_others(measure, ends, last_word[1]);
    connect_and_count(measure, ends);
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
    { "memory.tls13.client.idle", memory, TLS1_3_VERSION, AT_CLIENT, NULL },
    { "memory.tls12.idle", memory, TLS1_2_VERSION, AFTER_HANDSHAKE, NULL },
    { "memory.tls12.idle.after-data", memory, TLS1_2_VERSION, AFTER_DATA, NULL },
    { "memory.tls12.idle.release-buffers", memory, TLS1_2_VERSION, RELEASED, NULL },
    { "memory.tls12.client.idle", memory, TLS1_2_VERSION, AT_CLIENT, NULL },
    { NULL, NULL, 0, 0, NULL },
};
