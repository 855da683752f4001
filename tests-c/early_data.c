/* Early data: S82 to S85, S117 to S119; SSL_read_early_data(3). */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

enum { LIMIT = 16384, LARGE = 100000 };

/* OpenSSL counts what is written again after a retry once more. */
enum { LIMIT_FOR_RETRIES = 1 << 30 };

/* ---- helpers ---- */

static void early_init(struct pair *pair)
{
    pair_init(pair, &TLS13);
    CHECK_EQ(SSL_CTX_set_max_early_data(pair->server_ctx, LIMIT), 1);
}

/* A session that allows early data, from a full handshake. */
static SSL_SESSION *early_session(struct pair *pair)
{
    SSL_SESSION *session = pair_new_session(pair);

    CHECK_EQ(SSL_SESSION_get_max_early_data(session),
             SSL_CTX_get_max_early_data(pair->server_ctx));
    return session;
}

/* Both ends, with the session set at the client, which is given up. */
static void open_with(struct pair *pair, SSL_SESSION *session)
{
    pair->offer = session;
    pair_open(pair);
    pair->offer = NULL;
    SSL_SESSION_free(session);
}

static void send_early(struct pair *pair, const void *data, size_t length)
{
    size_t written = 12345;

    ERR_clear_error();
    CHECK_EQ(SSL_write_early_data(pair->client, data, length, &written), 1);
    CHECK_EQ(written, length);
    CHECK_NO_ERROR();
}

/* What SSL_read_early_data() gives for a large buffer. */
static int read_early(struct pair *pair, char *buffer, size_t *count)
{
    ERR_clear_error();
    return SSL_read_early_data(pair->server, buffer, LARGE, count);
}

static void expect_early(struct pair *pair, const char *text)
{
    static char buffer[LARGE];
    size_t count = 12345;

    CHECK_EQ(read_early(pair, buffer, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_MEM(buffer, count, text, strlen(text));
}

/* No more can be read, as the client has not gone on. */
static void expect_none_yet(struct pair *pair)
{
    static char buffer[LARGE];
    size_t count = 12345;

    CHECK_EQ(read_early(pair, buffer, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_EQ(SSL_get_error(pair->server, 0), SSL_ERROR_WANT_READ);
    CHECK_NO_ERROR();
}

static void expect_finish(struct pair *pair)
{
    static char buffer[LARGE];
    size_t count = 12345;

    CHECK_EQ(read_early(pair, buffer, &count), SSL_READ_EARLY_DATA_FINISH);
    CHECK_EQ(count, 0);
    CHECK_NO_ERROR();
}

static void expect_statuses(struct pair *pair, int status)
{
    CHECK_EQ(SSL_get_early_data_status(pair->client), status);
    CHECK_EQ(SSL_get_early_data_status(pair->server), status);
}

static void expect_statuses_of(struct pair *pair, int client, int server)
{
    CHECK_EQ(SSL_get_early_data_status(pair->client), client);
    CHECK_EQ(SSL_get_early_data_status(pair->server), server);
}

static void expect_misuse(int ret)
{
    CHECK_EQ(ret, 0);
    CHECK_REASON(ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
}

/* The client goes on, then the server; both must succeed. */
static void complete(struct pair *pair)
{
    CHECK_EQ(SSL_do_handshake(pair->client), 1);
    CHECK_EQ(SSL_do_handshake(pair->server), 1);
    CHECK_EQ(SSL_is_init_finished(pair->client), 1);
    CHECK_EQ(SSL_is_init_finished(pair->server), 1);
    pair_settle(pair);
}

/* A server that has been read `text` early, and a client with a finished handshake. */
static void exchange(struct pair *pair, SSL_SESSION *session, const char *text, int status)
{
    open_with(pair, session);
    send_early(pair, text, strlen(text));
    if (status == SSL_EARLY_DATA_ACCEPTED) {
        expect_early(pair, text);
        CHECK_EQ(SSL_do_handshake(pair->client), 1);
    }
    expect_finish(pair);
    complete(pair);
    expect_statuses(pair, status);
}

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

/* ---- amounts (S119) ---- */

static void early_data_of_many_records_arrives(void)
{
    static const enum transport transports[] = { MEMORY, BIO_PAIR, SOCKETS };
    static unsigned char data[LARGE], got[LARGE];

    fill_pattern(data, LARGE, 0, 3);
    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        size_t sent = 0, received = 0, count;
        int ret = SSL_READ_EARLY_DATA_ERROR;

        early_init(&pair);
        SSL_CTX_set_max_early_data(pair.server_ctx,
                                   on_reprise() ? LARGE : LIMIT_FOR_RETRIES);
        SSL_CTX_set_recv_max_early_data(pair.server_ctx, LARGE);
        open_with(&pair, early_session(&pair));
        pair_drop(&pair);
        pair.transport = transports[i];
        pair.capacity = 1000;
        open_with(&pair, early_session(&pair));
        while (ret != SSL_READ_EARLY_DATA_FINISH) {
            ERR_clear_error();
            if (sent == 0) {
                int wrote = SSL_write_early_data(pair.client, data, LARGE, &sent);

                CHECK(wrote == 1 || wants_io(SSL_get_error(pair.client, wrote)));
                if (wrote == 0)
                    sent = 0;
                else
                    CHECK_EQ(sent, LARGE);
            } else {
                SSL_do_handshake(pair.client);
            }
            CHECK_NO_ERROR();
            ret = SSL_read_early_data(pair.server, got + received, 777, &count);
            CHECK_NO_ERROR();
            if (ret == SSL_READ_EARLY_DATA_SUCCESS)
                received += count;
            CHECK(received <= LARGE);
        }
        CHECK_MEM(got, received, data, LARGE);
        pair_handshake(&pair);
        pair_settle(&pair);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void a_record_of_16384_bytes_is_within_the_usual_limit(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];
    static char got[LARGE];
    size_t count;

    early_init(&pair);
    fill_pattern(data, LIMIT, 0, 5);
    open_with(&pair, early_session(&pair));
    send_early(&pair, data, LIMIT);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_MEM(got, count, data, LIMIT);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_client_may_not_send_more_than_the_session_allows(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];
    size_t count;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, data, LIMIT - 10);
    CHECK_EQ(SSL_write_early_data(pair.client, data, 11, &count), 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK(SSL_do_handshake(pair.client) <= 0);
    pair_free(&pair);
}

static void writing_nothing_sends_the_hello(void)
{
    struct pair pair;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "", 0);
    CHECK(BIO_ctrl_pending(pair.to_server) > 0);
    expect_none_yet(&pair);
    expect_statuses_of(&pair, SSL_EARLY_DATA_REJECTED, SSL_EARLY_DATA_ACCEPTED);
    send_early(&pair, "", 0);
    expect_none_yet(&pair);
    send_early(&pair, "x", 1);
    expect_early(&pair, "x");
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    expect_finish(&pair);
    complete(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void the_hello_and_the_first_data_go_out_together(void)
{
    struct pair pair;
    static char out[LARGE];
    BIO *sink;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    /* A BIO that takes what is written at once, and nothing after it. */
    CHECK(BIO_new_bio_pair(&sink, LARGE, &pair.at_client, 0));
    SSL_set0_wbio(pair.client, sink);
    send_early(&pair, "early", 5);
    CHECK(BIO_read(pair.at_client, out, LARGE) > 300);
    CHECK_EQ(out[0], 22);
    BIO_free(pair.at_client);
    pair_free(&pair);
}

/* What a server with this limit says to `length` bytes in records of `record` bytes. */
static int too_much(uint32_t limit, size_t length, size_t record, int accepted)
{
    struct pair pair;
    static unsigned char data[LARGE];
    static char got[LARGE];
    size_t count;
    int ret, reason = 0;

    early_init(&pair);
    SSL_CTX_set_max_early_data(pair.server_ctx, LARGE);
    CHECK_EQ(SSL_CTX_set_recv_max_early_data(pair.server_ctx, limit), 1);
    open_with(&pair, early_session(&pair));
    for (size_t sent = 0; sent < length; sent += record)
        send_early(&pair, data, length - sent < record ? length - sent : record);
    if (accepted) {
        do {
            ret = read_early(&pair, got, &count);
        } while (ret == SSL_READ_EARLY_DATA_SUCCESS);
    } else {
        ret = SSL_accept(pair.server);
    }
    CHECK(ret <= 0);
    if (SSL_get_error(pair.server, ret) == SSL_ERROR_SSL)
        reason = ERR_GET_REASON(ERR_peek_error());
    else
        CHECK_EQ(SSL_get_error(pair.server, ret), SSL_ERROR_WANT_READ);
    ERR_clear_error();
    if (reason != 0) {
        if (SSL_do_handshake(pair.client) == 1)
            CHECK(SSL_read(pair.client, got, 1) <= 0);
        CHECK_REASON(SSL_AD_REASON_OFFSET + SSL_AD_UNEXPECTED_MESSAGE);
    }
    pair_free(&pair);
    return reason;
}

static void a_server_reads_no_more_than_its_limit(void)
{
    CHECK_EQ(too_much(1000, 1000, 1000, 1), 0);
    CHECK_EQ(too_much(1000, 1000, 10, 1), 0);
    CHECK_EQ(too_much(1000, 1001, 1000, 1), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(1000, 1001, 1001, 1), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(0, 1, 1, 1), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(LARGE, LARGE, LARGE, 1), 0);
}

static void a_server_skips_no_more_than_its_limit(void)
{
    /* A record counts one byte more than its data; 104 bytes more than the limit are let pass. */
    CHECK_EQ(too_much(1000, 1000, 1000, 0), 0);
    CHECK_EQ(too_much(1000, 1103, 2000, 0), 0);
    CHECK_EQ(too_much(1000, 1104, 2000, 0), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(1000, 1097, 167, 0), 0);
    CHECK_EQ(too_much(1000, 1098, 167, 0), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(0, 1, 1, 0), SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK_EQ(too_much(2 * LARGE, LARGE, LARGE, 0), 0);
}

static void the_tickets_limit_counts_too(void)
{
    struct pair pair;
    static unsigned char data[LARGE];
    static char got[LARGE];
    SSL_SESSION *session;
    size_t count;

    early_init(&pair);
    SSL_CTX_set_recv_max_early_data(pair.server_ctx, LARGE);
    session = early_session(&pair);
    /* A client that does not keep to it. */
    SSL_SESSION_set_max_early_data(session, LARGE);
    open_with(&pair, session);
    send_early(&pair, data, LIMIT);
    send_early(&pair, data, 1);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    CHECK(SSL_accept(pair.server) <= 0);
    ERR_clear_error();
    pair_free(&pair);
}

static void each_end_may_have_limits_of_its_own(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    pair_open(&pair);
    CHECK_EQ(SSL_set_max_early_data(pair.server, 100), 1);
    CHECK_EQ(SSL_get_max_early_data(pair.server), 100);
    CHECK_EQ(SSL_CTX_get_max_early_data(pair.server_ctx), 0);
    pair_handshake(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_SESSION_get_max_early_data(session), 100);
    pair_close(&pair);
    open_with(&pair, session);
    CHECK_EQ(SSL_set_max_early_data(pair.server, 1), 1);
    CHECK_EQ(SSL_set_recv_max_early_data(pair.server, 50), 1);
    CHECK_EQ(SSL_get_recv_max_early_data(pair.server), 50);
    send_early(&pair, "0123456789", 10);
    expect_early(&pair, "0123456789");
    pair_free(&pair);
}

/* ---- writing again ---- */

static void a_write_on_a_full_transport_is_repeated(void)
{
    struct pair pair;
    static unsigned char data[LIMIT], got[LIMIT];
    size_t received = 0, count;
    int wrote;

    early_init(&pair);
    if (!on_reprise())
        SSL_CTX_set_max_early_data(pair.server_ctx, LIMIT_FOR_RETRIES);
    fill_pattern(data, LIMIT, 0, 9);
    open_with(&pair, early_session(&pair));
    pair_drop(&pair);
    pair.transport = BIO_PAIR;
    pair.capacity = 5000;
    open_with(&pair, early_session(&pair));
    SSL_set_mode(pair.client, SSL_MODE_ENABLE_PARTIAL_WRITE);
    CHECK_EQ(SSL_write_early_data(pair.client, data, LIMIT, &count), 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_WANT_WRITE);
    CHECK_NO_ERROR();
    if (on_reprise()) {
        CHECK_EQ(SSL_write_early_data(pair.client, data, 5, &count), 0);
        CHECK_REASON(SSL_R_BAD_WRITE_RETRY);
        CHECK_EQ(SSL_write_early_data(pair.client, data + 1, LIMIT, &count), 0);
        CHECK_REASON(SSL_R_BAD_WRITE_RETRY);
    }
    do {
        int ret = SSL_read_early_data(pair.server, got + received, LIMIT, &count);

        if (ret == SSL_READ_EARLY_DATA_SUCCESS)
            received += count;
        ERR_clear_error();
        wrote = SSL_write_early_data(pair.client, data, LIMIT, &count);
        CHECK_NO_ERROR();
    } while (wrote == 0);
    CHECK_EQ(count, LIMIT);
    while (SSL_do_handshake(pair.client) != 1 || received < LIMIT) {
        if (SSL_read_early_data(pair.server, got + received, LIMIT, &count) ==
            SSL_READ_EARLY_DATA_SUCCESS)
            received += count;
    }
    CHECK_MEM(got, received, data, LIMIT);
    while (SSL_read_early_data(pair.server, got, LIMIT, &count) != SSL_READ_EARLY_DATA_FINISH)
        continue;
    pair_handshake(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- rejection (S117) ---- */

static int allowed, asked;

static int allow(SSL *ssl, void *argument)
{
    size_t count;
    char buffer[10];

    CHECK_STR(argument, "argument");
    asked++;
    /* Nothing of this can be done now; the connection stays as it is. */
    expect_misuse(SSL_read_early_data(ssl, buffer, 10, &count));
    expect_misuse(SSL_write_early_data(ssl, "x", 1, &count));
    CHECK_EQ(SSL_in_init(ssl), 1);
    return allowed;
}

static void the_program_may_refuse(void)
{
    for (allowed = 0; allowed <= 1; allowed++) {
        struct pair pair;

        early_init(&pair);
        SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
        asked = 0;
        exchange(&pair, early_session(&pair), "early",
                 allowed ? SSL_EARLY_DATA_ACCEPTED : SSL_EARLY_DATA_REJECTED);
        CHECK_EQ(asked, 1);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void the_program_is_not_asked_without_early_data(void)
{
    struct pair pair;

    early_init(&pair);
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
    asked = 0;
    open_with(&pair, early_session(&pair));
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    expect_finish(&pair);
    CHECK_EQ(asked, 0);
    complete(&pair);
    expect_statuses(&pair, SSL_EARLY_DATA_NOT_SENT);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_that_only_accepts_rejects(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];

    early_init(&pair);
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
    asked = 0;
    open_with(&pair, early_session(&pair));
    send_early(&pair, data, LIMIT);
    CHECK_EQ(SSL_accept(pair.server), -1);
    complete(&pair);
    CHECK_EQ(asked, 0);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    expect_statuses(&pair, SSL_EARLY_DATA_REJECTED);
    pair_close(&pair);
    pair_free(&pair);
}

static void what_follows_a_rejection_is_lost(void)
{
    struct pair pair;
    char byte;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), -1);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_REJECTED);
    send_early(&pair, "more", 4);
    complete(&pair);
    expect_statuses(&pair, SSL_EARLY_DATA_REJECTED);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_second_hello_ends_early_data(void)
{
    struct pair pair;

    early_init(&pair);
    SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256");
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
    asked = 0;
    open_with(&pair, early_session(&pair));
    SSL_set1_groups_list(pair.server, "P-256");
    send_early(&pair, "early", 5);
    send_early(&pair, "early", 5);
    expect_finish(&pair);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_accept(pair.server), -1);
    complete(&pair);
    CHECK_EQ(asked, 0);
    expect_statuses(&pair, SSL_EARLY_DATA_REJECTED);
    /* OpenSSL's server has used the session up with the first ClientHello. */
    CHECK_EQ(SSL_session_reused(pair.client), on_reprise());
    pair_close(&pair);
    pair_free(&pair);
}

static void too_much_before_a_second_hello_is_an_error(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];

    early_init(&pair);
    SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256");
    open_with(&pair, early_session(&pair));
    SSL_set1_groups_list(pair.server, "P-256");
    SSL_set_recv_max_early_data(pair.server, 1000);
    send_early(&pair, data, 1088);
    expect_finish(&pair);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    pair_free(&pair);
}

static const char *protocol;

static int choose(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                  const unsigned char *offered, unsigned length, void *argument)
{
    (void)ssl, (void)offered, (void)length, (void)argument;
    if (protocol == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    *out = (const unsigned char *)protocol;
    *out_length = (unsigned char)strlen(protocol);
    return SSL_TLSEXT_ERR_OK;
}

static void another_protocol_is_a_reason_to_reject(void)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const struct {
        const char *before, *now;
        int status;
    } cases[] = {
        { "h2", "h2", SSL_EARLY_DATA_ACCEPTED },
        { "h2", "http/1.1", SSL_EARLY_DATA_REJECTED },
        { "h2", NULL, SSL_EARLY_DATA_REJECTED },
        { NULL, "h2", SSL_EARLY_DATA_REJECTED },
        { NULL, NULL, SSL_EARLY_DATA_ACCEPTED },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        SSL_SESSION *session;

        early_init(&pair);
        SSL_CTX_set_alpn_protos(pair.client_ctx, both, sizeof(both) - 1);
        SSL_CTX_set_alpn_select_cb(pair.server_ctx, choose, NULL);
        protocol = cases[i].before;
        session = early_session(&pair);
        protocol = cases[i].now;
        exchange(&pair, session, "early", cases[i].status);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void another_suite_is_a_reason_to_reject(void)
{
    struct pair pair;
    SSL_SESSION *session;
    static char got[LARGE];
    size_t count;

    early_init(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256");
    session = early_session(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx,
                             "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
    open_with(&pair, session);
    send_early(&pair, "early", 5);
    /* RFC 8446, section 4.2.10: the suite must be that of the session. */
    if (on_reprise()) {
        expect_finish(&pair);
        CHECK_EQ(SSL_get_early_data_status(pair.server), SSL_EARLY_DATA_REJECTED);
    } else {
        read_early(&pair, got, &count);
        ERR_clear_error();
    }
    pair_free(&pair);
}

static void a_server_that_no_longer_allows_it_rejects(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    SSL_CTX_set_max_early_data(pair.server_ctx, 0);
    exchange(&pair, session, "early", SSL_EARLY_DATA_REJECTED);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- replays (S82, S83) ---- */

/* The client's first flight, taken away from the server. */
static int first_flight(struct pair *pair, SSL_SESSION *session, char *flight)
{
    int length;

    open_with(pair, session);
    send_early(pair, "early", 5);
    length = BIO_read(pair->to_server, flight, LARGE);
    CHECK(length > 0);
    pair_drop(pair);
    return length;
}

static void replay(struct pair *pair, const char *flight, int length, int status)
{
    pair_open(pair);
    CHECK_EQ(BIO_write(pair->to_server, flight, length), length);
    if (status == SSL_EARLY_DATA_ACCEPTED)
        expect_early(pair, "early");
    else
        expect_finish(pair);
    CHECK_EQ(SSL_get_early_data_status(pair->server), status);
    CHECK_EQ(SSL_session_reused(pair->server), status == SSL_EARLY_DATA_ACCEPTED);
    SSL_set_shutdown(pair->server, SSL_SENT_SHUTDOWN);
    pair_drop(pair);
}

static void a_replayed_flight_is_not_taken(void)
{
    struct pair pair;
    static char flight[LARGE];
    int length;

    early_init(&pair);
    length = first_flight(&pair, early_session(&pair), flight);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_REJECTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_REJECTED);
    pair_free(&pair);
}

static void a_replayed_flight_is_taken_without_the_protection(void)
{
    struct pair pair;
    static char flight[LARGE];
    int length;

    early_init(&pair);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    length = first_flight(&pair, early_session(&pair), flight);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    pair_free(&pair);
}

static void stateful_tickets_without_the_protection_are_taken_again(void)
{
    struct pair pair;
    static char flight[LARGE];
    int length;

    early_init(&pair);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY | SSL_OP_NO_TICKET);
    length = first_flight(&pair, early_session(&pair), flight);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    pair_free(&pair);
}

static void a_session_is_good_for_one_use_even_without_early_data(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    session = early_session(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_used_up_session_is_rejected_and_a_new_one_made(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    SSL_SESSION_up_ref(session);
    exchange(&pair, session, "early", SSL_EARLY_DATA_ACCEPTED);
    pair_close(&pair);
    exchange(&pair, session, "early", SSL_EARLY_DATA_REJECTED);
    CHECK_EQ(SSL_session_reused(pair.client), 0);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    exchange(&pair, session, "early", SSL_EARLY_DATA_ACCEPTED);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- the age of a ticket (S85) ---- */

static void move_time(SSL_CTX *context, SSL_SESSION *session, long seconds);

static void the_age_that_the_client_says_must_be_about_right(void)
{
    /* Seconds that the client's session is older than the server's. */
    static const struct {
        long older;
        int status;
    } cases[] = {
        { 0, SSL_EARLY_DATA_ACCEPTED },     { 60, SSL_EARLY_DATA_REJECTED },
        { -5, SSL_EARLY_DATA_ACCEPTED },    { -60, SSL_EARLY_DATA_REJECTED },
        { 100000, SSL_EARLY_DATA_REJECTED },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        SSL_SESSION *session;

        early_init(&pair);
        SSL_CTX_set_timeout(pair.server_ctx, 1000000);
        SSL_CTX_set_timeout(pair.client_ctx, 1000000);
        session = early_session(&pair);
        move_time(pair.server_ctx, session, cases[i].older);
        exchange(&pair, session, "early", cases[i].status);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void older(SSL_SESSION *session, void *seconds)
{
    SSL_SESSION_set_time(session, SSL_SESSION_get_time(session) - *(long *)seconds);
}

/* Makes the client's session older, or else all of the server's. */
static void move_time(SSL_CTX *context, SSL_SESSION *session, long seconds)
{
    if (seconds > 0) {
        older(session, &seconds);
        return;
    }
    seconds = -seconds;
    OPENSSL_LH_doall_arg((OPENSSL_LHASH *)SSL_CTX_sessions(context),
                         (OPENSSL_LH_DOALL_FUNCARG)older, &seconds);
}

/* ---- what the client's settings must agree with (S118) ---- */

static void the_host_name_must_be_that_of_the_session(void)
{
    static const char *const names[] = { "localhost", "other.example", NULL };

    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        SSL_SESSION *session;
        size_t count;

        early_init(&pair);
        session = early_session(&pair);
        CHECK_EQ(SSL_SESSION_set1_hostname(session, "localhost"), 1);
        open_with(&pair, session);
        if (names[i] != NULL)
            SSL_set_tlsext_host_name(pair.client, names[i]);
        if (i == 0) {
            send_early(&pair, "early", 5);
            expect_early(&pair, "early");
        } else {
            CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 0);
            CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_SSL);
            CHECK_REASON(SSL_R_INCONSISTENT_EARLY_DATA_SNI);
            CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_NOT_SENT);
            CHECK(SSL_do_handshake(pair.client) <= 0);
            ERR_clear_error();
        }
        pair_free(&pair);
    }
}

static void the_protocol_of_the_session_must_be_offered(void)
{
    static const char *const lists[] = { "\x08http/1.1\x02h2", "\x08http/1.1", "" };

    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        SSL_SESSION *session;
        size_t count;

        early_init(&pair);
        session = early_session(&pair);
        SSL_SESSION_set1_alpn_selected(session, (const unsigned char *)"h2", 2);
        open_with(&pair, session);
        if (*lists[i] != '\0')
            SSL_set_alpn_protos(pair.client, (const unsigned char *)lists[i],
                                (unsigned)strlen(lists[i]));
        if (i == 0) {
            send_early(&pair, "early", 5);
        } else {
            CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 0);
            CHECK_REASON(SSL_R_INCONSISTENT_EARLY_DATA_ALPN);
        }
        pair_free(&pair);
    }
}

static void a_session_that_cannot_be_offered_is_an_error(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL_SESSION *session, *other;
        size_t count;

        early_init(&pair);
        session = early_session(&pair);
        if (i == 0) {
            /* Without ticket and id. */
            other = SSL_SESSION_new();
            SSL_SESSION_set_protocol_version(other, TLS1_3_VERSION);
            SSL_SESSION_set_cipher(other, SSL_SESSION_get0_cipher(session));
            SSL_SESSION_set_max_early_data(other, 100);
            SSL_SESSION_free(session);
            session = other;
        } else {
            /* In a client that does not speak its version. */
            SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
            SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_2_VERSION);
        }
        open_with(&pair, session);
        CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 0);
        CHECK(!wants_io(SSL_get_error(pair.client, 0)));
        if (on_reprise())
            CHECK_REASON(ERR_R_INTERNAL_ERROR);
        CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_NOT_SENT);
        pair_free(&pair);
    }
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
    unsigned char client[32], server[32], other[32];

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
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
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
          TEST(early_data_of_many_records_arrives),
          TEST(a_record_of_16384_bytes_is_within_the_usual_limit),
          TEST(a_client_may_not_send_more_than_the_session_allows),
          TEST(writing_nothing_sends_the_hello),
          TEST(the_hello_and_the_first_data_go_out_together),
          TEST(a_server_reads_no_more_than_its_limit),
          TEST(a_server_skips_no_more_than_its_limit),
          TEST(the_tickets_limit_counts_too),
          TEST(each_end_may_have_limits_of_its_own),
          TEST(a_write_on_a_full_transport_is_repeated),
          TEST(the_program_may_refuse),
          TEST(the_program_is_not_asked_without_early_data),
          TEST(a_server_that_only_accepts_rejects),
          TEST(what_follows_a_rejection_is_lost),
          TEST(a_second_hello_ends_early_data),
          TEST(too_much_before_a_second_hello_is_an_error),
          TEST(another_protocol_is_a_reason_to_reject),
          TEST(another_suite_is_a_reason_to_reject),
          TEST(a_server_that_no_longer_allows_it_rejects),
          TEST(a_replayed_flight_is_not_taken),
          TEST(a_replayed_flight_is_taken_without_the_protection),
          TEST(stateful_tickets_without_the_protection_are_taken_again),
          TEST(a_session_is_good_for_one_use_even_without_early_data),
          TEST(a_used_up_session_is_rejected_and_a_new_one_made),
          TEST(the_age_that_the_client_says_must_be_about_right),
          TEST(the_host_name_must_be_that_of_the_session),
          TEST(the_protocol_of_the_session_must_be_offered),
          TEST(a_session_that_cannot_be_offered_is_an_error),
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
