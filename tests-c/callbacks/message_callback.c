/* What message and info callbacks are given, and what they may do. */
#include <string.h>

#include <openssl/ssl.h>

#include "reported.h"

static unsigned char certificate[2][65536];
static size_t certificate_length[2];

static void keep_certificate(int sent, int of_version, int kind, const void *buffer,
                             size_t length, SSL *ssl, void *argument)
{
    const unsigned char *bytes = buffer;
    int end = SSL_is_server(ssl) ? SERVER : CLIENT;

    (void)sent, (void)of_version, (void)argument;
    if (kind != SSL3_RT_HANDSHAKE || bytes[0] != SSL3_MT_CERTIFICATE)
        return;
    CHECK_EQ(certificate_length[end], 0);
    CHECK(length <= sizeof(certificate[0]));
    memcpy(certificate[end], bytes, length);
    certificate_length[end] = length;
}

static void a_long_message_is_reported_as_one(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    for (int i = 0; i < 60; i++)
        CHECK(SSL_CTX_add1_chain_cert(pair.server_ctx, pki_ca()->certificate));
    SSL_CTX_set_msg_callback(pair.client_ctx, keep_certificate);
    SSL_CTX_set_msg_callback(pair.server_ctx, keep_certificate);
    pair_connect(&pair);
    CHECK(certificate_length[SERVER] > 16384);
    CHECK_MEM(certificate[CLIENT], certificate_length[CLIENT], certificate[SERVER],
              certificate_length[SERVER]);
    pair_free(&pair);
}

static int calls;

static void use_arguments(int sent, int of_version, int kind, const void *buffer,
                          size_t length, SSL *ssl, void *argument)
{
    char byte;

    (void)sent, (void)of_version, (void)kind, (void)buffer, (void)length, (void)argument;
    calls++;
    CHECK(SSL_get_rbio(ssl) != NULL);
    CHECK_EQ(SSL_pending(ssl), 0);
    CHECK(SSL_get_version(ssl) != NULL);
    CHECK(SSL_state_string_long(ssl) != NULL);
    SSL_get_current_cipher(ssl);
    SSL_get_session(ssl);
    X509_free(SSL_get1_peer_certificate(ssl));
    if (SSL_is_init_finished(ssl))
        CHECK(SSL_peek(ssl, &byte, 1) <= 1);
    SSL_set_msg_callback_arg(ssl, ssl);
}

static void a_callback_may_use_the_connection(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    SSL_CTX_set_msg_callback(pair.client_ctx, use_arguments);
    SSL_CTX_set_msg_callback(pair.server_ctx, use_arguments);
    pair_connect(&pair);
    CHECK(calls > 10);
    pair_free(&pair);
}

static void unset(int sent, int of_version, int kind, const void *buffer, size_t length,
                  SSL *ssl, void *argument)
{
    (void)sent, (void)of_version, (void)kind, (void)buffer, (void)length, (void)argument;
    calls++;
    SSL_set_msg_callback(ssl, NULL);
}

static void a_callback_may_unset_itself(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    SSL_CTX_set_msg_callback(pair.client_ctx, unset);
    pair_connect(&pair);
    pair_settle(&pair);
    pair_close(&pair);
    CHECK_EQ(calls, 1);
    /* The context's is copied when a connection is made. */
    pair_open(&pair);
    SSL_CTX_set_msg_callback(pair.client_ctx, NULL);
    pair_handshake(&pair);
    CHECK_EQ(calls, 2);
    pair_free(&pair);
}

static int loops;

static void count_loops(const SSL *ssl, int where, int value)
{
    (void)ssl;
    (void)value;
    loops += where == SSL_CB_CONNECT_LOOP;
}

/* The state after ClientHello is reported when the transport has taken it, not before. */
static void a_clients_turn_ends_when_all_is_written(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(context);
    BIO *near, *far;
    char bytes[32];
    int result;

    SSL_set_info_callback(ssl, count_loops);
    CHECK_EQ(BIO_new_bio_pair(&near, sizeof(bytes), &far, sizeof(bytes)), 1);
    SSL_set_bio(ssl, near, near);
    loops = 0;
    while ((result = SSL_connect(ssl)) == -1
           && SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE) {
        CHECK_EQ(loops, 1);
        CHECK(BIO_read(far, bytes, sizeof(bytes)) > 0);
    }
    CHECK_EQ(SSL_get_error(ssl, result), SSL_ERROR_WANT_READ);
    CHECK_EQ(loops, 2);
    SSL_free(ssl);
    BIO_free(far);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(a_clients_turn_ends_when_all_is_written),
          TEST_EACH(a_long_message_is_reported_as_one),
          TEST_EACH(a_callback_may_use_the_connection),
          TEST_EACH(a_callback_may_unset_itself))
