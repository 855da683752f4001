/*
 * One cache that many threads use: they resume, look up, add, evict, remove, flush, set
 * times and free, all at once (S122); a thread that stops in the middle of a lookup; forks.
 *
 * CACHE_SECONDS says how long the threads run, by default one second. Nothing here measures time.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <reprise/ssl.h>

#include "pair.h"

enum {
    THREADS = 4,
    SHARED = 256
};

/* What the threads share. */
struct shared {
    SSL_CTX *client_ctx, *server_ctx;
    SSL_SESSION *sessions[SHARED]; /* each with a reference of this table's */
    SSL_SESSION *resumed;
    struct timespec end;
    atomic_long handshakes, hits, lookups, removals;
    atomic_bool stop;
};

struct worker {
    struct shared *shared;
    unsigned long state;
};

static unsigned dice(struct worker *worker, unsigned sides)
{
    worker->state ^= worker->state << 13;
    worker->state ^= worker->state >> 7;
    worker->state ^= worker->state << 17;
    return (unsigned)(worker->state >> 33) % sides;
}

static SSL_SESSION *made(unsigned id, long expiry)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION);
    SSL_SESSION_set1_id(session, (const unsigned char *)&id, sizeof(id));
    SSL_SESSION_set_timeout(session, expiry);
    return session;
}

static bool time_is_left(const struct shared *shared)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec < shared->end.tv_sec
           || (now.tv_sec == shared->end.tv_sec && now.tv_nsec < shared->end.tv_nsec);
}

static int index_of_shared;

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    struct shared *shared = SSL_CTX_get_ex_data(context, index_of_shared);

    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    atomic_fetch_add(&shared->removals, 1);
}

/* ---- everything at once ---- */

/* A handshake that offers the session which all of them resume, if it is still in the cache. */
static void connect_anyhow(struct shared *shared)
{
    struct pair pair;

    memset(&pair, 0, sizeof(pair));
    SSL_CTX_up_ref(shared->client_ctx);
    SSL_CTX_up_ref(shared->server_ctx);
    pair.client_ctx = shared->client_ctx;
    pair.server_ctx = shared->server_ctx;
    pair.offered = shared->resumed;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), SSL_session_reused(pair.server));
    pair_close(&pair);
    pair_free(&pair);
    atomic_fetch_add(&shared->handshakes, 1);
}

static void *do_anything(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    SSL_CTX *context = shared->server_ctx;
    SSL *ssl = SSL_new(context);

    while (time_is_left(shared)) {
        unsigned id = dice(worker, SHARED), other = 1000 + dice(worker, 300);
        SSL_SESSION *session = shared->sessions[id];

        switch (dice(worker, 100)) {
        case 0:
            connect_anyhow(shared);
            break;
        case 1:
            SSL_CTX_flush_sessions(context, (long)time(NULL) + (long)dice(worker, 400));
            break;
        case 2:
            SSL_CTX_sess_set_cache_size(context, 50 + dice(worker, 200));
            break;
        case 3:
        case 4:
            /* OpenSSL looks for the session's context outside of its lock, and crashes when the
             * session has just left the cache. */
            if (!on_reprise())
                break;
            SSL_SESSION_set_timeout(session, 100 + (long)dice(worker, 500));
            SSL_SESSION_set_time(session, (long)time(NULL) - (long)dice(worker, 500));
            break;
        default:
            if (id % 4 == 0) {
                SSL_CTX_add_session(context, session);
            } else if (id % 4 == 1) {
                SSL_CTX_remove_session(context, session);
            } else if (id % 4 == 2) {
                /* One that no other thread knows: the cache has its last reference at once. */
                session = made(other, 100 + (long)dice(worker, 500));
                CHECK_EQ(SSL_CTX_add_session(context, session), 1);
                SSL_SESSION_free(session);
            } else {
                int hit = SSL_has_matching_session_id(ssl, (unsigned char *)&other,
                                                      sizeof(other));
                atomic_fetch_add(&shared->hits, hit);
            }
        }
    }
    SSL_free(ssl);
    return NULL;
}

/* How long the threads are to run. A longer run gets more time than other tests. */
static long seconds(void)
{
    const char *value = getenv("CACHE_SECONDS");
    long number = value != NULL ? strtol(value, NULL, 10) : 1;

    alarm(60 + 2 * (unsigned)number);
    return number;
}

static void four_threads_do_everything_at_once(void)
{
    struct shared shared = { .server_ctx = NULL };
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    shared.client_ctx = pair.client_ctx;
    shared.server_ctx = pair.server_ctx;
    index_of_shared = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    SSL_CTX_set_ex_data(pair.server_ctx, index_of_shared, &shared);
    SSL_CTX_sess_set_remove_cb(pair.server_ctx, on_remove);
    shared.resumed = pair_new_session(&pair);
    for (unsigned i = 0; i < SHARED; i++)
        shared.sessions[i] = made(i, 300);
    clock_gettime(CLOCK_MONOTONIC, &shared.end);
    shared.end.tv_sec += seconds();
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){ &shared, 0x9e3779b97f4a7c15UL * (i + 1) };
        CHECK_EQ(pthread_create(&threads[i], NULL, do_anything, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);

    /* The counters have all of it, and the cache is as whole as a new one. */
    CHECK(shared.removals > 0);
    CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), shared.handshakes + 1);
    SSL_CTX_sess_set_cache_size(pair.server_ctx, 0);
    SSL_CTX_flush_sessions(pair.server_ctx, 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    for (unsigned i = 0; i < SHARED; i++)
        CHECK_EQ(SSL_CTX_add_session(pair.server_ctx, shared.sessions[i]), 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), SHARED);
    SSL_CTX_flush_sessions(pair.server_ctx, 0);
    for (unsigned i = 0; i < SHARED; i++)
        SSL_SESSION_free(shared.sessions[i]);
    SSL_SESSION_free(shared.resumed);
    pair_free(&pair);
}

/* ---- threads that end ---- */

static pthread_key_t key_of_end;

/* Run when a thread ends, after what the library has of that thread has ended. */
static void use_cache_at_end(void *argument)
{
    struct shared *shared = argument;
    unsigned id = 7777;
    SSL_SESSION *session = made(id, 100);
    SSL *ssl = SSL_new(shared->server_ctx);

    CHECK_EQ(SSL_CTX_add_session(shared->server_ctx, session), 1);
    CHECK_EQ(SSL_has_matching_session_id(ssl, (unsigned char *)&id, sizeof(id)), 1);
    CHECK_EQ(SSL_CTX_remove_session(shared->server_ctx, session), 1);
    CHECK_EQ(SSL_has_matching_session_id(ssl, (unsigned char *)&id, sizeof(id)), 0);
    SSL_SESSION_free(session);
    SSL_free(ssl);
    atomic_fetch_add(&shared->hits, 1);
}

static void *end_with_use(void *argument)
{
    struct shared *shared = argument;

    if (shared->lookups % 2 == 0)
        use_cache_at_end(argument);
    CHECK_EQ(pthread_setspecific(key_of_end, argument), 0);
    return NULL;
}

static void a_thread_uses_the_cache_while_it_ends(void)
{
    struct shared shared = { .server_ctx = SSL_CTX_new(TLS_method()) };

    CHECK_EQ(pthread_key_create(&key_of_end, use_cache_at_end), 0);
    /* Every second one has used it before. */
    for (shared.lookups = 0; shared.lookups < 40; shared.lookups++) {
        pthread_t thread;

        CHECK_EQ(pthread_create(&thread, NULL, end_with_use, &shared), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
    }
    CHECK_EQ(shared.hits, 60);
    CHECK_EQ(SSL_CTX_sess_number(shared.server_ctx), 0);
    SSL_CTX_free(shared.server_ctx);
}

/* ---- a thread that stops in the middle of a lookup ---- */

static sem_t parked, go_on;

static void park(int signal)
{
    (void)signal;
    sem_post(&parked);
    while (sem_wait(&go_on) != 0)
        ;
}

static void *look_up(void *argument)
{
    struct shared *shared = argument;
    SSL *ssl = SSL_new(shared->server_ctx);

    for (unsigned i = 0; !shared->stop; i = (i + 1) % SHARED) {
        SSL_has_matching_session_id(ssl, (unsigned char *)&i, sizeof(i));
        atomic_fetch_add_explicit(&shared->lookups, 1, memory_order_relaxed);
    }
    SSL_free(ssl);
    return NULL;
}

static uint64_t deferred(SSL_CTX *context)
{
    static int (*ask)(SSL_CTX *, REPRISE_SESSION_STATS *);
    REPRISE_SESSION_STATS stats = { .size = sizeof(stats) };

    if (ask == NULL) {
        void *function = dlsym(RTLD_DEFAULT, "REPRISE_CTX_session_stats");
        memcpy(&ask, &function, sizeof(ask));
    }
    CHECK_EQ(ask(context, &stats), 1);
    return stats.deferred_bytes;
}

/* Adds and removes so many sessions; returns how many could be added. */
static int churn(SSL_CTX *context, int count)
{
    int added = 0;

    for (int i = 0; i < count; i++) {
        SSL_SESSION *session = made(100000 + (unsigned)i, 100);
        int done = SSL_CTX_add_session(context, session);
        added += done;
        CHECK_EQ(SSL_CTX_remove_session(context, session), done);
        SSL_SESSION_free(session);
    }
    return added;
}

/* Stops the thread at a moment when it uses the cache's memory, so that garbage stays. */
static void catch_in_the_middle(pthread_t thread, struct shared *shared)
{
    SSL_CTX *context = shared->server_ctx;

    for (int attempt = 0; attempt < 2000; attempt++) {
        long lookups = shared->lookups;
        uint64_t before;

        /* A signal that comes while it is still parked would stop it where it was before. */
        while (shared->lookups == lookups)
            sched_yield();
        CHECK_EQ(pthread_kill(thread, SIGUSR1), 0);
        CHECK_EQ(sem_wait(&parked), 0);
        before = deferred(context);
        churn(context, 1000);
        /* Some may be late only; what comes on top of 10,000 is kept. */
        if (deferred(context) > before + 1000 * 100) {
            churn(context, 9000);
            if (deferred(context) > before + 10 * 1000 * 100)
                return;
        }
        CHECK_EQ(sem_post(&go_on), 0);
    }
    CHECK(!"the thread was in the middle of a lookup once");
}

static void a_thread_that_stops_in_a_lookup_keeps_little_and_blocks_no_other(void)
{
    /* Few at a time: each that is refused waits for the parked thread a little. */
    enum {
        BOUND = 48 << 20,
        FEW = 40
    };
    struct shared shared = { .server_ctx = SSL_CTX_new(TLS_method()) };
    struct sigaction action = { .sa_handler = park };
    pthread_t thread;
    int added;

    if (!on_reprise()) {
        SSL_CTX_free(shared.server_ctx);
        return;
    }
    for (unsigned i = 0; i < SHARED; i++) {
        shared.sessions[i] = made(i, 300);
        CHECK_EQ(SSL_CTX_add_session(shared.server_ctx, shared.sessions[i]), 1);
    }
    sem_init(&parked, 0, 0);
    sem_init(&go_on, 0, 0);
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(pthread_create(&thread, NULL, look_up, &shared), 0);
    catch_in_the_middle(thread, &shared);

    /* Garbage grows to its bound. Then adding is refused, and nothing else. */
    added = 0;
    for (int round = 0; round < 1000000 / FEW && added == FEW * round; round++)
        added += churn(shared.server_ctx, FEW);
    added = churn(shared.server_ctx, FEW);
    CHECK(added < FEW);
    CHECK(deferred(shared.server_ctx) < BOUND);
    CHECK_EQ(SSL_CTX_remove_session(shared.server_ctx, shared.sessions[0]), 1);
    CHECK_EQ(SSL_CTX_sess_number(shared.server_ctx), SHARED - 1);

    /* It continues: memory is freed, and everything works again. */
    shared.stop = true;
    CHECK_EQ(sem_post(&go_on), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    for (int round = 0; round < 100 && deferred(shared.server_ctx) > 2 << 20; round++)
        churn(shared.server_ctx, 1000);
    CHECK(deferred(shared.server_ctx) <= 2 << 20);
    CHECK_EQ(churn(shared.server_ctx, 1000), 1000);
    SSL_CTX_free(shared.server_ctx);
    for (unsigned i = 0; i < SHARED; i++)
        SSL_SESSION_free(shared.sessions[i]);
}

/* ---- forks ---- */

static void *stir(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    SSL *ssl = SSL_new(shared->server_ctx);

    while (!shared->stop) {
        unsigned id = dice(worker, SHARED);
        SSL_SESSION *session = shared->sessions[id];

        if (dice(worker, 2000) == 0)
            SSL_CTX_flush_sessions(shared->server_ctx, (long)time(NULL) + (long)dice(worker, 500));
        switch (dice(worker, 4)) {
        case 0:
            SSL_CTX_add_session(shared->server_ctx, session);
            break;
        case 1:
            SSL_CTX_remove_session(shared->server_ctx, session);
            break;
        case 2:
            SSL_SESSION_set_timeout(session, 100 + (long)dice(worker, 500));
            break;
        default:
            SSL_has_matching_session_id(ssl, (unsigned char *)&id, sizeof(id));
        }
    }
    SSL_free(ssl);
    return NULL;
}

/* In the child of a fork, whatever its parent's threads were doing: adds, looks up, removes, reclaims. */
static void use_in_child(struct shared *shared)
{
    SSL *ssl = SSL_new(shared->server_ctx);
    long before = SSL_CTX_sess_number(shared->server_ctx);
    size_t heap;

    for (unsigned id = 5000; id < 6000; id++) {
        SSL_SESSION *session = made(id, 100);

        CHECK_EQ(SSL_CTX_add_session(shared->server_ctx, session), 1);
        CHECK_EQ(SSL_has_matching_session_id(ssl, (unsigned char *)&id, sizeof(id)), 1);
        if (id % 2 == 0)
            CHECK_EQ(SSL_CTX_remove_session(shared->server_ctx, session), 1);
        SSL_SESSION_free(session);
    }
    /* One that the fork caught half added or removed may be gone, no more. */
    CHECK(SSL_CTX_sess_number(shared->server_ctx) >= before + 500 - THREADS);
    CHECK(SSL_CTX_sess_number(shared->server_ctx) <= before + 500 + THREADS);
    /* 3000 sessions are a mebibyte and more. */
    churn(shared->server_ctx, 1000);
    heap = mallinfo2().uordblks;
    churn(shared->server_ctx, 3000);
    CHECK(mallinfo2().uordblks < heap + (1 << 20));
    CHECK(deferred(shared->server_ctx) < 1 << 20);
    SSL_CTX_flush_sessions(shared->server_ctx, 0);
    CHECK_EQ(SSL_CTX_sess_number(shared->server_ctx), 0);
    for (unsigned i = 0; i < SHARED; i++) {
        SSL_SESSION_set_time(shared->sessions[i], 1000);
        CHECK_EQ(SSL_CTX_add_session(shared->server_ctx, shared->sessions[i]), 1);
    }
    SSL_CTX_flush_sessions(shared->server_ctx, (long)time(NULL));
    CHECK_EQ(SSL_CTX_sess_number(shared->server_ctx), 0);
    SSL_free(ssl);
    SSL_CTX_free(shared->server_ctx);
    for (unsigned i = 0; i < SHARED; i++)
        SSL_SESSION_set_time(shared->sessions[i], 2000);
}

/* OpenSSL's child waits for ever for a lock that a thread of the parent held. */
static void a_child_uses_the_cache_that_its_parents_threads_were_in(void)
{
    struct shared shared = { .server_ctx = SSL_CTX_new(TLS_method()) };
    struct worker workers[2];
    pthread_t threads[2];

    if (!on_reprise()) {
        SSL_CTX_free(shared.server_ctx);
        return;
    }
    SSL_CTX_sess_set_cache_size(shared.server_ctx, 0);
    for (unsigned i = 0; i < SHARED; i++)
        shared.sessions[i] = made(i, 300);
    for (unsigned i = 0; i < 2; i++) {
        workers[i] = (struct worker){ &shared, 0x9e3779b97f4a7c15UL * (i + 1) };
        CHECK_EQ(pthread_create(&threads[i], NULL, stir, &workers[i]), 0);
    }
    for (int round = 0; round < 12; round++) {
        int status;
        pid_t child = fork();

        CHECK(child >= 0);
        if (child == 0) {
            alarm(20);
            use_in_child(&shared);
            _exit(0);
        }
        CHECK_EQ(waitpid(child, &status, 0), child);
        CHECK_EQ(status, 0);
    }
    shared.stop = true;
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    SSL_CTX_flush_sessions(shared.server_ctx, 0);
    CHECK_EQ(SSL_CTX_sess_number(shared.server_ctx), 0);
    SSL_CTX_free(shared.server_ctx);
    for (unsigned i = 0; i < SHARED; i++)
        SSL_SESSION_free(shared.sessions[i]);
}

TEST_MAIN(TEST(four_threads_do_everything_at_once),
          TEST(a_thread_uses_the_cache_while_it_ends),
          TEST(a_thread_that_stops_in_a_lookup_keeps_little_and_blocks_no_other),
          TEST(a_child_uses_the_cache_that_its_parents_threads_were_in))
