/* How much early data: S119, and what a transport with little room makes of it. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"

/* OpenSSL counts what is written again after a retry once more. */
enum {
    LIMIT_FOR_RETRIES = 1 << 30
};

/* ---- amounts (S119) ---- */

static void early_data_of_many_records_arrives(void)
{
    static const enum transport transports[] = { MEMORY, BIO_PAIR, SOCKETS };
    static unsigned char data[LARGE], got[LARGE];

    fill_pattern(data, LARGE, 0, 3);
    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        size_t sent = 0, received = 0, count;
        int ret = SSL_READ_EARLY_DATA_ERROR;

        early_init(&pair);
        SSL_CTX_set_max_early_data(pair.server_ctx,
                                   on_reprise() ? LARGE : LIMIT_FOR_RETRIES);
        SSL_CTX_set_recv_max_early_data(pair.server_ctx, LARGE);
        open_with(&pair, early_session(&pair));
        pair_drop(&pair);
        pair.transport = transports[i];
        pair.capacity = 1000;
        open_with(&pair, early_session(&pair));
        while (ret != SSL_READ_EARLY_DATA_FINISH) {
            ERR_clear_error();
            if (sent == 0) {
                int wrote = SSL_write_early_data(pair.client, data, LARGE, &sent);

                CHECK(wrote == 1 || wants_io(SSL_get_error(pair.client, wrote)));
                if (wrote == 0)
                    sent = 0;
                else
                    CHECK_EQ(sent, LARGE);
            } else {
                SSL_do_handshake(pair.client);
            }
            CHECK_NO_ERROR();
            ret = SSL_read_early_data(pair.server, got + received, 777, &count);
            CHECK_NO_ERROR();
            if (ret == SSL_READ_EARLY_DATA_SUCCESS)
                received += count;
            CHECK(received <= LARGE);
        }
        CHECK_MEM(got, received, data, LARGE);
        pair_handshake(&pair);
        pair_settle(&pair);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void a_record_of_16384_bytes_is_within_the_usual_limit(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];
    static char got[LARGE];
    size_t count;

    early_init(&pair);
    fill_pattern(data, LIMIT, 0, 5);
    open_with(&pair, early_session(&pair));
    send_early(&pair, data, LIMIT);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_MEM(got, count, data, LIMIT);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_client_may_not_send_more_than_the_session_allows(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];
    size_t count;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, data, LIMIT - 10);
    CHECK_EQ(SSL_write_early_data(pair.client, data, 11, &count), 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK(SSL_do_handshake(pair.client) <= 0);
    pair_free(&pair);
}

static void writing_nothing_sends_the_hello(void)
{
    struct pair pair;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "", 0);
    CHECK(BIO_ctrl_pending(pair.to_server) > 0);
    expect_none_yet(&pair);
    expect_statuses_of(&pair, SSL_EARLY_DATA_REJECTED, SSL_EARLY_DATA_ACCEPTED);
    send_early(&pair, "", 0);
    expect_none_yet(&pair);
    send_early(&pair, "x", 1);
    expect_early(&pair, "x");
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void the_hello_and_the_first_data_go_out_together(void)
{
    struct pair pair;
    static char out[LARGE];
    BIO *sink;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    /* A BIO that takes what is written at once, and nothing after it. */
    CHECK(BIO_new_bio_pair(&sink, LARGE, &pair.at_client, 0));
    SSL_set0_wbio(pair.client, sink);
    send_early(&pair, "early", 5);
    CHECK(BIO_read(pair.at_client, out, LARGE) > 300);
    CHECK_EQ(out[0], 22);
    BIO_free(pair.at_client);
    pair_free(&pair);
}

/* What a server with this limit does with `length` bytes in records of `record` bytes. */
static int too_much(uint32_t limit, size_t length, size_t record, int accepted)
{
    struct pair pair;
    static unsigned char data[LARGE];
    static char got[LARGE];
    size_t count;
    int ret, reason = 0;

    early_init(&pair);
    SSL_CTX_set_max_early_data(pair.server_ctx, LARGE);
    CHECK_EQ(SSL_CTX_set_recv_max_early_data(pair.server_ctx, limit), 1);
    open_with(&pair, early_session(&pair));
    for (size_t sent = 0; sent < length; sent += record)
        send_early(&pair, data, length - sent < record ? length - sent : record);
    if (accepted) {
        do {
            ret = read_early(&pair, got, &count);
        } while (ret == SSL_READ_EARLY_DATA_SUCCESS);
    } else {
        ret = SSL_accept(pair.server);
    }
    CHECK(ret <= 0);
    if (SSL_get_error(pair.server, ret) == SSL_ERROR_SSL)
        reason = ERR_GET_REASON(ERR_peek_error());
    else
        CHECK_EQ(SSL_get_error(pair.server, ret), SSL_ERROR_WANT_READ);
    ERR_clear_error();
    if (reason != 0) {
        if (SSL_do_handshake(pair.client) == 1)
            CHECK(SSL_read(pair.client, got, 1) <= 0);
        CHECK_REASON(SSL_AD_REASON_OFFSET + SSL_AD_UNEXPECTED_MESSAGE);
    }
    pair_free(&pair);
    return reason;
}

static void a_server_reads_no_more_than_its_limit(void)
{
    CHECK_EQ(too_much(1000, 1000, 1000, 1), 0);
    CHECK_EQ(too_much(1000, 1000, 10, 1), 0);
    CHECK_EQ(too_much(1000, 1001, 1000, 1), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(1000, 1001, 1001, 1), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(0, 1, 1, 1), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(LARGE, LARGE, LARGE, 1), 0);
}

static void what_exceeds_the_limit_is_not_read_later_either(void)
{
    struct pair pair;
    static unsigned char data[100];
    char got[100];
    size_t count;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    SSL_set_recv_max_early_data(pair.server, 10);
    send_early(&pair, data, sizeof(data));
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    for (int i = 0; i < 2; i++) {
        count = 0;
        CHECK_EQ(SSL_read_early_data(pair.server, got, sizeof(got), &count), SSL_READ_EARLY_DATA_ERROR);
        CHECK_EQ(count, 0);
        CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_SYSCALL);
    }
    pair_free(&pair);
}

static void a_server_skips_no_more_than_its_limit(void)
{
    /* A record counts one byte more than its data; 104 bytes more than the limit are let pass. */
    CHECK_EQ(too_much(1000, 1000, 1000, 0), 0);
    CHECK_EQ(too_much(1000, 1103, 2000, 0), 0);
    CHECK_EQ(too_much(1000, 1104, 2000, 0), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(1000, 1097, 167, 0), 0);
    CHECK_EQ(too_much(1000, 1098, 167, 0), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(0, 1, 1, 0), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(2 * LARGE, LARGE, LARGE, 0), 0);
}

static void the_tickets_limit_counts_too(void)
{
    struct pair pair;
    static unsigned char data[LARGE];
    static char got[LARGE];
    SSL_SESSION *session;
    size_t count;

    early_init(&pair);
    SSL_CTX_set_recv_max_early_data(pair.server_ctx, LARGE);
    session = early_session(&pair);
    /* A client that does not keep to it. */
    SSL_SESSION_set_max_early_data(session, LARGE);
    open_with(&pair, session);
    send_early(&pair, data, LIMIT);
    send_early(&pair, data, 1);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK(SSL_accept(pair.server) <= 0);
    ERR_clear_error();
    pair_free(&pair);
}

static void each_end_may_have_its_own_limits(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    pair_open(&pair);
    CHECK_EQ(SSL_set_max_early_data(pair.server, 100), 1);
    CHECK_EQ(SSL_get_max_early_data(pair.server), 100);
    CHECK_EQ(SSL_CTX_get_max_early_data(pair.server_ctx), 0);
    pair_handshake(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_SESSION_get_max_early_data(session), 100);
    pair_close(&pair);
    open_with(&pair, session);
    CHECK_EQ(SSL_set_max_early_data(pair.server, 1), 1);
    CHECK_EQ(SSL_set_recv_max_early_data(pair.server, 50), 1);
    CHECK_EQ(SSL_get_recv_max_early_data(pair.server), 50);
    send_early(&pair, "0123456789", 10);
    expect_early(&pair, "0123456789");
    pair_free(&pair);
}

/* ---- writing again ---- */

static void a_write_on_a_full_transport_is_repeated(void)
{
    struct pair pair;
    static unsigned char data[LIMIT], got[LIMIT];
    size_t received = 0, count;
    int wrote;

    early_init(&pair);
    if (!on_reprise())
        SSL_CTX_set_max_early_data(pair.server_ctx, LIMIT_FOR_RETRIES);
    fill_pattern(data, LIMIT, 0, 9);
    open_with(&pair, early_session(&pair));
    pair_drop(&pair);
    pair.transport = BIO_PAIR;
    pair.capacity = 5000;
    open_with(&pair, early_session(&pair));
    SSL_set_mode(pair.client, SSL_MODE_ENABLE_PARTIAL_WRITE);
    CHECK_EQ(SSL_write_early_data(pair.client, data, LIMIT, &count), 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_WANT_WRITE);
    CHECK_NO_ERROR();
    do {
        int ret = SSL_read_early_data(pair.server, got + received, LIMIT, &count);

        if (ret == SSL_READ_EARLY_DATA_SUCCESS)
            received += count;
        ERR_clear_error();
        wrote = SSL_write_early_data(pair.client, data, LIMIT, &count);
        CHECK_NO_ERROR();
    } while (wrote == 0);
    CHECK_EQ(count, LIMIT);
    while (SSL_do_handshake(pair.client) != 1 || received < LIMIT) {
        if (SSL_read_early_data(pair.server, got + received, LIMIT, &count) == SSL_READ_EARLY_DATA_SUCCESS)
            received += count;
    }
    CHECK_MEM(got, received, data, LIMIT);
    while (SSL_read_early_data(pair.server, got, LIMIT, &count) != SSL_READ_EARLY_DATA_FINISH)
        continue;
    pair_handshake(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST(early_data_of_many_records_arrives),
          TEST(a_record_of_16384_bytes_is_within_the_usual_limit),
          TEST(a_client_may_not_send_more_than_the_session_allows),
          TEST(writing_nothing_sends_the_hello),
          TEST(the_hello_and_the_first_data_go_out_together),
          TEST(a_server_reads_no_more_than_its_limit),
          TEST(what_exceeds_the_limit_is_not_read_later_either),
          TEST(a_server_skips_no_more_than_its_limit),
          TEST(the_tickets_limit_counts_too),
          TEST(each_end_may_have_its_own_limits),
          TEST(a_write_on_a_full_transport_is_repeated))
