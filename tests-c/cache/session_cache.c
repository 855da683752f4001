/* The cache of a context: S44, S45, S49 to S56, S59 to S61, S94, S100. */
#include <limits.h>
#include <string.h>

#include <openssl/lhash.h>
#include <openssl/ssl.h>

#include "pair.h"

/* The sessions that remove_cb was given, in order: the first byte of the id, as far as there is room. */
static char removed[64];

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    size_t count = strlen(removed);

    CHECK(context != NULL);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0); /* S100 */
    if (count + 1 < sizeof(removed))
        removed[count] = (char)SSL_SESSION_get_id(session, NULL)[0];
}

static SSL_CTX *new_cache(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    SSL_CTX_sess_set_remove_cb(context, on_remove);
    return context;
}

/* A session with this id, which expires `expiry` seconds after the time 1000. */
static SSL_SESSION *made(char id, long expiry)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_protocol_version(session, TLS1_2_VERSION);
    SSL_SESSION_set1_id(session, (const unsigned char *)&id, 1);
    SSL_SESSION_set_time(session, 1000);
    SSL_SESSION_set_timeout(session, expiry);
    return session;
}

/* The cache takes its own reference, the caller's is given up. */
static SSL_SESSION *add(SSL_CTX *context, SSL_SESSION *session)
{
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    SSL_SESSION_free(session);
    return session;
}

/* S49 */
static void settings_have_their_defaults_and_setters_return_the_old_value(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    CHECK_EQ(SSL_CTX_get_session_cache_mode(context), SSL_SESS_CACHE_SERVER);
    CHECK_EQ(SSL_CTX_sess_get_cache_size(context), SSL_SESSION_CACHE_MAX_SIZE_DEFAULT);
    CHECK_EQ(SSL_CTX_get_timeout(context), 7200);
    CHECK_EQ(SSL_get_default_timeout(ssl), 7200);
    CHECK_EQ(SSL_CTX_get_max_early_data(context), 0);
    CHECK_EQ(SSL_CTX_get_recv_max_early_data(context), 16384);

    CHECK_EQ(SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH),
             SSL_SESS_CACHE_SERVER);
    CHECK_EQ(SSL_CTX_get_session_cache_mode(context), SSL_SESS_CACHE_BOTH);
    CHECK_EQ(SSL_CTX_sess_set_cache_size(context, 17), 20480);
    CHECK_EQ(SSL_CTX_sess_set_cache_size(context, -1), 0);
    CHECK_EQ(SSL_CTX_sess_get_cache_size(context), 17);
    CHECK_EQ(SSL_CTX_set_timeout(context, 55), 7200);
    CHECK_EQ(SSL_CTX_get_timeout(context), 55);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void adding_and_removing_says_whether_it_did(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *session = made('a', 100);

    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK_EQ(SSL_CTX_add_session(context, session), 0);
    CHECK_EQ(SSL_CTX_sess_number(context), 1);
    CHECK_EQ(SSL_CTX_remove_session(context, session), 1);
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    CHECK_STR(removed, "a");
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

/* S44 */
static void removing_what_is_not_there_marks_it_all_the_same(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *session = made('a', 100);
    SSL_SESSION *nameless = SSL_SESSION_new();

    CHECK_EQ(SSL_CTX_remove_session(context, session), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_STR(removed, "a");
    CHECK_EQ(SSL_CTX_remove_session(context, nameless), 0);
    CHECK_EQ(SSL_CTX_remove_session(context, NULL), 0);
    CHECK_STR(removed, "a");
    SSL_SESSION_free(session);
    SSL_SESSION_free(nameless);
    SSL_CTX_free(context);
}

/* S44: the session that is given becomes not resumable and is reported, also when another object of its id is removed. */
static SSL_SESSION *last_removed;

static void on_remove_note(SSL_CTX *context, SSL_SESSION *session)
{
    (void)context;
    last_removed = session;
}

static void removing_another_object_of_the_same_id_marks_the_one_given(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *cached, *copy;

    SSL_CTX_sess_set_remove_cb(context, on_remove_note);
    cached = made('a', 100);
    copy = SSL_SESSION_dup(cached);
    CHECK_EQ(SSL_CTX_add_session(context, cached), 1);
    CHECK_EQ(SSL_CTX_remove_session(context, copy), 1);
    CHECK(last_removed == copy);
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    CHECK(!SSL_SESSION_is_resumable(copy));
    CHECK(SSL_SESSION_is_resumable(cached));
    SSL_SESSION_free(copy);
    SSL_SESSION_free(cached);
    SSL_CTX_free(context);
}

/* S45 */
static void another_object_of_the_same_id_replaces_the_old_one(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *first = made('a', 100), *second = made('a', 100);

    CHECK_EQ(SSL_CTX_add_session(context, first), 1);
    CHECK_EQ(SSL_CTX_add_session(context, second), 1);
    CHECK_EQ(SSL_CTX_sess_number(context), 1);
    CHECK_STR(removed, "");
    CHECK_EQ(SSL_SESSION_is_resumable(first), 1);
    CHECK(OPENSSL_LH_retrieve((OPENSSL_LHASH *)SSL_CTX_sessions(context), first) == second);
    SSL_SESSION_free(first);
    SSL_SESSION_free(second);
    SSL_CTX_free(context);
}

/* S50 */
static void the_same_id_in_two_versions_is_two_entries(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *other = made('a', 100);

    SSL_SESSION_set_protocol_version(other, TLS1_3_VERSION);
    add(context, made('a', 100));
    add(context, other);
    CHECK_EQ(SSL_CTX_sess_number(context), 2);
    SSL_CTX_free(context);
}

/* S51, S53 */
static void a_full_cache_evicts_what_expires_first_but_never_the_new_one(void)
{
    SSL_CTX *context = new_cache();

    SSL_CTX_sess_set_cache_size(context, 4);
    add(context, made('a', 300));
    add(context, made('b', 100));
    add(context, made('c', 200));
    CHECK_EQ(SSL_CTX_sess_number(context), 3);
    CHECK_STR(removed, "");
    add(context, made('d', 50));
    CHECK_EQ(SSL_CTX_sess_number(context), 3);
    CHECK_STR(removed, "b");
    add(context, made('e', 400));
    CHECK_STR(removed, "bd");
    add(context, made('f', 400));
    CHECK_STR(removed, "bdc");
    CHECK_EQ(SSL_CTX_sess_cache_full(context), 3);
    SSL_CTX_free(context);
}

/* S51 */
static void a_cache_of_one_holds_one(void)
{
    SSL_CTX *context = new_cache();

    SSL_CTX_sess_set_cache_size(context, 1);
    add(context, made('a', 100));
    CHECK_EQ(SSL_CTX_sess_number(context), 1);
    add(context, made('b', 100));
    CHECK_EQ(SSL_CTX_sess_number(context), 1);
    CHECK_STR(removed, "a");
    SSL_CTX_free(context);
}

/* S52 */
static void a_smaller_size_counts_at_the_next_add(void)
{
    SSL_CTX *context = new_cache();

    SSL_CTX_sess_set_cache_size(context, 0);
    for (char id = 'a'; id <= 'f'; id++)
        add(context, made(id, 100 + id));
    SSL_CTX_sess_set_cache_size(context, 3);
    CHECK_EQ(SSL_CTX_sess_number(context), 6);
    add(context, made('g', 900));
    CHECK_EQ(SSL_CTX_sess_number(context), 2);
    CHECK_STR(removed, "abcde");
    CHECK_EQ(SSL_CTX_sess_cache_full(context), 5);
    SSL_CTX_free(context);
}

/* S54, S55 */
static void flushing_removes_in_order_of_expiry_what_is_past_it(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *kept = made('b', 200);

    SSL_SESSION_up_ref(kept);
    add(context, made('c', 300));
    add(context, made('a', 100));
    add(context, kept);
    add(context, made('d', 100)); /* equal to a, added later */
    SSL_CTX_flush_sessions(context, 1100);
    CHECK_STR(removed, "");
    SSL_CTX_flush_sessions(context, 1101);
    CHECK_STR(removed, "ad");
    CHECK_EQ(SSL_SESSION_is_resumable(kept), 1);
    SSL_CTX_flush_sessions(context, 0);
    CHECK_STR(removed, "adbc");
    CHECK_EQ(SSL_SESSION_is_resumable(kept), 0);
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    CHECK_EQ(SSL_CTX_sess_timeouts(context), 0);
    SSL_SESSION_free(kept);
    SSL_CTX_free(context);
}

/* S54 */
static void setting_time_or_timeout_moves_a_cached_session(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *a = add(context, made('a', 100));
    SSL_SESSION *b = add(context, made('b', 200));

    add(context, made('c', 300));
    SSL_SESSION_set_timeout(a, 250);
    SSL_SESSION_set_time(b, 2000);
    SSL_CTX_flush_sessions(context, 0);
    CHECK_STR(removed, "acb");
    SSL_CTX_free(context);
}

/* S61 */
static void a_timeout_that_overflows_never_expires(void)
{
    SSL_CTX *context = new_cache();

    add(context, made('a', LONG_MAX));
    add(context, made('b', 100));
    SSL_CTX_flush_sessions(context, LONG_MAX);
    CHECK_STR(removed, "b");
    SSL_CTX_free(context);
}

/* S56 */
static void update_time_sets_the_time_when_added(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *session = made('a', 100);

    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER
                                                | SSL_SESS_CACHE_UPDATE_TIME);
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK(SSL_SESSION_get_time(session) > 1000000);
    SSL_SESSION_set_time(session, 1000);
    CHECK_EQ(SSL_CTX_add_session(context, session), 0);
    CHECK(SSL_SESSION_get_time(session) > 1000000);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

/* ---- as a table ---- */

static int visited;

static void visit(void *session)
{
    unsigned length;

    SSL_SESSION_get_id(session, &length);
    CHECK(length > 0);
    visited++;
}

/* S60 */
static void the_sessions_are_a_hash_table_of_libcrypto(void)
{
    SSL_CTX *context = new_cache();
    OPENSSL_LHASH *table;
    SSL_SESSION *wanted = made('b', 1), *absent = made('z', 1), *cached;

    add(context, made('a', 100));
    cached = add(context, made('b', 100));
    table = (OPENSSL_LHASH *)SSL_CTX_sessions(context);
    CHECK(table != NULL);
    CHECK_EQ(OPENSSL_LH_num_items(table), 2);
    CHECK(OPENSSL_LH_retrieve(table, wanted) == cached);
    CHECK(OPENSSL_LH_retrieve(table, absent) == NULL);
    OPENSSL_LH_doall(table, visit);
    CHECK_EQ(visited, 2);
    SSL_SESSION_free(wanted);
    SSL_SESSION_free(absent);
    SSL_CTX_free(context);
}

/* ---- life ---- */

static int context_index;

static void on_context_end(SSL_CTX *context, SSL_SESSION *session)
{
    CHECK_STR(SSL_CTX_get_ex_data(context, context_index), "still there");
    on_remove(context, session);
}

/* S59 */
static void freeing_the_context_reports_every_session(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *kept = made('b', 200);

    context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    SSL_CTX_set_ex_data(context, context_index, "still there");
    SSL_CTX_sess_set_remove_cb(context, on_context_end);
    SSL_SESSION_up_ref(kept);
    add(context, kept);
    add(context, made('a', 100));
    SSL_CTX_up_ref(context);
    SSL_CTX_free(context);
    CHECK_STR(removed, "");
    SSL_CTX_free(context);
    CHECK_STR(removed, "ab");
    CHECK_EQ(SSL_SESSION_is_resumable(kept), 0);
    SSL_SESSION_free(kept);
}

static int ended;

static void on_end(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long argl,
                   void *argp)
{
    (void)parent, (void)value, (void)data, (void)index, (void)argl, (void)argp;
    ended++;
}

/* S94 */
static void the_cache_holds_one_reference(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *session;

    CHECK(SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, on_end) >= 0);
    session = made('a', 100);
    SSL_CTX_add_session(context, session);
    SSL_SESSION_free(session);
    CHECK_EQ(ended, 0);
    SSL_CTX_remove_session(context, session);
    CHECK_EQ(ended, 1);

    session = made('b', 100);
    SSL_CTX_add_session(context, session);
    SSL_CTX_remove_session(context, session);
    CHECK_EQ(ended, 1);
    SSL_SESSION_free(session);
    CHECK_EQ(ended, 2);
    SSL_CTX_free(context);
}

static void many_sessions_come_and_go(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    enum {
        MANY = 5000
    };

    SSL_CTX_sess_set_cache_size(context, 0);
    for (unsigned i = 0; i < MANY; i++) {
        SSL_SESSION *session = made('m', 100 + i % 977);

        SSL_SESSION_set1_id(session, (const unsigned char *)&i, sizeof(i));
        add(context, session);
    }
    CHECK_EQ(SSL_CTX_sess_number(context), MANY);
    SSL_CTX_flush_sessions(context, 1100 + 500);
    /* Those whose i % 977 is below 500: five whole rounds and 115 more. */
    CHECK_EQ(SSL_CTX_sess_number(context), MANY - 5 * 500 - 115);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(settings_have_their_defaults_and_setters_return_the_old_value),
          TEST(adding_and_removing_says_whether_it_did),
          TEST(removing_what_is_not_there_marks_it_all_the_same),
          TEST(removing_another_object_of_the_same_id_marks_the_one_given),
          TEST(another_object_of_the_same_id_replaces_the_old_one),
          TEST(the_same_id_in_two_versions_is_two_entries),
          TEST(a_full_cache_evicts_what_expires_first_but_never_the_new_one),
          TEST(a_cache_of_one_holds_one), TEST(a_smaller_size_counts_at_the_next_add),
          TEST(flushing_removes_in_order_of_expiry_what_is_past_it),
          TEST(setting_time_or_timeout_moves_a_cached_session),
          TEST(a_timeout_that_overflows_never_expires),
          TEST(update_time_sets_the_time_when_added),

          TEST(the_sessions_are_a_hash_table_of_libcrypto),
          TEST(freeing_the_context_reports_every_session),
          TEST(the_cache_holds_one_reference), TEST(many_sessions_come_and_go))
