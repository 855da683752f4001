/* The certificate callback: SSL_CTX_set_cert_cb(3). */
#include <openssl/ssl.h>

#include "pair.h"

static int calls;

static int suspensions;

static int install_certificate(SSL *ssl, void *argument)
{
    const struct credentials *credentials = argument;

    calls++;
    if (suspensions > 0) {
        suspensions--;
        return -1;
    }
    if (credentials == NULL)
        return 0;
    CHECK_EQ(SSL_use_certificate(ssl, credentials->certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, credentials->key), 1);
    return 1;
}

static void without_certificate(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(pair->server_ctx, protocol->version);
    SSL_CTX_set_max_proto_version(pair->server_ctx, protocol->version);
}

static void cert_cb_installs_the_certificate(const struct protocol *protocol)
{
    struct pair pair;

    without_certificate(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, install_certificate, (void *)pki_server());
    pair_connect(&pair);
    CHECK_EQ(calls, 1);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.client),
                      pki_server()->certificate),
             0);
    pair_close(&pair);
    pair_free(&pair);
}

static void cert_cb_may_suspend_the_server(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    without_certificate(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, install_certificate, (void *)pki_server());
    suspensions = 2;
    pair_open(&pair);
    for (int i = 0; i < 2; i++) {
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.ret, -1);
        CHECK_EQ(server.error, SSL_ERROR_WANT_X509_LOOKUP);
        CHECK_EQ(SSL_want(pair.server), SSL_X509_LOOKUP);
    }
    pair_handshake(&pair);
    CHECK_EQ(calls, 3);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void cert_cb_may_fail_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    without_certificate(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, install_certificate, NULL);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CERT_CB_ERROR);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_free(&pair);
}

static int refuse_certificate(SSL *ssl, void *argument)
{
    (void)ssl;
    ++*(int *)argument;
    return 0;
}

static void cert_cb_of_a_client_may_fail_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    int calls = 0;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_cb(pair.client_ctx, refuse_certificate, &calls);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(calls, 1);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_CALLBACK_FAILED);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(cert_cb_installs_the_certificate),
          TEST_EACH(cert_cb_may_suspend_the_server),
          TEST_EACH(cert_cb_may_fail_the_handshake),
          TEST_EACH(cert_cb_of_a_client_may_fail_the_handshake))
