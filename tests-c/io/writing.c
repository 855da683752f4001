/* Writing: retries, partial writes, and the results of SSL_get_error(3). */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

enum {
    RECORD = 16384,
    LARGE = 10 * 1000 * 1000
};

/* ---- writing ---- */

static void a_full_bio_wants_write_and_the_write_goes_on(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[64];
    int ret;

    pair_init(&pair, protocol);
    pair.transport = BIO_PAIR;
    pair.capacity = 16;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_write(pair.client, "some text", 9), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_WANT_WRITE);
    CHECK_EQ(SSL_want(pair.client), SSL_WRITING);
    do {
        CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), -1);
        ret = SSL_write(pair.client, "some text", 9);
    } while (ret < 0);
    CHECK_EQ(ret, 9);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 9);
    CHECK_MEM(buffer, 9, "some text", 9);
    pair_free(&pair);
}

/* A connection with room for 20000 bytes each way, and a write of 40000 that is stuck. */
static void open_with_a_stuck_write(struct pair *pair, const struct protocol *protocol,
                                    const unsigned char *data)
{
    pair_init(pair, protocol);
    pair->transport = BIO_PAIR;
    pair->capacity = 20000;
    SSL_CTX_clear_mode(pair->client_ctx, ~0L);
    pair_connect(pair);
    pair_settle(pair);
    CHECK_EQ(SSL_write(pair->client, data, 40000), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_WANT_WRITE);
}

static unsigned char stuck[40000], elsewhere[40000];

static void another_buffer_at_a_retry_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_a_stuck_write(&pair, protocol, stuck);
    CHECK_EQ(SSL_write(pair.client, elsewhere, 40000), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_BAD_WRITE_RETRY);
    pair_free(&pair);
}

static void a_shorter_retry_is_refused(const struct protocol *protocol)
{
    struct pair pair;

    open_with_a_stuck_write(&pair, protocol, stuck);
    CHECK_EQ(SSL_write(pair.client, stuck, 1), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
    ERR_clear_error();
    pair_free(&pair);
}

static void another_buffer_may_be_allowed(const struct protocol *protocol)
{
    struct pair pair;
    static unsigned char got[40000];
    int ret = -1;

    fill_pattern(stuck, sizeof(stuck), 0, 1);
    memcpy(elsewhere, stuck, sizeof(stuck));
    open_with_a_stuck_write(&pair, protocol, stuck);
    SSL_set_mode(pair.client, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    for (int length = 0; length < 40000;) {
        int count = SSL_read(pair.server, got + length, 40000 - length);

        if (count > 0)
            length += count;
        if (ret < 0)
            ret = SSL_write(pair.client, elsewhere, 40000);
    }
    CHECK_EQ(ret, 40000);
    CHECK_MEM(got, sizeof(got), stuck, sizeof(stuck));
    pair_free(&pair);
}

static void a_partial_write_returns_after_one_record(const struct protocol *protocol)
{
    struct pair pair;
    size_t written = 0;

    pair_init(&pair, protocol);
    SSL_CTX_set_mode(pair.client_ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
    pair_connect(&pair);
    CHECK_EQ(SSL_write(pair.client, stuck, 40000), RECORD);
    CHECK_EQ(SSL_write_ex(pair.client, stuck + RECORD, 40000 - RECORD, &written), 1);
    CHECK_EQ(written, RECORD);
    pair_free(&pair);
}

static void without_partial_writes_all_is_written(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(SSL_write(pair.client, stuck, 40000), 40000);
    pair_free(&pair);
}

static void nothing_may_be_written(const struct protocol *protocol)
{
    struct pair pair;
    size_t written = 12345;
    char buffer[4];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_write(pair.client, "", 0), 0);
    CHECK_EQ(SSL_write_ex(pair.client, "", 0, &written), 1);
    CHECK_EQ(written, 0);
    ERR_clear_error();
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
    send_text(pair.client, pair.server, "still alive");
    pair_free(&pair);
}

static void a_negative_length_is_an_error(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[4];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK(SSL_write(pair.client, "x", -1) < 0);
    CHECK_REASON(SSL_R_BAD_LENGTH);
    CHECK(SSL_read(pair.client, buffer, -1) < 0);
    CHECK_REASON(SSL_R_BAD_LENGTH);
    CHECK(SSL_peek(pair.client, buffer, -1) < 0);
    CHECK_REASON(SSL_R_BAD_LENGTH);
    pair_free(&pair);
}

/* ---- around the handshake and the end ---- */

/* With kernel TLS only, which is an option that a program has to set. */
static void files_are_sent_by_the_kernel_or_not_at_all(const struct protocol *protocol)
{
    struct pair pair;
    SSL *fresh;

    pair_init(&pair, protocol);
    fresh = SSL_new(pair.server_ctx);
    CHECK_EQ(SSL_sendfile(fresh, 0, 0, 1, 0), -1);
    CHECK_REASON(SSL_R_UNINITIALIZED);
    SSL_free(fresh);
    pair_connect(&pair);
    CHECK_EQ(BIO_get_ktls_send(SSL_get_wbio(pair.server)), 0);
    CHECK_EQ(BIO_get_ktls_recv(SSL_get_rbio(pair.server)), 0);
    CHECK_EQ(SSL_sendfile(pair.server, 0, 0, 1, 0), -1);
    CHECK_REASON(SSL_R_UNINITIALIZED);
    SSL_shutdown(pair.server);
    CHECK_EQ(SSL_sendfile(pair.server, 0, 0, 1, 0), -1);
    CHECK_REASON(SSL_R_PROTOCOL_IS_SHUTDOWN);
    pair_drop(&pair);
    pair_free(&pair);
}

/* SSL_write(3): otherwise the connection has failed. */
static void a_write_is_repeated_with_the_same_data(const struct protocol *protocol)
{
    static unsigned char data[60001];

    for (int i = 0; i < 2; i++) {
        struct pair pair;

        pair_init(&pair, protocol);
        pair.transport = BIO_PAIR;
        pair.capacity = 20000;
        pair_connect(&pair);
        CHECK_EQ(SSL_write(pair.client, data, 60000), -1);
        CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_WANT_WRITE);
        CHECK_EQ(SSL_write(pair.client, data + i, i == 0 ? 10 : 60000), -1);
        CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
        CHECK_REASON(i == 0 ? SSL_R_BAD_LENGTH : SSL_R_BAD_WRITE_RETRY);
        CHECK_EQ(SSL_write(pair.client, data, 60000), -1);
        CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SYSCALL);
        pair_free(&pair);
    }
}

TEST_MAIN(TEST_EACH(a_write_is_repeated_with_the_same_data),
          TEST_EACH(files_are_sent_by_the_kernel_or_not_at_all),
          TEST_EACH(a_full_bio_wants_write_and_the_write_goes_on),
          TEST_EACH(another_buffer_at_a_retry_is_refused),
          TEST_EACH(a_shorter_retry_is_refused),
          TEST_EACH(another_buffer_may_be_allowed),
          TEST_EACH(a_partial_write_returns_after_one_record),
          TEST_EACH(without_partial_writes_all_is_written),
          TEST_EACH(nothing_may_be_written),
          TEST_EACH(a_negative_length_is_an_error))
