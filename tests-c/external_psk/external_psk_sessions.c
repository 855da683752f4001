/* Sessions of connections with a key of the program, and the sessions by which it hands keys over: S120. */
#include <string.h>

#include <openssl/ssl.h>

#include "external_psk.h"
#include "session_callbacks.h"

/* A ticket of such a connection is like any other, and not the key itself. */
static void tickets_are_sent_and_resumed(void)
{
    for (int stateful = 0; stateful < 2; stateful++) {
        struct pair pair;
        SSL_SESSION *session;
        unsigned char key[48];

        external_psk_init(&pair);
        without_certificate(&pair);
        SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
        if (stateful)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        new_sessions = 0;
        SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT
                                                            | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(pair.client_ctx, count_new_session);
        uses = 0;
        session = pair_new_session(&pair);
        CHECK_EQ(new_sessions, 1);
        CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
        CHECK_EQ(SSL_SESSION_get_master_key(session, key, sizeof(key)), 32);
        CHECK(memcmp(key, client_key, 32) != 0);

        SSL_CTX_set_psk_use_session_callback(pair.client_ctx, NULL);
        finds = 0;
        CHECK(pair_resumes(&pair, session));
        CHECK_EQ(finds, 1); /* asked about tickets too */
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* Its own key makes a session belong to the server that gave it out. */
static void the_session_gets_the_servers_id_context(void)
{
    struct pair pair;
    const unsigned char *context;
    unsigned length;

    external_psk_init(&pair);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"shop", 4);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    context = SSL_SESSION_get0_id_context(SSL_get_session(pair.server), &length);
    CHECK_MEM(context, length, "shop", 4);
    pair_free(&pair);
}

static void a_clients_id_context_must_be_the_sessions(void)
{
    struct pair pair;
    struct outcome client, server;

    external_psk_init(&pair);
    SSL_CTX_set_session_id_context(pair.client_ctx, (const unsigned char *)"mine", 4);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT);
    pair_free(&pair);
}

static SSL_SESSION *expired(SSL *ssl)
{
    SSL_SESSION *session = psk_session(ssl, server_key);

    SSL_SESSION_set_time(session, 1000);
    return session;
}

static int find_expired(SSL *ssl, const unsigned char *identity, size_t length,
                        SSL_SESSION **session)
{
    (void)identity, (void)length;
    *session = expired(ssl);
    return 1;
}

/* A server looks at the time of this session as at that of any other. */
static void an_expired_key_means_a_full_handshake(void)
{
    struct pair pair;

    external_psk_init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_expired);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(SSL_CTX_sess_timeouts(pair.server_ctx), 1);
    pair_free(&pair);
}

static SSL_SESSION *marked;

static int find_marked(SSL *ssl, const unsigned char *identity, size_t length,
                       SSL_SESSION **session)
{
    (void)ssl, (void)identity, (void)length;
    SSL_SESSION_up_ref(marked);
    *session = marked;
    return 1;
}

/* S63: what the server works with is a copy without the mark, and the program's is untouched. */
static void a_session_that_is_not_resumable_is_still_a_key(void)
{
    struct pair pair;
    SSL_SESSION *session;

    external_psk_init(&pair);
    pair_open(&pair);
    marked = psk_session(pair.server, server_key);
    SSL_SESSION_set1_id(marked, (const unsigned char *)"marked", 6);
    SSL_CTX_remove_session(pair.server_ctx, marked);
    CHECK_EQ(SSL_SESSION_is_resumable(marked), 0);
    pair_drop(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_marked);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, NULL);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, NULL);
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_SESSION_is_resumable(marked), 0);
    SSL_SESSION_free(session);
    SSL_SESSION_free(marked);
    pair_free(&pair);
}

/* ---- ownership: S120 ---- */

static int frees;

static void on_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long argl,
                    void *argp)
{
    (void)parent, (void)data, (void)index, (void)argl, (void)argp;
    frees += value != NULL;
}

static int owned_index;

static int use_owned(SSL *ssl, const EVP_MD *md, const unsigned char **identity,
                     size_t *length, SSL_SESSION **session)
{
    int ret = use_session(ssl, md, identity, length, session);

    SSL_SESSION_set_ex_data(*session, owned_index, "the client's");
    return ret;
}

static int find_owned(SSL *ssl, const unsigned char *identity, size_t length,
                      SSL_SESSION **session)
{
    int ret = find_session(ssl, identity, length, session);

    SSL_SESSION_set_ex_data(*session, owned_index, "the server's");
    return ret;
}

static void the_library_frees_the_sessions_it_was_given(void)
{
    struct pair pair;

    owned_index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, on_free);
    external_psk_init(&pair);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_owned);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_owned);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    CHECK_STR(SSL_SESSION_get_ex_data(SSL_get_session(pair.client), owned_index),
              "the client's");
    pair_drop(&pair);
    pair_free(&pair);
    CHECK(frees >= 2);
}

TEST_MAIN(TEST(tickets_are_sent_and_resumed),
          TEST(the_session_gets_the_servers_id_context),
          TEST(a_clients_id_context_must_be_the_sessions),
          TEST(an_expired_key_means_a_full_handshake),
          TEST(a_session_that_is_not_resumable_is_still_a_key),
          TEST(the_library_frees_the_sessions_it_was_given))
