/* Handshakes of ends that do not agree on a version, a suite or a group. */
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include "pair.h"

/* ---- no agreement ---- */

static void check_no_agreement(struct pair *pair, int server_reason, int client_reason)
{
    struct outcome client, server;

    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.ret, -1);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, server_reason);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, client_reason);
    pair_free(pair);
}

static void different_versions_do_not_agree(const struct protocol *protocol)
{
    struct pair pair;
    const struct protocol *other = protocol == &TLS12 ? &TLS13 : &TLS12;

    pair_init(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = server_context(other);
    check_no_agreement(&pair, SSL_R_UNSUPPORTED_PROTOCOL,
                       SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}

static void different_suites_do_not_agree(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256");
    SSL_CTX_set_cipher_list(pair.server_ctx, "ECDHE-ECDSA-AES256-GCM-SHA384");
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_ciphersuites(pair.server_ctx, "TLS_AES_256_GCM_SHA384");
    check_no_agreement(&pair, SSL_R_NO_SHARED_CIPHER,
                       SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
}

static void a_server_without_certificate_has_no_suite(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    check_no_agreement(&pair, SSL_R_NO_SHARED_CIPHER,
                       SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
}

static void a_server_refuses_groups_it_does_not_know(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "P-256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "X25519"), 1);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
    pair_free(&pair);
}

/* ---- settings that cannot be ---- */

static void old_version(const SSL_METHOD *method, int version)
{
    SSL_CTX *context = SSL_CTX_new(method);
    SSL *ssl;

    CHECK(context != NULL);
    ssl = SSL_new(context);
    CHECK(ssl != NULL);
    CHECK_EQ(SSL_version(ssl), version);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    if (on_reprise()) {
        CHECK_EQ(SSL_do_handshake(ssl), -1);
        CHECK_EQ(SSL_get_error(ssl, -1), SSL_ERROR_SSL);
        CHECK_REASON(SSL_R_UNSUPPORTED_SSL_VERSION);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static int reported[8], reports;

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (reports < 8)
        reported[reports++] = where == SSL_CB_CONNECT_EXIT ? value : where;
}

/* Programs see by this which versions may be used: there is no SSL_CB_LOOP in between. */
static void a_client_without_a_version_begins_and_exits(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl;

    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
    SSL_CTX_set_info_callback(context, on_info);
    ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    reports = 0;
    CHECK_EQ(SSL_connect(ssl), -1);
    CHECK_EQ(SSL_get_error(ssl, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_NO_PROTOCOLS_AVAILABLE);
    CHECK_EQ(reports, 3);
    CHECK_EQ(reported[0], SSL_CB_HANDSHAKE_START);
    CHECK_EQ(reported[1], SSL_CB_WRITE_ALERT);
    CHECK_EQ(reported[2], -1);
    CHECK_EQ(SSL_connect(ssl), -1);
    CHECK_EQ(BIO_pending(SSL_get_wbio(ssl)), 7);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* TLSv1_method(3): programs try all methods to see which ones work. */
static void contexts_of_old_versions_can_be_made(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    old_version(TLSv1_method(), TLS1_VERSION);
    old_version(TLSv1_client_method(), TLS1_VERSION);
    old_version(TLSv1_1_method(), TLS1_1_VERSION);
    CHECK_EQ(SSL_CTX_set_ssl_version(context, TLSv1_method()), 1);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(a_client_without_a_version_begins_and_exits),
          TEST(contexts_of_old_versions_can_be_made),
          TEST_EACH(different_versions_do_not_agree),
          TEST_EACH(different_suites_do_not_agree),
          TEST(a_server_without_certificate_has_no_suite),
          TEST_EACH(a_server_refuses_groups_it_does_not_know))
