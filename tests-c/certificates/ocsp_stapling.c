/* OCSP stapling: what a server staples, and what its callback and the client's see of it. */
#include <string.h>

#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "unconnected.h"

static const char RESPONSE[] = "response";

static int server_calls, client_calls, client_answer;
static int server_answer;
static const char *stapled; /* what the server's callback sets, NULL for nothing */
static X509 *in_use;        /* borrowed */
static long received;       /* length of what the client's callback has seen */

static void check_received(SSL *client, const char *want)
{
    const unsigned char *response = NULL;
    long length = SSL_get_tlsext_status_ocsp_resp(client, &response);

    if (want == NULL) {
        CHECK_EQ(length, -1);
        return;
    }
    CHECK_EQ(length, (long)strlen(want));
    CHECK_MEM(response, length, want, strlen(want));
}

static int staple(SSL *ssl, void *argument)
{
    server_calls++;
    CHECK_STR(argument, "server");
    CHECK_EQ(SSL_get_tlsext_status_type(ssl), TLSEXT_STATUSTYPE_ocsp);
    CHECK_EQ(SSL_is_server(ssl), 1);
    in_use = SSL_get_certificate(ssl);
    if (stapled != NULL)
        CHECK_EQ(SSL_set_tlsext_status_ocsp_resp(
                     ssl, OPENSSL_memdup(stapled, strlen(stapled)), (long)strlen(stapled)),
                 1);
    return server_answer;
}

static int judge(SSL *ssl, void *argument)
{
    const unsigned char *response;

    client_calls++;
    CHECK_STR(argument, "client");
    received = SSL_get_tlsext_status_ocsp_resp(ssl, &response);
    return client_answer;
}

static void init(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    server_calls = client_calls = 0;
    client_answer = 1;
    server_answer = SSL_TLSEXT_ERR_OK;
    stapled = RESPONSE;
    in_use = NULL;
    received = 0;
    SSL_CTX_set_tlsext_status_type(pair->client_ctx, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(pair->client_ctx, judge);
    SSL_CTX_set_tlsext_status_arg(pair->client_ctx, "client");
    SSL_CTX_set_tlsext_status_cb(pair->server_ctx, staple);
    SSL_CTX_set_tlsext_status_arg(pair->server_ctx, "server");
}

static void the_response_reaches_the_client(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(server_calls, 1);
    CHECK_EQ(client_calls, 1);
    CHECK_EQ(received, (long)strlen(RESPONSE));
    CHECK_EQ(X509_cmp(in_use, pki_server()->certificate), 0);
    check_received(pair.client, RESPONSE);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

/* OpenSSL's clients take 16384 bytes in TLS 1.2, with the message's own fields. */
static void a_long_response_arrives_whole(const struct protocol *protocol)
{
    struct pair pair;
    char *text = OPENSSL_zalloc(16001);

    CHECK(text != NULL);
    memset(text, 'x', 16000);
    init(&pair, protocol);
    stapled = text;
    pair_connect(&pair);
    check_received(pair.client, text);
    pair_close(&pair);
    pair_free(&pair);
    OPENSSL_free(text);
}

static void a_client_that_does_not_ask_gets_none(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_tlsext_status_type(pair.client_ctx, -1);
    pair_connect(&pair);
    CHECK_EQ(server_calls, 0);
    CHECK_EQ(client_calls, 0);
    check_received(pair.client, NULL);
    CHECK_EQ(SSL_get_tlsext_status_type(pair.server), -1);
    pair_close(&pair);
    pair_free(&pair);
}

static void nothing_is_stapled_without_a_response(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    stapled = NULL;
    pair_connect(&pair);
    CHECK_EQ(server_calls, 1);
    CHECK_EQ(client_calls, 1);
    CHECK_EQ(received, -1);
    pair_close(&pair);

    stapled = RESPONSE;
    server_answer = SSL_TLSEXT_ERR_NOACK;
    pair_connect(&pair);
    CHECK_EQ(received, -1);
    check_received(pair.client, NULL);
    pair_close(&pair);

    SSL_CTX_set_tlsext_status_cb(pair.server_ctx, NULL);
    pair_connect(&pair);
    CHECK_EQ(server_calls, 2);
    CHECK_EQ(client_calls, 3);
    CHECK_EQ(received, -1);
    pair_close(&pair);
    pair_free(&pair);
}

/* A response that was set before the handshake is stapled when the callback agrees. */
static void a_response_may_be_set_beforehand(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    stapled = NULL;
    pair_open(&pair);
    SSL_set_tlsext_status_ocsp_resp(pair.server, OPENSSL_memdup("early", 5), 5);
    pair_handshake(&pair);
    check_received(pair.client, "early");
    pair_close(&pair);
    pair_free(&pair);
}

static void the_server_may_refuse(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    init(&pair, protocol);
    server_answer = SSL_TLSEXT_ERR_ALERT_FATAL;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CLIENTHELLO_TLSEXT);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_drop(&pair);
    pair_free(&pair);
}

static void the_client_may_refuse(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    init(&pair, protocol);
    client_answer = 0;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_INVALID_STATUS_RESPONSE);
    pair_drop(&pair);
    pair_free(&pair);
}

static void the_callback_sees_the_certificate_that_is_sent(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_server_rsa());
    if (protocol->version == TLS1_3_VERSION)
        SSL_CTX_set1_sigalgs_list(pair.client_ctx, "ecdsa_secp256r1_sha256");
    else
        SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256");
    pair_connect(&pair);
    CHECK_EQ(X509_cmp(in_use, pki_server()->certificate), 0);
    CHECK_EQ(X509_cmp(in_use, SSL_get0_peer_certificate(pair.client)), 0);
    pair_close(&pair);

    if (protocol->version == TLS1_3_VERSION)
        SSL_CTX_set1_sigalgs_list(pair.client_ctx, "rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256");
    else
        SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-RSA-AES128-GCM-SHA256");
    pair_connect(&pair);
    CHECK_EQ(X509_cmp(in_use, pki_server_rsa()->certificate), 0);
    CHECK_EQ(X509_cmp(in_use, SSL_get0_peer_certificate(pair.client)), 0);
    check_received(pair.client, RESPONSE);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_resumed_connection_is_stapled_nothing(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    init(&pair, protocol);
    session = pair_new_session(&pair);
    CHECK_EQ(server_calls, 1);
    CHECK_EQ(client_calls, 1);
    received = 0;
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(server_calls, 1);
    if (protocol->version == TLS1_3_VERSION) {
        CHECK_EQ(client_calls, 2);
        CHECK_EQ(received, -1);
    } else {
        CHECK_EQ(client_calls, 1);
    }
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void the_client_may_refuse_to_resume_without(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    if (protocol->version != TLS1_3_VERSION)
        return;
    init(&pair, protocol);
    pair.offered = pair_new_session(&pair);
    client_answer = 0;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client_calls, 2);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_INVALID_STATUS_RESPONSE);
    pair_drop(&pair);
    SSL_SESSION_free(pair.offered);
    pair_free(&pair);
}

static SSL_CTX *other_context;

static int switch_context(SSL *ssl, int *alert, void *argument)
{
    (void)alert;
    (void)argument;
    SSL_set_SSL_CTX(ssl, other_context);
    return SSL_TLSEXT_ERR_OK;
}

static void the_context_that_was_switched_to_is_asked(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    other_context = server_context(protocol);
    SSL_CTX_set_tlsext_status_cb(other_context, staple);
    SSL_CTX_set_tlsext_status_arg(other_context, "server");
    SSL_CTX_set_tlsext_status_cb(pair.server_ctx, NULL);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, switch_context);
    pair_connect(&pair);
    CHECK_EQ(server_calls, 1);
    check_received(pair.client, RESPONSE);
    pair_close(&pair);
    SSL_CTX_free(other_context);
    pair_free(&pair);
}

static int on_status(SSL *connection, void *argument)
{
    (void)connection;
    (void)argument;
    return 1;
}

static void status_settings_are_kept(void)
{
    int (*callback)(SSL *, void *) = NULL;
    void *argument = NULL;
    unsigned char *response = NULL;
    STACK_OF(OCSP_RESPID) *ids = sk_OCSP_RESPID_new_null(), *found;

    make();
    CHECK_EQ(SSL_CTX_get_tlsext_status_type(context), -1);
    CHECK_EQ(SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_status_type(context), TLSEXT_STATUSTYPE_ocsp);
    CHECK_EQ(SSL_get_tlsext_status_type(ssl), -1);
    CHECK_EQ(SSL_CTX_set_tlsext_status_cb(context, on_status), 1);
    CHECK_EQ(SSL_CTX_set_tlsext_status_arg(context, &callback), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_status_cb(context, &callback), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_status_arg(context, &argument), 1);
    CHECK(callback == on_status && argument == &callback);
    CHECK_EQ(SSL_get_tlsext_status_ocsp_resp(ssl, &response), -1);
    CHECK_EQ(SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup("abc", 3), 3), 1);
    CHECK_MEM(response, SSL_get_tlsext_status_ocsp_resp(ssl, &response), "abc", 3);
    sk_OCSP_RESPID_push(ids, OCSP_RESPID_new());
    CHECK_EQ(SSL_set_tlsext_status_ids(ssl, ids), 1);
    CHECK_EQ(SSL_get_tlsext_status_ids(ssl, &found), 1);
    CHECK(found == ids);
    unmake();
}

TEST_MAIN(TEST_EACH(the_response_reaches_the_client),
          TEST_EACH(a_long_response_arrives_whole),
          TEST_EACH(a_client_that_does_not_ask_gets_none),
          TEST_EACH(nothing_is_stapled_without_a_response),
          TEST_EACH(a_response_may_be_set_beforehand),
          TEST_EACH(the_server_may_refuse),
          TEST_EACH(the_client_may_refuse),
          TEST_EACH(the_callback_sees_the_certificate_that_is_sent),
          TEST_EACH(a_resumed_connection_is_stapled_nothing),
          TEST_EACH(the_client_may_refuse_to_resume_without),
          TEST_EACH(the_context_that_was_switched_to_is_asked),
          TEST(status_settings_are_kept))
