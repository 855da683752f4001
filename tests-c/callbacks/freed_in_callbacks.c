/*
 * Callbacks that free or replace what they were given: contexts, sessions, settings.
 * Also run under valgrind.
 */
#include <openssl/ssl.h>

#include "check.h"
#include "pair.h"
#include "pki.h"

static SSL_CTX *next_context;

/* Switches to a context that the connection alone keeps. */
static int switch_and_free(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    SSL_CTX *former = SSL_get_SSL_CTX(ssl);
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    CHECK(SSL_set_SSL_CTX(ssl, next_context) == next_context);
    SSL_CTX_free(next_context);
    CHECK(SSL_get_SSL_CTX(ssl) == next_context);
    CHECK(SSL_get0_param(ssl) == parameters);
    CHECK(former != next_context);
    /* Back and forth: the one that is left may end with that. */
    SSL_CTX_up_ref(next_context);
    CHECK(SSL_set_SSL_CTX(ssl, former) == former);
    CHECK(SSL_set_SSL_CTX(ssl, next_context) == next_context);
    SSL_CTX_free(next_context);
    CHECK_EQ(X509_cmp(SSL_get_certificate(ssl), pki_other_server()->certificate), 0);
    return SSL_TLSEXT_ERR_OK;
}

static void a_callback_may_leave_the_connection_the_only_owner_of_its_context(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    next_context = server_context(protocol);
    use_credentials(next_context, pki_other_server());
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, switch_and_free);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "other.example");
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = NULL;
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK(SSL_get_SSL_CTX(pair.server) == next_context);
    CHECK_EQ(X509_cmp(SSL_get_certificate(pair.server), pki_other_server()->certificate), 0);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.client), pki_other_server()->certificate), 0);
    pair_close(&pair);
    pair.server_ctx = server_context(protocol);
    pair_free(&pair);
}

static int announced;

/* Takes the reference, and frees all references except the connection's. */
static int take_remove_and_free(SSL *ssl, SSL_SESSION *session)
{
    announced++;
    CHECK(SSL_get_session(ssl) == session);
    SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), session);
    SSL_SESSION_free(session);
    return 1;
}

static void a_new_session_may_be_given_back_at_once(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    announced = 0;
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, take_remove_and_free);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, take_remove_and_free);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(announced >= 2);
    CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(SSL_get_session(pair.client)),
                      pki_server()->certificate),
             0);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* Sets what it was just lent, changes settings of context and connection, looks again. */
static int replace_all(SSL *ssl, void *argument)
{
    (void)argument;
    X509 *certificate = SSL_get_certificate(ssl);
    X509_up_ref(certificate);
    EVP_PKEY *key = SSL_get_privatekey(ssl);
    EVP_PKEY_up_ref(key);
    SSL_certs_clear(ssl);
    CHECK(SSL_get_certificate(ssl) == NULL);
    CHECK_EQ(SSL_use_certificate(ssl, certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, key), 1);
    CHECK(SSL_get_certificate(ssl) == certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    SSL_CTX_set_cert_cb(context, NULL, NULL);
    SSL_set_cert_cb(ssl, NULL, NULL);
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    SSL_set_cipher_list(ssl, "ECDHE+AESGCM");
    return 1;
}

static void a_callback_may_replace_what_it_was_lent(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, replace_all, NULL);
    pair_connect(&pair);
    CHECK(SSL_get_certificate(pair.server) == pki_server()->certificate);
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_callback_may_leave_the_connection_the_only_owner_of_its_context),
          TEST_EACH(a_new_session_may_be_given_back_at_once),
          TEST_EACH(a_callback_may_replace_what_it_was_lent))
