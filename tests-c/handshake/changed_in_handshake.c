/*
 * Settings that a program changes in the middle of a handshake count from then on: a server asks for a certificate as the
 * verification mode is when it writes its flight (SSL_set_verify(3)), and a client takes of what it has offered what it
 * would still offer. What is set about a verification that is over does not change what a session holds of it.
 */
#include <openssl/ssl.h>

#include "pair.h"

/* ---- A server that comes to verify its client ---- */

static void demand_a_certificate(SSL *ssl)
{
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

static void init_server_that_may_verify(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    trust(pair->server_ctx, pki_ca());
}

/* The client has no certificate, or one that the server trusts. */
static void finish_with_demand(struct pair *pair, bool has_certificate)
{
    struct outcome client, server;

    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.ret, has_certificate ? 1 : -1);
    if (has_certificate)
        CHECK(SSL_get0_peer_certificate(pair->server) != NULL);
    else
        CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    pair_drop(pair);
    pair_free(pair);
}

static int demand_and_staple_nothing(SSL *ssl, void *argument)
{
    (void)argument;
    demand_a_certificate(ssl);
    return SSL_TLSEXT_ERR_NOACK;
}

static void a_certificate_demanded_by_the_status_callback_is_asked_for(const struct protocol *protocol)
{
    for (int has = 0; has < 2; has++) {
        struct pair pair;

        init_server_that_may_verify(&pair, protocol);
        SSL_CTX_set_tlsext_status_cb(pair.server_ctx, demand_and_staple_nothing);
        if (has)
            use_credentials(pair.client_ctx, pki_client());
        pair_open(&pair);
        CHECK(SSL_set_tlsext_status_type(pair.client, TLSEXT_STATUSTYPE_ocsp));
        finish_with_demand(&pair, has);
    }
}

static void a_certificate_demanded_before_the_second_hello_is_asked_for(void)
{
    for (int has = 0; has < 2; has++) {
        struct pair pair;

        init_server_that_may_verify(&pair, &TLS13);
        CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
        CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"));
        if (has)
            use_credentials(pair.client_ctx, pki_client());
        pair_open(&pair);
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        demand_a_certificate(pair.server);
        finish_with_demand(&pair, has);
    }
}

static int stop_demanding(SSL *ssl, void *argument)
{
    (void)argument;
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    return SSL_TLSEXT_ERR_NOACK;
}

static void a_certificate_that_is_not_demanded_any_more_is_not_asked_for(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_tlsext_status_cb(pair.server_ctx, stop_demanding);
    use_credentials(pair.client_ctx, pki_client());
    pair_open(&pair);
    CHECK(SSL_set_tlsext_status_type(pair.client, TLSEXT_STATUSTYPE_ocsp));
    pair_handshake(&pair);
    CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- A client that changes its mind between its hello and the server's ---- */

static void refuses_after(const struct protocol *protocol, void (*change)(SSL *ssl), int reason)
{
    struct pair pair;
    struct outcome client, server;

    pair_init(&pair, protocol);
    CHECK(SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_3_VERSION));
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    change(pair.client);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.reason, reason);
    pair_drop(&pair);
    pair_free(&pair);
}

static void forbid_tls13(SSL *ssl)
{
    SSL_set_options(ssl, SSL_OP_NO_TLSv1_3);
}

static void require_tls13(SSL *ssl)
{
    CHECK(SSL_set_min_proto_version(ssl, TLS1_3_VERSION));
}

static void take_other_suites(SSL *ssl)
{
    CHECK(SSL_set_ciphersuites(ssl, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_set_cipher_list(ssl, "ECDHE-ECDSA-AES128-GCM-SHA256"));
}

static void take_another_group(SSL *ssl)
{
    /* That of the server's certificate stays. */
    CHECK(SSL_set1_groups_list(ssl, "P-256"));
}

static void a_version_that_the_client_has_forbidden_meanwhile_is_refused(void)
{
    refuses_after(&TLS13, forbid_tls13, SSL_R_UNSUPPORTED_PROTOCOL);
    refuses_after(&TLS12, require_tls13, SSL_R_UNSUPPORTED_PROTOCOL);
}

static void a_suite_that_the_client_has_taken_off_its_list_meanwhile_is_refused(const struct protocol *protocol)
{
    refuses_after(protocol, take_other_suites, SSL_R_WRONG_CIPHER_RETURNED);
}

static void a_group_that_the_client_has_taken_off_its_list_meanwhile_is_refused(void)
{
    refuses_after(&TLS12, take_another_group, SSL_R_WRONG_CURVE);
}

/* ---- The result of a verification ---- */

static int overlook(SSL *ssl, void *argument)
{
    (void)argument;
    SSL_set_verify_result(ssl, X509_V_OK);
    return 1;
}

/* With SSL_VERIFY_NONE the handshake continues, and the session has the verification error. */
static void a_session_keeps_the_result_of_the_verification(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_tlsext_status_cb(pair.client_ctx, overlook);
    pair_open(&pair);
    CHECK(SSL_set_tlsext_status_type(pair.client, TLSEXT_STATUSTYPE_ocsp));
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    pair_settle(&pair);
    pair.offered = SSL_get1_session(pair.client);
    pair_close(&pair);

    SSL_CTX_set_tlsext_status_cb(pair.client_ctx, NULL);
    pair_connect(&pair);
    CHECK(SSL_session_reused(pair.client));
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    pair_settle(&pair);
    pair_close(&pair);
    SSL_SESSION_free(pair.offered);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_certificate_demanded_by_the_status_callback_is_asked_for),
          TEST(a_certificate_demanded_before_the_second_hello_is_asked_for),
          TEST_EACH(a_certificate_that_is_not_demanded_any_more_is_not_asked_for),
          TEST(a_version_that_the_client_has_forbidden_meanwhile_is_refused),
          TEST_EACH(a_suite_that_the_client_has_taken_off_its_list_meanwhile_is_refused),
          TEST(a_group_that_the_client_has_taken_off_its_list_meanwhile_is_refused),
          TEST_EACH(a_session_keeps_the_result_of_the_verification))
