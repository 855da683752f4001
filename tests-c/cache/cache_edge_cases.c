/*
 * The cache in trouble: callbacks that change it, awkward ids, a clock that goes backwards,
 * no memory (S44, S52 to S55, S100, S103).
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "pair.h"

/* ---- memory that runs out ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static bool no_memory;

/* The libraries call these too. */
void *malloc(size_t size)
{
    return no_memory ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return no_memory ? NULL : __libc_realloc(memory, size);
}

/* False under valgrind, which has its own malloc(). */
static bool memory_can_run_out(void)
{
    void *memory;

    no_memory = true;
    memory = OPENSSL_malloc(1);
    no_memory = false;
    OPENSSL_free(memory);
    return memory == NULL;
}

/* ---- sessions ---- */

/* A session with this id, which expires `expiry` seconds after the time 1000. */
static SSL_SESSION *made_with(const void *id, size_t length, long expiry)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION);
    CHECK_EQ(SSL_SESSION_set1_id(session, id, (unsigned)length), 1);
    SSL_SESSION_set_time(session, 1000);
    SSL_SESSION_set_timeout(session, expiry);
    return session;
}

static SSL_SESSION *made(char id, long expiry)
{
    return made_with(&id, 1, expiry);
}

/* The cache takes its own reference, the caller's is given up. */
static SSL_SESSION *add(SSL_CTX *context, SSL_SESSION *session)
{
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    SSL_SESSION_free(session);
    return session;
}

static bool holds_id(SSL_CTX *context, const void *id, size_t length)
{
    SSL *ssl = SSL_new(context);
    int found = SSL_has_matching_session_id(ssl, id, (unsigned)length);

    SSL_free(ssl);
    return found == 1;
}

static bool holds(SSL_CTX *context, char id)
{
    return holds_id(context, &id, 1);
}

static SSL_CTX *new_cache(void)
{
    return SSL_CTX_new(TLS_method());
}

static void adding_without_memory_fails_and_changes_nothing(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *kept = made('a', 100), *other = made('a', 200), *fresh = made('b', 300);
    int added;

    if (!memory_can_run_out())
        return;
    CHECK_EQ(SSL_CTX_add_session(context, kept), 1);
    no_memory = true;
    added = SSL_CTX_add_session(context, fresh);
    no_memory = false;
    CHECK_EQ(added, 0);
    CHECK_EQ(SSL_CTX_sess_number(context), 1);
    CHECK(!holds(context, 'b'));
    CHECK(holds(context, 'a'));
    if (on_reprise()) {
        /* Replacing as well. OpenSSL needs no memory for that. */
        no_memory = true;
        added = SSL_CTX_add_session(context, other);
        no_memory = false;
        CHECK_EQ(added, 0);
        CHECK_EQ(SSL_CTX_sess_number(context), 1);
        /* A session that was here before has what it needs. */
        CHECK_EQ(SSL_CTX_remove_session(context, kept), 1);
        no_memory = true;
        added = SSL_CTX_add_session(context, kept);
        no_memory = false;
        CHECK_EQ(added, 1);
    }
    /* None of it took a reference, and all works again. */
    CHECK_EQ(SSL_CTX_add_session(context, fresh), 1);
    CHECK_EQ(SSL_CTX_add_session(context, other), 1);
    CHECK_EQ(SSL_CTX_sess_number(context), 2);
    SSL_SESSION_free(kept);
    SSL_SESSION_free(other);
    SSL_SESSION_free(fresh);
    SSL_CTX_free(context);
}

/* Growing takes memory that can be done without. OpenSSL's table does not get over it: it searches
 * for ever. */
static void a_cache_that_cannot_grow_its_index_works_on(void)
{
    enum {
        MANY = 2000
    };
    SSL_CTX *context;
    SSL_SESSION *sessions[MANY];
    unsigned added = 0, found = 0;

    if (!on_reprise() || !memory_can_run_out())
        return;
    context = new_cache();
    SSL_CTX_sess_set_cache_size(context, 0);
    for (unsigned i = 0; i < MANY; i++)
        sessions[i] = made_with(&i, sizeof(i), 100);
    for (unsigned i = 0; i < MANY; i++) {
        int done;
        /* Every second time there is none. */
        no_memory = i % 2;
        done = SSL_CTX_add_session(context, sessions[i]);
        no_memory = false;
        added += (unsigned)done;
        CHECK(done == 1 || i % 2 == 1);
    }
    CHECK_EQ(SSL_CTX_sess_number(context), added);
    for (unsigned i = 0; i < MANY; i++)
        found += holds_id(context, &i, sizeof(i));
    CHECK_EQ(found, added);
    for (unsigned i = 0; i < MANY; i++)
        SSL_SESSION_free(sessions[i]);
    SSL_CTX_free(context);
}

/* ---- callbacks that change the cache ---- */

/* What the next call of the callback does, and what the calls were given. */
static void (*within)(SSL_CTX *context);
static char removed[64];

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    void (*work)(SSL_CTX *) = within;
    size_t count = strlen(removed);

    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK(count + 1 < sizeof(removed));
    removed[count] = (char)SSL_SESSION_get_id(session, NULL)[0];
    within = NULL;
    if (work != NULL)
        work(context);
    /* It is still whole, whatever has been done. */
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
}

/* A cache with the sessions a, b, c, d, which expire in this order, and the callback. */
static SSL_CTX *four(void (*work)(SSL_CTX *context))
{
    SSL_CTX *context = new_cache();

    for (char id = 'a'; id <= 'd'; id++)
        add(context, made(id, 100 * (id - 'a' + 1)));
    SSL_CTX_sess_set_remove_cb(context, on_remove);
    within = work;
    return context;
}

static void remove_one(SSL_CTX *context, char id)
{
    SSL_SESSION *session = made(id, 1);

    SSL_CTX_remove_session(context, session);
    SSL_SESSION_free(session);
}

static void remove_b(SSL_CTX *context)
{
    remove_one(context, 'b');
}

static void flush_three(SSL_CTX *context)
{
    SSL_CTX_flush_sessions(context, 1000 + 301);
}

static void flush_all(SSL_CTX *context)
{
    SSL_CTX_flush_sessions(context, 0);
}

static void add_two(SSL_CTX *context)
{
    add(context, made('x', 1));
    add(context, made('y', 9999));
}

static void use_everything(SSL_CTX *context)
{
    CHECK(SSL_CTX_sess_number(context) >= 0);
    SSL_CTX_sess_set_cache_size(context, 1000);
    SSL_CTX_set_timeout(context, 77);
    CHECK(SSL_CTX_sessions(context) != NULL);
    CHECK(SSL_CTX_get_cert_store(context) != NULL);
    add_two(context);
    remove_b(context);
}

static void connect_too(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);

    CHECK(ssl != NULL);
    SSL_free(ssl);
    CHECK(!holds(context, 'q'));
    use_everything(context);
}

static void a_callback_of_a_removal_may_change_the_cache(void)
{
    SSL_CTX *context = four(remove_b);

    remove_one(context, 'a');
    CHECK_STR(removed, "ab");
    CHECK_EQ(SSL_CTX_sess_number(context), 2);
    within = add_two;
    remove_one(context, 'c');
    CHECK_EQ(SSL_CTX_sess_number(context), 3);
    within = flush_all;
    remove_one(context, 'd');
    CHECK_STR(removed, "abcdxy");
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    SSL_CTX_free(context);
}

/* OpenSSL runs these with the context locked, so that they would wait for ever. */
static void a_callback_of_a_flush_may_change_the_cache(void)
{
    SSL_CTX *context;

    if (!on_reprise())
        return;
    context = four(remove_b);
    SSL_CTX_flush_sessions(context, 0);
    CHECK_STR(removed, "abcd");
    SSL_CTX_free(context);

    memset(removed, 0, sizeof(removed));
    context = four(flush_three);
    SSL_CTX_flush_sessions(context, 0);
    CHECK_STR(removed, "abcd");
    SSL_CTX_free(context);

    /* What is added during the flush may go or stay, but the flush ends. */
    memset(removed, 0, sizeof(removed));
    context = four(connect_too);
    SSL_CTX_flush_sessions(context, 1000 + 301);
    CHECK(strchr(removed, 'a') && strchr(removed, 'b') && strchr(removed, 'c'));
    CHECK(holds(context, 'd') && holds(context, 'y'));
    SSL_CTX_free(context);
}

static void a_callback_of_an_eviction_may_change_the_cache(void)
{
    SSL_CTX *context;

    if (!on_reprise())
        return;
    context = four(flush_all);
    SSL_CTX_sess_set_cache_size(context, 2);
    add(context, made('e', 900));
    /* The flush took the new one as well. */
    CHECK_STR(removed, "abcde");
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    SSL_CTX_free(context);

    memset(removed, 0, sizeof(removed));
    context = four(add_two);
    SSL_CTX_sess_set_cache_size(context, 3);
    add(context, made('e', 900));
    CHECK_EQ(SSL_CTX_sess_number(context), 2);
    SSL_CTX_free(context);
}

/* S59: at the end of a context its callbacks may still use it, except for new connections. */
static void a_callback_at_the_end_of_a_context_may_use_it(void)
{
    SSL_CTX *context;

    if (!on_reprise())
        return;
    context = four(use_everything);
    SSL_CTX_free(context);
    CHECK(strchr(removed, 'a') && strchr(removed, 'b') && strchr(removed, 'c') && strchr(removed, 'd'));
}

static SSL_CTX *to_free;

static void free_context(SSL_CTX *context)
{
    CHECK(context == to_free);
    SSL_CTX_free(context);
}

/* The connection has the last reference but one; the callback frees that of the program. */
static void a_callback_may_free_the_programs_context(void)
{
    SSL_CTX *context = four(free_context);
    SSL *ssl = SSL_new(context);

    to_free = context;
    remove_one(context, 'a');
    CHECK_EQ(SSL_CTX_sess_number(context), 3);
    SSL_free(ssl);
    CHECK_STR(removed, "abcd");
}

/* ---- ids ---- */

static void ids_of_32_bytes_and_none_are_kept_apart(void)
{
    static const unsigned char id[32] = "0123456789abcdef0123456789abcdef";
    SSL_CTX *context = new_cache();
    SSL_SESSION *nameless = made_with("", 0, 100);

    add(context, made_with(id, 32, 100));
    add(context, made_with(id, 31, 100));
    CHECK_EQ(SSL_CTX_sess_number(context), 2);
    CHECK(holds_id(context, id, 32) && holds_id(context, id, 31));
    CHECK(!holds_id(context, id, 30));
    CHECK_EQ(SSL_CTX_add_session(context, nameless), 1);
    CHECK_EQ(SSL_CTX_sess_number(context), 3);
    CHECK_EQ(SSL_CTX_remove_session(context, nameless), 0); /* S44 */
    CHECK_EQ(SSL_CTX_sess_number(context), 3);
    SSL_CTX_flush_sessions(context, 2000);
    /* OpenSSL cannot take it out any more: removing goes by id. */
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    SSL_SESSION_free(nameless);
    SSL_CTX_free(context);
}

/* Ids that OpenSSL's hash, the first four bytes, does not distinguish, and ids with zeros. */
static void ids_that_collide_are_kept_apart(void)
{
    enum {
        MANY = 1000
    };
    SSL_CTX *context = new_cache();
    unsigned char id[32] = "www-";

    for (int i = 0; i < MANY; i++) {
        id[30] = (unsigned char)(i >> 8);
        id[31] = (unsigned char)i;
        add(context, made_with(id, 32, 100 + i));
    }
    CHECK_EQ(SSL_CTX_sess_number(context), MANY);
    CHECK(holds_id(context, id, 32));
    id[31] ^= 255;
    CHECK(holds_id(context, id, 32) == (id[31] < MANY % 256));
    SSL_CTX_flush_sessions(context, 1000 + 100 + MANY / 2);
    CHECK_EQ(SSL_CTX_sess_number(context), MANY / 2);
    SSL_CTX_free(context);
}

/* The id of a cached session is changed: it stays where it is, and both can be flushed. */
static void an_id_that_is_set_on_a_cached_session_spoils_nothing(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *session = made('a', 100);

    if (!on_reprise()) {
        /* OpenSSL cannot find it in its table any more. */
        SSL_SESSION_free(session);
        SSL_CTX_free(context);
        return;
    }
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK_EQ(SSL_SESSION_set1_id(session, (const unsigned char *)"b", 1), 1);
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK(holds(context, 'a') && holds(context, 'b'));
    CHECK_EQ(SSL_CTX_remove_session(context, session), 1);
    CHECK(holds(context, 'a') && !holds(context, 'b'));
    SSL_CTX_flush_sessions(context, 0);
    CHECK_EQ(SSL_CTX_sess_number(context), 0);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

/* ---- time ---- */

static void a_clock_that_goes_backwards_flushes_nothing_new(void)
{
    SSL_CTX *context = new_cache();
    SSL_SESSION *session;

    SSL_CTX_sess_set_remove_cb(context, on_remove);
    session = add(context, made('a', 100));
    add(context, made('b', 200));
    SSL_CTX_flush_sessions(context, 500);
    SSL_CTX_flush_sessions(context, -500);
    CHECK_STR(removed, "");
    SSL_SESSION_set_time(session, 2000);
    SSL_CTX_flush_sessions(context, 1201);
    CHECK_STR(removed, "b");
    SSL_SESSION_set_time(session, 100);
    SSL_CTX_flush_sessions(context, 201);
    CHECK_STR(removed, "ba");
    SSL_CTX_free(context);
}

/* ---- several contexts ---- */

/* S103: OpenSSL's lists would be broken by it. */
static void one_session_may_be_in_several_caches(void)
{
    SSL_CTX *one, *two;
    SSL_SESSION *session;

    if (!on_reprise())
        return;
    one = new_cache();
    two = new_cache();
    session = made('a', 100);
    CHECK_EQ(SSL_CTX_add_session(one, session), 1);
    CHECK_EQ(SSL_CTX_add_session(two, session), 1);
    add(one, made('b', 200));
    add(two, made('b', 200));
    /* The cache that it entered last is notified. */
    SSL_SESSION_set_time(session, 2000);
    SSL_CTX_flush_sessions(two, 1201);
    CHECK(holds(two, 'a') && !holds(two, 'b'));
    CHECK_EQ(SSL_CTX_remove_session(one, session), 1);
    CHECK(holds(two, 'a') && !holds(one, 'a') && holds(one, 'b'));
    SSL_SESSION_set_time(session, 100);
    SSL_CTX_flush_sessions(two, 201);
    CHECK(!holds(two, 'a'));
    CHECK_EQ(SSL_CTX_add_session(two, session), 1);
    CHECK_EQ(SSL_CTX_add_session(one, session), 1);
    SSL_CTX_free(one);
    SSL_SESSION_set_time(session, 3000); /* no cache's business any more */
    CHECK(holds(two, 'a'));
    SSL_CTX_free(two);
    SSL_SESSION_set_time(session, 4000);
    SSL_SESSION_free(session);
}

TEST_MAIN(TEST(adding_without_memory_fails_and_changes_nothing),
          TEST(a_cache_that_cannot_grow_its_index_works_on),
          TEST(a_callback_of_a_removal_may_change_the_cache),
          TEST(a_callback_of_a_flush_may_change_the_cache),
          TEST(a_callback_of_an_eviction_may_change_the_cache),
          TEST(a_callback_at_the_end_of_a_context_may_use_it),
          TEST(a_callback_may_free_the_programs_context),
          TEST(ids_of_32_bytes_and_none_are_kept_apart),
          TEST(ids_that_collide_are_kept_apart),
          TEST(an_id_that_is_set_on_a_cached_session_spoils_nothing),
          TEST(a_clock_that_goes_backwards_flushes_nothing_new),
          TEST(one_session_may_be_in_several_caches))
