/* What the callback for new sessions may do: SSL_CTX_sess_set_new_cb(3). */
#include <openssl/ssl.h>

#include "pair.h"

static int calls;
static SSL_SESSION *taken;

static int use_arguments(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION *again = SSL_get1_session(ssl);

    calls++;
    CHECK(SSL_get_session(ssl) == session);
    CHECK(SSL_get0_session(ssl) == session);
    CHECK(again == session);
    CHECK_EQ(SSL_SESSION_up_ref(session), 1);
    SSL_SESSION_free(session);
    SSL_SESSION_free(again);
    CHECK(SSL_get_SSL_CTX(ssl) != NULL);
    CHECK(SSL_get_version(ssl) != NULL);
    CHECK(SSL_get_current_cipher(ssl) != NULL);
    CHECK(SSL_SESSION_get0_cipher(session) != NULL);
    CHECK(i2d_SSL_SESSION(session, NULL) > 0);
    SSL_SESSION_free(taken);
    taken = session;
    return 1;
}

static void new_cb_may_use_the_connection_and_the_session(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, use_arguments);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, use_arguments);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(calls, protocol->version == TLS1_3_VERSION ? 4 : 2);
    pair_close(&pair);
    pair_free(&pair);
    SSL_SESSION_free(taken);
}

static int remove_at_once(SSL *ssl, SSL_SESSION *session)
{
    calls++;
    CHECK_EQ(SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), session), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    return 0;
}

static void new_cb_may_remove_the_session(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, remove_at_once);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, remove_at_once);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(calls >= 2);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(new_cb_may_use_the_connection_and_the_session),
          TEST_EACH(new_cb_may_remove_the_session))
