/* Property queries, keys of providers, and algorithms that a library context lacks: SSL_CTX_new_ex(3), property(7). */
#include <string.h>

#include <openssl/provider.h>

#include "external_psk.h"
#include "private_library.h"

/* ---- keys of a provider ---- */

static EVP_PKEY *in_token;
static bool use_rsa;

static void put_key_into_token(void)
{
    in_token = token_key(use_rsa ? pki_server_rsa()->key : pki_server()->key);
}

static void a_key_that_only_a_provider_has_signs(const struct protocol *protocol)
{
    struct pair pair;

    private_library_start();
    token_provider_start(NULL);
    with_algorithms(make_client_files);
    for (int rsa = 0; rsa < 2; rsa++) {
        use_rsa = rsa;
        with_algorithms(put_key_into_token);
        private_pair(&pair, protocol);
        SSL_CTX_free(pair.server_ctx);
        pair.server_ctx = private_context(TLS_server_method(), protocol);
        CHECK_EQ(SSL_CTX_use_certificate_chain_file(
                     pair.server_ctx, rsa ? file_of_rsa : pki_certificate_file(pki_server())),
                 1);
        CHECK_EQ(SSL_CTX_use_PrivateKey(pair.server_ctx, in_token), 1);
        CHECK_EQ(SSL_CTX_check_private_key(pair.server_ctx), 1);
        pair_connect(&pair);
        send_text(pair.server, pair.client, "signed");
        pair_close(&pair);
        EVP_PKEY_free(in_token);
        pair_free(&pair);
    }
    CHECK_NO_ERROR();
}

/* ---- a property query ---- */

static void the_provider_that_is_asked_for_does_all_the_work(const struct protocol *protocol)
{
    struct pair pair;
    struct token_uses before, after;

    private_library_start();
    token_provider_start(NULL);
    with_algorithms(make_client_files);
    private_pair(&pair, protocol);
    SSL_CTX_free(pair.client_ctx);
    SSL_CTX_free(pair.server_ctx);
    pair.client_ctx = SSL_CTX_new_ex(private_library, "provider=token", TLS_client_method());
    pair.server_ctx = SSL_CTX_new_ex(private_library, "provider=token", TLS_server_method());
    CHECK(pair.client_ctx != NULL && pair.server_ctx != NULL);
    CHECK_EQ(SSL_CTX_set_max_proto_version(pair.client_ctx, protocol->version), 1);
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_load_verify_file(pair.client_ctx, pki_certificate_file(pki_ca())), 1);
    use_files(pair.server_ctx, pki_certificate_file(pki_server()), pki_key_file(pki_server()));
    before = token_uses();
    pair_connect(&pair);
    after = token_uses();
    /* Keys of both directions, and of both ends; each end derives a key. */
    CHECK(after.ciphers - before.ciphers >= 4);
    CHECK(after.digests - before.digests >= 4);
    CHECK_EQ(after.exchanges - before.exchanges, 2);
    send_pattern(pair.client, pair.server, 50000, 1);
    send_pattern(pair.server, pair.client, 50000, 2);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static bool lists(SSL_CTX *context, const char *name)
{
    STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context);

    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++)
        if (strcmp(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)), name) == 0)
            return true;
    return false;
}

static void suites_without_an_algorithm_are_not_used(const struct protocol *protocol)
{
    static const char *tls12[] = { "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384" };
    struct pair pair;
    SSL_CTX *context;

    private_library_start();
    token_provider_start("AES-256-GCM");
    context = SSL_CTX_new_ex(private_library, "provider=token", TLS_server_method());
    CHECK(context != NULL);
    CHECK(!lists(context, "TLS_AES_256_GCM_SHA384") && !lists(context, tls12[0]));
    CHECK(lists(context, "TLS_AES_128_GCM_SHA256") && lists(context, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "ALL"), 1);
    CHECK(!lists(context, tls12[0]) && !lists(context, tls12[1]));
    private_pair(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = context;
    use_files(context, pki_certificate_file(pki_server()), pki_key_file(pki_server()));
    pair_connect(&pair);
    CHECK(strstr(SSL_get_cipher_name(pair.client), "AES256") == NULL);
    CHECK(strstr(SSL_get_cipher_name(pair.client), "AES_256") == NULL);
    pair_close(&pair);
    pair_free(&pair);
}

static void groups_without_an_algorithm_are_not_offered(void)
{
    struct pair pair;
    SSL_CTX *context;

    private_library_start();
    token_provider_start("X25519");
    context = SSL_CTX_new_ex(private_library, "provider=token", TLS_client_method());
    CHECK(context != NULL);
    private_pair(&pair, &TLS13);
    SSL_CTX_free(pair.client_ctx);
    pair.client_ctx = context;
    pair_connect(&pair);
    CHECK_EQ(SSL_get_negotiated_group(pair.server), NID_X9_62_prime256v1);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- what the library context lacks is not used ---- */

static void without_algorithms_there_is_no_context(void)
{
    OSSL_LIB_CTX *empty = OSSL_LIB_CTX_new();

    CHECK(OSSL_PROVIDER_load(empty, "null") != NULL);
    CHECK(SSL_CTX_new_ex(empty, NULL, TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    CHECK(SSL_CTX_new_ex(NULL, "provider=none", TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    private_library_start();
    CHECK(SSL_CTX_new(TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    CHECK(SSL_CTX_new_ex(private_library, "fips=yes", TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    OSSL_LIB_CTX_free(empty);
}

TEST_MAIN(TEST_EACH(a_key_that_only_a_provider_has_signs),
          TEST_EACH(the_provider_that_is_asked_for_does_all_the_work),
          TEST_EACH(suites_without_an_algorithm_are_not_used),
          TEST(groups_without_an_algorithm_are_not_offered),
          TEST(without_algorithms_there_is_no_context))
