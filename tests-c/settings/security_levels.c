/* What a security level lets a side offer, choose and accept. */
#include <string.h>

#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pair.h"
#include "seen_hello.h"

/* A P-384 key and its certificate, which satisfy level 4. */
static const struct credentials *strong(void)
{
    static struct credentials made;
    if (made.key == NULL) {
        made.key = EVP_EC_gen("P-384");
        made.certificate = X509_new();
        CHECK(made.key != NULL && made.certificate != NULL);
        X509_set_version(made.certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 77);
        X509_gmtime_adj(X509_getm_notBefore(made.certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(made.certificate), 3600);
        X509_NAME *name = X509_get_subject_name(made.certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"strong", -1,
                                   -1, 0);
        X509_set_issuer_name(made.certificate, name);
        X509_set_pubkey(made.certificate, made.key);
        CHECK(X509_sign(made.certificate, made.key, EVP_sha384()) > 0);
    }
    return &made;
}

/* A pair whose keys are good for any level up to 4, and whose ClientHello is looked at. */
static void strong_pair(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    use_credentials(pair->server_ctx, strong());
    trust(pair->client_ctx, strong());
    SSL_CTX_set_client_hello_cb(pair->server_ctx, see_hello, NULL);
}

static void try_handshake(struct pair *pair, struct outcome *client, struct outcome *server)
{
    memset(&hello, 0, sizeof hello);
    pair_open(pair);
    pair_try_handshake(pair, client, server);
}

static void a_client_offers_no_group_and_no_suite_below_its_level(const struct protocol *protocol)
{
    struct pair pair;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256:P-384"));
    SSL_CTX_set_security_level(pair.client_ctx, 4);
    pair_connect(&pair);
    CHECK(!OFFERS_GROUP(0x001d) && !OFFERS_GROUP(0x0017) && OFFERS_GROUP(0x0018));
    if (protocol->version == TLS1_3_VERSION)
        CHECK(OFFERS_SUITE(0x1302) && !OFFERS_SUITE(0x1301));
    else
        CHECK(OFFERS_SUITE(0xc02c) && !OFFERS_SUITE(0xc02b) && !OFFERS_SUITE(0xc02f));
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
    CHECK_EQ(SSL_CIPHER_get_bits(SSL_get_current_cipher(pair.client), NULL), 256);
    pair_close(&pair);

    SSL_CTX_set_security_level(pair.client_ctx, 3);
    pair_connect(&pair);
    CHECK(OFFERS_GROUP(0x001d) && OFFERS_GROUP(0x0017) && OFFERS_GROUP(0x0018));
    pair_free(&pair);
}

static void a_client_offers_no_signature_algorithm_below_its_level(const struct protocol *protocol)
{
    struct pair pair;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set1_sigalgs_list(pair.client_ctx, "ECDSA+SHA256:ECDSA+SHA384:RSA+SHA512"));
    SSL_CTX_set_security_level(pair.client_ctx, 4);
    pair_connect(&pair);
    CHECK(!OFFERS_SIGALG(0x0403) && OFFERS_SIGALG(0x0503) && OFFERS_SIGALG(0x0601));
    pair_free(&pair);
}

/* In TLS 1.2 OpenSSL's client asks its server for a suite that needs no group. */
static void check_no_group(const struct protocol *protocol, const struct outcome *client,
                           const struct outcome *server)
{
    CHECK_EQ(client->error, SSL_ERROR_SSL);
    CHECK_EQ(server->error, SSL_ERROR_SSL);
    if (protocol->version == TLS1_2_VERSION && !on_reprise()) {
        CHECK_EQ(server->reason, SSL_R_NO_SHARED_CIPHER);
        return;
    }
    CHECK_EQ(client->reason, SSL_R_NO_SUITABLE_GROUPS);
    CHECK(!hello.seen);
}

static void a_client_without_a_group_for_its_level_does_not_begin(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
    SSL_CTX_set_security_level(pair.client_ctx, 4);
    try_handshake(&pair, &client, &server);
    check_no_group(protocol, &client, &server);
    pair_free(&pair);
}

static void a_client_without_a_suite_for_its_level_does_not_begin(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    SSL_CTX_set_security_level(pair.client_ctx, 4);
    try_handshake(&pair, &client, &server);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_NO_CIPHERS_AVAILABLE);
    CHECK(!hello.seen);
    /* The alert comes instead of a ClientHello. */
    CHECK_EQ(server.reason, SSL_R_UNEXPECTED_MESSAGE);
    pair_free(&pair);
}

static void a_client_needs_a_suite_for_its_highest_version(void)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, &TLS13);
    pair_allow_both_versions(&pair);
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    SSL_CTX_set_security_level(pair.client_ctx, 4);
    try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_NO_CIPHERS_AVAILABLE);
    pair_free(&pair);
}

static void a_server_takes_no_group_below_its_level(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
    SSL_CTX_set_security_level(pair.server_ctx, 4);
    try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, protocol->version == TLS1_3_VERSION ? SSL_R_NO_SUITABLE_KEY_SHARE
                                                                : SSL_R_NO_SHARED_CIPHER);
    CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
    pair_drop(&pair);

    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-384"));
    pair_connect(&pair);
    CHECK_EQ(SSL_get_negotiated_group(pair.server), NID_secp384r1);
    CHECK_EQ(SSL_get_shared_group(pair.server, -1), 1);
    CHECK_EQ(SSL_get_shared_group(pair.server, 0), NID_secp384r1);
    pair_free(&pair);
}

static void a_server_takes_no_suite_below_its_level(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    SSL_CTX_set_security_level(pair.server_ctx, 4);
    try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_NO_SHARED_CIPHER);
    CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
    pair_drop(&pair);

    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx,
                                   "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"));
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx,
                                  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"));
    pair_connect(&pair);
    CHECK_EQ(SSL_CIPHER_get_bits(SSL_get_current_cipher(pair.server), NULL), 256);
    pair_free(&pair);
}

static void a_server_does_not_fall_back_to_a_version_whose_suites_are_good_enough(void)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, &TLS13);
    pair_allow_both_versions(&pair);
    CHECK(SSL_CTX_set_ciphersuites(pair.server_ctx, "TLS_AES_128_GCM_SHA256"));
    SSL_CTX_set_security_level(pair.server_ctx, 4);
    try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_NO_SHARED_CIPHER);
    pair_free(&pair);
}

static void a_server_signs_with_nothing_below_its_level(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set1_sigalgs_list(pair.client_ctx, "ECDSA+SHA256"));
    SSL_CTX_set_security_level(pair.server_ctx, 4);
    try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
    CHECK_EQ(SSL_get_shared_sigalgs(pair.server, 0, NULL, NULL, NULL, NULL, NULL), 0);
    pair_free(&pair);
}

static void level_3_has_no_tls12_tickets(void)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        strong_pair(&pair, &TLS12);
        SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"x", 1);
        SSL_CTX_set_security_level(end == 0 ? pair.client_ctx : pair.server_ctx, 3);
        pair_connect(&pair);
        CHECK_EQ(hello.ticket, end == 1);
        SSL_SESSION *session = SSL_get1_session(pair.client);
        CHECK(!SSL_SESSION_has_ticket(session));
        pair_close(&pair);
        /* There are ids still. */
        CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void a_ticket_from_before_level_3_is_no_use_afterwards(void)
{
    struct pair pair;
    strong_pair(&pair, &TLS12);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_OFF);
    SSL_SESSION *session = pair_new_session(&pair);
    CHECK(SSL_SESSION_has_ticket(session));
    CHECK(pair_resumes(&pair, session));
    SSL_CTX_set_security_level(pair.server_ctx, 3);
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void level_3_has_tickets_in_tls13(void)
{
    struct pair pair;
    strong_pair(&pair, &TLS13);
    SSL_CTX_set_security_level(pair.client_ctx, 3);
    SSL_CTX_set_security_level(pair.server_ctx, 3);
    SSL_SESSION *session = pair_new_session(&pair);
    CHECK(SSL_SESSION_has_ticket(session));
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static bool lists(STACK_OF(SSL_CIPHER) *ciphers, const char *name)
{
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++)
        if (strcmp(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)), name) == 0)
            return true;
    return false;
}

static void supported_suites_are_those_of_the_level(void)
{
    struct pair pair;
    strong_pair(&pair, &TLS13);
    pair_allow_both_versions(&pair);
    pair_open(&pair);
    for (int server = 0; server < 2; server++) {
        SSL *ssl = server ? pair.server : pair.client;
        SSL_set_security_level(ssl, 4);
        STACK_OF(SSL_CIPHER) *ciphers = SSL_get1_supported_ciphers(ssl);
        CHECK(lists(ciphers, "TLS_AES_256_GCM_SHA384"));
        CHECK(lists(ciphers, "ECDHE-ECDSA-AES256-GCM-SHA384"));
        CHECK(!lists(ciphers, "TLS_AES_128_GCM_SHA256"));
        CHECK(!lists(ciphers, "ECDHE-ECDSA-AES128-GCM-SHA256"));
        sk_SSL_CIPHER_free(ciphers);
        /* What is set stays. */
        CHECK(lists(SSL_get_ciphers(ssl), "TLS_AES_128_GCM_SHA256"));
    }
    pair_free(&pair);
}

static void suites_whose_signatures_are_not_taken_are_not_offered(void)
{
    struct pair pair;
    strong_pair(&pair, &TLS12);
    CHECK(SSL_CTX_set1_sigalgs_list(pair.client_ctx, "ECDSA+SHA384"));
    pair_connect(&pair);
    CHECK(OFFERS_SUITE(0xc02c) && !OFFERS_SUITE(0xc030) && !OFFERS_SUITE(0xc02f));
    STACK_OF(SSL_CIPHER) *ciphers = SSL_get1_supported_ciphers(pair.client);
    CHECK(!lists(ciphers, "ECDHE-RSA-AES256-GCM-SHA384"));
    sk_SSL_CIPHER_free(ciphers);
    pair_free(&pair);
}

static void a_level_in_a_cipher_string_is_a_level(const struct protocol *protocol)
{
    struct pair pair;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, "DEFAULT:@SECLEVEL=4"));
    CHECK_EQ(SSL_CTX_get_security_level(pair.client_ctx), 4);
    pair_connect(&pair);
    CHECK(!OFFERS_GROUP(0x001d) && OFFERS_GROUP(0x0018));
    CHECK(!OFFERS_SUITE(0x1301) && !OFFERS_SUITE(0xc02b));
    pair_close(&pair);
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, "DEFAULT:@SECLEVEL=1"));
    pair_connect(&pair);
    CHECK(OFFERS_GROUP(0x001d));
    pair_free(&pair);
}

static void levels_beyond_the_range_are_the_next_within(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    strong_pair(&pair, protocol);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "P-384"));
    SSL_CTX_set_security_level(pair.client_ctx, -1);
    CHECK_EQ(SSL_CTX_get_security_level(pair.client_ctx), -1);
    pair_connect(&pair);
    pair_close(&pair);
    SSL_CTX_set_security_level(pair.client_ctx, 9);
    CHECK_EQ(SSL_CTX_get_security_level(pair.client_ctx), 9);
    try_handshake(&pair, &client, &server);
    check_no_group(protocol, &client, &server);
    pair_free(&pair);
}

/* Diffie-Hellman */

static EVP_PKEY *dh_key(int nid)
{
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    EVP_PKEY *key = NULL;
    CHECK(EVP_PKEY_paramgen_init(maker) > 0);
    CHECK(EVP_PKEY_CTX_set_dh_nid(maker, nid) > 0);
    CHECK(EVP_PKEY_paramgen(maker, &key) > 0);
    EVP_PKEY_CTX_free(maker);
    return key;
}

static void temporary_dh_keys_are_held_to_the_level(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    for (int level = 2; level < 5; level++) {
        /* 2048 bits are worth 112. */
        SSL_CTX_set_security_level(ctx, level);
        SSL_set_security_level(ssl, level);
        EVP_PKEY *one = dh_key(NID_ffdhe2048), *other = dh_key(NID_ffdhe2048);
        ERR_clear_error();
        CHECK_EQ(SSL_CTX_set0_tmp_dh_pkey(ctx, one), level == 2);
        if (level != 2) {
            CHECK_REASON(SSL_R_DH_KEY_TOO_SMALL);
            EVP_PKEY_free(one);
        }
        CHECK_EQ(SSL_set0_tmp_dh_pkey(ssl, other), level == 2);
        if (level != 2) {
            CHECK_REASON(SSL_R_DH_KEY_TOO_SMALL);
            EVP_PKEY_free(other);
        }
        DH *dh = DH_new_by_nid(NID_ffdhe2048);
        CHECK_EQ(SSL_CTX_set_tmp_dh(ctx, dh), level == 2);
        CHECK_EQ(SSL_set_tmp_dh(ssl, dh), level == 2);
        if (level != 2)
            CHECK_REASON(SSL_R_DH_KEY_TOO_SMALL);
        DH_free(dh);
    }
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_set_tmp_dh(ctx, NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_CTX_set_dh_auto(ctx, 1), 1);
    CHECK_EQ(SSL_set_dh_auto(ssl, 1), 1);
    SSL_CTX_set_tmp_dh_callback(ctx, NULL);
    SSL_set_tmp_dh_callback(ssl, NULL);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

TEST_MAIN(TEST_EACH(a_client_offers_no_group_and_no_suite_below_its_level),
          TEST_EACH(a_client_offers_no_signature_algorithm_below_its_level),
          TEST_EACH(a_client_without_a_group_for_its_level_does_not_begin),
          TEST_EACH(a_client_without_a_suite_for_its_level_does_not_begin),
          TEST(a_client_needs_a_suite_for_its_highest_version),
          TEST_EACH(a_server_takes_no_group_below_its_level),
          TEST_EACH(a_server_takes_no_suite_below_its_level),
          TEST(a_server_does_not_fall_back_to_a_version_whose_suites_are_good_enough),
          TEST_EACH(a_server_signs_with_nothing_below_its_level),
          TEST(level_3_has_no_tls12_tickets),
          TEST(a_ticket_from_before_level_3_is_no_use_afterwards),
          TEST(level_3_has_tickets_in_tls13),
          TEST(supported_suites_are_those_of_the_level),
          TEST(suites_whose_signatures_are_not_taken_are_not_offered),
          TEST_EACH(a_level_in_a_cipher_string_is_a_level),
          TEST_EACH(levels_beyond_the_range_are_the_next_within),
          TEST(temporary_dh_keys_are_held_to_the_level))
