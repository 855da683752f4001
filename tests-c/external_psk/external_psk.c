/* External pre-shared keys in TLS 1.3: which are used, and what is fatal (S120). */
#include <openssl/ssl.h>

#include "external_psk.h"

static void both_sides_use_the_key(void)
{
    struct pair pair;

    external_psk_init(&pair);
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, true);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_AES_128_GCM_SHA256");
    CHECK_EQ(SSL_CTX_sess_hits(pair.client_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 0);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_needs_no_certificate(void)
{
    struct pair pair;

    external_psk_init(&pair);
    without_certificate(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    pair_settle(&pair);
    pair_free(&pair);
}

static void the_key_outlives_a_request_for_another_group(void)
{
    struct pair pair;

    external_psk_init(&pair);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-384"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "P-384"), 1);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
    pair_settle(&pair);
    pair_free(&pair);
}

static void another_key_of_the_same_identity_is_fatal(void)
{
    struct pair pair;
    struct outcome client, server;

    external_psk_init(&pair);
    server_key[31] = 'x';
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_BINDER_DOES_NOT_VERIFY);
    CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
    pair_free(&pair);
}

static void keys_may_be_short_and_long(void)
{
    static const size_t lengths[] = { 1, 16, 32, 33, 48, 64, 65, 255, 256, 512 };
    static const unsigned char *const suites[] = { SHA256_SUITE, SHA384_SUITE };
    static const char *const names[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384" };

    for (int i = 0; i < 20; i++) {
        struct pair pair;

        external_psk_init(&pair);
        uses = 0;
        key_length = lengths[i / 2];
        suite = suites[i % 2];
        SSL_CTX_set_ciphersuites(pair.client_ctx, names[i % 2]);
        pair_connect(&pair);
        check_psk_used(&pair, true);
        pair_settle(&pair);
        pair_free(&pair);
    }
}

static void identities_are_any_bytes(void)
{
    static char identity[1000];

    for (size_t length = 1; length <= sizeof(identity); length += 333) {
        struct pair pair;

        external_psk_init(&pair);
        uses = 0;
        client_identity = identity; /* zeros */
        identity_length = length;
        pair_connect(&pair);
        check_psk_used(&pair, true);
        pair_free(&pair);
    }
}

static void an_unknown_identity_means_a_full_handshake(void)
{
    struct pair pair;
    struct outcome client, server;

    external_psk_init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, NULL);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 0);
    pair_drop(&pair);

    without_certificate(&pair);
    uses = 0;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    pair_free(&pair);
}

static void no_key_is_used_if_the_callback_has_none(void)
{
    struct pair pair;

    external_psk_init(&pair);
    known = false;
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 0);
    check_psk_used(&pair, false);
    pair_free(&pair);
}

static void a_key_of_another_hash_is_not_used(void)
{
    struct pair pair;

    external_psk_init(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx,
                             "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256");
    pair_connect(&pair);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, false);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_AES_256_GCM_SHA384");
    pair_free(&pair);
}

static void a_key_goes_with_any_suite_of_its_hash(void)
{
    struct pair pair;

    external_psk_init(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_CHACHA20_POLY1305_SHA256");
    pair_connect(&pair);
    check_psk_used(&pair, true);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_CHACHA20_POLY1305_SHA256");
    pair_settle(&pair);
    pair_free(&pair);
}

static int refuse_to_find(SSL *ssl, const unsigned char *identity, size_t length,
                          SSL_SESSION **session)
{
    (void)ssl, (void)identity, (void)length, (void)session;
    return 0;
}

static void a_failing_find_callback_is_fatal(void)
{
    struct pair pair;
    struct outcome client, server;

    external_psk_init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, refuse_to_find);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_BAD_EXTENSION);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_free(&pair);
}

static void check_bad_psk(struct pair *pair)
{
    uses = 0;
    pair_open(pair);
    CHECK_EQ(SSL_do_handshake(pair->client), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_BAD_PSK);
    pair_drop(pair);
}

static void a_failing_use_callback_is_fatal(void)
{
    struct pair pair;

    external_psk_init(&pair);
    answer = 0;
    check_bad_psk(&pair);
    known = false;
    check_bad_psk(&pair);
    answer = 1;
    known = true;
    version = TLS1_2_VERSION;
    check_bad_psk(&pair);
    pair_free(&pair);
}

static void a_connection_may_have_its_own_callbacks(void)
{
    struct pair pair;

    external_psk_init(&pair);
    pair_open(&pair);
    SSL_set_psk_use_session_callback(pair.client, NULL);
    pair_handshake(&pair);
    CHECK_EQ(uses, 0);
    check_psk_used(&pair, false);
    pair_drop(&pair);

    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, NULL);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, NULL);
    pair_open(&pair);
    SSL_set_psk_use_session_callback(pair.client, use_session);
    SSL_set_psk_find_session_callback(pair.server, find_session);
    pair_handshake(&pair);
    check_psk_used(&pair, true);
    pair_free(&pair);
}

TEST_MAIN(TEST(both_sides_use_the_key),
          TEST(a_server_needs_no_certificate),
          TEST(the_key_outlives_a_request_for_another_group),
          TEST(another_key_of_the_same_identity_is_fatal),
          TEST(keys_may_be_short_and_long),
          TEST(identities_are_any_bytes),
          TEST(an_unknown_identity_means_a_full_handshake),
          TEST(no_key_is_used_if_the_callback_has_none),
          TEST(a_key_of_another_hash_is_not_used),
          TEST(a_key_goes_with_any_suite_of_its_hash),
          TEST(a_failing_find_callback_is_fatal),
          TEST(a_failing_use_callback_is_fatal),
          TEST(a_connection_may_have_its_own_callbacks))
