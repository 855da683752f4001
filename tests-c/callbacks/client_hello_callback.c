/* The ClientHello callback: SSL_CTX_set_client_hello_cb(3). */
#include <openssl/ssl.h>

#include "pair.h"

static int calls;

static int answer_later;

static int on_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *bytes;
    size_t length;
    int *types;

    calls++;
    CHECK_STR(argument, "argument");
    CHECK_EQ(SSL_client_hello_isv2(ssl), 0);
    CHECK_EQ(SSL_client_hello_get0_legacy_version(ssl), TLS1_2_VERSION);
    CHECK_EQ(SSL_client_hello_get0_random(ssl, &bytes), SSL3_RANDOM_SIZE);
    CHECK(SSL_client_hello_get0_session_id(ssl, &bytes) <= 32);
    CHECK(SSL_client_hello_get0_ciphers(ssl, &bytes) >= 2);
    CHECK_EQ(SSL_client_hello_get0_compression_methods(ssl, &bytes), 1);
    CHECK_EQ(bytes[0], 0);
    /* server_name: list length, type, name length, name */
    CHECK_EQ(SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &length), 1);
    CHECK_MEM(bytes, length, "\0\x0c\0\0\x09localhost", 14);
    CHECK_EQ(SSL_client_hello_get0_ext(ssl, 0xfafa, &bytes, &length), 0);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(ssl, &types, &length), 1);
    CHECK(length >= 4);
    OPENSSL_free(types);
    if (answer_later > 0) {
        answer_later--;
        return SSL_CLIENT_HELLO_RETRY;
    }
    if (answer_later < 0) {
        *alert = SSL_AD_INSUFFICIENT_SECURITY;
        return SSL_CLIENT_HELLO_ERROR;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void open_with_hello(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_set_client_hello_cb(pair->server_ctx, on_hello, "argument");
    pair_open(pair);
    SSL_set_tlsext_host_name(pair->client, "localhost");
}

static void client_hello_cb_sees_the_hello(const struct protocol *protocol)
{
    struct pair pair;

    open_with_hello(&pair, protocol);
    pair_handshake(&pair);
    CHECK_EQ(calls, 1);
    pair_free(&pair);
}

static void client_hello_cb_may_suspend_the_server(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    answer_later = 2;
    open_with_hello(&pair, protocol);
    for (int i = 0; i < 2; i++) {
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.ret, -1);
        CHECK_EQ(server.error, SSL_ERROR_WANT_CLIENT_HELLO_CB);
        CHECK_EQ(SSL_want(pair.server), SSL_CLIENT_HELLO_CB);
    }
    pair_handshake(&pair);
    CHECK_EQ(calls, 3);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void client_hello_cb_may_refuse(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    answer_later = -1;
    open_with_hello(&pair, protocol);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CALLBACK_FAILED);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY);
    pair_free(&pair);
}

static int hellos;

static int read_hello(SSL *server, int *alert, void *argument)
{
    const unsigned char *out;
    STACK_OF(SSL_CIPHER) *suites, *signals;
    size_t length, count;
    int *types;
    size_t i, names = 0;

    (void)alert;
    CHECK_STR(argument, "argument");
    hellos++;
    CHECK_EQ(SSL_client_hello_isv2(server), 0);
    CHECK_EQ(SSL_client_hello_get0_legacy_version(server), TLS1_2_VERSION);
    CHECK_EQ(SSL_client_hello_get0_random(server, &out), 32);
    CHECK(SSL_client_hello_get0_session_id(server, &out) <= 32);
    CHECK_EQ(SSL_client_hello_get0_compression_methods(server, &out), 1);
    CHECK_EQ(out[0], 0);
    length = SSL_client_hello_get0_ciphers(server, &out);
    CHECK(length >= 2);
    CHECK_EQ(SSL_bytes_to_cipher_list(server, out, length, 0, &suites, &signals), 1);
    CHECK(sk_SSL_CIPHER_num(suites) >= 1);
    sk_SSL_CIPHER_free(suites);
    sk_SSL_CIPHER_free(signals);
    CHECK_EQ(SSL_bytes_to_cipher_list(server, out, 1, 0, NULL, NULL), 0);
    CHECK_REASON(SSL_R_ERROR_IN_RECEIVED_CIPHER_LIST);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(server, &types, &count), 1);
    for (i = 0; i < count; i++)
        names += types[i] == TLSEXT_TYPE_server_name;
    OPENSSL_free(types);
    CHECK_EQ(names, 1);
    CHECK_EQ(SSL_client_hello_get0_ext(server, TLSEXT_TYPE_server_name, &out, &length), 1);
    CHECK_MEM(out + 5, length - 5, "localhost", 9);
    CHECK_EQ(SSL_client_hello_get0_ext(server, 0xfafa, &out, &length), 0);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void the_client_hello_can_be_read(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *out;

    pair_init(&pair, protocol);
    SSL_CTX_set_client_hello_cb(pair.server_ctx, read_hello, "argument");
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    CHECK_EQ(SSL_client_hello_get0_random(pair.server, &out), 0);
    pair_handshake(&pair);
    CHECK_EQ(hellos, 1);
    CHECK_EQ(SSL_client_hello_get0_random(pair.server, &out), 0);
    CHECK_NO_ERROR();
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(client_hello_cb_sees_the_hello),
          TEST_EACH(client_hello_cb_may_suspend_the_server),
          TEST_EACH(client_hello_cb_may_refuse),
          TEST_EACH(the_client_hello_can_be_read))
