/*
 * Calls on one client and one server drawn at random: handshakes in steps, data, closing, clearing and connecting
 * again, sessions set and taken. What each call returns, the state of the connections after it, and the fate of
 * their sessions is as with the system's libssl (S1, S2, S13, S19 to S30, S94).
 *
 * A worker makes the same calls on each library, with the library at both ends, and writes down what came
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
    STORED = 6,
    OPERATIONS = 60
};

static struct pair pair;
static const struct protocol *protocol;
static SSL_SESSION *stored[STORED];

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    if (is_numbered(session))
        fprintf(report, "  %s's session %ld removed\n", context == pair.client_ctx ? "client" : "server",
                number_of(session));
}

static void show_state(const char *name, SSL *ssl, SSL_CTX *context)
{
    SSL_SESSION *session = SSL_get_session(ssl);

    fprintf(report, "  %s: session %ld%s, reused %d, shutdown %d, %s%s%s, pending %d, holds %ld\n", name,
            number_of(session), session == NULL ? "" : SSL_SESSION_is_resumable(session) ? ", resumable"
                                                                                         : "",
            SSL_session_reused(ssl), SSL_get_shutdown(ssl), SSL_in_before(ssl) ? "before " : "",
            SSL_in_init(ssl) ? "in init " : "", SSL_is_init_finished(ssl) ? "finished" : "", SSL_pending(ssl),
            SSL_CTX_sess_number(context));
}

/* What a call returned, and its SSL_get_error(). Returns the reason, 0 for none. */
static int show_result(const char *what, SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);
    int reason = error == SSL_ERROR_SSL ? ERR_GET_REASON(ERR_peek_error()) : 0;

    fprintf(report, "%s by %s = %d, error %d", what, SSL_is_server(ssl) ? "server" : "client", result, error);
    if (reason != 0)
        fprintf(report, ", reason %d", reason);
    fprintf(report, "\n");
    ERR_clear_error();
    return reason;
}

static void join(void)
{
    pair_open(&pair);
    show_state("client", pair.client, pair.client_ctx);
}

static void begin(void)
{
    protocol = below(2) == 0 ? &TLS12 : &TLS13;
    pair_init(&pair, protocol);
    fprintf(report, "-- %s\n", protocol->name);
    if (below(2) == 0)
        SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SHOW(SSL_CTX_set_num_tickets(pair.server_ctx, below(3)));
    SHOW(SSL_CTX_set_session_cache_mode(pair.client_ctx, below(2) == 0 ? SSL_SESS_CACHE_CLIENT : SSL_SESS_CACHE_OFF));
    SSL_CTX_sess_set_remove_cb(pair.client_ctx, on_remove);
    SSL_CTX_sess_set_remove_cb(pair.server_ctx, on_remove);
    join();
}

static void end(void)
{
    pair_drop(&pair);
    for (int i = 0; i < STORED; i++) {
        SSL_SESSION_free(stored[i]);
        stored[i] = NULL;
    }
    pair_free(&pair);
    show_freed();
}

static void renew(void)
{
    fprintf(report, "new ones\n");
    pair_drop(&pair);
    join();
}

/* Both again, with nothing on the way: as they are, or as new. */
static void again(void)
{
    bool begun = SSL_in_init(pair.client) && !SSL_in_before(pair.client);

    /* Of a client in the middle of a handshake OpenSSL would offer the unfinished session. */
    if (below(3) == 0 || begun) {
        renew();
        return;
    }
    SHOW(SSL_clear(pair.client));
    SHOW(SSL_clear(pair.server));
    BIO_reset(pair.to_client);
    BIO_reset(pair.to_server);
    if (below(3) == 0) {
        SSL_set_connect_state(pair.client);
        SSL_set_accept_state(pair.server);
    }
}

static void connect_both(void)
{
    struct outcome client, server;

    pair_try_handshake(&pair, &client, &server);
    shown("client", client.ret);
    shown("server", server.ret);
    ERR_clear_error();
}

static SSL *either(void)
{
    return below(2) == 0 ? pair.client : pair.server;
}

static void write_some(SSL *ssl)
{
    char bytes[50];

    memset(bytes, 'b', sizeof(bytes));
    show_result("write", ssl, SSL_write(ssl, bytes, 1 + (int)below(50)));
}

static void read_some(SSL *ssl)
{
    char bytes[50];
    int length = 1 + (int)below(50);

    /* After a close SSL_peek() of OpenSSL leaves the error of an earlier call. */
    if (below(4) == 0 && !(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN))
        show_result("peek", ssl, SSL_peek(ssl, bytes, length));
    else
        show_result("read", ssl, SSL_read(ssl, bytes, length));
}

/* Where OpenSSL ends the connection, Reprise lets what has come be read (docs/differences.md). */
static void shut_down(SSL *ssl)
{
    if (show_result("shutdown", ssl, SSL_shutdown(ssl)) == SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY)
        renew();
}

static void take_session(SSL *ssl)
{
    SSL_SESSION **place = &stored[below(STORED)];

    /* OpenSSL would offer an unfinished one. */
    if (SSL_in_init(ssl))
        return;
    SSL_SESSION_free(*place);
    *place = SSL_get1_session(ssl);
    shown("taken", number_of(*place));
}

static void give_session(void)
{
    SSL_SESSION *session = below(5) == 0 ? NULL : stored[below(STORED)];

    /* Later OpenSSL would go on with it. */
    if (!SSL_in_before(pair.client))
        return;
    fprintf(report, "give %ld\n", number_of(session));
    SHOW(SSL_set_session(pair.client, session));
}

static void set_shutdown(SSL *ssl)
{
    int mode = (int)below(4);

    /* Before that OpenSSL takes it for what has happened. */
    if (!SSL_is_init_finished(ssl))
        return;
    /* After close_notify Reprise writes no more, whatever is claimed. */
    mode |= SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN;
    fprintf(report, "set shutdown %d\n", mode);
    SSL_set_shutdown(ssl, mode);
}

static void operate(void)
{
    SSL *ssl = either();

    ERR_clear_error();
    switch (below(22)) {
    case 0:
    case 1:
    case 2:
    case 3:
        connect_both();
        break;
    case 4:
    case 5:
        show_result("handshake", ssl, SSL_do_handshake(ssl));
        break;
    case 6:
    case 7:
        write_some(ssl);
        break;
    case 8:
    case 9:
    case 10:
        read_some(ssl);
        break;
    case 11:
    case 12:
        shut_down(ssl);
        break;
    case 13:
        if (below(3) == 0)
            set_shutdown(ssl);
        break;
    case 14:
    case 15:
        take_session(ssl);
        break;
    case 16:
    case 17:
        give_session();
        break;
    case 18:
        if (below(4) == 0)
            SSL_set_quiet_shutdown(ssl, (int)below(2));
        break;
    case 19:
    case 20:
    case 21:
        again();
        break;
    }
    show_state("client", pair.client, pair.client_ctx);
    show_state("server", pair.server, pair.server_ctx);
    show_freed();
}

DRAWN_OPERATIONS_MAIN(the_same_calls_have_the_same_results, 100, OPERATIONS)
