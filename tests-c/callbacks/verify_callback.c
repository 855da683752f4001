/* Callbacks that decide about the peer: SSL_CTX_set_verify(3), SSL_CTX_set_cert_verify_callback(3). */
#include <openssl/ssl.h>

#include "pair.h"

static int calls;

static int overridden;

static int accept_anything(int ok, X509_STORE_CTX *context)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());

    calls++;
    CHECK(ssl != NULL);
    CHECK_STR(SSL_get_app_data(ssl), "the connection");
    if (!ok) {
        CHECK(X509_STORE_CTX_get_error(context) != X509_V_OK);
        CHECK(X509_STORE_CTX_get_current_cert(context) != NULL);
        CHECK_EQ(X509_STORE_CTX_get_error_depth(context), 0);
        overridden++;
    }
    return 1;
}

static void the_verify_callback_may_override(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, accept_anything);
    CHECK(SSL_CTX_get_verify_callback(pair.client_ctx) == accept_anything);
    pair_open(&pair);
    SSL_set_app_data(pair.client, "the connection");
    pair_handshake(&pair);
    CHECK(overridden > 0);
    /* The result is still the error. */
    CHECK(SSL_get_verify_result(pair.client) != X509_V_OK);
    pair_free(&pair);
}

static int verify_all(X509_STORE_CTX *context, void *argument)
{
    calls++;
    CHECK_STR(argument, "argument");
    CHECK(X509_STORE_CTX_get0_cert(context) != NULL);
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static void the_whole_verification_may_be_replaced(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    SSL_CTX_set_cert_verify_callback(pair.client_ctx, verify_all, "argument");
    pair_connect(&pair);
    CHECK_EQ(calls, 1);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_verify_callback_may_override),
          TEST_EACH(the_whole_verification_may_be_replaced))
