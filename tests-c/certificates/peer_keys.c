/*
 * Keys and chains of peers that are refused whatever the trust in them: Suite B profiles (RFC 6460), curves that
 * were not offered, keys that may not sign (RFC 8422).
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "made.h"
#include "pair.h"

/* The outcome for a peer; else the error of its chain (X509_V_ERR_…). */
enum {
    ACCEPTED = 0,
    WRONG_CURVE = -1,
    REFUSED = -2
};

enum shown {
    RSA_ROOT,
    P256,
    P384,
    P384_OF_P384,
    RSA_KEY,
    KINDS
};

static struct credentials authorities[3], leaves[KINDS];

static void make_certificates(void)
{
    static const char names[] = "DNS:localhost";

    authorities[0] = made(&(struct order){ .name = "RSA", .key = "RSA2048", .authority = 1 });
    authorities[1] = made(&(struct order){ .name = "P-256", .authority = 1 });
    authorities[2] =
        made(&(struct order){ .name = "P-384", .key = "P-384", .authority = 1, .digest = EVP_sha384() });
    leaves[RSA_ROOT] = made(&(struct order){ .name = "1", .names = names, .issuer = &authorities[0] });
    leaves[P256] = made(&(struct order){ .name = "2", .names = names, .issuer = &authorities[1] });
    leaves[P384] = made(&(struct order){ .name = "3", .names = names, .key = "P-384", .issuer = &authorities[1] });
    leaves[P384_OF_P384] = made(&(struct order){
        .name = "4", .names = names, .key = "P-384", .issuer = &authorities[2], .digest = EVP_sha384() });
    leaves[RSA_KEY] = made(&(struct order){ .name = "5", .names = names, .key = "RSA2048", .issuer = &authorities[1] });
}

/* The certificate is shown by one side and verified by the other. */
static void init(struct pair *pair, const struct protocol *protocol, bool of_client, const struct credentials *shown)
{
    SSL_CTX *shower, *judge;

    pair_init(pair, protocol);
    if (!of_client) {
        /* One certificate only. */
        SSL_CTX_free(pair->server_ctx);
        pair->server_ctx = SSL_CTX_new(TLS_server_method());
        CHECK_EQ(SSL_CTX_set_min_proto_version(pair->server_ctx, protocol->version), 1);
        CHECK_EQ(SSL_CTX_set_max_proto_version(pair->server_ctx, protocol->version), 1);
    }
    shower = of_client ? pair->client_ctx : pair->server_ctx;
    judge = of_client ? pair->server_ctx : pair->client_ctx;
    for (int i = 0; i < 3; i++)
        trust(judge, &authorities[i]);
    if (of_client)
        SSL_CTX_set_verify(judge, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    use_credentials(shower, shown);
}

static SSL_CTX *judge_of(struct pair *pair, bool of_client)
{
    return of_client ? pair->server_ctx : pair->client_ctx;
}

static void check_handshake(struct pair *pair, bool of_client, int wanted)
{
    struct outcome client, server, *judge = of_client ? &server : &client;
    SSL *ssl;

    pair_try_handshake(pair, &client, &server);
    ssl = of_client ? pair->server : pair->client;
    if (wanted == ACCEPTED) {
        CHECK_EQ(client.ret, 1);
        CHECK_EQ(server.ret, 1);
        CHECK_EQ(SSL_get_verify_result(ssl), X509_V_OK);
        return;
    }
    CHECK_EQ(judge->ret, -1);
    if (wanted == WRONG_CURVE)
        CHECK_EQ(judge->reason, SSL_R_WRONG_CURVE);
    else if (wanted != REFUSED) {
        CHECK_EQ(judge->reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
        CHECK_EQ(SSL_get_verify_result(ssl), wanted);
    }
}

#define ALGORITHM X509_V_ERR_SUITE_B_INVALID_ALGORITHM
#define LEVEL X509_V_ERR_SUITE_B_LOS_NOT_ALLOWED
#define CANNOT_SIGN X509_V_ERR_SUITE_B_CANNOT_SIGN_P_384_WITH_P_256

/* clang-format off */
static const struct profile {
    const char *ciphers;
    long flags;
    /* Of clients, for there the certificate of the server is another. In TLS 1.2 a suite binds the curve. */
    int tls12[KINDS], tls13[KINDS];
    /* Of servers. */
    int server12[KINDS], server13[KINDS];
} profiles[] = {
    { "SUITEB128", SSL_CERT_FLAG_SUITEB_128_LOS,
      { ALGORITHM, ACCEPTED, CANNOT_SIGN, WRONG_CURVE, REFUSED },
      { ALGORITHM, ACCEPTED, CANNOT_SIGN, ACCEPTED, REFUSED },
      { ALGORITHM, ACCEPTED, CANNOT_SIGN, WRONG_CURVE, REFUSED },
      { ALGORITHM, ACCEPTED, CANNOT_SIGN, ACCEPTED, REFUSED } },
    { "SUITEB128ONLY", SSL_CERT_FLAG_SUITEB_128_LOS_ONLY,
      { ALGORITHM, ACCEPTED, REFUSED, REFUSED, REFUSED },
      { ALGORITHM, ACCEPTED, REFUSED, REFUSED, REFUSED },
      { ALGORITHM, ACCEPTED, REFUSED, REFUSED, REFUSED },
      { ALGORITHM, ACCEPTED, REFUSED, REFUSED, REFUSED } },
    { "SUITEB192", SSL_CERT_FLAG_SUITEB_192_LOS,
      /* The certificate of the server is none for this profile. */
      { REFUSED, REFUSED, REFUSED, REFUSED, REFUSED },
      { REFUSED, REFUSED, REFUSED, REFUSED, REFUSED },
      { REFUSED, REFUSED, LEVEL, ACCEPTED, REFUSED },
      { REFUSED, REFUSED, LEVEL, ACCEPTED, REFUSED } },
};
/* clang-format on */

static void suite_b_profiles_bind_chains_keys_and_signatures(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;

    make_certificates();
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        const struct profile *profile = &profiles[i];

        for (int of_client = 0; of_client < 2; of_client++) {
            const int *of_servers = tls12 ? profile->server12 : profile->server13;
            const int *of_clients = tls12 ? profile->tls12 : profile->tls13;

            for (int shown = 0; shown < KINDS; shown++) {
                struct pair pair;

                init(&pair, protocol, of_client, &leaves[shown]);
                CHECK_EQ(SSL_CTX_set_cipher_list(judge_of(&pair, of_client), profile->ciphers), 1);
                pair_open(&pair);
                check_handshake(&pair, of_client, of_client ? of_clients[shown] : of_servers[shown]);
                pair_free(&pair);
            }
        }
    }
}

static void suite_b_may_be_asked_for_by_flags(const struct protocol *protocol)
{
    make_certificates();
    for (int way = 0; way < 3; way++) {
        struct pair pair;

        init(&pair, protocol, false, &leaves[RSA_ROOT]);
        if (way == 0)
            SSL_CTX_set_cert_flags(pair.client_ctx, SSL_CERT_FLAG_SUITEB_128_LOS);
        pair_open(&pair);
        if (way == 1)
            SSL_set_cert_flags(pair.client, SSL_CERT_FLAG_SUITEB_128_LOS_ONLY);
        /* The context's flags of now are not those of a connection from before. */
        SSL_CTX_set_cert_flags(pair.client_ctx, SSL_CERT_FLAG_SUITEB_128_LOS);
        check_handshake(&pair, false, way == 2 ? ACCEPTED : ALGORITHM);
        pair_free(&pair);
    }
}

static void a_later_cipher_string_does_not_leave_suite_b(void)
{
    struct pair pair;

    make_certificates();
    init(&pair, &TLS12, false, &leaves[RSA_ROOT]);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "SUITEB128"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ALL:@SECLEVEL=0"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"), 1);
    pair_open(&pair);
    for (int i = 0; i < 10; i++) {
        const char *name = SSL_get_cipher_list(pair.client, i);

        CHECK(name == NULL || strncmp(name, "TLS_", 4) == 0 || strncmp(name, "ECDHE-ECDSA-AES", 15) == 0);
    }
    check_handshake(&pair, false, ALGORITHM);
    pair_drop(&pair);
    /* The flags can be taken back. */
    SSL_CTX_clear_cert_flags(pair.client_ctx, SSL_CERT_FLAG_SUITEB_128_LOS);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ALL"), 1);
    pair_open(&pair);
    check_handshake(&pair, false, ACCEPTED);
    pair_free(&pair);
}

static void a_client_key_on_another_curve_is_refused_in_tls12(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    struct pair pair;

    make_certificates();
    /* Not among the server's groups. */
    init(&pair, protocol, true, &leaves[P384]);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "X25519:P-256"), 1);
    pair_open(&pair);
    check_handshake(&pair, true, tls12 ? WRONG_CURVE : ACCEPTED);
    pair_free(&pair);
    /* Not among those that the client has named itself. */
    init(&pair, protocol, true, &leaves[P384]);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"), 1);
    pair_open(&pair);
    check_handshake(&pair, true, tls12 ? WRONG_CURVE : ACCEPTED);
    pair_free(&pair);
    /* A curve that no group has. */
    for (int i = 0; i < 2; i++) {
        struct credentials odd =
            made(&(struct order){ .name = "odd", .key = i ? "secp256k1" : "brainpoolP256r1", .issuer = &authorities[0] });

        init(&pair, protocol, true, &odd);
        pair_open(&pair);
        check_handshake(&pair, true, REFUSED);
        pair_free(&pair);
        made_free(&odd);
    }
}

/* In the ClientHello on its way: the list of groups. */
static void replace_group(BIO *wire, unsigned short from, unsigned short to)
{
    unsigned char *bytes;
    long length = BIO_get_mem_data(wire, (char **)&bytes);

    for (long i = 0; i + 8 < length; i++) {
        /* supported_groups with two of them. */
        if (memcmp(bytes + i, "\0\x0a\0\x06\0\x04", 6) != 0)
            continue;
        for (long at = i + 6; at < i + 10; at += 2) {
            if (bytes[at] == from >> 8 && bytes[at + 1] == (from & 0xff)) {
                bytes[at] = (unsigned char)(to >> 8);
                bytes[at + 1] = (unsigned char)to;
                return;
            }
        }
    }
    CHECK(!"the group is offered");
}

static void a_server_key_on_a_curve_that_was_not_offered_is_refused(void)
{
    for (int offered = 0; offered < 2; offered++) {
        struct pair pair;

        make_certificates();
        init(&pair, &TLS12, false, &leaves[P384]);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, offered ? "P-256:P-384" : "P-256:X25519"), 1);
        pair_open(&pair);
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        if (!offered)
            replace_group(pair.to_server, 29, 24);
        check_handshake(&pair, false, offered ? ACCEPTED : WRONG_CURVE);
        pair_free(&pair);
    }
}

/* A certificate whose own side takes it for one that may sign: what libcrypto remembers of it is from before. */
static struct credentials that_may_not_sign(const struct credentials *issuer)
{
    struct credentials made_one =
        made(&(struct order){ .name = "agrees only", .names = "DNS:localhost", .issuer = issuer });
    X509 *certificate = made_one.certificate;
    X509_EXTENSION *usage;

    CHECK(X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE);
    X509_EXTENSION_free(X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, NID_key_usage, -1)));
    usage = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,keyAgreement");
    CHECK(X509_add_ext(certificate, usage, -1));
    X509_EXTENSION_free(usage);
    CHECK(X509_sign(certificate, issuer->key, EVP_sha256()));
    CHECK(X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE);
    return made_one;
}

static void a_server_key_that_may_not_sign_is_refused_in_tls12(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    struct credentials shown;
    struct outcome client, server;
    struct pair pair;

    make_certificates();
    shown = that_may_not_sign(&authorities[1]);
    for (int verified = 0; verified < 2; verified++) {
        init(&pair, protocol, false, &shown);
        if (!verified)
            SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_NONE, NULL);
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret, tls12 ? -1 : 1);
        if (tls12) {
            CHECK(client.reason == SSL_R_BAD_ECC_CERT || client.reason == SSL_R_ECC_CERT_NOT_FOR_SIGNING);
            CHECK_EQ(server.reason, SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE);
        }
        pair_free(&pair);
    }
    made_free(&shown);
}

TEST_MAIN(TEST_EACH(suite_b_profiles_bind_chains_keys_and_signatures),
          TEST_EACH(suite_b_may_be_asked_for_by_flags),
          TEST(a_later_cipher_string_does_not_leave_suite_b),
          TEST_EACH(a_client_key_on_another_curve_is_refused_in_tls12),
          TEST(a_server_key_on_a_curve_that_was_not_offered_is_refused),
          TEST_EACH(a_server_key_that_may_not_sign_is_refused_in_tls12))
