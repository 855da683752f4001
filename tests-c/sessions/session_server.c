/* The session of a server's connection and the cache callbacks: S8 to S11, S33 to S43. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

static int new_sessions;
static SSL_SESSION *last;
static SSL_SESSION *seen[8];
static bool keep;

/* Records the sessions; takes the reference when `keep` is set. */
static int on_new(SSL *ssl, SSL_SESSION *session)
{
    CHECK(SSL_get_session(ssl) == session); /* S34 */
    if (new_sessions < 8)
        seen[new_sessions] = session;
    new_sessions++;
    last = session;
    return keep;
}

static int removals;

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    (void)context, (void)session;
    removals++;
}

/* S8 */
static void a_tls13_server_has_the_session_of_its_last_ticket(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    keep = true;
    pair_connect(&pair);
    CHECK_EQ(new_sessions, 2); /* S35: before SSL_accept() returned */
    CHECK(seen[0] != seen[1]);
    CHECK(SSL_get_session(pair.server) == seen[1]);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(id_length(seen[i]), 32);
        CHECK_EQ(SSL_SESSION_has_ticket(seen[i]), 0);
        CHECK_EQ(SSL_SESSION_is_resumable(seen[i]), 1);
    }
    CHECK(memcmp(SSL_SESSION_get_id(seen[0], NULL), SSL_SESSION_get_id(seen[1], NULL),
                 32)
          != 0);
    SSL_SESSION_free(seen[0]);
    SSL_SESSION_free(seen[1]);
    pair_free(&pair);
}

/* S9 */
static void without_tickets_there_is_nothing_to_resume_in_tls13(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    CHECK_EQ(SSL_CTX_set_num_tickets(pair.server_ctx, 0), 1);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 0);
    CHECK_EQ(id_length(SSL_get_session(pair.server)), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.server)), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), 0);
    pair_free(&pair);
}

/* S10 */
static void a_tls12_server_that_sent_a_ticket_keeps_nothing(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    pair_connect(&pair);
    CHECK_EQ(id_length(SSL_get_session(pair.server)), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.server)), 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    CHECK_EQ(new_sessions, 0);
    pair_free(&pair);
}

/* S11, S36 */
static int on_new_and_cached(SSL *ssl, SSL_SESSION *session)
{
    unsigned length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);

    CHECK_EQ(SSL_CTX_sess_number(SSL_get_SSL_CTX(ssl)), 1);
    CHECK_EQ(SSL_has_matching_session_id(ssl, id, length), 1);
    return on_new(ssl, session);
}

static void a_tls12_server_without_tickets_caches_the_connections_object(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new_and_cached);
    pair_connect(&pair);
    CHECK_EQ(new_sessions, 1);
    CHECK_EQ(id_length(SSL_get_session(pair.server)), 32);
    CHECK(last == SSL_get_session(pair.server));
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    pair_free(&pair);
}

/* docs/differences.md: rustls does not look whether the ticket could be taken. */
static void a_ticket_offered_where_none_are_taken_leaves_no_id(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 1);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 0);
    CHECK_EQ(id_length(SSL_get_session(pair.server)), on_reprise() ? 0 : 32);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), !on_reprise());
    pair_close(&pair);
    /* From the next handshake on it is as with any client. */
    pair.offered = NULL;
    pair_connect(&pair);
    CHECK_EQ(id_length(SSL_get_session(pair.server)), 32);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S33 */
static void callbacks_are_what_was_set(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK_EQ(SSL_CTX_get_session_cache_mode(context), SSL_SESS_CACHE_SERVER);
    CHECK(SSL_CTX_sess_get_new_cb(context) == NULL);
    CHECK(SSL_CTX_sess_get_remove_cb(context) == NULL);
    CHECK(SSL_CTX_sess_get_get_cb(context) == NULL);
    SSL_CTX_sess_set_new_cb(context, on_new);
    SSL_CTX_sess_set_remove_cb(context, on_remove);
    CHECK(SSL_CTX_sess_get_new_cb(context) == on_new);
    CHECK(SSL_CTX_sess_get_remove_cb(context) == on_remove);
    SSL_CTX_sess_set_new_cb(context, NULL);
    CHECK(SSL_CTX_sess_get_new_cb(context) == NULL);
    SSL_CTX_free(context);
}

/* S33 */
static void a_callback_is_only_for_the_roles_in_the_cache_mode(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, on_new);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 0);
    pair_free(&pair);
}

/* S34, S35 */
static void a_resumption_reports_new_tickets_only(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    session = pair_new_session(&pair);
    new_sessions = 0;
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(new_sessions, protocol->version == TLS1_3_VERSION ? 1 : 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S36 */
static void a_session_the_callback_declines_stays_cached(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    keep = false;
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S37 */
static void a_verifying_server_without_context_caches_nothing(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    pair_free(&pair);
}

/* S38 */
static void without_internal_store_the_callback_is_called_and_adding_works(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_SERVER
                                                        | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    pair_connect(&pair);
    CHECK(new_sessions > 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    CHECK_EQ(SSL_CTX_add_session(pair.server_ctx, SSL_get_session(pair.server)), 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    pair_free(&pair);
}

/* S39 */
static void tls13_tickets_enter_the_cache_only_for_a_reason(void)
{
    for (int reason = 0; reason < 3; reason++) {
        struct pair pair;

        pair_init(&pair, &TLS13);
        new_sessions = 0;
        SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
        if (reason == 1)
            SSL_CTX_sess_set_remove_cb(pair.server_ctx, on_remove);
        if (reason == 2)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        pair_connect(&pair);
        CHECK_EQ(new_sessions, 2);
        CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), reason == 0 ? 0 : 2);
        pair_free(&pair);
    }
}

/* ---- get_cb ---- */

/* A store outside the library that holds one session. */
static SSL_SESSION *stored;
static int questions;
static bool hand_over;

static SSL_SESSION *on_get(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    unsigned stored_length;
    const unsigned char *stored_id;

    (void)ssl;
    questions++;
    CHECK_EQ(*copy, 1);
    if (stored == NULL)
        return NULL;
    stored_id = SSL_SESSION_get_id(stored, &stored_length);
    if ((unsigned)length != stored_length || memcmp(id, stored_id, stored_length) != 0)
        return NULL;
    if (hand_over) {
        *copy = 0;
        SSL_SESSION_up_ref(stored);
    }
    return stored;
}

static int on_new_store(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(stored);
    stored = session;
    return 1;
}

/* A server that keeps its sessions in that store only; returns the client's session. */
static SSL_SESSION *store_outside(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair->server_ctx, SSL_SESS_CACHE_SERVER
                                                         | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_set_num_tickets(pair->server_ctx, 1);
    SSL_CTX_sess_set_new_cb(pair->server_ctx, on_new_store);
    SSL_CTX_sess_set_get_cb(pair->server_ctx, on_get);
    return pair_new_session(pair);
}

/* S40 */
static void get_cb_is_asked_after_a_miss_and_counts(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session = store_outside(&pair, protocol);
    long misses = SSL_CTX_sess_misses(pair.server_ctx);

    for (int i = 0; i < 2; i++) {
        hand_over = i == 1;
        questions = 0;
        pair.offered = session;
        pair_connect(&pair);
        CHECK_EQ(questions, 1);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        if (protocol->version == TLS1_2_VERSION)
            CHECK(SSL_get_session(pair.server) == stored);
        SSL_SESSION_free(session);
        pair_settle(&pair);
        session = SSL_get1_session(pair.client);
        pair_close(&pair);
        CHECK_EQ(SSL_CTX_sess_cb_hits(pair.server_ctx), i + 1);
        CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), i + 1);
        CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), misses + i + 1);
    }
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
    SSL_SESSION_free(stored);
}

/* S41 */
static void what_get_cb_finds_enters_the_cache(void)
{
    struct pair pair;
    SSL_SESSION *session = store_outside(&pair, &TLS12);

    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_OFF);
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    /* From now on it is found inside. */
    questions = 0;
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_SERVER);
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(questions, 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
    SSL_SESSION_free(stored);
}

/* S41 */
static void with_the_cache_off_tls12_sessions_have_no_id(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_OFF);
    pair_connect(&pair);
    CHECK_EQ(id_length(SSL_get_session(pair.server)), 0);
    CHECK_EQ(id_length(SSL_get_session(pair.client)), 0);
    pair_free(&pair);
}

/* S41 */
static void with_the_cache_off_tickets_work(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_OFF);
    session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S42 */
static void without_internal_lookup_get_cb_is_asked_at_once(void)
{
    struct pair pair;
    SSL_SESSION *session = store_outside(&pair, &TLS12);
    long misses;

    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_SERVER
                                                        | SSL_SESS_CACHE_NO_INTERNAL);
    CHECK_EQ(SSL_CTX_add_session(pair.server_ctx, stored), 1);
    misses = SSL_CTX_sess_misses(pair.server_ctx);
    questions = 0;
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(questions, 1);
    CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), misses);
    SSL_SESSION_free(session);
    pair_free(&pair);
    SSL_SESSION_free(stored);
}

/* S42 */
static void a_session_from_get_cb_that_is_not_resumable_is_ignored(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL_SESSION *session, *marked;

        stored = NULL;
        session = store_outside(&pair, &TLS12);
        marked = stored;
        SSL_SESSION_up_ref(marked);
        hand_over = i == 1;
        SSL_CTX_remove_session(pair.server_ctx, marked);
        CHECK_EQ(SSL_SESSION_is_resumable(marked), 0);
        CHECK(!pair_resumes(&pair, session));
        CHECK_EQ(SSL_CTX_sess_cb_hits(pair.server_ctx), 0);
        SSL_SESSION_free(marked);
        SSL_SESSION_free(session);
        pair_free(&pair);
        SSL_SESSION_free(stored);
    }
}

/* S43 */
static void tickets_do_not_reach_get_cb(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_sess_set_get_cb(pair.server_ctx, on_get);
    session = pair_new_session(&pair);
    questions = 0;
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(questions, 0);
    /* Nor does a ticket that this server cannot decrypt. */
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = server_context(protocol);
    SSL_CTX_sess_set_get_cb(pair.server_ctx, on_get);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(questions, 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST(a_tls13_server_has_the_session_of_its_last_ticket),
          TEST(without_tickets_there_is_nothing_to_resume_in_tls13),
          TEST(a_tls12_server_that_sent_a_ticket_keeps_nothing),
          TEST(a_tls12_server_without_tickets_caches_the_connections_object),
          TEST(a_ticket_offered_where_none_are_taken_leaves_no_id), TEST(callbacks_are_what_was_set),
          TEST_EACH(a_callback_is_only_for_the_roles_in_the_cache_mode),
          TEST_EACH(a_resumption_reports_new_tickets_only),
          TEST_EACH(a_session_the_callback_declines_stays_cached),
          TEST_EACH(a_verifying_server_without_context_caches_nothing),
          TEST_EACH(without_internal_store_the_callback_is_called_and_adding_works),
          TEST(tls13_tickets_enter_the_cache_only_for_a_reason),
          TEST_EACH(get_cb_is_asked_after_a_miss_and_counts),
          TEST(what_get_cb_finds_enters_the_cache),
          TEST(with_the_cache_off_tls12_sessions_have_no_id),
          TEST_EACH(with_the_cache_off_tickets_work),
          TEST(without_internal_lookup_get_cb_is_asked_at_once),
          TEST(a_session_from_get_cb_that_is_not_resumable_is_ignored),
          TEST_EACH(tickets_do_not_reach_get_cb))
