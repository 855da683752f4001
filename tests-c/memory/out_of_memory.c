/*
 * Memory that runs out: one allocation after the other fails. Nothing crashes; a call that needs what there is
 * not gives its failure value, with an error on the queue; all that was made can be freed, and the library works
 * again when there is memory.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* ---- memory functions ---- */

/* From the allocation with number `first` on, `times` fail. */
static long number, first, times, failed;
/* Blocks of the library under test, which gives its name. libcrypto leaks some of its blocks when memory is short. */
static long in_use;

struct header {
    size_t size, counted;
};

static void *allocate(size_t size, const char *file, int line)
{
    struct header *header;

    (void)line;
    if (size == 0)
        return NULL;
    number++;
    if (first > 0 && number >= first && number - first < times) {
        failed++;
        return NULL;
    }
    header = malloc(sizeof(*header) + size);
    if (header == NULL)
        return NULL;
    header->size = size;
    header->counted = file != NULL && strcmp(file, "reprise") == 0;
    in_use += (long)header->counted;
    return header + 1;
}

static void release(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    if (memory != NULL) {
        struct header *header = (struct header *)memory - 1;

        in_use -= (long)header->counted;
        free(header);
    }
}

static void *resize(void *memory, size_t size, const char *file, int line)
{
    void *larger = allocate(size, file, line);

    if (memory != NULL && (larger != NULL || size == 0)) {
        size_t old = ((struct header *)memory)[-1].size;

        if (larger != NULL)
            memcpy(larger, memory, old < size ? old : size);
        release(memory, file, line);
    }
    return larger;
}

__attribute__((constructor)) static void set_functions(void)
{
    if (CRYPTO_set_mem_functions(allocate, resize, release) != 1)
        abort();
}

static void fail_from(long from, long count)
{
    number = 0;
    failed = 0;
    first = from;
    times = count;
}

/* ---- the calls that run short of memory ---- */

/* How far it got; failing is fine if there is an error. */
static bool says_why(const void *object)
{
    if (object == NULL && ERR_peek_error() == 0 && failed == 0)
        CHECK(!"an error on the queue");
    return object != NULL;
}

static SSL_CTX *new_context(bool server, const struct protocol *protocol)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    if (!says_why(context))
        return NULL;
    if (SSL_CTX_set_min_proto_version(context, protocol->version) != 1
        || SSL_CTX_set_max_proto_version(context, protocol->version) != 1
        || (server && (SSL_CTX_use_certificate(context, pki_server()->certificate) != 1 || SSL_CTX_use_PrivateKey(context, pki_server()->key) != 1))) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH);
    return context;
}

/* SSL_get_error() for a call that failed for good. */
static void expect_said(SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);

    CHECK(error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL || error == SSL_ERROR_ZERO_RETURN || wants_io(error));
}

/* Both sides as far as they come; whether the handshake was done. */
static bool shake_hands(SSL *client, SSL *server)
{
    int one = 0, other = 0;

    for (int i = 0; i < 20 && (one != 1 || other != 1); i++) {
        if (one != 1 && (one = SSL_connect(client)) != 1) {
            expect_said(client, one);
            if (!wants_io(SSL_get_error(client, one)))
                return false;
        }
        if (other != 1 && (other = SSL_accept(server)) != 1) {
            expect_said(server, other);
            if (!wants_io(SSL_get_error(server, other)))
                return false;
        }
        ERR_clear_error();
    }
    return one == 1 && other == 1;
}

static void exchange(SSL *from, SSL *to)
{
    static unsigned char data[20000], got[20000];
    int written = SSL_write(from, data, sizeof(data));

    if (written <= 0)
        expect_said(from, written);
    for (int i = 0; i < 3; i++) {
        int count = SSL_read(to, got, sizeof(got));

        if (count <= 0)
            expect_said(to, count);
    }
}

/* A connection that offers `offer`; its session, if it came to that. */
static SSL_SESSION *connect_once(SSL_CTX *client_ctx, SSL_CTX *server_ctx, SSL_SESSION *offer)
{
    SSL *client = SSL_new(client_ctx), *server = SSL_new(server_ctx);
    BIO *one = BIO_new(BIO_s_mem()), *other = BIO_new(BIO_s_mem());
    SSL_SESSION *session = NULL;

    if (client != NULL && server != NULL && one != NULL && other != NULL && BIO_up_ref(one) == 1
        && BIO_up_ref(other) == 1) {
        SSL_set_bio(client, one, other);
        SSL_set_bio(server, other, one);
        /* SSL_set_session() may fail too; then the handshake is a full one. */
        if (offer != NULL)
            SSL_set_session(client, offer);
        if (shake_hands(client, server)) {
            exchange(server, client);
            exchange(client, server);
            session = SSL_get1_session(client);
            SSL_shutdown(client);
            SSL_shutdown(server);
        }
    } else {
        BIO_free(one);
        BIO_free(other);
    }
    SSL_free(client);
    SSL_free(server);
    return session;
}

/* For connections alone. */
static SSL_CTX *kept_client, *kept_server;

/* Everything from the contexts to a resumed connection. Whether all of it succeeded. */
static bool use_all(const struct protocol *protocol, bool only_connections)
{
    SSL_CTX *client_ctx, *server_ctx;
    SSL_SESSION *session = NULL, *second = NULL, *copy = NULL, *fresh;

    if (only_connections && kept_client == NULL) {
        kept_client = new_context(false, protocol);
        kept_server = new_context(true, protocol);
        return false;
    }
    client_ctx = only_connections ? kept_client : new_context(false, protocol);
    server_ctx = only_connections ? kept_server : new_context(true, protocol);
    fresh = SSL_SESSION_new();
    says_why(fresh);
    SSL_SESSION_free(fresh);
    if (client_ctx != NULL && server_ctx != NULL)
        session = connect_once(client_ctx, server_ctx, NULL);
    if (session != NULL) {
        copy = SSL_SESSION_dup(session);
        says_why(copy);
        second = connect_once(client_ctx, server_ctx, session);
        SSL_CTX_add_session(client_ctx, session);
    }
    if (only_connections) {
        SSL_CTX_flush_sessions(kept_client, 0);
        SSL_CTX_flush_sessions(kept_server, 0);
    } else {
        SSL_CTX_free(client_ctx);
        SSL_CTX_free(server_ctx);
    }
    SSL_SESSION_free(session);
    SSL_SESSION_free(copy);
    SSL_SESSION_free(second);
    ERR_clear_error();
    return second != NULL && copy != NULL;
}

/* ---- one failure after the other ---- */

enum {
    FAILURES = 2000,
    STEP = 3,
    AT_ONCE = 40
};

static void settle(const struct protocol *protocol, bool only_connections)
{
    pki_server();
    fail_from(0, 0);
    use_all(protocol, only_connections);
    for (int i = 0; i < 4; i++)
        CHECK(use_all(protocol, only_connections));
}

/* Reprise frees some blocks when no other thread can be reading them any more: looking for sessions has it
 * find that out, except the last few. */
static long blocks_in_use(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    for (int i = 0; i < 5000; i++)
        SSL_has_matching_session_id(ssl, (const unsigned char *)"id", 2);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return in_use;
}

/* The first allocation fails and `count` - 1 after it, then the one that is `step` further, and so on. */
static void fail_each(const struct protocol *protocol, bool only_connections, long count, long step)
{
    enum {
        WAITING = 300
    };
    long before, hits = 0;

    settle(protocol, only_connections);
    before = blocks_in_use();
    for (long from = 1; from <= FAILURES; from += step) {
        fail_from(from, count);
        use_all(protocol, only_connections);
        hits += failed > 0;
        fail_from(0, 0);
        if (from % 50 == 1)
            CHECK(use_all(protocol, only_connections));
    }
    CHECK(use_all(protocol, only_connections));
    CHECK(hits * step > 300);
    if (getenv("MEMORY_VERBOSE") != NULL)
        printf("%ld calls without memory, %ld more blocks\n", hits, blocks_in_use() - before);
    CHECK(blocks_in_use() < before + WAITING);
}

static void an_allocation_that_fails_on_a_connection_ends_in_order(const struct protocol *protocol)
{
    fail_each(protocol, true, 1, 1);
}

static void an_allocation_that_fails_for_a_context_ends_in_order(const struct protocol *protocol)
{
    fail_each(protocol, false, 1, 1);
}

static void many_allocations_that_fail_on_a_connection_end_in_order(const struct protocol *protocol)
{
    fail_each(protocol, true, AT_ONCE, STEP);
}

static void no_memory_at_all_from_some_allocation_on_ends_in_order(const struct protocol *protocol)
{
    fail_each(protocol, true, 1L << 40, STEP);
}

/* ---- the failure values ---- */

static void nothing_can_be_made_without_memory(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_SESSION *session = SSL_SESSION_new();
    void *made[6];
    int left;

    ERR_raise(ERR_LIB_USER, 1);
    ERR_clear_error();
    for (int round = 0; round < 1000; round++) {
        fail_from(1, 1L << 40);
        made[0] = SSL_CTX_new(TLS_method());
        made[1] = SSL_new(context);
        left = ERR_GET_REASON(ERR_peek_last_error());
        made[2] = SSL_SESSION_new();
        made[3] = SSL_SESSION_dup(session);
        made[4] = SSL_CONF_CTX_new();
        made[5] = SSL_CTX_new(TLS_server_method());
        fail_from(0, 0);
        for (int i = 0; i < 6; i++)
            CHECK(made[i] == NULL);
        CHECK_EQ(left, ERR_R_MALLOC_FAILURE);
        ERR_clear_error();
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

static void a_connection_without_memory_fails_and_can_be_freed(const struct protocol *protocol)
{
    struct pair pair;
    char got[100];
    int result;

    pair_init(&pair, protocol);
    pair_open(&pair);
    fail_from(1, 1L << 40);
    result = SSL_do_handshake(pair.client);
    fail_from(0, 0);
    CHECK(result <= 0);
    CHECK_EQ(SSL_get_error(pair.client, result), SSL_ERROR_SSL);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    pair_drop(&pair);
    /* The next one is not concerned. */
    pair_connect(&pair);
    send_text(pair.client, pair.server, "text");
    fail_from(1, 1L << 40);
    result = SSL_read(pair.server, got, sizeof(got));
    fail_from(0, 0);
    CHECK(result <= 0);
    ERR_clear_error();
    pair_drop(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST(nothing_can_be_made_without_memory),
          TEST_EACH(a_connection_without_memory_fails_and_can_be_freed),
          TEST_EACH(an_allocation_that_fails_on_a_connection_ends_in_order),
          TEST_EACH(an_allocation_that_fails_for_a_context_ends_in_order),
          TEST_EACH(many_allocations_that_fail_on_a_connection_end_in_order),
          TEST_EACH(no_memory_at_all_from_some_allocation_on_ends_in_order))
