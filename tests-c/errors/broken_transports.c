/* Transports that end or break during a handshake and after it: return values, SSL_get_error(3), reasons, alerts. */
#include <errno.h>
#include <signal.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* Moves one record; false when there is none. */
static bool carry_record(BIO *from, BIO *to)
{
    char *bytes;
    long there = BIO_get_mem_data(from, &bytes);
    size_t length;

    if (there < 5)
        return false;
    length = 5 + (size_t)((unsigned char)bytes[3] << 8 | (unsigned char)bytes[4]);
    CHECK_EQ(pair_carry(from, to, length), length);
    return true;
}

static bool finishes_or_fails(SSL *ssl)
{
    int ret = SSL_do_handshake(ssl);

    if (ret == 1)
        return true;
    CHECK_EQ(ret <= 0, 1);
    CHECK_EQ(SSL_get_error(ssl, ret), SSL_ERROR_SSL);
    ERR_clear_error();
    return false;
}

/* The connection breaks after so many records; true when both ends had finished. */
static bool survives_a_break_after(int records, const struct protocol *protocol)
{
    struct pair pair;
    bool client, server;

    pair_init(&pair, protocol);
    pair.transport = HELD;
    pair_open(&pair);
    for (bool moved = true; moved && records > 0;) {
        SSL_do_handshake(pair.client);
        SSL_do_handshake(pair.server);
        moved = false;
        if (records > 0 && carry_record(pair.to_server, pair.at_server))
            records--, moved = true;
        if (records > 0 && carry_record(pair.to_client, pair.at_client))
            records--, moved = true;
    }
    ERR_clear_error();
    BIO_set_mem_eof_return(pair.at_client, 0);
    BIO_set_mem_eof_return(pair.at_server, 0);
    client = finishes_or_fails(pair.client);
    server = finishes_or_fails(pair.server);
    pair_free(&pair);
    return client && server && records == 0;
}

static void a_break_after_any_message_is_an_error(const struct protocol *protocol)
{
    int records = 0;

    while (!survives_a_break_after(records, protocol)) {
        records++;
        CHECK(records < 40);
    }
    CHECK(records >= 4);
}

static void an_end_of_file_during_the_handshake_is_unexpected(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    BIO_set_mem_eof_return(pair.at_client, 0);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_UNEXPECTED_EOF_WHILE_READING);
    pair_free(&pair);
}

static void a_handshake_begins_with_no_errors(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    for (int i = 0; i < 2; i++) {
        ERR_put_error(ERR_LIB_USER, 0, 1, __FILE__, __LINE__);
        errno = EPERM;
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_WANT_READ);
        CHECK_EQ(errno, 0);
        CHECK_NO_ERROR();
    }
    pair_free(&pair);
}

static void check_ended(SSL *ssl, int error)
{
    int ret = SSL_do_handshake(ssl);

    CHECK_EQ(ret, -1);
    CHECK_EQ(SSL_get_error(ssl, ret), error);
}

/* haproxy sees by the state whether a client has sent anything. */
static void an_end_before_any_message_is_an_error_that_depends_on_the_state(const struct protocol *protocol)
{
    struct pair pair;

    for (int ignored = 0; ignored < 2; ignored++) {
        int error = ignored ? SSL_ERROR_ZERO_RETURN : SSL_ERROR_SSL;

        pair_init(&pair, protocol);
        pair.transport = HELD;
        if (ignored) {
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
            SSL_CTX_set_options(pair.client_ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
        }
        pair_open(&pair);
        CHECK_EQ(SSL_get_state(pair.server), TLS_ST_BEFORE);
        CHECK_EQ(SSL_in_before(pair.server), 1);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(SSL_get_state(pair.server), TLS_ST_BEFORE);
        CHECK_EQ(SSL_in_before(pair.server), 0);
        CHECK_STR(SSL_state_string_long(pair.server), "before SSL initialization");
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_get_state(pair.client), TLS_ST_CW_CLNT_HELLO);
        CHECK_STR(SSL_state_string_long(pair.client), "SSLv3/TLS write client hello");

        BIO_set_mem_eof_return(pair.at_server, 0);
        BIO_set_mem_eof_return(pair.at_client, 0);
        check_ended(pair.server, error);
        CHECK_EQ(SSL_get_state(pair.server), TLS_ST_BEFORE);
        check_ended(pair.client, error);
        pair_free(&pair);
    }
}

static void the_peer_gets_an_alert_after_an_unexpected_end(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char record[7];

    pair_init(&pair, protocol);
    pair.transport = HELD;
    pair_open(&pair);
    BIO_set_mem_eof_return(pair.at_server, 0);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK_REASON(SSL_R_UNEXPECTED_EOF_WHILE_READING);
    CHECK_EQ(BIO_read(pair.to_client, record, sizeof(record)), 7);
    CHECK_EQ(record[0], SSL3_RT_ALERT);
    CHECK_EQ(record[5], SSL3_AL_FATAL);
    CHECK_EQ(record[6], SSL_AD_DECODE_ERROR);
    pair_free(&pair);
}

static void a_record_cut_in_two_is_an_unexpected_end(const struct protocol *protocol)
{
    struct pair pair;
    char byte;

    pair_init(&pair, protocol);
    pair.transport = HELD;
    pair_connect(&pair);
    CHECK_EQ(SSL_write(pair.client, "hello", 5), 5);
    pair_carry(pair.to_server, pair.at_server, 9);
    BIO_set_mem_eof_return(pair.at_server, 0);
    CHECK(SSL_read(pair.server, &byte, 1) <= 0);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_UNEXPECTED_EOF_WHILE_READING);
    pair_free(&pair);
}

/* Socket errors reach the program as such. */
static void a_broken_socket_is_a_system_error(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair.transport = SOCKETS;
    pair_open(&pair);
    SSL_free(pair.server);
    pair.server = NULL;
    signal(SIGPIPE, SIG_IGN);
    ERR_clear_error();
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SYSCALL);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_break_after_any_message_is_an_error),
          TEST_EACH(an_end_of_file_during_the_handshake_is_unexpected),
          TEST_EACH(a_handshake_begins_with_no_errors),
          TEST_EACH(an_end_before_any_message_is_an_error_that_depends_on_the_state),
          TEST_EACH(the_peer_gets_an_alert_after_an_unexpected_end),
          TEST_EACH(a_record_cut_in_two_is_an_unexpected_end),
          TEST_EACH(a_broken_socket_is_a_system_error))
