/* Which group a server chooses: by key share, by whose order, and by the suite where a profile binds the two. */
#include <openssl/ssl.h>

#include "pair.h"

static void check_group(struct pair *pair, int nid)
{
    pair_connect(pair);
    CHECK_EQ(SSL_get_negotiated_group(pair->server), nid);
    CHECK_EQ(SSL_get_negotiated_group(pair->client), nid);
    pair_close(pair);
    pair_free(pair);
}

static void a_server_without_a_share_asks_for_its_first_group(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256:P-384"));
    CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-384:P-256"));
    check_group(&pair, NID_secp384r1);
}

static void a_share_counts_more_than_any_order(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "P-256:P-384"));
    CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-384:P-256"));
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    check_group(&pair, NID_X9_62_prime256v1);
}

static void in_tls12_the_option_decides_whose_order_counts(void)
{
    for (int own = 0; own < 2; own++) {
        struct pair pair;

        pair_init(&pair, &TLS12);
        CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "P-256:P-384"));
        CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-384:P-256"));
        if (own)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
        check_group(&pair, own ? NID_secp384r1 : NID_X9_62_prime256v1);
    }
}

/* RFC 6460, section 3.1. */
static void a_suite_b_server_exchanges_keys_in_the_group_of_its_suite(void)
{
    static const struct {
        const char *suites, *groups;
        int group;
        const char *suite;
    } cases[] = {
        { "ECDHE+ECDSA+AESGCM", "X25519:P-256:P-384", NID_secp384r1, "ECDHE-ECDSA-AES256-GCM-SHA384" },
        { "ECDHE+ECDSA+AES128+AESGCM", "X25519:P-384:P-256", NID_X9_62_prime256v1, "ECDHE-ECDSA-AES128-GCM-SHA256" },
        { "ECDHE+ECDSA+AESGCM", "X25519:P-256", NID_X9_62_prime256v1, "ECDHE-ECDSA-AES128-GCM-SHA256" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;

        pair_init(&pair, &TLS12);
        SSL_CTX_set_cert_flags(pair.server_ctx, SSL_CERT_FLAG_SUITEB_128_LOS);
        CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, cases[i].suites));
        CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, cases[i].groups));
        pair_open(&pair);
        pair_handshake(&pair);
        CHECK_STR(SSL_get_cipher_name(pair.client), cases[i].suite);
        pair_close(&pair);
        check_group(&pair, cases[i].group);
    }
}

TEST_MAIN(TEST(a_server_without_a_share_asks_for_its_first_group),
          TEST(a_share_counts_more_than_any_order),
          TEST(in_tls12_the_option_decides_whose_order_counts),
          TEST(a_suite_b_server_exchanges_keys_in_the_group_of_its_suite))
