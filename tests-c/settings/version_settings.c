/* Which versions may be spoken: SSL_CTX_set_min_proto_version(3), SSL_OP_NO_TLSv1_3. */
#include <openssl/ssl.h>

#include "pair.h"
#include "unconnected.h"

static void both_versions(struct pair *pair)
{
    CHECK(SSL_CTX_set_min_proto_version(pair->client_ctx, 0));
    CHECK(SSL_CTX_set_max_proto_version(pair->client_ctx, 0));
    CHECK(SSL_CTX_set_min_proto_version(pair->server_ctx, 0));
    CHECK(SSL_CTX_set_max_proto_version(pair->server_ctx, 0));
}

/* Versions that are switched off are not spoken, even if that leaves gaps. */
static void a_version_that_is_switched_off_is_not_spoken(void)
{
    static const struct {
        uint64_t server, client;
        int version; /* 0: none in common */
    } cases[] = {
        { 0, 0, TLS1_3_VERSION },
        { SSL_OP_NO_TLSv1_3, 0, TLS1_2_VERSION },
        { 0, SSL_OP_NO_TLSv1_3, TLS1_2_VERSION },
        { SSL_OP_NO_TLSv1_2, 0, TLS1_3_VERSION },
        { SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3, 0 },
        { SSL_OP_NO_TLSv1_3, SSL_OP_NO_TLSv1_2, 0 },
        { SSL_OP_NO_SSL_MASK, 0, 0 },
        { 0, SSL_OP_NO_SSL_MASK, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, &TLS13);
        both_versions(&pair);
        SSL_CTX_set_options(pair.server_ctx, cases[i].server);
        SSL_CTX_set_options(pair.client_ctx, cases[i].client);
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret == 1 && server.ret == 1, cases[i].version != 0);
        if (cases[i].version != 0) {
            CHECK_EQ(SSL_version(pair.client), cases[i].version);
            CHECK_EQ(SSL_version(pair.server), cases[i].version);
        }
        pair_free(&pair);
    }
}

static void limits_of_versions_that_cannot_be_are_refused(void)
{
    static const long versions[] = { -1, 1, 0x02ff, 0x0305, 0x7fff, 0xffff, 0x10000, 0x10304 };
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    CHECK(SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION));
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        int version = (int)versions[i];
        CHECK_EQ(SSL_CTX_set_min_proto_version(ctx, version), 0);
        CHECK_EQ(SSL_CTX_set_max_proto_version(ctx, version), 0);
        CHECK_EQ(SSL_set_min_proto_version(ssl, version), 0);
        CHECK_EQ(SSL_set_max_proto_version(ssl, version), 0);
    }
    CHECK_EQ(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
    CHECK_EQ(SSL_CTX_get_max_proto_version(ctx), 0);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* Limits that exclude each other are refused at the latest by the handshake. */
static void limits_that_leave_no_version_end_the_handshake(void)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, &TLS13);
        both_versions(&pair);
        SSL_CTX *context = end ? pair.server_ctx : pair.client_ctx;
        int set = SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
                  && SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        CHECK(set);
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK(client.ret != 1 && server.ret != 1);
        pair_free(&pair);
    }
}

static void versions_of_dtls_do_not_mix_with_tls(void)
{
    SSL_CTX *fixed = SSL_CTX_new(TLSv1_2_method());

    make();
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION), 1);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), 0);
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION), 0);
    CHECK_EQ(SSL_CTX_set_min_proto_version(fixed, TLS1_3_VERSION), 1);
    CHECK_EQ(SSL_CTX_get_min_proto_version(fixed), 0);
    SSL_CTX_free(fixed);
    unmake();
}

TEST_MAIN(TEST(a_version_that_is_switched_off_is_not_spoken),
          TEST(limits_of_versions_that_cannot_be_are_refused),
          TEST(limits_that_leave_no_version_end_the_handshake),
          TEST(versions_of_dtls_do_not_mix_with_tls))
