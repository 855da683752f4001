/* Verification of servers: what is refused, with which error, and what is known of the peer. */
#include <openssl/ssl.h>

#include "pair.h"

/* ---- the client verifies the server ---- */

/* The client refuses the server's certificate with this result and this alert. */
static void check_server_refused(struct pair *pair, long result, int alert)
{
    struct outcome client, server;

    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_get_verify_result(pair->client), result);
    CHECK_EQ(server.ret, -1);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_AD_REASON_OFFSET + alert);
    pair_free(pair);
}

static void open_with_server(struct pair *pair, const struct protocol *protocol,
                             const struct credentials *credentials)
{
    pair_init(pair, protocol);
    use_credentials(pair->server_ctx, credentials);
    pair_open(pair);
}

static void a_server_of_an_unknown_authority_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_stranger());
    check_server_refused(&pair, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                         SSL_AD_UNKNOWN_CA);
}

static void an_expired_server_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_expired_server());
    check_server_refused(&pair, X509_V_ERR_CERT_HAS_EXPIRED, SSL_AD_CERTIFICATE_EXPIRED);
}

static void a_server_of_another_name_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_other_server());
    CHECK_EQ(SSL_set1_host(pair.client, "localhost"), 1);
    check_server_refused(&pair, X509_V_ERR_HOSTNAME_MISMATCH, SSL_AD_BAD_CERTIFICATE);
}

static void a_server_of_another_address_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_server());
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pair.client), "127.0.0.2"));
    check_server_refused(&pair, X509_V_ERR_IP_ADDRESS_MISMATCH, SSL_AD_BAD_CERTIFICATE);
}

static void a_certificate_for_clients_does_not_make_a_server(
    const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_client());
    check_server_refused(&pair, X509_V_ERR_INVALID_PURPOSE,
                         SSL_AD_UNSUPPORTED_CERTIFICATE);
}

static void a_self_signed_server_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_other_ca());
    check_server_refused(&pair, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                         SSL_AD_UNKNOWN_CA);
}

static void the_right_name_and_address_are_accepted(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_server());
    CHECK_EQ(SSL_set1_host(pair.client, "localhost"), 1);
    pair_handshake(&pair);
    CHECK_STR(SSL_get0_peername(pair.client), "localhost");
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    pair_drop(&pair);

    pair_open(&pair);
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pair.client), "127.0.0.1"));
    pair_handshake(&pair);
    pair_drop(&pair);

    pair_open(&pair);
    CHECK_EQ(SSL_set1_host(pair.client, "other.example"), 1);
    CHECK_EQ(SSL_add1_host(pair.client, "localhost"), 1);
    pair_handshake(&pair);
    pair_free(&pair);
}

static int peer_key_type(SSL *ssl)
{
    return EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(ssl)));
}

static void a_server_with_two_keys_uses_the_one_the_client_can_verify(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_server_rsa());
    for (int i = 0; i < 2; i++) {
        pair_open(&pair);
        CHECK_EQ(SSL_set1_sigalgs_list(pair.client, i == 0 ? "ECDSA+SHA256"
                                                           : "RSA-PSS+SHA256"),
                 1);
        pair_handshake(&pair);
        CHECK_EQ(peer_key_type(pair.client), i == 0 ? EVP_PKEY_EC : EVP_PKEY_RSA);
        pair_settle(&pair);
        pair_close(&pair);
    }
    pair_free(&pair);
}

static void without_verification_the_result_is_still_there(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_expired_server());
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_NONE, NULL);
    pair_connect(&pair);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_CERT_HAS_EXPIRED);
    CHECK(SSL_get0_peer_certificate(pair.client) != NULL);
    pair_free(&pair);
}

/* A program may fill the store or set parameters after SSL_new(). */
static void the_store_is_read_when_it_is_needed(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_stranger());
    trust(pair.client_ctx, pki_other_ca());
    pair_handshake(&pair);
    pair_free(&pair);
}

static void authorities_may_come_from_a_file(const struct protocol *protocol)
{
    struct pair pair;

    open_with_server(&pair, protocol, pki_stranger());
    CHECK_EQ(SSL_CTX_load_verify_locations(pair.client_ctx,
                                           pki_certificate_file(pki_other_ca()), NULL),
             1);
    pair_handshake(&pair);
    pair_free(&pair);
}

/* ---- what is known of the peer ---- */

static void the_peers_certificate_and_chains_are_known(const struct protocol *protocol)
{
    struct pair pair;
    X509 *leaf = pki_server()->certificate;
    X509 *own;
    STACK_OF(X509) *chain;

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_add1_chain_cert(pair.server_ctx, pki_ca()->certificate), 1);
    pair_connect(&pair);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.client), leaf), 0);
    own = SSL_get1_peer_certificate(pair.client);
    CHECK(own == SSL_get0_peer_certificate(pair.client));
    X509_free(own);
    /* A client's view of the peer's chain includes the leaf. */
    chain = SSL_get_peer_cert_chain(pair.client);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(X509_cmp(sk_X509_value(chain, 0), leaf), 0);
    CHECK_EQ(X509_cmp(sk_X509_value(chain, 1), pki_ca()->certificate), 0);
    chain = SSL_get0_verified_chain(pair.client);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(X509_cmp(sk_X509_value(chain, 1), pki_ca()->certificate), 0);
    CHECK(SSL_SESSION_get0_peer(SSL_get_session(pair.client)) == SSL_get0_peer_certificate(pair.client));
    /* The client sent none. */
    CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
    CHECK(SSL_get_peer_cert_chain(pair.server) == NULL);
    CHECK_EQ(X509_cmp(SSL_get_certificate(pair.server), leaf), 0);
    CHECK(SSL_get_certificate(pair.client) == NULL);
    pair_free(&pair);
}

/* S92 */
static void after_resumption_the_peer_comes_from_the_session(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *restored;
    unsigned char der[4096];
    unsigned char *end = der;
    const unsigned char *start = der;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    i2d_SSL_SESSION(session, &end);
    restored = d2i_SSL_SESSION(NULL, &start, end - der);
    for (int i = 0; i < 2; i++) {
        pair.offered = i == 0 ? session : restored;
        pair_connect(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.client),
                          pki_server()->certificate),
                 0);
        CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
        CHECK_EQ(SSL_get_peer_cert_chain(pair.client) != NULL, i == 0);
        pair_settle(&pair);
        pair_close(&pair);
    }
    SSL_SESSION_free(session);
    SSL_SESSION_free(restored);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_server_of_an_unknown_authority_is_refused),
          TEST_EACH(an_expired_server_is_refused),
          TEST_EACH(a_server_of_another_name_is_refused),
          TEST_EACH(a_server_of_another_address_is_refused),
          TEST_EACH(a_certificate_for_clients_does_not_make_a_server),
          TEST_EACH(a_self_signed_server_is_refused),
          TEST_EACH(the_right_name_and_address_are_accepted),
          TEST_EACH(a_server_with_two_keys_uses_the_one_the_client_can_verify),
          TEST_EACH(without_verification_the_result_is_still_there),
          TEST_EACH(the_store_is_read_when_it_is_needed),
          TEST_EACH(authorities_may_come_from_a_file),
          TEST_EACH(the_peers_certificate_and_chains_are_known),
          TEST_EACH(after_resumption_the_peer_comes_from_the_session))
