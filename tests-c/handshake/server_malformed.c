/*
 * What a client makes of a server that sends what it must not: hellos with what was not offered (RFC 8446, sections
 * 4.1.3 and 4.2; RFC 5246, section 7.4.1.4), staples that were not requested, records of other versions, types and
 * lengths (RFC 8446, section 5).
 *
 * A worker does the same to a client of each library. The alerts and the callbacks must be the same.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "raw_peer.h"
#include "worker.h"

static const struct protocol *protocol;
static struct raw_peer raw;
static bool asks_for_staple;

static int show_status(SSL *ssl, void *argument)
{
    const unsigned char *response;

    (void)argument;
    fprintf(report, "  status callback, %ld bytes\n", SSL_get_tlsext_status_ocsp_resp(ssl, &response));
    return 1;
}

static int show_verification(int ok, X509_STORE_CTX *store)
{
    (void)ok;
    (void)store;
    fprintf(report, "  verification\n");
    return 1;
}

static SSL_CTX *watching_context(void)
{
    SSL_CTX *context = client_context(protocol);

    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, show_verification);
    SSL_CTX_set_tlsext_status_cb(context, show_status);
    if (asks_for_staple)
        SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    return context;
}

/* ---- ServerHello ---- */

struct server_hello {
    int version, suite, compression;
    bool other_session_id;
    int session_id_length; /* -1: as it was */
    const char *extensions;
    size_t extensions_length;
    bool leave_out_version;
    const char *share;
    size_t share_length;
    const char *behind;
};

#define BYTES(text) text, sizeof(text) - 1
#define A_POINT \
    "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static void send_hello(const struct server_hello *hello)
{
    struct bytes theirs, body = { .length = 0 };
    size_t extensions;

    raw_take(&raw, SSL3_MT_CLIENT_HELLO, &theirs);
    put_number(&body, (unsigned long)hello->version, 2);
    put_bytes(&body, "01234567890123456789012345678901", 32);
    if (hello->session_id_length >= 0) {
        put_number(&body, (unsigned long)hello->session_id_length, 1);
        put_bytes(&body, "0123456789012345678901234567890123456789", (size_t)hello->session_id_length);
    } else {
        put_bytes(&body, theirs.data + 38, 1 + (size_t)theirs.data[38]);
    }
    put_number(&body, (unsigned long)hello->suite, 2);
    put_number(&body, (unsigned long)hello->compression, 1);
    extensions = begin_vector(&body, 2);
    if (protocol == &TLS12) {
        put_bytes(&body, BYTES("\xff\1\0\1\0"));
    } else {
        if (!hello->leave_out_version)
            put_bytes(&body, BYTES("\0\x2b\0\2\3\4"));
        put_bytes(&body, hello->share, hello->share_length);
    }
    put_bytes(&body, hello->extensions, hello->extensions_length);
    end_vector(&body, extensions, 2);
    if (hello->behind != NULL)
        put_bytes(&body, hello->behind, strlen(hello->behind));
    raw_send(&raw, SSL3_MT_SERVER_HELLO, &body);
}

struct hello_case {
    const char *name;
    void (*change)(struct server_hello *hello);
    bool tls12, tls13;
    int stricter;
};

/* Versions in which Reprise refuses the hello by another alert, or OpenSSL lets it pass (docs/differences.md). */
enum {
    IN_TLS12 = 1,
    IN_TLS13 = 2
};

#define EXTENDED(function, text)                     \
    static void function(struct server_hello *hello) \
    {                                                \
        hello->extensions = text;                    \
        hello->extensions_length = sizeof(text) - 1; \
    }
#define SHARED(function, text)                       \
    static void function(struct server_hello *hello) \
    {                                                \
        hello->share = text;                         \
        hello->share_length = sizeof(text) - 1;      \
    }
#define SET(function, member, value)                 \
    static void function(struct server_hello *hello) \
    {                                                \
        hello->member = value;                       \
    }

EXTENDED(protocol_that_was_not_asked_for, "\0\x10\0\5\0\3\2h2")
EXTENDED(host_name_that_was_not_sent, "\0\0\0\0")
EXTENDED(early_data_that_was_not_offered, "\0\x2a\0\0")
EXTENDED(key_that_was_not_offered, "\0\x29\0\2\0\0")
EXTENDED(unknown_extension, "\x7a\x7a\0\0")
EXTENDED(staple_that_was_not_asked_for, "\0\5\0\0")
EXTENDED(fragment_length_that_was_not_asked_for, "\0\1\0\1\1")
EXTENDED(renegotiation_info_twice, "\xff\1\0\1\0")
EXTENDED(renegotiation_info_with_a_body, "\xff\1\0\4\3abc")
EXTENDED(extended_master_secret_with_a_body, "\0\x17\0\1x")
EXTENDED(extended_master_secret_twice, "\0\x17\0\0\0\x17\0\0")
EXTENDED(ticket_with_a_body, "\0\x23\0\1x")
EXTENDED(point_formats_without_uncompressed, "\0\x0b\0\2\1\1")
EXTENDED(point_formats_empty, "\0\x0b\0\0")
EXTENDED(extension_cut_off, "\0\x17\0\5")
EXTENDED(next_protocol_that_was_not_asked_for, "\x33\x74\0\3\2h2")
SET(suite_that_was_not_offered, suite, 0xc09f)
SET(suite_that_nobody_knows, suite, 0x7a7a)
SET(suite_of_the_other_version, suite, protocol == &TLS12 ? 0x1301 : 0xc02b)
SET(signalling_suite, suite, 0x00ff)
SET(compression, compression, 1)
SET(version_ssl3, version, 0x0300)
SET(version_tls10, version, 0x0301)
SET(version_tls13, version, 0x0304)
SET(version_unknown, version, 0x7a7a)
SET(session_id_of_33_bytes, session_id_length, 33)
SET(other_session_id, session_id_length, 32)
SET(no_session_id, session_id_length, 0)
SET(bytes_behind, behind, "x")
SET(no_version, leave_out_version, true)
SHARED(no_share, "")
SHARED(share_of_a_group_without_share, "\0\x33\0\6\0\x18\0\2xx")
SHARED(share_of_an_unknown_group, "\0\x33\0\6\x7a\x7a\0\2xx")
SHARED(share_too_short, "\0\x33\0\6\0\x1d\0\2xx")
SHARED(share_empty, "\0\x33\0\4\0\x1d\0\0")
SHARED(share_with_bytes_behind, "\0\x33\0\x25\0\x1d\0\x20" A_POINT "x")
SHARED(share_twice, "\0\x33\0\x24\0\x1d\0\x20" A_POINT "\0\x33\0\x24\0\x1d\0\x20" A_POINT)
SHARED(share_zero, "\0\x33\0\x24\0\x1d\0\x20"
                   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")

/* clang-format off */
#define BOTH(function) { #function, function, true, true, 0 }
#define ONLY12(function) { #function, function, true, false, 0 }
#define ONLY13(function) { #function, function, false, true, 0 }
#define STRICTER(versions, function) { #function, function, true, true, versions }

static const struct hello_case hellos[] = {
    BOTH(protocol_that_was_not_asked_for), BOTH(host_name_that_was_not_sent),
    STRICTER(IN_TLS12 | IN_TLS13, early_data_that_was_not_offered), BOTH(key_that_was_not_offered),
    STRICTER(IN_TLS12 | IN_TLS13, unknown_extension), BOTH(staple_that_was_not_asked_for),
    BOTH(fragment_length_that_was_not_asked_for), ONLY12(renegotiation_info_twice),
    STRICTER(IN_TLS13, renegotiation_info_with_a_body),
    STRICTER(IN_TLS12 | IN_TLS13, extended_master_secret_with_a_body), BOTH(extended_master_secret_twice),
    STRICTER(IN_TLS13, ticket_with_a_body), STRICTER(IN_TLS12, point_formats_without_uncompressed),
    STRICTER(IN_TLS13, point_formats_empty), BOTH(extension_cut_off), BOTH(next_protocol_that_was_not_asked_for),
    BOTH(suite_that_was_not_offered), BOTH(suite_that_nobody_knows), BOTH(suite_of_the_other_version),
    BOTH(signalling_suite), BOTH(compression), BOTH(version_ssl3), STRICTER(IN_TLS13, version_tls10),
    BOTH(version_tls13), STRICTER(IN_TLS13, version_unknown), STRICTER(IN_TLS12 | IN_TLS13, session_id_of_33_bytes),
    ONLY13(other_session_id), ONLY13(no_session_id), BOTH(bytes_behind), { "no_version", no_version, false, true, IN_TLS13 }, ONLY13(no_share),
    ONLY13(share_of_a_group_without_share), ONLY13(share_of_an_unknown_group), ONLY13(share_too_short),
    ONLY13(share_empty), ONLY13(share_with_bytes_behind), ONLY13(share_twice), ONLY13(share_zero),
};
/* clang-format on */

static void begin(SSL_CTX *context)
{
    raw_open(&raw, context, protocol, RAW_SERVER);
    raw_step(&raw);
}

static void finish(void)
{
    raw_step(&raw);
    fprintf(report, "  result %d, error %d, alert %d\n", raw.ret, raw.error, raw.alert);
    raw_close(&raw);
}

static void finish_refused(void)
{
    raw_step(&raw);
    if (on_reprise())
        CHECK_EQ(raw.error, SSL_ERROR_SSL);
    raw_close(&raw);
}

static void give_hellos(void)
{
    SSL_CTX *context = watching_context();

    for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
        struct server_hello hello = {
            .version = 0x0303,
            .suite = protocol == &TLS12 ? 0xc02b : 0x1301,
            .session_id_length = protocol == &TLS12 ? 0 : -1,
            .share = "\0\x33\0\x24\0\x1d\0\x20" A_POINT,
            .share_length = 40,
        };

        if (!(protocol == &TLS12 ? hellos[i].tls12 : hellos[i].tls13))
            continue;
        fprintf(report, "-- %s, %s\n", hellos[i].name, protocol->name);
        begin(context);
        hellos[i].change(&hello);
        send_hello(&hello);
        if (hellos[i].stricter & (protocol == &TLS12 ? IN_TLS12 : IN_TLS13))
            finish_refused();
        else
            finish();
    }
    SSL_CTX_free(context);
}

/* ---- records ---- */

static void header(int type, int version, int length)
{
    unsigned char bytes[5] = { (unsigned char)type, (unsigned char)(version >> 8), (unsigned char)version,
                               (unsigned char)(length >> 8), (unsigned char)length };

    CHECK_EQ(BIO_write(SSL_get_rbio(raw.ssl), bytes, 5), 5);
}

/* After the ServerHello: in TLS 1.3 there are keys. */
static void give_headers(void)
{
    static const struct {
        int type, version, length;
    } headers[] = {
        { 23, 0x0303, 16640 },
        { 23, 0x0303, 16641 },
        { 23, 0x0303, 16704 },
        { 23, 0x0303, 16705 },
        { 23, 0x0303, 16708 },
        { 23, 0x0303, 0xffff },
        { 23, 0x0301, 100 },
        { 23, 0x0304, 100 },
        { 22, 0x0303, 0xffff },
        { 22, 0x0301, 100 },
        { 22, 0x0304, 100 },
        { 22, 0x0203, 100 },
        { 22, 0x0403, 100 },
        { 21, 0x0301, 2 },
        { 21, 0x0203, 2 },
    };
    SSL_CTX *context = watching_context();

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        fprintf(report, "-- header %d %x %d, %s\n", headers[i].type, headers[i].version, headers[i].length,
                protocol->name);
        begin(context);
        raw_server_hello(&raw, protocol == &TLS12 ? 0xc02b : 0x1301);
        raw_step(&raw);
        header(headers[i].type, headers[i].version, headers[i].length);
        finish();
    }
    SSL_CTX_free(context);
}

static void a_record(int type, int length)
{
    static char zeros[17000];

    header(type, 0x0303, length);
    CHECK_EQ(BIO_write(SSL_get_rbio(raw.ssl), zeros, length), length);
}

/* In place of the ServerHello. */
static void give_records(void)
{
    static const struct {
        int type, length;
    } records[] = {
        { 22, 16385 },
        { 21, 16385 },
        { 20, 16385 },
        { 21, 1 },
        { 21, 3 },
        { 23, 10 },
        { 20, 1 },
        { 24, 10 },
        { 99, 10 },
    };
    SSL_CTX *context = watching_context();

    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        fprintf(report, "-- record of type %d, %d bytes, %s\n", records[i].type, records[i].length, protocol->name);
        begin(context);
        a_record(records[i].type, records[i].length);
        finish();
    }
    SSL_CTX_free(context);
}

/* ---- certificates and what is between messages, with protection ---- */

static void send_certificate(const char *extensions, size_t length)
{
    struct bytes body = { .length = 0 };
    unsigned char *der = NULL;
    int der_length = i2d_X509(pki_server()->certificate, &der);
    size_t list, inside;

    CHECK(der_length > 0);
    put_number(&body, 0, 1);
    list = begin_vector(&body, 3);
    put_number(&body, (unsigned long)der_length, 3);
    put_bytes(&body, der, (size_t)der_length);
    inside = begin_vector(&body, 2);
    put_bytes(&body, extensions, length);
    end_vector(&body, inside, 2);
    end_vector(&body, list, 3);
    OPENSSL_free(der);
    raw_send(&raw, SSL3_MT_CERTIFICATE, &body);
}

static void begin_protected(const char *name, SSL_CTX *context)
{
    fprintf(report, "-- %s\n", name);
    begin(context);
    raw_server_hello(&raw, 0x1301);
}

static void give_certificate(const char *name, const char *extensions, size_t length)
{
    SSL_CTX *context = watching_context();

    begin_protected(name, context);
    raw_encrypted_extensions(&raw);
    send_certificate(extensions, length);
    raw_certificate_verify(&raw, pki_server()->key, 0x0403);
    raw_finished(&raw);
    finish();
    SSL_CTX_free(context);
}

static void give_protected(void)
{
    SSL_CTX *context = watching_context();

    give_certificate("no staple", "", 0);
    give_certificate("a staple", BYTES("\0\5\0\7\1\0\0\3abc"));
    asks_for_staple = true;
    give_certificate("a staple that was asked for", BYTES("\0\5\0\7\1\0\0\3abc"));
    give_certificate("a staple of another type", BYTES("\0\5\0\7\2\0\0\3abc"));
    asks_for_staple = false;
    begin_protected("data between the parts of a message", context);
    raw_record(&raw, SSL3_RT_HANDSHAKE, "\x08\0\0", 3);
    raw_record(&raw, SSL3_RT_APPLICATION_DATA, "data", 4);
    finish();
    begin_protected("an empty handshake record", context);
    raw_record(&raw, SSL3_RT_HANDSHAKE, "", 0);
    finish();
    begin_protected("an empty alert", context);
    raw_record(&raw, SSL3_RT_ALERT, "", 0);
    finish();
    begin_protected("data before the handshake has ended", context);
    raw_record(&raw, SSL3_RT_APPLICATION_DATA, "data", 4);
    finish();
    begin_protected("a protected change_cipher_spec", context);
    raw_record(&raw, SSL3_RT_CHANGE_CIPHER_SPEC, "\1", 1);
    finish();
    begin_protected("a protected record of an unknown type", context);
    raw_record(&raw, 99, "\1", 1);
    finish();
    begin_protected("a key update in a handshake", context);
    raw_record(&raw, SSL3_RT_HANDSHAKE, "\x18\0\0\1\0", 5);
    finish();
    SSL_CTX_free(context);
}

/* ---- */

static void all_tls12(void)
{
    protocol = &TLS12;
    give_hellos();
    give_headers();
    give_records();
}

static void all_tls13(void)
{
    protocol = &TLS13;
    give_hellos();
    give_headers();
    give_records();
    give_protected();
}

/* DIRECTORY NAME VERSION */
static int work(int argc, char **argv)
{
    CHECK_EQ(argc, 3);
    report_calls(argv[0], argv[1], strcmp(argv[2], TLS12.name) == 0 ? all_tls12 : all_tls13);
    return 0;
}

static void a_client_refuses_what_a_server_must_not_send(const struct protocol *version)
{
    compare_calls(version->name);
}

WORKER_MAIN(work, TEST_EACH(a_client_refuses_what_a_server_must_not_send))
