/* Early data: how it is sent and read, and misuse: S84; SSL_read_early_data(3). */
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

TEST_MAIN(TEST(early_data_arrives_before_the_handshake_is_done),
          TEST(a_write_completes_the_handshake),
          TEST(a_server_answers_early_data_at_once),
          TEST(a_server_answers_early_in_a_full_handshake_too),
          TEST(a_client_that_speaks_tls12_only_just_connects),
          TEST(early_data_needs_a_session_and_comes_first),
          TEST(a_session_without_early_data_allows_none),
          TEST(an_unfinished_server_neither_reads_nor_writes),
          TEST(a_server_that_does_not_read_its_early_data_fails))
