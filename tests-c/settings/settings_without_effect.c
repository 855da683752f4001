/* Options and modes that are taken and change nothing. */
#include "pair.h"

/* Bits for protocols and peers of the past. */
static void obsolete_options_change_nothing(const struct protocol *protocol)
{
    static const uint64_t options[] = {
        SSL_OP_ALLOW_CLIENT_RENEGOTIATION,
        SSL_OP_ALLOW_NO_DHE_KEX,
        SSL_OP_CISCO_ANYCONNECT,
        SSL_OP_COOKIE_EXCHANGE,
        SSL_OP_CRYPTOPRO_TLSEXT_BUG,
        SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS,
        SSL_OP_ENABLE_KTLS,
        SSL_OP_NO_COMPRESSION,
        SSL_OP_NO_ENCRYPT_THEN_MAC,
        SSL_OP_NO_QUERY_MTU,
        SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION,
        SSL_OP_NO_SSLv3,
        SSL_OP_NO_TLSv1,
        SSL_OP_NO_TLSv1_1,
        SSL_OP_SAFARI_ECDHE_ECDSA_BUG,
        SSL_OP_TLS_ROLLBACK_BUG,
        SSL_OP_ALL,
        SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION,
        SSL_OP_NO_RENEGOTIATION,
        SSL_OP_ENABLE_MIDDLEBOX_COMPAT,
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct pair pair;
        pair_init(&pair, protocol);
        CHECK((SSL_CTX_set_options(pair.client_ctx, options[i]) & options[i]) == options[i]);
        CHECK((SSL_CTX_set_options(pair.server_ctx, options[i]) & options[i]) == options[i]);
        pair_connect(&pair);
        CHECK((SSL_get_options(pair.client) & options[i]) == options[i]);
        send_text(pair.client, pair.server, "there");
        send_text(pair.server, pair.client, "back");
        CHECK_EQ(SSL_version(pair.client), protocol->version);
        CHECK(SSL_get_negotiated_group(pair.client) != 0);
        CHECK((SSL_clear_options(pair.client, options[i]) & options[i]) == 0);
        pair_close(&pair);
        CHECK((SSL_CTX_clear_options(pair.client_ctx, options[i]) & options[i]) == 0);
        CHECK((SSL_CTX_get_options(pair.client_ctx) & options[i]) == 0);
        CHECK((SSL_CTX_clear_options(pair.server_ctx, options[i]) & options[i]) == 0);
        pair_connect(&pair);
        send_text(pair.client, pair.server, "there");
        pair_free(&pair);
    }
}

static void modes_that_only_save_resources_change_nothing(const struct protocol *protocol)
{
    static const long modes[] = { SSL_MODE_RELEASE_BUFFERS, SSL_MODE_ASYNC,
                                  SSL_MODE_SEND_CLIENTHELLO_TIME, SSL_MODE_SEND_SERVERHELLO_TIME };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct pair pair;
        pair_init(&pair, protocol);
        CHECK(SSL_CTX_set_mode(pair.client_ctx, modes[i]) & modes[i]);
        CHECK(SSL_CTX_set_mode(pair.server_ctx, modes[i]) & modes[i]);
        pair_connect(&pair);
        CHECK(SSL_get_mode(pair.client) & modes[i]);
        send_text(pair.client, pair.server, "there");
        send_text(pair.server, pair.client, "back");
        CHECK((SSL_CTX_clear_mode(pair.client_ctx, modes[i]) & modes[i]) == 0);
        pair_free(&pair);
    }
}

TEST_MAIN(TEST_EACH(obsolete_options_change_nothing),
          TEST_EACH(modes_that_only_save_resources_change_nothing))
