/* The servername callback: SSL_CTX_set_tlsext_servername_callback(3). */
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "pair.h"

static int calls;

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

/* A callback that ignored the name would leave the default certificate in place when a resumption is rejected. */
static char name_in_callback[64];

static int record_name(SSL *ssl, int *alert, void *argument)
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
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, record_name);
    for (resumed = 0; resumed < 2; resumed++) {
        name_in_callback[0] = 0;
        pair.offered = session;
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

TEST_MAIN(TEST_EACH(the_servername_callback_switches_the_certificate),
          TEST_EACH(the_servername_callback_sees_the_name_on_resumption),
          TEST_EACH(the_servername_callback_may_refuse),
          TEST_EACH(the_servername_callback_may_decline_to_answer))
