/*
 * Settings that a servername callback changes: which of them still count for the handshake that is under way. TLS 1.3 has
 * chosen version, suite and group before the callback; TLS 1.2 has chosen the version only (SSL_CTX_set_client_hello_cb(3)
 * names the callback for what must come earlier).
 */
#include <openssl/ssl.h>

#include "pair.h"

static void (*change)(SSL *ssl);

static int on_server_name(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    change(ssl);
    return SSL_TLSEXT_ERR_OK;
}

/* Both ends speak both versions but for a client of TLS 1.2. */
static void connect_and_change(struct pair *pair, const struct protocol *protocol, void (*by)(SSL *ssl))
{
    pair_init(pair, protocol);
    CHECK(SSL_CTX_set_min_proto_version(pair->client_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_min_proto_version(pair->server_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_max_proto_version(pair->server_ctx, 0));
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, on_server_name);
    change = by;
    pair_open(pair);
    CHECK(SSL_set_tlsext_host_name(pair->client, "localhost"));
    pair_handshake(pair);
}

static void allow_tls12_only(SSL *ssl)
{
    CHECK(SSL_set_max_proto_version(ssl, TLS1_2_VERSION));
}

static void allow_tls13_only(SSL *ssl)
{
    CHECK(SSL_set_min_proto_version(ssl, TLS1_3_VERSION));
}

/* As nginx sets ssl_protocols of a server that is not the default one. */
static void forbid_tls13(SSL *ssl)
{
    SSL_set_options(ssl, SSL_OP_NO_TLSv1_3);
}

static void forbid_tls12(SSL *ssl)
{
    SSL_set_options(ssl, SSL_OP_NO_TLSv1_2);
}

static void versions_forbidden_by_the_callback_have_been_chosen_already(void)
{
    static const struct {
        const struct protocol *protocol;
        void (*change)(SSL *ssl);
    } cases[] = {
        { &TLS13, allow_tls12_only }, { &TLS13, forbid_tls13 }, { &TLS12, allow_tls13_only }, { &TLS12, forbid_tls12 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;

        connect_and_change(&pair, cases[i].protocol, cases[i].change);
        CHECK_EQ(SSL_version(pair.client), cases[i].protocol->version);
        send_text(pair.client, pair.server, "as agreed");
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void choose_others(SSL *ssl)
{
    CHECK(SSL_set_ciphersuites(ssl, "TLS_CHACHA20_POLY1305_SHA256"));
    CHECK(SSL_set_cipher_list(ssl, "ECDHE-ECDSA-CHACHA20-POLY1305"));
    CHECK(SSL_set1_groups_list(ssl, "P-256"));
}

static void tls13_has_chosen_suite_and_group_before_the_callback(void)
{
    struct pair pair;

    connect_and_change(&pair, &TLS13, choose_others);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_AES_256_GCM_SHA384");
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_X25519);
    pair_close(&pair);
    pair_free(&pair);
}

static void never_called(SSL *ssl)
{
    (void)ssl;
    CHECK(!"the handshake ends before the callback");
}

static void tls13_without_a_common_suite_ends_before_the_callback(void)
{
    struct outcome client, server;
    struct pair pair;

    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_CTX_set_ciphersuites(pair.server_ctx, "TLS_CHACHA20_POLY1305_SHA256"));
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, on_server_name);
    change = never_called;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_NO_SHARED_CIPHER);
    CHECK_EQ(client.reason, SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE);
    pair_free(&pair);
}

static void tls12_chooses_suite_and_group_after_the_callback(void)
{
    struct pair pair;

    connect_and_change(&pair, &TLS12, choose_others);
    CHECK_STR(SSL_get_cipher_name(pair.client), "ECDHE-ECDSA-CHACHA20-POLY1305");
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_X9_62_prime256v1);
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST(versions_forbidden_by_the_callback_have_been_chosen_already),
          TEST(tls13_has_chosen_suite_and_group_before_the_callback),
          TEST(tls13_without_a_common_suite_ends_before_the_callback),
          TEST(tls12_chooses_suite_and_group_after_the_callback))
