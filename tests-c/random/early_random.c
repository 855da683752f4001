/*
 * Early data drawn at random: how much there is, which calls read it and when, limits, rejection, sessions used twice
 * and too late. What the calls return, what arrives, and the state of the sessions afterwards are as with the system's
 * libssl (S82, S84, S117).
 *
 * A worker makes the same connections on each library, with the library at both ends, and writes down what came
 * of them; the two reports must be equal.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "drawn.h"
#include "numbered.h"
#include "pair.h"
#include "steady_clock.h"
#include "worker.h"

enum {
    STORED = 4,
    OPERATIONS = 20,
    MOST = 3000
};

static struct pair pair;
static SSL_SESSION *stored[STORED];

static bool allows, never;

static int on_allow(SSL *ssl, void *argument)
{
    (void)ssl;
    CHECK(argument == &allows);
    fprintf(report, "  may it be: %d\n", allows);
    return allows;
}

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    show_session(SSL_is_server(ssl) ? "server: new" : "client: new", session);
    return 0;
}

static void show_result(const char *what, SSL *ssl, int result, size_t bytes)
{
    int error = SSL_get_error(ssl, result);

    fprintf(report, "%s by %s = %d, %zu bytes", what, SSL_is_server(ssl) ? "server" : "client", result, bytes);
    if (result <= 0)
        fprintf(report, ", error %d, reason %d", error, ERR_GET_REASON(ERR_peek_error()));
    fprintf(report, ", status %d, in init %d\n", SSL_get_early_data_status(ssl), SSL_in_init(ssl));
    ERR_clear_error();
}

static void choose_settings(void)
{
    static const uint32_t limits[] = { 0, 10, 1000, 16384 };

    /* Not 0 later: a client of OpenSSL takes no notice of it (docs/differences.md). */
    SHOW(SSL_CTX_set_max_early_data(pair.server_ctx, never ? 0 : limits[1 + below(3)]));
    SHOW(SSL_CTX_set_recv_max_early_data(pair.server_ctx, below(3) == 0 ? limits[below(4)] : 16384));
    if (below(2) == 0)
        SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    else
        SSL_CTX_clear_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    allows = often();
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, below(2) == 0 ? on_allow : NULL, &allows);
}

static void begin(void)
{
    pair_init(&pair, &TLS13);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, on_new);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    never = below(6) == 0;
    choose_settings();
}

static void end(void)
{
    for (int i = 0; i < STORED; i++) {
        SSL_SESSION_free(stored[i]);
        stored[i] = NULL;
    }
    pair_free(&pair);
    show_freed();
}

/* ---- The steps of a connection ---- */

static bool write_early(SSL *ssl)
{
    static const char bytes[MOST] = { 'e', 'a', 'r', 'l', 'y' };
    size_t length = 1 + below(below(3) == 0 ? MOST : 20), written = 0;
    int result = SSL_write_early_data(ssl, bytes, length, &written);

    show_result("write early", ssl, result, written);
    return result == 1;
}

/* Returns false when the server has to stop. */
static bool read_early(void)
{
    char bytes[MOST];

    for (int i = 0; i < 20; i++) {
        size_t length = 1 + below(MOST), count = 0;
        int result = SSL_read_early_data(pair.server, bytes, length, &count);

        show_result("read early", pair.server, result, count);
        if (result == SSL_READ_EARLY_DATA_ERROR)
            return SSL_get_error(pair.server, 0) != SSL_ERROR_SSL;
        if (result == SSL_READ_EARLY_DATA_FINISH)
            return true;
        if (below(4) == 0)
            write_early(pair.server);
    }
    return true;
}

static bool handshake(SSL *ssl)
{
    int result = SSL_do_handshake(ssl);
    int error = SSL_get_error(ssl, result);

    show_result("handshake", ssl, result, 0);
    return result == 1 || error == SSL_ERROR_WANT_READ;
}

static void keep(void)
{
    SSL_SESSION **place = &stored[below(STORED)];

    SSL_SESSION_free(*place);
    *place = SSL_get1_session(pair.client);
}

static void finish(bool reads)
{
    struct outcome client, server;

    for (int i = 0; i < 4; i++) {
        if (!handshake(pair.client) || (reads && !read_early()) || !handshake(pair.server))
            return;
        reads = reads && SSL_in_init(pair.server);
    }
    pair_try_handshake(&pair, &client, &server);
    fprintf(report, "client %d, server %d\n", client.ret, server.ret);
    if (client.ret != 1 || server.ret != 1)
        return;
    shown("client reused", SSL_session_reused(pair.client));
    shown("server reused", SSL_session_reused(pair.server));
    show_result("at last", pair.client, 1, 0);
    show_result("at last", pair.server, 1, 0);
    show_session("the server has", SSL_get_session(pair.server));
}

static void settle(void)
{
    char byte;

    if (SSL_in_init(pair.client) || SSL_in_init(pair.server))
        return;
    show_result("write", pair.server, SSL_write(pair.server, "s", 1), 1);
    for (int i = 0; i < 5 && SSL_read(pair.client, &byte, 1) == 1 && byte != 's'; i++)
        ;
    show_session("the client has", SSL_get_session(pair.client));
    if (often())
        keep();
    SSL_shutdown(pair.client);
    SSL_shutdown(pair.server);
}

static void connect_once(SSL_SESSION *offer)
{
    bool reads = often();

    pair.offered = offer;
    fprintf(report, "offering %ld, %s\n", number_of(offer),
            offer != NULL && SSL_SESSION_get_max_early_data(offer) > 0 ? "early data" : "none");
    pair_open(&pair);
    /* After a failure only its error counts. */
    for (unsigned i = below(3); i > 0 && write_early(pair.client); i--)
        ;
    if (!reads || read_early()) {
        finish(reads);
        settle();
    }
    pair_drop(&pair);
    ERR_clear_error();
}

/* With one that was used up the first write fails on both libraries, without a reason on OpenSSL. */
static SSL_SESSION *any_good_one(void)
{
    SSL_SESSION *session = stored[below(STORED)];

    return session != NULL && SSL_SESSION_is_resumable(session) ? session : NULL;
}

static void operate(void)
{
    switch (below(8)) {
    case 0:
        choose_settings();
        break;
    case 1:
        steady_time += below(30);
        break;
    default:
        connect_once(often() ? any_good_one() : NULL);
        break;
    }
    show_freed();
}

DRAWN_OPERATIONS_MAIN(the_same_early_data_has_the_same_results, 60, OPERATIONS)
