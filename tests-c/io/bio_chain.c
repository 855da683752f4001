/* Chains of BIOs with connections in them: ownership, and making them: BIO_f_ssl(3). */
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

static SSL *connection_of(BIO *bio)
{
    SSL *ssl = NULL;

    CHECK_EQ(BIO_get_ssl(bio, &ssl), 1);
    CHECK(ssl != NULL);
    return ssl;
}

static int freed;

static void count_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number,
                       void *pointer)
{
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    freed += value != NULL;
}

static SSL *connection_with_data(SSL_CTX *context)
{
    static int index = -1;
    SSL *ssl = SSL_new(context);

    if (index < 0)
        index = SSL_get_ex_new_index(0, NULL, NULL, NULL, count_free);
    CHECK_EQ(SSL_set_ex_data(ssl, index, &freed), 1);
    return ssl;
}

static void the_close_flag_decides_who_frees_the_connection(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    BIO *bio = BIO_new(BIO_f_ssl());
    SSL *ssl = connection_with_data(context), *other;

    CHECK_STR(BIO_method_name(bio), "ssl");
    CHECK_EQ(BIO_method_type(bio), BIO_TYPE_SSL);
    CHECK_EQ(BIO_get_ssl(bio, &other), 0);
    CHECK_EQ(BIO_do_handshake(bio), 0);
    CHECK_EQ(BIO_set_ssl(bio, ssl, BIO_NOCLOSE), 1);
    CHECK_EQ(BIO_get_close(bio), BIO_NOCLOSE);
    BIO_free(bio);
    CHECK_EQ(freed, 0);

    bio = BIO_new(BIO_f_ssl());
    CHECK_EQ(BIO_set_ssl(bio, ssl, BIO_CLOSE), 1);
    CHECK_EQ(BIO_get_close(bio), BIO_CLOSE);
    other = connection_with_data(context);
    CHECK_EQ(BIO_set_ssl(bio, other, BIO_CLOSE), 1);
    CHECK_EQ(freed, 1);
    CHECK(connection_of(bio) == other);
    BIO_free(bio);
    CHECK_EQ(freed, 2);

    ssl = connection_with_data(context);
    bio = BIO_new(BIO_f_ssl());
    CHECK_EQ(SSL_up_ref(ssl), 1);
    CHECK_EQ(BIO_set_ssl(bio, ssl, BIO_CLOSE), 1);
    BIO_free(bio);
    CHECK_EQ(freed, 2);
    SSL_free(ssl);
    CHECK_EQ(freed, 3);
    SSL_CTX_free(context);
}

static void a_connection_brings_its_own_bio_along(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = connection_with_data(context);
    BIO *bio = BIO_new(BIO_f_ssl()), *memory = BIO_new(BIO_s_mem());

    SSL_set_connect_state(ssl);
    SSL_set_bio(ssl, memory, memory);
    CHECK_EQ(BIO_set_ssl(bio, ssl, BIO_CLOSE), 1);
    CHECK(BIO_next(bio) == memory);
    CHECK(BIO_do_handshake(bio) == -1);
    BIO_free_all(bio);
    CHECK_EQ(freed, 1);
    ERR_clear_error();
    SSL_CTX_free(context);
}

static void pushing_and_popping_gives_and_takes_the_transport(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    BIO *bio = BIO_new_ssl(context, 1), *memory = BIO_new(BIO_s_mem());
    SSL *ssl = connection_of(bio);

    CHECK(SSL_get_rbio(ssl) == NULL);
    CHECK(BIO_push(bio, memory) == bio);
    CHECK(SSL_get_rbio(ssl) == memory && SSL_get_wbio(ssl) == memory);
    CHECK(BIO_pop(bio) == memory);
    CHECK(SSL_get_rbio(ssl) == NULL && SSL_get_wbio(ssl) == NULL);
    CHECK_EQ(BIO_up_ref(memory), 1);
    BIO_push(bio, memory);
    BIO_free_all(bio);
    CHECK_EQ(BIO_puts(memory, "still there"), 11);
    BIO_free(memory);
    SSL_CTX_free(context);
}

static void the_mode_makes_a_client_or_a_server(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    BIO *bio = BIO_new_ssl(context, 1);
    SSL *ssl = connection_of(bio);

    CHECK(!SSL_is_server(ssl));
    CHECK_EQ(BIO_set_ssl_mode(bio, 0), 1);
    CHECK(SSL_is_server(ssl));
    CHECK_EQ(BIO_set_ssl_mode(bio, 1), 1);
    CHECK(!SSL_is_server(ssl));
    BIO_free(bio);
    CHECK(BIO_new_ssl(NULL, 1) == NULL);
    CHECK_REASON(SSL_R_NULL_SSL_CTX);
    SSL_CTX_free(context);
}

static void limits_of_renegotiation_are_remembered(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    BIO *bio = BIO_new_ssl(context, 1);

    CHECK_EQ(BIO_set_ssl_renegotiate_bytes(bio, 100), 0);
    CHECK_EQ(BIO_set_ssl_renegotiate_bytes(bio, 100000), 0);
    CHECK_EQ(BIO_set_ssl_renegotiate_bytes(bio, 200000), 100000);
    CHECK_EQ(BIO_set_ssl_renegotiate_timeout(bio, 7200), 0);
    CHECK_EQ(BIO_set_ssl_renegotiate_timeout(bio, 1), 7200);
    CHECK_EQ(BIO_set_ssl_renegotiate_timeout(bio, 7200), 5);
    CHECK_EQ(BIO_get_num_renegotiates(bio), 0);
    BIO_free(bio);
    SSL_CTX_free(context);
}

static void a_chain_can_be_copied(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    BIO *bio = BIO_new_ssl(context, 1), *copy;
    SSL *ssl = connection_of(bio);

    CHECK_EQ(SSL_set_min_proto_version(ssl, TLS1_3_VERSION), 1);
    CHECK_EQ(BIO_set_ssl_renegotiate_bytes(bio, 100000), 0);
    copy = BIO_dup_chain(bio);
    CHECK(copy != NULL);
    CHECK(connection_of(copy) != ssl);
    CHECK(!SSL_is_server(connection_of(copy)));
    CHECK_EQ(SSL_get_min_proto_version(connection_of(copy)), TLS1_3_VERSION);
    CHECK_EQ(BIO_set_ssl_renegotiate_bytes(copy, 200000), 100000);
    BIO_free_all(bio);
    BIO_free_all(copy);
    SSL_CTX_free(context);
}

struct listener {
    SSL_CTX *context;
    int socket;
    char port[32];
};

/* One connection: a line in, the same line out, closed. */
static void *serve(void *argument)
{
    struct listener *listener = argument;
    int socket = accept(listener->socket, NULL, NULL);
    BIO *buffer = BIO_new(BIO_f_buffer());
    BIO *chain = BIO_push(buffer, BIO_new_ssl(listener->context, 0));
    char line[64];
    int fd = -1;

    BIO_push(chain, BIO_new_socket(socket, BIO_CLOSE));
    CHECK_EQ(BIO_get_fd(chain, &fd), socket);
    CHECK_EQ(fd, socket);
    CHECK_EQ(BIO_do_handshake(chain), 1);
    CHECK(BIO_gets(chain, line, sizeof(line)) > 0);
    CHECK(BIO_puts(chain, line) > 0);
    CHECK_EQ(BIO_flush(chain), 1);
    BIO_ssl_shutdown(chain);
    BIO_free_all(chain);
    return NULL;
}

static void listen_on_loopback(struct listener *listener, SSL_CTX *context)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener->context = context;
    listener->socket = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(listener->socket, (struct sockaddr *)&address, length) == 0);
    CHECK(listen(listener->socket, 1) == 0);
    CHECK(getsockname(listener->socket, (struct sockaddr *)&address, &length) == 0);
    snprintf(listener->port, sizeof(listener->port), "127.0.0.1:%d", ntohs(address.sin_port));
}

static void a_chain_connects_by_itself(const struct protocol *protocol)
{
    struct pair contexts;
    struct listener listener;
    pthread_t thread;
    BIO *chain;
    char line[64];

    pair_init(&contexts, protocol);
    listen_on_loopback(&listener, contexts.server_ctx);
    CHECK_EQ(pthread_create(&thread, NULL, serve, &listener), 0);
    chain = BIO_new_buffer_ssl_connect(contexts.client_ctx);
    CHECK(chain != NULL);
    CHECK_EQ(BIO_method_type(chain), BIO_TYPE_BUFFER);
    CHECK_EQ(BIO_method_type(BIO_next(chain)), BIO_TYPE_SSL);
    CHECK_EQ(BIO_set_conn_hostname(chain, listener.port), 1);
    CHECK_EQ(BIO_do_connect(chain), 1);
    CHECK_EQ(SSL_get_verify_result(connection_of(chain)), X509_V_OK);
    CHECK_EQ(BIO_puts(chain, "a line\n"), 7);
    CHECK_EQ(BIO_flush(chain), 1);
    CHECK_EQ(BIO_gets(chain, line, sizeof(line)), 7);
    CHECK_STR(line, "a line\n");
    CHECK_EQ(BIO_gets(chain, line, sizeof(line)), 0);
    CHECK_EQ(SSL_get_shutdown(connection_of(chain)), SSL_RECEIVED_SHUTDOWN);
    BIO_free_all(chain);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    close(listener.socket);
    pair_free(&contexts);
}

TEST_MAIN(TEST(the_close_flag_decides_who_frees_the_connection),
          TEST(a_connection_brings_its_own_bio_along),
          TEST(pushing_and_popping_gives_and_takes_the_transport),
          TEST(the_mode_makes_a_client_or_a_server),
          TEST(limits_of_renegotiation_are_remembered), TEST(a_chain_can_be_copied),
          TEST_EACH(a_chain_connects_by_itself))
