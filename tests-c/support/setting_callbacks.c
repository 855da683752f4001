/* Rows of setting_rows.h: functions of the program. */
#include "setting_rows.h"

#include <openssl/err.h>

static void context_alpn(SSL_CTX *context, int value)
{
    const unsigned char names[] = { 1, (unsigned char)('0' + value) };

    CHECK_EQ(SSL_CTX_set_alpn_protos(context, names, 2), 0);
}
static void connection_alpn(SSL *ssl, int value)
{
    const unsigned char names[] = { 1, (unsigned char)('0' + value) };

    CHECK_EQ(SSL_set_alpn_protos(ssl, names, 2), 0);
}
static int get_alpn(SSL *ssl)
{
    const unsigned char *name = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(ssl, &name, &length);
    return length == 1 ? name[0] - '0' : 0;
}

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                           unsigned in_length, void *argument)
{
    (void)ssl, (void)out, (void)length, (void)in, (void)in_length;
    seen = NUMBER(argument);
    return SSL_TLSEXT_ERR_NOACK;
}
static void context_alpn_select(SSL_CTX *context, int value)
{
    SSL_CTX_set_alpn_select_cb(context, select_protocol, ARGUMENT(value));
}

/* clang-format off */
THREE(void, info, (const SSL *ssl, int where, int value), (void)ssl; (void)where; (void)value;)
/* clang-format on */
static void context_info(SSL_CTX *context, int value)
{
    SSL_CTX_set_info_callback(context, OF_THREE(info, value));
}
static void connection_info(SSL *ssl, int value)
{
    SSL_set_info_callback(ssl, OF_THREE(info, value));
}

static void message(int sent, int version, int type, const void *bytes, size_t length, SSL *ssl, void *argument)
{
    (void)sent, (void)version, (void)type, (void)bytes, (void)length, (void)ssl;
    seen = NUMBER(argument);
}
static void context_message(SSL_CTX *context, int value)
{
    SSL_CTX_set_msg_callback(context, message);
    SSL_CTX_set_msg_callback_arg(context, ARGUMENT(value));
}
static void connection_message(SSL *ssl, int value)
{
    SSL_set_msg_callback(ssl, message);
    SSL_set_msg_callback_arg(ssl, ARGUMENT(value));
}

static int choose_certificate(SSL *ssl, void *argument)
{
    (void)ssl;
    seen = NUMBER(argument);
    return 1;
}
static void context_cert_cb(SSL_CTX *context, int value)
{
    SSL_CTX_set_cert_cb(context, choose_certificate, ARGUMENT(value));
}
static void connection_cert_cb(SSL *ssl, int value)
{
    SSL_set_cert_cb(ssl, choose_certificate, ARGUMENT(value));
}

static int record_name(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert;
    seen = NUMBER(argument);
    return SSL_TLSEXT_ERR_OK;
}
static void context_servername(SSL_CTX *context, int value)
{
    SSL_CTX_set_tlsext_servername_callback(context, record_name);
    SSL_CTX_set_tlsext_servername_arg(context, ARGUMENT(value));
}

static int record_hello(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert;
    seen = NUMBER(argument);
    return SSL_CLIENT_HELLO_SUCCESS;
}
static void context_hello(SSL_CTX *context, int value)
{
    SSL_CTX_set_client_hello_cb(context, record_hello, ARGUMENT(value));
}

static int verify_all(X509_STORE_CTX *store, void *argument)
{
    (void)store;
    seen = NUMBER(argument);
    return 1;
}
static void context_cert_verify(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify_all, ARGUMENT(value));
}

/* clang-format off */
THREE(int, client_cert, (SSL *ssl, X509 **certificate, EVP_PKEY **key), (void)ssl; (void)certificate; (void)key; return 0;)
/* clang-format on */
static void context_client_cert(SSL_CTX *context, int value)
{
    SSL_CTX_set_client_cert_cb(context, OF_THREE(client_cert, value));
}

/* clang-format off */
THREE(void, key_log, (const SSL *ssl, const char *line), (void)ssl; (void)line;)
/* clang-format on */
static void context_key_log(SSL_CTX *context, int value)
{
    SSL_CTX_set_keylog_callback(context, OF_THREE(key_log, value));
}

static int staple(SSL *ssl, void *argument)
{
    (void)ssl;
    seen = NUMBER(argument);
    return SSL_TLSEXT_ERR_NOACK;
}
static void context_staple(SSL_CTX *context, int value)
{
    SSL_CTX_set_tlsext_status_cb(context, staple);
    SSL_CTX_set_tlsext_status_arg(context, ARGUMENT(value));
}

/* clang-format off */
THREE(int, not_resumable, (SSL *ssl, int forward), (void)ssl; (void)forward; return 0;)
/* clang-format on */
static void context_not_resumable(SSL_CTX *context, int value)
{
    SSL_CTX_set_not_resumable_session_callback(context, OF_THREE(not_resumable, value));
}
static void connection_not_resumable(SSL *ssl, int value)
{
    SSL_set_not_resumable_session_callback(ssl, OF_THREE(not_resumable, value));
}

/* clang-format off */
THREE(int, make_id, (SSL *ssl, unsigned char *id, unsigned *length),
      (void)ssl; memset(id, 7, *length); id[0] = (unsigned char)seen; return 1;)
/* clang-format on */
static void context_make_id(SSL_CTX *context, int value)
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_CTX_set_generate_session_id(context, OF_THREE(make_id, value)), 1);
}
static void connection_make_id(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_generate_session_id(ssl, OF_THREE(make_id, value)), 1);
}

/* clang-format off */
THREE(int, find_session, (SSL *ssl, const unsigned char *id, size_t length, SSL_SESSION **session),
      (void)ssl; (void)id; (void)length; *session = NULL; return 1;)
/* clang-format on */
static void context_find(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_find_session_callback(context, OF_THREE(find_session, value));
}
static void connection_find(SSL *ssl, int value)
{
    SSL_set_psk_find_session_callback(ssl, OF_THREE(find_session, value));
}
/* clang-format off */
THREE(unsigned, psk_server, (SSL *ssl, const char *identity, unsigned char *key, unsigned most),
      (void)ssl; (void)identity; (void)key; (void)most; return 0;)
/* clang-format on */
static void context_psk_server(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_server_callback(context, OF_THREE(psk_server, value));
}
static void connection_psk_server(SSL *ssl, int value)
{
    SSL_set_psk_server_callback(ssl, OF_THREE(psk_server, value));
}
/* clang-format off */
THREE(int, use_session, (SSL *ssl, const EVP_MD *digest, const unsigned char **id, size_t *length, SSL_SESSION **session),
      (void)ssl; (void)digest; (void)id; (void)length; *session = NULL; return 1;)
/* clang-format on */
static void context_use(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_use_session_callback(context, OF_THREE(use_session, value));
}
static void connection_use(SSL *ssl, int value)
{
    SSL_set_psk_use_session_callback(ssl, OF_THREE(use_session, value));
}
/* clang-format off */
THREE(unsigned, psk_client, (SSL *ssl, const char *hint, char *identity, unsigned most, unsigned char *key, unsigned most_key),
      (void)ssl; (void)hint; (void)identity; (void)most; (void)key; (void)most_key; return 0;)
/* clang-format on */
static void context_psk_client(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_client_callback(context, OF_THREE(psk_client, value));
}
static void connection_psk_client(SSL *ssl, int value)
{
    SSL_set_psk_client_callback(ssl, OF_THREE(psk_client, value));
}

/* clang-format off */
static const struct row rows[] = {
    { "SSL_CTX_set_alpn_protos", CLIENT, 0, true, false, context_alpn, connection_alpn, get_alpn, COPIED, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_alpn_select_cb", SERVER, 0, true, false, context_alpn_select, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_info_callback", SERVER, 0, true, false, context_info, connection_info, get_seen, LIVE, UNLESS_OWN,
      OF_CONNECTION, KEPT },
    { "SSL_CTX_set_msg_callback", SERVER, 0, true, false, context_message, connection_message, get_seen, COPIED, STAYS,
      OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cert_cb", SERVER, 0, true, false, context_cert_cb, connection_cert_cb, get_seen, COPIED, TAKEN,
      OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cert_cb: client", CLIENT, 0, true, false, context_cert_cb, connection_cert_cb, get_seen, COPIED,
      TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_client_hello_cb", SERVER, 0, true, false, context_hello, NULL, get_seen, LIVE, TAKEN_EARLY, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_cert_verify_callback", CLIENT, 0, true, false, context_cert_verify, NULL, get_seen, LIVE, TAKEN,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_cert_verify_callback: server", SERVER, 0, true, false, context_cert_verify, NULL, get_seen, LIVE,
      TAKEN, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_client_cert_cb", CLIENT, 0, true, false, context_client_cert, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_keylog_callback", SERVER, 0, true, false, context_key_log, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_tlsext_status_cb", SERVER, 0, true, false, context_staple, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_not_resumable_session_callback", SERVER, 0, true, false, context_not_resumable,
      connection_not_resumable, get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_generate_session_id", SERVER, TLS1_2_VERSION, true, false, context_make_id, connection_make_id,
      get_seen, COPIED, STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_psk_find_session_callback", SERVER, TLS1_3_VERSION, true, false, context_find, connection_find,
      get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_psk_server_callback", SERVER, TLS1_3_VERSION, true, false, context_psk_server, connection_psk_server,
      get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_psk_use_session_callback", CLIENT, TLS1_3_VERSION, true, false, context_use, connection_use, get_seen,
      COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_psk_client_callback", CLIENT, TLS1_3_VERSION, true, false, context_psk_client, connection_psk_client,
      get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_servername_callback", SERVER, 0, true, false,
      context_servername, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT, KEPT },
};
/* clang-format on */

const struct rows setting_rows_of_callbacks = { rows, sizeof(rows) / sizeof(rows[0]) };
