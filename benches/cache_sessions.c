/* The sessions that the cache's measures hold, made before anything is measured. */
#include "cache_sessions.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

/* A session as one comes from a handshake or from outside, that expires in so many seconds: from the
 * DER of a model, in which only the id is another. */
SSL_SESSION *session_new(const unsigned char id[ID_SIZE], long timeout)
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

void *array(long count, size_t size)
{
    void *memory = calloc((size_t)count, size);

    REQUIRE(memory != NULL);
    return memory;
}

/* The first `same` bytes of all ids are alike. */
void cache_init(struct cache *cache, const char *name, long count, size_t same)
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

void cache_free(struct cache *cache)
{
    SSL_free(cache->ssl);
    SSL_CTX_free(cache->context);
    for (long i = 0; i < cache->count; i++)
        SSL_SESSION_free(cache->sessions[i]);
    free(cache->sessions);
    free(cache->ids);
    free(cache->shuffled);
}

void print_of(const struct cache *cache, const char *what, double value, const char *unit)
{
    char name[64];

    snprintf(name, sizeof name, "%s.%s", cache->name, what);
    print_figure(name, value, unit);
}
