/*
 * One connection's session, taken by several threads (SSL_get1_session(3)): while the connection changes it,
 * and more often than any stock of references could last.
 */
#include <pthread.h>
#include <stdatomic.h>

#include <openssl/ssl.h>

#include "check.h"

struct shared {
    SSL *ssl;
    atomic_long taken;
    atomic_bool stop;
};

static SSL_SESSION *made(void)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION);
    return session;
}

static void *take_and_free(void *argument)
{
    struct shared *shared = argument;

    while (!shared->stop) {
        SSL_SESSION *session = SSL_get1_session(shared->ssl);
        CHECK(session == NULL || SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION);
        SSL_SESSION_free(session);
        atomic_fetch_add(&shared->taken, 1);
    }
    return NULL;
}

/* OpenSSL's setter is not safe while other threads take the session. */
static void a_session_is_taken_while_the_connection_changes_it(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    struct shared shared = { .ssl = SSL_new(context) };
    pthread_t threads[2];

    for (int i = 0; on_reprise() && i < 2; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, take_and_free, &shared), 0);
    for (int i = 0; i < 20000 || (on_reprise() && shared.taken < 1000); i++) {
        SSL_SESSION *session = i % 5 == 0 ? NULL : made();

        CHECK_EQ(SSL_set_session(shared.ssl, session), 1);
        CHECK(SSL_get_session(shared.ssl) == session);
        SSL_SESSION_free(session);
    }
    shared.stop = true;
    for (int i = 0; on_reprise() && i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    SSL_free(shared.ssl);
    SSL_CTX_free(context);
}

static void on_end(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number,
                   void *argument)
{
    (void)parent, (void)data, (void)index, (void)number, (void)argument;
    if (value != NULL)
        atomic_fetch_add((atomic_int *)value, 1);
}

static void *take_often(void *argument)
{
    for (int i = 0; i < 400000; i++) {
        SSL_SESSION *session = SSL_get1_session(argument);
        CHECK_EQ(SSL_SESSION_get_protocol_version(session), TLS1_3_VERSION);
        SSL_SESSION_free(session);
    }
    return NULL;
}

/* However often it was taken, it ends when the last reference is given back, and not before. */
static void a_session_is_taken_very_often_and_ends_once(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(context);
    SSL_SESSION *session = made();
    int index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, on_end);
    atomic_int ends = 0;
    pthread_t threads[2];

    SSL_SESSION_set_ex_data(session, index, &ends);
    CHECK_EQ(SSL_set_session(ssl, session), 1);
    SSL_SESSION_free(session);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, take_often, ssl), 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    session = SSL_get1_session(ssl);
    SSL_free(ssl);
    CHECK_EQ(ends, 0);
    SSL_SESSION_free(session);
    CHECK_EQ(ends, 1);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(a_session_is_taken_while_the_connection_changes_it),
          TEST(a_session_is_taken_very_often_and_ends_once))
