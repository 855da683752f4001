/* Records that no client sends in place of early data: they end, or are bounded. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"

enum {
    HEADER = 5
};

/* A server that has rejected early data, and skips what it cannot decrypt. */
static void init_skipping(struct pair *pair)
{
    early_init(pair);
    open_with(pair, early_session(pair));
    send_early(pair, "early", 5);
    CHECK_EQ(SSL_accept(pair->server), -1);
    CHECK_EQ(SSL_get_error(pair->server, -1), SSL_ERROR_WANT_READ);
}

/* How many records of this type and length the server takes before it fails, up to `most`. */
static int taken(struct pair *pair, unsigned char type, int length, int most)
{
    static unsigned char record[HEADER + 16384];
    int count = 0;

    memset(record, 0, sizeof(record));
    record[0] = type;
    record[1] = record[2] = 3;
    record[3] = (unsigned char)(length >> 8);
    record[4] = (unsigned char)length;
    for (; count < most; count++) {
        int ret;

        CHECK_EQ(BIO_write(pair->to_server, record, HEADER + length), HEADER + length);
        ret = SSL_accept(pair->server);
        CHECK_EQ(ret, -1);
        if (SSL_get_error(pair->server, ret) != SSL_ERROR_WANT_READ)
            break;
    }
    return count;
}

static void only_protected_records_are_skipped(void)
{
    static const unsigned char types[] = { SSL3_RT_HANDSHAKE, 24, SSL3_RT_ALERT };

    for (unsigned i = 0; i < sizeof(types); i++) {
        struct pair pair;

        init_skipping(&pair);
        CHECK_EQ(taken(&pair, types[i], 16000, 2), 0);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SSL);
        CHECK_EQ(ERR_GET_REASON(ERR_peek_error()),
                 types[i] == SSL3_RT_ALERT ? SSL_R_INVALID_ALERT : SSL_R_BAD_RECORD_TYPE);
        ERR_clear_error();
        pair_free(&pair);
    }
}

/* S119: LIMIT bytes, and what protection adds to one record. */
static void small_records_count_too(void)
{
    static const int lengths[] = { 1, 16, 17, 1000 };

    for (unsigned i = 0; i < 4; i++) {
        struct pair pair;

        init_skipping(&pair);
        CHECK(taken(&pair, SSL3_RT_APPLICATION_DATA, lengths[i], 2 * LIMIT) < 2 * LIMIT);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SSL);
        CHECK_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_TOO_MUCH_EARLY_DATA);
        ERR_clear_error();
        pair_free(&pair);
    }
}

/* OpenSSL reads on for ever, but keeps none of them. */
static void empty_records_end(void)
{
    struct pair pair;

    if (!on_reprise())
        return;
    init_skipping(&pair);
    CHECK(taken(&pair, SSL3_RT_APPLICATION_DATA, 0, 2 * LIMIT) < 2 * LIMIT);
    ERR_clear_error();
    pair_free(&pair);
}

TEST_MAIN(TEST(only_protected_records_are_skipped), TEST(small_records_count_too),
          TEST(empty_records_end))
