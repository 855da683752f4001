/* The session cache from several threads: millions of operations in a second of the clock. */
#include "cache_sessions.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct worker {
    struct cache *cache;
    SSL *ssl; /* a thread's own, or the one that all share */
    SSL_SESSION *own[OWN];
    unsigned long state;
    long done;
    void (*step)(struct worker *worker);
    atomic_int *waiting; /* threads that have yet to come to the start */
    double seconds;      /* how long it took */
};

/* Only what could be added counts: when a thread has lost its processor in the middle of a lookup and the
 * others go on for long, Reprise refuses to add. */
static void step_add_remove(struct worker *worker)
{
    int added = 0, removed = 0;

    for (int i = 0; i < OWN; i++)
        added += SSL_CTX_add_session(worker->cache->context, worker->own[i]);
    for (int i = 0; i < OWN; i++)
        removed += SSL_CTX_remove_session(worker->cache->context, worker->own[i]);
    REQUIRE(added == removed);
    worker->done += added;
}

static void find_few(struct worker *worker)
{
    struct cache *cache = worker->cache;
    unsigned char ids[FEW][ID_SIZE]; /* as in next_ids() */

    for (int i = 0; i < FEW; i++)
        memcpy(ids[i], cache->ids[dice(&worker->state) % (unsigned long)cache->count], ID_SIZE);
    for (int i = 0; i < FEW; i++)
        REQUIRE(SSL_has_matching_session_id(worker->ssl, ids[i], ID_SIZE) == 1);
}

static void step_find(struct worker *worker)
{
    for (int i = 0; i < OWN; i++)
        find_few(worker);
    worker->done += OWN * FEW;
}

/* Nine lookups, then a session that is added or removed. */
static void step_mix(struct worker *worker)
{
    SSL_CTX *context = worker->cache->context;
    int changes = 0;

    for (int i = 0; i < 2 * OWN; i++) {
        find_few(worker);
        SSL_SESSION *one = worker->own[i % OWN];
        changes += i < OWN ? SSL_CTX_add_session(context, one) : SSL_CTX_remove_session(context, one);
    }
    worker->done += 2 * OWN * FEW + changes;
}

static void step_get1_free(struct worker *worker)
{
    for (int i = 0; i < OWN; i++)
        SSL_SESSION_free(SSL_get1_session(worker->ssl));
    worker->done += OWN;
}

static void *run_worker(void *argument)
{
    struct worker *worker = argument;

    atomic_fetch_sub(worker->waiting, 1);
    while (atomic_load(worker->waiting) > 0)
        sched_yield();
    double start = wall_seconds(), now = start;
    for (; now - start < options.seconds; now = wall_seconds())
        worker->step(worker);
    worker->seconds = now - start;
    return NULL;
}

static void worker_init(struct worker *worker, struct cache *cache, int number)
{
    worker->cache = cache;
    worker->state = 0x9e3779b97f4a7c15UL * (unsigned long)(number + 1);
    worker->ssl = SSL_new(cache->context);
    REQUIRE(worker->ssl != NULL);
    for (int i = 0; i < OWN; i++) {
        unsigned char id[ID_SIZE];
        REQUIRE(RAND_bytes(id, ID_SIZE) == 1);
        /* After all that are held, as new sessions do. */
        worker->own[i] = session_new(id, 10000000);
    }
}

static void worker_free(struct worker *worker)
{
    SSL_free(worker->ssl);
    for (int i = 0; i < OWN; i++)
        SSL_SESSION_free(worker->own[i]);
}

/* What all threads together do in a second. */
static double rate(struct worker *workers, int threads, void (*step)(struct worker *))
{
    pthread_t ids[MOST_THREADS];
    atomic_int waiting = threads;
    double seconds = 0;
    long done = 0;

    for (int i = 0; i < threads; i++) {
        workers[i].step = step;
        workers[i].done = 0;
        workers[i].waiting = &waiting;
        REQUIRE(pthread_create(&ids[i], NULL, run_worker, &workers[i]) == 0);
    }
    for (int i = 0; i < threads; i++) {
        REQUIRE(pthread_join(ids[i], NULL) == 0);
        done += workers[i].done;
        if (workers[i].seconds > seconds)
            seconds = workers[i].seconds;
    }
    return (double)done / seconds;
}

void measure_threads(struct cache *cache)
{
    static const struct {
        const char *name;
        void (*step)(struct worker *worker);
    } kinds[] = { { "add-remove", step_add_remove }, { "lookups", step_find }, { "mix", step_mix } };
    struct worker workers[MOST_THREADS] = { 0 };

    for (int i = 0; i < MOST_THREADS; i++)
        worker_init(&workers[i], cache, i);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (int threads = 1; threads <= MOST_THREADS; threads *= 2) {
            char what[32];
            snprintf(what, sizeof what, "%s.%d-thread%s", kinds[kind].name, threads,
                     threads == 1 ? "" : "s");
            print_of(cache, what, rate(workers, threads, kinds[kind].step) / 1e6, "M/s");
        }
    for (int i = 0; i < MOST_THREADS; i++)
        worker_free(&workers[i]);
}

/* Threads that take and give back references to the session of one connection. */
void measure_get1_free(const struct measure *measure)
{
    struct cache cache;
    struct worker workers[MOST_THREADS] = { 0 };
    struct pair pair;
    SSL_CTX *client = client_context(TLS1_3_VERSION), *server = server_context(TLS1_3_VERSION);

    pair_open(&pair, client, server, NULL);
    pair_handshake(&pair);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    cache = (struct cache){ .name = measure->name };
    for (int i = 0; i < MOST_THREADS; i++)
        workers[i].ssl = pair.client;
    for (int threads = 1; threads <= 2; threads++)
        print_of(&cache, threads == 1 ? "1-thread" : "2-threads",
                 rate(workers, threads, step_get1_free) / 1e6, "M/s");
    pair_close(&pair);
}
