/* Certificate messages that are malformed, from either side, and the alerts that answer them (RFC 8446, section 6.2). */
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "raw_peer.h"

/* How a Certificate message is spoiled. */
enum fault {
    GARBAGE,
    BYTES_BEHIND,
    CUT_OFF,
    EMPTY_ENTRY,
    SHORT_LIST,
    LONG_LIST,
    NO_BODY,
    FAULTS
};

/* clang-format off */
static const char *const names[] = { "no certificate", "bytes behind a certificate", "part of a certificate",
                                     "an empty certificate", "a list that is too short", "a list that is too long",
                                     "an empty message" };
/* clang-format on */

static void send_malformed(struct raw_peer *raw, X509 *certificate, enum fault fault)
{
    struct bytes body = { .length = 0 };
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    bool tls13 = raw->version == TLS1_3_VERSION;
    size_t list, entry;

    CHECK(length > 0);
    if (tls13)
        put_number(&body, 0, 1);
    list = begin_vector(&body, 3);
    entry = begin_vector(&body, 3);
    if (fault == GARBAGE)
        put_bytes(&body, "garbage", 7);
    else if (fault != EMPTY_ENTRY)
        put_bytes(&body, der, fault == CUT_OFF ? length / 2 : length);
    if (fault == BYTES_BEHIND)
        put_bytes(&body, "x", 1);
    end_vector(&body, entry, 3);
    if (tls13)
        put_number(&body, 0, 2);
    end_vector(&body, list, 3);
    /* The last byte of its length. */
    if (fault == SHORT_LIST)
        body.data[tls13 ? 3 : 2]--;
    if (fault == LONG_LIST)
        body.data[tls13 ? 3 : 2]++;
    if (fault == NO_BODY)
        body.length = 0;
    OPENSSL_free(der);
    raw_send(raw, SSL3_MT_CERTIFICATE, &body);
}

static int reported;

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where == SSL_CB_WRITE_ALERT)
        reported = value;
}

/* OpenSSL's clients report bytes that are no certificate as a bad certificate. */
static int alert_for(enum fault fault, enum raw_role role)
{
    bool none = fault == GARBAGE || fault == CUT_OFF || (fault == EMPTY_ENTRY && !on_reprise());

    return role == RAW_SERVER && none ? SSL_AD_BAD_CERTIFICATE : SSL_AD_DECODE_ERROR;
}

static void send_all(const struct protocol *protocol, SSL_CTX *context, enum raw_role role)
{
    static const uint16_t schemes[] = { 0x0403, 0 };
    bool tls13 = protocol->version == TLS1_3_VERSION;
    int wrong = 0;

    SSL_CTX_set_info_callback(context, on_info);
    for (enum fault fault = GARBAGE; fault < FAULTS; fault++) {
        struct raw_peer raw;
        struct bytes message;

        reported = 0;
        raw_open(&raw, context, protocol, role);
        if (role == RAW_SERVER) {
            raw_step(&raw);
            raw_server_hello(&raw, tls13 ? 0x1301 : 0xc02b);
            if (tls13)
                raw_encrypted_extensions(&raw);
        } else {
            raw_client_hello(&raw, &(struct raw_hello){ .schemes = schemes });
            raw_step(&raw);
            raw_read_server_hello(&raw);
            while (raw.received.length > 0)
                raw_take(&raw, raw.received.data[0], &message);
        }
        send_malformed(&raw, role == RAW_SERVER ? pki_server()->certificate : pki_client()->certificate, fault);
        /* A client of this library reads all of the flight first. */
        if (role == RAW_SERVER && tls13) {
            raw_certificate_verify(&raw, pki_server()->key, 0x0403);
            raw_finished(&raw);
        } else if (role == RAW_SERVER) {
            raw_server_key_exchange(&raw, pki_server()->key, 0x0403);
            raw_server_hello_done(&raw);
        }
        raw_step(&raw);
        if (raw.ret != -1 || raw.alert != alert_for(fault, role) || reported != (SSL3_AL_FATAL << 8 | raw.alert)
            || raw.reason == 0) {
            printf("%s: result %d, alert %d, reason %d; reported %x\n", names[fault], raw.ret, raw.alert, raw.reason, reported);
            wrong++;
        }
        if (fault == BYTES_BEHIND)
            CHECK_EQ(raw.reason, SSL_R_CERT_LENGTH_MISMATCH);
        raw_close(&raw);
    }
    CHECK_EQ(wrong, 0);
    SSL_CTX_free(context);
}

static void a_client_takes_no_malformed_certificate(const struct protocol *protocol)
{
    send_all(protocol, client_context(protocol), RAW_SERVER);
}

static void a_server_takes_no_malformed_certificate(const struct protocol *protocol)
{
    SSL_CTX *context = server_context(protocol);

    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    trust(context, pki_ca());
    send_all(protocol, context, RAW_CLIENT);
}

TEST_MAIN(TEST_EACH(a_client_takes_no_malformed_certificate),
          TEST_EACH(a_server_takes_no_malformed_certificate))
