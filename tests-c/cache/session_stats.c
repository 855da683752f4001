/* REPRISE_CTX_session_stats, which only Reprise has: on the system's libssl there is nothing to test. */
#include <dlfcn.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <reprise/ssl.h>

#include "pair.h"

static int (*ask)(SSL_CTX *context, REPRISE_SESSION_STATS *stats);

/* Says whether the library has the function. */
static bool has_stats(void)
{
    void *function = dlsym(RTLD_DEFAULT, "REPRISE_CTX_session_stats");

    CHECK_EQ(function != NULL, on_reprise());
    memcpy(&ask, &function, sizeof(ask));
    return function != NULL;
}

static REPRISE_SESSION_STATS stats_of(SSL_CTX *context)
{
    REPRISE_SESSION_STATS stats = { .size = sizeof(stats) };

    CHECK_EQ(ask(context, &stats), 1);
    CHECK_EQ(stats.size, sizeof(stats));
    return stats;
}

static void add(SSL_CTX *context, unsigned id, long expiry)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set_protocol_version(session, TLS1_2_VERSION);
    SSL_SESSION_set1_id(session, (const unsigned char *)&id, sizeof(id));
    SSL_SESSION_set_time(session, 1000);
    SSL_SESSION_set_timeout(session, expiry);
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    SSL_SESSION_free(session);
}

static void it_counts_what_happened_to_sessions(void)
{
    SSL_CTX *context;
    REPRISE_SESSION_STATS empty, full, after;

    if (!has_stats())
        return;
    context = SSL_CTX_new(TLS_method());
    empty = stats_of(context);
    CHECK_EQ(empty.entries, 0);
    CHECK(empty.bytes > 0 && empty.bytes < 2048);

    SSL_CTX_sess_set_cache_size(context, 1001);
    for (unsigned i = 0; i < 1500; i++)
        add(context, i, 100 + i);
    full = stats_of(context);
    CHECK_EQ(full.entries, 1000);
    CHECK_EQ(full.evictions, 500);
    CHECK_EQ(full.expiries, 0);
    CHECK(full.bytes > 1000 * 64 && full.bytes < 1000 * 160);
    CHECK(full.deferred_bytes < 8 << 20);

    SSL_CTX_flush_sessions(context, 1000 + 100 + 700 + 1);
    CHECK_EQ(stats_of(context).expiries, 201);
    SSL_CTX_flush_sessions(context, 0);
    after = stats_of(context);
    CHECK_EQ(after.entries, 0);
    CHECK_EQ(after.expiries, 201);
    CHECK_EQ(after.evictions, 500);
    CHECK(after.bytes < full.bytes / 2);
    SSL_CTX_free(context);
}

/* A large cache that becomes small, in whatever way, frees the memory that it no longer needs. */
static void a_cache_that_was_large_gives_memory_back(void)
{
    enum {
        MANY = 40000,
        FEW = 500,
        KEPT = 300 << 10
    };
    static SSL_SESSION *sessions[MANY];
    SSL_CTX *context;

    if (!has_stats())
        return;
    context = SSL_CTX_new(TLS_method());
    SSL_CTX_sess_set_cache_size(context, 0);
    for (unsigned i = 0; i < MANY; i++) {
        sessions[i] = SSL_SESSION_new();
        SSL_SESSION_set_protocol_version(sessions[i], TLS1_2_VERSION);
        SSL_SESSION_set1_id(sessions[i], (const unsigned char *)&i, sizeof(i));
        SSL_SESSION_set_time(sessions[i], 1000);
        SSL_SESSION_set_timeout(sessions[i], 100 + i);
    }
    for (int way = 0; way < 4; way++) {
        unsigned left = way % 2 == 0 ? 0 : FEW;

        for (unsigned i = 0; i < MANY; i++)
            CHECK_EQ(SSL_CTX_add_session(context, sessions[i]), 1);
        CHECK(stats_of(context).bytes > MANY * 64);
        if (way < 2) {
            for (unsigned i = 0; i < MANY - left; i++)
                CHECK_EQ(SSL_CTX_remove_session(context, sessions[i]), 1);
        } else {
            SSL_CTX_flush_sessions(context, 1000 + 100 + MANY - left);
        }
        CHECK_EQ(stats_of(context).entries, left);
        CHECK(stats_of(context).bytes < KEPT);
        SSL_CTX_flush_sessions(context, 0);
        CHECK(stats_of(context).bytes < KEPT);
    }
    for (unsigned i = 0; i < MANY; i++)
        SSL_SESSION_free(sessions[i]);
    SSL_CTX_free(context);
}

static void it_counts_hits_misses_and_what_has_expired(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *servers;
    REPRISE_SESSION_STATS before, stats;

    if (!has_stats())
        return;
    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_connect(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    before = stats_of(pair.server_ctx);
    CHECK(pair_resumes(&pair, session));
    stats = stats_of(pair.server_ctx);
    CHECK_EQ(stats.hits, SSL_CTX_sess_hits(pair.server_ctx));
    CHECK_EQ(stats.hits, before.hits + 1);
    CHECK_EQ(stats.entries, SSL_CTX_sess_number(pair.server_ctx));
    CHECK_EQ(stats_of(pair.client_ctx).hits, 1);

    SSL_CTX_flush_sessions(pair.server_ctx, 0);
    CHECK(!pair_resumes(&pair, session));
    stats = stats_of(pair.server_ctx);
    CHECK_EQ(stats.misses, SSL_CTX_sess_misses(pair.server_ctx));
    CHECK(stats.misses > before.misses);
    CHECK_EQ(stats.expiries, 0);

    if (protocol->version == TLS1_2_VERSION) {
        CHECK_EQ(SSL_CTX_add_session(pair.server_ctx, servers), 1);
        SSL_SESSION_set_time(servers, 1000);
        CHECK(!pair_resumes(&pair, session));
        CHECK_EQ(stats_of(pair.server_ctx).expiries, 1);
    }
    SSL_SESSION_free(session);
    SSL_SESSION_free(servers);
    pair_free(&pair);
}

static void it_writes_no_more_than_there_is_room_for(void)
{
    struct {
        REPRISE_SESSION_STATS stats;
        unsigned char later[32];
    } larger;
    SSL_CTX *context;

    if (!has_stats())
        return;
    context = SSL_CTX_new(TLS_method());
    add(context, 1, 100);

    /* A caller that knows the first figure only. */
    memset(&larger, 0xee, sizeof(larger));
    larger.stats.size = sizeof(size_t) + sizeof(uint64_t);
    CHECK_EQ(ask(context, &larger.stats), 1);
    CHECK_EQ(larger.stats.entries, 1);
    CHECK_EQ(larger.stats.hits, 0xeeeeeeeeeeeeeeeeU);

    /* One that knows more than there is. */
    memset(&larger, 0xee, sizeof(larger));
    larger.stats.size = sizeof(larger) - 1;
    CHECK_EQ(ask(context, &larger.stats), 1);
    CHECK_EQ(larger.stats.hits, 0);
    CHECK_EQ(larger.later[0], 0);
    CHECK_EQ(larger.later[sizeof(larger.later) - 2], 0);
    CHECK_EQ(larger.later[sizeof(larger.later) - 1], 0xee);

    CHECK_EQ(ask(context, NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(ask(NULL, &larger.stats), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    larger.stats.size = sizeof(size_t) + sizeof(uint64_t) - 1;
    CHECK_EQ(ask(context, &larger.stats), 0);
    CHECK_REASON(SSL_R_BAD_LENGTH);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(it_counts_what_happened_to_sessions),
          TEST(a_cache_that_was_large_gives_memory_back),
          TEST_EACH(it_counts_hits_misses_and_what_has_expired),
          TEST(it_writes_no_more_than_there_is_room_for))
