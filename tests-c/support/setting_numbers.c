/* Rows of setting_rows.h: limits, sizes, bits, and what sessions are kept by. */
#include "setting_rows.h"

#include <openssl/err.h>

static const uint64_t options[] = { 0, SSL_OP_CIPHER_SERVER_PREFERENCE, SSL_OP_PRIORITIZE_CHACHA, SSL_OP_NO_RENEGOTIATION };

static void context_options(SSL_CTX *context, int value)
{
    SSL_CTX_clear_options(context, options[1] | options[2] | options[3]);
    SSL_CTX_set_options(context, options[value]);
}

static void connection_options(SSL *ssl, int value)
{
    SSL_clear_options(ssl, options[1] | options[2] | options[3]);
    SSL_set_options(ssl, options[value]);
}

static int get_options(SSL *ssl)
{
    uint64_t set = SSL_get_options(ssl) & (options[1] | options[2] | options[3]);

    return set == options[1] ? 1 : set == options[2] ? 2
                               : set == options[3]   ? 3
                                                     : 0;
}

static const long modes[] = { 0, SSL_MODE_ENABLE_PARTIAL_WRITE, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, SSL_MODE_RELEASE_BUFFERS };

static void context_mode(SSL_CTX *context, int value)
{
    SSL_CTX_clear_mode(context, modes[1] | modes[2] | modes[3]);
    SSL_CTX_set_mode(context, modes[value]);
}

static void connection_mode(SSL *ssl, int value)
{
    SSL_clear_mode(ssl, modes[1] | modes[2] | modes[3]);
    SSL_set_mode(ssl, modes[value]);
}

static int get_mode(SSL *ssl)
{
    long set = SSL_get_mode(ssl) & (modes[1] | modes[2] | modes[3]);

    return set == modes[1] ? 1 : set == modes[2] ? 2
                             : set == modes[3]   ? 3
                                                 : 0;
}

static const int lowest[] = { 0, TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

static void context_min(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, lowest[value]), 1);
}

static void connection_min(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_min_proto_version(ssl, lowest[value]), 1);
}

static int get_min(SSL *ssl)
{
    int version = (int)SSL_get_min_proto_version(ssl);

    return version == lowest[1] ? 1 : version == lowest[2] ? 2
                                  : version == lowest[3]   ? 3
                                                           : 0;
}

static const int highest[] = { 0, TLS1_2_VERSION, 0, TLS1_3_VERSION };

static void context_max(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, 0), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, highest[value]), 1);
}

static void connection_max(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_max_proto_version(ssl, highest[value]), 1);
}

static int get_max(SSL *ssl)
{
    int version = (int)SSL_get_max_proto_version(ssl);

    return version == highest[1] ? 1 : version == highest[2] ? 2
                                   : version == highest[3]   ? 3
                                                             : 0;
}

/* Plain numbers: a setter for each side, and a getter. */
#define NUMBERS(name, of_context, of_connection, getter, base) \
    static void context_##name(SSL_CTX *context, int value)    \
    {                                                          \
        of_context(context, (base) + value);                   \
    }                                                          \
    static void connection_##name(SSL *ssl, int value)         \
    {                                                          \
        of_connection(ssl, (base) + value);                    \
    }                                                          \
    static int get_##name(SSL *ssl)                            \
    {                                                          \
        long got = (long)getter(ssl) - (base);                 \
        return got >= 1 && got <= 3 ? (int)got : 0;            \
    }

NUMBERS(max_cert_list, SSL_CTX_set_max_cert_list, SSL_set_max_cert_list, SSL_get_max_cert_list, 50000)
NUMBERS(read_ahead, SSL_CTX_set_read_ahead, SSL_set_read_ahead, SSL_get_read_ahead, 0)
NUMBERS(verify_depth, SSL_CTX_set_verify_depth, SSL_set_verify_depth, SSL_get_verify_depth, 10)
NUMBERS(num_tickets, SSL_CTX_set_num_tickets, SSL_set_num_tickets, SSL_get_num_tickets, 0)
NUMBERS(max_early_data, SSL_CTX_set_max_early_data, SSL_set_max_early_data, SSL_get_max_early_data, 1000)
NUMBERS(recv_max_early_data, SSL_CTX_set_recv_max_early_data, SSL_set_recv_max_early_data, SSL_get_recv_max_early_data, 17000)
/* Levels that take the certificates. */
NUMBERS(security_level, SSL_CTX_set_security_level, SSL_set_security_level, SSL_get_security_level, -1)
#define DATA(setter) setter##_number
static void SSL_CTX_set0_security_ex_data_number(SSL_CTX *context, int value)
{
    SSL_CTX_set0_security_ex_data(context, ARGUMENT(value));
}
static void SSL_set0_security_ex_data_number(SSL *ssl, int value)
{
    SSL_set0_security_ex_data(ssl, ARGUMENT(value));
}
static long security_ex_data_number(SSL *ssl)
{
    return NUMBER(SSL_get0_security_ex_data(ssl));
}
NUMBERS(security_ex_data, DATA(SSL_CTX_set0_security_ex_data), DATA(SSL_set0_security_ex_data), security_ex_data_number, 0)
static void SSL_CTX_passwd_number(SSL_CTX *context, int value)
{
    SSL_CTX_set_default_passwd_cb_userdata(context, ARGUMENT(value));
}
static void SSL_passwd_number(SSL *ssl, int value)
{
    SSL_set_default_passwd_cb_userdata(ssl, ARGUMENT(value));
}
static long passwd_number(SSL *ssl)
{
    return NUMBER(SSL_get_default_passwd_cb_userdata(ssl));
}
NUMBERS(password_data, SSL_CTX_passwd_number, SSL_passwd_number, passwd_number, 0)

static void context_quiet(SSL_CTX *context, int value)
{
    SSL_CTX_set_quiet_shutdown(context, value & 1);
}
static void connection_quiet(SSL *ssl, int value)
{
    SSL_set_quiet_shutdown(ssl, value & 1);
}
static int get_quiet(SSL *ssl)
{
    return SSL_get_quiet_shutdown(ssl) ? 1 : 2;
}

static void context_status_type(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_tlsext_status_type(context, value & 1 ? TLSEXT_STATUSTYPE_ocsp : -1), 1);
}
static void connection_status_type(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_tlsext_status_type(ssl, value & 1 ? TLSEXT_STATUSTYPE_ocsp : -1), 1);
}
static int get_status_type(SSL *ssl)
{
    return SSL_get_tlsext_status_type(ssl) == TLSEXT_STATUSTYPE_ocsp ? 1 : 2;
}

static void context_id_context(SSL_CTX *context, int value)
{
    unsigned char id = (unsigned char)value;

    CHECK_EQ(SSL_CTX_set_session_id_context(context, &id, 1), 1);
}
static void connection_id_context(SSL *ssl, int value)
{
    unsigned char id = (unsigned char)value;

    CHECK_EQ(SSL_set_session_id_context(ssl, &id, 1), 1);
}
static int get_id_context(SSL *ssl)
{
    unsigned length = 0;
    const unsigned char *id = SSL_SESSION_get0_id_context(SSL_get_session(ssl), &length);

    return length == 1 ? id[0] : 0;
}

/* clang-format off */
THREE(int, new_session, (SSL *ssl, SSL_SESSION *session), (void)ssl; (void)session; return 0;)
/* clang-format on */
static void context_new_session(SSL_CTX *context, int value)
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH);
    SSL_CTX_sess_set_new_cb(context, OF_THREE(new_session, value));
}
static void context_timeout(SSL_CTX *context, int value)
{
    SSL_CTX_set_timeout(context, 100 + value);
}
static int get_timeout(SSL *ssl)
{
    return (int)SSL_SESSION_get_timeout(SSL_get_session(ssl)) - 100;
}
static int ticket(SSL *ssl, void *argument)
{
    (void)ssl;
    seen = NUMBER(argument);
    return 1;
}
static void context_ticket(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_session_ticket_cb(context, ticket, NULL, ARGUMENT(value)), 1);
}
/* clang-format off */
THREE(int, ticket_key, (SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc),
      (void)ssl; (void)name; (void)iv; (void)cipher; (void)mac; (void)enc; return 0;)
/* clang-format on */
static void context_ticket_key(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, OF_THREE(ticket_key, value)), 1);
}

/* The first bytes of a ticket are the name of its key. */
static void context_ticket_keys(SSL_CTX *context, int value)
{
    unsigned char keys[80];

    memset(keys, value, sizeof(keys));
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(context, keys, sizeof(keys)), 1);
}
static int get_ticket_keys(SSL *ssl)
{
    const unsigned char *bytes = NULL;
    size_t length = 0;
    char byte;

    (void)ssl;
    SSL_read(peer, &byte, 1);
    SSL_SESSION_get0_ticket(SSL_get_session(peer), &bytes, &length);
    return length > 16 ? bytes[0] : 0;
}

/* The one is never above the other, and both limit records. */
static void context_fragment(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_max_send_fragment(context, 1000 * value), 1);
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 1000 * value), 1);
}
static void connection_fragment(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_max_send_fragment(ssl, 1000 * value), 1);
    CHECK_EQ(SSL_set_split_send_fragment(ssl, 1000 * value), 1);
}
static void context_split(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 1000 * value), 1);
}
static void connection_split(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_split_send_fragment(ssl, 1000 * value), 1);
}
/* The length of the first record of many bytes. */
static int get_fragment(SSL *ssl)
{
    static const char bytes[9000];
    BIO *wire = SSL_get_wbio(ssl);
    unsigned char *record;

    CHECK_EQ(BIO_reset(wire), 1);
    CHECK_EQ(SSL_write(ssl, bytes, sizeof(bytes)), sizeof(bytes));
    CHECK(BIO_get_mem_data(wire, (char **)&record) > 5);
    return (record[3] << 8 | record[4]) / 1000;
}

/* clang-format off */
static const struct row rows[] = {
    { "SSL_CTX_set_options", GETTER(options, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_mode", GETTER(mode, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_min_proto_version", GETTER(min, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_max_proto_version", GETTER(max, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_max_cert_list", GETTER(max_cert_list, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_read_ahead", GETTER(read_ahead, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_verify_depth", GETTER(verify_depth, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_num_tickets", GETTER(num_tickets, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_max_early_data", GETTER(max_early_data, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_recv_max_early_data", GETTER(recv_max_early_data, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_security_level", GETTER(security_level, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set0_security_ex_data", GETTER(security_ex_data, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_default_passwd_cb_userdata", GETTER(password_data, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_quiet_shutdown", SERVER, 0, false, true, context_quiet, connection_quiet, get_quiet, COPIED, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_status_type", SERVER, 0, false, true, context_status_type, connection_status_type,
      get_status_type, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_session_id_context", SERVER, 0, true, false, context_id_context, connection_id_context,
      get_id_context, COPIED, UNLESS_OWN_EARLY, OF_CONNECTION, KEPT },
    { "SSL_CTX_sess_set_new_cb", SERVER, 0, true, false, context_new_session, NULL, get_seen, LIVE_FIRST, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_timeout", SERVER, 0, true, false, context_timeout, NULL, get_timeout, LIVE_FIRST, STAYS, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_session_ticket_cb", SERVER, 0, true, false, context_ticket, NULL, get_seen, LIVE_FIRST, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_ticket_key_evp_cb", SERVER, 0, true, false, context_ticket_key, NULL, get_seen, LIVE_FIRST,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_ticket_keys", SERVER, 0, true, false, context_ticket_keys, NULL, get_ticket_keys, LIVE_FIRST,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_max_send_fragment", SERVER, 0, true, false, context_fragment, connection_fragment, get_fragment,
      COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_split_send_fragment", SERVER, 0, true, false, context_split, connection_split, get_fragment, COPIED,
      STAYS, OF_CONTEXT, KEPT },
};
/* clang-format on */

const struct rows setting_rows_of_numbers = { rows, sizeof(rows) / sizeof(rows[0]) };
