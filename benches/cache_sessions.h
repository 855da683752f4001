/* What the measures of the cache share: a context with its sessions, and figures of it. */
#ifndef BENCH_CACHE_SESSIONS_H
#define BENCH_CACHE_SESSIONS_H

#include "support.h"

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

/* A small generator, the same in each run. */
static inline unsigned long dice(unsigned long *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

/* The next few ids. They are copied first, since in a server an id has just come in: otherwise most of
 * what is measured is the way of the id, out of the large array of all ids. */
static inline void next_ids(struct cache *cache, unsigned char ids[FEW][ID_SIZE])
{
    for (int i = 0; i < FEW; i++) {
        cache->next = (cache->next + 1) % cache->count;
        memcpy(ids[i], cache->ids[cache->shuffled[cache->next]], ID_SIZE);
    }
}

/* A session that expires in so many seconds. */
SSL_SESSION *session_new(const unsigned char id[ID_SIZE], long timeout);
void *array(long count, size_t size);
/* The first `same` bytes of all ids are alike. */
void cache_init(struct cache *cache, const char *name, long count, size_t same);
void cache_free(struct cache *cache);
void print_of(const struct cache *cache, const char *what, double value, const char *unit);

/* In cache_threads.c: what several threads do in a second. */
void measure_threads(struct cache *cache);
void measure_get1_free(const struct measure *measure);

#endif
