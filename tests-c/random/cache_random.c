/*
 * The cache under operations drawn at random: what each returns, which callbacks are called and in which order, what is
 * freed when, and what is in the cache after it, is as with the system's libssl (S44, S45, S50 to S55, S59 to
 * S61, S94, S100).
 *
 * A worker does the same operations on each library and writes down their results; the two reports must
 * be equal.
 *
 * Left out is what would corrupt OpenSSL's list or leaves sessions in its cache for ever: one session in
 * two caches, another id or version for a session that is cached, empty ids, times before 1970 (docs/cache.md).
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "call_report.h"
#include "drawn.h"
#include "numbered.h"
#include "worker.h"

enum {
    SLOTS = 24,
    CONTEXTS = 2,
    IDS = 12,
    OPERATIONS = 250,
    MOST_LISTED = 64
};

/* A session of the sequence. `home` is the context that it was added to, if any. */
struct slot {
    SSL_SESSION *session;
    SSL_CTX *home;
};

static struct slot slots[SLOTS];
static SSL_CTX *contexts[CONTEXTS];
/* True where the cache is also looked at as a table: then Reprise keeps one up to date. */
static bool as_table;
static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    fprintf(report, "  removed %ld from %d, %s\n", number_of(session), context == contexts[1],
            SSL_SESSION_is_resumable(session) ? "resumable" : "marked");
}

/* Ids of three lengths that share their first bytes. */
static unsigned id_bytes(unsigned char *id)
{
    static const unsigned lengths[] = { 5, 16, 32 };
    unsigned which = below(IDS);

    memset(id, 'i', 32);
    id[4] = (unsigned char)('a' + which);
    return lengths[which % 3];
}

/* Mostly near each other, so that many are equal. */
static long moment(void)
{
    static const long odd[] = { 0, 1, INT_MAX, LONG_MAX, LONG_MAX - 10 };

    return below(12) == 0 ? odd[below(5)] : 1000 + (long)below(25);
}

static long duration(void)
{
    static const long odd[] = { 0, 1, INT_MAX, LONG_MAX, LONG_MAX - 1010 };

    return below(12) == 0 ? odd[below(5)] : (long)below(25);
}

static void give_key(SSL_SESSION *session)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_2_VERSION, TLS1_3_VERSION, TLS1_1_VERSION };
    unsigned char id[32];
    unsigned length = id_bytes(id);

    CHECK_EQ(SSL_SESSION_set1_id(session, id, length), 1);
    CHECK_EQ(SSL_SESSION_set_protocol_version(session, versions[below(4)]), 1);
}

static void time_anew(struct slot *slot)
{
    fprintf(report, "%ld begins: %ld\n", number_of(slot->session), SSL_SESSION_set_time(slot->session, moment()));
}

static void timeout_anew(struct slot *slot)
{
    long seconds = duration();

    fprintf(report, "%ld lasts %ld\n", number_of(slot->session), seconds);
    SHOW(SSL_SESSION_set_timeout(slot->session, seconds));
}

static void fill(struct slot *slot)
{
    SSL_SESSION_free(slot->session);
    slot->session = SSL_SESSION_new();
    slot->home = NULL;
    number_of(slot->session);
    give_key(slot->session);
    time_anew(slot);
    timeout_anew(slot);
}

static void copy(struct slot *from, struct slot *to)
{
    SSL_SESSION *made;

    if (from == to)
        return;
    made = SSL_SESSION_dup(from->session);
    CHECK(made != NULL);
    SSL_SESSION_free(to->session);
    to->session = made;
    to->home = NULL;
    fprintf(report, "%ld is a copy of %ld\n", number_of(made), number_of(from->session));
    SHOW(SSL_SESSION_get_time(made));
    SHOW(SSL_SESSION_get_timeout(made));
}

static void add(struct slot *slot, SSL_CTX *context)
{
    if (slot->home == NULL)
        slot->home = context;
    fprintf(report, "add %ld to %d\n", number_of(slot->session), slot->home == contexts[1]);
    SHOW(SSL_CTX_add_session(slot->home, slot->session));
}

static void exchange(int which)
{
    fprintf(report, "free context %d\n", which);
    SSL_CTX_free(contexts[which]);
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].home == contexts[which])
            slots[i].home = NULL;
    }
    contexts[which] = SSL_CTX_new(TLS_method());
    if (below(4) != 0)
        SSL_CTX_sess_set_remove_cb(contexts[which], on_remove);
}

/* The numbers of a cache's sessions. */
struct listed {
    long numbers[MOST_LISTED];
    size_t count;
};

static void list_one(void *session, void *listed)
{
    struct listed *list = listed;

    CHECK(list->count < MOST_LISTED);
    list->numbers[list->count++] = number_of(session);
}

static int by_number(const void *one, const void *other)
{
    long first = *(const long *)one, second = *(const long *)other;

    return (first > second) - (first < second);
}

static void show_table(SSL_CTX *context)
{
    struct listed list = { .count = 0 };

    OPENSSL_LH_doall_arg((OPENSSL_LHASH *)SSL_CTX_sessions(context), list_one, &list);
    qsort(list.numbers, list.count, sizeof(list.numbers[0]), by_number);
    fprintf(report, "  table:");
    for (size_t i = 0; i < list.count; i++)
        fprintf(report, " %ld", list.numbers[i]);
    fprintf(report, "\n");
}

static void find(SSL_CTX *context, const struct slot *like)
{
    const SSL_SESSION *found =
        OPENSSL_LH_retrieve((OPENSSL_LHASH *)SSL_CTX_sessions(context), like->session);

    fprintf(report, "find one like %ld: %ld\n", number_of(like->session), found == NULL ? 0 : number_of(found));
}

static void match(SSL_CTX *context)
{
    unsigned char id[32];
    unsigned length = id_bytes(id);
    SSL *ssl = SSL_new(context);

    SHOW(SSL_has_matching_session_id(ssl, id, length));
    SHOW(SSL_set_ssl_method(ssl, TLSv1_2_method()));
    SHOW(SSL_has_matching_session_id(ssl, id, length));
    SSL_free(ssl);
}

static void flush(SSL_CTX *context)
{
    long time = below(20) == 0 ? 0 : moment();

    fprintf(report, "flush until %ld\n", time);
    SSL_CTX_flush_sessions(context, time);
}

static void operate(void)
{
    struct slot *slot = &slots[below(SLOTS)], *other = &slots[below(SLOTS)];
    int which = (int)below(CONTEXTS);
    SSL_CTX *context = contexts[which];

    switch (below(24)) {
    case 0:
    case 1:
    case 2:
        fill(slot);
        break;
    case 3:
        copy(slot, other);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
        add(slot, context);
        break;
    case 11:
    case 12:
    case 13:
        fprintf(report, "remove %ld from %d\n", number_of(slot->session), which);
        SHOW(SSL_CTX_remove_session(context, slot->session));
        break;
    case 14:
    case 15:
        time_anew(slot);
        break;
    case 16:
    case 17:
        timeout_anew(slot);
        break;
    case 18:
        flush(context);
        break;
    case 19:
        SHOW(SSL_CTX_sess_set_cache_size(context, below(9)));
        break;
    case 20:
        match(context);
        break;
    case 21:
        if (slot->home == NULL)
            give_key(slot->session);
        break;
    case 22:
        if (as_table)
            find(context, slot);
        break;
    case 23:
        if (below(8) == 0)
            exchange(which);
        break;
    }
    SHOW(SSL_CTX_sess_number(contexts[which]));
    SHOW(SSL_CTX_sess_cache_full(contexts[which]));
    if (as_table)
        show_table(contexts[which]);
    show_freed();
}

static void sequence(void)
{
    numbered_begin();
    as_table = below(3) == 0;
    for (int i = 0; i < CONTEXTS; i++)
        exchange(i);
    for (int i = 0; i < SLOTS; i++)
        fill(&slots[i]);
    for (int i = 0; i < OPERATIONS; i++)
        operate();
    for (int i = 0; i < SLOTS; i++) {
        SSL_SESSION_free(slots[i].session);
        slots[i] = (struct slot){ NULL, NULL };
    }
    for (int i = 0; i < CONTEXTS; i++) {
        SSL_CTX_free(contexts[i]);
        contexts[i] = NULL;
    }
    show_freed();
}

DRAWN_MAIN(the_same_operations_have_the_same_results, 100, (void)0, sequence)
