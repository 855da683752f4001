/* Settings that cannot be, unreadable files, missing objects: how each is refused. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include "pair.h"

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
                                                pki_certificate_file(pki_server())),
             1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, pki_key_file(pki_server()),
                                         SSL_FILETYPE_PEM),
             1);
    pair_connect(&pair);
    CHECK_STR(SSL_get_version(pair.client), protocol->name);
    pair_free(&pair);
}

static void a_missing_object_is_tolerated_or_an_error(void)
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

TEST_MAIN(TEST(a_key_of_another_certificate_is_refused),
          TEST(unreadable_files_are_errors),
          TEST_EACH(files_that_fit_are_read),
          TEST(a_missing_object_is_tolerated_or_an_error),
          TEST(a_host_name_has_at_most_255_bytes))
