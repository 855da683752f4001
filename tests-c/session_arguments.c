/*
 * Functions and controls of sessions with arguments at and beyond their limits, and in states that
 * they are not meant for: each answers as the system's libssl does (S1, S49, S64, S69, S75, S80, S88,
 * S104, S121).
 *
 * A worker makes the calls on each library and writes down what came of each; the two reports must
 * be equal. Calls that crash OpenSSL are made on Reprise only, where none may.
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "worker.h"

/* ---- reports ---- */

static FILE *report;

/* The call as it is written here, its value, and the errors of libssl that it queued. */
static void shown(const char *call, long long value)
{
    unsigned long code;

    fprintf(report, "%s = %lld", call, value);
    while ((code = ERR_get_error()) != 0) {
        /* That the DER is none is said by another library in OpenSSL. */
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) != ERR_R_ASN1_LIB)
            fprintf(report, ", error %d", ERR_GET_REASON(code));
    }
    fprintf(report, "\n");
}

#define SHOW(call) shown(#call, (long long)(call))
#define SHOW_IS(call) shown(#call " != NULL", (call) != NULL)
#define SHOW_DONE(call) ((call), shown(#call, 0))

static void show_bytes(const char *what, const void *bytes, size_t length)
{
    fprintf(report, "  %s%s (%zu)", what, bytes != NULL ? "" : " NULL", length);
    for (size_t i = 0; i < length && i < 40; i++)
        fprintf(report, " %02x", ((const unsigned char *)bytes)[i]);
    fprintf(report, "\n");
}

static unsigned char large[70000];

/* ---- SSL_SESSION ---- */

static void show_identity(SSL_SESSION *session)
{
    unsigned length = 99;
    const unsigned char *bytes = SSL_SESSION_get_id(session, &length);

    show_bytes("id", bytes, length);
    bytes = SSL_SESSION_get0_id_context(session, &length);
    show_bytes("id context", bytes, length);
    SHOW_IS(SSL_SESSION_get_id(session, NULL));
    SHOW_IS(SSL_SESSION_get0_id_context(session, NULL));
    SHOW(SSL_SESSION_is_resumable(session));
}

static void ids(SSL_SESSION *session)
{
    static const unsigned lengths[] = { 32, 1, 33, 0, 31, 34, 1000, UINT_MAX };

    show_identity(session);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        SHOW(SSL_SESSION_set1_id(session, large, lengths[i]));
        SHOW(SSL_SESSION_set1_id_context(session, large + i, lengths[i]));
        show_identity(session);
    }
    SHOW(SSL_SESSION_set1_id(session, NULL, 0));
    SHOW(SSL_SESSION_set1_id_context(session, NULL, 0));
    show_identity(session);
}

static void master_keys(SSL_SESSION *session)
{
    static const size_t lengths[] = { 48, 1, 512, 513, 0, 32, 600, SIZE_MAX };
    unsigned char key[1000];

    SHOW(SSL_SESSION_get_master_key(session, NULL, 0));
    SHOW(SSL_SESSION_get_master_key(session, key, sizeof(key)));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        SHOW(SSL_SESSION_set1_master_key(session, large + i, lengths[i]));
        SHOW(SSL_SESSION_get_master_key(session, NULL, 0));
        SHOW(SSL_SESSION_get_master_key(session, key, 0));
        memset(key, 0xee, sizeof(key));
        SHOW(SSL_SESSION_get_master_key(session, key, 20));
        show_bytes("key", key, 30);
        SHOW(SSL_SESSION_get_master_key(session, key, sizeof(key)));
    }
    SHOW(SSL_SESSION_set1_master_key(session, NULL, 0));
    SHOW(SSL_SESSION_get_master_key(session, NULL, 0));
}

static void show_names(SSL_SESSION *session)
{
    const char *host = SSL_SESSION_get0_hostname(session);
    const unsigned char *bytes = large;
    size_t length = 99;
    void *data = large;

    show_bytes("host", host, host != NULL ? strlen(host) : 0);
    SSL_SESSION_get0_alpn_selected(session, &bytes, &length);
    show_bytes("ALPN", bytes, length);
    data = large, length = 99;
    SHOW(SSL_SESSION_get0_ticket_appdata(session, &data, &length));
    show_bytes("data", data, length);
    bytes = large, length = 99;
    SSL_SESSION_get0_ticket(session, &bytes, &length);
    show_bytes("ticket", bytes, length);
    length = 99;
    SSL_SESSION_get0_ticket(session, NULL, &length);
    show_bytes("ticket", "", 0 * length);
    SHOW(SSL_SESSION_has_ticket(session));
    SHOW(SSL_SESSION_get_ticket_lifetime_hint(session));
}

static void names(SSL_SESSION *session)
{
    static char long_name[1001];

    memset(long_name, 'n', 1000);
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, ""));
    SHOW(SSL_SESSION_set1_alpn_selected(session, large, 0));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, large, 0));
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, long_name));
    SHOW(SSL_SESSION_set1_alpn_selected(session, large, 256));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, large, sizeof(large)));
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, "a.example"));
    SHOW(SSL_SESSION_set1_alpn_selected(session, (const unsigned char *)"h2", 2));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, "data", 4));
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, NULL));
    SHOW(SSL_SESSION_set1_alpn_selected(session, NULL, 5));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, NULL, 5));
    show_names(session);
}

static void numbers(SSL_SESSION *session)
{
    static const long values[] = { 0, 1, -1, 5000, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN };

    SHOW(SSL_SESSION_get_timeout(session));
    SHOW(SSL_SESSION_get_protocol_version(session));
    SHOW(SSL_SESSION_get_max_fragment_length(session));
    SHOW(SSL_SESSION_get_compress_id(session));
    SHOW_IS(SSL_SESSION_get0_cipher(session));
    SHOW_IS(SSL_SESSION_get0_peer(session));
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        SHOW(SSL_SESSION_set_time(session, values[i]));
        SHOW(SSL_SESSION_get_time(session));
        SHOW(SSL_SESSION_set_timeout(session, values[i]));
        SHOW(SSL_SESSION_get_timeout(session));
        SHOW(SSL_SESSION_set_protocol_version(session, (int)values[i]));
        SHOW(SSL_SESSION_get_protocol_version(session));
        SHOW(SSL_SESSION_set_max_early_data(session, (uint32_t)values[i]));
        SHOW(SSL_SESSION_get_max_early_data(session));
    }
    SHOW(SSL_SESSION_get_time(NULL));
    SHOW(SSL_SESSION_set_time(NULL, 1));
    SHOW(SSL_SESSION_get_timeout(NULL));
    SHOW(SSL_SESSION_set_timeout(NULL, 1));
}

static void data_of_programs(SSL_SESSION *session)
{
    int index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, NULL);

    SHOW_IS(SSL_SESSION_get_ex_data(session, index));
    SHOW(SSL_SESSION_set_ex_data(session, index, large));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index));
    SHOW(SSL_SESSION_set_ex_data(session, index, NULL));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index));
    SHOW_IS(SSL_SESSION_get_ex_data(session, -1));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index + 100));
    SHOW(SSL_SESSION_set_ex_data(session, index + 100, large));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index + 100));
}

static void bytes_of_sessions(SSL_SESSION *session)
{
    const unsigned char *start = large;
    unsigned char *end = large;
    BIO *memory = BIO_new(BIO_s_mem());

    SHOW(i2d_SSL_SESSION(NULL, NULL));
    SHOW(i2d_SSL_SESSION(session, NULL)); /* without a cipher */
    SHOW(i2d_SSL_SESSION(session, &end));
    SHOW(end == large);
    SHOW_IS(d2i_SSL_SESSION(NULL, &start, 0));
    SHOW(start == large);
    SHOW(SSL_SESSION_print(memory, NULL));
    SHOW(SSL_SESSION_print_keylog(memory, NULL));
    SHOW(SSL_SESSION_print_keylog(memory, session));
    SHOW(PEM_write_bio_SSL_SESSION(memory, session));
    SHOW_IS(PEM_read_bio_SSL_SESSION(memory, NULL, NULL, NULL));
    SHOW(BIO_ctrl_pending(memory));
    BIO_free(memory);
}

static void objects(void)
{
    SSL_SESSION *session = SSL_SESSION_new(), *copy;
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    for (size_t i = 0; i < sizeof(large); i++)
        large[i] = (unsigned char)(i * 7 + 1);
    ids(session);
    master_keys(session);
    names(session);
    data_of_programs(session);
    SSL_SESSION_set1_id(session, NULL, 0);
    SSL_SESSION_set1_master_key(session, NULL, 0);
    bytes_of_sessions(session);
    numbers(session);
    SHOW(SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, (unsigned char *)"\x13\x02")));
    SHOW(i2d_SSL_SESSION(session, NULL) > 0);
    SHOW(SSL_SESSION_set_cipher(session, NULL));
    SHOW_IS(SSL_SESSION_get0_cipher(session));
    SHOW(i2d_SSL_SESSION(session, NULL));
    SHOW(SSL_SESSION_up_ref(session));
    copy = SSL_SESSION_dup(session);
    SHOW(SSL_SESSION_get_time(copy));
    SSL_SESSION_free(copy);
    SSL_SESSION_free(session);
    SSL_SESSION_free(session);
    SSL_SESSION_free(NULL);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

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
    if (session != NULL)
        SHOW(SSL_SESSION_is_resumable(session));
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

static void connections(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    show_connection(pair.client);
    show_connection(pair.server);
    settings_of_a_connection(pair.client);
    settings_of_a_connection(pair.server);
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

/* ---- NULL where OpenSSL crashes ---- */

static void null_sessions(void)
{
    const unsigned char *bytes = large;
    unsigned length = 99;
    size_t size = 99;
    void *data = large;

    CHECK(SSL_SESSION_get_id(NULL, &length) == NULL);
    CHECK(SSL_SESSION_get0_id_context(NULL, &length) == NULL);
    CHECK_EQ(SSL_SESSION_set1_id(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_set1_id_context(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_get_master_key(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_set1_master_key(NULL, large, 1), 0);
    CHECK(SSL_SESSION_get0_hostname(NULL) == NULL);
    CHECK_EQ(SSL_SESSION_set1_hostname(NULL, "host"), 0);
    SSL_SESSION_get0_alpn_selected(NULL, &bytes, &size);
    CHECK_EQ(SSL_SESSION_set1_alpn_selected(NULL, large, 1), 0);
    SSL_SESSION_get0_ticket(NULL, &bytes, &size);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(NULL, &data, &size), 0);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_has_ticket(NULL), 0);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(NULL), 0);
    CHECK_EQ(SSL_SESSION_get_max_early_data(NULL), 0);
    CHECK_EQ(SSL_SESSION_set_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_SESSION_get_max_fragment_length(NULL), 0);
    CHECK_EQ(SSL_SESSION_get_protocol_version(NULL), 0);
    CHECK_EQ(SSL_SESSION_set_protocol_version(NULL, 1), 0);
    CHECK(SSL_SESSION_get0_cipher(NULL) == NULL);
    CHECK_EQ(SSL_SESSION_set_cipher(NULL, NULL), 0);
    CHECK_EQ(SSL_SESSION_get_compress_id(NULL), 0);
    CHECK(SSL_SESSION_get0_peer(NULL) == NULL);
    CHECK(SSL_SESSION_dup(NULL) == NULL);
    CHECK_EQ(SSL_SESSION_up_ref(NULL), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(NULL), 0);
    CHECK(SSL_SESSION_get_ex_data(NULL, 0) == NULL);
    CHECK_EQ(SSL_SESSION_set_ex_data(NULL, 0, large), 0);
    CHECK_EQ(SSL_SESSION_print(NULL, NULL), 0);
    CHECK_EQ(SSL_SESSION_print_fp(NULL, NULL), 0);
    CHECK_EQ(SSL_SESSION_print_keylog(NULL, NULL), 0);
    CHECK_EQ(PEM_write_bio_SSL_SESSION(NULL, NULL), 0);
    CHECK_EQ(PEM_write_SSL_SESSION(NULL, NULL), 0);
    CHECK(PEM_read_bio_SSL_SESSION(NULL, NULL, NULL, NULL) == NULL);
    CHECK(PEM_read_SSL_SESSION(NULL, NULL, NULL, NULL) == NULL);
    CHECK(d2i_SSL_SESSION(NULL, NULL, 5) == NULL);
}

static void null_contexts(void)
{
    CHECK_EQ(SSL_CTX_add_session(NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_remove_session(NULL, NULL), 0);
    SSL_CTX_flush_sessions(NULL, 0);
    CHECK(SSL_CTX_sessions(NULL) == NULL);
    SSL_CTX_sess_set_new_cb(NULL, NULL);
    SSL_CTX_sess_set_get_cb(NULL, NULL);
    SSL_CTX_sess_set_remove_cb(NULL, NULL);
    CHECK(SSL_CTX_sess_get_new_cb(NULL) == NULL);
    CHECK(SSL_CTX_sess_get_get_cb(NULL) == NULL);
    CHECK(SSL_CTX_sess_get_remove_cb(NULL) == NULL);
    SSL_CTX_set_not_resumable_session_callback(NULL, NULL);
    CHECK_EQ(SSL_CTX_set_session_id_context(NULL, large, 1), 0);
    CHECK_EQ(SSL_CTX_set_generate_session_id(NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_set_num_tickets(NULL, 1), 0);
    CHECK_EQ(SSL_CTX_get_num_tickets(NULL), 0);
    CHECK_EQ(SSL_CTX_set_session_ticket_cb(NULL, NULL, NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_set_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_CTX_get_max_early_data(NULL), 0);
    CHECK_EQ(SSL_CTX_set_recv_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_CTX_get_recv_max_early_data(NULL), 0);
    SSL_CTX_set_allow_early_data_cb(NULL, NULL, NULL);
    SSL_CTX_set_psk_find_session_callback(NULL, NULL);
    SSL_CTX_set_psk_use_session_callback(NULL, NULL);
    for (int control = 0; control < 150; control++)
        CHECK_EQ(SSL_ctrl(NULL, control, 0, NULL), 0);
}

static void null_connections(void)
{
    CHECK(SSL_get_session(NULL) == NULL);
    CHECK(SSL_get1_session(NULL) == NULL);
    CHECK_EQ(SSL_set_session(NULL, NULL), 0);
    CHECK_EQ(SSL_copy_session_id(NULL, NULL), 0);
    CHECK_EQ(SSL_session_reused(NULL), 0);
    SSL_get_default_timeout(NULL);
    CHECK_EQ(SSL_set_session_id_context(NULL, large, 1), 0);
    CHECK_EQ(SSL_has_matching_session_id(NULL, large, 1), 0);
    CHECK_EQ(SSL_set_generate_session_id(NULL, NULL), 0);
    SSL_set_not_resumable_session_callback(NULL, NULL);
    CHECK_EQ(SSL_set_num_tickets(NULL, 1), 0);
    CHECK_EQ(SSL_get_num_tickets(NULL), 0);
    CHECK_EQ(SSL_new_session_ticket(NULL), 0);
    CHECK_EQ(SSL_set_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_get_max_early_data(NULL), 0);
    CHECK_EQ(SSL_set_recv_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_get_recv_max_early_data(NULL), 0);
    SSL_set_allow_early_data_cb(NULL, NULL, NULL);
    SSL_set_psk_find_session_callback(NULL, NULL);
    SSL_set_psk_use_session_callback(NULL, NULL);
}

/* ---- the tests ---- */

/* DIRECTORY REPORT WHAT */
static int work(int argc, char **argv)
{
    char path[512];

    CHECK_EQ(argc, 3);
    snprintf(path, sizeof(path), "%s/%s", argv[0], argv[1]);
    report = fopen(path, "w");
    CHECK(report != NULL);
    switch (argv[2][0]) {
    case 'n':
        null_sessions();
        null_contexts();
        null_connections();
        break;
    case 'o': objects(); break;
    case 'c': contexts(); break;
    default: connections(argv[2][0] == '2' ? &TLS12 : &TLS13); break;
    }
    CHECK_EQ(fclose(report), 0);
    return 0;
}

static void compare(const char *what)
{
    const char *directory = new_directory();
    char *reports[2];
    size_t lengths[2];
    int differences = 0;

    for (int i = 0; i < 2; i++) {
        const char *name = library_name(LIBRARIES[i]);

        CHECK_EQ(worker_wait(worker_start(LIBRARIES[i], directory, name, what, NULL)), 0);
        reports[i] = (char *)read_file(directory, name, &lengths[i]);
        reports[i][lengths[i]] = '\0';
    }
    for (char *rest[2] = { reports[0], reports[1] }; rest[0] != NULL && rest[1] != NULL;) {
        char *line[2] = { strsep(&rest[0], "\n"), strsep(&rest[1], "\n") };

        if (strcmp(line[0], line[1]) != 0 && differences++ < 20)
            fprintf(stderr, "system: %s\nother:  %s\n", line[0], line[1]);
    }
    CHECK_EQ(differences, 0);
    CHECK_EQ(lengths[0], lengths[1]);
    free(reports[0]);
    free(reports[1]);
}

static void sessions_answer_alike(void)
{
    compare("objects");
}

static void contexts_answer_alike(void)
{
    compare("contexts");
}

static void connections_answer_alike(const struct protocol *protocol)
{
    compare(protocol->version == TLS1_2_VERSION ? "2" : "3");
}

static void null_is_an_error_and_no_crash_of_reprise(void)
{
    if (getenv("OTHER_LIBSSL") == NULL)
        return;
    CHECK_EQ(worker_wait(worker_start(OTHER, new_directory(), "null", "null", NULL)), 0);
}

WORKER_MAIN(work, TEST(null_is_an_error_and_no_crash_of_reprise),
            TEST(sessions_answer_alike), TEST(contexts_answer_alike),
            TEST_EACH(connections_answer_alike))
