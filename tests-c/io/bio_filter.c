/* Data, retries, closing and sessions of connections that are BIOs: BIO_f_ssl(3). */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* Two ends of a BIO pair with a connection in front of each. */
struct ends {
    struct pair contexts;
    BIO *client, *server;
};

static SSL *connection_of(BIO *bio)
{
    SSL *ssl = NULL;

    CHECK_EQ(BIO_get_ssl(bio, &ssl), 1);
    CHECK(ssl != NULL);
    return ssl;
}

static void join(struct ends *ends, size_t capacity)
{
    BIO *left, *right;

    ends->client = BIO_new_ssl(ends->contexts.client_ctx, 1);
    ends->server = BIO_new_ssl(ends->contexts.server_ctx, 0);
    CHECK(ends->client != NULL && ends->server != NULL);
    CHECK_EQ(BIO_new_bio_pair(&left, capacity, &right, capacity), 1);
    CHECK(BIO_push(ends->client, left) == ends->client);
    CHECK(BIO_push(ends->server, right) == ends->server);
}

static void open_ends(struct ends *ends, const struct protocol *protocol, size_t capacity)
{
    pair_init(&ends->contexts, protocol);
    join(ends, capacity);
}

static void free_ends(struct ends *ends)
{
    BIO_free_all(ends->client);
    BIO_free_all(ends->server);
    pair_free(&ends->contexts);
}

static bool waits(BIO *bio)
{
    CHECK_EQ(BIO_should_retry(bio), BIO_FLAGS_SHOULD_RETRY);
    CHECK(BIO_should_read(bio) || BIO_should_write(bio));
    CHECK(!BIO_should_io_special(bio));
    return true;
}

/* Reads what is not application data: without that a small pair fills up with tickets. */
static void digest(BIO *bio)
{
    char byte;

    CHECK(SSL_peek(connection_of(bio), &byte, 1) <= 0);
}

static void shake_hands(struct ends *ends)
{
    bool client = false, server = false;

    for (int i = 0; i < 100000 && !(client && server); i++) {
        if (client)
            digest(ends->client);
        client = client || BIO_do_handshake(ends->client) == 1 || !waits(ends->client);
        server = server || BIO_do_handshake(ends->server) == 1 || !waits(ends->server);
    }
    CHECK(client && server);
    CHECK_EQ(BIO_do_handshake(ends->client), 1);
    CHECK_NO_ERROR();
}

static void send_bytes(BIO *from, BIO *to, size_t length)
{
    unsigned char data[4096], seen[4096];
    size_t sent = 0, received = 0;

    CHECK(length <= sizeof(data));
    fill_pattern(data, length, 0, 7);
    while (received < length) {
        size_t written = 0;
        if (sent < length && BIO_write_ex(from, data + sent, length - sent, &written) == 1) {
            sent += written;
        } else {
            CHECK(sent == length || waits(from));
            digest(from);
        }
        size_t read = 0;
        if (BIO_read_ex(to, seen + received, length - received, &read) == 1)
            received += read;
        else
            waits(to);
    }
    CHECK_MEM(seen, length, data, length);
}

static void data_goes_both_ways_through_the_filter(const struct protocol *protocol)
{
    struct ends ends;

    open_ends(&ends, protocol, 0);
    shake_hands(&ends);
    CHECK_STR(SSL_get_version(connection_of(ends.client)), protocol->name);
    send_bytes(ends.client, ends.server, 4096);
    send_bytes(ends.server, ends.client, 1);
    CHECK_NO_ERROR();
    free_ends(&ends);
}

static void reading_and_writing_do_the_handshake(const struct protocol *protocol)
{
    struct ends ends;

    open_ends(&ends, protocol, 1);
    send_bytes(ends.client, ends.server, 300);
    send_bytes(ends.server, ends.client, 300);
    CHECK(SSL_is_init_finished(connection_of(ends.client)));
    free_ends(&ends);
}

static void the_retry_flags_say_what_is_waited_for(void)
{
    struct ends ends;
    char byte;

    open_ends(&ends, &TLS13, 16);
    CHECK_EQ(BIO_read(ends.server, &byte, 1), -1);
    CHECK(BIO_should_read(ends.server) && !BIO_should_write(ends.server));
    CHECK_EQ(BIO_do_handshake(ends.client), -1);
    CHECK(BIO_should_write(ends.client) && !BIO_should_read(ends.client));
    CHECK_EQ(BIO_get_retry_reason(ends.client), 0);
    shake_hands(&ends);
    CHECK_EQ(BIO_read(ends.server, &byte, 1), -1);
    CHECK(BIO_should_retry(ends.server) && BIO_should_read(ends.server));
    send_bytes(ends.client, ends.server, 1);
    CHECK(!BIO_should_retry(ends.server));
    free_ends(&ends);
}

static int certificate_later(SSL *ssl, void *argument)
{
    int *calls = argument;

    (void)ssl;
    return ++*calls < 3 ? -1 : 1;
}

static void a_certificate_callback_may_ask_for_more_time(const struct protocol *protocol)
{
    struct ends ends;
    int calls = 0;

    open_ends(&ends, protocol, 0);
    SSL_set_cert_cb(connection_of(ends.server), certificate_later, &calls);
    CHECK_EQ(BIO_do_handshake(ends.client), -1);
    CHECK_EQ(BIO_do_handshake(ends.server), -1);
    CHECK(BIO_should_io_special(ends.server));
    CHECK_EQ(BIO_get_retry_reason(ends.server), BIO_RR_SSL_X509_LOOKUP);
    CHECK_EQ(calls, 1);
    CHECK_EQ(BIO_do_handshake(ends.server), -1);
    CHECK(BIO_should_io_special(ends.server));
    shake_hands(&ends);
    CHECK_EQ(calls, 3);
    free_ends(&ends);
}

static void pending_counts_what_has_been_decrypted(const struct protocol *protocol)
{
    struct ends ends;
    char text[8];

    open_ends(&ends, protocol, 0);
    shake_hands(&ends);
    CHECK_EQ(BIO_puts(ends.client, "hello"), 5);
    CHECK_EQ(BIO_flush(ends.client), 1);
    CHECK_EQ(BIO_read(ends.server, text, 2), 2);
    CHECK_EQ(BIO_pending(ends.server), 3);
    CHECK_EQ(BIO_read(ends.server, text, sizeof(text)), 3);
    CHECK_MEM(text, 3, "llo", 3);
    CHECK_EQ(BIO_pending(ends.server), 0);
    CHECK(BIO_gets(ends.server, text, sizeof(text)) == -2);
    ERR_clear_error();
    free_ends(&ends);
}

static void a_buffer_in_front_gives_lines(const struct protocol *protocol)
{
    struct ends ends;
    BIO *buffer = BIO_new(BIO_f_buffer());
    char line[32];

    open_ends(&ends, protocol, 0);
    shake_hands(&ends);
    BIO_push(buffer, ends.server);
    CHECK(SSL_get_rbio(connection_of(buffer)) == BIO_next(ends.server));
    CHECK_EQ(BIO_puts(ends.client, "one\ntwo\nthree"), 13);
    CHECK_EQ(BIO_gets(buffer, line, sizeof(line)), 4);
    CHECK_STR(line, "one\n");
    CHECK_EQ(BIO_gets(buffer, line, sizeof(line)), 4);
    CHECK_STR(line, "two\n");
    CHECK_EQ(BIO_puts(buffer, "answer\n"), 7);
    CHECK(BIO_wpending(buffer) == 7);
    CHECK_EQ(BIO_flush(buffer), 1);
    do
        memset(line, 0, sizeof(line));
    while (BIO_read(ends.client, line, sizeof(line)) < 0 && waits(ends.client));
    CHECK_STR(line, "answer\n");
    CHECK(BIO_pop(buffer) == ends.server);
    CHECK(SSL_get_rbio(connection_of(ends.server)) == BIO_next(ends.server));
    BIO_free(buffer);
    free_ends(&ends);
}

static void shutdown_through_a_chain_is_seen_by_the_peer(const struct protocol *protocol)
{
    struct ends ends;
    BIO *buffer = BIO_new(BIO_f_buffer());
    char byte;

    open_ends(&ends, protocol, 0);
    shake_hands(&ends);
    send_bytes(ends.server, ends.client, 1);
    BIO_push(buffer, ends.client);
    BIO_ssl_shutdown(buffer);
    CHECK_EQ(SSL_get_shutdown(connection_of(ends.client)), SSL_SENT_SHUTDOWN);
    CHECK_EQ(BIO_read(ends.server, &byte, 1), 0);
    CHECK(!BIO_should_retry(ends.server));
    CHECK_EQ(SSL_get_shutdown(connection_of(ends.server)), SSL_RECEIVED_SHUTDOWN);
    BIO_ssl_shutdown(ends.server);
    BIO_ssl_shutdown(buffer);
    CHECK_EQ(SSL_get_shutdown(connection_of(ends.client)),
             SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    CHECK_EQ(BIO_write(ends.server, &byte, 1), -1);
    CHECK(!BIO_should_retry(ends.server));
    CHECK_REASON(SSL_R_PROTOCOL_IS_SHUTDOWN);
    BIO_ssl_shutdown(NULL);
    BIO_pop(buffer);
    BIO_free(buffer);
    free_ends(&ends);
}

static void a_failed_handshake_is_an_error_without_retry(void)
{
    struct ends ends;
    BIO *memory = BIO_new_mem_buf("this is not TLS at all, and long enough", -1);

    pair_init(&ends.contexts, &TLS13);
    ends.server = BIO_new_ssl(ends.contexts.server_ctx, 0);
    BIO_push(ends.server, memory);
    CHECK(BIO_do_handshake(ends.server) <= 0);
    CHECK(!BIO_should_retry(ends.server));
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    BIO_free_all(ends.server);
    pair_free(&ends.contexts);
}

static void a_session_is_copied_from_chain_to_chain(const struct protocol *protocol)
{
    struct ends ends;
    BIO *first;

    open_ends(&ends, protocol, 0);
    shake_hands(&ends);
    send_bytes(ends.server, ends.client, 1);
    CHECK(!SSL_session_reused(connection_of(ends.client)));
    BIO_ssl_shutdown(ends.client);
    BIO_ssl_shutdown(ends.server);
    first = ends.client;
    BIO_free_all(ends.server);
    join(&ends, 0);
    CHECK_EQ(BIO_ssl_copy_session_id(ends.client, first), 1);
    shake_hands(&ends);
    CHECK(SSL_session_reused(connection_of(ends.client)));
    CHECK(SSL_session_reused(connection_of(ends.server)));
    CHECK_EQ(BIO_ssl_copy_session_id(BIO_next(ends.client), first), 0);
    CHECK_EQ(BIO_ssl_copy_session_id(first, BIO_next(ends.client)), 0);
    ERR_clear_error();
    BIO_free_all(first);
    free_ends(&ends);
}

static void after_a_reset_the_connection_is_made_anew(const struct protocol *protocol)
{
    struct ends ends;

    open_ends(&ends, protocol, 0);
    shake_hands(&ends);
    send_bytes(ends.server, ends.client, 1);
    send_bytes(ends.client, ends.server, 1);
    CHECK(BIO_reset(ends.client) >= 0);
    CHECK_EQ(SSL_in_before(connection_of(ends.client)), 1);
    CHECK(!SSL_is_server(connection_of(ends.client)));
    CHECK(BIO_reset(ends.server) >= 0);
    CHECK_EQ(SSL_in_before(connection_of(ends.server)), 1);
    CHECK(SSL_is_server(connection_of(ends.server)));
    ERR_clear_error();
    shake_hands(&ends);
    CHECK(SSL_session_reused(connection_of(ends.client)));
    send_bytes(ends.client, ends.server, 100);
    free_ends(&ends);
}

TEST_MAIN(TEST_EACH(data_goes_both_ways_through_the_filter),
          TEST_EACH(reading_and_writing_do_the_handshake),
          TEST(the_retry_flags_say_what_is_waited_for),
          TEST_EACH(a_certificate_callback_may_ask_for_more_time),
          TEST_EACH(pending_counts_what_has_been_decrypted),
          TEST_EACH(a_buffer_in_front_gives_lines),
          TEST_EACH(shutdown_through_a_chain_is_seen_by_the_peer),
          TEST(a_failed_handshake_is_an_error_without_retry),
          TEST_EACH(a_session_is_copied_from_chain_to_chain),
          TEST_EACH(after_a_reset_the_connection_is_made_anew))
