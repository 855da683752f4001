/*
 * Handshakes drawn at random, with cache modes, sizes, timeouts, tickets and callbacks drawn at random too:
 * what is resumed, which sessions callbacks are given, what the caches hold and count, and when sessions are
 * freed, is as with the system's libssl (S33 to S59, S91, S100, S121).
 *
 * A worker makes the same connections on each library, with the library at both ends, and writes down what came
 * of them; the two reports must be equal.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "call_report.h"
#include "drawn.h"
#include "numbered.h"
#include "pair.h"
#include "steady_clock.h"
#include "worker.h"

enum {
    STORED = 12,
    SERVERS = 2,
    OPERATIONS = 40
};

static struct pair pair;
static SSL_CTX *servers[SERVERS];

/* ---- Sessions ---- */

/* What an application keeps: references, by place. Each server has its own, since OpenSSL's list breaks when a
 * session is in the caches of two contexts. */
struct store {
    SSL_SESSION *sessions[STORED];
    unsigned next;
};

static struct store servers_stores[SERVERS], clients_store;

static struct store *store_of(const SSL_CTX *server)
{
    return &servers_stores[server == servers[1]];
}

/* Takes over the reference. */
static void keep(struct store *store, SSL_SESSION *session)
{
    SSL_SESSION **place = &store->sessions[store->next++ % STORED];

    SSL_SESSION_free(*place);
    *place = session;
}

/* Often one of the latest. */
static SSL_SESSION *any_of(const struct store *store)
{
    unsigned back = 1 + below(often() ? 3 : STORED);

    return store->sessions[(store->next + STORED - back) % STORED];
}

static void clear(struct store *store)
{
    for (int i = 0; i < STORED; i++)
        SSL_SESSION_free(store->sessions[i]);
    *store = (struct store){ .next = 0 };
}

/* ---- Callbacks ---- */

static bool client_keeps, server_keeps, get_copies;

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    bool server = SSL_is_server(ssl);
    bool keeps = server ? server_keeps : client_keeps;

    show_session(server ? "server: new" : "client: new", session);
    if (keeps)
        keep(server ? store_of(SSL_get_SSL_CTX(ssl)) : &clients_store, session);
    return keeps;
}

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    fprintf(report, "  %s", context == pair.client_ctx ? "client" : "server");
    show_session("removed", session);
}

static SSL_SESSION *on_get(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    const struct store *store = store_of(SSL_get_SSL_CTX(ssl));
    SSL_SESSION *found = NULL;

    for (int i = 0; i < STORED && found == NULL; i++) {
        SSL_SESSION *candidate = store->sessions[i];
        unsigned size = 0;
        const unsigned char *name = candidate == NULL ? NULL : SSL_SESSION_get_id(candidate, &size);

        if (name != NULL && size == (unsigned)length && memcmp(name, id, size) == 0)
            found = candidate;
    }
    show_session("server asks for", found);
    *copy = get_copies;
    if (found != NULL && !get_copies)
        CHECK_EQ(SSL_SESSION_up_ref(found), 1);
    return found;
}

static int refuse_protocols(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                            unsigned in_length, void *argument)
{
    (void)ssl, (void)out, (void)length, (void)in, (void)in_length, (void)argument;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* ---- Contexts ---- */

static void show_counters(const char *name, SSL_CTX *context)
{
    fprintf(report,
            "  %s: holds %ld, connect %ld %ld, accept %ld %ld, hits %ld, from callback %ld, misses %ld, timeouts %ld, full %ld\n",
            name, SSL_CTX_sess_number(context), SSL_CTX_sess_connect(context), SSL_CTX_sess_connect_good(context),
            SSL_CTX_sess_accept(context), SSL_CTX_sess_accept_good(context), SSL_CTX_sess_hits(context),
            SSL_CTX_sess_cb_hits(context), SSL_CTX_sess_misses(context), SSL_CTX_sess_timeouts(context),
            SSL_CTX_sess_cache_full(context));
}

static const char *name_of(const SSL_CTX *context)
{
    return context == pair.client_ctx ? "client" : context == servers[0] ? "server 0"
                                                                         : "server 1";
}

static void choose_mode(SSL_CTX *context)
{
    static const long flags[] = { SSL_SESS_CACHE_NO_AUTO_CLEAR, SSL_SESS_CACHE_NO_INTERNAL_LOOKUP,
                                  SSL_SESS_CACHE_NO_INTERNAL_STORE, SSL_SESS_CACHE_UPDATE_TIME };
    static const long roles[] = { SSL_SESS_CACHE_OFF, SSL_SESS_CACHE_CLIENT, SSL_SESS_CACHE_SERVER,
                                  SSL_SESS_CACHE_BOTH, SSL_SESS_CACHE_BOTH, SSL_SESS_CACHE_BOTH };
    long mode = roles[below(6)];

    for (int i = 0; i < 4; i++)
        mode |= often() ? 0 : flags[i];
    fprintf(report, "mode of %s: %lx\n", name_of(context), mode);
    SHOW(SSL_CTX_set_session_cache_mode(context, mode));
}

static void choose_callbacks(SSL_CTX *context)
{
    fprintf(report, "callbacks of %s\n", name_of(context));
    SSL_CTX_sess_set_new_cb(context, often() ? on_new : NULL);
    SSL_CTX_sess_set_remove_cb(context, often() ? on_remove : NULL);
    if (context != pair.client_ctx)
        SSL_CTX_sess_set_get_cb(context, often() ? on_get : NULL);
    client_keeps = often();
    server_keeps = often();
    get_copies = often();
}

static void choose_tickets(SSL_CTX *context)
{
    static const size_t numbers[] = { 0, 1, 2, 2, 3 };

    fprintf(report, "tickets of %s\n", name_of(context));
    SHOW(SSL_CTX_set_num_tickets(context, numbers[below(5)]));
}

static void choose_id_context(SSL_CTX *context)
{
    const char *name = below(6) != 0 ? "one" : "two";

    fprintf(report, "id context of %s: %s\n", name_of(context), name);
    SHOW(SSL_CTX_set_session_id_context(context, (const unsigned char *)name, 3));
}

/* What stays for all of a sequence. */
struct setting {
    const struct protocol *protocol; /* NULL for both */
    bool without_tickets;
    bool early_data, replays;
    bool client_certificates;
    bool one_server;
};

static struct setting setting;

static void choose_setting(void)
{
    static const struct protocol *const protocols[] = { &TLS12, &TLS13, NULL };

    setting = (struct setting){
        .protocol = protocols[below(3)],
        .without_tickets = below(2) == 0,
        .early_data = below(4) == 0,
        .replays = below(2) == 0,
        .client_certificates = below(4) == 0,
        .one_server = below(2) == 0,
    };
    fprintf(report, "-- %s,%s%s%s%s\n", setting.protocol == NULL ? "both" : setting.protocol->name,
            setting.without_tickets ? " no tickets," : "", setting.early_data ? " early data," : "",
            setting.replays ? " replays," : "", setting.client_certificates ? " client certificates" : "");
}

static void set_up_server(SSL_CTX *server)
{
    static unsigned char keys[80] = "keys of tickets that both servers have, so that one opens the other's.";

    SHOW(SSL_CTX_set_tlsext_ticket_keys(server, keys, sizeof(keys)));
    if (setting.without_tickets)
        SSL_CTX_set_options(server, SSL_OP_NO_TICKET);
    if (setting.replays)
        SSL_CTX_set_options(server, SSL_OP_NO_ANTI_REPLAY);
    if (setting.early_data)
        SHOW(SSL_CTX_set_max_early_data(server, 1000));
    if (setting.client_certificates) {
        SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        trust(server, pki_ca());
    }
    if (setting.protocol == NULL)
        SHOW(SSL_CTX_set_min_proto_version(server, TLS1_2_VERSION));
    SSL_CTX_set_alpn_select_cb(server, refuse_protocols, NULL);
    choose_id_context(server);
    choose_callbacks(server);
    choose_mode(server);
    choose_tickets(server);
}

static void begin(void)
{
    choose_setting();
    pair_init(&pair, setting.protocol == NULL ? &TLS13 : setting.protocol);
    servers[0] = pair.server_ctx;
    servers[1] = server_context(setting.protocol == NULL ? &TLS13 : setting.protocol);
    for (int i = 0; i < SERVERS; i++)
        set_up_server(servers[i]);
    if (setting.client_certificates)
        use_credentials(pair.client_ctx, pki_client());
    if (setting.protocol == NULL)
        SHOW(SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION));
    choose_callbacks(pair.client_ctx);
    SHOW(SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_BOTH));
}

static void end(void)
{
    clear(&clients_store);
    for (int i = 0; i < SERVERS; i++)
        clear(&servers_stores[i]);
    pair.server_ctx = servers[0];
    pair_free(&pair);
    SSL_CTX_free(servers[1]);
    show_freed();
}

/* ---- Operations ---- */

static void close_somehow(void)
{
    switch (below(6)) {
    case 0:
        fprintf(report, "dropped\n");
        pair_drop(&pair);
        break;
    case 1:
        fprintf(report, "closed by the server only\n");
        SSL_shutdown(pair.server);
        pair_drop(&pair);
        break;
    case 2:
        fprintf(report, "closed quietly\n");
        SSL_set_quiet_shutdown(pair.client, 1);
        SSL_set_quiet_shutdown(pair.server, 1);
        SSL_shutdown(pair.client);
        SSL_shutdown(pair.server);
        pair_drop(&pair);
        break;
    default:
        fprintf(report, "closed\n");
        pair_close(&pair);
        break;
    }
}

static int never_resumable(SSL *ssl, int forward_secure)
{
    (void)ssl, (void)forward_secure;
    return 1;
}

/* What is set on one connection. */
static void set_up_connection(void)
{
    static const size_t numbers[] = { 0, 1, 2, 4 };

    if (setting.protocol == NULL && below(3) == 0)
        SHOW(SSL_set_max_proto_version(pair.client, TLS1_2_VERSION));
    if (below(10) == 0)
        SHOW(SSL_set_session_id_context(pair.server, (const unsigned char *)"own", 3));
    if (below(10) == 0)
        SHOW(SSL_set_num_tickets(pair.server, numbers[below(4)]));
    if (below(12) == 0) {
        fprintf(report, "not resumable\n");
        SSL_set_not_resumable_session_callback(pair.server, never_resumable);
    }
    if (below(15) == 0)
        SHOW(SSL_set1_host(pair.client, "wrong.example"));
    if (below(20) == 0)
        SHOW(SSL_set_session(pair.client, NULL));
    /* The server ends the handshake when it knows what is resumed. */
    if (below(20) == 0 && setting.protocol == &TLS12)
        SHOW(SSL_set_alpn_protos(pair.client, (const unsigned char *)"\1x", 2));
}

/* The session as it comes back from a file. */
static void stored_and_read(void)
{
    unsigned char *der = NULL;
    int length = i2d_SSL_SESSION(pair.offered, &der);
    const unsigned char *start = der;

    CHECK(length > 0);
    pair.offered = d2i_SSL_SESSION(NULL, &start, length);
    CHECK(pair.offered != NULL);
    show_session("read", pair.offered);
    keep(&clients_store, pair.offered);
    OPENSSL_free(der);
}

static bool handshake(void)
{
    struct outcome client, server;

    pair_try_handshake(&pair, &client, &server);
    if (client.ret == 1 && server.ret == 1)
        return true;
    shown("client", client.ret);
    shown("server", server.ret);
    shown("client's reason", client.reason);
    pair_drop(&pair);
    return false;
}

static void connect_somehow(void)
{
    int which = setting.one_server ? 0 : (int)below(SERVERS);

    pair.server_ctx = servers[which];
    pair.offered = often() ? any_of(&clients_store) : NULL;
    fprintf(report, "connect to %d, offering %ld\n", which, number_of(pair.offered));
    if (pair.offered != NULL && below(5) == 0)
        stored_and_read();
    pair_open(&pair);
    set_up_connection();
    if (!handshake())
        return;
    show_session("the server has", SSL_get_session(pair.server));
    show_session("the client has", SSL_get_session(pair.client));
    SHOW(SSL_version(pair.client));
    SHOW(SSL_session_reused(pair.client));
    SHOW(SSL_session_reused(pair.server));
    pair_settle(&pair);
    show_session("the client has, settled", SSL_get_session(pair.client));
    if (below(6) == 0) {
        SHOW(SSL_new_session_ticket(pair.server));
        pair_settle(&pair);
        show_session("the server has now", SSL_get_session(pair.server));
        show_session("the client has now", SSL_get_session(pair.client));
    }
    if (below(3) == 0)
        keep(store_of(servers[which]), SSL_get1_session(pair.server));
    if (often())
        keep(&clients_store, SSL_get1_session(pair.client));
    close_somehow();
}

/* Sessions may expire, but not in a TLS 1.3 server's cache: OpenSSL leaves what it finds expired there
 * (docs/differences.md). */
static bool may_expire(void)
{
    return setting.protocol == &TLS12 || (!setting.without_tickets && !setting.early_data);
}

static void pass_time(void)
{
    unsigned seconds = below(3) == 0 ? below(3) : below(1500);

    if (!may_expire())
        return;
    fprintf(report, "%u seconds pass\n", seconds);
    steady_time += seconds;
}

static void age(SSL_SESSION *session)
{
    if (session == NULL)
        return;
    fprintf(report, "%ld becomes old\n", number_of(session));
    SSL_SESSION_set_time(session, 1000);
}

static void operate(void)
{
    SSL_CTX *context = servers[below(SERVERS)];
    SSL_SESSION *session = any_of(store_of(context));

    switch (below(20)) {
    case 0:
        choose_mode(context);
        break;
    case 1:
        choose_callbacks(below(3) == 0 ? pair.client_ctx : context);
        break;
    case 2:
        choose_tickets(context);
        break;
    case 3:
        choose_id_context(context);
        break;
    case 4:
        if (may_expire())
            age(session);
        break;
    case 5:
        if (below(4) == 0)
            age(any_of(&clients_store));
        break;
    case 6:
        fprintf(report, "remove %ld\n", number_of(session));
        SHOW(SSL_CTX_remove_session(context, session));
        break;
    case 7:
        context = below(2) == 0 ? context : pair.client_ctx;
        fprintf(report, "size of %s\n", name_of(context));
        SHOW(SSL_CTX_sess_set_cache_size(context, below(6)));
        break;
    case 8:
        fprintf(report, "timeout of %s\n", name_of(context));
        SHOW(SSL_CTX_set_timeout(context, 1000 + 1000 * (long)below(5)));
        break;
    case 9:
        choose_mode(pair.client_ctx);
        break;
    case 10:
        fprintf(report, "flush %s\n", name_of(context));
        SSL_CTX_flush_sessions(context, below(2) == 0 ? 100000 : (long)steady_time);
        break;
    case 11:
        pass_time();
        break;
    default:
        connect_somehow();
        break;
    }
    show_counters("client", pair.client_ctx);
    show_counters("server 0", servers[0]);
    show_counters("server 1", servers[1]);
    show_freed();
}

DRAWN_OPERATIONS_MAIN(the_same_connections_have_the_same_results, 60, OPERATIONS)
