/* Threads that share contexts and a session: S59, S122. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

enum {
    THREADS = 4,
    SECONDS = 1
};

/* What the threads share. Nothing in it changes but what the library guards. */
struct shared {
    const struct protocol *protocol;
    SSL_CTX *client_ctx, *server_ctx;
    SSL_SESSION *session;
    struct timespec end;
    atomic_long handshakes;
};

static bool time_is_left(const struct shared *shared)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec < shared->end.tv_sec
           || (now.tv_sec == shared->end.tv_sec && now.tv_nsec < shared->end.tv_nsec);
}

static void run(struct shared *shared, void *(*body)(void *), void *(*other)(void *))
{
    pthread_t threads[THREADS];

    clock_gettime(CLOCK_MONOTONIC, &shared->end);
    shared->end.tv_sec += SECONDS;
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, i % 2 == 0 ? body : other, shared), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

/* A pair for this thread in the shared contexts. */
static void borrow_contexts(struct pair *pair, const struct shared *shared)
{
    memset(pair, 0, sizeof(*pair));
    pair->client_ctx = shared->client_ctx;
    pair->server_ctx = shared->server_ctx;
    SSL_CTX_up_ref(pair->client_ctx);
    SSL_CTX_up_ref(pair->server_ctx);
}

static void init(struct shared *shared, struct pair *pair,
                 const struct protocol *protocol)
{
    memset(shared, 0, sizeof(*shared));
    pair_init(pair, protocol);
    SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    shared->protocol = protocol;
    shared->client_ctx = pair->client_ctx;
    shared->server_ctx = pair->server_ctx;
    shared->session = pair_new_session(pair);
}

static void finish(struct shared *shared, struct pair *pair)
{
    SSL_SESSION_free(shared->session);
    pair_free(pair);
}

/* ---- handshakes that resume one session: S122 ---- */

static void *resume(void *argument)
{
    struct shared *shared = argument;
    struct pair pair;

    borrow_contexts(&pair, shared);
    while (time_is_left(shared)) {
        pair.offered = shared->session;
        pair_connect(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_settle(&pair);
        pair_close(&pair);
        atomic_fetch_add(&shared->handshakes, 1);
    }
    pair_free(&pair);
    return NULL;
}

static void threads_resume_one_session(const struct protocol *protocol)
{
    struct shared shared;
    struct pair pair;

    init(&shared, &pair, protocol);
    run(&shared, resume, resume);
    /* Every thread's work is in the counters. */
    CHECK(shared.handshakes > THREADS);
    CHECK_EQ(SSL_CTX_sess_hits(shared.server_ctx), shared.handshakes);
    CHECK_EQ(SSL_CTX_sess_hits(shared.client_ctx), shared.handshakes);
    CHECK_EQ(SSL_CTX_sess_accept_good(shared.server_ctx), shared.handshakes + 1);
    CHECK_EQ(SSL_CTX_sess_connect_good(shared.client_ctx), shared.handshakes + 1);
    CHECK_EQ(SSL_SESSION_is_resumable(shared.session), 1);
    finish(&shared, &pair);
}

/* ---- a session under everybody's hands: S122 ---- */

static void *use_and_set(void *argument)
{
    struct shared *shared = argument;
    unsigned char der[4096];
    SSL *ssl = SSL_new(shared->client_ctx);

    while (time_is_left(shared)) {
        unsigned char *end = der;
        SSL_SESSION *mine, *copy;

        CHECK_EQ(SSL_set_session(ssl, shared->session), 1);
        mine = SSL_get1_session(ssl);
        CHECK(mine == shared->session);
        CHECK_EQ(SSL_SESSION_up_ref(mine), 1);
        SSL_SESSION_free(mine);
        SSL_SESSION_set_timeout(mine, 7000 + (long)(SSL_SESSION_get_time(mine) & 7));
        SSL_SESSION_set_time(mine, (long)time(NULL));
        CHECK(i2d_SSL_SESSION(mine, &end) > 0);
        copy = SSL_SESSION_dup(mine);
        CHECK_EQ(SSL_SESSION_is_resumable(copy), 1);
        SSL_SESSION_free(copy);
        SSL_SESSION_free(mine);
        CHECK_EQ(SSL_set_session(ssl, NULL), 1);
    }
    SSL_free(ssl);
    return NULL;
}

static void a_session_is_used_and_changed_by_many(const struct protocol *protocol)
{
    struct shared shared;
    struct pair pair;

    init(&shared, &pair, protocol);
    run(&shared, resume, use_and_set);
    CHECK_EQ(SSL_SESSION_is_resumable(shared.session), 1);
    CHECK_EQ(SSL_CTX_sess_hits(shared.server_ctx), shared.handshakes);
    finish(&shared, &pair);
}

/* ---- a cache that loses what others look for: S122 ---- */

static void *connect_anyhow(void *argument)
{
    struct shared *shared = argument;
    struct pair pair;

    borrow_contexts(&pair, shared);
    while (time_is_left(shared)) {
        pair.offered = shared->session;
        pair_connect(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), SSL_session_reused(pair.server));
        pair_settle(&pair);
        pair_close(&pair);
        atomic_fetch_add(&shared->handshakes, 1);
    }
    pair_free(&pair);
    return NULL;
}

static void *stir(void *argument)
{
    struct shared *shared = argument;

    while (time_is_left(shared)) {
        for (unsigned i = 0; i < 50; i++) {
            SSL_SESSION *session = SSL_SESSION_new();

            SSL_SESSION_set_protocol_version(session, shared->protocol->version);
            SSL_SESSION_set1_id(session, (const unsigned char *)&i, sizeof(i));
            SSL_CTX_add_session(shared->server_ctx, session);
            if (i % 2 == 0)
                SSL_CTX_remove_session(shared->server_ctx, session);
            SSL_SESSION_free(session);
        }
        SSL_CTX_flush_sessions(shared->server_ctx, (long)time(NULL));
        SSL_CTX_flush_sessions(shared->server_ctx, 0);
        CHECK(SSL_CTX_sess_number(shared->server_ctx) >= 0);
    }
    return NULL;
}

static void a_cache_is_emptied_while_others_use_it(const struct protocol *protocol)
{
    struct shared shared;
    struct pair pair;

    init(&shared, &pair, protocol);
    SSL_CTX_sess_set_cache_size(shared.server_ctx, 20);
    run(&shared, connect_anyhow, stir);
    CHECK(shared.handshakes > 0);
    CHECK_EQ(SSL_CTX_sess_accept_good(shared.server_ctx), shared.handshakes + 1);
    SSL_CTX_flush_sessions(shared.server_ctx, 0);
    CHECK_EQ(SSL_CTX_sess_number(shared.server_ctx), 0);
    finish(&shared, &pair);
}

/* ---- the end of a context: S59 ---- */

static atomic_int ended;

static void on_end(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long argl,
                   void *argp)
{
    (void)parent, (void)value, (void)data, (void)index, (void)argl, (void)argp;
    atomic_fetch_add(&ended, 1);
}

struct user {
    pthread_t thread;
    /* Keeps the context alive until the thread has connections of its own. */
    SSL *first;
    int ended_before;
};

static void *make_and_free(void *argument)
{
    struct user *user = argument;
    SSL_CTX *context = SSL_get_SSL_CTX(user->first);
    SSL *second = SSL_new(context);
    SSL *third;

    SSL_free(user->first);
    third = SSL_new(context);
    SSL_free(second);
    CHECK(SSL_get_SSL_CTX(third) == context);
    CHECK_EQ(ended, user->ended_before);
    SSL_free(third);
    return NULL;
}

static void a_context_ends_with_its_last_connection_in_whichever_thread(void)
{
    enum {
        ROUNDS = 200
    };

    CHECK(SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_end) >= 0);
    for (int round = 0; round < ROUNDS; round++) {
        SSL_CTX *context = SSL_CTX_new(TLS_method());
        struct user users[THREADS];

        for (int i = 0; i < THREADS; i++) {
            users[i].first = SSL_new(context);
            users[i].ended_before = ended;
        }
        for (int i = 0; i < THREADS; i++)
            CHECK_EQ(pthread_create(&users[i].thread, NULL, make_and_free, &users[i]), 0);
        SSL_CTX_up_ref(context);
        SSL_CTX_free(context);
        SSL_CTX_free(context);
        for (int i = 0; i < THREADS; i++)
            CHECK_EQ(pthread_join(users[i].thread, NULL), 0);
        CHECK_EQ(ended, round + 1);
    }
}

TEST_MAIN(TEST(a_context_ends_with_its_last_connection_in_whichever_thread),
          TEST_EACH(threads_resume_one_session),
          TEST_EACH(a_session_is_used_and_changed_by_many),
          TEST_EACH(a_cache_is_emptied_while_others_use_it))
