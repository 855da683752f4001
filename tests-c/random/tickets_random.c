/*
 * Tickets drawn at random: what the callbacks for keys and for tickets answer, keys that change, application data,
 * how many tickets there are, damaged ones. What is resumed and renewed, what fails and why, what callbacks are given
 * and what the sessions hold is as with the system's libssl (S73 to S81, S112, S114).
 *
 * A worker makes the same connections on each library, with the library at both ends, and writes down what came
 * of them; the two reports must be equal.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "drawn.h"
#include "numbered.h"
#include "pair.h"
#include "steady_clock.h"
#include "worker.h"

enum {
    STORED = 6,
    OPERATIONS = 30
};

static struct pair pair;
static bool tls13;
static SSL_SESSION *stored[STORED];

/* ---- What the callbacks answer. ---- */

static int seals, opens, renews;
static unsigned char key_of_today;

static int on_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                  int encrypt)
{
    unsigned char key[32];
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    (void)ssl;
    fprintf(report, "  asked for a key, %s\n", encrypt ? "to seal" : "to open");
    if (encrypt && seals != 1)
        return seals;
    if (encrypt) {
        memset(name, key_of_today, 16);
        memset(iv, 'i', 16);
    }
    memset(key, name[0], sizeof(key));
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, encrypt), 1);
    if (encrypt)
        return 1;
    if (name[0] != key_of_today)
        return opens == 1 ? renews : 0;
    return opens;
}

static bool generates;
static char data_of_today[20];

static int on_generate(SSL *ssl, void *argument)
{
    CHECK(argument == data_of_today);
    show_session("ticket is made", SSL_get_session(ssl));
    shown("data", SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data_of_today, strlen(data_of_today)));
    return generates;
}

static SSL_TICKET_RETURN usual, renewed, otherwise;

static SSL_TICKET_RETURN on_ticket(SSL *ssl, SSL_SESSION *session, const unsigned char *name, size_t length,
                                   SSL_TICKET_STATUS status, void *argument)
{
    SSL_TICKET_RETURN decision =
        status == SSL_TICKET_SUCCESS ? usual : status == SSL_TICKET_SUCCESS_RENEW ? renewed
                                                                                  : otherwise;
    void *data = NULL;
    size_t size = 0;

    (void)ssl, (void)argument;
    fprintf(report, "  ticket of status %d, name of %zu, %02x\n", (int)status, length, length == 0 ? 0 : name[0]);
    show_session("in it", session);
    if (session != NULL)
        shown("data read", SSL_SESSION_get0_ticket_appdata(session, &data, &size));
    fprintf(report, "  %.*s\n", (int)size, size == 0 ? "" : (char *)data);
    /* Without the ticket that a TLS 1.2 client offers the new session has an id in OpenSSL only
     * (docs/differences.md). */
    if (decision == SSL_TICKET_RETURN_IGNORE && !tls13 && length > 0)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    return decision;
}

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    show_session(SSL_is_server(ssl) ? "server: new" : "client: new", session);
    return 0;
}

/* ---- Settings ---- */

static void choose_keys(void)
{
    unsigned char keys[80];

    key_of_today = (unsigned char)('a' + below(3));
    if (below(2) == 0) {
        SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, NULL);
        memset(keys, key_of_today, sizeof(keys));
        SHOW(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)));
        return;
    }
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, on_key);
    /* Where a TLS 1.2 server cannot make a ticket, its client learns of it later (docs/differences.md). */
    seals = often() || often() ? 1 : tls13 && below(2) == 0 ? -1
                                                            : 0;
    opens = often() ? 1 : (int)below(4) - 1;
    renews = often() ? 2 : 0;
    fprintf(report, "seals %d, opens %d, renews %d\n", seals, opens, renews);
}

static void choose_decisions(void)
{
    if (below(2) == 0) {
        SHOW(SSL_CTX_set_session_ticket_cb(pair.server_ctx, NULL, NULL, NULL));
        return;
    }
    SHOW(SSL_CTX_set_session_ticket_cb(pair.server_ctx, on_generate, on_ticket, data_of_today));
    generates = often() || often() || !tls13;
    snprintf(data_of_today, sizeof(data_of_today), "data %u", below(100));
    usual = often() ? SSL_TICKET_RETURN_USE : (SSL_TICKET_RETURN)below(5);
    renewed = often() ? SSL_TICKET_RETURN_USE_RENEW : (SSL_TICKET_RETURN)below(5);
    otherwise = often() ? SSL_TICKET_RETURN_IGNORE_RENEW : (SSL_TICKET_RETURN)below(5);
    fprintf(report, "decisions %d %d %d\n", (int)usual, (int)renewed, (int)otherwise);
}

static void begin(void)
{
    tls13 = below(2) == 0;
    pair_init(&pair, tls13 ? &TLS13 : &TLS12);
    fprintf(report, "-- %s\n", tls13 ? "TLS 1.3" : "TLS 1.2");
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, on_new);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, on_new);
    choose_keys();
    choose_decisions();
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

/* ---- Connections ---- */

/* The session with a ticket that was changed on the way, as DER lets it be done. */
static SSL_SESSION *damaged(SSL_SESSION *session)
{
    const unsigned char *ticket, *start;
    unsigned char *der = NULL, *found;
    size_t length;
    int size = i2d_SSL_SESSION(session, &der);

    SSL_SESSION_get0_ticket(session, &ticket, &length);
    found = length == 0 ? NULL : memmem(der, (size_t)size, ticket, length);
    if (found != NULL)
        found[below((unsigned)length)] ^= (unsigned char)(1 << below(8));
    start = der;
    session = d2i_SSL_SESSION(NULL, &start, size);
    CHECK(session != NULL);
    OPENSSL_free(der);
    return session;
}

static void take(SSL *client)
{
    SSL_SESSION **place = &stored[below(STORED)];

    SSL_SESSION_free(*place);
    *place = SSL_get1_session(client);
}

static void connect_once(SSL_SESSION *offer)
{
    struct outcome client, server;

    pair.offered = offer;
    fprintf(report, "offering %ld\n", number_of(offer));
    pair_open(&pair);
    if (below(4) == 0)
        SHOW(SSL_set_num_tickets(pair.server, below(4)));
    pair_try_handshake(&pair, &client, &server);
    fprintf(report, "client %d, server %d, reasons %d %d\n", client.ret, server.ret, client.reason, server.reason);
    if (client.ret == 1 && server.ret == 1) {
        shown("reused", SSL_session_reused(pair.server));
        show_session("the server has", SSL_get_session(pair.server));
        pair_settle(&pair);
        show_session("the client has", SSL_get_session(pair.client));
        if (often())
            take(pair.client);
        if (below(4) == 0) {
            SHOW(SSL_new_session_ticket(pair.server));
            SHOW(SSL_do_handshake(pair.server));
        }
        SSL_shutdown(pair.client);
        SSL_shutdown(pair.server);
    }
    pair_drop(&pair);
    ERR_clear_error();
}

static void operate(void)
{
    SSL_SESSION *session = stored[below(STORED)], *other;

    switch (below(12)) {
    case 0:
        choose_keys();
        break;
    case 1:
    case 2:
        choose_decisions();
        break;
    case 3:
        if (session != NULL) {
            other = damaged(session);
            connect_once(other);
            SSL_SESSION_free(other);
        }
        break;
    case 4:
        /* Less than the lifetime of the library's own keys. */
        steady_time += below(3000);
        break;
    default:
        connect_once(often() ? session : NULL);
        break;
    }
    show_freed();
}

DRAWN_OPERATIONS_MAIN(the_same_tickets_have_the_same_results, 60, OPERATIONS)
