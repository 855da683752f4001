/*
 * When a client chooses its certificate it knows the server (SSL_CTX_set_cert_cb(3),
 * SSL_CTX_set_client_cert_cb(3)): the server has been verified, once, and a rejected server gets no certificate.
 */
#include <openssl/err.h>

#include "raw_peer.h"

static int verifications, asked, chain;
static const struct credentials *expected;

static int on_verify(int ok, X509_STORE_CTX *context)
{
    (void)context;
    verifications++;
    return ok;
}

static void look(SSL *ssl)
{
    asked++;
    CHECK(SSL_get0_peer_certificate(ssl) != NULL);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(ssl), expected->certificate), 0);
    CHECK_EQ(sk_X509_num(SSL_get_peer_cert_chain(ssl)), chain);
    CHECK_EQ(sk_X509_num(SSL_get0_verified_chain(ssl)), chain + 1);
    CHECK_EQ(SSL_get_verify_result(ssl), X509_V_OK);
    CHECK_EQ(verifications, chain + 1);
}

static int choose(SSL *ssl, void *argument)
{
    (void)argument;
    look(ssl);
    return SSL_use_certificate(ssl, pki_client()->certificate)
           && SSL_use_PrivateKey(ssl, pki_client()->key);
}

static int give(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
    look(ssl);
    *certificate = pki_client()->certificate;
    *key = pki_client()->key;
    X509_up_ref(*certificate);
    EVP_PKEY_up_ref(*key);
    return 1;
}

static void init(struct pair *pair, const struct protocol *protocol, bool newer)
{
    pair_init(pair, protocol);
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = SSL_CTX_new(TLS_server_method());
    CHECK(SSL_CTX_set_min_proto_version(pair->server_ctx, protocol->version));
    CHECK(SSL_CTX_set_max_proto_version(pair->server_ctx, protocol->version));
    use_credentials(pair->server_ctx, pki_middle_server());
    CHECK_EQ(SSL_CTX_add1_chain_cert(pair->server_ctx, pki_middle()->certificate), 1);
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_verify(pair->client_ctx, SSL_VERIFY_PEER, on_verify);
    if (newer)
        SSL_CTX_set_cert_cb(pair->client_ctx, choose, NULL);
    else
        SSL_CTX_set_client_cert_cb(pair->client_ctx, give);
    verifications = asked = 0;
    expected = pki_middle_server();
    chain = 2;
}

static void the_server_is_known_and_verified(const struct protocol *protocol)
{
    static const enum transport transports[] = { MEMORY, BIO_PAIR, SOCKETS };

    for (int i = 0; i < 6; i++) {
        struct pair pair;

        init(&pair, protocol, i % 2);
        pair.transport = transports[i / 2];
        pair.capacity = 7;
        pair_connect(&pair);
        CHECK_EQ(asked, 1);
        CHECK_EQ(verifications, 3);
        CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void a_server_that_is_refused_is_shown_nothing(const struct protocol *protocol)
{
    for (int newer = 0; newer <= 1; newer++) {
        struct pair pair;
        struct outcome client, server;

        init(&pair, protocol, newer);
        use_credentials(pair.server_ctx, pki_stranger());
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret, -1);
        CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
        CHECK_EQ(server.ret, -1);
        CHECK_EQ(asked, 0);
        CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
        pair_free(&pair);
    }
}

/* The server sends each message in its own record. */
static void the_same_holds_when_the_messages_come_one_by_one(const struct protocol *protocol)
{
    for (int newer = 0; newer <= 1; newer++) {
        struct pair pair;
        struct raw_peer raw;
        bool tls13 = protocol->version == TLS1_3_VERSION;

        init(&pair, protocol, newer);
        expected = pki_server();
        chain = 1;
        raw_open(&raw, pair.client_ctx, protocol, RAW_SERVER);
        raw_step(&raw);
        raw_server_hello(&raw, tls13 ? 0x1301 : 0xc02b);
        raw_step(&raw);
        if (tls13) {
            raw_encrypted_extensions(&raw);
            raw_certificate_request(&raw);
            raw_step(&raw);
            CHECK_EQ(asked, 0);
            raw_certificate(&raw, pki_server()->certificate);
            raw_step(&raw);
            raw_certificate_verify(&raw, pki_server()->key, 0x0403);
            raw_finished(&raw);
        } else {
            raw_certificate(&raw, pki_server()->certificate);
            raw_server_key_exchange(&raw, pki_server()->key, 0x0403);
            raw_certificate_request(&raw);
            raw_server_hello_done(&raw);
        }
        raw_step(&raw);
        CHECK_EQ(raw.alert, -1);
        CHECK_EQ(raw.error, tls13 ? SSL_ERROR_NONE : SSL_ERROR_WANT_READ);
        CHECK_EQ(asked, 1);
        CHECK_EQ(verifications, 2);
        raw_close(&raw);
        pair_free(&pair);
    }
}

TEST_MAIN(
    TEST_EACH(the_same_holds_when_the_messages_come_one_by_one),
    TEST_EACH(the_server_is_known_and_verified),
    TEST_EACH(a_server_that_is_refused_is_shown_nothing))
