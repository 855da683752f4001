/* Ends that do not agree, settings that cannot be, missing objects: how each is told. */
#include <string.h>

#include <openssl/err.h>
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

static void a_key_of_another_certificate_is_refused(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl;

    CHECK_EQ(SSL_CTX_check_private_key(context), 0);
    CHECK_REASON(SSL_R_NO_CERTIFICATE_ASSIGNED);
    CHECK_EQ(SSL_CTX_use_certificate(context, pki_server()->certificate), 1);
    CHECK_EQ(SSL_CTX_check_private_key(context), 0);
    CHECK_REASON(SSL_R_NO_PRIVATE_KEY_ASSIGNED);
    CHECK_EQ(SSL_CTX_use_PrivateKey(context, pki_client()->key), 0);
    CHECK_EQ(ERR_GET_LIB(ERR_peek_error()), ERR_LIB_X509);
    CHECK_EQ(ERR_GET_REASON(ERR_peek_error()), X509_R_KEY_VALUES_MISMATCH);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_use_PrivateKey(context, pki_server()->key), 1);
    CHECK_EQ(SSL_CTX_check_private_key(context), 1);
    ssl = SSL_new(context);
    CHECK_EQ(SSL_use_PrivateKey(ssl, pki_client()->key), 0);
    ERR_clear_error();
    CHECK_EQ(SSL_check_private_key(ssl), 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void unreadable_files_are_errors(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    const char *garbage = pki_file("garbage.pem", "neither a key nor a certificate\n");

    CHECK_EQ(SSL_CTX_load_verify_locations(context, "/nonexistent/ca.pem", NULL), 0);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_load_verify_locations(context, garbage, NULL), 0);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_load_verify_locations(context, NULL, NULL), 0);
    ERR_clear_error();
    /* A directory is only looked into when it is needed. */
    CHECK_EQ(SSL_CTX_load_verify_locations(context, NULL, "/nonexistent"), 1);

    CHECK_EQ(SSL_CTX_use_certificate_chain_file(context, "/nonexistent.pem"), 0);
    CHECK_REASON(ERR_R_SYS_LIB);
    CHECK_EQ(SSL_CTX_use_certificate_chain_file(context, garbage), 0);
    CHECK_REASON(ERR_R_PEM_LIB);
    CHECK_EQ(SSL_CTX_use_certificate_file(context, garbage, SSL_FILETYPE_PEM), 0);
    CHECK_REASON(ERR_R_PEM_LIB);
    CHECK_EQ(SSL_CTX_use_certificate_file(context, garbage, 77), 0);
    CHECK_REASON(SSL_R_BAD_SSL_FILETYPE);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(context, "/nonexistent.pem", SSL_FILETYPE_PEM), 0);
    CHECK_REASON(ERR_R_SYS_LIB);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(context, garbage, SSL_FILETYPE_PEM), 0);
    CHECK_REASON(ERR_R_PEM_LIB);
    CHECK(SSL_load_client_CA_file("/nonexistent.pem") == NULL);
    ERR_clear_error();
    SSL_CTX_free(context);
}

static void files_that_fit_are_read(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    CHECK_EQ(SSL_CTX_use_certificate_chain_file(pair.server_ctx,
                                                pki_certificate_file(pki_server())), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, pki_key_file(pki_server()),
                                         SSL_FILETYPE_PEM), 1);
    pair_connect(&pair);
    CHECK_STR(SSL_get_version(pair.client), protocol->name);
    pair_free(&pair);
}

static void a_missing_object_is_tolerated_or_told(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    SSL_free(NULL);
    SSL_CTX_free(NULL);
    CHECK(SSL_CTX_new(NULL) == NULL);
    CHECK_REASON(SSL_R_NULL_SSL_METHOD_PASSED);
    CHECK(SSL_new(NULL) == NULL);
    CHECK_REASON(SSL_R_NULL_SSL_CTX);
    CHECK_EQ(SSL_CTX_use_certificate(context, NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_CTX_use_PrivateKey(context, NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_use_certificate(ssl, NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_check_private_key(NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_CTX_check_private_key(NULL), 0);
    CHECK_REASON(SSL_R_NO_CERTIFICATE_ASSIGNED);
    CHECK_EQ(SSL_CTX_remove_session(context, NULL), 0);
    CHECK(SSL_get_ciphers(NULL) == NULL);
    CHECK(SSL_CTX_get_ciphers(NULL) == NULL);
    CHECK(SSL_get_cipher_list(NULL, 0) == NULL);
    CHECK_STR(SSL_CIPHER_get_name(NULL), "(NONE)");
    CHECK_STR(SSL_CIPHER_get_version(NULL), "(NONE)");
    CHECK_STR(SSL_CIPHER_standard_name(NULL), "(NONE)");
    CHECK_EQ(SSL_CIPHER_get_bits(NULL, NULL), 0);
    CHECK(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) == NULL);
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, NULL), 1);
    CHECK_EQ(SSL_set1_host(ssl, NULL), 1);
    CHECK(SSL_get_current_cipher(ssl) == NULL);
    CHECK(SSL_get0_peer_certificate(ssl) == NULL);
    CHECK(SSL_get0_peer_certificate(NULL) == NULL);
    CHECK(SSL_get_peer_cert_chain(NULL) == NULL);
    CHECK(SSL_get_rbio(ssl) == NULL);
    CHECK_EQ(SSL_get_fd(ssl), -1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void a_host_name_has_at_most_255_bytes(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    char name[257];

    memset(name, 'n', sizeof(name));
    name[255] = '\0';
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, name), 1);
    name[255] = 'n';
    name[256] = '\0';
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, name), 0);
    CHECK_REASON(SSL_R_SSL3_EXT_INVALID_SERVERNAME);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

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

static int told[8], tellings;

static void tell(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (tellings < 8)
        told[tellings++] = where == SSL_CB_CONNECT_EXIT ? value : where;
}

/* Programs see by this which versions may be used: there is no SSL_CB_LOOP in between. */
static void a_client_without_a_version_begins_and_exits(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl;

    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
    SSL_CTX_set_info_callback(context, tell);
    ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    tellings = 0;
    CHECK_EQ(SSL_connect(ssl), -1);
    CHECK_EQ(SSL_get_error(ssl, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_NO_PROTOCOLS_AVAILABLE);
    CHECK_EQ(tellings, 3);
    CHECK_EQ(told[0], SSL_CB_HANDSHAKE_START);
    CHECK_EQ(told[1], SSL_CB_WRITE_ALERT);
    CHECK_EQ(told[2], -1);
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
          TEST_EACH(a_server_refuses_groups_it_does_not_know),
          TEST(a_key_of_another_certificate_is_refused),
          TEST(unreadable_files_are_errors),
          TEST_EACH(files_that_fit_are_read),
          TEST(a_missing_object_is_tolerated_or_told),
          TEST(a_host_name_has_at_most_255_bytes))
