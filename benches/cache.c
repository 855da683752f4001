/* The session cache of a context: SSL_CTX_add_session(3) and its like, with few and many sessions held,
 * from one thread and from several.
 *
 * What a program can look up by is SSL_has_matching_session_id(3): it goes the way that a resuming
 * handshake goes. Sessions are made before anything is measured, and freed after. */
#include "support.h"

#include <malloc.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ID_SIZE = 32,
    KEY_SIZE = 48,
    MOST_THREADS = 4,
    OWN = 64,   /* sessions that each thread adds and removes */
    EARLY = 16, /* sessions that expire before all others */
    FEW = 9,    /* lookups for each change in the mix */
    LOOKUPS = 9000,
};

/* One context with its sessions, and an SSL to look up with. */
struct cache {
    const char *name;
    SSL_CTX *context;
    SSL *ssl;
    long count;
    SSL_SESSION **sessions; /* in order of expiry */
    unsigned char (*ids)[ID_SIZE];
    long *shuffled; /* the numbers of all sessions, in random order */
    long next;      /* the place there that is looked up next */
};

/* ---- Making ---- */

/* A small generator, the same in each run. */
static unsigned long dice(unsigned long *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

/* A session as one comes from a handshake or from outside, that expires in so many seconds: from the
 * DER of a model, in which only the id is another. */
static SSL_SESSION *session_new(const unsigned char id[ID_SIZE], long timeout)
{
    static const unsigned char mark[ID_SIZE] = "here goes the session id of each";
    static unsigned char *der, *place;
    static int length;

    if (der == NULL) {
        static const unsigned char key[KEY_SIZE] = { 1 };
        static const unsigned char suite[] = { 0x13, 0x02 };
        SSL_SESSION *model = SSL_SESSION_new();
        SSL_CTX *context = SSL_CTX_new(TLS_method());
        SSL *ssl = SSL_new(context);
        REQUIRE(model != NULL && ssl != NULL);
        REQUIRE(SSL_SESSION_set_cipher(model, SSL_CIPHER_find(ssl, suite)) == 1);
        REQUIRE(SSL_SESSION_set_protocol_version(model, TLS1_3_VERSION) == 1);
        REQUIRE(SSL_SESSION_set1_id(model, mark, ID_SIZE) == 1);
        REQUIRE(SSL_SESSION_set1_master_key(model, key, sizeof key) == 1);
        length = i2d_SSL_SESSION(model, &der);
        REQUIRE(length > 0);
        place = memmem(der, (size_t)length, mark, ID_SIZE);
        REQUIRE(place != NULL);
        SSL_SESSION_free(model);
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
    memcpy(place, id, ID_SIZE);
    const unsigned char *end = der;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &end, length);
    REQUIRE(session != NULL);
    SSL_SESSION_set_timeout(session, timeout);
    return session;
}

static void *array(long count, size_t size)
{
    void *memory = calloc((size_t)count, size);

    REQUIRE(memory != NULL);
    return memory;
}

/* The first `same` bytes of all ids are alike. */
static void cache_init(struct cache *cache, const char *name, long count, size_t same)
{
    unsigned long state = 88172645463325252UL;

    *cache = (struct cache){ .name = name, .count = count };
    cache->context = SSL_CTX_new(TLS_method());
    REQUIRE(cache->context != NULL);
    SSL_CTX_sess_set_cache_size(cache->context, 0);
    cache->ssl = SSL_new(cache->context);
    REQUIRE(cache->ssl != NULL);
    cache->sessions = array(count, sizeof *cache->sessions);
    cache->ids = array(count, sizeof *cache->ids);
    cache->shuffled = array(count, sizeof *cache->shuffled);
    for (long i = 0; i < count; i++) {
        REQUIRE(RAND_bytes(cache->ids[i], ID_SIZE) == 1);
        memset(cache->ids[i], 'w', same);
        cache->sessions[i] = session_new(cache->ids[i], 10000 + i);
    }
    for (long i = 0; i < count; i++) {
        long other = (long)(dice(&state) % (unsigned long)(i + 1));
        cache->shuffled[i] = cache->shuffled[other];
        cache->shuffled[other] = i;
    }
}

static void cache_free(struct cache *cache)
{
    SSL_free(cache->ssl);
    SSL_CTX_free(cache->context);
    for (long i = 0; i < cache->count; i++)
        SSL_SESSION_free(cache->sessions[i]);
    free(cache->sessions);
    free(cache->ids);
    free(cache->shuffled);
}

/* ---- From one thread: nanoseconds of CPU time for one operation ---- */

typedef void work(struct cache *cache);

static void add_all(struct cache *cache)
{
    for (long i = 0; i < cache->count; i++)
        REQUIRE(SSL_CTX_add_session(cache->context, cache->sessions[i]) == 1);
}

static void remove_all(struct cache *cache)
{
    for (long i = 0; i < cache->count; i++)
        REQUIRE(SSL_CTX_remove_session(cache->context, cache->sessions[cache->shuffled[i]]) == 1);
}

static void flush_all(struct cache *cache)
{
    SSL_CTX_flush_sessions(cache->context, 0);
    REQUIRE(SSL_CTX_sess_number(cache->context) == 0);
}

/* The next few ids. They are copied first, since in a server an id has just come in: otherwise most of
 * what is measured is the way of the id, out of the large array of all ids. */
static void next_ids(struct cache *cache, unsigned char ids[FEW][ID_SIZE])
{
    for (int i = 0; i < FEW; i++) {
        cache->next = (cache->next + 1) % cache->count;
        memcpy(ids[i], cache->ids[cache->shuffled[cache->next]], ID_SIZE);
    }
}

static void look_up_some(struct cache *cache)
{
    unsigned char ids[FEW][ID_SIZE];

    for (long i = 0; i < LOOKUPS; i++) {
        if (i % FEW == 0)
            next_ids(cache, ids);
        REQUIRE(SSL_has_matching_session_id(cache->ssl, ids[i % FEW], ID_SIZE) == 1);
    }
}

static void miss_some(struct cache *cache)
{
    unsigned char ids[FEW][ID_SIZE];

    for (long i = 0; i < LOOKUPS; i++) {
        if (i % FEW == 0)
            next_ids(cache, ids);
        ids[i % FEW][i % 4 == 0 ? ID_SIZE - 1 : i % 8] ^= 1;
        REQUIRE(SSL_has_matching_session_id(cache->ssl, ids[i % FEW], ID_SIZE) == 0);
    }
}

static double seconds_of(work *work, struct cache *cache)
{
    double start = cpu_seconds();

    work(cache);
    return cpu_seconds() - start;
}

static void print_of(const struct cache *cache, const char *what, double value, const char *unit)
{
    char name[64];

    snprintf(name, sizeof name, "%s.%s", cache->name, what);
    print_figure(name, value, unit);
}

/* Times of a kind of work, gathered until its share of options.seconds is spent. */
struct times {
    double spent;
    double values[64];
    size_t count;
};

static int wants_more(const struct times *times)
{
    return times->count == 0
           || (times->spent < options.seconds && times->count < sizeof times->values / sizeof *times->values);
}

static void note(struct times *times, double seconds)
{
    times->spent += seconds;
    times->values[times->count++] = seconds;
}

/* As in measure_rate(), a fast one tells most; the very fastest may be luck. */
static double fast(struct times *times)
{
    double ignored = median(times->values, times->count); /* puts them in order */

    (void)ignored;
    return times->values[times->count / 10];
}

static void print_nanoseconds(const struct cache *cache, const char *what, struct times *times,
                              long operations)
{
    print_of(cache, what, fast(times) / (double)operations * 1e9, "ns");
}

static void measure_filling(struct cache *cache)
{
    struct times add = { 0 }, removal = { 0 }, flush = { 0 };

    /* The first time fills tables and the allocator. */
    add_all(cache);
    flush_all(cache);
    while (wants_more(&add)) {
        note(&add, seconds_of(add_all, cache));
        note(&removal, seconds_of(remove_all, cache));
        add_all(cache);
        note(&flush, seconds_of(flush_all, cache));
    }
    print_nanoseconds(cache, "add", &add, cache->count);
    print_nanoseconds(cache, "remove", &removal, cache->count);
    print_nanoseconds(cache, "flush", &flush, cache->count);
}

static void measure_lookups(struct cache *cache)
{
    struct times hit = { 0 }, miss = { 0 };

    look_up_some(cache);
    while (wants_more(&hit)) {
        note(&hit, seconds_of(look_up_some, cache));
        note(&miss, seconds_of(miss_some, cache));
    }
    print_nanoseconds(cache, "hit", &hit, LOOKUPS);
    print_nanoseconds(cache, "miss", &miss, LOOKUPS);
}

/* Adds sessions that expire before all others, save those that were added just before them. */
static void measure_adding_early(struct cache *cache)
{
    SSL_SESSION *early[EARLY];
    struct times add = { 0 };

    for (int i = 0; i < EARLY; i++) {
        unsigned char id[ID_SIZE] = { 'e', 'a', 'r', 'l', 'y', (unsigned char)i };
        early[i] = session_new(id, 1000 + i);
    }
    while (wants_more(&add)) {
        double start = cpu_seconds();
        for (int i = 0; i < EARLY; i++)
            REQUIRE(SSL_CTX_add_session(cache->context, early[i]) == 1);
        note(&add, cpu_seconds() - start);
        for (int i = 0; i < EARLY; i++)
            REQUIRE(SSL_CTX_remove_session(cache->context, early[i]) == 1);
    }
    print_nanoseconds(cache, "add-early", &add, EARLY);
    for (int i = 0; i < EARLY; i++)
        SSL_SESSION_free(early[i]);
}

/* ---- From several threads: millions of operations in a second of the clock ---- */

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

static void measure_threads(struct cache *cache)
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

/* ---- The measures ---- */

static void by_size(const struct measure *measure)
{
    struct cache cache;

    cache_init(&cache, measure->name, measure->variant, 0);
    measure_filling(&cache);
    add_all(&cache);
    measure_lookups(&cache);
    measure_threads(&cache);
    measure_adding_early(&cache);
    cache_free(&cache);
}

/* Ids that begin alike, as those of the manual's example do (SSL_CTX_set_generate_session_id(3)). */
static void same_beginning(const struct measure *measure)
{
    struct cache cache;

    cache_init(&cache, measure->name, measure->variant, 4);
    measure_filling(&cache);
    add_all(&cache);
    measure_lookups(&cache);
    cache_free(&cache);
}

/* Threads that take and give back references to the session of one connection. */
static void get1_free(const struct measure *measure)
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

static double heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)(info.uordblks + info.hblkhd);
}

/* Heap for one session in a cache: the object, its fields, and what the cache has of it. */
static void memory(const struct measure *measure)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    double before = 0, sessions = 0;
    long warm_up = 100;

    REQUIRE(context != NULL);
    SSL_CTX_sess_set_cache_size(context, 0);
    SSL_SESSION **all = array(measure->variant, sizeof *all);
    for (long i = -warm_up; i < measure->variant; i++) {
        unsigned char id[ID_SIZE];
        if (i == 0)
            before = heap_bytes();
        REQUIRE(RAND_bytes(id, ID_SIZE) == 1);
        SSL_SESSION *session = session_new(id, 1000 + i);
        if (i < 0)
            SSL_SESSION_free(session);
        else
            all[i] = session;
    }
    sessions = heap_bytes();
    for (long i = 0; i < measure->variant; i++) {
        REQUIRE(SSL_CTX_add_session(context, all[i]) == 1);
        SSL_SESSION_free(all[i]);
    }
    print_figure("cache.memory.session", (sessions - before) / measure->variant, "B");
    print_figure("cache.memory.place", (heap_bytes() - sessions) / measure->variant, "B");
    print_figure("cache.memory.both", (heap_bytes() - before) / measure->variant, "B");
    SSL_CTX_free(context);
    free(all);
}

const struct measure cache_measures[] = {
    { "cache.1e3", by_size, 0, 1000, NULL },
    { "cache.1e4", by_size, 0, 10000, NULL },
    { "cache.1e5", by_size, 0, 100000, NULL },
    { "cache.1e6", by_size, 0, 1000000, NULL },
    { "cache.alike.1e3", same_beginning, 0, 1000, NULL },
    { "cache.alike.1e4", same_beginning, 0, 10000, NULL },
    { "cache.get1-free", get1_free, 0, 0, NULL },
    { "cache.memory", memory, 0, 20000, NULL },
    { NULL, NULL, 0, 0, NULL },
};
