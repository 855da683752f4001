/* Callbacks that call back into the library, that decide, and that suspend a handshake. */
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* ---- new_cb ---- */

static int calls;
static SSL_SESSION *taken;

static int look_around(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION *again = SSL_get1_session(ssl);

    calls++;
    CHECK(SSL_get_session(ssl) == session);
    CHECK(SSL_get0_session(ssl) == session);
    CHECK(again == session);
    CHECK_EQ(SSL_SESSION_up_ref(session), 1);
    SSL_SESSION_free(session);
    SSL_SESSION_free(again);
    CHECK(SSL_get_SSL_CTX(ssl) != NULL);
    CHECK(SSL_get_version(ssl) != NULL);
    CHECK(SSL_get_current_cipher(ssl) != NULL);
    CHECK(SSL_SESSION_get0_cipher(session) != NULL);
    CHECK(i2d_SSL_SESSION(session, NULL) > 0);
    SSL_SESSION_free(taken);
    taken = session;
    return 1;
}

static void new_cb_may_use_the_connection_and_the_session(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, look_around);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, look_around);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(calls, protocol->version == TLS1_3_VERSION ? 4 : 2);
    pair_close(&pair);
    pair_free(&pair);
    SSL_SESSION_free(taken);
}

static int remove_at_once(SSL *ssl, SSL_SESSION *session)
{
    calls++;
    CHECK_EQ(SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), session), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    return 0;
}

static void new_cb_may_remove_the_session(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, remove_at_once);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, remove_at_once);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(calls >= 2);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- server name ---- */

static SSL_CTX *other_context;
static int name_answer = SSL_TLSEXT_ERR_OK;
static int name_alert;

static int on_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    calls++;
    CHECK_STR(argument, "argument");
    if (name_alert != 0)
        *alert = name_alert;
    if (name != NULL && strcmp(name, "other.example") == 0) {
        CHECK(SSL_set_SSL_CTX(ssl, other_context) == other_context);
        CHECK(SSL_get_SSL_CTX(ssl) == other_context);
    }
    return name_answer;
}

static void init_with_names(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    other_context = server_context(protocol);
    use_credentials(other_context, pki_other_server());
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, on_name);
    SSL_CTX_set_tlsext_servername_arg(pair->server_ctx, "argument");
}

static void check_served(struct pair *pair, const char *name,
                         const struct credentials *want)
{
    pair_open(pair);
    if (name != NULL)
        CHECK_EQ(SSL_set_tlsext_host_name(pair->client, name), 1);
    pair_handshake(pair);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair->client), want->certificate), 0);
    if (name != NULL) {
        CHECK_STR(SSL_get_servername(pair->server, TLSEXT_NAMETYPE_host_name), name);
        CHECK_EQ(SSL_get_servername_type(pair->server), TLSEXT_NAMETYPE_host_name);
    } else {
        CHECK(SSL_get_servername(pair->server, TLSEXT_NAMETYPE_host_name) == NULL);
        CHECK_EQ(SSL_get_servername_type(pair->server), -1);
    }
    pair_settle(pair);
    pair_close(pair);
}

static void the_servername_callback_switches_the_certificate(
    const struct protocol *protocol)
{
    struct pair pair;

    init_with_names(&pair, protocol);
    check_served(&pair, "localhost", pki_server());
    check_served(&pair, "other.example", pki_other_server());
    check_served(&pair, NULL, pki_server());
    CHECK_EQ(calls, 3); /* without a name too */
    /* S48: a start moves to the context switched to, the end counts there. */
    CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), 2);
    CHECK_EQ(SSL_CTX_sess_accept_good(other_context), 1);
    SSL_CTX_free(other_context);
    pair_free(&pair);
}

/* A callback that went by no name would leave the default certificate to a refused resumption. */
static char name_in_callback[64];

static int note_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    (void)argument;
    snprintf(name_in_callback, sizeof(name_in_callback), "%s", name == NULL ? "(none)" : name);
    return SSL_TLSEXT_ERR_OK;
}

static void the_servername_callback_sees_the_name_on_resumption(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session = NULL;
    int resumed;

    pair_init(&pair, protocol);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, note_name);
    for (resumed = 0; resumed < 2; resumed++) {
        name_in_callback[0] = 0;
        pair.offer = session;
        pair_open(&pair);
        CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
        pair_handshake(&pair);
        CHECK_EQ(SSL_session_reused(pair.server), resumed);
        CHECK_STR(name_in_callback, "localhost");
        CHECK_STR(SSL_get_servername(pair.server, TLSEXT_NAMETYPE_host_name), "localhost");
        pair_settle(&pair);
        SSL_SESSION_free(session);
        session = SSL_get1_session(pair.client);
        pair_close(&pair);
    }
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void the_servername_callback_may_refuse(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    init_with_names(&pair, protocol);
    name_answer = SSL_TLSEXT_ERR_ALERT_FATAL;
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CALLBACK_FAILED);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_TLSV1_UNRECOGNIZED_NAME);
    pair_drop(&pair);

    name_alert = SSL_AD_ACCESS_DENIED;
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_ACCESS_DENIED);
    SSL_CTX_free(other_context);
    pair_free(&pair);
}

static void the_servername_callback_may_decline_to_answer(const struct protocol *protocol)
{
    struct pair pair;

    init_with_names(&pair, protocol);
    name_answer = SSL_TLSEXT_ERR_NOACK;
    check_served(&pair, "localhost", pki_server());
    SSL_CTX_free(other_context);
    pair_free(&pair);
}

/* ---- certificates on demand ---- */

static int suspensions;

static int install_certificate(SSL *ssl, void *argument)
{
    const struct credentials *credentials = argument;

    calls++;
    if (suspensions > 0) {
        suspensions--;
        return -1;
    }
    if (credentials == NULL)
        return 0;
    CHECK_EQ(SSL_use_certificate(ssl, credentials->certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, credentials->key), 1);
    return 1;
}

static void without_certificate(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(pair->server_ctx, protocol->version);
    SSL_CTX_set_max_proto_version(pair->server_ctx, protocol->version);
}

static void cert_cb_installs_the_certificate(const struct protocol *protocol)
{
    struct pair pair;

    without_certificate(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, install_certificate, (void *)pki_server());
    pair_connect(&pair);
    CHECK_EQ(calls, 1);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.client),
                      pki_server()->certificate), 0);
    pair_close(&pair);
    pair_free(&pair);
}

static void cert_cb_may_suspend_the_server(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    without_certificate(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, install_certificate, (void *)pki_server());
    suspensions = 2;
    pair_open(&pair);
    for (int i = 0; i < 2; i++) {
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.ret, -1);
        CHECK_EQ(server.error, SSL_ERROR_WANT_X509_LOOKUP);
        CHECK_EQ(SSL_want(pair.server), SSL_X509_LOOKUP);
    }
    pair_handshake(&pair);
    CHECK_EQ(calls, 3);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void cert_cb_may_fail_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    without_certificate(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, install_certificate, NULL);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CERT_CB_ERROR);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_free(&pair);
}

/* ---- client hello ---- */

static int answer_later;

static int on_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *bytes;
    size_t length;
    int *types;

    calls++;
    CHECK_STR(argument, "argument");
    CHECK_EQ(SSL_client_hello_isv2(ssl), 0);
    CHECK_EQ(SSL_client_hello_get0_legacy_version(ssl), TLS1_2_VERSION);
    CHECK_EQ(SSL_client_hello_get0_random(ssl, &bytes), SSL3_RANDOM_SIZE);
    CHECK(SSL_client_hello_get0_session_id(ssl, &bytes) <= 32);
    CHECK(SSL_client_hello_get0_ciphers(ssl, &bytes) >= 2);
    CHECK_EQ(SSL_client_hello_get0_compression_methods(ssl, &bytes), 1);
    CHECK_EQ(bytes[0], 0);
    /* server_name: list length, type, name length, name */
    CHECK_EQ(SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &length), 1);
    CHECK_MEM(bytes, length, "\0\x0c\0\0\x09localhost", 14);
    CHECK_EQ(SSL_client_hello_get0_ext(ssl, 0xfafa, &bytes, &length), 0);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(ssl, &types, &length), 1);
    CHECK(length >= 4);
    OPENSSL_free(types);
    if (answer_later > 0) {
        answer_later--;
        return SSL_CLIENT_HELLO_RETRY;
    }
    if (answer_later < 0) {
        *alert = SSL_AD_INSUFFICIENT_SECURITY;
        return SSL_CLIENT_HELLO_ERROR;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void open_with_hello(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_set_client_hello_cb(pair->server_ctx, on_hello, "argument");
    pair_open(pair);
    SSL_set_tlsext_host_name(pair->client, "localhost");
}

static int refuse_certificate(SSL *ssl, void *argument)
{
    (void)ssl;
    ++*(int *)argument;
    return 0;
}

static void cert_cb_of_a_client_may_fail_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    int calls = 0;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_cb(pair.client_ctx, refuse_certificate, &calls);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(calls, 1);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_CALLBACK_FAILED);
    pair_free(&pair);
}

static void client_hello_cb_sees_the_hello(const struct protocol *protocol)
{
    struct pair pair;

    open_with_hello(&pair, protocol);
    pair_handshake(&pair);
    CHECK_EQ(calls, 1);
    pair_free(&pair);
}

static void client_hello_cb_may_suspend_the_server(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    answer_later = 2;
    open_with_hello(&pair, protocol);
    for (int i = 0; i < 2; i++) {
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.ret, -1);
        CHECK_EQ(server.error, SSL_ERROR_WANT_CLIENT_HELLO_CB);
        CHECK_EQ(SSL_want(pair.server), SSL_CLIENT_HELLO_CB);
    }
    pair_handshake(&pair);
    CHECK_EQ(calls, 3);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void client_hello_cb_may_refuse(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    answer_later = -1;
    open_with_hello(&pair, protocol);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CALLBACK_FAILED);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY);
    pair_free(&pair);
}

/* ---- info ---- */

static int starts, dones, alerts_read, alerts_written, last_alert;

static void on_info(const SSL *ssl, int where, int value)
{
    CHECK(SSL_state_string_long(ssl) != NULL);
    if (where == SSL_CB_HANDSHAKE_START)
        starts++;
    if (where == SSL_CB_HANDSHAKE_DONE)
        dones++;
    if (where == SSL_CB_READ_ALERT)
        alerts_read++, last_alert = value;
    if (where == SSL_CB_WRITE_ALERT)
        alerts_written++, last_alert = value;
}

static void the_info_callback_hears_start_and_end(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    CHECK(SSL_CTX_get_info_callback(pair.client_ctx) == NULL);
    SSL_CTX_set_info_callback(pair.client_ctx, on_info);
    CHECK(SSL_CTX_get_info_callback(pair.client_ctx) == on_info);
    pair_open(&pair);
    pair_handshake(&pair);
    CHECK_EQ(starts, 1);
    CHECK_EQ(dones, 1);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(alerts_written, 1);
    CHECK_EQ(last_alert, SSL3_AL_WARNING << 8 | SSL_AD_CLOSE_NOTIFY);
    SSL_shutdown(pair.server);
    SSL_shutdown(pair.client);
    CHECK_EQ(alerts_read, 1);
    pair_free(&pair);
}

static void the_info_callback_of_a_server_hears_start_and_end(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_set_info_callback(pair.server, on_info);
    CHECK(SSL_get_info_callback(pair.server) == on_info);
    pair_handshake(&pair);
    CHECK(starts >= 1);
    CHECK(dones >= 1);
    pair_free(&pair);
}

/* ---- verification ---- */

static int overridden;

static int accept_anything(int ok, X509_STORE_CTX *context)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());

    calls++;
    CHECK(ssl != NULL);
    CHECK_STR(SSL_get_app_data(ssl), "the connection");
    if (!ok) {
        CHECK(X509_STORE_CTX_get_error(context) != X509_V_OK);
        CHECK(X509_STORE_CTX_get_current_cert(context) != NULL);
        CHECK_EQ(X509_STORE_CTX_get_error_depth(context), 0);
        overridden++;
    }
    return 1;
}

static void the_verify_callback_may_override(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, accept_anything);
    CHECK(SSL_CTX_get_verify_callback(pair.client_ctx) == accept_anything);
    pair_open(&pair);
    SSL_set_app_data(pair.client, "the connection");
    pair_handshake(&pair);
    CHECK(overridden > 0);
    /* The result still says what was wrong. */
    CHECK(SSL_get_verify_result(pair.client) != X509_V_OK);
    pair_free(&pair);
}

static int verify_all(X509_STORE_CTX *context, void *argument)
{
    calls++;
    CHECK_STR(argument, "argument");
    CHECK(X509_STORE_CTX_get0_cert(context) != NULL);
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static void the_whole_verification_may_be_replaced(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    SSL_CTX_set_cert_verify_callback(pair.client_ctx, verify_all, "argument");
    pair_connect(&pair);
    CHECK_EQ(calls, 1);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(new_cb_may_use_the_connection_and_the_session),
          TEST_EACH(new_cb_may_remove_the_session),
          TEST_EACH(the_servername_callback_switches_the_certificate),
          TEST_EACH(the_servername_callback_sees_the_name_on_resumption),
          TEST_EACH(the_servername_callback_may_refuse),
          TEST_EACH(the_servername_callback_may_decline_to_answer),
          TEST_EACH(cert_cb_installs_the_certificate),
          TEST_EACH(cert_cb_may_suspend_the_server),
          TEST_EACH(cert_cb_may_fail_the_handshake),
          TEST_EACH(cert_cb_of_a_client_may_fail_the_handshake),
          TEST_EACH(client_hello_cb_sees_the_hello),
          TEST_EACH(client_hello_cb_may_suspend_the_server),
          TEST_EACH(client_hello_cb_may_refuse),
          TEST_EACH(the_info_callback_hears_start_and_end),
          TEST_EACH(the_info_callback_of_a_server_hears_start_and_end),
          TEST_EACH(the_verify_callback_may_override),
          TEST_EACH(the_whole_verification_may_be_replaced))
