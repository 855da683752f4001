/*
 * A client and a server joined within one process.
 *
 *     struct pair pair;
 *     pair_init(&pair, protocol);       contexts of both ends
 *     pair_connect(&pair);              a connection with a finished handshake
 *     ...
 *     pair_close(&pair);                close_notify both ways, SSLs freed
 *     pair_free(&pair);                 whatever is left
 *
 * Settings of the contexts are changed between pair_init() and pair_connect(),
 * those of the SSLs between pair_open() and pair_handshake().
 */
#ifndef PAIR_H
#define PAIR_H

#include <openssl/ssl.h>

#include "check.h"
#include "pki.h"

enum transport {
    MEMORY,   /* two memory BIOs */
    BIO_PAIR, /* BIO_new_bio_pair() with `capacity` bytes of room each way */
    SOCKETS,  /* a non-blocking socketpair */
    HELD,     /* memory BIOs with a gap that the test carries bytes over: pair_carry() */
};

struct pair {
    SSL_CTX *client_ctx;
    SSL_CTX *server_ctx;
    SSL *client; /* NULL while there is no connection */
    SSL *server;
    enum transport transport; /* MEMORY unless changed before pair_open() */
    size_t capacity;          /* of BIO_PAIR, 1 unless changed */
    SSL_SESSION *offered;     /* set on the next client; borrowed, may be NULL */

    /* Borrowed from the SSLs. MEMORY: to_server is where the client writes and the
     * server reads. HELD: the client writes to_server, the server reads at_server. */
    BIO *to_server, *to_client;
    BIO *at_server, *at_client;
    int client_socket, server_socket;
};

/* How a handshake ended for one end. */
struct outcome {
    int ret;            /* of the last SSL_do_handshake() */
    int error;          /* SSL_get_error(): WANT_READ means that it waits for bytes */
    int reason;         /* of the first libssl error on the queue, 0 for none */
    unsigned long code; /* the first error of any library, 0 for none */
    bool done;          /* succeeded or failed */
};

/* A context that trusts pki_ca() and verifies its peer; one with pki_server(). One version only. */
SSL_CTX *client_context(const struct protocol *protocol);
SSL_CTX *server_context(const struct protocol *protocol);
void use_credentials(SSL_CTX *context, const struct credentials *credentials);
void trust(SSL_CTX *context, const struct credentials *authority);

/* SSL_CTX_set_session_id_context() with the bytes of a string. */
void set_id_context(SSL_CTX *context, const char *name);

void pair_init(struct pair *pair, const struct protocol *protocol);
/* A server context that shares nothing with the former one. */
void replace_server(struct pair *pair, const struct protocol *protocol);
/* Both contexts may speak TLS 1.2 and TLS 1.3. */
void pair_allow_both_versions(struct pair *pair);
/* Fresh SSLs, joined; there must be none. */
void pair_open(struct pair *pair);
/* Both succeed, or the test fails. Over a BIO_PAIR the client may read tickets at the same time. */
void pair_handshake(struct pair *pair);
/* Until both are done, or nothing moves any more. */
void pair_try_handshake(struct pair *pair, struct outcome *client,
                        struct outcome *server);
/* pair_open() and pair_handshake(). */
void pair_connect(struct pair *pair);
/* A byte each way: after it the client has read its TLS 1.3 tickets. */
void pair_settle(struct pair *pair);
/* SSL_shutdown() on both ends until complete, then frees both. */
void pair_close(struct pair *pair);
/* Frees both without shutdown. */
void pair_drop(struct pair *pair);
void pair_free(struct pair *pair);

/* One connection that offers `session` (may be NULL), settled and closed.
 * Returns whether it was resumed; both ends must agree. */
bool pair_resumes(struct pair *pair, SSL_SESSION *session);
/* A full connection, closed; its session with a reference for the caller. */
SSL_SESSION *pair_new_session(struct pair *pair);

/* Of a session's id. */
unsigned id_length(const SSL_SESSION *session);

/* `text` from one to the other, unchanged. */
void send_text(SSL *from, SSL *to, const char *text);
/* `length` bytes of a pattern that depends on `seed`; both ends in this thread. */
void send_pattern(SSL *from, SSL *to, size_t length, unsigned seed);
void fill_pattern(unsigned char *buffer, size_t length, size_t offset, unsigned seed);

/* HELD only: up to `most` bytes, or all that is there; returns how many. */
size_t pair_carry(BIO *from, BIO *to, size_t most);

/* Whether a later call may succeed without anything but I/O. */
bool wants_io(int ssl_error);

/* Runs a role of a blocking connection in another thread. */
struct peer;
struct peer *peer_start(void (*role)(SSL *ssl, void *argument), SSL *ssl,
                        void *argument);
void peer_join(struct peer *peer);
/* Joins two SSLs by a blocking socketpair; the SSLs close the sockets when freed. */
void join_by_blocking_sockets(SSL *client, SSL *server);

#endif
