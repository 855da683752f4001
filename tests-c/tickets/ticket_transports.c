/*
 * What the tickets of a TLS 1.3 server meet on their way: transports that take little, nothing, or
 * fail, and clients that do not wait for them.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "announced.h"

/* The server's write BIO: takes `allowed` bytes, then does what `then` names. */
static struct gate {
    long allowed;
    enum {
        RETRY,
        FAIL,
        BROKEN_PIPE,
        CONNECTION_RESET
    } then;
    int writes;
} gate;

static int gate_write(BIO *bio, const char *data, int length)
{
    BIO *next = BIO_next(bio);
    int taken = gate.allowed < length ? (int)gate.allowed : length;

    gate.writes++;
    BIO_clear_retry_flags(bio);
    if (taken == 0) {
        if (gate.then == RETRY)
            BIO_set_retry_write(bio);
        if (gate.then == BROKEN_PIPE)
            errno = EPIPE;
        if (gate.then == CONNECTION_RESET)
            errno = ECONNRESET;
        return -1;
    }
    gate.allowed -= taken;
    return BIO_write(next, data, taken);
}

static long gate_ctrl(BIO *bio, int command, long number, void *pointer)
{
    if (command == BIO_CTRL_FLUSH)
        return 1;
    return BIO_ctrl(BIO_next(bio), command, number, pointer);
}

static int gate_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/* The gate between the server and its transport; closed, when the client is done. */
static void open_with_gate(struct pair *pair)
{
    static BIO_METHOD *method;
    BIO *bio;

    if (method == NULL) {
        method = BIO_meth_new(BIO_TYPE_FILTER | 99, "gate");
        BIO_meth_set_write(method, gate_write);
        BIO_meth_set_ctrl(method, gate_ctrl);
        BIO_meth_set_create(method, gate_create);
    }
    pair_open(pair);
    bio = BIO_new(method);
    BIO_up_ref(pair->to_client);
    BIO_push(bio, pair->to_client);
    SSL_set0_wbio(pair->server, bio);
    gate.allowed = 1000000;
    CHECK_EQ(SSL_do_handshake(pair->client), -1);
    CHECK_EQ(SSL_do_handshake(pair->server), -1);
    CHECK_EQ(SSL_do_handshake(pair->client), 1);
    gate.allowed = 0;
}

static void a_transport_that_takes_nothing_suspends_the_handshake_amid_its_tickets(void)
{
    struct pair pair;

    announced_init(&pair);
    open_with_gate(&pair);
    gate.then = RETRY;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_WRITE);
        CHECK_EQ(SSL_want(pair.server), SSL_WRITING);
        CHECK_EQ(announced, 1);
        CHECK_EQ(SSL_in_init(pair.server), 1);
        CHECK_EQ(SSL_get_state(pair.server), TLS_ST_SW_SESSION_TICKET);
        CHECK_STR(SSL_state_string(pair.server), "TWST");
        CHECK_STR(SSL_state_string_long(pair.server), "SSLv3/TLS write session ticket");
        CHECK(SSL_get_session(pair.server) == last_announced);
    }
    /* Byte by byte. */
    for (int i = 0; i < 10000 && SSL_in_init(pair.server); i++) {
        gate.allowed = 1;
        if (SSL_do_handshake(pair.server) != 1)
            CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_WRITE);
    }
    gate.allowed = 1000000;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(announced, 2);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 2);
    pair_free(&pair);
}

static void a_suspended_ticket_goes_on_with_a_write_or_a_read(void)
{
    for (int read = 0; read < 2; read++) {
        struct pair pair;
        char byte;

        announced_init(&pair);
        open_with_gate(&pair);
        gate.then = RETRY;
        gate.allowed = 1000000;
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        gate.allowed = 3;
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        CHECK_EQ(read ? SSL_read(pair.server, &byte, 1) : SSL_write(pair.server, "w", 1), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_WRITE);
        CHECK_EQ(announced, 3);
        gate.allowed = 1000000;
        if (read) {
            CHECK_EQ(SSL_read(pair.server, &byte, 1), -1);
            CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
            client_reads(&pair);
        } else {
            CHECK_EQ(SSL_write(pair.server, "w", 1), 1);
            CHECK_EQ(SSL_read(pair.client, &byte, 1), 1);
            CHECK_EQ(byte, 'w');
        }
        CHECK_EQ(announced, 3);
        CHECK_EQ(new_sessions, 3);
        pair_free(&pair);
    }
}

static void a_ticket_waits_for_a_write_that_is_under_way(void)
{
    struct pair pair;
    static char data[20000];
    int got = 0;

    announced_init(&pair);
    open_with_gate(&pair);
    gate.then = RETRY;
    gate.allowed = 1000000;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    client_reads(&pair);
    gate.allowed = 100;
    CHECK_EQ(SSL_write(pair.server, data, sizeof(data)), -1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_write(pair.server, data, sizeof(data)), -1);
    gate.allowed = 1000000;
    CHECK_EQ(SSL_write(pair.server, data, sizeof(data)), sizeof(data));
    CHECK_EQ(announced, 2);
    CHECK_EQ(SSL_write(pair.server, data, 1), 1);
    CHECK_EQ(announced, 3);
    while (got < (int)sizeof(data) + 1) {
        int count;

        CHECK_EQ(new_sessions, 2);
        count = SSL_read(pair.client, data, sizeof(data));
        CHECK(count > 0);
        got += count;
        if (got == (int)sizeof(data) + 1)
            CHECK_EQ(new_sessions, 3);
    }
    pair_free(&pair);
}

static void a_transport_that_fails_amid_the_tickets_fails_the_handshake(void)
{
    struct pair pair;
    char byte;

    announced_init(&pair);
    open_with_gate(&pair);
    gate.then = FAIL;
    gate.allowed = 10;
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SYSCALL);
    CHECK_EQ(announced, 1);
    CHECK_EQ(SSL_in_init(pair.server), 1);
    /* It may be tried again. */
    gate.allowed = 1000000;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(announced, 2);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), -1);
    CHECK_EQ(new_sessions, 2);
    pair_free(&pair);
}

static void a_client_that_has_gone_does_not_fail_the_handshake(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        char text[8];

        announced_init(&pair);
        open_with_gate(&pair);
        gate.then = i == 0 ? BROKEN_PIPE : CONNECTION_RESET;
        CHECK_EQ(SSL_write(pair.client, "bye", 3), 3);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(SSL_in_init(pair.server), 0);
        CHECK_EQ(announced, 2);
        CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), 1);
        CHECK_NO_ERROR();
        CHECK_EQ(SSL_read(pair.server, text, sizeof(text)), 3);
        CHECK_MEM(text, 3, "bye", 3);

        /* Tickets that are asked for are lost likewise; data is not. */
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(announced, 3);
        CHECK_EQ(SSL_write(pair.server, "data", 4), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SYSCALL);
        pair_free(&pair);
    }
}

static void what_a_client_has_sent_before_it_closed_its_socket_can_be_read(void)
{
    struct pair pair;
    char text[8];

    signal(SIGPIPE, SIG_IGN);
    announced_init(&pair);
    pair.transport = SOCKETS;
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    CHECK_EQ(SSL_write(pair.client, "bye", 3), 3);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    SSL_free(pair.client);
    pair.client = NULL;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(announced, 2);
    CHECK_EQ(SSL_read(pair.server, text, sizeof(text)), 3);
    CHECK_MEM(text, 3, "bye", 3);
    CHECK_EQ(SSL_read(pair.server, text, sizeof(text)), 0);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_ZERO_RETURN);
    pair_free(&pair);
}

static void tickets_pass_through_a_transport_with_little_room(void)
{
    for (size_t capacity = 1; capacity < 600; capacity += 149) {
        struct pair pair;

        announced_init(&pair);
        pair.transport = BIO_PAIR;
        pair.capacity = capacity;
        pair_connect(&pair);
        pair_settle(&pair);
        CHECK_EQ(announced, 2);
        CHECK_EQ(new_sessions, 2);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        pair_settle(&pair);
        CHECK_EQ(announced, 3);
        CHECK_EQ(new_sessions, 3);
        pair_free(&pair);
    }
}

static void an_old_error_is_cleared_when_a_handshake_goes_on(void)
{
    struct pair pair;

    announced_init(&pair);
    pair_open(&pair);
    ERR_raise(ERR_LIB_SSL, SSL_R_NO_CIPHER_MATCH);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_WANT_READ);
    CHECK_NO_ERROR();
    pair_handshake(&pair);
    ERR_raise(ERR_LIB_SSL, SSL_R_NO_CIPHER_MATCH);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_REASON(SSL_R_NO_CIPHER_MATCH);
    ERR_raise(ERR_LIB_SSL, SSL_R_NO_CIPHER_MATCH);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

TEST_MAIN(TEST(a_transport_that_takes_nothing_suspends_the_handshake_amid_its_tickets),
          TEST(a_suspended_ticket_goes_on_with_a_write_or_a_read),
          TEST(a_ticket_waits_for_a_write_that_is_under_way),
          TEST(a_transport_that_fails_amid_the_tickets_fails_the_handshake),
          TEST(a_client_that_has_gone_does_not_fail_the_handshake),
          TEST(what_a_client_has_sent_before_it_closed_its_socket_can_be_read),
          TEST(tickets_pass_through_a_transport_with_little_room),
          TEST(an_old_error_is_cleared_when_a_handshake_goes_on))
