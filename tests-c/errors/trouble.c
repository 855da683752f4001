/* Bad input and peers that misbehave: return values, SSL_get_error(), reasons (S124), alerts. */
#include <errno.h>
#include <signal.h>
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

static void an_alert_instead_of_a_hello_is_told(void)
{
    static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, SSL_AD_ACCESS_DENIED };

    CHECK_EQ(client_after(alert, sizeof(alert), SSL_R_TLSV1_ALERT_ACCESS_DENIED), -1);
}

/* ---- peers that go away ---- */

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

/* haproxy tells by the state whether a client has said anything. */
static void an_end_before_any_message_is_told_by_the_state(const struct protocol *protocol)
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

static void the_peer_is_told_of_an_unexpected_end(const struct protocol *protocol)
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

/* S124: programs that were compiled long ago compare with these. */
static void reasons_have_their_numbers_and_texts(void)
{
    static const struct {
        int number;
        int reason;
        const char *text;
    } reasons[] = {
        { 104, SSL_R_INCONSISTENT_EXTMS, "inconsistent extms" },
        { 114, SSL_R_BAD_PSK_IDENTITY, "bad psk identity" },
        { 137, SSL_R_CIPHER_CODE_WRONG_LENGTH, "cipher code wrong length" },
        { 164, SSL_R_TOO_MUCH_EARLY_DATA, "too much early data" },
        { 188, SSL_R_NO_METHOD_SPECIFIED, "no method specified" },
        { 197, SSL_R_OLD_SESSION_CIPHER_NOT_RETURNED, "old session cipher not returned" },
        { 210, SSL_R_SSL_SESSION_VERSION_MISMATCH, "ssl session version mismatch" },
        { 215, SSL_R_REQUIRED_CIPHER_MISSING, "required cipher missing" },
        { 218, SSL_R_CIPHERSUITE_DIGEST_HAS_CHANGED, "ciphersuite digest has changed" },
        { 219, SSL_R_BAD_PSK, "bad psk" },
        { 222, SSL_R_INCONSISTENT_EARLY_DATA_ALPN, "inconsistent early data alpn" },
        { 231, SSL_R_INCONSISTENT_EARLY_DATA_SNI, "inconsistent early data sni" },
        { 233, SSL_R_BAD_EARLY_DATA, "bad early data" },
        { 234, SSL_R_CALLBACK_FAILED, "callback failed" },
        { 253, SSL_R_BINDER_DOES_NOT_VERIFY, "binder does not verify" },
        { 254, SSL_R_UNKNOWN_SSL_VERSION, "unknown ssl version" },
        { 259, SSL_R_UNSUPPORTED_SSL_VERSION, "unsupported ssl version" },
        { 272, SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT,
          "attempt to reuse session in different context" },
        { 273, SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG, "ssl session id context too long" },
        { 277, SSL_R_SESSION_ID_CONTEXT_UNINITIALIZED, "session id context uninitialized" },
        { 301, SSL_R_SSL_SESSION_ID_CALLBACK_FAILED, "ssl session id callback failed" },
        { 302, SSL_R_SSL_SESSION_ID_CONFLICT, "ssl session id conflict" },
        { 303, SSL_R_SSL_SESSION_ID_HAS_BAD_LENGTH, "ssl session id has bad length" },
        { 325, SSL_R_INVALID_TICKET_KEYS_LENGTH, "invalid ticket keys length" },
        { 407, SSL_R_SHUTDOWN_WHILE_IN_INIT, "shutdown while in init" },
        { 408, SSL_R_SSL_SESSION_ID_TOO_LONG, "ssl session id too long" },
        { 1000 + SSL_AD_HANDSHAKE_FAILURE, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
          "sslv3 alert handshake failure" },
        { 1000 + SSL_AD_CERTIFICATE_REQUIRED, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
          "tlsv13 alert certificate required" },
    };

    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        CHECK_EQ(reasons[i].reason, reasons[i].number);
        CHECK_STR(ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reasons[i].number)),
                  reasons[i].text);
    }
}

TEST_MAIN(TEST(reasons_have_their_numbers_and_texts),
          TEST(a_server_recognises_http),
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
          TEST(an_alert_instead_of_a_hello_is_told),
          TEST_EACH(a_break_after_any_message_is_an_error),
          TEST_EACH(an_end_of_file_during_the_handshake_is_unexpected),
          TEST_EACH(a_handshake_begins_with_no_errors),
          TEST_EACH(an_end_before_any_message_is_told_by_the_state),
          TEST_EACH(the_peer_is_told_of_an_unexpected_end),
          TEST_EACH(a_record_cut_in_two_is_an_unexpected_end),
          TEST_EACH(a_broken_socket_is_a_system_error))
