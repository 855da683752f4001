#include "pair.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

static SSL_CTX *new_context(const SSL_METHOD *method, const struct protocol *protocol)
{
    SSL_CTX *context = SSL_CTX_new(method);

    CHECK(context != NULL);
    CHECK(SSL_CTX_set_min_proto_version(context, protocol->version));
    CHECK(SSL_CTX_set_max_proto_version(context, protocol->version));
    return context;
}

void trust(SSL_CTX *context, const struct credentials *authority)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);

    CHECK(X509_STORE_add_cert(store, authority->certificate));
}

void use_credentials(SSL_CTX *context, const struct credentials *credentials)
{
    CHECK_EQ(SSL_CTX_use_certificate(context, credentials->certificate), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey(context, credentials->key), 1);
}

SSL_CTX *client_context(const struct protocol *protocol)
{
    SSL_CTX *context = new_context(TLS_client_method(), protocol);

    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    trust(context, pki_ca());
    return context;
}

SSL_CTX *server_context(const struct protocol *protocol)
{
    SSL_CTX *context = new_context(TLS_server_method(), protocol);

    use_credentials(context, pki_server());
    return context;
}

void set_id_context(SSL_CTX *context, const char *name)
{
    CHECK_EQ(SSL_CTX_set_session_id_context(context, (const unsigned char *)name,
                                            (unsigned)strlen(name)),
             1);
}

void replace_server(struct pair *pair, const struct protocol *protocol)
{
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = server_context(protocol);
}

void pair_init(struct pair *pair, const struct protocol *protocol)
{
    memset(pair, 0, sizeof(*pair));
    pair->capacity = 1;
    pair->client_ctx = client_context(protocol);
    pair->server_ctx = server_context(protocol);
}

void pair_allow_both_versions(struct pair *pair)
{
    CHECK(SSL_CTX_set_min_proto_version(pair->client_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_max_proto_version(pair->client_ctx, TLS1_3_VERSION));
    CHECK(SSL_CTX_set_min_proto_version(pair->server_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_max_proto_version(pair->server_ctx, TLS1_3_VERSION));
}

static void join_by_memory(struct pair *pair)
{
    pair->to_server = BIO_new(BIO_s_mem());
    pair->to_client = BIO_new(BIO_s_mem());
    pair->at_server = pair->to_server;
    pair->at_client = pair->to_client;
    BIO_up_ref(pair->to_server);
    BIO_up_ref(pair->to_client);
}

static void join_by_held_memory(struct pair *pair)
{
    pair->to_server = BIO_new(BIO_s_mem());
    pair->to_client = BIO_new(BIO_s_mem());
    pair->at_server = BIO_new(BIO_s_mem());
    pair->at_client = BIO_new(BIO_s_mem());
}

static void join_by_bio_pair(struct pair *pair)
{
    BIO *client = NULL;
    BIO *server = NULL;

    CHECK(BIO_new_bio_pair(&client, pair->capacity, &server, pair->capacity));
    pair->to_server = pair->at_client = client;
    pair->to_client = pair->at_server = server;
}

static void join_by_sockets(struct pair *pair)
{
    int ends[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(fcntl(ends[i], F_SETFL, O_NONBLOCK), 0);
    pair->client_socket = ends[0];
    pair->server_socket = ends[1];
    pair->to_server = pair->at_client = BIO_new_socket(ends[0], BIO_CLOSE);
    pair->to_client = pair->at_server = BIO_new_socket(ends[1], BIO_CLOSE);
}

void pair_open(struct pair *pair)
{
    CHECK(pair->client == NULL && pair->server == NULL);
    pair->client = SSL_new(pair->client_ctx);
    pair->server = SSL_new(pair->server_ctx);
    CHECK(pair->client != NULL && pair->server != NULL);
    switch (pair->transport) {
    case MEMORY: join_by_memory(pair); break;
    case HELD: join_by_held_memory(pair); break;
    case BIO_PAIR: join_by_bio_pair(pair); break;
    case SOCKETS: join_by_sockets(pair); break;
    }
    SSL_set_bio(pair->client, pair->at_client, pair->to_server);
    SSL_set_bio(pair->server, pair->at_server, pair->to_client);
    SSL_set_connect_state(pair->client);
    SSL_set_accept_state(pair->server);
    if (pair->offered != NULL)
        CHECK_EQ(SSL_set_session(pair->client, pair->offered), 1);
}

bool wants_io(int ssl_error)
{
    return ssl_error == SSL_ERROR_WANT_READ || ssl_error == SSL_ERROR_WANT_WRITE;
}

static void step(SSL *ssl, struct outcome *outcome)
{
    unsigned long code;

    if (outcome->done)
        return;
    ERR_clear_error();
    outcome->ret = SSL_do_handshake(ssl);
    outcome->error = SSL_get_error(ssl, outcome->ret);
    outcome->done = outcome->ret == 1 || outcome->error == SSL_ERROR_SSL
                    || outcome->error == SSL_ERROR_SYSCALL
                    || outcome->error == SSL_ERROR_ZERO_RETURN;
    outcome->code = ERR_peek_error();
    outcome->reason = 0;
    while ((code = ERR_get_error()) != 0) {
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && outcome->reason == 0)
            outcome->reason = ERR_GET_REASON(code);
    }
}

void pair_try_handshake(struct pair *pair, struct outcome *client,
                        struct outcome *server)
{
    /* Enough for every flight; with little room a flight takes many rounds. */
    int rounds = pair->transport == MEMORY || pair->transport == HELD ? 20 : 50000;
    char byte;

    memset(client, 0, sizeof(*client));
    memset(server, 0, sizeof(*server));
    while (rounds-- > 0 && !(client->done && server->done)) {
        step(pair->client, client);
        step(pair->server, server);
        /* The server's tickets may need more room than there is: make some. */
        if (pair->transport == BIO_PAIR && client->ret == 1 && !server->done)
            SSL_peek(pair->client, &byte, 1);
        if (pair->transport == HELD) {
            pair_carry(pair->to_server, pair->at_server, SIZE_MAX);
            pair_carry(pair->to_client, pair->at_client, SIZE_MAX);
        }
        if (!client->done && !wants_io(client->error))
            return;
        if (!server->done && !wants_io(server->error))
            return;
    }
}

void pair_handshake(struct pair *pair)
{
    struct outcome client, server;

    pair_try_handshake(pair, &client, &server);
    if (client.ret != 1 || server.ret != 1) {
        BIO *errors = BIO_new_fp(stderr, BIO_NOCLOSE);
        char client_text[160], server_text[160];

        ERR_error_string_n(client.code, client_text, sizeof(client_text));
        ERR_error_string_n(server.code, server_text, sizeof(server_text));
        BIO_printf(errors,
                   "client: ret %d, SSL_get_error %d, %s\n"
                   "server: ret %d, SSL_get_error %d, %s\n",
                   client.ret, client.error, client_text, server.ret, server.error,
                   server_text);
        BIO_free(errors);
        check_failed(__FILE__, __LINE__, "both ends finish the handshake");
    }
}

void pair_connect(struct pair *pair)
{
    pair_open(pair);
    pair_handshake(pair);
}

void pair_settle(struct pair *pair)
{
    send_text(pair->server, pair->client, "s");
    send_text(pair->client, pair->server, "c");
}

void pair_drop(struct pair *pair)
{
    SSL_free(pair->client);
    SSL_free(pair->server);
    pair->client = NULL;
    pair->server = NULL;
}

void pair_close(struct pair *pair)
{
    int client = 0;
    int server = 0;
    char unread[1024];

    for (int rounds = 0; rounds < 1000 && (client != 1 || server != 1); rounds++) {
        /* With little room the server must read while the client writes. */
        if (client != 1)
            client = SSL_shutdown(pair->client);
        if (!(SSL_get_shutdown(pair->server) & SSL_RECEIVED_SHUTDOWN))
            SSL_read(pair->server, unread, sizeof(unread));
        else if (server != 1)
            server = SSL_shutdown(pair->server);
    }
    CHECK_EQ(client, 1);
    CHECK_EQ(server, 1);
    ERR_clear_error();
    pair_drop(pair);
}

void pair_free(struct pair *pair)
{
    pair_drop(pair);
    SSL_CTX_free(pair->client_ctx);
    SSL_CTX_free(pair->server_ctx);
}

bool pair_resumes(struct pair *pair, SSL_SESSION *session)
{
    int resumed;

    pair->offered = session;
    pair_connect(pair);
    pair->offered = NULL;
    pair_settle(pair);
    resumed = SSL_session_reused(pair->client);
    CHECK_EQ(SSL_session_reused(pair->server), resumed);
    pair_close(pair);
    return resumed == 1;
}

SSL_SESSION *pair_new_session(struct pair *pair)
{
    SSL_SESSION *session;

    pair_connect(pair);
    pair_settle(pair);
    session = SSL_get1_session(pair->client);
    CHECK(session != NULL);
    pair_close(pair);
    return session;
}

size_t pair_carry(BIO *from, BIO *to, size_t most)
{
    size_t carried = 0;
    unsigned char buffer[4096];

    while (carried < most && BIO_ctrl_pending(from) > 0) {
        size_t room = most - carried < sizeof(buffer) ? most - carried : sizeof(buffer);
        int got = BIO_read(from, buffer, (int)room);

        CHECK(got > 0);
        CHECK_EQ(BIO_write(to, buffer, got), got);
        carried += (size_t)got;
    }
    return carried;
}

/* ---- data ---- */

void fill_pattern(unsigned char *buffer, size_t length, size_t offset, unsigned seed)
{
    for (size_t i = 0; i < length; i++) {
        size_t position = offset + i;
        buffer[i] = (unsigned char)(position * 7 + (position >> 8) * 13 + seed);
    }
}

/* SSL_write() or SSL_read() made no progress: it must be for want of bytes or room. */
static void check_may_retry(SSL *ssl, int ret)
{
    if (!wants_io(SSL_get_error(ssl, ret)))
        check_failed(__FILE__, __LINE__, "SSL_read() or SSL_write() may be retried");
}

static void transfer(SSL *from, SSL *to, const unsigned char *data, size_t length)
{
    size_t written = 0;
    size_t got = 0;
    unsigned char buffer[16384];
    /* The same arguments again after a retry. */
    while (got < length) {
        size_t count;
        int ret;

        if (written < length) {
            ERR_clear_error();
            ret = SSL_write_ex(from, data + written, length - written, &count);
            if (ret == 1)
                written += count;
            else
                check_may_retry(from, ret);
        }
        ERR_clear_error();
        ret = SSL_read_ex(to, buffer, sizeof(buffer), &count);
        if (ret != 1) {
            check_may_retry(to, ret);
            continue;
        }
        CHECK(got + count <= length);
        if (memcmp(buffer, data + got, count) != 0)
            check_failed(__FILE__, __LINE__, "the data arrives as it was sent");
        got += count;
    }
    CHECK_EQ(written, length);
}

unsigned id_length(const SSL_SESSION *session)
{
    unsigned length = 12345;

    CHECK(SSL_SESSION_get_id(session, &length) != NULL);
    return length;
}

void send_text(SSL *from, SSL *to, const char *text)
{
    transfer(from, to, (const unsigned char *)text, strlen(text));
}

void send_pattern(SSL *from, SSL *to, size_t length, unsigned seed)
{
    unsigned char *data = malloc(length);

    CHECK(data != NULL);
    fill_pattern(data, length, 0, seed);
    transfer(from, to, data, length);
    free(data);
}

/* ---- threads ---- */

struct peer {
    pthread_t thread;
    void (*role)(SSL *ssl, void *argument);
    SSL *ssl;
    void *argument;
};

static void *run_peer(void *argument)
{
    struct peer *peer = argument;

    peer->role(peer->ssl, peer->argument);
    return NULL;
}

struct peer *peer_start(void (*role)(SSL *ssl, void *argument), SSL *ssl,
                        void *argument)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    CHECK(peer != NULL);
    peer->role = role;
    peer->ssl = ssl;
    peer->argument = argument;
    CHECK_EQ(pthread_create(&peer->thread, NULL, run_peer, peer), 0);
    return peer;
}

void peer_join(struct peer *peer)
{
    CHECK_EQ(pthread_join(peer->thread, NULL), 0);
    free(peer);
}

void join_by_blocking_sockets(SSL *client, SSL *server)
{
    int ends[2];

    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    SSL_set_bio(client, BIO_new_socket(ends[0], BIO_CLOSE), NULL);
    SSL_set0_wbio(client, BIO_new_socket(ends[0], BIO_NOCLOSE));
    SSL_set_bio(server, BIO_new_socket(ends[1], BIO_CLOSE), NULL);
    SSL_set0_wbio(server, BIO_new_socket(ends[1], BIO_NOCLOSE));
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
}
