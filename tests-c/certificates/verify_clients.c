/* Verification of clients: what is rejected, with which error and alert, and what the client shows. */
#include <openssl/ssl.h>

#include "pair.h"

static void open_with_client(struct pair *pair, const struct protocol *protocol,
                             int mode, const struct credentials *credentials)
{
    pair_init(pair, protocol);
    SSL_CTX_set_verify(pair->server_ctx, mode, NULL);
    trust(pair->server_ctx, pki_ca());
    if (credentials != NULL)
        use_credentials(pair->client_ctx, credentials);
    pair_open(pair);
}

static void a_client_with_a_certificate_is_known(const struct protocol *protocol)
{
    struct pair pair;
    STACK_OF(X509) *chain;

    open_with_client(&pair, protocol, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     pki_client());
    pair_handshake(&pair);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.server),
                      pki_client()->certificate),
             0);
    CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_OK);
    /* A server's view of the peer's chain leaves the leaf out. The authority is in it
     * since the client completes its chain from its own store. */
    chain = SSL_get_peer_cert_chain(pair.server);
    CHECK_EQ(sk_X509_num(chain), 1);
    CHECK_EQ(X509_cmp(sk_X509_value(chain, 0), pki_ca()->certificate), 0);
    CHECK_EQ(sk_X509_num(SSL_get0_verified_chain(pair.server)), 2);
    CHECK_EQ(X509_cmp(SSL_get_certificate(pair.client), pki_client()->certificate), 0);
    pair_free(&pair);
}

static void a_client_without_certificate_may_be_accepted(const struct protocol *protocol)
{
    struct pair pair;

    open_with_client(&pair, protocol, SSL_VERIFY_PEER, NULL);
    pair_handshake(&pair);
    CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
    CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_OK);
    pair_free(&pair);
}

static void a_client_is_not_asked_unless_verified(const struct protocol *protocol)
{
    struct pair pair;

    open_with_client(&pair, protocol, SSL_VERIFY_NONE, pki_client());
    pair_handshake(&pair);
    CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
    pair_free(&pair);
}

static int reported_alert;

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where == SSL_CB_WRITE_ALERT)
        reported_alert = value;
}

/* The server rejects the client, and its info callback sees the alert. In TLS 1.3 the client gets it when it reads. */
static void check_client_refused(struct pair *pair, int reason, long result, int alert)
{
    struct outcome client, server;
    char byte;

    reported_alert = 0;
    SSL_set_info_callback(pair->server, on_info);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.ret, -1);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, reason);
    CHECK_EQ(reported_alert, SSL3_AL_FATAL << 8 | alert);
    CHECK_EQ(SSL_get_verify_result(pair->server), result);
    if (SSL_version(pair->client) == TLS1_3_VERSION) {
        CHECK_EQ(client.ret, 1);
        CHECK(SSL_read(pair->client, &byte, 1) <= 0);
        CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_SSL);
        CHECK_REASON(SSL_AD_REASON_OFFSET + alert);
    } else {
        CHECK_EQ(client.error, SSL_ERROR_SSL);
        CHECK_EQ(client.reason, SSL_AD_REASON_OFFSET + alert);
    }
    pair_free(pair);
}

static void a_missing_client_certificate_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_client(&pair, protocol, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     NULL);
    check_client_refused(&pair, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, X509_V_OK,
                         protocol->version == TLS1_3_VERSION
                             ? SSL_AD_CERTIFICATE_REQUIRED
                             : SSL_AD_HANDSHAKE_FAILURE);
}

static void an_untrusted_client_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_client(&pair, protocol, SSL_VERIFY_PEER, pki_stranger_client());
    check_client_refused(&pair, SSL_R_CERTIFICATE_VERIFY_FAILED,
                         X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, SSL_AD_UNKNOWN_CA);
}

static void an_expired_client_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_client(&pair, protocol, SSL_VERIFY_PEER, pki_expired_client());
    check_client_refused(&pair, SSL_R_CERTIFICATE_VERIFY_FAILED,
                         X509_V_ERR_CERT_HAS_EXPIRED, SSL_AD_CERTIFICATE_EXPIRED);
}

static void a_certificate_for_servers_does_not_make_a_client(
    const struct protocol *protocol)
{
    struct pair pair;

    open_with_client(&pair, protocol, SSL_VERIFY_PEER, pki_server());
    check_client_refused(&pair, SSL_R_CERTIFICATE_VERIFY_FAILED,
                         X509_V_ERR_INVALID_PURPOSE, SSL_AD_UNSUPPORTED_CERTIFICATE);
}

static int names_seen;

static int choose_certificate(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
    const STACK_OF(X509_NAME) *names = SSL_get_client_CA_list(ssl);

    names_seen = sk_X509_NAME_num(names);
    if (names_seen == 1)
        CHECK_EQ(X509_NAME_cmp(sk_X509_NAME_value(names, 0),
                               X509_get_subject_name(pki_ca()->certificate)),
                 0);
    *certificate = pki_client()->certificate;
    *key = pki_client()->key;
    X509_up_ref(*certificate);
    EVP_PKEY_up_ref(*key);
    return 1;
}

static void the_client_knows_which_authorities_the_server_wants(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    CHECK_EQ(SSL_CTX_add_client_CA(pair.server_ctx, pki_ca()->certificate), 1);
    SSL_CTX_set_client_cert_cb(pair.client_ctx, choose_certificate);
    pair_connect(&pair);
    CHECK_EQ(names_seen, 1);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.server),
                      pki_client()->certificate),
             0);
    pair_free(&pair);
}

/* SSL_CERT_FLAG_TLS_STRICT: a chain that the server does not take is not shown. */
static void a_strict_client_shows_only_what_the_server_has_asked_for(const struct protocol *protocol)
{
    const struct credentials *named[] = { pki_ca(), pki_other_ca() };

    for (int strict = 0; strict < 2; strict++) {
        for (int i = 0; i < 2; i++) {
            /* TLS 1.3 does not name types of certificates, so nothing is of a type that was named. */
            bool shown = strict == 0 || (i == 0 && protocol->version == TLS1_2_VERSION);
            struct pair pair;

            pair_init(&pair, protocol);
            SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
            trust(pair.server_ctx, pki_ca());
            CHECK_EQ(SSL_CTX_add_client_CA(pair.server_ctx, named[i]->certificate), 1);
            use_credentials(pair.client_ctx, pki_client());
            if (strict)
                CHECK_EQ(SSL_CTX_set_cert_flags(pair.client_ctx, SSL_CERT_FLAG_TLS_STRICT), SSL_CERT_FLAG_TLS_STRICT);
            pair_connect(&pair);
            CHECK_EQ(SSL_get0_peer_certificate(pair.server) != NULL, shown);
            pair_free(&pair);
        }
    }
}

/* The authority signs with SHA-256. */
static void a_strict_server_of_tls12_shows_only_chains_that_the_client_takes(void)
{
    static const char *const lists[] = { "ECDSA+SHA256", "ECDSA+SHA384:ECDSA+SHA512" };

    for (int i = 0; i < 2; i++) {
        for (int strict = 0; strict < 2; strict++) {
            struct outcome client, server;
            struct pair pair;

            pair_init(&pair, &TLS12);
            if (strict)
                SSL_CTX_set_cert_flags(pair.server_ctx, SSL_CERT_FLAG_TLS_STRICT);
            CHECK_EQ(SSL_CTX_set1_sigalgs_list(pair.client_ctx, lists[i]), 1);
            pair_open(&pair);
            pair_try_handshake(&pair, &client, &server);
            CHECK_EQ(server.ret == 1, i == 0 || !strict);
            if (server.ret != 1)
                CHECK_EQ(server.reason, SSL_R_NO_SHARED_CIPHER);
            pair_free(&pair);
        }
    }
}

/* S110, S92 */
static void a_resumed_client_is_known_without_being_asked(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"test", 4);
    trust(pair.server_ctx, pki_ca());
    use_credentials(pair.client_ctx, pki_client());
    session = pair_new_session(&pair);

    SSL_CTX_free(pair.client_ctx);
    pair.client_ctx = client_context(protocol);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.server),
                      pki_client()->certificate),
             0);
    CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_OK);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_client_with_a_certificate_is_known),
          TEST_EACH(a_client_without_certificate_may_be_accepted),
          TEST_EACH(a_client_is_not_asked_unless_verified),
          TEST_EACH(a_missing_client_certificate_is_refused),
          TEST_EACH(an_untrusted_client_is_refused),
          TEST_EACH(an_expired_client_is_refused),
          TEST_EACH(a_certificate_for_servers_does_not_make_a_client),
          TEST_EACH(the_client_knows_which_authorities_the_server_wants),
          TEST_EACH(a_strict_client_shows_only_what_the_server_has_asked_for),
          TEST(a_strict_server_of_tls12_shows_only_chains_that_the_client_takes),
          TEST_EACH(a_resumed_client_is_known_without_being_asked))
