/* Reading: records in parts, what is taken from the transport, and the results of SSL_get_error(3). */
#include <malloc.h>

#include <openssl/ssl.h>

#include "pair.h"

enum {
    RECORD = 16384,
    LARGE = 10 * 1000 * 1000
};

/* ---- reading ---- */

static void a_record_may_be_read_in_parts(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[16];
    size_t count;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_pending(pair.server), 0);
    CHECK_EQ(SSL_has_pending(pair.server), 0);
    CHECK_EQ(SSL_write(pair.client, "0123456789", 10), 10);
    CHECK_EQ(SSL_pending(pair.server), 0);

    CHECK_EQ(SSL_read(pair.server, buffer, 3), 3);
    CHECK_MEM(buffer, 3, "012", 3);
    CHECK_EQ(SSL_pending(pair.server), 7);
    CHECK_EQ(SSL_has_pending(pair.server), 1);
    CHECK_EQ(SSL_peek(pair.server, buffer, 2), 2);
    CHECK_MEM(buffer, 2, "34", 2);
    CHECK_EQ(SSL_pending(pair.server), 7);
    CHECK_EQ(SSL_peek_ex(pair.server, buffer, sizeof(buffer), &count), 1);
    CHECK_MEM(buffer, count, "3456789", 7);
    CHECK_EQ(SSL_read_ex(pair.server, buffer, sizeof(buffer), &count), 1);
    CHECK_MEM(buffer, count, "3456789", 7);
    CHECK_EQ(SSL_pending(pair.server), 0);
    CHECK_EQ(SSL_has_pending(pair.server), 0);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
    pair_free(&pair);
}

static void one_read_never_crosses_a_record(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[64];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_write(pair.client, "first", 5), 5);
    CHECK_EQ(SSL_write(pair.client, "second", 6), 6);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 5);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 6);
    CHECK_MEM(buffer, 6, "second", 6);
    pair_free(&pair);
}

static void full_records_carry_16384_bytes(const struct protocol *protocol)
{
    struct pair pair;
    static unsigned char data[2 * RECORD], got[2 * RECORD];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_write(pair.client, data, sizeof(data)), sizeof(data));
    CHECK_EQ(SSL_read(pair.server, got, sizeof(got)), RECORD);
    CHECK_EQ(SSL_read(pair.server, got, sizeof(got)), RECORD);
    CHECK_EQ(BIO_ctrl_pending(pair.to_server), 0);
    pair_free(&pair);
}

/* Programs poll the socket after a read: what belongs to a later record must still be there. */
static void bytes_are_not_taken_ahead_of_need(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[64];
    size_t waiting;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_write(pair.client, "first", 5), 5);
    waiting = BIO_ctrl_pending(pair.to_server);
    CHECK_EQ(SSL_write(pair.client, "other", 5), 5);
    CHECK_EQ(BIO_ctrl_pending(pair.to_server), 2 * waiting);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 5);
    CHECK_EQ(BIO_ctrl_pending(pair.to_server), waiting);
    pair_free(&pair);
}

static void a_half_arrived_record_wants_more(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[8];

    pair_init(&pair, protocol);
    pair.transport = HELD;
    pair_connect(&pair);
    CHECK_EQ(SSL_write(pair.client, "hello", 5), 5);
    while (BIO_ctrl_pending(pair.to_server) > 0) {
        CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
        CHECK_EQ(SSL_want(pair.server), SSL_READING);
        pair_carry(pair.to_server, pair.at_server, 1);
    }
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 5);
    CHECK_MEM(buffer, 5, "hello", 5);
    CHECK_EQ(SSL_want(pair.server), SSL_NOTHING);
    pair_free(&pair);
}

/* ---- around the handshake and the end ---- */

static void close_notify_reads_as_zero_return(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[8];
    size_t count = 12345;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_write(pair.client, "last", 4), 4);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 4);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 0);
        CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_ZERO_RETURN);
    }
    CHECK_EQ(SSL_read_ex(pair.server, buffer, sizeof(buffer), &count), 0);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_get_shutdown(pair.server), SSL_RECEIVED_SHUTDOWN);
    /* The other direction is still open. */
    send_text(pair.server, pair.client, "still there");
    CHECK_EQ(SSL_write(pair.client, "x", 1), -1);
    CHECK_REASON(SSL_R_PROTOCOL_IS_SHUTDOWN);
    pair_free(&pair);
}

static long heap(void)
{
    struct mallinfo2 info = mallinfo2();

    return (long)(info.uordblks + info.hblkhd);
}

/* SSL_CTX_set_mode(3), SSL_MODE_RELEASE_BUFFERS: an idle connection holds no record. */
static void idle_connections_hold_no_record_buffers(const struct protocol *protocol)
{
    enum {
        PAIRS = 8
    };
    struct pair pairs[PAIRS];
    long before;

    for (int i = 0; i < PAIRS; i++) {
        pair_init(&pairs[i], protocol);
        pairs[i].transport = SOCKETS;
        SSL_CTX_set_mode(pairs[i].client_ctx, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_mode(pairs[i].server_ctx, SSL_MODE_RELEASE_BUFFERS);
        pair_connect(&pairs[i]);
        pair_settle(&pairs[i]);
    }
    before = heap();
    for (int i = 0; i < PAIRS; i++) {
        send_pattern(pairs[i].client, pairs[i].server, RECORD, 1);
        send_pattern(pairs[i].server, pairs[i].client, RECORD, 2);
    }
    CHECK(heap() - before < PAIRS * RECORD);
    for (int i = 0; i < PAIRS; i++) {
        pair_close(&pairs[i]);
        pair_free(&pairs[i]);
    }
}

TEST_MAIN(TEST_EACH(idle_connections_hold_no_record_buffers),
          TEST_EACH(a_record_may_be_read_in_parts),
          TEST_EACH(one_read_never_crosses_a_record),
          TEST_EACH(full_records_carry_16384_bytes),
          TEST_EACH(bytes_are_not_taken_ahead_of_need),
          TEST_EACH(a_half_arrived_record_wants_more),
          TEST_EACH(close_notify_reads_as_zero_return))
