/* Early data with a key of the program: S84, S117. */
#include <openssl/ssl.h>

#include "external_psk.h"

/* ---- early data: S84, S117 ---- */

static unsigned early_limit;

static int use_early(SSL *ssl, const EVP_MD *md, const unsigned char **identity,
                     size_t *length, SSL_SESSION **session)
{
    int ret = use_session(ssl, md, identity, length, session);

    SSL_SESSION_set_max_early_data(*session, early_limit);
    return ret;
}

static int find_early(SSL *ssl, const unsigned char *identity, size_t length,
                      SSL_SESSION **session)
{
    int ret = find_session(ssl, identity, length, session);

    SSL_SESSION_set_max_early_data(*session, early_limit);
    return ret;
}

/* With protection against replays too: that is the program's affair with its own keys. */
static void early_data_may_be_sent_with_a_key(void)
{
    for (int protect = 0; protect < 2; protect++) {
        struct pair pair;
        char data[16];
        size_t count;

        external_psk_init(&pair);
        uses = 0;
        early_limit = 1000;
        SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_early);
        SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_early);
        SSL_CTX_set_max_early_data(pair.server_ctx, 1000);
        if (!protect)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
        pair_open(&pair);
        CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 1);
        CHECK_EQ(count, 5);
        CHECK_EQ(SSL_read_early_data(pair.server, data, sizeof(data), &count),
                 SSL_READ_EARLY_DATA_SUCCESS);
        CHECK_MEM(data, count, "early", 5);
        /* Its answer makes the client finish. */
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        CHECK_EQ(SSL_read_early_data(pair.server, data, sizeof(data), &count),
                 SSL_READ_EARLY_DATA_FINISH);
        pair_handshake(&pair);
        check_psk_used(&pair, true);
        CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);
        CHECK_EQ(SSL_get_early_data_status(pair.server), SSL_EARLY_DATA_ACCEPTED);
        pair_settle(&pair);
        pair_free(&pair);
    }
}

TEST_MAIN(TEST(early_data_may_be_sent_with_a_key))
