/*
 * Settings that a servername callback changes: which of them still count for this handshake. TLS 1.3 has
 * chosen version, suite and group before the callback; TLS 1.2 has chosen the version only (SSL_CTX_set_client_hello_cb(3)
 * names the callback for what must come earlier).
 */
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "pair.h"

static void (*change)(SSL *ssl);

static int on_server_name(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    change(ssl);
    return SSL_TLSEXT_ERR_OK;
}

/* Both ends speak both versions, except a client of TLS 1.2. */
static void connect_and_change(struct pair *pair, const struct protocol *protocol, void (*by)(SSL *ssl))
{
    pair_init(pair, protocol);
    CHECK(SSL_CTX_set_min_proto_version(pair->client_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_min_proto_version(pair->server_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_max_proto_version(pair->server_ctx, 0));
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, on_server_name);
    change = by;
    pair_open(pair);
    CHECK(SSL_set_tlsext_host_name(pair->client, "localhost"));
    pair_handshake(pair);
}

static void allow_tls12_only(SSL *ssl)
{
    CHECK(SSL_set_max_proto_version(ssl, TLS1_2_VERSION));
}

static void allow_tls13_only(SSL *ssl)
{
    CHECK(SSL_set_min_proto_version(ssl, TLS1_3_VERSION));
}

/* As nginx sets ssl_protocols of a server that is not the default one. */
static void forbid_tls13(SSL *ssl)
{
    SSL_set_options(ssl, SSL_OP_NO_TLSv1_3);
}

static void forbid_tls12(SSL *ssl)
{
    SSL_set_options(ssl, SSL_OP_NO_TLSv1_2);
}

static void versions_forbidden_by_the_callback_have_been_chosen_already(void)
{
    static const struct {
        const struct protocol *protocol;
        void (*change)(SSL *ssl);
    } cases[] = {
        { &TLS13, allow_tls12_only },
        { &TLS13, forbid_tls13 },
        { &TLS12, allow_tls13_only },
        { &TLS12, forbid_tls12 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;

        connect_and_change(&pair, cases[i].protocol, cases[i].change);
        CHECK_EQ(SSL_version(pair.client), cases[i].protocol->version);
        send_text(pair.client, pair.server, "as agreed");
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void choose_others(SSL *ssl)
{
    CHECK(SSL_set_ciphersuites(ssl, "TLS_CHACHA20_POLY1305_SHA256"));
    CHECK(SSL_set_cipher_list(ssl, "ECDHE-ECDSA-CHACHA20-POLY1305"));
    CHECK(SSL_set1_groups_list(ssl, "P-256"));
}

static void tls13_has_chosen_suite_and_group_before_the_callback(void)
{
    struct pair pair;

    connect_and_change(&pair, &TLS13, choose_others);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_AES_256_GCM_SHA384");
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_X25519);
    pair_close(&pair);
    pair_free(&pair);
}

static void never_called(SSL *ssl)
{
    (void)ssl;
    CHECK(!"the handshake ends before the callback");
}

static void tls13_without_a_common_suite_ends_before_the_callback(void)
{
    struct outcome client, server;
    struct pair pair;

    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_CTX_set_ciphersuites(pair.server_ctx, "TLS_CHACHA20_POLY1305_SHA256"));
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, on_server_name);
    change = never_called;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_NO_SHARED_CIPHER);
    CHECK_EQ(client.reason, SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE);
    pair_free(&pair);
}

static void tls12_chooses_suite_and_group_after_the_callback(void)
{
    struct pair pair;

    connect_and_change(&pair, &TLS12, choose_others);
    CHECK_STR(SSL_get_cipher_name(pair.client), "ECDHE-ECDSA-CHACHA20-POLY1305");
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_X9_62_prime256v1);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- on clients ---- */

/* What has been called, in order: n for the servername callback, v for verification, c for the client's certificate. */
static char called[16];
static int answer, answer_alert;
static int reused_inside, version_inside, type_inside;
static char name_inside[32];

static void record_call(char what)
{
    size_t length = strlen(called);

    CHECK(length + 1 < sizeof(called));
    called[length] = what;
    called[length + 1] = '\0';
}

static int on_name_at_client(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    CHECK_STR(argument, "argument");
    CHECK_EQ(SSL_is_server(ssl), 0);
    CHECK_EQ(*alert, SSL_AD_UNRECOGNIZED_NAME);
    CHECK_EQ(SSL_in_init(ssl), 1);
    record_call('n');
    reused_inside = SSL_session_reused(ssl);
    version_inside = SSL_version(ssl);
    type_inside = SSL_get_servername_type(ssl);
    snprintf(name_inside, sizeof(name_inside), "%s", name == NULL ? "(none)" : name);
    if (answer_alert != 0)
        *alert = answer_alert;
    return answer;
}

static int on_verify(int ok, X509_STORE_CTX *store)
{
    if (X509_STORE_CTX_get_error_depth(store) == 0)
        record_call('v');
    return ok;
}

static int on_certificate(SSL *ssl, void *argument)
{
    (void)ssl, (void)argument;
    record_call('c');
    return 1;
}

static int acknowledge(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert;
    return *(int *)argument;
}

static void watch_client(struct pair *pair, const struct protocol *protocol, int returned)
{
    pair_init(pair, protocol);
    SSL_CTX_set_tlsext_servername_callback(pair->client_ctx, on_name_at_client);
    SSL_CTX_set_tlsext_servername_arg(pair->client_ctx, "argument");
    SSL_CTX_set_verify(pair->client_ctx, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_set_session_id_context(pair->server_ctx, (const unsigned char *)"id", 2), 1);
    SSL_CTX_set_cert_cb(pair->client_ctx, on_certificate, NULL);
    answer = returned;
    answer_alert = 0;
    called[0] = name_inside[0] = '\0';
}

/* SSL_CTX_set_tlsext_servername_callback(3) is for both ends: a client learns that the server's extensions are there. */
static void a_client_is_asked_when_the_servers_extensions_are_there(const struct protocol *protocol)
{
    static const char *const names[] = { NULL, "localhost" };
    static int answers[] = { SSL_TLSEXT_ERR_OK, SSL_TLSEXT_ERR_NOACK };

    for (int named = 0; named < 2; named++) {
        for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
            struct pair pair;
            SSL_SESSION *session = NULL;

            watch_client(&pair, protocol, answers[acknowledged]);
            SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, acknowledge);
            SSL_CTX_set_tlsext_servername_arg(pair.server_ctx, &answers[acknowledged]);
            for (int resumed = 0; resumed < 2; resumed++) {
                called[0] = '\0';
                pair.offered = session;
                pair_open(&pair);
                CHECK_EQ(SSL_set_tlsext_host_name(pair.client, names[named]), 1);
                pair_handshake(&pair);
                CHECK_EQ(SSL_session_reused(pair.client), resumed);
                CHECK_STR(called, resumed ? "n" : "nvc");
                CHECK_EQ(reused_inside, resumed);
                CHECK_EQ(version_inside, protocol->version);
                CHECK_STR(name_inside, named ? "localhost" : "(none)");
                CHECK_EQ(type_inside, named ? TLSEXT_NAMETYPE_host_name : -1);
                pair_settle(&pair);
                if (session == NULL)
                    session = SSL_get1_session(pair.client);
                pair_close(&pair);
            }
            SSL_SESSION_free(session);
            pair_free(&pair);
        }
    }
}

static void a_client_may_refuse_what_the_server_has_sent(const struct protocol *protocol)
{
    static const int alerts[] = { 0, SSL_AD_ACCESS_DENIED };

    for (size_t i = 0; i < 2; i++) {
        struct outcome client, server;
        struct pair pair;

        watch_client(&pair, protocol, SSL_TLSEXT_ERR_ALERT_FATAL);
        answer_alert = alerts[i];
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_STR(called, "n");
        CHECK_EQ(client.reason, SSL_R_CALLBACK_FAILED);
        CHECK_EQ(server.reason, SSL_AD_REASON_OFFSET + (alerts[i] == 0 ? SSL_AD_UNRECOGNIZED_NAME : alerts[i]));
        pair_free(&pair);
    }
}

static int warned;

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where == SSL_CB_WRITE_ALERT)
        warned = value;
}

/* There are no such warnings in TLS 1.3. */
static void a_client_may_warn_the_server(const struct protocol *protocol)
{
    struct pair pair;

    watch_client(&pair, protocol, SSL_TLSEXT_ERR_ALERT_WARNING);
    warned = 0;
    SSL_CTX_set_info_callback(pair.client_ctx, on_info);
    pair_connect(&pair);
    CHECK_EQ(warned, protocol == &TLS12 ? SSL3_AL_WARNING << 8 | SSL_AD_UNRECOGNIZED_NAME : 0);
    CHECK_STR(called, "nvc");
    send_text(pair.client, pair.server, "all the same");
    pair_free(&pair);
}

static SSL_CTX *other_context;

static int switch_at_client(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    record_call('n');
    CHECK(SSL_set_SSL_CTX(ssl, other_context) == other_context);
    return SSL_TLSEXT_ERR_OK;
}

/* The store of the other context is what the server's certificate is verified by. */
static void a_client_may_switch_its_context(const struct protocol *protocol)
{
    for (int trusting = 0; trusting < 2; trusting++) {
        struct outcome client, server;
        struct pair pair;

        watch_client(&pair, protocol, SSL_TLSEXT_ERR_OK);
        SSL_CTX_set_tlsext_servername_callback(pair.client_ctx, switch_at_client);
        other_context = SSL_CTX_new(TLS_client_method());
        CHECK(other_context != NULL);
        if (trusting)
            trust(other_context, pki_ca());
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(called[0], 'n');
        CHECK_EQ(client.reason, trusting ? 0 : SSL_R_CERTIFICATE_VERIFY_FAILED);
        pair_free(&pair);
        SSL_CTX_free(other_context);
    }
}

static int servers_calls;

static int count_at_server(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert, (void)argument;
    servers_calls++;
    return SSL_TLSEXT_ERR_OK;
}

static void a_client_that_must_send_a_second_hello_is_asked_once(void)
{
    struct pair pair;

    watch_client(&pair, &TLS13, SSL_TLSEXT_ERR_OK);
    servers_calls = 0;
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"), 1);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, count_at_server);
    pair_connect(&pair);
    CHECK_STR(called, "nvc");
    /* For each ClientHello; this library decides by the first. */
    CHECK_EQ(servers_calls, on_reprise() ? 1 : 2);
    pair_free(&pair);
}

static int connect_others(SSL *ssl, int *alert, void *argument)
{
    struct pair others;

    (void)alert, (void)argument;
    record_call('n');
    pair_init(&others, SSL_version(ssl) == TLS1_2_VERSION ? &TLS13 : &TLS12);
    pair_connect(&others);
    send_text(others.client, others.server, "meanwhile");
    pair_close(&others);
    pair_free(&others);
    return SSL_TLSEXT_ERR_OK;
}

static void a_client_may_use_other_connections_meanwhile(const struct protocol *protocol)
{
    struct pair pair;

    watch_client(&pair, protocol, SSL_TLSEXT_ERR_OK);
    SSL_CTX_set_tlsext_servername_callback(pair.client_ctx, connect_others);
    pair_connect(&pair);
    CHECK_STR(called, "nvc");
    send_text(pair.client, pair.server, "afterwards");
    pair_free(&pair);
}

TEST_MAIN(TEST(versions_forbidden_by_the_callback_have_been_chosen_already),
          TEST(tls13_has_chosen_suite_and_group_before_the_callback),
          TEST(tls13_without_a_common_suite_ends_before_the_callback),
          TEST(tls12_chooses_suite_and_group_after_the_callback),
          TEST_EACH(a_client_is_asked_when_the_servers_extensions_are_there),
          TEST_EACH(a_client_may_refuse_what_the_server_has_sent),
          TEST_EACH(a_client_may_warn_the_server),
          TEST_EACH(a_client_may_switch_its_context),
          TEST(a_client_that_must_send_a_second_hello_is_asked_once),
          TEST_EACH(a_client_may_use_other_connections_meanwhile))
