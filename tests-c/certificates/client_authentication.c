/* Whether a server asks for a client's certificate, needs it, and what the client may sign with: SSL_CTX_set_verify(3). */
#include <openssl/x509v3.h>

#include "pair.h"

/* Verification */

static void a_client_that_must_authenticate_later_gets_no_data_without_a_certificate(
    const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    bool later = protocol->version == TLS1_3_VERSION && !on_reprise();
    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                           | SSL_VERIFY_POST_HANDSHAKE,
                       NULL);
    trust(pair.server_ctx, pki_ca());
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    /* OpenSSL waits for SSL_verify_client_post_handshake(). */
    CHECK_EQ(server.ret == 1, later);
    if (!later)
        CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    pair_drop(&pair);

    use_credentials(pair.client_ctx, pki_client());
    pair_connect(&pair);
    CHECK_EQ(SSL_get0_peer_certificate(pair.server) != NULL, !later);
    if (on_reprise() && protocol->version == TLS1_3_VERSION)
        CHECK_EQ(SSL_verify_client_post_handshake(pair.server), 0);
    pair_free(&pair);
}

static void a_mode_that_asks_for_no_certificate_accepts_every_client(const struct protocol *protocol)
{
    /* Without SSL_VERIFY_PEER the other bits mean nothing. */
    static const int modes[] = { SSL_VERIFY_FAIL_IF_NO_PEER_CERT, SSL_VERIFY_CLIENT_ONCE,
                                 SSL_VERIFY_POST_HANDSHAKE,
                                 SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_POST_HANDSHAKE };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct pair pair;
        pair_init(&pair, protocol);
        use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_verify(pair.server_ctx, modes[i], NULL);
        CHECK_EQ(SSL_CTX_get_verify_mode(pair.server_ctx), modes[i]);
        pair_connect(&pair);
        CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
        pair_free(&pair);
    }
}

static void verify_once_still_asks_in_every_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_CLIENT_ONCE,
                       NULL);
    trust(pair.server_ctx, pki_ca());
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    pair_free(&pair);
}

static void clients_sign_only_by_what_is_set_for_clients(const struct protocol *protocol)
{
    static const int numbers[] = { NID_sha384, EVP_PKEY_EC };
    bool tls13 = protocol->version == TLS1_3_VERSION;
    for (int form = 0; form < 4; form++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, protocol);
        use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           NULL);
        trust(pair.server_ctx, pki_ca());
        if (form == 0)
            CHECK(SSL_CTX_set1_client_sigalgs(pair.server_ctx, numbers, 2));
        else if (form == 1)
            CHECK(SSL_CTX_set1_client_sigalgs_list(pair.server_ctx, "ECDSA+SHA384"));
        pair_open(&pair);
        if (form == 2)
            CHECK(SSL_set1_client_sigalgs(pair.server, numbers, 2));
        else if (form == 3)
            CHECK(SSL_set1_client_sigalgs_list(pair.server, "ECDSA+SHA384"));
        pair_try_handshake(&pair, &client, &server);
        /* The client has a P-256 key, which in TLS 1.3 signs with SHA-256 only. */
        if (tls13)
            CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
        else if (server.ret == 1) {
            int nid = 0;
            CHECK(SSL_get_peer_signature_nid(pair.server, &nid));
            CHECK_EQ(nid, NID_sha384);
        }
        pair_free(&pair);
    }
}

static void types_of_client_certificates_are_a_hint(const struct protocol *protocol)
{
    static const unsigned char types[] = { TLS_CT_RSA_SIGN };
    struct pair pair;
    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    CHECK(SSL_CTX_set1_client_certificate_types(pair.server_ctx, types, 1));
    pair_open(&pair);
    CHECK(SSL_set1_client_certificate_types(pair.server, types, 1));
    pair_handshake(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_client_that_must_authenticate_later_gets_no_data_without_a_certificate),
          TEST_EACH(a_mode_that_asks_for_no_certificate_accepts_every_client),
          TEST_EACH(verify_once_still_asks_in_every_handshake),
          TEST_EACH(clients_sign_only_by_what_is_set_for_clients),
          TEST_EACH(types_of_client_certificates_are_a_hint))
