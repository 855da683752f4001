/* Groups and signature algorithms: lists of them, and what is shown of those that were negotiated. */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "unconnected.h"

/* ---- groups and signatures ---- */

static void lists_of_groups_and_signatures_are_checked(void)
{
    const int groups[] = { NID_X9_62_prime256v1, NID_X25519 };
    const int twice[] = { NID_X25519, NID_X25519 };
    const int pairs[] = { NID_sha256, EVP_PKEY_RSA };

    make();
    CHECK_EQ(SSL_CTX_set1_groups(context, groups, 2), 1);
    CHECK_EQ(SSL_CTX_set1_groups(context, twice, 2), 0);
    CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-256:X25519"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-256:nothing"), 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_set1_sigalgs(context, pairs, 2), 1);
    CHECK_EQ(SSL_CTX_set1_sigalgs(context, pairs, 1), 0);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "RSA+SHA256:ECDSA+SHA256"), 1);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "SHA256+RSA:SHA384+ECDSA:sha512+PSS"), 1);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "RSA"), 0);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "RSA+RSA"), 0);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "SHA256+SHA256"), 0);
    CHECK_EQ(SSL_CTX_set1_client_sigalgs_list(context, "ECDSA+SHA384"), 1);
    CHECK_NO_ERROR();
    unmake();
}

static void a_server_knows_the_clients_groups(const struct protocol *protocol)
{
    struct pair pair;
    int groups[8];

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "P-384:P-256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256:X25519:P-384"), 1);
    pair_connect(&pair);
    CHECK_EQ(SSL_get1_groups(pair.server, NULL), 2);
    CHECK_EQ(SSL_get1_groups(pair.server, groups), 2);
    CHECK_EQ(groups[0], NID_secp384r1);
    CHECK_EQ(groups[1], NID_X9_62_prime256v1);
    CHECK_EQ(SSL_get_shared_group(pair.server, -1), 2);
    CHECK_EQ(SSL_get_shared_group(pair.server, 0), NID_secp384r1);
    CHECK_EQ(SSL_get_shared_group(pair.server, 2), NID_undef);
    CHECK_EQ(SSL_get_shared_group(pair.client, 0), 0);
    CHECK_EQ(SSL_get_negotiated_group(pair.server), SSL_get_negotiated_group(pair.client));
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
    pair_settle(&pair);
    pair.offered = SSL_get1_session(pair.client);
    pair_close(&pair);

    /* TLS 1.2 resumes without a key exchange, and the groups do not matter. */
    pair_connect(&pair);
    CHECK(SSL_session_reused(pair.server));
    CHECK_EQ(SSL_get1_groups(pair.server, NULL), protocol->version == TLS1_2_VERSION ? 0 : 2);
    SSL_SESSION_free(pair.offered);
    pair_free(&pair);
}

static void what_was_negotiated_is_shown(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *suites = NULL;
    int hash = 0, length;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_get_extms_support(pair.client), -1);
    CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_peer_signature_nid(pair.client, &hash), 1);
    CHECK_EQ(hash, NID_sha256);
    CHECK_EQ(SSL_get_signature_nid(pair.server, &hash), 1);
    CHECK_EQ(hash, NID_sha256);
    CHECK_EQ(SSL_get_signature_nid(pair.client, &hash), 0);
    if (protocol->version == TLS1_2_VERSION) {
        CHECK_EQ(SSL_get_extms_support(pair.client), 1);
        CHECK_EQ(SSL_get_extms_support(pair.server), 1);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 1);
    } else {
        CHECK_EQ(SSL_get_extms_support(pair.client), 0);
        CHECK_EQ(SSL_get_extms_support(pair.server), 0);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
    }
    /* What the client has sent counts, also in TLS 1.3, though a client of Reprise does not send it
     * there. */
    CHECK_EQ(SSL_get_secure_renegotiation_support(pair.server),
             protocol->version == TLS1_2_VERSION || !on_reprise());
    CHECK_EQ(SSL_get0_raw_cipherlist(pair.server, NULL), 2);
    length = (int)SSL_get0_raw_cipherlist(pair.server, &suites);
    CHECK(length >= 2 && length % 2 == 0 && suites != NULL);
    CHECK_EQ(SSL_get0_raw_cipherlist(pair.client, &suites), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- ClientHello ---- */

/* What s_client shows as "Server Temp Key". */
static void check_peer_key(SSL *end, int type, int bits)
{
    EVP_PKEY *key = NULL;

    CHECK_EQ(SSL_get_peer_tmp_key(end, &key), 1);
    CHECK_EQ(EVP_PKEY_get_id(key), type);
    CHECK_EQ(EVP_PKEY_get_bits(key), bits);
    EVP_PKEY_free(key);
}

static void the_peers_key_of_the_key_exchange_is_shown(const struct protocol *protocol)
{
    static const struct {
        const char *group;
        int type, bits;
    } groups[] = { { "X25519", EVP_PKEY_X25519, 253 },
                   { "P-256", EVP_PKEY_EC, 256 },
                   { "P-384", EVP_PKEY_EC, 384 } };
    EVP_PKEY *key = NULL;
    struct pair pair;
    size_t i;

    for (i = 0; i < 3; i++) {
        /* TLS 1.2 wants the curve of the certificate too. */
        const char *list = i == 1 ? "P-256" : i == 0 ? "X25519:P-256"
                                                     : "P-384:P-256";

        pair_init(&pair, protocol);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, list), 1);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, groups[i].group), 1);
        pair_open(&pair);
        CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &key), 0);
        pair_handshake(&pair);
        check_peer_key(pair.client, groups[i].type, groups[i].bits);
        if (protocol->version == TLS1_3_VERSION)
            check_peer_key(pair.server, groups[i].type, groups[i].bits);
        else
            CHECK_EQ(SSL_get_peer_tmp_key(pair.server, &key), 0);
        pair_free(&pair);
    }
}

static void a_tls12_resumption_has_the_group_of_its_session(void)
{
    for (int tickets = 0; tickets <= 1; tickets++) {
        struct pair pair;
        SSL_SESSION *session;

        pair_init(&pair, &TLS12);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "P-384:P-256"), 1);
        session = pair_new_session(&pair);
        pair.offered = session;
        pair_connect(&pair);
        CHECK(SSL_session_reused(pair.server));
        CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
        CHECK_EQ(SSL_get_negotiated_group(pair.server), NID_secp384r1);
        pair_close(&pair);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void keys_for_one_handshake_are_shown_if_they_are_known(const struct protocol *protocol)
{
    struct pair pair;
    EVP_PKEY *own = NULL, *peers = NULL;
    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &peers), 1);
    CHECK_EQ(SSL_get_tmp_key(pair.client, &own),
             protocol->version == TLS1_3_VERSION && !on_reprise());
    EVP_PKEY_free(own);
    EVP_PKEY_free(peers);
    pair_free(&pair);
}

TEST_MAIN(TEST(a_tls12_resumption_has_the_group_of_its_session),
          TEST(lists_of_groups_and_signatures_are_checked),
          TEST_EACH(a_server_knows_the_clients_groups),
          TEST_EACH(what_was_negotiated_is_shown),
          TEST_EACH(the_peers_key_of_the_key_exchange_is_shown),
          TEST_EACH(keys_for_one_handshake_are_shown_if_they_are_known))
