/* Early data: S84; SSL_read_early_data(3). */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"

/* ---- the way of early data ---- */

static void early_data_arrives_before_the_handshake_is_done(void)
{
    struct pair pair;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    expect_statuses(&pair, SSL_EARLY_DATA_NOT_SENT);
    CHECK_EQ(SSL_in_before(pair.client), 1);
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_REJECTED);
    CHECK_EQ(SSL_is_init_finished(pair.client), 0);
    CHECK_EQ(SSL_in_init(pair.client), 0);
    CHECK_EQ(SSL_get_state(pair.client), TLS_ST_EARLY_DATA);
    CHECK_STR(SSL_state_string(pair.client), "TED");
    CHECK_STR(SSL_state_string_long(pair.client), "TLSv1.3 early data");
    send_early(&pair, " and more", 9);

    expect_early(&pair, "early");
    CHECK_EQ(SSL_get_early_data_status(pair.server), SSL_EARLY_DATA_ACCEPTED);
    CHECK_EQ(SSL_is_init_finished(pair.server), 0);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_get_state(pair.server), TLS_ST_EARLY_DATA);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_EQ(SSL_version(pair.server), TLS1_3_VERSION);
    CHECK(SSL_get_current_cipher(pair.server) != NULL);
    CHECK(SSL_get_session(pair.server) != NULL);
    expect_early(&pair, " and more");
    expect_none_yet(&pair);

    CHECK_EQ(SSL_connect(pair.client), 1);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    expect_finish(&pair);
    CHECK_EQ(SSL_is_init_finished(pair.server), 1);
    complete(&pair);
    expect_statuses(&pair, SSL_EARLY_DATA_ACCEPTED);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_write_completes_the_handshake(void)
{
    struct pair pair;
    char buffer[100];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    expect_early(&pair, "early");
    CHECK_EQ(SSL_write(pair.client, "late", 4), 4);
    CHECK_EQ(SSL_is_init_finished(pair.client), 1);
    expect_finish(&pair);
    CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 4);
    CHECK_MEM(buffer, 4, "late", 4);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_answers_early_data_at_once(void)
{
    struct pair pair;
    char buffer[100];
    size_t written = 0;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "question", 8);
    expect_early(&pair, "question");
    CHECK_EQ(SSL_write_early_data(pair.server, "answer", 6, &written), 1);
    CHECK_EQ(written, 6);
    CHECK_EQ(SSL_read(pair.client, buffer, sizeof(buffer)), 6);
    CHECK_MEM(buffer, 6, "answer", 6);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);

    /* Reading does not end early data. What Reprise writes now is not early for the server. */
    send_early(&pair, "again", 5);
    if (!on_reprise())
        expect_early(&pair, "again");
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    if (on_reprise()) {
        CHECK_EQ(SSL_read(pair.server, buffer, sizeof(buffer)), 5);
        CHECK_MEM(buffer, 5, "again", 5);
    }
    complete(&pair);
    expect_misuse(SSL_write_early_data(pair.client, "no", 2, &written));
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_answers_early_in_a_full_handshake_too(void)
{
    struct pair pair;
    char buffer[100];
    size_t written = 0;

    early_init(&pair);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    expect_finish(&pair);
    expect_statuses(&pair, SSL_EARLY_DATA_NOT_SENT);
    CHECK_EQ(SSL_is_init_finished(pair.server), 0);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_write_early_data(pair.server, "welcome", 7, &written), 1);
    CHECK_EQ(SSL_read(pair.client, buffer, sizeof(buffer)), 7);
    CHECK_EQ(SSL_accept(pair.server), 1);
    complete(&pair);
    CHECK_EQ(SSL_write_early_data(pair.server, "later", 5, &written), 1);
    CHECK_EQ(SSL_read(pair.client, buffer, sizeof(buffer)), 5);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_client_that_speaks_tls12_only_just_connects(void)
{
    struct pair pair;
    static char buffer[LARGE];
    size_t count;

    early_init(&pair);
    SSL_CTX_set_min_proto_version(pair.server_ctx, TLS1_2_VERSION);
    SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_2_VERSION);
    pair_open(&pair);
    SSL_do_handshake(pair.client);
    CHECK_EQ(read_early(&pair, buffer, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_WANT_READ);
    SSL_do_handshake(pair.client);
    expect_finish(&pair);
    CHECK_EQ(SSL_is_init_finished(pair.server), 1);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    CHECK_EQ(SSL_write_early_data(pair.server, "data", 4, &count), 1);
    CHECK_EQ(SSL_read(pair.client, buffer, LARGE), 4);
    CHECK_EQ(SSL_accept(pair.server), 1);
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- misuse (S84) ---- */

static void early_data_needs_a_session_and_comes_first(void)
{
    struct pair pair;
    size_t count;
    char buffer[10];

    early_init(&pair);
    pair_open(&pair);
    expect_misuse(SSL_write_early_data(pair.client, "x", 1, &count));
    expect_misuse(SSL_read_early_data(pair.client, buffer, 10, &count));
    expect_misuse(SSL_write_early_data(pair.server, "x", 1, &count));
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    expect_misuse(SSL_write_early_data(pair.client, "x", 1, &count));
    pair_handshake(&pair);
    expect_misuse(SSL_read_early_data(pair.server, buffer, 10, &count));
    expect_misuse(SSL_write_early_data(pair.server, "x", 1, &count));
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_session_without_early_data_allows_none(void)
{
    struct pair pair;
    SSL_SESSION *session;
    size_t count;

    pair_init(&pair, &TLS13);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_get_max_early_data(session), 0);
    open_with(&pair, session);
    expect_misuse(SSL_write_early_data(pair.client, "x", 1, &count));
    pair_handshake(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    pair_close(&pair);
    pair_free(&pair);
}

static void an_unfinished_server_neither_reads_nor_writes(void)
{
    struct pair pair;
    size_t count;
    char buffer[10];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, 10, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_WANT_READ);
    CHECK(SSL_read(pair.server, buffer, 10) <= 0);
    CHECK_REASON(ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
    CHECK(SSL_write(pair.server, "x", 1) <= 0);
    CHECK_REASON(ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
    expect_misuse(SSL_write_early_data(pair.server, "x", 1, &count));
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, 2, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_MEM(buffer, count, "ea", 2);
    CHECK_EQ(SSL_pending(pair.server), 3);
    CHECK(SSL_write(pair.server, "x", 1) <= 0);
    CHECK_REASON(ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
    if (on_reprise()) {
        CHECK(SSL_read(pair.server, buffer, 1) <= 0);
        CHECK_REASON(ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
    }
    expect_early(&pair, "rly");
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    expect_misuse(SSL_read_early_data(pair.server, buffer, 10, &count));
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_that_does_not_read_its_early_data_fails(void)
{
    struct pair pair;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "one", 3);
    send_early(&pair, "two", 3);
    expect_early(&pair, "one");
    CHECK(SSL_accept(pair.server) <= 0);
    CHECK_REASON(SSL_R_UNEXPECTED_RECORD);
    pair_free(&pair);
}

/* ---- secrets ---- */

static int export_early(SSL *ssl, unsigned char out[32], const char *context)
{
    memset(out, 0, 32);
    return SSL_export_keying_material_early(ssl, out, 32, "EXPORTER-test", 13,
                                            (const unsigned char *)context, strlen(context));
}

static void the_early_secret_is_exported(void)
{
    struct pair pair;
    unsigned char client[32], server[32], other[32], late[32];
    char label[250];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    CHECK_EQ(export_early(pair.client, client, ""), 0);
    CHECK_EQ(export_early(pair.server, server, ""), 0);
    send_early(&pair, "early", 5);
    CHECK_EQ(export_early(pair.client, client, "context"), 1);
    CHECK_EQ(export_early(pair.client, other, ""), 1);
    CHECK(memcmp(client, other, 32) != 0);
    CHECK_EQ(export_early(pair.server, server, "context"), 0);
    expect_early(&pair, "early");
    CHECK_EQ(export_early(pair.server, server, "context"), 1);
    CHECK_MEM(server, 32, client, 32);
    memset(label, 'a', sizeof(label));
    CHECK_EQ(SSL_export_keying_material_early(pair.server, other, 32, label, 249, NULL, 0), 1);
    CHECK_EQ(SSL_export_keying_material_early(pair.server, other, 32, label, 250, NULL, 0), 0);
    CHECK_REASON(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL);
    /* The server has sent its Finished, so the other exporter is there too. */
    CHECK_EQ(SSL_export_keying_material(pair.server, late, 32, "EXPORTER-test", 13, NULL, 0, 0), 1);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    CHECK_EQ(SSL_export_keying_material(pair.client, other, 32, "EXPORTER-test", 13, NULL, 0, 0), 1);
    CHECK_MEM(late, 32, other, 32);
    expect_finish(&pair);
    complete(&pair);
    CHECK_EQ(export_early(pair.client, client, "context"), 1);
    CHECK_MEM(server, 32, client, 32);
    CHECK_EQ(export_early(pair.server, other, ""), 1);
    CHECK_NO_ERROR();
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_that_rejects_exports_nothing(void)
{
    struct pair pair;
    unsigned char out[32];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_EQ(export_early(pair.server, out, ""), 0);
    complete(&pair);
    CHECK_EQ(export_early(pair.client, out, ""), 1);
    CHECK_EQ(export_early(pair.server, out, ""), 0);
    pair_close(&pair);
    pair_free(&pair);
}

static char labels[2][2000], first_lines[2][200];

static void note_line(const SSL *ssl, const char *line)
{
    int end = SSL_is_server(ssl);

    if (labels[end][0] == '\0')
        strncat(first_lines[end], line, sizeof(first_lines[end]) - 1);
    strncat(labels[end], line, strcspn(line, " ") + 1);
}

static void check_early_labels(const char *log, int count)
{
    CHECK_EQ(strstr(log, "CLIENT_EARLY_TRAFFIC_SECRET ") != NULL, count == 2);
    CHECK_EQ(strstr(log, "EARLY_EXPORTER_SECRET ") != NULL, count == 2);
}

static void the_key_log_has_the_early_secrets(void)
{
    for (int accepted = 0; accepted <= 1; accepted++) {
        struct pair pair;
        SSL_SESSION *session;

        early_init(&pair);
        session = early_session(&pair);
        SSL_CTX_set_keylog_callback(pair.client_ctx, note_line);
        SSL_CTX_set_keylog_callback(pair.server_ctx, note_line);
        memset(labels, 0, sizeof(labels));
        memset(first_lines, 0, sizeof(first_lines));
        open_with(&pair, session);
        send_early(&pair, "early", 5);
        check_early_labels(labels[0], 2);
        if (accepted) {
            expect_early(&pair, "early");
            check_early_labels(labels[1], 2);
            CHECK_STR(first_lines[0], first_lines[1]);
        } else {
            CHECK_EQ(SSL_accept(pair.server), -1);
            check_early_labels(labels[1], 0);
        }
        pair_free(&pair);
    }
}

/* ---- the connection's life ---- */

static void a_cleared_connection_sends_early_data_again(void)
{
    struct pair pair;
    SSL_SESSION *session;
    size_t written;

    early_init(&pair);
    exchange(&pair, early_session(&pair), "early", SSL_EARLY_DATA_ACCEPTED);
    session = SSL_get1_session(pair.client);
    SSL_shutdown(pair.client);
    SSL_shutdown(pair.server);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    BIO_reset(pair.to_client);
    BIO_reset(pair.to_server);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK_EQ(SSL_clear(pair.server), 1);
    CHECK_EQ(SSL_set_session(pair.client, session), 1);
    SSL_SESSION_free(session);
    if (on_reprise()) {
        send_early(&pair, "again", 5);
        expect_early(&pair, "again");
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        expect_finish(&pair);
        complete(&pair);
        pair_close(&pair);
    } else {
        expect_misuse(SSL_write_early_data(pair.client, "again", 5, &written));
    }
    pair_free(&pair);
}

static void read_all_early(SSL *server, void *argument)
{
    char buffer[100];
    size_t count;
    int *total = argument;

    for (;;) {
        int ret = SSL_read_early_data(server, buffer, sizeof(buffer), &count);

        CHECK(ret != SSL_READ_EARLY_DATA_ERROR);
        if (ret == SSL_READ_EARLY_DATA_FINISH)
            break;
        *total += (int)count;
    }
    CHECK_EQ(SSL_accept(server), 1);
    CHECK_EQ(SSL_write(server, "done", 4), 4);
}

static void early_data_goes_over_blocking_sockets(void)
{
    struct pair pair;
    SSL_SESSION *session;
    struct peer *server;
    static unsigned char data[LIMIT];
    char buffer[10];
    int total = 0;

    early_init(&pair);
    session = early_session(&pair);
    pair.client = SSL_new(pair.client_ctx);
    pair.server = SSL_new(pair.server_ctx);
    join_by_blocking_sockets(pair.client, pair.server);
    SSL_set_session(pair.client, session);
    SSL_SESSION_free(session);
    server = peer_start(read_all_early, pair.server, &total);
    for (int i = 0; i < 16; i++)
        send_early(&pair, data + 1024 * i, 1024);
    CHECK_EQ(SSL_read(pair.client, buffer, 0), 0 - (SSL_connect(pair.client) != 1));
    CHECK_EQ(SSL_read(pair.client, buffer, 4), 4);
    peer_join(server);
    CHECK_EQ(total, LIMIT);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);
    pair_free(&pair);
}

static char events[2][1000];

static void note_event(const SSL *ssl, int where, int ret)
{
    char *text = events[SSL_is_server((SSL *)ssl)];

    (void)ret;
    if (where & SSL_CB_HANDSHAKE_START)
        strcat(text, "start ");
    if (where & SSL_CB_HANDSHAKE_DONE)
        strcat(text, "done ");
}

static void a_rest_is_told_as_an_end(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    SSL_CTX_set_info_callback(pair.client_ctx, note_event);
    SSL_CTX_set_info_callback(pair.server_ctx, note_event);
    open_with(&pair, session);
    send_early(&pair, "early", 5);
    CHECK_STR(events[0], "start done ");
    expect_early(&pair, "early");
    CHECK_STR(events[1], "start done ");
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    CHECK_STR(events[0], "start done start done ");
    expect_finish(&pair);
    CHECK_STR(events[1], "start done start done ");
    pair_free(&pair);
}

static void a_resting_client_may_close(void)
{
    struct pair pair;
    static char buffer[LARGE];
    size_t count;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    expect_early(&pair, "early");
    CHECK_EQ(read_early(&pair, buffer, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_get_shutdown(pair.server), SSL_RECEIVED_SHUTDOWN);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    pair_free(&pair);
}

static void a_resting_server_may_close(void)
{
    struct pair pair;
    static char buffer[LARGE];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    expect_early(&pair, "early");
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_read(pair.client, buffer, 10), 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_get_shutdown(pair.client), SSL_RECEIVED_SHUTDOWN);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    pair_free(&pair);
}

static int hellos;

static int suspend_once(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert, (void)argument;
    return hellos++ == 0 ? SSL_CLIENT_HELLO_RETRY : SSL_CLIENT_HELLO_SUCCESS;
}

static void a_server_that_is_suspended_reads_later(void)
{
    struct pair pair;
    static char buffer[LARGE];
    size_t count;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    SSL_CTX_set_client_hello_cb(pair.server_ctx, suspend_once, NULL);
    send_early(&pair, "early", 5);
    CHECK_EQ(read_early(&pair, buffer, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_EQ(SSL_get_error(pair.server, 0), SSL_ERROR_WANT_CLIENT_HELLO_CB);
    expect_early(&pair, "early");
    CHECK_EQ(hellos, 2);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void an_early_answer_needs_no_certificate_of_a_resumed_client(void)
{
    struct pair pair;
    SSL_SESSION *session;
    char buffer[10];
    size_t written;

    early_init(&pair);
    use_credentials(pair.client_ctx, pki_client());
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"context", 7);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    expect_finish(&pair);
    if (on_reprise()) {
        CHECK_EQ(SSL_write_early_data(pair.server, "answer", 6, &written), 0);
        CHECK_REASON(ERR_R_UNSUPPORTED);
    } else {
        CHECK_EQ(SSL_write_early_data(pair.server, "answer", 6, &written), 1);
        CHECK_EQ(SSL_read(pair.client, buffer, 10), 6);
    }
    complete(&pair);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    open_with(&pair, session);
    send_early(&pair, "early", 5);
    expect_early(&pair, "early");
    CHECK_EQ(SSL_write_early_data(pair.server, "answer", 6, &written), 1);
    CHECK_EQ(SSL_read(pair.client, buffer, 10), 6);
    CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
    pair_free(&pair);
}

TEST_MAIN(TEST(early_data_arrives_before_the_handshake_is_done),
          TEST(a_write_completes_the_handshake),
          TEST(a_server_answers_early_data_at_once),
          TEST(a_server_answers_early_in_a_full_handshake_too),
          TEST(a_client_that_speaks_tls12_only_just_connects),
          TEST(early_data_needs_a_session_and_comes_first),
          TEST(a_session_without_early_data_allows_none),
          TEST(an_unfinished_server_neither_reads_nor_writes),
          TEST(a_server_that_does_not_read_its_early_data_fails),
          TEST(the_early_secret_is_exported),
          TEST(a_server_that_rejects_exports_nothing),
          TEST(the_key_log_has_the_early_secrets),
          TEST(a_cleared_connection_sends_early_data_again),
          TEST(early_data_goes_over_blocking_sockets),
          TEST(a_rest_is_told_as_an_end),
          TEST(a_resting_client_may_close),
          TEST(a_resting_server_may_close),
          TEST(a_server_that_is_suspended_reads_later),
          TEST(an_early_answer_needs_no_certificate_of_a_resumed_client))
