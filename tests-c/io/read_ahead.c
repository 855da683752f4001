/* Reading ahead (SSL_CTX_set_read_ahead(3)): how often and how much is read of the BIO, and what becomes of bytes that
 * were read before their turn. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

enum {
    RECORD = 16384,
    HEADER = 5,
    MANY = 200
};

/* A BIO in front of another one that counts the calls and what they ask for. */
struct counted {
    int reads;
    int asked; /* by the last read */
    int most;  /* bytes that a read may return; 0 for all */
};

static int counted_read(BIO *bio, char *buffer, int length)
{
    struct counted *counted = BIO_get_data(bio);
    int count;

    counted->reads++;
    counted->asked = length;
    if (counted->most > 0 && length > counted->most)
        length = counted->most;
    count = BIO_read(BIO_next(bio), buffer, length);
    BIO_clear_retry_flags(bio);
    BIO_copy_next_retry(bio);
    return count;
}

static long counted_ctrl(BIO *bio, int command, long number, void *pointer)
{
    return BIO_ctrl(BIO_next(bio), command, number, pointer);
}

static int counted_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

static BIO_METHOD *counting_method(void)
{
    static BIO_METHOD *method;

    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_FILTER, "counting");
        CHECK(method != NULL);
        BIO_meth_set_read(method, counted_read);
        BIO_meth_set_ctrl(method, counted_ctrl);
        BIO_meth_set_create(method, counted_create);
    }
    return method;
}

/* The connection reads through a counting BIO from now on. */
static void count_reads(SSL *ssl, struct counted *counted)
{
    BIO *filter = BIO_new(counting_method()), *inner = SSL_get_rbio(ssl);

    CHECK(filter != NULL);
    memset(counted, 0, sizeof(*counted));
    BIO_set_data(filter, counted);
    CHECK_EQ(BIO_up_ref(inner), 1);
    CHECK(BIO_push(filter, inner) == filter);
    SSL_set0_rbio(ssl, filter);
}

static void write_records(SSL *ssl, int count, int length)
{
    unsigned char data[RECORD];

    for (int i = 0; i < count; i++) {
        memset(data, i, sizeof(data));
        CHECK_EQ(SSL_write(ssl, data, length), length);
    }
}

static void read_records(SSL *ssl, int count, int length)
{
    unsigned char expected[RECORD], data[RECORD];

    for (int i = 0; i < count; i++) {
        memset(expected, i, sizeof(expected));
        CHECK_EQ(SSL_read(ssl, data, sizeof(data)), length);
        CHECK_MEM(data, length, expected, length);
    }
}

static void wants_to_read(SSL *ssl)
{
    char byte;

    CHECK_EQ(SSL_read(ssl, &byte, 1), -1);
    CHECK_EQ(SSL_get_error(ssl, -1), SSL_ERROR_WANT_READ);
    CHECK_EQ(SSL_want(ssl), SSL_READING);
}

/* A connection whose server reads ahead and through a counting BIO. */
static void open_reader(struct pair *pair, const struct protocol *protocol, struct counted *counted)
{
    pair_init(pair, protocol);
    SSL_CTX_set_read_ahead(pair->server_ctx, 1);
    pair_connect(pair);
    pair_settle(pair);
    count_reads(pair->server, counted);
}

static void one_read_takes_what_is_there(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, MANY, 10);
    read_records(pair.server, 1, 10);
    CHECK_EQ(counted.reads, 1);
    CHECK_EQ(counted.asked, HEADER + RECORD + 320);
    CHECK_EQ(BIO_ctrl_pending(pair.to_server), 0);
    CHECK_EQ(SSL_pending(pair.server), 0);
    CHECK_EQ(SSL_has_pending(pair.server), 1);
    for (int i = 1; i < MANY; i++) {
        char data[16], expected[16];
        memset(expected, i, sizeof(expected));
        CHECK_EQ(SSL_has_pending(pair.server), 1);
        CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 10);
        CHECK_MEM(data, 10, expected, 10);
        CHECK_EQ(SSL_want(pair.server), SSL_NOTHING);
    }
    CHECK_EQ(counted.reads, 1);
    CHECK_EQ(SSL_has_pending(pair.server), 0);
    wants_to_read(pair.server);
    CHECK_EQ(counted.reads, 2);
    pair_free(&pair);
}

static void without_it_header_and_body_are_read_exactly(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, protocol, &counted);
    SSL_set_read_ahead(pair.server, 0);
    write_records(pair.client, 3, 10);
    read_records(pair.server, 3, 10);
    CHECK_EQ(counted.reads, 6);
    wants_to_read(pair.server);
    CHECK_EQ(counted.asked, HEADER);
    pair_free(&pair);
}

/* The largest records, of which the buffer holds one and the beginning of the next. */
static void large_records_follow_each_other(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    enum {
        COUNT = 8
    };

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, COUNT, RECORD);
    read_records(pair.server, COUNT, RECORD);
    CHECK_EQ(SSL_has_pending(pair.server), 0);
    CHECK_EQ(counted.reads, COUNT);
    write_records(pair.client, COUNT, RECORD - 100);
    read_records(pair.server, COUNT, RECORD - 100);
    CHECK_EQ(counted.reads, 2 * COUNT);
    pair_free(&pair);
}

/* Byte by byte, and each other length: reads end in a header, behind one, in a body. */
static void a_read_may_end_anywhere(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    int total;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 3, 20);
    total = (int)BIO_ctrl_pending(pair.to_server);
    read_records(pair.server, 3, 20);
    for (int most = 1; most <= total; most++) {
        counted.most = most;
        write_records(pair.client, 3, 20);
        read_records(pair.server, 3, 20);
        CHECK_EQ(SSL_has_pending(pair.server), 0);
    }
    pair_free(&pair);
}

static void part_of_a_record_is_pending(const struct protocol *protocol)
{
    struct pair pair;
    int total;

    pair_init(&pair, protocol);
    SSL_CTX_set_read_ahead(pair.server_ctx, 1);
    pair.transport = HELD;
    pair_open(&pair);
    pair_handshake(&pair);
    write_records(pair.client, 1, 10);
    total = (int)BIO_ctrl_pending(pair.to_server);
    for (int i = 1; i < total; i++) {
        pair_carry(pair.to_server, pair.at_server, 1);
        wants_to_read(pair.server);
        CHECK_EQ(SSL_pending(pair.server), 0);
        /* A header that is complete is no longer in OpenSSL's buffer. */
        CHECK_EQ(SSL_has_pending(pair.server), i != HEADER);
    }
    pair_carry(pair.to_server, pair.at_server, 1);
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_has_pending(pair.server), 0);
    pair_free(&pair);
}

static void reading_ahead_may_be_switched_off_in_the_middle(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    size_t waiting;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 3, 10);
    read_records(pair.server, 1, 10);
    SSL_set_read_ahead(pair.server, 0);
    write_records(pair.client, 1, 10);
    waiting = BIO_ctrl_pending(pair.to_server);
    for (int i = 1; i < 3; i++) {
        char data[16];
        CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 10);
        CHECK_EQ(data[0], i);
    }
    CHECK_EQ(BIO_ctrl_pending(pair.to_server), waiting);
    CHECK_EQ(counted.reads, 1);
    read_records(pair.server, 1, 10);
    CHECK_EQ(counted.reads, 3);
    pair_free(&pair);
}

/* What was read ahead belongs to the connection, not to the BIO. */
static void another_bio_comes_after_what_was_read(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    char data[16];
    BIO *old;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 2, 10);
    CHECK_EQ(SSL_read(pair.server, data, 3), 3);
    CHECK_EQ(SSL_pending(pair.server), 7);
    old = SSL_get_rbio(pair.server);
    CHECK_EQ(BIO_up_ref(old), 1);
    SSL_set0_rbio(pair.server, NULL);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 7);
    CHECK_EQ(SSL_peek(pair.server, data, sizeof(data)), 10);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 10);
    CHECK_EQ(data[0], 1);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), -1);
    CHECK_REASON(SSL_R_READ_BIO_NOT_SET);
    BIO_free_all(old);
    pair_free(&pair);
}

static void what_follows_close_notify_is_not_read(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    char data[16];

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 1, 10);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(BIO_write(pair.to_server, "no TLS", 6), 6);
    read_records(pair.server, 1, 10);
    CHECK_EQ(counted.reads, 1);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 0);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_has_pending(pair.server), 1);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 0);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    CHECK_EQ(counted.reads, 1);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void SSL_shutdown_finds_a_close_notify_that_was_read_ahead(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 1, 10);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    CHECK_EQ(counted.reads, 1);
    pair_free(&pair);
}

static void SSL_shutdown_minds_data_that_was_read_ahead(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 2, 10);
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_shutdown(pair.server), -1);
    CHECK_REASON(SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY);
    pair_free(&pair);
}

static void buffers_with_bytes_are_not_freed(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, protocol, &counted);
    SSL_set_mode(pair.server, SSL_MODE_RELEASE_BUFFERS);
    write_records(pair.client, 2, 10);
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_free_buffers(pair.server), 0);
    CHECK_EQ(SSL_has_pending(pair.server), 1);
    CHECK_EQ(SSL_alloc_buffers(pair.server), 1);
    SSL_set_default_read_buffer_len(pair.server, 100000);
    char data[16];
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), 10);
    CHECK_EQ(data[0], 1);
    CHECK_EQ(SSL_free_buffers(pair.server), 1);
    write_records(pair.client, 1, 10);
    read_records(pair.server, 1, 10);
    pair_free(&pair);
}

static void a_larger_buffer_holds_more(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    enum {
        LENGTH = 70000,
        COUNT = 4
    };

    pair_init(&pair, protocol);
    SSL_CTX_set_read_ahead(pair.server_ctx, 1);
    SSL_CTX_set_default_read_buffer_len(pair.server_ctx, LENGTH);
    pair_connect(&pair);
    SSL_CTX_set_default_read_buffer_len(pair.server_ctx, 2 * LENGTH);
    pair_settle(&pair);
    count_reads(pair.server, &counted);
    write_records(pair.client, COUNT, RECORD);
    read_records(pair.server, COUNT, RECORD);
    CHECK_EQ(counted.reads, 1);
    CHECK_EQ(counted.asked, LENGTH - 3);
    /* A smaller one has no effect. */
    CHECK_EQ(SSL_free_buffers(pair.server), 1);
    SSL_set_default_read_buffer_len(pair.server, 100);
    write_records(pair.client, COUNT, RECORD);
    read_records(pair.server, COUNT, RECORD);
    CHECK_EQ(counted.reads, 1 + COUNT);
    pair_free(&pair);
}

/* Both sides read ahead in the handshake; the client's first data comes with its Finished. */
static void handshakes_and_data_may_come_in_one_read(const struct protocol *protocol)
{
    struct pair pair;
    struct counted at_client, at_server;

    pair_init(&pair, protocol);
    SSL_CTX_set_read_ahead(pair.client_ctx, 1);
    SSL_CTX_set_read_ahead(pair.server_ctx, 1);
    pair_open(&pair);
    count_reads(pair.client, &at_client);
    count_reads(pair.server, &at_server);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    if (is_tls13(protocol)) {
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        write_records(pair.client, 2, 10);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(SSL_has_pending(pair.server), 1);
        read_records(pair.server, 2, 10);
    } else {
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        write_records(pair.server, 2, 10);
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        CHECK_EQ(SSL_has_pending(pair.client), 1);
        read_records(pair.client, 2, 10);
    }
    /* The last read of each handshake call that waits finds nothing. */
    CHECK_EQ(at_server.reads, 3);
    CHECK_EQ(at_client.reads, is_tls13(protocol) ? 2 : 4);
    pair_free(&pair);
}

static void a_key_update_may_be_followed_by_data(void)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, &TLS13, &counted);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(SSL_key_update(pair.client, i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED), 1);
        write_records(pair.client, 1, 10);
    }
    for (int i = 0; i < 5; i++)
        read_records(pair.server, 1, 10);
    CHECK_EQ(counted.reads, 1);
    send_text(pair.server, pair.client, "under new keys");
    send_text(pair.client, pair.server, "under new keys");
    pair_free(&pair);
}

/* Without SSL_MODE_AUTO_RETRY a read returns after a record without data, but not when more was read. */
static void a_call_goes_on_with_what_was_read_ahead(void)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, &TLS13, &counted);
    SSL_clear_mode(pair.server, SSL_MODE_AUTO_RETRY);
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    write_records(pair.client, 1, 10);
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    wants_to_read(pair.server);
    CHECK_EQ(counted.reads, 2);
    pair_free(&pair);
}

static void a_damaged_record_ends_what_was_read_ahead(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;
    char data[16], *bytes;
    long length;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 3, 10);
    length = BIO_get_mem_data(pair.to_server, &bytes);
    bytes[length / 3 + HEADER + 10] ^= 1;
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), -1);
    CHECK_REASON(SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC);
    CHECK_EQ(SSL_read(pair.server, data, sizeof(data)), -1);
    CHECK_EQ(counted.reads, 1);
    ERR_clear_error();
    pair_free(&pair);
}

static void SSL_clear_forgets_what_was_read_ahead(const struct protocol *protocol)
{
    struct pair pair;
    struct counted counted;

    open_reader(&pair, protocol, &counted);
    write_records(pair.client, 3, 10);
    read_records(pair.server, 1, 10);
    CHECK_EQ(SSL_has_pending(pair.server), 1);
    CHECK_EQ(SSL_clear(pair.server), 1);
    CHECK_EQ(SSL_has_pending(pair.server), 0);
    CHECK_EQ(SSL_get_read_ahead(pair.server), 1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(one_read_takes_what_is_there),
          TEST_EACH(without_it_header_and_body_are_read_exactly),
          TEST_EACH(large_records_follow_each_other),
          TEST_EACH(a_read_may_end_anywhere),
          TEST_EACH(part_of_a_record_is_pending),
          TEST_EACH(reading_ahead_may_be_switched_off_in_the_middle),
          TEST_EACH(another_bio_comes_after_what_was_read),
          TEST_EACH(what_follows_close_notify_is_not_read),
          TEST_EACH(SSL_shutdown_finds_a_close_notify_that_was_read_ahead),
          TEST_EACH(SSL_shutdown_minds_data_that_was_read_ahead),
          TEST_EACH(buffers_with_bytes_are_not_freed),
          TEST_EACH(a_larger_buffer_holds_more),
          TEST_EACH(handshakes_and_data_may_come_in_one_read),
          TEST(a_key_update_may_be_followed_by_data),
          TEST(a_call_goes_on_with_what_was_read_ahead),
          TEST_EACH(a_damaged_record_ends_what_was_read_ahead),
          TEST_EACH(SSL_clear_forgets_what_was_read_ahead))
