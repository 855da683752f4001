#include "caching_pair.h"

#include <openssl/err.h>

static void set_up_caching(SSL_CTX *context)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH);
    SSL_CTX_sess_set_remove_cb(context, count_removal);
}

void caching_pair_init(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(pair->server_ctx, 1);
    set_up_caching(pair->client_ctx);
    set_up_caching(pair->server_ctx);
}

void caching_pair_connect(struct pair *pair, const struct protocol *protocol)
{
    caching_pair_init(pair, protocol);
    pair_connect(pair);
    pair_settle(pair);
    CHECK_EQ(SSL_CTX_sess_number(pair->client_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_number(pair->server_ctx), 1);
    CHECK_EQ(removals, 0);
}

void check_kept(SSL_CTX *context, SSL_SESSION *session)
{
    CHECK_EQ(removals, 0);
    CHECK_EQ(SSL_CTX_sess_number(context), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
}

void check_lost(SSL_CTX *context, SSL_SESSION *session)
{
    CHECK_EQ(removals, 1);
    CHECK(removed == session);
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
}

void caching_pair_free(struct pair *pair, SSL_SESSION *session)
{
    for (int i = 0; i < 2; i++) {
        SSL *ssl = i == 0 ? pair->client : pair->server;

        if (ssl != NULL)
            SSL_set_quiet_shutdown(ssl, 1), SSL_shutdown(ssl);
    }
    SSL_SESSION_free(session);
    pair_free(pair);
    ERR_clear_error();
}
