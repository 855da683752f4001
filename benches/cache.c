/* The session cache of a context: SSL_CTX_add_session(3) and its like, with few and many sessions held,
 * from one thread and from several.
 *
 * What a program can look up by is SSL_has_matching_session_id(3): it goes the way that a resuming
 * handshake goes. Sessions are made before anything is measured, and freed after. */
#include "cache_sessions.h"

#include <malloc.h>
#include <openssl/rand.h>
#include <stdlib.h>

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

/* As in measure_rate(), a fast run is the most meaningful; the fastest may be luck. */
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

/* Adds sessions that expire before all others, except those added just before them. */
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
    { "cache.get1-free", measure_get1_free, 0, 0, NULL },
    { "cache.memory", memory, 0, 20000, NULL },
    { NULL, NULL, 0, 0, NULL },
};
