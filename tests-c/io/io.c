/* Application data: sizes, transports, retries, and what SSL_get_error() says. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

enum { RECORD = 16384, LARGE = 10 * 1000 * 1000 };

static void exchange(struct pair *pair, size_t large)
{
    const size_t sizes[] = { 1, RECORD, RECORD + 1, large };

    for (unsigned i = 0; i < 4; i++) {
        send_pattern(pair->client, pair->server, sizes[i], i);
        send_pattern(pair->server, pair->client, sizes[i], i + 100);
    }
}

static void data_of_every_size_arrives_over_memory_bios(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    exchange(&pair, 1000 * 1000);
    pair_close(&pair);
    pair_free(&pair);
}

static void everything_works_byte_by_byte(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair.transport = BIO_PAIR;
    pair.capacity = 1;
    pair_connect(&pair);
    exchange(&pair, 50 * 1000);
    pair_close(&pair);
    pair_free(&pair);
}

static void data_of_every_size_arrives_over_a_small_bio_pair(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair.transport = BIO_PAIR;
    pair.capacity = 5003;
    pair_connect(&pair);
    exchange(&pair, LARGE);
    pair_close(&pair);
    pair_free(&pair);
}

static void data_of_every_size_arrives_over_non_blocking_sockets(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair.transport = SOCKETS;
    pair_connect(&pair);
    exchange(&pair, LARGE);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- blocking sockets, one thread for each end ---- */

static void send_all(SSL *ssl, size_t length, unsigned seed)
{
    unsigned char *data = malloc(length);

    fill_pattern(data, length, 0, seed);
    CHECK_EQ(SSL_write(ssl, data, (int)length), length);
    free(data);
}

static void receive_all(SSL *ssl, size_t length, unsigned seed)
{
    static _Thread_local unsigned char got[RECORD], want[RECORD];

    for (size_t offset = 0; offset < length;) {
        size_t room = length - offset < RECORD ? length - offset : RECORD;
        int count = SSL_read(ssl, got, (int)room);

        CHECK(count > 0);
        fill_pattern(want, (size_t)count, offset, seed);
        CHECK_MEM(got, count, want, count);
        offset += (size_t)count;
    }
}

static void serve(SSL *ssl, void *argument)
{
    char rest;

    (void)argument;
    CHECK_EQ(SSL_accept(ssl), 1);
    receive_all(ssl, 1, 1);
    send_all(ssl, 1, 2);
    receive_all(ssl, RECORD, 3);
    send_all(ssl, RECORD, 4);
    receive_all(ssl, LARGE, 5);
    send_all(ssl, LARGE, 6);
    CHECK_EQ(SSL_read(ssl, &rest, 1), 0);
    CHECK_EQ(SSL_get_error(ssl, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_shutdown(ssl), 1);
}

static void data_of_every_size_arrives_over_blocking_sockets(
    const struct protocol *protocol)
{
    struct pair pair;
    struct peer *server;

    pair_init(&pair, protocol);
    pair.client = SSL_new(pair.client_ctx);
    pair.server = SSL_new(pair.server_ctx);
    join_by_blocking_sockets(pair.client, pair.server);
    server = peer_start(serve, pair.server, NULL);
    CHECK_EQ(SSL_connect(pair.client), 1);
    send_all(pair.client, 1, 1);
    receive_all(pair.client, 1, 2);
    send_all(pair.client, RECORD, 3);
    receive_all(pair.client, RECORD, 4);
    send_all(pair.client, LARGE, 5);
    receive_all(pair.client, LARGE, 6);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    peer_join(server);
    pair_free(&pair);
}

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

static void read_and_write_do_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[8];

    pair_init(&pair, protocol);
    pair_open(&pair);
    for (int i = 0; i < 10 && !SSL_is_init_finished(pair.client); i++) {
        CHECK(SSL_write(pair.client, "hi", 2) != 0);
        CHECK(SSL_read(pair.server, buffer, sizeof(buffer)) != 0);
    }
    ERR_clear_error();
    CHECK_EQ(SSL_write(pair.client, "hi", 2), 2);
    pair_free(&pair);
}

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

static void reading_without_a_role_is_an_error(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    char buffer[4];

    CHECK_EQ(SSL_read(ssl, buffer, sizeof(buffer)), -1);
    CHECK_REASON(SSL_R_UNINITIALIZED);
    CHECK_EQ(SSL_write(ssl, "x", 1), -1);
    CHECK_REASON(SSL_R_UNINITIALIZED);
    CHECK_EQ(SSL_do_handshake(ssl), -1);
    CHECK_REASON(SSL_R_CONNECTION_TYPE_NOT_SET);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void bios_are_returned_as_they_were_given(void)
{
    struct pair pair;
    BIO *other = BIO_new(BIO_s_mem());

    pair_init(&pair, &TLS13);
    pair_open(&pair);
    CHECK(SSL_get_rbio(pair.client) == pair.at_client);
    CHECK(SSL_get_wbio(pair.client) == pair.to_server);
    CHECK_EQ(SSL_get_fd(pair.client), -1);
    SSL_set0_rbio(pair.client, other);
    CHECK(SSL_get_rbio(pair.client) == other);
    pair_drop(&pair);

    pair.transport = SOCKETS;
    pair_open(&pair);
    CHECK_EQ(SSL_get_fd(pair.client), pair.client_socket);
    CHECK_EQ(SSL_get_rfd(pair.server), pair.server_socket);
    CHECK_EQ(SSL_get_wfd(pair.server), pair.server_socket);
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
    enum { PAIRS = 8 };
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

/* SSL_CTX_set_options(3), SSL_OP_CLEANSE_PLAINTEXT: data arrives as ever. */
static void plaintext_may_be_wiped_as_it_is_read(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_options(pair.client_ctx, SSL_OP_CLEANSE_PLAINTEXT);
    pair_connect(&pair);
    exchange(&pair, 50 * 1000);
    pair_close(&pair);
    pair_free(&pair);
}

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

static void what_is_missing_is_named(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    SSL_set_accept_state(ssl);
    CHECK_EQ(SSL_do_handshake(ssl), -1);
    CHECK_REASON(SSL_R_READ_BIO_NOT_SET);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* SSL_version(3): the limits do not count before a handshake. */
static void a_cleared_connection_has_no_version_yet(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_STR(SSL_get_version(pair.client), protocol->name);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK_STR(SSL_get_version(pair.client), "TLSv1.3");
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_write_is_repeated_with_the_same_data), TEST(what_is_missing_is_named),
          TEST_EACH(a_cleared_connection_has_no_version_yet), TEST_EACH(files_are_sent_by_the_kernel_or_not_at_all),
          TEST_EACH(idle_connections_hold_no_record_buffers),
          TEST_EACH(plaintext_may_be_wiped_as_it_is_read),
          TEST_EACH(data_of_every_size_arrives_over_memory_bios),
          TEST_EACH(everything_works_byte_by_byte),
          TEST_EACH(data_of_every_size_arrives_over_a_small_bio_pair),
          TEST_EACH(data_of_every_size_arrives_over_non_blocking_sockets),
          TEST_EACH(data_of_every_size_arrives_over_blocking_sockets),
          TEST_EACH(a_record_may_be_read_in_parts),
          TEST_EACH(one_read_never_crosses_a_record),
          TEST_EACH(full_records_carry_16384_bytes),
          TEST_EACH(bytes_are_not_taken_ahead_of_need),
          TEST_EACH(a_half_arrived_record_wants_more),
          TEST_EACH(a_full_bio_wants_write_and_the_write_goes_on),
          TEST_EACH(another_buffer_at_a_retry_is_refused),
          TEST_EACH(a_shorter_retry_is_refused), TEST_EACH(another_buffer_may_be_allowed),
          TEST_EACH(a_partial_write_returns_after_one_record),
          TEST_EACH(without_partial_writes_all_is_written),
          TEST_EACH(nothing_may_be_written), TEST_EACH(a_negative_length_is_an_error),
          TEST_EACH(read_and_write_do_the_handshake),
          TEST_EACH(close_notify_reads_as_zero_return),
          TEST(reading_without_a_role_is_an_error),
          TEST(bios_are_returned_as_they_were_given))
