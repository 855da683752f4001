/*
 * The session of a client's connection: S1 to S7, S12 to S17, S97.
 * Also run under valgrind.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"

static void check_same_id(const SSL_SESSION *one, const SSL_SESSION *other)
{
    unsigned one_length, other_length;
    const unsigned char *one_id = SSL_SESSION_get_id(one, &one_length);
    const unsigned char *other_id = SSL_SESSION_get_id(other, &other_length);

    CHECK_MEM(one_id, one_length, other_id, other_length);
}

static void check_id_is_digest_of_ticket(const SSL_SESSION *session)
{
    const unsigned char *ticket = NULL;
    size_t ticket_length = 0;
    unsigned char digest[32];
    unsigned length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);

    SSL_SESSION_get0_ticket(session, &ticket, &ticket_length);
    CHECK(ticket_length > 0);
    CHECK(EVP_Digest(ticket, ticket_length, digest, NULL, EVP_sha256(), NULL));
    CHECK_MEM(id, length, digest, sizeof(digest));
}

static void check_same_secret(const SSL_SESSION *one, const SSL_SESSION *other,
                              size_t length)
{
    unsigned char one_key[512], other_key[512];

    CHECK_EQ(SSL_SESSION_get_master_key(one, one_key, sizeof(one_key)), length);
    CHECK_EQ(SSL_SESSION_get_master_key(other, other_key, sizeof(other_key)), length);
    CHECK_MEM(one_key, length, other_key, length);
}

/* S1 */
static void there_is_no_session_before_the_handshake(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK(SSL_get_session(pair.client) == NULL);
    CHECK(SSL_get1_session(pair.client) == NULL);
    CHECK_EQ(SSL_session_reused(pair.client), 0);
    CHECK(SSL_get_session(pair.server) == NULL);
    CHECK(SSL_get1_session(pair.server) == NULL);
    CHECK_EQ(SSL_session_reused(pair.server), 0);
    pair_free(&pair);
}

/* S2 */
static void a_session_that_is_set_is_held_and_may_be_dropped(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    pair_open(&pair);
    CHECK_EQ(SSL_set_session(pair.client, session), 1);
    CHECK(SSL_get_session(pair.client) == session);
    SSL_SESSION_free(session);
    /* The connection's own reference keeps it. */
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), 1);
    CHECK_EQ(SSL_set_session(pair.client, NULL), 1);
    CHECK(SSL_get_session(pair.client) == NULL);
    pair_free(&pair);
}

/* S3 */
static void a_client_has_a_provisional_session_once_its_hello_is_sent(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *placeholder;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_WANT_READ);
    placeholder = SSL_get_session(pair.client);
    CHECK(placeholder != NULL);
    CHECK_EQ(id_length(placeholder), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(placeholder), 0);
    CHECK(SSL_get_session(pair.server) == NULL);
    pair_free(&pair);
}

/* S4 */
static void a_tls12_ticket_gives_a_session_named_by_its_digest(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    session = SSL_get_session(pair.client);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    CHECK_EQ(SSL_SESSION_get_protocol_version(session), TLS1_2_VERSION);
    check_id_is_digest_of_ticket(session);
    pair_free(&pair);
}

/* S5 */
static void a_tls12_session_without_ticket_has_the_servers_id(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_connect(&pair);
    session = SSL_get_session(pair.client);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    CHECK_EQ(id_length(session), 32);
    check_same_id(session, SSL_get_session(pair.server));
    pair_free(&pair);
}

/* S6 */
static void a_tls13_session_before_any_ticket_is_provisional(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    pair_connect(&pair);
    session = SSL_get_session(pair.client);
    CHECK(session != NULL);
    CHECK_EQ(id_length(session), 0);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(SSL_SESSION_get_protocol_version(session), TLS1_3_VERSION);
    pair_free(&pair);
}

/* S7 */
static void each_tls13_ticket_makes_a_new_object(void)
{
    struct pair pair;
    SSL_SESSION *placeholder;

    pair_init(&pair, &TLS13);
    keep_new_sessions(pair.client_ctx);
    pair_connect(&pair);
    CHECK_EQ(new_sessions, 0);
    placeholder = SSL_get1_session(pair.client);
    pair_settle(&pair);

    CHECK_EQ(new_sessions, 2);
    CHECK(kept_sessions[0] != kept_sessions[1]);
    CHECK(kept_sessions[0] != placeholder);
    CHECK(kept_sessions[1] != placeholder);
    CHECK(SSL_get_session(pair.client) == kept_sessions[1]);
    CHECK_EQ(SSL_SESSION_is_resumable(placeholder), 0);
    CHECK_EQ(id_length(placeholder), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(SSL_SESSION_is_resumable(kept_sessions[i]), 1);
        CHECK_EQ(SSL_SESSION_has_ticket(kept_sessions[i]), 1);
        check_id_is_digest_of_ticket(kept_sessions[i]);
        SSL_SESSION_free(kept_sessions[i]);
    }
    SSL_SESSION_free(placeholder);
    pair_free(&pair);
}

/* S12 */
static void the_tls12_master_key_is_equal_on_both_ends(void)
{
    struct pair pair;
    unsigned char whole[64], prefix[7];

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    check_same_secret(SSL_get_session(pair.client), SSL_get_session(pair.server), 48);
    CHECK_EQ(SSL_SESSION_get_master_key(SSL_get_session(pair.client), NULL, 0), 48);
    CHECK_EQ(SSL_SESSION_get_master_key(SSL_get_session(pair.client), whole,
                                        sizeof(whole)),
             48);
    CHECK_EQ(SSL_SESSION_get_master_key(SSL_get_session(pair.client), prefix,
                                        sizeof(prefix)),
             sizeof(prefix));
    CHECK_MEM(prefix, sizeof(prefix), whole, sizeof(prefix));
    pair_free(&pair);
}

/* S12 */
static void each_tls13_ticket_has_a_secret_of_hash_length_known_to_both_ends(void)
{
    static const struct {
        const char *suite;
        size_t hash_length;
    } suites[] = { { "TLS_AES_128_GCM_SHA256", 32 }, { "TLS_AES_256_GCM_SHA384", 48 } };

    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL_SESSION *first;

        pair_init(&pair, &TLS13);
        new_sessions = 0;
        keep_new_sessions(pair.client_ctx);
        CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, suites[i].suite));
        SSL_CTX_set_num_tickets(pair.server_ctx, 1);
        pair_connect(&pair);
        pair_settle(&pair);
        first = kept_sessions[0];

        /* Another ticket, another secret. */
        check_same_secret(first, SSL_get_session(pair.server), suites[i].hash_length);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        pair_settle(&pair);
        CHECK_EQ(new_sessions, 2);
        check_same_secret(kept_sessions[1], SSL_get_session(pair.server),
                          suites[i].hash_length);
        {
            unsigned char one[64], two[64];
            size_t length = SSL_SESSION_get_master_key(first, one, sizeof(one));

            SSL_SESSION_get_master_key(kept_sessions[1], two, sizeof(two));
            CHECK(memcmp(one, two, length) != 0);
        }
        SSL_SESSION_free(kept_sessions[0]);
        SSL_SESSION_free(kept_sessions[1]);
        pair_free(&pair);
    }
}

/* S13 */
static void resumption_by_id_uses_the_very_objects(void)
{
    struct pair pair;
    SSL_SESSION *offered, *cached;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_connect(&pair);
    offered = SSL_get1_session(pair.client);
    cached = SSL_get1_session(pair.server);
    pair_close(&pair);

    pair.offered = offered;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK(SSL_get_session(pair.client) == offered);
    CHECK(SSL_get_session(pair.server) == cached);
    SSL_SESSION_free(offered);
    SSL_SESSION_free(cached);
    pair_free(&pair);
}

/* S14 */
static void resumption_by_tls12_ticket_keeps_the_clients_object(void)
{
    struct pair pair;
    SSL_SESSION *offered, *servers_first;

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    offered = SSL_get1_session(pair.client);
    servers_first = SSL_get1_session(pair.server);
    pair_close(&pair);

    pair.offered = offered;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK(SSL_get_session(pair.client) == offered);
    CHECK(SSL_get_session(pair.server) != servers_first);
    check_same_id(SSL_get_session(pair.server), offered);
    check_same_secret(SSL_get_session(pair.server), offered, 48);
    SSL_SESSION_free(offered);
    SSL_SESSION_free(servers_first);
    pair_free(&pair);
}

/* S15 */
static void a_rejected_session_stays_as_it_was(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *offered;

    pair_init(&pair, protocol);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_OFF);
    offered = pair_new_session(&pair);
    /* A server that has never seen it. */
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = server_context(protocol);

    pair.offered = offered;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 0);
    CHECK_EQ(SSL_session_reused(pair.server), 0);
    CHECK(SSL_get_session(pair.client) != offered);
    CHECK_EQ(SSL_SESSION_is_resumable(offered), 1);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.client_ctx), 0);
    pair_close(&pair);
    CHECK_EQ(SSL_SESSION_is_resumable(offered), 1);
    SSL_SESSION_free(offered);
    pair_free(&pair);
}

/* S15: nor does an error after its rejection affect it. */
static void a_rejected_session_survives_the_failure_that_follows(void)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        struct outcome client, server;
        SSL_SESSION *offered;

        pair_init(&pair, &TLS12);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        offered = pair_new_session(&pair);
        SSL_CTX_free(pair.server_ctx);
        pair.server_ctx = server_context(&TLS12);
        SSL_CTX_set_verify(pair.server_ctx,
                           SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"test", 4);

        pair.offered = offered;
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
        CHECK(SSL_get_session(pair.client) != offered);
        CHECK_EQ(SSL_SESSION_is_resumable(offered), 1);
        SSL_SESSION_free(offered);
        pair_free(&pair);
    }
}

/* S16 */
static void a_tls13_session_in_a_caching_client_is_used_once(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_remove_cb(pair.client_ctx, count_removal);
    session = pair_new_session(&pair);
    CHECK_EQ(removals, 0);

    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK_EQ(removals, 1);
    CHECK(removed == session);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK(SSL_get_session(pair.client) == session);
    pair_settle(&pair);
    CHECK(SSL_get_session(pair.client) != session);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), 1);
    pair_close(&pair);
    CHECK_EQ(removals, 1);

    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S17, and the same for TLS 1.2 */
static void by_default_a_session_is_used_again_and_again(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    for (int i = 0; i < 4; i++)
        CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.client_ctx), 4);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S97 */
static void a_full_handshake_removes_nothing(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_remove_cb(pair.client_ctx, count_removal);
    pair_connect(&pair);
    CHECK_EQ(removals, 0);
    pair_settle(&pair);
    pair_close(&pair);
    CHECK_EQ(removals, 0);
    pair_free(&pair);
}

/* S34, S35: from the client's side */
static void a_client_is_given_each_session_once(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    keep_new_sessions(pair.client_ctx);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, protocol->version == TLS1_3_VERSION ? 2 : 1);
    pair_close(&pair);
    /* TLS 1.2: never on resumption. TLS 1.3: one ticket. */
    CHECK(pair_resumes(&pair, kept_sessions[0]));
    CHECK_EQ(new_sessions, protocol->version == TLS1_3_VERSION ? 3 : 1);
    while (new_sessions > 0)
        SSL_SESSION_free(kept_sessions[--new_sessions]);
    pair_free(&pair);
}

/* S31 */
static void a_client_offers_an_expired_tls12_session(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    SSL_SESSION_set_time(session, 1000);
    SSL_SESSION_set_timeout(session, 1);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S31: the ticket's age is measured against its lifetime hint */
static void a_client_leaves_out_a_tls13_session_older_than_its_hint(void)
{
    struct pair pair;
    SSL_SESSION *session;
    long hint;

    pair_init(&pair, &TLS13);
    session = pair_new_session(&pair);
    hint = (long)SSL_SESSION_get_ticket_lifetime_hint(session);
    CHECK_EQ(hint, 7200);
    SSL_SESSION_set_time(session, SSL_SESSION_get_time(session) - hint - 10);
    CHECK(!pair_resumes(&pair, session));
    /* Counted as a refusal nevertheless. */
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 1);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(there_is_no_session_before_the_handshake),
          TEST_EACH(a_session_that_is_set_is_held_and_may_be_dropped),
          TEST_EACH(a_client_has_a_provisional_session_once_its_hello_is_sent),
          TEST(a_tls12_ticket_gives_a_session_named_by_its_digest),
          TEST(a_tls12_session_without_ticket_has_the_servers_id),
          TEST(a_tls13_session_before_any_ticket_is_provisional),
          TEST(each_tls13_ticket_makes_a_new_object),
          TEST(the_tls12_master_key_is_equal_on_both_ends),
          TEST(each_tls13_ticket_has_a_secret_of_hash_length_known_to_both_ends),
          TEST(resumption_by_id_uses_the_very_objects),
          TEST(resumption_by_tls12_ticket_keeps_the_clients_object),
          TEST_EACH(a_rejected_session_stays_as_it_was),
          TEST(a_rejected_session_survives_the_failure_that_follows),
          TEST(a_tls13_session_in_a_caching_client_is_used_once),
          TEST_EACH(by_default_a_session_is_used_again_and_again),
          TEST_EACH(a_full_handshake_removes_nothing),
          TEST_EACH(a_client_is_given_each_session_once),
          TEST(a_client_offers_an_expired_tls12_session),
          TEST(a_client_leaves_out_a_tls13_session_older_than_its_hint))
