/*
 * Settings and controls of sessions on SSL_CTX and SSL with arguments at and beyond their limits, and
 * in states that they are not meant for: each answers as the system's libssl does (S1, S49, S69, S75,
 * S80, S121).
 *
 * A worker makes the calls on each library and writes down the result of each; the two reports must
 * be equal. Calls that crash OpenSSL are in session_null.c.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "der.h"
#include "pair.h"
#include "worker.h"

/* ---- SSL_CTX ---- */

static SSL_SESSION *no_session(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)ssl, (void)id, (void)length, (void)copy;
    return NULL;
}

static int take_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl, (void)session;
    return 0;
}

static void lose_session(SSL_CTX *context, SSL_SESSION *session)
{
    (void)context, (void)session;
}

static void id_contexts(SSL_CTX *context)
{
    static const unsigned lengths[] = { 0, 32, 33, 1, UINT_MAX };
    SSL *ssl = SSL_new(context);

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        SHOW(SSL_CTX_set_session_id_context(context, large, lengths[i]));
        SHOW(SSL_set_session_id_context(ssl, large, lengths[i]));
    }
    SHOW(SSL_CTX_set_session_id_context(context, NULL, 0));
    SHOW(SSL_set_session_id_context(ssl, NULL, 0));
    for (unsigned length = 0; length < 40; length++)
        SHOW(SSL_has_matching_session_id(ssl, large, length));
    SHOW(SSL_has_matching_session_id(ssl, NULL, 0));
    SSL_free(ssl);
}

static void limits_of_contexts(SSL_CTX *context)
{
    static const long values[] = { 0, 1, -1, 100000, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, 7 };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        SHOW(SSL_CTX_set_timeout(context, values[i]));
        SHOW(SSL_CTX_get_timeout(context));
        SHOW(SSL_CTX_sess_set_cache_size(context, values[i]));
        SHOW(SSL_CTX_sess_get_cache_size(context));
        SHOW(SSL_CTX_set_session_cache_mode(context, values[i]));
        SHOW(SSL_CTX_get_session_cache_mode(context));
        SHOW(SSL_CTX_set_num_tickets(context, (size_t)values[i]));
        SHOW(SSL_CTX_get_num_tickets(context));
        SHOW(SSL_CTX_set_max_early_data(context, (uint32_t)values[i]));
        SHOW(SSL_CTX_get_max_early_data(context));
        SHOW(SSL_CTX_set_recv_max_early_data(context, (uint32_t)values[i]));
        SHOW(SSL_CTX_get_recv_max_early_data(context));
    }
    SHOW(SSL_CTX_set_timeout(NULL, 1));
    SHOW(SSL_CTX_get_timeout(NULL));
}

static void callbacks_of_contexts(SSL_CTX *context)
{
    SHOW_IS(SSL_CTX_sess_get_new_cb(context));
    SHOW_IS(SSL_CTX_sess_get_get_cb(context));
    SHOW_IS(SSL_CTX_sess_get_remove_cb(context));
    SHOW_DONE(SSL_CTX_sess_set_new_cb(context, take_session));
    SHOW_DONE(SSL_CTX_sess_set_get_cb(context, no_session));
    SHOW_DONE(SSL_CTX_sess_set_remove_cb(context, lose_session));
    SHOW(SSL_CTX_sess_get_new_cb(context) == take_session);
    SHOW(SSL_CTX_sess_get_get_cb(context) == no_session);
    SHOW(SSL_CTX_sess_get_remove_cb(context) == lose_session);
    SHOW_DONE(SSL_CTX_sess_set_new_cb(context, NULL));
    SHOW_DONE(SSL_CTX_sess_set_get_cb(context, NULL));
    SHOW_DONE(SSL_CTX_sess_set_remove_cb(context, NULL));
    SHOW_IS(SSL_CTX_sess_get_new_cb(context));
    SHOW_IS(SSL_CTX_sess_get_get_cb(context));
    SHOW_IS(SSL_CTX_sess_get_remove_cb(context));
    SHOW_DONE(SSL_CTX_set_not_resumable_session_callback(context, NULL));
    SHOW(SSL_CTX_set_generate_session_id(context, NULL));
    SHOW(SSL_CTX_set_session_ticket_cb(context, NULL, NULL, NULL));
    SHOW(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, NULL));
    SHOW(SSL_CTX_set_tlsext_ticket_key_cb(context, NULL));
    SHOW_DONE(SSL_CTX_set_allow_early_data_cb(context, NULL, NULL));
    SHOW_DONE(SSL_CTX_set_psk_find_session_callback(context, NULL));
    SHOW_DONE(SSL_CTX_set_psk_use_session_callback(context, NULL));
}

static void ticket_keys(SSL_CTX *context)
{
    unsigned char keys[100];

    SHOW(SSL_CTX_set_tlsext_ticket_keys(context, NULL, 0));
    SHOW(SSL_CTX_set_tlsext_ticket_keys(context, NULL, 80));
    SHOW(SSL_CTX_get_tlsext_ticket_keys(context, NULL, 0));
    SHOW(SSL_CTX_get_tlsext_ticket_keys(context, NULL, 5));
    for (int length = -1; length < 100; length++)
        SHOW(SSL_CTX_set_tlsext_ticket_keys(context, large, length));
    for (int length = -1; length < 100; length++) {
        memset(keys, 0xee, sizeof(keys));
        SHOW(SSL_CTX_get_tlsext_ticket_keys(context, keys, length));
        show_bytes("keys", keys + 60, 40);
    }
}

static void cache_of_a_context(SSL_CTX *context)
{
    SSL_SESSION *session = SSL_SESSION_new();

    SHOW(SSL_CTX_remove_session(context, NULL));
    SHOW(SSL_CTX_remove_session(context, session)); /* without an id */
    SHOW(SSL_CTX_add_session(context, session));
    SHOW(SSL_CTX_add_session(context, session));
    SHOW(SSL_CTX_sess_number(context));
    SHOW(SSL_CTX_remove_session(context, session));
    SHOW(SSL_CTX_sess_number(context));
    SHOW_DONE(SSL_CTX_flush_sessions(context, LONG_MAX));
    SHOW_DONE(SSL_CTX_flush_sessions(context, LONG_MIN));
    SHOW_DONE(SSL_CTX_flush_sessions(context, -1));
    SHOW_DONE(SSL_CTX_flush_sessions(context, 0));
    SHOW(SSL_CTX_sess_number(context));
    SHOW_IS(SSL_CTX_sessions(context));
    SSL_SESSION_free(session);
}

/* The counters, and the other controls of sessions, also on no context and with odd arguments. */
static void controls(SSL_CTX *context)
{
    static const long values[] = { 0, 1, -1, LONG_MAX };
    static const int others[] = { SSL_CTRL_SET_SESS_CACHE_SIZE, SSL_CTRL_GET_SESS_CACHE_SIZE,
                                  SSL_CTRL_SET_SESS_CACHE_MODE, SSL_CTRL_GET_SESS_CACHE_MODE,
                                  SSL_CTRL_SET_TLSEXT_TICKET_KEYS,
                                  SSL_CTRL_GET_TLSEXT_TICKET_KEYS };
    SSL *ssl = SSL_new(context);

    for (int control = SSL_CTRL_SESS_NUMBER; control <= SSL_CTRL_SESS_CACHE_FULL; control++) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            SHOW(SSL_CTX_ctrl(context, control, values[i], NULL));
            SHOW(SSL_CTX_ctrl(context, control, values[i], large));
        }
        SHOW(SSL_CTX_ctrl(NULL, control, 0, NULL));
        SHOW(SSL_ctrl(ssl, control, 0, NULL));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        SHOW(SSL_CTX_ctrl(NULL, others[i], 0, NULL));
        SHOW(SSL_ctrl(ssl, others[i], 0, NULL));
    }
    SHOW(SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEY_CB, NULL));
    SHOW(SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_NOT_RESUMABLE_SESS_CB, NULL));
    SHOW(SSL_callback_ctrl(ssl, SSL_CTRL_SET_NOT_RESUMABLE_SESS_CB, NULL));
    SHOW(SSL_callback_ctrl(ssl, SSL_CTRL_SET_TLSEXT_TICKET_KEY_CB, NULL));
    SSL_free(ssl);
}

static void contexts(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    controls(context);
    id_contexts(context);
    callbacks_of_contexts(context);
    ticket_keys(context);
    cache_of_a_context(context);
    limits_of_contexts(context);
    SSL_CTX_free(context);
}

/* ---- SSL ---- */

static void show_connection(SSL *ssl)
{
    SSL_SESSION *session = SSL_get1_session(ssl);

    SHOW(session == SSL_get_session(ssl));
    SHOW_IS(session);
    if (session != NULL) {
        SHOW(SSL_SESSION_is_resumable(session));
        SHOW(SSL_get_negotiated_group(ssl)); /* OpenSSL looks into the session */
    }
    SSL_SESSION_free(session);
    SHOW(SSL_session_reused(ssl));
    SHOW(SSL_get_default_timeout(ssl));
    SHOW(SSL_get_extms_support(ssl));
    SHOW(SSL_get_early_data_status(ssl));
    SHOW(SSL_get_num_tickets(ssl));
    SHOW(SSL_get_max_early_data(ssl));
    SHOW(SSL_get_recv_max_early_data(ssl));
}

static void settings_of_a_connection(SSL *ssl)
{
    static const long values[] = { 0, 1, -1, 100000, INT_MAX, 2 };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        SHOW(SSL_set_num_tickets(ssl, (size_t)values[i]));
        SHOW(SSL_get_num_tickets(ssl));
        SHOW(SSL_set_max_early_data(ssl, (uint32_t)values[i]));
        SHOW(SSL_get_max_early_data(ssl));
        SHOW(SSL_set_recv_max_early_data(ssl, (uint32_t)values[i]));
        SHOW(SSL_get_recv_max_early_data(ssl));
    }
    SHOW(SSL_set_max_early_data(ssl, 0));
    SHOW(SSL_set_recv_max_early_data(ssl, 16384));
    SHOW_DONE(SSL_set_not_resumable_session_callback(ssl, NULL));
    SHOW(SSL_set_generate_session_id(ssl, NULL));
    SHOW_DONE(SSL_set_allow_early_data_cb(ssl, NULL, NULL));
    SHOW_DONE(SSL_set_psk_find_session_callback(ssl, NULL));
    SHOW_DONE(SSL_set_psk_use_session_callback(ssl, NULL));
}

static void host_names(SSL *ssl)
{
    static const size_t lengths[] = { 0, 1, 255, 256, 1000 };
    char name[1001];

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const char *kept;

        memset(name, 'n', sizeof(name));
        name[lengths[i]] = '\0';
        SHOW(SSL_set_tlsext_host_name(ssl, name));
        kept = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        show_bytes("name", kept, kept != NULL ? strlen(kept) : 0);
    }
    SHOW(SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, 1, "name"));
    SHOW(SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, -1, "name"));
    SHOW(SSL_set_tlsext_host_name(ssl, NULL));
    SHOW_IS(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
    SHOW(SSL_set_tlsext_host_name(ssl, "localhost"));
    SHOW(SSL_get_servername_type(ssl));
}

static void odd_sessions(SSL *ssl, SSL_CTX *context)
{
    static const int versions[] = { 0, 0x0300, TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION,
                                    DTLS1_2_VERSION, 0x7fff };
    SSL *other = SSL_new(context);

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        SSL_SESSION *session = SSL_SESSION_new();

        SSL_SESSION_set_protocol_version(session, versions[i]);
        SHOW(SSL_set_session(ssl, session));
        SHOW(SSL_get_session(ssl) == session);
        SHOW(SSL_set_session(ssl, session));
        SHOW(SSL_copy_session_id(other, ssl));
        SHOW(SSL_get_session(other) == session);
        SHOW(SSL_get_verify_result(ssl));
        SSL_SESSION_free(session);
    }
    SHOW(SSL_set_session(ssl, NULL));
    SHOW(SSL_copy_session_id(other, ssl));
    SHOW_IS(SSL_get_session(other));
    show_connection(ssl);
    SSL_free(other);
}

static void connections_over(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    show_connection(pair.client);
    show_connection(pair.server);
    settings_of_a_connection(pair.client);
    settings_of_a_connection(pair.server);
    host_names(pair.client);
    SHOW(SSL_new_session_ticket(pair.client));
    SHOW(SSL_new_session_ticket(pair.server));
    odd_sessions(pair.client, pair.client_ctx);
    odd_sessions(pair.server, pair.server_ctx);
    pair_handshake(&pair);
    show_connection(pair.client);
    show_connection(pair.server);
    SHOW(SSL_new_session_ticket(pair.client));
    if (protocol->version == TLS1_2_VERSION)
        SHOW(SSL_new_session_ticket(pair.server));
    pair_settle(&pair);
    show_connection(pair.client);
    show_connection(pair.server);
    settings_of_a_connection(pair.client);
    settings_of_a_connection(pair.server);
    pair_free(&pair);
}

static void tls12_connections(void)
{
    connections_over(&TLS12);
}

static void tls13_connections(void)
{
    connections_over(&TLS13);
}

/* ---- sessions that no server has made, offered by a client ---- */

struct odd {
    const char *name;
    size_t id, key, ticket; /* lengths */
    const char *cipher;     /* "" for none */
    int version;            /* 0 for that of the context */
    long age;               /* seconds */
};

static SSL_SESSION *odd_session(const struct odd *odd, const struct protocol *protocol, SSL *ssl)
{
    struct der contents = { .length = 0 }, der;
    const unsigned char *start = der.bytes;
    SSL_SESSION *session;

    put_integer(&contents, 1);
    put_integer(&contents, (unsigned long)(odd->version ? odd->version : protocol->version));
    put_octets(&contents, EC_AES128, 2);
    put_octets(&contents, (char *)large, odd->id);
    put_octets(&contents, (char *)large, odd->key);
    put_explicit_signed(&contents, 1, (long)time(NULL) - odd->age);
    put_explicit_integer(&contents, 2, 7200);
    put_explicit_integer(&contents, 9, 7200);
    if (odd->ticket > 0)
        put_explicit_bytes(&contents, 10, large, odd->ticket);
    put_explicit_integer(&contents, 13, 1);
    wrap(&der, &contents);
    session = d2i_SSL_SESSION(NULL, &start, (long)der.length);
    CHECK(session != NULL);
    if (odd->cipher[0] != '\0')
        SSL_SESSION_set_cipher(session,
                               SSL_CIPHER_find(ssl, (const unsigned char *)odd->cipher));
    return session;
}

static void offers(const struct protocol *protocol)
{
    bool is_tls13 = protocol->version == TLS1_3_VERSION;
    const char *usual = is_tls13 ? "\x13\x02" : EC_AES128;
    /* None has a ticket and no id: OpenSSL would write the new session into it. */
    const struct odd cases[] = {
        { "usual id", 32, 48, 0, usual, 0, 0 },
        { "usual ticket", 32, 48, 200, usual, 0, 0 },
        { "no id", 0, 48, 0, usual, 0, 0 },
        { "short id", 1, 48, 0, usual, 0, 0 },
        { "short ticket", 32, 48, 1, usual, 0, 0 },
        { "long ticket", 32, 48, 3000, usual, 0, 0 },
        { "no key", 32, 0, 200, usual, 0, 0 },
        { "short key", 32, 1, 200, usual, 0, 0 },
        { "long key", 32, 512, 200, usual, 0, 0 },
        { "old", 32, 48, 200, usual, 0, 100000 },
        { "of the future", 32, 48, 200, usual, 0, -100000 },
        { "SSL 3", 32, 48, 200, usual, SSL3_VERSION, 0 },
        { "TLS 1.1", 32, 48, 200, usual, TLS1_1_VERSION, 0 },
        { "DTLS 1.2", 32, 48, 200, usual, DTLS1_2_VERSION, 0 },
        { "unknown version", 32, 48, 200, usual, 0x03ff, 0 },
        { "the other TLS 1.3 hash", 32, 32, 200, "\x13\x01", 0, 0 },
        { "RSA key exchange", 32, 48, 200, "\x00\x2f", 0, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        struct outcome client, server;
        SSL_SESSION *session;

        pair_init(&pair, protocol);
        pair_open(&pair);
        session = odd_session(&cases[i], protocol, pair.client);
        fprintf(report, "-- %s\n", cases[i].name);
        SHOW(SSL_set_session(pair.client, session));
        pair_try_handshake(&pair, &client, &server);
        shown("client", client.ret);
        shown("server", server.ret);
        shown("client's reason", client.reason);
        show_connection(pair.client);
        SHOW(SSL_get_session(pair.client) == session);
        SHOW(SSL_SESSION_is_resumable(session));
        pair_free(&pair);
        SSL_SESSION_free(session);
    }
}

static void tls12_offers(void)
{
    offers(&TLS12);
}

static void tls13_offers(void)
{
    offers(&TLS13);
}

/* DIRECTORY NAME WHAT */
static int work(int argc, char **argv)
{
    CHECK_EQ(argc, 3);
    if (strcmp(argv[2], "contexts") == 0)
        report_calls(argv[0], argv[1], contexts);
    else if (strcmp(argv[2], "offers") == 0)
        report_calls(argv[0], argv[1], tls12_offers);
    else if (strcmp(argv[2], "offers 1.3") == 0)
        report_calls(argv[0], argv[1], tls13_offers);
    else if (strcmp(argv[2], TLS12.name) == 0)
        report_calls(argv[0], argv[1], tls12_connections);
    else
        report_calls(argv[0], argv[1], tls13_connections);
    return 0;
}

/* S49, S69, S75, S121 */
static void contexts_answer_alike(void)
{
    compare_calls("contexts");
}

/* S1, S69, S80 */
static void connections_answer_alike(const struct protocol *protocol)
{
    compare_calls(protocol->name);
}

/* S15, S29 */
static void odd_sessions_have_the_same_result(const struct protocol *protocol)
{
    compare_calls(protocol->version == TLS1_2_VERSION ? "offers" : "offers 1.3");
}

WORKER_MAIN(work, TEST_EACH(odd_sessions_have_the_same_result), TEST(contexts_answer_alike), TEST_EACH(connections_answer_alike))
