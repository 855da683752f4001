/* The cache as handshakes use it: S15, S46, S57, S58, S60, S91, S100, S121. */
#include <limits.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"

/* TLS 1.2 by id. */
static void init(struct pair *pair)
{
    pair_init(pair, &TLS12);
    SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_remove_cb(pair->server_ctx, count_removal);
}

/* S57, S100 */
static void an_expired_session_is_removed_when_it_is_looked_up(void)
{
    struct pair pair;
    SSL_SESSION *session, *servers;
    long misses;

    init(&pair);
    pair_connect(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    SSL_SESSION_set_time(servers, 1000);
    misses = SSL_CTX_sess_misses(pair.server_ctx);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_timeouts(pair.server_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), misses);
    CHECK_EQ(removals, 1);
    CHECK_EQ(SSL_SESSION_is_resumable(servers), 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1); /* the new one */
    SSL_SESSION_free(session);
    SSL_SESSION_free(servers);
    pair_free(&pair);
}

/* S58: flushed at the end of the 256th handshake */
static void the_cache_is_flushed_now_and_then(void)
{
    for (int clear = 0; clear < 2; clear++) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair);
        removals = 0;
        if (!clear)
            SSL_CTX_set_session_cache_mode(pair.server_ctx,
                                           SSL_SESS_CACHE_SERVER
                                               | SSL_SESS_CACHE_NO_AUTO_CLEAR);
        session = SSL_SESSION_new();
        SSL_SESSION_set1_id(session, (const unsigned char *)"x", 1);
        SSL_SESSION_set_time(session, 1000);
        CHECK_EQ(SSL_CTX_add_session(pair.server_ctx, session), 1);
        SSL_SESSION_free(session);
        for (int i = 1; i <= 256; i++) {
            pair_connect(&pair);
            CHECK_EQ(removals, clear && i == 256);
            pair_close(&pair);
        }
        CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), 256);
        pair_free(&pair);
    }
}

/* S91, S121 */
static void counters_count(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_connect(pair.client_ctx), 2);
    CHECK_EQ(SSL_CTX_sess_connect_good(pair.client_ctx), 2);
    CHECK_EQ(SSL_CTX_sess_accept(pair.server_ctx), 2);
    CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), 2);
    CHECK_EQ(SSL_CTX_sess_hits(pair.client_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_connect(pair.server_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_accept(pair.client_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_connect_renegotiate(pair.client_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_accept_renegotiate(pair.server_ctx), 0);

    /* A handshake that does not end counts as started only. */
    pair_open(&pair);
    SSL_do_handshake(pair.client);
    pair_drop(&pair);
    CHECK_EQ(SSL_CTX_sess_connect(pair.client_ctx), 3);
    CHECK_EQ(SSL_CTX_sess_connect_good(pair.client_ctx), 2);
    CHECK_EQ(SSL_CTX_ctrl(NULL, SSL_CTRL_SESS_HIT, 0, NULL), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S15, S91: the server's answer is known before its certificate is verified. */
static void a_session_that_was_offered_in_vain_is_a_miss_and_stays_valid(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"other", 5);
    pair.offered = session;
    pair_open(&pair);
    SSL_set1_host(pair.client, "wrong.example");
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 1);
    CHECK(SSL_get_session(pair.client) != session);
    pair_drop(&pair);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S60 */
static void a_connection_can_ask_whether_an_id_is_taken(void)
{
    struct pair pair;
    unsigned length;
    const unsigned char *id;
    unsigned char long_id[33] = { 0 };

    init(&pair);
    pair_connect(&pair);
    id = SSL_SESSION_get_id(SSL_get_session(pair.server), &length);
    CHECK_EQ(SSL_has_matching_session_id(pair.server, id, length), 1);
    CHECK_EQ(SSL_has_matching_session_id(pair.server, id, length - 1), 0);
    CHECK_EQ(SSL_has_matching_session_id(pair.client, id, length), 0);
    CHECK_EQ(SSL_has_matching_session_id(pair.server, long_id, sizeof(long_id)), 0);
    pair_free(&pair);
}

/* S91: a server misses what is not in its cache, a client what was refused. */
static void what_is_not_found_is_missed_on_both_ends(void)
{
    struct pair pair;
    SSL_SESSION *session;

    init(&pair);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 0);
    SSL_CTX_flush_sessions(pair.server_ctx, 0);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_hits(pair.client_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_cb_hits(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- a ticket that is renewed ---- */

/* What the ticket keys' callback answers to a ticket: 2 is yes, and renew it. */
static int ticket_keys(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                       EVP_MAC_CTX *mac, int encrypt)
{
    static unsigned char key[32];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_END,
    };

    (void)ssl;
    if (encrypt) {
        memset(name, 'n', 16);
        memset(iv, 'i', 16);
    }
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, encrypt), 1);
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    return encrypt ? 1 : 2;
}

/* S46, S100 */
static void a_renewed_tls12_ticket_takes_the_old_session_out_of_the_clients_cache(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, ticket_keys);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_new_session);
    SSL_CTX_sess_set_remove_cb(pair.client_ctx, count_removal);
    session = pair_new_session(&pair);
    CHECK_EQ(new_sessions, 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 1);

    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK(SSL_get_session(pair.client) != session);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), 1);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(SSL_get_session(pair.client)), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(removals, 1);
    CHECK(removed == session);
    CHECK_EQ(new_sessions, 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    pair_close(&pair);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST(an_expired_session_is_removed_when_it_is_looked_up),
          TEST(the_cache_is_flushed_now_and_then), TEST_EACH(counters_count),
          TEST(what_is_not_found_is_missed_on_both_ends),
          TEST_EACH(a_session_that_was_offered_in_vain_is_a_miss_and_stays_valid),
          TEST(a_connection_can_ask_whether_an_id_is_taken),
          TEST(a_renewed_tls12_ticket_takes_the_old_session_out_of_the_clients_cache))
