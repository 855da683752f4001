/* Own certificates and keys: where they come from, what is refused, keys that only sign. */
#include <stdio.h>
#include <string.h>

#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "pair.h"

/* A key file that is encrypted with `password`; PKCS #8, or the older form. */
static const char *encrypted_key_file(const struct credentials *credentials, const char *name,
                                      const char *password, bool pkcs8)
{
    BIO *memory = BIO_new(BIO_s_mem());
    const int length = (int)strlen(password);
    const unsigned char *bytes = (const unsigned char *)password;
    const char *path;
    char *text;

    if (pkcs8)
        CHECK(PEM_write_bio_PKCS8PrivateKey(memory, credentials->key, EVP_aes_128_cbc(),
                                            password, length, NULL, NULL));
    else
        CHECK(PEM_write_bio_PrivateKey_traditional(memory, credentials->key, EVP_aes_128_cbc(),
                                                   bytes, length, NULL, NULL));
    CHECK(BIO_write(memory, "", 1) == 1);
    BIO_get_mem_data(memory, &text);
    path = pki_file(name, text);
    BIO_free(memory);
    return path;
}

static int asked;

static int give_password(char *buffer, int size, int writing, void *argument)
{
    const char *password = argument;

    asked++;
    CHECK_EQ(writing, 0);
    CHECK(size > (int)strlen(password));
    strcpy(buffer, password);
    return (int)strlen(password);
}

/* The pair's server has the certificate and no key yet. */
static void init_without_key(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(pair->server_ctx, protocol->version);
    SSL_CTX_set_max_proto_version(pair->server_ctx, protocol->version);
    CHECK_EQ(SSL_CTX_use_certificate(pair->server_ctx, pki_server()->certificate), 1);
}

static void connects(struct pair *pair)
{
    pair_connect(pair);
    send_text(pair->server, pair->client, "hello");
    pair_close(pair);
}

static void the_password_callback_opens_key_files(const struct protocol *protocol)
{
    for (int pkcs8 = 0; pkcs8 <= 1; pkcs8++) {
        struct pair pair;
        const char *path = encrypted_key_file(pki_server(), pkcs8 ? "pkcs8.pem" : "old.pem",
                                              "secret", pkcs8);

        asked = 0;
        init_without_key(&pair, protocol);
        SSL_CTX_set_default_passwd_cb(pair.server_ctx, give_password);
        SSL_CTX_set_default_passwd_cb_userdata(pair.server_ctx, "secret");
        CHECK(SSL_CTX_get_default_passwd_cb(pair.server_ctx) == give_password);
        CHECK_STR(SSL_CTX_get_default_passwd_cb_userdata(pair.server_ctx), "secret");
        CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, path, SSL_FILETYPE_PEM), 1);
        CHECK(asked > 0);
        CHECK_EQ(SSL_CTX_check_private_key(pair.server_ctx), 1);
        connects(&pair);
        pair_free(&pair);
    }
}

static void without_a_callback_the_user_data_is_the_password(const struct protocol *protocol)
{
    struct pair pair;
    const char *path = encrypted_key_file(pki_server(), "userdata.pem", "secret", true);

    init_without_key(&pair, protocol);
    SSL_CTX_set_default_passwd_cb_userdata(pair.server_ctx, "secret");
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, path, SSL_FILETYPE_PEM), 1);
    connects(&pair);
    pair_free(&pair);
}

static void a_connection_may_have_its_own_password(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    const char *path = encrypted_key_file(pki_server(), "own.pem", "other", true);
    SSL *ssl;

    SSL_CTX_set_default_passwd_cb(context, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, "secret");
    ssl = SSL_new(context);
    CHECK(SSL_get_default_passwd_cb(ssl) == give_password);
    CHECK_EQ(SSL_use_PrivateKey_file(ssl, path, SSL_FILETYPE_PEM), 0);
    ERR_clear_error();
    SSL_set_default_passwd_cb_userdata(ssl, "other");
    CHECK_EQ(SSL_use_PrivateKey_file(ssl, path, SSL_FILETYPE_PEM), 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void a_wrong_password_is_an_error(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    const char *path = encrypted_key_file(pki_server(), "wrong.pem", "secret", true);

    SSL_CTX_set_default_passwd_cb(context, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, "other");
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM), 0);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_check_private_key(context), 0);
    SSL_CTX_free(context);
}

static void certificates_and_keys_may_come_as_der(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char *der = NULL;
    int length;

    pair_init(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(pair.server_ctx, protocol->version);
    SSL_CTX_set_max_proto_version(pair.server_ctx, protocol->version);
    length = i2d_X509(pki_server_rsa()->certificate, &der);
    CHECK_EQ(SSL_CTX_use_certificate_ASN1(pair.server_ctx, length, der), 1);
    CHECK_EQ(SSL_CTX_use_certificate_ASN1(pair.server_ctx, length - 1, der), 0);
    ERR_clear_error();
    OPENSSL_free(der);
    der = NULL;
    length = i2d_PrivateKey(pki_server_rsa()->key, &der);
    CHECK_EQ(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_RSA, pair.server_ctx, der, length), 1);
    CHECK_EQ(SSL_CTX_use_RSAPrivateKey_ASN1(pair.server_ctx, der, length), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, pair.server_ctx, der, length), 0);
    ERR_clear_error();
    OPENSSL_free(der);
    CHECK_EQ(SSL_CTX_check_private_key(pair.server_ctx), 1);
    connects(&pair);
    pair_free(&pair);
}

static void a_chain_is_set_and_replaced_at_once(const struct protocol *protocol)
{
    struct pair pair;
    STACK_OF(X509) *chain = sk_X509_new_null();
    const struct credentials *leaf = pki_middle_server();

    sk_X509_push(chain, pki_middle()->certificate);
    pair_init(&pair, protocol);
    /* It is there already; without `override` nothing is replaced. */
    CHECK_EQ(SSL_CTX_use_cert_and_key(pair.server_ctx, leaf->certificate, leaf->key, chain, 0), 0);
    CHECK_REASON(SSL_R_NOT_REPLACING_CERTIFICATE);
    CHECK_EQ(SSL_CTX_use_cert_and_key(pair.server_ctx, leaf->certificate, pki_server()->key,
                                      chain, 1),
             0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_use_cert_and_key(pair.server_ctx, leaf->certificate, leaf->key, chain, 1), 1);
    CHECK(SSL_CTX_get0_certificate(pair.server_ctx) == leaf->certificate);
    CHECK(SSL_CTX_get0_privatekey(pair.server_ctx) == leaf->key);
    pair_connect(&pair);
    CHECK_EQ(sk_X509_num(SSL_get_peer_cert_chain(pair.client)), 2);
    CHECK_EQ(sk_X509_num(SSL_get0_verified_chain(pair.client)), 3);
    pair_close(&pair);
    pair_free(&pair);
    sk_X509_free(chain);
}

static void a_chain_file_has_the_leaf_first(const struct protocol *protocol)
{
    struct pair pair;
    BIO *memory = BIO_new(BIO_s_mem());
    char *text;

    PEM_write_bio_X509(memory, pki_middle_server()->certificate);
    PEM_write_bio_X509(memory, pki_middle()->certificate);
    CHECK(BIO_write(memory, "", 1) == 1);
    BIO_get_mem_data(memory, &text);
    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_use_certificate_chain_file(pair.server_ctx, pki_file("chain.pem", text)), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey(pair.server_ctx, pki_middle_server()->key), 1);
    connects(&pair);
    /* On a connection too. */
    pair_open(&pair);
    CHECK_EQ(SSL_use_certificate_chain_file(pair.server, pki_file("chain2.pem", text)), 1);
    CHECK_EQ(SSL_use_PrivateKey(pair.server, pki_middle_server()->key), 1);
    pair_handshake(&pair);
    pair_close(&pair);
    pair_free(&pair);
    BIO_free(memory);
}

/* ---- keys that only sign ---- */

static int signatures;

/* What a hardware module does: it has the key, the program has not. */
static int sign_elsewhere(int length, const unsigned char *input, unsigned char *output, RSA *rsa,
                          int padding)
{
    RSA *real = (RSA *)EVP_PKEY_get0_RSA(pki_server_rsa()->key);

    (void)rsa;
    signatures++;
    return RSA_meth_get_priv_enc(RSA_PKCS1_OpenSSL())(length, input, output, real, padding);
}

static void an_rsa_key_may_stay_elsewhere(const struct protocol *protocol)
{
    struct pair pair;
    RSA_METHOD *method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
    const RSA *real = EVP_PKEY_get0_RSA(pki_server_rsa()->key);
    RSA *shell = RSA_new();
    EVP_PKEY *key = EVP_PKEY_new();

    RSA_meth_set_priv_enc(method, sign_elsewhere);
    RSA_meth_set_flags(method, RSA_METHOD_FLAG_NO_CHECK);
    CHECK(RSA_set_method(shell, method));
    CHECK(RSA_set0_key(shell, BN_dup(RSA_get0_n(real)), BN_dup(RSA_get0_e(real)), NULL));
    CHECK(EVP_PKEY_assign_RSA(key, shell));
    signatures = 0;
    pair_init(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(pair.server_ctx, protocol->version);
    SSL_CTX_set_max_proto_version(pair.server_ctx, protocol->version);
    CHECK_EQ(SSL_CTX_use_certificate(pair.server_ctx, pki_server_rsa()->certificate), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey(pair.server_ctx, key), 1);
    connects(&pair);
    CHECK_EQ(signatures, 1);
    pair_free(&pair);
    EVP_PKEY_free(key);
    RSA_meth_free(method);
}

static int fail_to_sign(int length, const unsigned char *input, unsigned char *output, RSA *rsa, int padding)
{
    (void)length, (void)input, (void)output, (void)rsa, (void)padding;
    signatures++;
    return -1;
}

static int accept_any(int ok, X509_STORE_CTX *store)
{
    (void)ok, (void)store;
    return 1;
}

static int reported_alert;

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where == SSL_CB_WRITE_ALERT)
        reported_alert = value;
}

/* RFC 8446, section 6.2: what has nothing to do with the peer. */
static void a_signature_that_fails_is_an_internal_error(const struct protocol *protocol)
{
    for (int of_client = 0; of_client < 2; of_client++) {
        struct pair pair;
        struct outcome client, server;
        RSA_METHOD *method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
        const RSA *real = EVP_PKEY_get0_RSA(pki_server_rsa()->key);
        RSA *shell = RSA_new();
        EVP_PKEY *key = EVP_PKEY_new();
        SSL_CTX *failing;

        RSA_meth_set_priv_enc(method, fail_to_sign);
        RSA_meth_set_flags(method, RSA_METHOD_FLAG_NO_CHECK);
        CHECK(RSA_set_method(shell, method));
        CHECK(RSA_set0_key(shell, BN_dup(RSA_get0_n(real)), BN_dup(RSA_get0_e(real)), NULL));
        CHECK(EVP_PKEY_assign_RSA(key, shell));
        pair_init(&pair, protocol);
        if (of_client) {
            failing = pair.client_ctx;
            SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, accept_any);
        } else {
            SSL_CTX_free(pair.server_ctx);
            failing = pair.server_ctx = SSL_CTX_new(TLS_server_method());
            SSL_CTX_set_min_proto_version(failing, protocol->version);
            SSL_CTX_set_max_proto_version(failing, protocol->version);
        }
        CHECK_EQ(SSL_CTX_use_certificate(failing, pki_server_rsa()->certificate), 1);
        CHECK_EQ(SSL_CTX_use_PrivateKey(failing, key), 1);
        SSL_CTX_set_info_callback(failing, on_info);
        signatures = reported_alert = 0;
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK(signatures > 0);
        CHECK_EQ(reported_alert, SSL3_AL_FATAL << 8 | SSL_AD_INTERNAL_ERROR);
        CHECK_EQ((of_client ? &client : &server)->error, SSL_ERROR_SSL);
        CHECK_EQ((of_client ? &server : &client)->reason, SSL_AD_REASON_OFFSET + SSL_AD_INTERNAL_ERROR);
        pair_free(&pair);
        EVP_PKEY_free(key);
        RSA_meth_free(method);
    }
}

static ECDSA_SIG *sign_ec_elsewhere(const unsigned char *digest, int length, const BIGNUM *inverse,
                                    const BIGNUM *r, EC_KEY *key)
{
    (void)inverse;
    (void)r;
    (void)key;
    signatures++;
    return ECDSA_do_sign(digest, length, (EC_KEY *)EVP_PKEY_get0_EC_KEY(pki_client()->key));
}

/* On a client, with an elliptic curve. */
static void an_ec_key_may_stay_elsewhere(const struct protocol *protocol)
{
    struct pair pair;
    EC_KEY_METHOD *method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    const EC_KEY *real = EVP_PKEY_get0_EC_KEY(pki_client()->key);
    EC_KEY *shell = EC_KEY_new();
    EVP_PKEY *key = EVP_PKEY_new();
    int (*sign)(int, const unsigned char *, int, unsigned char *, unsigned int *, const BIGNUM *,
                const BIGNUM *, EC_KEY *);

    EC_KEY_METHOD_get_sign(method, &sign, NULL, NULL);
    EC_KEY_METHOD_set_sign(method, sign, NULL, sign_ec_elsewhere);
    CHECK(EC_KEY_set_group(shell, EC_KEY_get0_group(real)));
    CHECK(EC_KEY_set_public_key(shell, EC_KEY_get0_public_key(real)));
    CHECK(EC_KEY_set_method(shell, method));
    CHECK(EVP_PKEY_assign_EC_KEY(key, shell));
    signatures = 0;
    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    trust(pair.server_ctx, pki_ca());
    CHECK_EQ(SSL_CTX_use_certificate(pair.client_ctx, pki_client()->certificate), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey(pair.client_ctx, key), 1);
    connects(&pair);
    CHECK_EQ(signatures, 1);
    pair_free(&pair);
    EVP_PKEY_free(key);
    EC_KEY_METHOD_free(method);
}

/* ---- what is only accepted ---- */

/* nginx, apache2 and postgres set them whatever the suites are. */
static void parameters_of_diffie_hellman_may_be_set(const struct protocol *protocol)
{
    struct pair pair;
    DH *parameters = DH_get_2048_256();
    EVP_PKEY *key = EVP_PKEY_new();

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set_tmp_dh(pair.server_ctx, parameters), 1);
    CHECK_EQ(SSL_CTX_set_dh_auto(pair.server_ctx, 1), 1);
    CHECK_EQ(EVP_PKEY_assign_DH(key, parameters), 1);
    CHECK_EQ(SSL_CTX_set0_tmp_dh_pkey(pair.server_ctx, key), 1); /* takes it */
    pair_open(&pair);
    CHECK_EQ(SSL_set_dh_auto(pair.server, 1), 1);
    pair_handshake(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- asking before a certificate is used ---- */

static int checked;

static int check_in_callback(SSL *ssl, void *argument)
{
    const struct credentials *good = pki_server();

    (void)argument;
    CHECK(SSL_check_chain(ssl, good->certificate, good->key, NULL) & CERT_PKEY_VALID);
    CHECK_EQ(SSL_check_chain(ssl, NULL, good->key, NULL), 0);
    CHECK(!(SSL_check_chain(ssl, good->certificate, NULL, NULL) & CERT_PKEY_VALID));
    checked++;
    return 1;
}

static void a_chain_can_be_checked_in_the_certificate_callback(const struct protocol *protocol)
{
    struct pair pair;

    checked = 0;
    pair_init(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, check_in_callback, NULL);
    connects(&pair);
    CHECK(checked > 0);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_password_callback_opens_key_files),
          TEST_EACH(without_a_callback_the_user_data_is_the_password),
          TEST(a_connection_may_have_its_own_password), TEST(a_wrong_password_is_an_error),
          TEST_EACH(certificates_and_keys_may_come_as_der),
          TEST_EACH(a_chain_is_set_and_replaced_at_once),
          TEST_EACH(a_chain_file_has_the_leaf_first),
          TEST_EACH(a_signature_that_fails_is_an_internal_error),
          TEST_EACH(an_rsa_key_may_stay_elsewhere), TEST_EACH(an_ec_key_may_stay_elsewhere),
          TEST_EACH(parameters_of_diffie_hellman_may_be_set),
          TEST_EACH(a_chain_can_be_checked_in_the_certificate_callback))
