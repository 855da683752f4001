/*
 * What a cache does while a session leaves it or is in use, and where ids come from: S101 to S103,
 * S111, S123.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "pair.h"

static SSL_SESSION *made(const char *id)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_protocol_version(session, TLS1_2_VERSION);
    SSL_SESSION_set1_id(session, (const unsigned char *)id, (unsigned)strlen(id));
    return session;
}

static void add(SSL_CTX *context, const char *id)
{
    SSL_SESSION *session = made(id);

    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    SSL_SESSION_free(session);
}

/* ---- S101 ---- */

static bool expect_lock;
static int removals;

/* Uses the cache from within remove_cb: under OpenSSL's lock that fails (on Linux it does not
 * even hang, as the lock notices its holder); Reprise holds no lock. */
static void use_the_cache(SSL_CTX *context, SSL_SESSION *session)
{
    SSL_SESSION *another = made("added by the callback");
    bool locked = expect_lock && !on_reprise();

    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    if (removals++ == 0) {
        CHECK_EQ(SSL_CTX_add_session(context, another), !locked);
        CHECK_EQ(SSL_CTX_remove_session(context, another), !locked);
    }
    SSL_SESSION_free(another);
}

static void remove_cb_may_use_the_cache_on_explicit_removal(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_SESSION *session = made("a");

    SSL_CTX_sess_set_remove_cb(context, use_the_cache);
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK_EQ(SSL_CTX_remove_session(context, session), 1);
    CHECK_EQ(removals, 2); /* the callback's own removal */
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

static void remove_cb_of_a_flush_finds_the_cache_locked(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    expect_lock = true;
    SSL_CTX_sess_set_remove_cb(context, use_the_cache);
    add(context, "a");
    add(context, "b");
    SSL_CTX_flush_sessions(context, 0);
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    CHECK_EQ(removals, on_reprise() ? 3 : 2);
    SSL_CTX_free(context);
}

static void remove_cb_of_an_eviction_finds_the_cache_locked(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    expect_lock = true;
    SSL_CTX_sess_set_remove_cb(context, use_the_cache);
    SSL_CTX_sess_set_cache_size(context, 3);
    add(context, "a");
    add(context, "b");
    add(context, "c");
    CHECK(removals >= 1);
    CHECK_EQ(SSL_CTX_sess_number(context), on_reprise() ? 1 : 2);
    SSL_CTX_free(context);
}

static void remove_cb_of_a_context_that_ends_finds_the_cache_locked(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    expect_lock = true;
    SSL_CTX_sess_set_remove_cb(context, use_the_cache);
    add(context, "a");
    SSL_CTX_free(context);
    CHECK_EQ(removals, on_reprise() ? 2 : 1);
}

/* ---- S103 ---- */

/*
 * OpenSSL leaves it to the program: the second cache would be linked into the first one.
 * Reprise keeps both in order, though time and timeout re-sort in the last one only.
 */
static void a_session_is_in_one_cache_or_safely_in_two(void)
{
    SSL_CTX *one = SSL_CTX_new(TLS_method()), *other = SSL_CTX_new(TLS_method());
    SSL_SESSION *session = made("a");

    CHECK_EQ(SSL_CTX_add_session(one, session), 1);
    add(one, "b");
    add(other, "c");
    if (on_reprise()) {
        CHECK_EQ(SSL_CTX_add_session(other, session), 1);
        CHECK_EQ(SSL_CTX_sess_number(one), 2);
        CHECK_EQ(SSL_CTX_sess_number(other), 2);
        SSL_SESSION_set_timeout(session, 5);
        SSL_SESSION_set_time(session, 1000);
        CHECK_EQ(SSL_CTX_remove_session(one, session), 1);
        CHECK_EQ(SSL_CTX_sess_number(one), 1);
        CHECK_EQ(SSL_CTX_sess_number(other), 2);
        SSL_SESSION_set_time(session, 2000);
        SSL_CTX_flush_sessions(other, 3000);
        CHECK_EQ(SSL_CTX_sess_number(other), 1);
    }
    SSL_CTX_free(one);
    SSL_CTX_free(other);
    SSL_SESSION_free(session);
}

/* ---- S102 ---- */

/* After 256 handshakes of a server the cache is flushed (S58), if the last one has a session
 * that might be cached. */
static void check_automatic_flush(bool tickets, int (*forbid)(SSL *, int), bool expected)
{
    struct pair pair;
    SSL_SESSION *expired = made("expired");

    pair_init(&pair, &TLS12);
    if (!tickets)
        SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_not_resumable_session_callback(pair.server_ctx, forbid);
    SSL_SESSION_set_time(expired, 1000);
    CHECK_EQ(SSL_CTX_add_session(pair.server_ctx, expired), 1);
    for (int i = 0; i < 256; i++) {
        pair_connect(&pair);
        pair_close(&pair);
    }
    CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), 256);
    CHECK_EQ(SSL_SESSION_is_resumable(expired), !expected);
    SSL_SESSION_free(expired);
    pair_free(&pair);
}

static int forbid_resumption(SSL *ssl, int forward_secret)
{
    (void)ssl, (void)forward_secret;
    return 1;
}

static void a_session_with_an_id_lets_the_cache_be_flushed(void)
{
    check_automatic_flush(false, NULL, true);
}

static void a_session_in_a_ticket_leaves_the_cache_alone(void)
{
    check_automatic_flush(true, NULL, false);
}

static void a_session_that_is_not_resumable_leaves_the_cache_alone(void)
{
    check_automatic_flush(false, forbid_resumption, false);
}

/* ---- S111 ---- */

static int fixed, fixed_draws;

/* While `fixed` is set, all random bytes of the length of an id are the same. */
static int random_bytes(unsigned char *buffer, int length)
{
    if (fixed && length == 32) {
        fixed_draws++;
        memset(buffer, 0x5a, 32);
        return 1;
    }
    return RAND_OpenSSL()->bytes(buffer, length);
}

static void a_random_id_is_not_one_that_is_taken(const struct protocol *protocol)
{
    static const RAND_METHOD method = { .bytes = random_bytes, .pseudorand = random_bytes };
    struct pair pair;
    struct outcome client, server;
    unsigned char id[32];

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    CHECK_EQ(RAND_set_rand_method(&method), 1);
    fixed = 1;
    memset(id, 0x5a, 32);
    pair_connect(&pair);
    CHECK_MEM(SSL_SESSION_get_id(SSL_get_session(pair.server), NULL), 32, id, 32);
    fixed = 0;
    pair_close(&pair);

    /* Only that one is to be had: ten times, then it fails. */
    pair_open(&pair);
    fixed = 1;
    fixed_draws = 0;
    pair_try_handshake(&pair, &client, &server);
    fixed = 0;
    CHECK(fixed_draws >= 10);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_SSL_SESSION_ID_CALLBACK_FAILED);
    /* In TLS 1.3 tickets come when the client's handshake is over. */
    CHECK_EQ(client.reason, protocol->version == TLS1_2_VERSION
                                ? SSL_R_TLSV1_ALERT_INTERNAL_ERROR
                                : 0);
    pair_free(&pair);
}

/* ---- S123 ---- */

struct snapshot {
    unsigned char der[4096];
    int length;
    int resumable;
};

static void take_snapshot(struct snapshot *snapshot, SSL_SESSION *session)
{
    unsigned char *end = snapshot->der;

    CHECK(i2d_SSL_SESSION(session, NULL) <= (int)sizeof(snapshot->der));
    snapshot->length = i2d_SSL_SESSION(session, &end);
    snapshot->resumable = SSL_SESSION_is_resumable(session);
}

static void check_unchanged(const struct snapshot *before, SSL_SESSION *session)
{
    struct snapshot after;

    take_snapshot(&after, session);
    CHECK_MEM(after.der, (size_t)after.length, before->der, (size_t)before->length);
    CHECK_EQ(after.resumable, before->resumable);
}

/* S123: neither by a resumption, nor by one that is refused, nor by one that fails. */
static void no_handshake_changes_a_session(const struct protocol *protocol)
{
    static const char *const context[] = { "shop", "shop", "bank" };

    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        struct snapshot clients, servers;
        SSL_SESSION *session, *kept;
        struct outcome client, server;

        pair_init(&pair, protocol);
        SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_OFF);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"shop", 4);
        pair_connect(&pair);
        pair_settle(&pair);
        session = SSL_get1_session(pair.client);
        kept = SSL_get1_session(pair.server);
        pair_close(&pair);
        take_snapshot(&clients, session);
        take_snapshot(&servers, kept);
        for (int i = 0; i < 3; i++) {
            SSL_CTX_set_session_id_context(pair.server_ctx,
                                           (const unsigned char *)context[i], 4);
            CHECK_EQ(pair_resumes(&pair, session), i < 2);
            check_unchanged(&clients, session);
            check_unchanged(&servers, kept);
        }
        /* A server without suites in common. */
        SSL_CTX_set_cipher_list(pair.server_ctx, "ECDHE-RSA-CHACHA20-POLY1305");
        SSL_CTX_set_ciphersuites(pair.server_ctx, "");
        pair.offered = session;
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.error, SSL_ERROR_SSL);
        pair_drop(&pair);
        check_unchanged(&servers, kept);
        SSL_SESSION_free(kept);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S123: OpenSSL writes the new session's fields into it. */
static void a_session_set_during_a_handshake_is_not_written_into(void)
{
    struct pair pair;
    struct snapshot before;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    take_snapshot(&before, session);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_set_session(pair.client, session), 1);
    if (on_reprise()) {
        pair_handshake(&pair);
        check_unchanged(&before, session);
        CHECK(SSL_get_session(pair.client) != session);
    }
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST(remove_cb_may_use_the_cache_on_explicit_removal),
          TEST(remove_cb_of_a_flush_finds_the_cache_locked),
          TEST(remove_cb_of_an_eviction_finds_the_cache_locked),
          TEST(remove_cb_of_a_context_that_ends_finds_the_cache_locked),
          TEST(a_session_is_in_one_cache_or_safely_in_two),
          TEST(a_session_with_an_id_lets_the_cache_be_flushed),
          TEST(a_session_in_a_ticket_leaves_the_cache_alone),
          TEST(a_session_that_is_not_resumable_leaves_the_cache_alone),
          TEST_EACH(a_random_id_is_not_one_that_is_taken),
          TEST_EACH(no_handshake_changes_a_session),
          TEST(a_session_set_during_a_handshake_is_not_written_into))
