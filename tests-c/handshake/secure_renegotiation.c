/* Secure renegotiation (RFC 5746): peers without it, and peers with a wrong value. */
#include <string.h>

#include <openssl/err.h>

#include "pair.h"

enum {
    NOTHING = -1
};

/*
 * In the hello on its way to `wire`: gives renegotiation_info these contents of one or two bytes, or takes it out
 * (NOTHING). Lengths are kept right.
 */
static void rewrite(BIO *wire, int first, int second)
{
    static const unsigned char extension[] = { 0xff, 0x01, 0x00, 0x01, 0x00 };
    unsigned char all[4096], record[4096], *at;
    long length = BIO_get_mem_data(wire, (char **)&at), record_length, end, place = 0;
    int change;

    CHECK(length < (long)sizeof(all) - 8);
    memcpy(all, at, (size_t)length);
    CHECK_EQ(BIO_reset(wire), 1);
    record_length = 5 + (all[3] << 8 | all[4]);
    end = 9 + (all[6] << 16 | all[7] << 8 | all[8]);
    for (long i = 9; i + (long)sizeof(extension) <= end; i++) {
        if (memcmp(all + i, extension, sizeof(extension)) == 0)
            place = i;
    }
    CHECK(place != 0);
    /* Where the list of extensions begins: behind version, random, id, suite and compression. */
    at = all + 9 + 2 + 32;
    at += 1 + *at + 2 + 1;
    change = first == NOTHING ? -5 : second == NOTHING ? 0
                                                       : 1;
    memcpy(record, all, (size_t)place);
    length -= record_length;
    if (first != NOTHING) {
        memcpy(record + place, extension, sizeof(extension));
        record[place + 3] = second == NOTHING ? 1 : 2;
        record[place + 4] = (unsigned char)first;
        record[place + 5] = (unsigned char)second;
    }
    memcpy(record + place + 5 + change, all + place + 5, (size_t)(record_length - place - 5));
    record[4] = (unsigned char)((record_length - 5 + change) & 0xff);
    record[3] = (unsigned char)((record_length - 5 + change) >> 8);
    record[8] = (unsigned char)((end - 9 + change) & 0xff);
    record[7] = (unsigned char)((end - 9 + change) >> 8);
    at = record + (at - all);
    change += at[0] << 8 | at[1];
    at[0] = (unsigned char)(change >> 8);
    at[1] = (unsigned char)change;
    CHECK_EQ(BIO_write(wire, record, (record[3] << 8 | record[4]) + 5), (record[3] << 8 | record[4]) + 5);
    CHECK_EQ(BIO_write(wire, all + record_length, (int)length), length);
}

/* Cuts the first record into two, or into records of one byte. */
static void cut(BIO *wire, bool small)
{
    unsigned char all[8192], *at;
    long length = BIO_get_mem_data(wire, (char **)&at), first;

    CHECK(length < (long)sizeof(all));
    memcpy(all, at, (size_t)length);
    CHECK_EQ(BIO_reset(wire), 1);
    first = all[3] << 8 | all[4];
    for (long done = 0; done < first;) {
        long part = small ? 1 : done == 0 ? 20
                                          : first - done;
        unsigned char header[5] = { 22, 3, 3, 0, 0 };

        header[3] = (unsigned char)(part >> 8);
        header[4] = (unsigned char)part;
        CHECK_EQ(BIO_write(wire, header, 5), 5);
        CHECK_EQ(BIO_write(wire, all + 5 + done, (int)part), part);
        done += part;
    }
    CHECK_EQ(BIO_write(wire, all + 5 + first, (int)(length - 5 - first)), length - 5 - first);
}

static int alert_written;

static void record_alert(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where == SSL_CB_WRITE_ALERT)
        alert_written = value & 0xff;
}

/* The client has had the ServerHello with renegotiation_info rewritten. */
static int after_server_hello(struct pair *pair, int first, int second, int cutting)
{
    int ret;

    pair_open(pair);
    SSL_set_info_callback(pair->client, record_alert);
    alert_written = 0;
    CHECK_EQ(SSL_do_handshake(pair->client), -1);
    CHECK_EQ(SSL_do_handshake(pair->server), -1);
    rewrite(pair->to_client, first, second);
    if (cutting != 0)
        cut(pair->to_client, cutting == 2);
    ERR_clear_error();
    ret = SSL_do_handshake(pair->client);
    return ret;
}

static void a_server_without_secure_renegotiation_is_refused(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    for (int cutting = 0; cutting < 3; cutting++) {
        CHECK_EQ(after_server_hello(&pair, NOTHING, NOTHING, cutting), -1);
        CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
        CHECK_REASON(SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED);
        CHECK_EQ(alert_written, SSL_AD_HANDSHAKE_FAILURE);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
        pair_drop(&pair);
    }
    pair_free(&pair);
}

static void a_server_without_secure_renegotiation_may_be_allowed(void)
{
    static const uint64_t options[] = { SSL_OP_LEGACY_SERVER_CONNECT, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION };

    for (int i = 0; i < 4; i++) {
        struct outcome client, server;
        struct pair pair;

        pair_init(&pair, &TLS12);
        CHECK_EQ(SSL_CTX_get_options(pair.client_ctx) & (options[0] | options[1]), 0);
        SSL_CTX_set_options(pair.client_ctx, options[i % 2]);
        CHECK_EQ(after_server_hello(&pair, NOTHING, NOTHING, i / 2), -1);
        CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_WANT_READ);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
        CHECK_STR(SSL_get_version(pair.client), "TLSv1.2");
        /* The two have not seen the same ServerHello. */
        pair_try_handshake(&pair, &client, &server);
        CHECK(server.ret == -1 && client.ret == -1);
        CHECK(server.reason != SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED);
        pair_free(&pair);
    }
}

static void a_wrong_renegotiation_info_of_a_server_is_refused(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    for (int allowed = 0; allowed < 2; allowed++) {
        /* What only a renegotiation has. */
        CHECK_EQ(after_server_hello(&pair, 1, 7, 0), -1);
        CHECK_REASON(SSL_R_RENEGOTIATION_MISMATCH);
        CHECK_EQ(alert_written, SSL_AD_ILLEGAL_PARAMETER);
        pair_drop(&pair);
        /* A length that is not that of what follows. */
        CHECK_EQ(after_server_hello(&pair, 0, 7, 0), -1);
        CHECK_REASON(SSL_R_RENEGOTIATION_ENCODING_ERR);
        CHECK_EQ(alert_written, SSL_AD_DECODE_ERROR);
        pair_drop(&pair);
        CHECK_EQ(after_server_hello(&pair, 1, NOTHING, 0), -1);
        CHECK_REASON(SSL_R_RENEGOTIATION_ENCODING_ERR);
        pair_drop(&pair);
        SSL_CTX_set_options(pair.client_ctx, SSL_OP_LEGACY_SERVER_CONNECT);
    }
    pair_free(&pair);
}

static void each_side_shows_what_the_other_has_sent(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    struct pair pair;

    pair_init(&pair, protocol);
    for (int resumed = 0; resumed < 2; resumed++) {
        SSL_SESSION *session;

        pair_open(&pair);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.server), 0);
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        /* Known as soon as the ClientHello has come. */
        if (tls12)
            CHECK_EQ(SSL_get_secure_renegotiation_support(pair.server), 1);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
        SSL_do_handshake(pair.client);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), tls12);
        pair_handshake(&pair);
        pair_settle(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), resumed);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), tls12);
        session = SSL_get1_session(pair.client);
        CHECK_EQ(SSL_shutdown(pair.client), 0);
        CHECK_EQ(SSL_clear(pair.client), 1);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
        pair_drop(&pair);
        if (pair.offered == NULL)
            pair.offered = session;
        else
            SSL_SESSION_free(session);
    }
    SSL_SESSION_free(pair.offered);
    pair_free(&pair);
}

/* A ClientHello of TLS 1.2, with the suite that stands for renegotiation_info and with the extension, or without. */
static void greet(BIO *wire, bool suite, const unsigned char *info, size_t length)
{
    static const unsigned char fixed[] = { 0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, /* P-256 */
                                           0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03 };
    unsigned char hello[256] = { 22, 3, 1, 0, 0, 1, 0, 0, 0, 3, 3 };
    size_t at = 11 + 32, list;

    hello[at++] = 0;
    hello[at++] = 0;
    hello[at++] = suite ? 4 : 2;
    hello[at++] = 0xc0;
    hello[at++] = 0x2b;
    if (suite) {
        hello[at++] = 0x00;
        hello[at++] = 0xff;
    }
    hello[at++] = 1;
    hello[at++] = 0;
    list = at;
    at += 2;
    memcpy(hello + at, fixed, sizeof(fixed));
    at += sizeof(fixed);
    if (info != NULL) {
        hello[at++] = 0xff;
        hello[at++] = 0x01;
        hello[at++] = 0;
        hello[at++] = (unsigned char)length;
        memcpy(hello + at, info, length);
        at += length;
    }
    hello[list + 1] = (unsigned char)(at - list - 2);
    hello[8] = (unsigned char)(at - 9);
    hello[4] = (unsigned char)(at - 5);
    CHECK_EQ(BIO_write(wire, hello, (int)at), (int)at);
}

static void a_server_takes_clients_with_and_without_it(void)
{
    static const unsigned char right[] = { 0 }, other[] = { 1, 7 }, cut_off[] = { 3, 7 }, none[] = { 0 };
    static const struct {
        bool suite;
        const unsigned char *info;
        size_t length;
        int reason, alert, secure;
    } cases[] = {
        { false, NULL, 0, 0, 0, 0 },
        { true, NULL, 0, 0, 0, 1 },
        { false, right, 1, 0, 0, 1 },
        { true, right, 1, 0, 0, 1 },
        { false, other, 2, SSL_R_RENEGOTIATION_MISMATCH, SSL_AD_HANDSHAKE_FAILURE, 0 },
        { true, other, 2, SSL_R_RENEGOTIATION_MISMATCH, SSL_AD_HANDSHAKE_FAILURE, 1 },
        { false, cut_off, 2, SSL_R_RENEGOTIATION_ENCODING_ERR, SSL_AD_DECODE_ERROR, 0 },
        { false, none, 0, SSL_R_RENEGOTIATION_ENCODING_ERR, SSL_AD_DECODE_ERROR, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        unsigned char *sent;
        long length;
        bool answered = false;

        pair_init(&pair, &TLS12);
        pair_open(&pair);
        SSL_set_info_callback(pair.server, record_alert);
        alert_written = 0;
        greet(pair.to_server, cases[i].suite, cases[i].info, cases[i].length);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        CHECK_EQ(alert_written, cases[i].alert);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.server), cases[i].secure);
        if (cases[i].reason != 0) {
            CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SSL);
            CHECK_REASON(cases[i].reason);
        } else {
            CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_READ);
            length = BIO_get_mem_data(pair.to_client, (char **)&sent);
            for (long at = 0; at + 5 <= length && at < 120; at++)
                answered |= memcmp(sent + at, "\xff\x01\0\x01\0", 5) == 0;
            CHECK_EQ(answered, cases[i].secure);
        }
        pair_free(&pair);
    }
}

TEST_MAIN(TEST(a_server_without_secure_renegotiation_is_refused),
          TEST(a_server_without_secure_renegotiation_may_be_allowed),
          TEST(a_wrong_renegotiation_info_of_a_server_is_refused),
          TEST_EACH(each_side_shows_what_the_other_has_sent),
          TEST(a_server_takes_clients_with_and_without_it))
