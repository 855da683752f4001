/*
 * When a TLS 1.3 server sends its tickets, and over what: S35, S74, S80, and clients that do
 * not wait for them.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* ---- sessions as the server's callback is told of them ---- */

static int told;
static SSL *told_of;
static SSL_SESSION *last_told;
static int in_init_when_told;
static unsigned char exported_when_told[16];
static int more_when_told; /* calls of SSL_new_session_ticket() from within */
static int answers[8], answer_count;

static int tell(SSL *ssl, SSL_SESSION *session)
{
    told++;
    told_of = ssl;
    last_told = session;
    in_init_when_told = SSL_in_init(ssl);
    CHECK_EQ(SSL_get_state(ssl), TLS_ST_SW_SESSION_TICKET);
    CHECK(SSL_get_session(ssl) == session);
    CHECK_EQ(SSL_export_keying_material(ssl, exported_when_told, sizeof(exported_when_told),
                                        "EXPERIMENTAL", 12, NULL, 0, 0), 1);
    if (more_when_told > 0) {
        more_when_told--;
        answers[answer_count++] = SSL_new_session_ticket(ssl);
    }
    return 0;
}

static int arrivals;

static int count_arrival(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl, (void)session;
    arrivals++;
    return 0;
}

static void pair_init_watched(struct pair *pair)
{
    pair_init(pair, &TLS13);
    SSL_CTX_sess_set_new_cb(pair->server_ctx, tell);
    SSL_CTX_set_session_cache_mode(pair->client_ctx, SSL_SESS_CACHE_CLIENT |
                                                         SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(pair->client_ctx, count_arrival);
    told = arrivals = 0;
}

/* What of the client's is there to be read, without waiting. */
static void client_reads(struct pair *pair)
{
    char byte;

    CHECK_EQ(SSL_read(pair->client, &byte, 1), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_WANT_READ);
}

/* ---- S35, S74 ---- */

static void tickets_are_announced_before_the_handshake_returns(void)
{
    static const size_t numbers[] = { 1, 2, 40 };

    for (int i = 0; i < 3; i++) {
        struct pair pair;
        unsigned char exported[16];

        pair_init_watched(&pair);
        SSL_CTX_set_num_tickets(pair.server_ctx, numbers[i]);
        pair_open(&pair);
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        CHECK_EQ(told, 0);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(told, numbers[i]);
        CHECK(told_of == pair.server);
        CHECK(SSL_get_session(pair.server) == last_told);
        CHECK_EQ(in_init_when_told, 1);
        CHECK_EQ(SSL_in_init(pair.server), 0);
        CHECK_EQ(SSL_export_keying_material(pair.client, exported, sizeof(exported),
                                            "EXPERIMENTAL", 12, NULL, 0, 0), 1);
        CHECK_MEM(exported_when_told, sizeof(exported), exported, sizeof(exported));
        CHECK_EQ(arrivals, 0);
        /* A client of Reprise takes 32 in a row. */
        if (!on_reprise() || numbers[i] <= 32) {
            client_reads(&pair);
            CHECK_EQ(arrivals, numbers[i]);
        }
        pair_free(&pair);
    }
}

static int done_when_told = -1;

static void note_end(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where & SSL_CB_HANDSHAKE_DONE) {
        done_when_told = told;
        CHECK_EQ(SSL_in_init(ssl), 0);
        CHECK(SSL_get_session(ssl) != NULL);
        CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(ssl)), 0);
        CHECK_EQ(SSL_CTX_sess_accept_good(SSL_get_SSL_CTX(ssl)), 1);
    }
}

static void the_end_of_the_handshake_is_told_before_its_tickets(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    SSL_CTX_set_info_callback(pair.server_ctx, note_end);
    pair_connect(&pair);
    CHECK_EQ(done_when_told, 0);
    CHECK_EQ(told, 2);
    pair_free(&pair);
}

static void each_of_many_tickets_is_good(void)
{
    struct pair pair;
    static SSL_SESSION *sessions[40];

    pair_init_watched(&pair);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    pair_connect(&pair);
    for (int i = 0; i < 40; i++) {
        pair_settle(&pair);
        sessions[i] = SSL_get1_session(pair.client);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    }
    pair_settle(&pair);
    CHECK_EQ(arrivals, 41);
    pair_close(&pair);
    for (int i = 0; i < 40; i++) {
        CHECK(pair_resumes(&pair, sessions[i]));
        SSL_SESSION_free(sessions[i]);
    }
    pair_free(&pair);
}

/* ---- S80 ---- */

static void a_ticket_that_is_asked_for_puts_the_server_back_into_the_handshake(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(told, 2);
    CHECK_EQ(SSL_in_init(pair.server), 1);
    CHECK_EQ(SSL_is_init_finished(pair.server), 0);
    CHECK_EQ(SSL_in_before(pair.server), 0);
    CHECK_EQ(SSL_get_state(pair.server), TLS_ST_OK);
    CHECK_STR(SSL_state_string_long(pair.server), "SSL negotiation finished successfully");
    CHECK_EQ(BIO_ctrl_pending(pair.to_client), 0);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(told, 3);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_get_state(pair.server), TLS_ST_OK);
    CHECK(SSL_get_session(pair.server) == last_told);
    client_reads(&pair);
    CHECK_EQ(arrivals, 3);

    /* Nothing more is due. */
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(BIO_ctrl_pending(pair.to_client), 0);
    pair_free(&pair);
}

static void asked_for_tickets_go_before_the_data_of_the_next_write(void)
{
    struct pair pair;
    unsigned char records[4096];
    int length, count = 0;

    pair_init_watched(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_write(pair.server, "data", 4), 4);
    CHECK_EQ(told, 5);
    CHECK_EQ(SSL_in_init(pair.server), 0);

    /* Each ticket is a record of its own, and the data is the last one. */
    length = BIO_read(pair.to_client, records, sizeof(records));
    for (int at = 0; at < length; count++) {
        int body = records[at + 3] << 8 | records[at + 4];

        CHECK_EQ(records[at], 23);
        CHECK_EQ(body > 100, count < 3);
        at += 5 + body;
    }
    CHECK_EQ(count, 4);
    CHECK_EQ(BIO_write(pair.to_client, records, length), length);
    CHECK_EQ(SSL_read(pair.client, records, sizeof(records)), 4);
    CHECK_MEM(records, 4, "data", 4);
    CHECK_EQ(arrivals, 5);
    pair_free(&pair);
}

static void a_read_sends_asked_for_tickets_too(void)
{
    struct pair pair;
    char byte;

    pair_init_watched(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
    CHECK_EQ(told, 3);
    client_reads(&pair);
    CHECK_EQ(arrivals, 3);

    CHECK_EQ(SSL_write(pair.client, "c", 1), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), 1);
    CHECK_EQ(told, 4);
    pair_free(&pair);
}

static void a_callback_may_ask_for_tickets_only_while_others_were_asked_for(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    more_when_told = 2;
    pair_connect(&pair);
    CHECK_EQ(answer_count, 2);
    CHECK_EQ(answers[0], 0);
    CHECK_EQ(answers[1], 0);

    answer_count = 0;
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    more_when_told = 3;
    told = 0;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(told, answers[0] + answers[1] + answers[2] + 2);
    CHECK_EQ(answers[0], 1);
    CHECK_EQ(answers[1], 1);
    CHECK_EQ(answers[2], 1);
    CHECK_EQ(answer_count, 3);
    pair_free(&pair);
}

static void no_ticket_can_be_asked_for_on_clients_and_before_the_end(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    pair_open(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 0);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    ERR_clear_error();
    CHECK_EQ(SSL_new_session_ticket(pair.server), 0);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.client), 0);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.client), 0);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_free(&pair);
}

static void a_server_without_tickets_may_ask_for_one_later(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    SSL_CTX_set_num_tickets(pair.server_ctx, 0);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(told, 0);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.server)), 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(told, 1);
    CHECK_EQ(arrivals, 1);
    pair.offer = SSL_get1_session(pair.client);
    pair_close(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_EQ(told, 1);
    SSL_SESSION_free(pair.offer);
    pair_free(&pair);
}

static void a_due_ticket_leaves_closing_to_a_handshake_that_is_not_done(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init_watched(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_shutdown(pair.server), -1);
    CHECK_REASON(SSL_R_SHUTDOWN_WHILE_IN_INIT);
    session = SSL_get1_session(pair.server);
    SSL_free(pair.server); /* S20 */
    pair.server = NULL;
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void after_close_notify_reprise_has_no_tickets(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), !on_reprise());
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void tickets_go_out_under_new_keys_too(void)
{
    struct pair pair;

    pair_init_watched(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    for (int i = 0; i < 3; i++) {
        send_pattern(pair.server, pair.client, 40000, 1);
        CHECK_EQ(SSL_key_update(pair.server, i == 1 ? SSL_KEY_UPDATE_REQUESTED
                                                    : SSL_KEY_UPDATE_NOT_REQUESTED), 1);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        pair_settle(&pair);
        CHECK_EQ(arrivals, 3 + i);
    }
    pair.offer = SSL_get1_session(pair.client);
    pair_close(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    SSL_SESSION_free(pair.offer);
    pair_free(&pair);
}

/* ---- transports that take little, nothing, or fail ---- */

/* The server's write BIO: takes `allowed` bytes, then does as `then` says. */
static struct gate {
    long allowed;
    enum { RETRY, FAIL, BROKEN_PIPE, CONNECTION_RESET } then;
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

    pair_init_watched(&pair);
    open_with_gate(&pair);
    gate.then = RETRY;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_WRITE);
        CHECK_EQ(SSL_want(pair.server), SSL_WRITING);
        CHECK_EQ(told, 1);
        CHECK_EQ(SSL_in_init(pair.server), 1);
        CHECK_EQ(SSL_get_state(pair.server), TLS_ST_SW_SESSION_TICKET);
        CHECK_STR(SSL_state_string(pair.server), "TWST");
        CHECK_STR(SSL_state_string_long(pair.server), "SSLv3/TLS write session ticket");
        CHECK(SSL_get_session(pair.server) == last_told);
    }
    /* Byte by byte. */
    for (int i = 0; i < 10000 && SSL_in_init(pair.server); i++) {
        gate.allowed = 1;
        if (SSL_do_handshake(pair.server) != 1)
            CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_WRITE);
    }
    gate.allowed = 1000000;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(told, 2);
    pair_settle(&pair);
    CHECK_EQ(arrivals, 2);
    pair_free(&pair);
}

static void a_suspended_ticket_goes_on_with_a_write_or_a_read(void)
{
    for (int read = 0; read < 2; read++) {
        struct pair pair;
        char byte;

        pair_init_watched(&pair);
        open_with_gate(&pair);
        gate.then = RETRY;
        gate.allowed = 1000000;
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        gate.allowed = 3;
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        CHECK_EQ(read ? SSL_read(pair.server, &byte, 1) : SSL_write(pair.server, "w", 1), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_WRITE);
        CHECK_EQ(told, 3);
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
        CHECK_EQ(told, 3);
        CHECK_EQ(arrivals, 3);
        pair_free(&pair);
    }
}

static void a_ticket_waits_for_a_write_that_is_under_way(void)
{
    struct pair pair;
    static char data[20000];
    int got = 0;

    pair_init_watched(&pair);
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
    CHECK_EQ(told, 2);
    CHECK_EQ(SSL_write(pair.server, data, 1), 1);
    CHECK_EQ(told, 3);
    while (got < (int)sizeof(data) + 1) {
        int count;

        CHECK_EQ(arrivals, 2);
        count = SSL_read(pair.client, data, sizeof(data));
        CHECK(count > 0);
        got += count;
        if (got == (int)sizeof(data) + 1)
            CHECK_EQ(arrivals, 3);
    }
    pair_free(&pair);
}

static void a_transport_that_fails_amid_the_tickets_fails_the_handshake(void)
{
    struct pair pair;
    char byte;

    pair_init_watched(&pair);
    open_with_gate(&pair);
    gate.then = FAIL;
    gate.allowed = 10;
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SYSCALL);
    CHECK_EQ(told, 1);
    CHECK_EQ(SSL_in_init(pair.server), 1);
    /* It may be tried again. */
    gate.allowed = 1000000;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(told, 2);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), -1);
    CHECK_EQ(arrivals, 2);
    pair_free(&pair);
}

static void a_client_that_has_gone_does_not_fail_the_handshake(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        char text[8];

        pair_init_watched(&pair);
        open_with_gate(&pair);
        gate.then = i == 0 ? BROKEN_PIPE : CONNECTION_RESET;
        CHECK_EQ(SSL_write(pair.client, "bye", 3), 3);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(SSL_in_init(pair.server), 0);
        CHECK_EQ(told, 2);
        CHECK_EQ(SSL_CTX_sess_accept_good(pair.server_ctx), 1);
        CHECK_NO_ERROR();
        CHECK_EQ(SSL_read(pair.server, text, sizeof(text)), 3);
        CHECK_MEM(text, 3, "bye", 3);

        /* Tickets that are asked for are lost likewise; data is not. */
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(told, 3);
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
    pair_init_watched(&pair);
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
    CHECK_EQ(told, 2);
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

        pair_init_watched(&pair);
        pair.transport = BIO_PAIR;
        pair.capacity = capacity;
        pair_connect(&pair);
        pair_settle(&pair);
        CHECK_EQ(told, 2);
        CHECK_EQ(arrivals, 2);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        pair_settle(&pair);
        CHECK_EQ(told, 3);
        CHECK_EQ(arrivals, 3);
        pair_free(&pair);
    }
}

static void an_old_error_is_cleared_when_a_handshake_goes_on(void)
{
    struct pair pair;

    pair_init_watched(&pair);
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

TEST_MAIN(TEST(tickets_are_announced_before_the_handshake_returns),
          TEST(the_end_of_the_handshake_is_told_before_its_tickets),
          TEST(each_of_many_tickets_is_good),
          TEST(a_ticket_that_is_asked_for_puts_the_server_back_into_the_handshake),
          TEST(asked_for_tickets_go_before_the_data_of_the_next_write),
          TEST(a_read_sends_asked_for_tickets_too),
          TEST(a_callback_may_ask_for_tickets_only_while_others_were_asked_for),
          TEST(no_ticket_can_be_asked_for_on_clients_and_before_the_end),
          TEST(a_server_without_tickets_may_ask_for_one_later),
          TEST(a_due_ticket_leaves_closing_to_a_handshake_that_is_not_done),
          TEST(after_close_notify_reprise_has_no_tickets),
          TEST(tickets_go_out_under_new_keys_too),
          TEST(a_transport_that_takes_nothing_suspends_the_handshake_amid_its_tickets),
          TEST(a_suspended_ticket_goes_on_with_a_write_or_a_read),
          TEST(a_ticket_waits_for_a_write_that_is_under_way),
          TEST(a_transport_that_fails_amid_the_tickets_fails_the_handshake),
          TEST(a_client_that_has_gone_does_not_fail_the_handshake),
          TEST(what_a_client_has_sent_before_it_closed_its_socket_can_be_read),
          TEST(tickets_pass_through_a_transport_with_little_room),
          TEST(an_old_error_is_cleared_when_a_handshake_goes_on))
