/* Settings of contexts and connections, ciphers, and the names of things. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "unconnected.h"

static void options_are_set_cleared_and_inherited(void)
{
    uint64_t defaults;

    make();
    defaults = SSL_CTX_get_options(context);
    CHECK_EQ(defaults, SSL_OP_NO_COMPRESSION | SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    CHECK_EQ(SSL_CTX_set_options(context, SSL_OP_NO_TICKET), defaults | SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_CTX_get_options(context), defaults | SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_get_options(ssl), defaults);
    SSL_free(ssl);
    ssl = SSL_new(context);
    CHECK_EQ(SSL_get_options(ssl), defaults | SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_clear_options(ssl, SSL_OP_NO_TICKET), defaults);
    CHECK_EQ(SSL_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE),
             defaults | SSL_OP_CIPHER_SERVER_PREFERENCE);
    CHECK_EQ(SSL_CTX_clear_options(context, SSL_OP_NO_TICKET), defaults);
    unmake();
}

static void modes_are_set_cleared_and_inherited(void)
{
    make();
    CHECK_EQ(SSL_CTX_get_mode(context), SSL_MODE_AUTO_RETRY);
    CHECK_EQ(SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS),
             SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
    CHECK_EQ(SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY), SSL_MODE_RELEASE_BUFFERS);
    SSL_free(ssl);
    ssl = SSL_new(context);
    CHECK_EQ(SSL_get_mode(ssl), SSL_MODE_RELEASE_BUFFERS);
    CHECK_EQ(SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE),
             SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    unmake();
}

static void protocol_limits_are_kept(void)
{
    make();
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION), 1);
    CHECK_EQ(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), TLS1_3_VERSION);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, 0), 1);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), 0);
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, 0x1234), 0);
    CHECK_EQ(SSL_set_min_proto_version(ssl, TLS1_3_VERSION), 1);
    CHECK_EQ(SSL_get_min_proto_version(ssl), TLS1_3_VERSION);
    unmake();
}

static int verify_nothing(int ok, X509_STORE_CTX *store)
{
    (void)store;
    return ok;
}

static void verification_settings_are_inherited(void)
{
    make();
    CHECK_EQ(SSL_CTX_get_verify_mode(context), SSL_VERIFY_NONE);
    CHECK_EQ(SSL_CTX_get_verify_depth(context), -1);
    CHECK(SSL_CTX_get_verify_callback(context) == NULL);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify_nothing);
    SSL_CTX_set_verify_depth(context, 3);
    SSL_free(ssl);
    ssl = SSL_new(context);
    CHECK_EQ(SSL_get_verify_mode(ssl), SSL_VERIFY_PEER);
    CHECK_EQ(SSL_get_verify_depth(ssl), 3);
    CHECK(SSL_get_verify_callback(ssl) == verify_nothing);
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    SSL_set_verify_depth(ssl, 5);
    /* The callback stays when none is given. */
    CHECK(SSL_get_verify_callback(ssl) == verify_nothing);
    CHECK_EQ(SSL_get_verify_mode(ssl), SSL_VERIFY_NONE);
    CHECK_EQ(SSL_get_verify_depth(ssl), 5);
    CHECK_EQ(SSL_CTX_get_verify_depth(context), 3);
    SSL_set_verify_result(ssl, X509_V_ERR_CERT_REVOKED);
    CHECK_EQ(SSL_get_verify_result(ssl), X509_V_ERR_CERT_REVOKED);
    unmake();
}

static void quiet_shutdown_and_read_ahead_are_inherited(void)
{
    make();
    CHECK_EQ(SSL_CTX_get_quiet_shutdown(context), 0);
    CHECK_EQ(SSL_CTX_get_read_ahead(context), 0);
    SSL_CTX_set_quiet_shutdown(context, 1);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_free(ssl);
    ssl = SSL_new(context);
    CHECK_EQ(SSL_get_quiet_shutdown(ssl), 1);
    CHECK_EQ(SSL_get_read_ahead(ssl), 1);
    SSL_set_quiet_shutdown(ssl, 0);
    SSL_set_read_ahead(ssl, 0);
    CHECK_EQ(SSL_get_quiet_shutdown(ssl), 0);
    CHECK_EQ(SSL_get_read_ahead(ssl), 0);
    unmake();
}

static int freed;

static void on_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long argl,
                    void *argp)
{
    (void)parent, (void)data, (void)index, (void)argl, (void)argp;
    if (value != NULL)
        freed++;
}

static void the_application_may_attach_data(void)
{
    int for_context = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_free);
    int for_ssl = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_free);

    CHECK(for_context >= 0);
    CHECK(for_ssl > 0); /* 0 is SSL_set_app_data() */
    make();
    CHECK(SSL_CTX_get_ex_data(context, for_context) == NULL);
    CHECK_EQ(SSL_CTX_set_ex_data(context, for_context, "of the context"), 1);
    CHECK_STR(SSL_CTX_get_ex_data(context, for_context), "of the context");
    CHECK_EQ(SSL_set_ex_data(ssl, for_ssl, "of the connection"), 1);
    CHECK_EQ(SSL_set_app_data(ssl, "the other"), 1);
    CHECK_STR(SSL_get_ex_data(ssl, for_ssl), "of the connection");
    CHECK_STR(SSL_get_app_data(ssl), "the other");
    unmake();
    CHECK_EQ(freed, 2);
}

static void references_to_contexts_and_connections_count(void)
{
    make();
    CHECK(SSL_get_SSL_CTX(ssl) == context);
    CHECK_EQ(SSL_CTX_up_ref(context), 1);
    SSL_CTX_free(context);
    CHECK_EQ(SSL_up_ref(ssl), 1);
    SSL_free(ssl);
    SSL_CTX_free(context); /* the connection's own reference is left */
    CHECK(SSL_get_SSL_CTX(ssl) == context);
    CHECK(SSL_CTX_get_cert_store(context) != NULL);
    SSL_free(ssl);
}

static void roles_are_told_apart(void)
{
    make();
    SSL_set_connect_state(ssl);
    CHECK_EQ(SSL_is_server(ssl), 0);
    SSL_set_accept_state(ssl);
    CHECK_EQ(SSL_is_server(ssl), 1);
    CHECK(SSL_get_ssl_method(ssl) != NULL);
    unmake();
}

/* ---- ciphers ---- */

/* In OpenSSL's default order; those that every library of today has. */
/* clang-format off */
static const struct cipher {
    const char *name, *standard_name, *version, *description;
    int bits, number, digest;
} ciphers[] = {
    { "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", "TLSv1.3",
      "TLS_AES_256_GCM_SHA384         TLSv1.3 Kx=any      Au=any   "
      "Enc=AESGCM(256)            Mac=AEAD\n", 256, 0x1302, NID_sha384 },
    { "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3",
      "TLS_CHACHA20_POLY1305_SHA256   TLSv1.3 Kx=any      Au=any   "
      "Enc=CHACHA20/POLY1305(256) Mac=AEAD\n", 256, 0x1303, NID_sha256 },
    { "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", "TLSv1.3",
      "TLS_AES_128_GCM_SHA256         TLSv1.3 Kx=any      Au=any   "
      "Enc=AESGCM(128)            Mac=AEAD\n", 128, 0x1301, NID_sha256 },
    { "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384  TLSv1.2 Kx=ECDH     Au=ECDSA "
      "Enc=AESGCM(256)            Mac=AEAD\n", 256, 0xc02c, NID_sha384 },
    { "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLSv1.2",
      "ECDHE-RSA-AES256-GCM-SHA384    TLSv1.2 Kx=ECDH     Au=RSA   "
      "Enc=AESGCM(256)            Mac=AEAD\n", 256, 0xc030, NID_sha384 },
    { "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305  TLSv1.2 Kx=ECDH     Au=ECDSA "
      "Enc=CHACHA20/POLY1305(256) Mac=AEAD\n", 256, 0xcca9, NID_sha256 },
    { "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305    TLSv1.2 Kx=ECDH     Au=RSA   "
      "Enc=CHACHA20/POLY1305(256) Mac=AEAD\n", 256, 0xcca8, NID_sha256 },
    { "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256  TLSv1.2 Kx=ECDH     Au=ECDSA "
      "Enc=AESGCM(128)            Mac=AEAD\n", 128, 0xc02b, NID_sha256 },
    { "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLSv1.2",
      "ECDHE-RSA-AES128-GCM-SHA256    TLSv1.2 Kx=ECDH     Au=RSA   "
      "Enc=AESGCM(128)            Mac=AEAD\n", 128, 0xc02f, NID_sha256 },
};
/* clang-format on */

enum {
    CIPHERS = sizeof(ciphers) / sizeof(ciphers[0])
};

static void check_cipher(const SSL_CIPHER *cipher, const struct cipher *want)
{
    unsigned char bytes[2] = { (unsigned char)(want->number >> 8),
                               (unsigned char)want->number };
    char text[256];
    int bits = 0;

    CHECK_STR(SSL_CIPHER_get_name(cipher), want->name);
    CHECK_STR(SSL_CIPHER_standard_name(cipher), want->standard_name);
    CHECK_STR(OPENSSL_cipher_name(want->standard_name), want->name);
    CHECK_STR(SSL_CIPHER_get_version(cipher), want->version);
    CHECK_STR(SSL_CIPHER_description(cipher, text, sizeof(text)), want->description);
    CHECK_EQ(SSL_CIPHER_get_bits(cipher, &bits), want->bits);
    CHECK_EQ(bits, want->bits);
    CHECK_EQ(SSL_CIPHER_get_id(cipher), 0x03000000 | want->number);
    CHECK_EQ(SSL_CIPHER_get_protocol_id(cipher), want->number);
    CHECK_EQ(SSL_CIPHER_is_aead(cipher), 1);
    CHECK_EQ(SSL_CIPHER_get_digest_nid(cipher), NID_undef);
    CHECK_EQ(EVP_MD_get_type(SSL_CIPHER_get_handshake_digest(cipher)), want->digest);
    CHECK(SSL_CIPHER_find(ssl, bytes) == cipher);
}

static void the_ciphers_have_their_names_and_their_order(void)
{
    const STACK_OF(SSL_CIPHER) *list;
    int found = 0;

    make();
    list = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(list) && found < CIPHERS; i++) {
        const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(list, i);

        if (SSL_CIPHER_get_protocol_id(cipher) == ciphers[found].number)
            check_cipher(cipher, &ciphers[found++]);
    }
    if (found < CIPHERS)
        fprintf(stderr, "no %s, or not in its place\n", ciphers[found].name);
    CHECK_EQ(found, CIPHERS);
    CHECK_EQ(sk_SSL_CIPHER_num(SSL_get_ciphers(ssl)), sk_SSL_CIPHER_num(list));
    CHECK_STR(SSL_get_cipher_list(ssl, 0), "TLS_AES_256_GCM_SHA384");
    CHECK(SSL_get_cipher_list(ssl, 10000) == NULL);
    unmake();
}

static void a_cipher_list_keeps_the_tls13_suites(void)
{
    static const char *const want[] = { "TLS_AES_256_GCM_SHA384",
                                        "TLS_CHACHA20_POLY1305_SHA256",
                                        "TLS_AES_128_GCM_SHA256",
                                        "ECDHE-RSA-AES128-GCM-SHA256",
                                        "ECDHE-ECDSA-AES256-GCM-SHA384" };

    make();
    CHECK_EQ(SSL_set_cipher_list(ssl, "ECDHE-RSA-AES128-GCM-SHA256:no-such-cipher:"
                                      "ECDHE-ECDSA-AES256-GCM-SHA384"),
             1);
    CHECK_EQ(sk_SSL_CIPHER_num(SSL_get_ciphers(ssl)), 5);
    for (int i = 0; i < 5; i++)
        CHECK_STR(SSL_get_cipher_list(ssl, i), want[i]);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "HIGH:!aNULL:!MD5"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:@STRENGTH"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "DEFAULT"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "no-such-cipher"), 0);
    CHECK_REASON(SSL_R_NO_CIPHER_MATCH);
    CHECK_EQ(SSL_set_cipher_list(ssl, "no-such-cipher"), 0);
    CHECK_REASON(SSL_R_NO_CIPHER_MATCH);
    unmake();
}

static void tls13_suites_are_set_apart(void)
{
    make();
    CHECK_EQ(SSL_set_cipher_list(ssl, "ECDHE-RSA-AES128-GCM-SHA256"), 1);
    CHECK_EQ(SSL_set_ciphersuites(ssl, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"),
             1);
    CHECK_STR(SSL_get_cipher_list(ssl, 0), "TLS_AES_128_GCM_SHA256");
    CHECK_STR(SSL_get_cipher_list(ssl, 1), "TLS_AES_256_GCM_SHA384");
    CHECK_STR(SSL_get_cipher_list(ssl, 2), "ECDHE-RSA-AES128-GCM-SHA256");
    CHECK(SSL_get_cipher_list(ssl, 3) == NULL);
    CHECK_EQ(SSL_CTX_set_ciphersuites(context, "no-such-suite"), 0);
    ERR_clear_error();
    unmake();
}

static void the_servers_preference_is_followed_when_asked(const struct protocol *protocol)
{
    for (int prefer = 0; prefer < 2; prefer++) {
        struct pair pair;
        bool tls13 = protocol->version == TLS1_3_VERSION;

        pair_init(&pair, protocol);
        SSL_CTX_set_ciphersuites(pair.client_ctx,
                                 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384");
        SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256:"
                                                 "ECDHE-ECDSA-AES256-GCM-SHA384");
        if (prefer)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
        pair_connect(&pair);
        CHECK_STR(SSL_get_cipher_name(pair.server),
                  tls13    ? prefer ? "TLS_AES_256_GCM_SHA384" : "TLS_AES_128_GCM_SHA256"
                  : prefer ? "ECDHE-ECDSA-AES256-GCM-SHA384"
                           : "ECDHE-ECDSA-AES128-GCM-SHA256");
        CHECK(SSL_get_current_cipher(pair.client) == SSL_get_current_cipher(pair.server));
        CHECK(SSL_get_pending_cipher(pair.client) != NULL);
        pair_free(&pair);
    }
}

/* ---- names of things ---- */

static void versions_and_states_have_names(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_STR(SSL_state_string(pair.client), "PINIT");
    CHECK_STR(SSL_state_string_long(pair.client), "before SSL initialization");
    CHECK_EQ(SSL_get_state(pair.client), TLS_ST_BEFORE);
    CHECK_EQ(SSL_in_before(pair.client), 1);
    CHECK_EQ(SSL_in_init(pair.client), 1);
    SSL_do_handshake(pair.client);
    CHECK_EQ(SSL_in_before(pair.client), 0);
    CHECK_EQ(SSL_in_init(pair.client), 1);
    CHECK_EQ(SSL_is_init_finished(pair.client), 0);
    pair_handshake(&pair);
    CHECK_STR(SSL_get_version(pair.client), protocol->name);
    CHECK_EQ(SSL_version(pair.server), protocol->version);
    CHECK_EQ(SSL_client_version(pair.server), TLS1_2_VERSION); /* the legacy field */
    CHECK_STR(SSL_state_string(pair.client), "SSLOK");
    CHECK_STR(SSL_state_string_long(pair.client), "SSL negotiation finished successfully");
    CHECK_EQ(SSL_get_state(pair.client), TLS_ST_OK);
    CHECK_EQ(SSL_in_init(pair.client), 0);
    CHECK_EQ(SSL_is_init_finished(pair.client), 1);
    pair_free(&pair);
}

static void alerts_have_names(void)
{
    CHECK_STR(SSL_alert_type_string(0x228), "F");
    CHECK_STR(SSL_alert_type_string(0x100), "W");
    CHECK_STR(SSL_alert_type_string(0x300), "U");
    CHECK_STR(SSL_alert_type_string_long(0x228), "fatal");
    CHECK_STR(SSL_alert_type_string_long(0x100), "warning");
    CHECK_STR(SSL_alert_type_string_long(0x300), "unknown");
    CHECK_STR(SSL_alert_desc_string(0x228), "HF");
    CHECK_STR(SSL_alert_desc_string(0x100), "CN");
    CHECK_STR(SSL_alert_desc_string(0x2ff), "UK");
    CHECK_STR(SSL_alert_desc_string_long(0x228), "handshake failure");
    CHECK_STR(SSL_alert_desc_string_long(0x100), "close notify");
    CHECK_STR(SSL_alert_desc_string_long(0x230), "unknown CA");
    CHECK_STR(SSL_alert_desc_string_long(0x2ff), "unknown");
}

TEST_MAIN(TEST(options_are_set_cleared_and_inherited),
          TEST(modes_are_set_cleared_and_inherited), TEST(protocol_limits_are_kept),
          TEST(verification_settings_are_inherited),
          TEST(quiet_shutdown_and_read_ahead_are_inherited),
          TEST(the_application_may_attach_data),
          TEST(references_to_contexts_and_connections_count), TEST(roles_are_told_apart),
          TEST(the_ciphers_have_their_names_and_their_order),
          TEST(a_cipher_list_keeps_the_tls13_suites), TEST(tls13_suites_are_set_apart),
          TEST_EACH(the_servers_preference_is_followed_when_asked),
          TEST_EACH(versions_and_states_have_names), TEST(alerts_have_names))
