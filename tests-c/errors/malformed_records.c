/* Records and messages that no peer should send: return values, SSL_get_error(3), reasons, alerts. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* One call of SSL_do_handshake() on this input fails for good; returns the alert sent, or -1. */
static int alert_after(SSL *ssl, BIO *in, BIO *out, const void *input, size_t length,
                       int reason)
{
    unsigned char record[7];
    int ret;

    BIO_reset(out);
    CHECK_EQ(BIO_write(in, input, (int)length), length);
    ERR_clear_error();
    ret = SSL_do_handshake(ssl);
    CHECK_EQ(ret, -1);
    CHECK_EQ(SSL_get_error(ssl, ret), SSL_ERROR_SSL);
    if (reason != 0)
        CHECK_REASON(reason);
    CHECK(!SSL_is_init_finished(ssl));
    /* It stays so. */
    ERR_clear_error();
    CHECK_EQ(SSL_do_handshake(ssl), -1);
    CHECK(!wants_io(SSL_get_error(ssl, -1)));
    ERR_clear_error();
    if (BIO_read(out, record, sizeof(record)) != sizeof(record))
        return -1;
    CHECK_EQ(record[0], SSL3_RT_ALERT);
    CHECK_EQ(record[5], SSL3_AL_FATAL);
    CHECK_EQ(BIO_ctrl_pending(out), 0);
    return record[6];
}

static int server_after(const void *input, size_t length, int reason)
{
    struct pair pair;
    int alert;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_min_proto_version(pair.server_ctx, TLS1_2_VERSION);
    pair.transport = HELD;
    pair_open(&pair);
    alert = alert_after(pair.server, pair.at_server, pair.to_client, input, length, reason);
    pair_free(&pair);
    return alert;
}

/* The input takes the place of the ServerHello. */
static int client_after(const void *input, size_t length, int reason)
{
    struct pair pair;
    int alert;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
    pair.transport = HELD;
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    alert = alert_after(pair.client, pair.at_client, pair.to_server, input, length, reason);
    pair_free(&pair);
    return alert;
}

static void a_server_recognises_http(void)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    static const char connect[] = "CONNECT localhost:443 HTTP/1.1\r\n\r\n";

    CHECK_EQ(server_after(get, strlen(get), SSL_R_HTTP_REQUEST), -1);
    CHECK_EQ(server_after(connect, strlen(connect), SSL_R_HTTPS_PROXY_REQUEST), -1);
}

static void a_server_refuses_what_is_not_tls(void)
{
    static const char text[] = "SSH-2.0-client of another protocol\r\n";

    CHECK_EQ(server_after(text, strlen(text), SSL_R_WRONG_VERSION_NUMBER), -1);
}

static void a_server_expects_a_hello_and_no_alert(void)
{
    static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, SSL_AD_HANDSHAKE_FAILURE };

    CHECK_EQ(server_after(alert, sizeof(alert), SSL_R_UNEXPECTED_MESSAGE),
             SSL_AD_UNEXPECTED_MESSAGE);
}

/* apache2 has such a BIO. */
static void an_alert_goes_through_a_bio_that_holds_back(void)
{
    static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 40 };
    SSL_CTX *context = server_context(&TLS13);
    SSL *ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    unsigned char record[7];

    SSL_set_bio(ssl, in, BIO_push(BIO_new(BIO_f_buffer()), out));
    SSL_set_accept_state(ssl);
    CHECK_EQ(BIO_write(in, alert, sizeof(alert)), sizeof(alert));
    CHECK_EQ(SSL_do_handshake(ssl), -1);
    CHECK_EQ(BIO_read(out, record, sizeof(record)), sizeof(record));
    CHECK_EQ(record[0], SSL3_RT_ALERT);
    CHECK_EQ(record[6], SSL_AD_UNEXPECTED_MESSAGE);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* Or a peer could keep it busy with them for ever. */
static void a_server_takes_few_empty_records(void)
{
    unsigned char records[40][5];
    int i;

    for (i = 0; i < 40; i++)
        memcpy(records[i], "\x16\x03\x01\0\0", 5);
    CHECK_EQ(server_after(records, sizeof(records), SSL_R_RECORD_TOO_SMALL),
             SSL_AD_UNEXPECTED_MESSAGE);
}

/* RFC 8446, section 5.1: a message may be spread over any number of records. */
static void a_hello_may_come_in_records_of_one_byte(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char hello[2048];
    int i, length;

    pair_init(&pair, protocol);
    pair.transport = HELD;
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    length = BIO_read(pair.to_server, hello, sizeof(hello));
    CHECK(length > 100);
    for (i = 5; i < length; i++) {
        unsigned char record[6] = { 22, 3, 1, 0, 1, hello[i] };

        CHECK_EQ(BIO_write(pair.at_server, record, 6), 6);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
    }
    /* The server has answered. */
    CHECK(BIO_ctrl_pending(pair.to_client) > 100);
    pair_free(&pair);
}

static void a_client_refuses_what_is_not_tls(void)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

    CHECK_EQ(client_after(text, strlen(text), SSL_R_WRONG_VERSION_NUMBER), -1);
}

static void a_malformed_client_hello_is_a_decode_error(void)
{
    static const unsigned char empty[] = { 22, 3, 1, 0, 4, 1, 0, 0, 0 };
    static const unsigned char cut[] = { 22, 3, 1, 0, 10, 1, 0, 0, 6, 3, 3, 1, 2, 3, 4 };

    CHECK_EQ(server_after(empty, sizeof(empty), 0), SSL_AD_DECODE_ERROR);
    CHECK_EQ(server_after(cut, sizeof(cut), 0), SSL_AD_DECODE_ERROR);
}

static void a_malformed_server_hello_is_a_decode_error(void)
{
    static const unsigned char empty[] = { 22, 3, 3, 0, 4, 2, 0, 0, 0 };
    static const unsigned char cut[] = { 22, 3, 3, 0, 10, 2, 0, 0, 6, 3, 3, 1, 2, 3, 4 };

    CHECK_EQ(client_after(empty, sizeof(empty), 0), SSL_AD_DECODE_ERROR);
    CHECK_EQ(client_after(cut, sizeof(cut), 0), SSL_AD_DECODE_ERROR);
}

static void a_message_out_of_turn_is_unexpected(void)
{
    static const unsigned char finished[] = { 22, 3, 3, 0, 8, 20, 0, 0, 4, 1, 2, 3, 4 };
    static const unsigned char data[] = { 23, 3, 3, 0, 1, 'x' };

    CHECK_EQ(server_after(finished, sizeof(finished), SSL_R_UNEXPECTED_MESSAGE),
             SSL_AD_UNEXPECTED_MESSAGE);
    CHECK_EQ(client_after(finished, sizeof(finished), SSL_R_UNEXPECTED_MESSAGE),
             SSL_AD_UNEXPECTED_MESSAGE);
    CHECK_EQ(server_after(data, sizeof(data), 0), SSL_AD_UNEXPECTED_MESSAGE);
    CHECK_EQ(client_after(data, sizeof(data), 0), SSL_AD_UNEXPECTED_MESSAGE);
}

static void an_oversized_record_overflows(void)
{
    static const unsigned char header[] = { 22, 3, 3, 0xff, 0xff, 2, 0, 0, 0 };

    CHECK_EQ(client_after(header, sizeof(header), 0), SSL_AD_RECORD_OVERFLOW);
}

static void an_oversized_record_after_the_handshake_overflows(
    const struct protocol *protocol)
{
    struct pair pair;
    static const unsigned char header[] = { 23, 3, 3, 0xff, 0xff };
    char byte;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(BIO_write(pair.at_server, header, sizeof(header)), sizeof(header));
    CHECK(SSL_read(pair.server, &byte, 1) <= 0);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SSL);
    ERR_clear_error();
    CHECK(SSL_read(pair.client, &byte, 1) <= 0);
    CHECK_REASON(SSL_R_TLSV1_ALERT_RECORD_OVERFLOW);
    /* The connection is of no more use. */
    CHECK_EQ(SSL_read(pair.server, &byte, 1), -1);
    CHECK_EQ(SSL_write(pair.server, &byte, 1), -1);
    pair_free(&pair);
}

static void an_alert_instead_of_a_hello_is_reported(void)
{
    static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, SSL_AD_ACCESS_DENIED };

    CHECK_EQ(client_after(alert, sizeof(alert), SSL_R_TLSV1_ALERT_ACCESS_DENIED), -1);
}

TEST_MAIN(TEST(a_server_recognises_http),
          TEST(an_alert_goes_through_a_bio_that_holds_back),
          TEST(a_server_refuses_what_is_not_tls),
          TEST(a_server_expects_a_hello_and_no_alert),
          TEST(a_server_takes_few_empty_records),
          TEST_EACH(a_hello_may_come_in_records_of_one_byte),
          TEST(a_client_refuses_what_is_not_tls),
          TEST(a_malformed_client_hello_is_a_decode_error),
          TEST(a_malformed_server_hello_is_a_decode_error),
          TEST(a_message_out_of_turn_is_unexpected),
          TEST(an_oversized_record_overflows),
          TEST_EACH(an_oversized_record_after_the_handshake_overflows),
          TEST(an_alert_instead_of_a_hello_is_reported))
