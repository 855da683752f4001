/* When a TLS 1.3 server sends its tickets: S35, S74, S80. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "announced.h"

/* ---- S35, S74 ---- */

static void tickets_are_announced_before_the_handshake_returns(void)
{
    static const size_t numbers[] = { 1, 2, 40 };

    for (int i = 0; i < 3; i++) {
        struct pair pair;
        unsigned char exported[16];

        announced_init(&pair);
        SSL_CTX_set_num_tickets(pair.server_ctx, numbers[i]);
        pair_open(&pair);
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        CHECK_EQ(announced, 0);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(announced, numbers[i]);
        CHECK(announced_on == pair.server);
        CHECK(SSL_get_session(pair.server) == last_announced);
        CHECK_EQ(in_init_when_announced, 1);
        CHECK_EQ(SSL_in_init(pair.server), 0);
        CHECK_EQ(SSL_export_keying_material(pair.client, exported, sizeof(exported),
                                            "EXPERIMENTAL", 12, NULL, 0, 0),
                 1);
        CHECK_MEM(exported_when_announced, sizeof(exported), exported, sizeof(exported));
        CHECK_EQ(new_sessions, 0);
        /* A client of Reprise takes 32 in a row. */
        if (!on_reprise() || numbers[i] <= 32) {
            client_reads(&pair);
            CHECK_EQ(new_sessions, numbers[i]);
        }
        pair_free(&pair);
    }
}

static int done_when_announced = -1;

static void record_end(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where & SSL_CB_HANDSHAKE_DONE) {
        done_when_announced = announced;
        CHECK_EQ(SSL_in_init(ssl), 0);
        CHECK(SSL_get_session(ssl) != NULL);
        CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(ssl)), 0);
        CHECK_EQ(SSL_CTX_sess_accept_good(SSL_get_SSL_CTX(ssl)), 1);
    }
}

static void the_end_of_the_handshake_is_reported_before_its_tickets(void)
{
    struct pair pair;

    announced_init(&pair);
    SSL_CTX_set_info_callback(pair.server_ctx, record_end);
    pair_connect(&pair);
    CHECK_EQ(done_when_announced, 0);
    CHECK_EQ(announced, 2);
    pair_free(&pair);
}

static void each_of_many_tickets_is_good(void)
{
    struct pair pair;
    static SSL_SESSION *sessions[40];

    announced_init(&pair);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    pair_connect(&pair);
    for (int i = 0; i < 40; i++) {
        pair_settle(&pair);
        sessions[i] = SSL_get1_session(pair.client);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    }
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 41);
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

    announced_init(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(announced, 2);
    CHECK_EQ(SSL_in_init(pair.server), 1);
    CHECK_EQ(SSL_is_init_finished(pair.server), 0);
    CHECK_EQ(SSL_in_before(pair.server), 0);
    CHECK_EQ(SSL_get_state(pair.server), TLS_ST_OK);
    CHECK_STR(SSL_state_string_long(pair.server), "SSL negotiation finished successfully");
    CHECK_EQ(BIO_ctrl_pending(pair.to_client), 0);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(announced, 3);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_get_state(pair.server), TLS_ST_OK);
    CHECK(SSL_get_session(pair.server) == last_announced);
    client_reads(&pair);
    CHECK_EQ(new_sessions, 3);

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

    announced_init(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_write(pair.server, "data", 4), 4);
    CHECK_EQ(announced, 5);
    CHECK_EQ(SSL_in_init(pair.server), 0);

    /* Each ticket is in its own record, and the data is in the last one. */
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
    CHECK_EQ(new_sessions, 5);
    pair_free(&pair);
}

static void a_read_sends_asked_for_tickets_too(void)
{
    struct pair pair;
    char byte;

    announced_init(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
    CHECK_EQ(announced, 3);
    client_reads(&pair);
    CHECK_EQ(new_sessions, 3);

    CHECK_EQ(SSL_write(pair.client, "c", 1), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), 1);
    CHECK_EQ(announced, 4);
    pair_free(&pair);
}

static void a_callback_may_ask_for_tickets_only_while_others_were_asked_for(void)
{
    struct pair pair;

    announced_init(&pair);
    more_when_announced = 2;
    pair_connect(&pair);
    CHECK_EQ(answer_count, 2);
    CHECK_EQ(answers[0], 0);
    CHECK_EQ(answers[1], 0);

    answer_count = 0;
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    more_when_announced = 3;
    announced = 0;
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_EQ(announced, answers[0] + answers[1] + answers[2] + 2);
    CHECK_EQ(answers[0], 1);
    CHECK_EQ(answers[1], 1);
    CHECK_EQ(answers[2], 1);
    CHECK_EQ(answer_count, 3);
    pair_free(&pair);
}

static void no_ticket_can_be_asked_for_on_clients_and_before_the_end(void)
{
    struct pair pair;

    announced_init(&pair);
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

    announced_init(&pair);
    SSL_CTX_set_num_tickets(pair.server_ctx, 0);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(announced, 0);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.server)), 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(announced, 1);
    CHECK_EQ(new_sessions, 1);
    pair.offered = SSL_get1_session(pair.client);
    pair_close(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_EQ(announced, 1);
    SSL_SESSION_free(pair.offered);
    pair_free(&pair);
}

static void a_due_ticket_leaves_closing_to_a_handshake_that_is_not_done(void)
{
    struct pair pair;
    SSL_SESSION *session;

    announced_init(&pair);
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

    announced_init(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), !on_reprise());
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void tickets_go_out_under_new_keys_too(void)
{
    struct pair pair;

    announced_init(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    for (int i = 0; i < 3; i++) {
        send_pattern(pair.server, pair.client, 40000, 1);
        CHECK_EQ(SSL_key_update(pair.server, i == 1 ? SSL_KEY_UPDATE_REQUESTED
                                                    : SSL_KEY_UPDATE_NOT_REQUESTED),
                 1);
        CHECK_EQ(SSL_do_handshake(pair.server), 1);
        CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
        pair_settle(&pair);
        CHECK_EQ(new_sessions, 3 + i);
    }
    pair.offered = SSL_get1_session(pair.client);
    pair_close(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    SSL_SESSION_free(pair.offered);
    pair_free(&pair);
}

TEST_MAIN(TEST(tickets_are_announced_before_the_handshake_returns),
          TEST(the_end_of_the_handshake_is_reported_before_its_tickets),
          TEST(each_of_many_tickets_is_good),
          TEST(a_ticket_that_is_asked_for_puts_the_server_back_into_the_handshake),
          TEST(asked_for_tickets_go_before_the_data_of_the_next_write),
          TEST(a_read_sends_asked_for_tickets_too),
          TEST(a_callback_may_ask_for_tickets_only_while_others_were_asked_for),
          TEST(no_ticket_can_be_asked_for_on_clients_and_before_the_end),
          TEST(a_server_without_tickets_may_ask_for_one_later),
          TEST(a_due_ticket_leaves_closing_to_a_handshake_that_is_not_done),
          TEST(after_close_notify_reprise_has_no_tickets),
          TEST(tickets_go_out_under_new_keys_too))
