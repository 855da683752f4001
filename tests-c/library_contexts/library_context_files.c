/* Keys, certificates and stores that are read in a library context: SSL_CTX_new_ex(3), OSSL_LIB_CTX(3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "private_library.h"

static char encrypted[4096];

static void make_encrypted(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);

    CHECK(PEM_write_bio_PKCS8PrivateKey(bio, pki_server()->key, aes, "secret", 6, NULL, NULL));
    CHECK(BIO_read(bio, encrypted, sizeof(encrypted) - 1) > 0);
    EVP_CIPHER_free(aes);
    BIO_free(bio);
}

static int password(char *buffer, int size, int writing, void *argument)
{
    (void)writing;
    return snprintf(buffer, (size_t)size, "%s", (const char *)argument);
}

static void an_encrypted_key_is_read(void)
{
    struct pair pair;
    const char *file;

    private_library_start();
    with_algorithms(make_encrypted);
    private_pair(&pair, &TLS13);
    file = pki_file("encrypted.pem", encrypted);
    SSL_CTX_set_default_passwd_cb(pair.server_ctx, password);
    SSL_CTX_set_default_passwd_cb_userdata(pair.server_ctx, (void *)"wrong");
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, file, SSL_FILETYPE_PEM), 0);
    ERR_clear_error();
    SSL_CTX_set_default_passwd_cb_userdata(pair.server_ctx, (void *)"secret");
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, file, SSL_FILETYPE_PEM), 1);
    pair_connect(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static unsigned char certificate_der[4096], key_der[4096];
static int certificate_length, key_length_der;

static void make_der(void)
{
    unsigned char *end = certificate_der;

    certificate_length = i2d_X509(pki_server()->certificate, &end);
    end = key_der;
    key_length_der = i2d_PrivateKey(pki_server()->key, &end);
    CHECK(certificate_length > 0 && key_length_der > 0);
}

static void certificates_and_keys_are_read_from_memory(const struct protocol *protocol)
{
    struct pair pair;
    SSL_CTX *context;

    private_library_start();
    with_algorithms(make_der);
    private_pair(&pair, protocol);
    context = private_context(TLS_server_method(), protocol);
    CHECK_EQ(SSL_CTX_use_certificate_ASN1(context, certificate_length, certificate_der), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, context, key_der, key_length_der), 1);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = context;
    pair_connect(&pair);
    pair_close(&pair);
    /* For one connection. */
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = private_context(TLS_server_method(), protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_use_certificate_ASN1(pair.server, certificate_der, certificate_length), 1);
    CHECK_EQ(SSL_use_PrivateKey_ASN1(EVP_PKEY_EC, pair.server, key_der, key_length_der), 1);
    pair_handshake(&pair);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static const char *file_of_middle, *file_of_middle_server, *key_of_middle_server, *file_of_authority;

static void make_chain_files(void)
{
    file_of_middle = pki_certificate_file(pki_middle());
    file_of_middle_server = pki_certificate_file(pki_middle_server());
    key_of_middle_server = pki_key_file(pki_middle_server());
    file_of_authority = pki_certificate_file(pki_ca());
}

static void chains_are_built_from_stores_and_directories(const struct protocol *protocol)
{
    struct pair pair;
    char path[4096], *slash;
    BIO *file;
    X509 *authority;
    int good = 0;

    private_library_start();
    with_algorithms(make_chain_files);
    private_pair(&pair, protocol);
    use_files(pair.server_ctx, file_of_middle_server, key_of_middle_server);
    CHECK_EQ(SSL_CTX_load_verify_file(pair.server_ctx, file_of_middle), 1);
    CHECK_EQ(SSL_CTX_load_verify_file(pair.server_ctx, file_of_authority), 1);
    CHECK_EQ(SSL_CTX_build_cert_chain(pair.server_ctx, 0), 1);

    /* The client has its authority in a directory, by the hash of its name. */
    snprintf(path, sizeof(path), "%s", file_of_authority);
    slash = strrchr(path, '/');
    *slash = 0;
    file = BIO_new_file(file_of_authority, "r");
    authority = X509_new_ex(private_library, NULL);
    CHECK(PEM_read_bio_X509(file, &authority, NULL, NULL) != NULL);
    snprintf(slash, sizeof(path) - (size_t)(slash - path), "/%08lx.0",
             X509_NAME_hash_ex(X509_get_subject_name(authority), private_library, NULL, &good));
    CHECK_EQ(good, 1);
    CHECK_EQ(symlink(file_of_authority, path), 0);
    *slash = 0;
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    CHECK_EQ(SSL_CTX_load_verify_dir(pair.client_ctx, path), 1);
    pair_connect(&pair);
    CHECK_EQ(sk_X509_num(SSL_get_peer_cert_chain(pair.client)), 3);
    pair_close(&pair);
    CHECK_NO_ERROR();
    *slash = '/';
    unlink(path);
    X509_free(authority);
    BIO_free(file);
    pair_free(&pair);
}

static void default_locations_and_stores_are_read(void)
{
    struct pair pair;
    char uri[4096];

    private_library_start();
    with_algorithms(make_chain_files);
    setenv("SSL_CERT_FILE", file_of_authority, 1);
    for (int way = 0; way < 3; way++) {
        private_pair(&pair, &TLS13);
        SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
        switch (way) {
        case 0: CHECK_EQ(SSL_CTX_set_default_verify_paths(pair.client_ctx), 1); break;
        case 1: CHECK_EQ(SSL_CTX_set_default_verify_file(pair.client_ctx), 1); break;
        default:
            snprintf(uri, sizeof(uri), "file:%s", file_of_authority);
            CHECK_EQ(SSL_CTX_load_verify_store(pair.client_ctx, uri), 1);
        }
        pair_connect(&pair);
        pair_close(&pair);
        pair_free(&pair);
    }
    CHECK_NO_ERROR();
}

static void configuration_commands_read_files(const struct protocol *protocol)
{
    struct pair pair;
    SSL_CONF_CTX *configuration = SSL_CONF_CTX_new();

    private_library_start();
    with_algorithms(make_client_files);
    with_algorithms(make_chain_files);
    private_pair(&pair, protocol);
    SSL_CONF_CTX_set_flags(configuration, SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER
                                              | SSL_CONF_FLAG_CERTIFICATE);
    SSL_CONF_CTX_set_ssl_ctx(configuration, pair.server_ctx);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Certificate", file_of_rsa), 2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "PrivateKey", key_file_of_rsa), 2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "VerifyCAFile", file_of_authority), 2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "ChainCAFile", file_of_authority), 2);
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 1);
    SSL_CONF_CTX_free(configuration);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    use_files(pair.client_ctx, file_of_client, key_file_of_client);
    pair_connect(&pair);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

TEST_MAIN(TEST(an_encrypted_key_is_read),
          TEST_EACH(certificates_and_keys_are_read_from_memory),
          TEST_EACH(chains_are_built_from_stores_and_directories),
          TEST(default_locations_and_stores_are_read),
          TEST_EACH(configuration_commands_read_files))
