/*
 * Sessions that threads share, cached and not: all setters and getters at once, on ours only (S122).
 * OpenSSL's setters are for one thread at a time. Made for `scripts/sanitize threads`, where every
 * access counts; by itself it sees what is torn or freed too early.
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "pair.h"

enum {
    THREADS = 4,
    STEPS = 20000,
    SHARED = 8,
    LONGEST = 32
};

struct shared {
    SSL_CTX *context;
    SSL_SESSION *sessions[SHARED]; /* each with a reference of this table's */
    int ex_data;
};

struct worker {
    struct shared *shared;
    uint64_t state;
};

static unsigned dice(struct worker *worker, unsigned sides)
{
    worker->state ^= worker->state << 13;
    worker->state ^= worker->state >> 7;
    worker->state ^= worker->state << 17;
    return (unsigned)(worker->state >> 33) % sides;
}

/* ---- values that show whether they are whole: each byte is their number ---- */

static unsigned char value_of(size_t length)
{
    return (unsigned char)('@' + length);
}

static void check_whole(const void *data, size_t length)
{
    const unsigned char *bytes = data;

    CHECK(length <= LONGEST);
    for (size_t i = 0; i < length; i++)
        CHECK_EQ(bytes[i], value_of(length));
}

static void set_something(struct worker *worker, SSL_SESSION *session)
{
    unsigned char bytes[LONGEST + 1] = "";
    unsigned length = 1 + dice(worker, LONGEST);
    SSL_SESSION *other = worker->shared->sessions[dice(worker, SHARED)];

    memset(bytes, value_of(length), length);
    switch (dice(worker, 12)) {
    case 0:
        CHECK_EQ(SSL_SESSION_set1_id(session, bytes, length), 1);
        break;
    case 1:
        CHECK_EQ(SSL_SESSION_set1_id_context(session, bytes, length), 1);
        break;
    case 2:
        CHECK_EQ(SSL_SESSION_set1_master_key(session, bytes, length), 1);
        break;
    case 3:
        CHECK_EQ(SSL_SESSION_set1_hostname(session, (char *)bytes), 1);
        break;
    case 4:
        CHECK_EQ(SSL_SESSION_set1_alpn_selected(session, bytes, length), 1);
        break;
    case 5:
        CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, bytes, length), 1);
        break;
    case 6:
        SSL_SESSION_set_protocol_version(session, length % 2 ? TLS1_2_VERSION : TLS1_3_VERSION);
        break;
    case 7:
        CHECK_EQ(SSL_SESSION_set_cipher(session, SSL_SESSION_get0_cipher(other)), 1);
        break;
    case 8:
        SSL_SESSION_set_max_early_data(session, length);
        break;
    case 9:
        CHECK_EQ(SSL_SESSION_set_ex_data(session, worker->shared->ex_data, other), 1);
        break;
    case 10:
        SSL_SESSION_set_time(session, (long)time(NULL) - (long)length);
        break;
    default:
        SSL_SESSION_set_timeout(session, 100 + (long)length);
    }
}

static void get_something(struct worker *worker, SSL_SESSION *session)
{
    const unsigned char *bytes;
    unsigned char key[LONGEST];
    unsigned length;
    size_t size;
    void *data;
    SSL_SESSION *copy;
    BIO *text;

    switch (dice(worker, 10)) {
    case 0:
        bytes = SSL_SESSION_get_id(session, &length);
        check_whole(bytes, length);
        break;
    case 1:
        bytes = SSL_SESSION_get0_id_context(session, &length);
        check_whole(bytes, length);
        break;
    case 2:
        check_whole(key, SSL_SESSION_get_master_key(session, key, sizeof(key)));
        break;
    case 3:
        data = (void *)SSL_SESSION_get0_hostname(session);
        if (data != NULL)
            check_whole(data, strlen(data));
        break;
    case 4:
        SSL_SESSION_get0_alpn_selected(session, &bytes, &size);
        check_whole(bytes, size);
        break;
    case 5:
        CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &size), 1);
        check_whole(data, size);
        break;
    case 6:
        data = SSL_SESSION_get_ex_data(session, worker->shared->ex_data);
        if (data != NULL)
            CHECK_EQ(SSL_SESSION_is_resumable(data), SSL_SESSION_is_resumable(data));
        CHECK(SSL_SESSION_get_timeout(session) >= 100);
        CHECK(SSL_SESSION_get_time(session) > 0);
        CHECK(SSL_SESSION_get_max_early_data(session) <= LONGEST);
        break;
    case 7:
        CHECK(i2d_SSL_SESSION(session, NULL) > 0);
        break;
    case 8:
        text = BIO_new(BIO_s_mem());
        CHECK_EQ(SSL_SESSION_print(text, session), 1);
        BIO_free(text);
        break;
    default:
        copy = SSL_SESSION_dup(session);
        bytes = SSL_SESSION_get_id(copy, &length);
        check_whole(bytes, length);
        SSL_SESSION_free(copy);
    }
}

static void use_cache(struct worker *worker, SSL *ssl, SSL_SESSION *session)
{
    SSL_CTX *context = worker->shared->context;
    unsigned char id[LONGEST];
    unsigned length = 1 + dice(worker, LONGEST);

    memset(id, value_of(length), length);
    switch (dice(worker, 8)) {
    case 0:
    case 1:
        SSL_CTX_add_session(context, session);
        break;
    case 2:
        SSL_CTX_remove_session(context, session);
        break;
    case 3:
        SSL_CTX_flush_sessions(context, (long)time(NULL) + 100);
        break;
    case 4:
        SSL_CTX_sess_set_cache_size(context, dice(worker, SHARED));
        break;
    case 5:
        CHECK_EQ(SSL_set_session(ssl, session), 1);
        CHECK(SSL_get_session(ssl) == session);
        break;
    default:
        SSL_has_matching_session_id(ssl, id, length);
    }
}

static void *do_anything(void *argument)
{
    struct worker *worker = argument;
    SSL *ssl = SSL_new(worker->shared->context);

    for (int step = 0; step < STEPS; step++) {
        SSL_SESSION *session = worker->shared->sessions[dice(worker, SHARED)];

        switch (dice(worker, 3)) {
        case 0:
            set_something(worker, session);
            break;
        case 1:
            get_something(worker, session);
            break;
        default:
            use_cache(worker, ssl, session);
        }
    }
    SSL_free(ssl);
    return NULL;
}

static void threads_set_and_get_everything_of_shared_sessions(const struct protocol *protocol)
{
    struct shared shared;
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    struct pair pair;

    if (!on_reprise())
        return;
    pair_init(&pair, protocol);
    shared.context = pair.client_ctx;
    SSL_CTX_set_session_cache_mode(shared.context, SSL_SESS_CACHE_BOTH);
    shared.ex_data = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    for (int i = 0; i < SHARED; i++) {
        /* Real ones, with a certificate, except for the values that are checked. */
        SSL_SESSION *session = pair_new_session(&pair);

        CHECK_EQ(SSL_SESSION_set1_id(session, (const unsigned char *)"A", 1), 1);
        CHECK_EQ(SSL_SESSION_set1_id_context(session, (const unsigned char *)"A", 1), 1);
        CHECK_EQ(SSL_SESSION_set1_master_key(session, (const unsigned char *)"A", 1), 1);
        CHECK_EQ(SSL_SESSION_set1_hostname(session, "A"), 1);
        SSL_SESSION_set_max_early_data(session, 0);
        shared.sessions[i] = session;
    }
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){ &shared, 0x9e3779b97f4a7c15U * (i + 1) };
        CHECK_EQ(pthread_create(&threads[i], NULL, do_anything, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);

    /* The cache is as whole as a new one. */
    SSL_CTX_flush_sessions(shared.context, 0);
    CHECK_EQ(SSL_CTX_sess_number(shared.context), 0);
    for (int i = 0; i < SHARED; i++)
        SSL_SESSION_free(shared.sessions[i]);
    pair_free(&pair);
}

/* ---- what a thread was lent, while another one sets ---- */

/* One that was lent, and how long it was then. */
struct lent {
    const unsigned char *bytes;
    size_t length;
};

enum {
    LENT = 5
};

static void set_all(SSL_SESSION *session, unsigned length)
{
    unsigned char bytes[LONGEST + 1] = "";

    memset(bytes, value_of(length), length);
    CHECK_EQ(SSL_SESSION_set1_id(session, bytes, length), 1);
    CHECK_EQ(SSL_SESSION_set1_id_context(session, bytes, length), 1);
    CHECK_EQ(SSL_SESSION_set1_hostname(session, (char *)bytes), 1);
    CHECK_EQ(SSL_SESSION_set1_alpn_selected(session, bytes, length), 1);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, bytes, length), 1);
}

static void get_all(SSL_SESSION *session, struct lent lent[LENT])
{
    unsigned length;

    lent[0].bytes = SSL_SESSION_get_id(session, &length);
    lent[0].length = length;
    lent[1].bytes = SSL_SESSION_get0_id_context(session, &length);
    lent[1].length = length;
    lent[2].bytes = (const unsigned char *)SSL_SESSION_get0_hostname(session);
    lent[2].length = strlen((const char *)lent[2].bytes);
    SSL_SESSION_get0_alpn_selected(session, &lent[3].bytes, &lent[3].length);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, (void **)&lent[4].bytes, &lent[4].length), 1);
}

static void check_all(const struct lent lent[LENT])
{
    for (int i = 0; i < LENT; i++) {
        CHECK(lent[i].length >= 1);
        check_whole(lent[i].bytes, lent[i].length);
    }
}

static void *set_and_get_all_again_and_again(void *argument)
{
    struct lent lent[LENT];

    for (unsigned step = 0; step < 10000; step++) {
        set_all(argument, 1 + step % LONGEST);
        get_all(argument, lent);
        check_all(lent);
    }
    return NULL;
}

/* Each has what it read last in view, too. */
static void *get_all_again_and_again(void *argument)
{
    struct lent former[LENT], lent[LENT];

    get_all(argument, former);
    for (int step = 0; step < 10000; step++) {
        get_all(argument, lent);
        sched_yield();
        check_all(lent);
        check_all(former);
        memcpy(former, lent, sizeof(former));
    }
    return NULL;
}

/* A thread may be slow, and others as quick as they like. */
static void what_a_thread_was_lent_stays_as_it_is_however_often_another_one_sets(void)
{
    SSL_SESSION *session;
    struct lent lent[LENT];
    pthread_t thread;

    if (!on_reprise())
        return;
    session = SSL_SESSION_new();
    set_all(session, 7);
    get_all(session, lent);
    CHECK_EQ(pthread_create(&thread, NULL, set_and_get_all_again_and_again, session), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    check_all(lent);
    for (int i = 0; i < LENT; i++)
        CHECK_EQ(lent[i].length, 7);
    SSL_SESSION_free(session);
}

static void many_threads_get_whole_values_while_one_sets(void)
{
    SSL_SESSION *session;
    pthread_t threads[THREADS];

    if (!on_reprise())
        return;
    session = SSL_SESSION_new();
    set_all(session, 1);
    for (int i = 0; i < THREADS; i++) {
        void *(*work)(void *) = i == 0 ? set_and_get_all_again_and_again : get_all_again_and_again;

        CHECK_EQ(pthread_create(&threads[i], NULL, work, session), 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    SSL_SESSION_free(session);
}

/* ---- the last reference, given up by any of the threads ---- */

static void *free_one_reference(void *argument)
{
    SSL_SESSION *const *sessions = argument;

    for (int i = 0; i < SHARED; i++) {
        unsigned length;
        const unsigned char *id = SSL_SESSION_get_id(sessions[i], &length);

        check_whole(id, length);
        SSL_SESSION_free(sessions[i]);
    }
    return NULL;
}

/* The last thread wipes and frees what the others have read, set and cached. */
static void any_thread_may_give_up_the_last_reference(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    for (int round = 0; round < 50; round++) {
        SSL_SESSION *sessions[SHARED];
        pthread_t threads[THREADS];

        for (int i = 0; i < SHARED; i++) {
            unsigned char id[2] = "BB";

            sessions[i] = SSL_SESSION_new();
            SSL_SESSION_set1_id(sessions[i], id, sizeof(id));
            for (int j = 1; j < THREADS; j++)
                SSL_SESSION_up_ref(sessions[i]);
            if (i % 2 == 0)
                CHECK_EQ(SSL_CTX_add_session(context, sessions[i]), 1);
        }
        for (int i = 0; i < THREADS; i++)
            CHECK_EQ(pthread_create(&threads[i], NULL, free_one_reference, sessions), 0);
        SSL_CTX_flush_sessions(context, 0);
        for (int i = 0; i < THREADS; i++)
            CHECK_EQ(pthread_join(threads[i], NULL), 0);
        CHECK_EQ(SSL_CTX_sess_number(context), 0);
    }
    SSL_CTX_free(context);
}

TEST_MAIN(TEST_EACH(threads_set_and_get_everything_of_shared_sessions),
          TEST(what_a_thread_was_lent_stays_as_it_is_however_often_another_one_sets),
          TEST(many_threads_get_whole_values_while_one_sets),
          TEST(any_thread_may_give_up_the_last_reference))
