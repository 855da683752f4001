/* Connections with early data: blocking, cleared, closed early, suspended. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"

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

static void record_event(const SSL *ssl, int where, int ret)
{
    char *text = events[SSL_is_server((SSL *)ssl)];

    (void)ret;
    if (where & SSL_CB_HANDSHAKE_START)
        strcat(text, "start ");
    if (where & SSL_CB_HANDSHAKE_DONE)
        strcat(text, "done ");
}

static void a_pause_for_early_data_is_reported_as_an_exit(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    SSL_CTX_set_info_callback(pair.client_ctx, record_event);
    SSL_CTX_set_info_callback(pair.server_ctx, record_event);
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

static void a_client_may_close_after_early_data(void)
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

static void a_server_may_close_after_early_data(void)
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

TEST_MAIN(TEST(a_cleared_connection_sends_early_data_again),
          TEST(early_data_goes_over_blocking_sockets),
          TEST(a_pause_for_early_data_is_reported_as_an_exit),
          TEST(a_client_may_close_after_early_data),
          TEST(a_server_may_close_after_early_data),
          TEST(a_server_that_is_suspended_reads_later),
          TEST(an_early_answer_needs_no_certificate_of_a_resumed_client))
