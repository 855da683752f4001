/* Application data of every size over every transport. */
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "pair.h"

enum {
    RECORD = 16384,
    LARGE = 10 * 1000 * 1000
};

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

/* ---- around the handshake and the end ---- */

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

static void two_descriptors_are_one_transport(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    int ends[2];
    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(SSL_set_rfd(ssl, ends[0]), 1);
    CHECK_EQ(SSL_set_wfd(ssl, ends[1]), 1);
    CHECK_EQ(SSL_get_rfd(ssl), ends[0]);
    CHECK_EQ(SSL_get_wfd(ssl), ends[1]);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(ends[0]);
    close(ends[1]);
}

TEST_MAIN(TEST_EACH(plaintext_may_be_wiped_as_it_is_read),
          TEST_EACH(data_of_every_size_arrives_over_memory_bios),
          TEST_EACH(everything_works_byte_by_byte),
          TEST_EACH(data_of_every_size_arrives_over_a_small_bio_pair),
          TEST_EACH(data_of_every_size_arrives_over_non_blocking_sockets),
          TEST_EACH(data_of_every_size_arrives_over_blocking_sockets),
          TEST(bios_are_returned_as_they_were_given),
          TEST(two_descriptors_are_one_transport))
