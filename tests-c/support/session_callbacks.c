#include "session_callbacks.h"

#include "check.h"

int new_sessions;
SSL_SESSION *kept_sessions[8];

int count_new_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl, (void)session;
    new_sessions++;
    return 0;
}

int keep_new_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    CHECK(new_sessions < 8);
    kept_sessions[new_sessions++] = session;
    return 1;
}

void keep_new_sessions(SSL_CTX *context)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, keep_new_session);
}

void free_new_sessions(void)
{
    while (new_sessions > 0)
        SSL_SESSION_free(kept_sessions[--new_sessions]);
}

int removals;
SSL_SESSION *removed;

void count_removal(SSL_CTX *context, SSL_SESSION *session)
{
    CHECK(context != NULL);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0); /* S100 */
    removals++;
    removed = session;
}
