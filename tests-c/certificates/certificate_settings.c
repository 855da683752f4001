/* Own certificates, keys and chains: the forms they are set in, and chains that are built. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "made.h"
#include "pair.h"
#include "unconnected.h"

/* Keys and descriptors in forms that no other program of these tests uses. */

static void keys_come_in_every_form(const struct protocol *protocol)
{
    const struct credentials *rsa = pki_server_rsa();
    for (int form = 0; form < 7; form++) {
        struct pair pair;
        unsigned char *der = NULL;
        RSA *key = EVP_PKEY_get1_RSA(rsa->key);
        int length = i2d_RSAPrivateKey(key, &der);
        CHECK(length > 0);
        pair_init(&pair, protocol);
        if (form < 3)
            CHECK(SSL_CTX_use_certificate(pair.server_ctx, rsa->certificate));
        if (form == 0)
            CHECK(SSL_CTX_use_RSAPrivateKey(pair.server_ctx, key));
        if (form == 1)
            CHECK(SSL_CTX_use_RSAPrivateKey_file(pair.server_ctx, pki_key_file(rsa),
                                                 SSL_FILETYPE_PEM));
        if (form == 2)
            CHECK(SSL_CTX_use_RSAPrivateKey_ASN1(pair.server_ctx, der, length));
        pair_open(&pair);
        if (form == 3 || form == 4 || form == 5)
            CHECK(SSL_use_certificate_file(pair.server, pki_certificate_file(rsa),
                                           SSL_FILETYPE_PEM));
        if (form == 3)
            CHECK(SSL_use_RSAPrivateKey(pair.server, key));
        if (form == 4)
            CHECK(SSL_use_RSAPrivateKey_file(pair.server, pki_key_file(rsa), SSL_FILETYPE_PEM));
        if (form == 5)
            CHECK(SSL_use_RSAPrivateKey_ASN1(pair.server, der, length));
        if (form == 6) {
            CHECK_EQ(SSL_use_cert_and_key(pair.server, rsa->certificate, rsa->key, NULL, 0), 1);
            /* Once more only when told so. */
            CHECK_EQ(SSL_use_cert_and_key(pair.server, rsa->certificate, rsa->key, NULL, 0), 0);
            CHECK_EQ(SSL_use_cert_and_key(pair.server, rsa->certificate, rsa->key, NULL, 1), 1);
        }
        CHECK(SSL_set_cipher_list(pair.client, "aRSA"));
        CHECK(SSL_set1_sigalgs_list(pair.client, "RSA-PSS+SHA256:RSA+SHA256"));
        pair_handshake(&pair);
        CHECK_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(pair.client))),
                 EVP_PKEY_RSA);
        RSA_free(key);
        OPENSSL_free(der);
        pair_free(&pair);
    }
}

static int password(char *buffer, int size, int writing, void *data)
{
    (void)writing;
    CHECK(size > 6);
    memcpy(buffer, data, 6);
    return 6;
}

static void a_connection_asks_for_the_password_of_its_key(void)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text;
    CHECK(PEM_write_bio_PKCS8PrivateKey(out, plain_host()->key, EVP_aes_128_cbc(), "secret", 6, NULL,
                                        NULL));
    BIO_write(out, "", 1);
    BIO_get_mem_data(out, &text);
    const char *file = pki_file("locked.pem", text);
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    SSL_set_default_passwd_cb(ssl, password);
    SSL_set_default_passwd_cb_userdata(ssl, "wrong!");
    CHECK_EQ(SSL_use_PrivateKey_file(ssl, file, SSL_FILETYPE_PEM), 0);
    SSL_set_default_passwd_cb_userdata(ssl, "secret");
    CHECK_EQ(SSL_use_PrivateKey_file(ssl, file, SSL_FILETYPE_PEM), 1);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    BIO_free(out);
}

static void a_chain_is_built_of_what_is_there(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    STACK_OF(X509) *chain;
    CHECK(SSL_CTX_use_certificate(ctx, pki_middle_server()->certificate));
    CHECK(SSL_CTX_add1_chain_cert(ctx, pki_middle()->certificate));
    ERR_clear_error();
    /* The chain is checked with itself, which lacks the root. */
    CHECK_EQ(SSL_CTX_build_cert_chain(ctx, SSL_BUILD_CHAIN_FLAG_CHECK), 0);
    CHECK_REASON(SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), pki_ca()->certificate));
    CHECK_EQ(SSL_CTX_build_cert_chain(ctx, SSL_BUILD_CHAIN_FLAG_UNTRUSTED), 1);
    CHECK(SSL_CTX_get0_chain_certs(ctx, &chain));
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_build_cert_chain(ctx, SSL_BUILD_CHAIN_FLAG_CHECK), 1);
    CHECK_EQ(SSL_CTX_build_cert_chain(
                 ctx, SSL_BUILD_CHAIN_FLAG_CHECK | SSL_BUILD_CHAIN_FLAG_NO_ROOT),
             1);
    CHECK(SSL_CTX_get0_chain_certs(ctx, &chain));
    CHECK_EQ(sk_X509_num(chain), 1);
    SSL_CTX_free(ctx);
}

static void chains_belong_to_the_current_certificate(void)
{
    X509 *one = pki_ca()->certificate, *two = pki_other_ca()->certificate;
    STACK_OF(X509) *chain;

    make();
    use_credentials(context, pki_server());
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK(chain == NULL);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, one), 1);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, two), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK(sk_X509_value(chain, 1) == two);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs_only(context, &chain), 1);
    CHECK(chain == NULL);
    use_credentials(context, pki_server_rsa());
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK(chain == NULL);
    CHECK_EQ(SSL_CTX_select_current_cert(context, pki_server()->certificate), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_select_current_cert(context, one), 0);
    CHECK_EQ(SSL_CTX_clear_chain_certs(context), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK(chain == NULL);
    X509_up_ref(one);
    CHECK_EQ(SSL_CTX_add_extra_chain_cert(context, one), 1);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs_only(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 1);
    CHECK_EQ(SSL_CTX_clear_extra_chain_certs(context), 1);
    CHECK_NO_ERROR();
    unmake();
}

static void certificates_can_be_walked_through(void)
{
    make();
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_FIRST), 0);
    use_credentials(context, pki_server());
    use_credentials(context, pki_server_rsa());
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_FIRST), 1);
    CHECK(SSL_CTX_get0_certificate(context) == pki_server_rsa()->certificate);
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_NEXT), 1);
    CHECK(SSL_CTX_get0_certificate(context) == pki_server()->certificate);
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_NEXT), 0);
    CHECK_EQ(SSL_set_current_cert(ssl, SSL_CERT_SET_SERVER), 0);
    unmake();
}

static void a_chain_is_built_from_the_store(void)
{
    STACK_OF(X509) *chain;
    X509_STORE *store = X509_STORE_new(), *found;

    make();
    CHECK_EQ(SSL_CTX_build_cert_chain(context, 0), 0);
    CHECK_REASON(SSL_R_NO_CERTIFICATE_SET);
    use_credentials(context, pki_server());
    CHECK_EQ(SSL_CTX_build_cert_chain(context, 0), 0);
    CHECK_REASON(SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_CTX_build_cert_chain(context, SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR
                                                   | SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR),
             2);
    CHECK_NO_ERROR();
    X509_STORE_add_cert(store, pki_ca()->certificate);
    CHECK_EQ(SSL_CTX_set0_chain_cert_store(context, store), 1);
    CHECK_EQ(SSL_CTX_get0_chain_cert_store(context, &found), 1);
    CHECK(found == store);
    CHECK_EQ(SSL_CTX_get0_verify_cert_store(context, &found), 1);
    CHECK(found == NULL);
    CHECK_EQ(SSL_CTX_build_cert_chain(context, 0), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 1);
    CHECK_EQ(SSL_CTX_build_cert_chain(context, SSL_BUILD_CHAIN_FLAG_NO_ROOT), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 0);
    unmake();
}

TEST_MAIN(TEST_EACH(keys_come_in_every_form),
          TEST(a_connection_asks_for_the_password_of_its_key),
          TEST(a_chain_is_built_of_what_is_there),
          TEST(chains_belong_to_the_current_certificate),
          TEST(certificates_can_be_walked_through),
          TEST(a_chain_is_built_from_the_store))
