/* Resumption does not depend on the server's certificates, nor on what it would choose for a new
 * session: neither is used when a session is resumed (S110). */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

static int calls;

/* lighttpd has its certificates set this way, and none in the context. */
static int install(SSL *ssl, void *argument)
{
    const struct credentials *credentials = argument;

    calls++;
    CHECK_EQ(SSL_use_certificate(ssl, credentials->certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, credentials->key), 1);
    return 1;
}

static void a_server_resumes_without_a_certificate_of_its_context(const struct protocol *protocol)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        SSL_SESSION *session;

        pair_init(&pair, protocol);
        SSL_CTX_free(pair.server_ctx);
        pair.server_ctx = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_min_proto_version(pair.server_ctx, protocol->version);
        SSL_CTX_set_max_proto_version(pair.server_ctx, protocol->version);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_cert_cb(pair.server_ctx, install, (void *)pki_server());
        calls = 0;
        session = pair_new_session(&pair);
        CHECK_EQ(calls, 1);
        CHECK(pair_resumes(&pair, session));
        CHECK_EQ(calls, 1);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* A session made with `first` alone is resumed by a client that offers `later`. */
static void check_suite_is_kept(const char *first, const char *later, bool server_order)
{
    struct pair pair;
    SSL_SESSION *session;
    const SSL_CIPHER *cipher;

    pair_init(&pair, &TLS12);
    use_credentials(pair.server_ctx, pki_server_rsa());
    if (server_order)
        SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, first), 1);
    session = pair_new_session(&pair);
    cipher = SSL_SESSION_get0_cipher(session);
    CHECK_STR(SSL_CIPHER_get_name(cipher), first);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, later), 1);
    pair.offered = session;
    pair_connect(&pair);
    CHECK(SSL_session_reused(pair.client) && SSL_session_reused(pair.server));
    CHECK_STR(SSL_get_cipher_name(pair.server), first);
    pair_settle(&pair);
    pair_close(&pair);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void the_sessions_suite_comes_before_every_preference(void)
{
    static const char ecdsa128[] = "ECDHE-ECDSA-AES128-GCM-SHA256";
    static const char rsa128[] = "ECDHE-RSA-AES128-GCM-SHA256";
    static const char all[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                              "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256";

    for (int server_order = 0; server_order < 2; server_order++) {
        check_suite_is_kept(ecdsa128, all, server_order);
        check_suite_is_kept(rsa128, all, server_order);
    }
}

/* The certificate of the session's kind may be gone. */
static void a_session_outlives_its_certificate(void)
{
    struct pair pair;
    SSL_SESSION *session;
    unsigned char keys[80];

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)), 1);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(pair.server_ctx, TLS1_2_VERSION);
    use_credentials(pair.server_ctx, pki_server_rsa());
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)), 1);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static int forbid_the_sessions_suite(SSL *ssl, int *alert, void *argument)
{
    (void)alert;
    (void)argument;
    CHECK_EQ(SSL_set_cipher_list(ssl, "ECDHE-ECDSA-AES256-GCM-SHA384"), 1);
    return SSL_TLSEXT_ERR_OK;
}

/* Whether or not the server still resumes then, it has what it needs. */
static void a_suite_that_the_servername_callback_forbids_ends_no_handshake(void)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        SSL_SESSION *session;

        pair_init(&pair, &TLS12);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx,
                                         "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"),
                 1);
        session = pair_new_session(&pair);
        CHECK_STR(SSL_CIPHER_get_name(SSL_SESSION_get0_cipher(session)), "ECDHE-ECDSA-AES128-GCM-SHA256");
        SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, forbid_the_sessions_suite);
        pair.offered = session;
        pair_connect(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), SSL_session_reused(pair.server));
        pair_settle(&pair);
        pair_close(&pair);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

TEST_MAIN(TEST_EACH(a_server_resumes_without_a_certificate_of_its_context),
          TEST(the_sessions_suite_comes_before_every_preference),
          TEST(a_session_outlives_its_certificate),
          TEST(a_suite_that_the_servername_callback_forbids_ends_no_handshake))
