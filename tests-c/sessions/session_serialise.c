/* Sessions as DER, PEM and text: S87 to S90. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "der.h"
#include "pair.h"

static SSL_SESSION *decode(const struct der *der)
{
    const unsigned char *start = der->bytes;

    return d2i_SSL_SESSION(NULL, &start, (long)der->length);
}

static size_t encode(const SSL_SESSION *session, unsigned char *out)
{
    unsigned char *end = out;
    int length = i2d_SSL_SESSION(session, &end);

    CHECK(length > 0);
    CHECK_EQ(end - out, length);
    return (size_t)length;
}

/* ---- real sessions ---- */

static SSL_SESSION *real_session(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_handshake(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    pair_free(&pair);
    return session;
}

/* S88 */
static void a_session_survives_der_byte_by_byte(const struct protocol *protocol)
{
    SSL_SESSION *session = real_session(protocol);
    SSL_SESSION *restored, *filled = SSL_SESSION_new();
    unsigned char first[4096], second[4096];
    unsigned char *allocated = NULL;
    const unsigned char *start = first;
    size_t length = encode(session, first);

    CHECK_EQ(i2d_SSL_SESSION(session, NULL), length);
    CHECK_EQ(i2d_SSL_SESSION(session, &allocated), length);
    CHECK_MEM(allocated, length, first, length);
    OPENSSL_free(allocated);

    restored = d2i_SSL_SESSION(NULL, &start, (long)length);
    CHECK(restored != NULL);
    CHECK(start == first + length);
    CHECK_MEM(second, encode(restored, second), first, length);
    CHECK_EQ(SSL_SESSION_is_resumable(restored), 1);
    CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(restored), pki_server()->certificate), 0);

    start = first;
    CHECK(d2i_SSL_SESSION(&filled, &start, (long)length) == filled);
    CHECK_MEM(second, encode(filled, second), first, length);
    SSL_SESSION_free(filled);
    SSL_SESSION_free(restored);
    SSL_SESSION_free(session);
}

static void a_session_from_der_is_resumed(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *restored;
    unsigned char bytes[4096];
    const unsigned char *start = bytes;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    restored = d2i_SSL_SESSION(NULL, &start, (long)encode(session, bytes));
    SSL_SESSION_free(session);
    CHECK(pair_resumes(&pair, restored));
    SSL_SESSION_free(restored);
    pair_free(&pair);
}

/* S90 */
static void a_session_survives_pem(const struct protocol *protocol)
{
    SSL_SESSION *session = real_session(protocol);
    SSL_SESSION *restored;
    BIO *text = BIO_new(BIO_s_mem());
    char *contents;
    unsigned char first[4096], second[4096];
    size_t length = encode(session, first);

    CHECK(PEM_write_bio_SSL_SESSION(text, session));
    BIO_get_mem_data(text, &contents);
    CHECK(strncmp(contents, "-----BEGIN SSL SESSION PARAMETERS-----\n", 39) == 0);
    restored = PEM_read_bio_SSL_SESSION(text, NULL, NULL, NULL);
    CHECK(restored != NULL);
    CHECK_MEM(second, encode(restored, second), first, length);
    BIO_free(text);
    SSL_SESSION_free(session);
    SSL_SESSION_free(restored);
}

/* ---- sessions built by hand: S87 ---- */

static void put_every_option(struct der *der)
{
    struct der certificate = { .length = 0 };
    unsigned char *end = certificate.bytes;

    certificate.length = (size_t)i2d_X509(pki_server()->certificate, &end);
    put_explicit_integer(der, 1, 1500000000);
    put_explicit_integer(der, 2, 1234);
    put_explicit(der, 3, &certificate);
    put_explicit_octets(der, 4, "context");
    put_explicit_integer(der, 5, X509_V_ERR_CERT_HAS_EXPIRED);
    put_explicit_octets(der, 6, "host.example");
    put_explicit_octets(der, 7, "a PSK hint");
    put_explicit_octets(der, 8, "a PSK identity");
    put_explicit_integer(der, 9, 4321);
    put_explicit_octets(der, 10, "this is the ticket");
}

static void put_tls13_options(struct der *der)
{
    put_explicit_octets(der, 12, "an SRP user");
    put_explicit_integer(der, 13, 1);
    put_explicit_integer(der, 14, 0xfedcba98);
    put_explicit_integer(der, 15, 16384);
    put_explicit_octets(der, 16, "h2");
    put_explicit_integer(der, 17, 2);
    put_explicit_octets(der, 18, "application data");
    put_explicit_integer(der, 19, 29);
}

static void every_field_is_read_and_written_as_it_was(void)
{
    struct der contents = { .length = 0 }, der;
    SSL_SESSION *session;
    unsigned char again[4096];
    const unsigned char *bytes;
    size_t length;
    unsigned short_length;
    void *data;

    put_fixed_part(&contents, 1, TLS1_3_VERSION, TLS13_AES128, 2);
    put_every_option(&contents);
    put_tls13_options(&contents);
    wrap(&der, &contents);
    session = decode(&der);
    CHECK(session != NULL);

    CHECK_EQ(SSL_SESSION_get_protocol_version(session), TLS1_3_VERSION);
    CHECK_EQ(SSL_CIPHER_get_id(SSL_SESSION_get0_cipher(session)), 0x03001301);
    bytes = SSL_SESSION_get_id(session, &short_length);
    CHECK_MEM(bytes, short_length, ID, 32);
    length = SSL_SESSION_get_master_key(session, again, sizeof(again));
    CHECK_MEM(again, length, SECRET, 48);
    CHECK_EQ(SSL_SESSION_get_time(session), 1500000000);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 1234);
    CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(session), pki_server()->certificate), 0);
    bytes = SSL_SESSION_get0_id_context(session, &short_length);
    CHECK_MEM(bytes, short_length, "context", 7);
    CHECK_STR(SSL_SESSION_get0_hostname(session), "host.example");
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session), 4321);
    SSL_SESSION_get0_ticket(session, &bytes, &length);
    CHECK_MEM(bytes, length, "this is the ticket", 18);
    CHECK_EQ(SSL_SESSION_get_max_early_data(session), 16384);
    CHECK_EQ(SSL_SESSION_get_max_fragment_length(session), 2);
    SSL_SESSION_get0_alpn_selected(session, &bytes, &length);
    CHECK_MEM(bytes, length, "h2", 2);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK_MEM(data, length, "application data", 16);

    CHECK_MEM(again, encode(session, again), der.bytes, der.length);
    SSL_SESSION_free(session);
}

static void a_tls12_session_without_options_gets_the_fixed_ones(void)
{
    struct der contents = { .length = 0 }, der, want_contents, want;
    SSL_SESSION *session;
    unsigned char again[4096];
    long before = (long)time(NULL);

    put_fixed_part(&contents, 1, TLS1_2_VERSION, EC_AES128, 2);
    want_contents = contents;
    wrap(&der, &contents);
    session = decode(&der);
    CHECK(session != NULL);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 3); /* S89 */
    CHECK(SSL_SESSION_get_time(session) >= before);

    put_explicit_integer(&want_contents, 1, (unsigned long)SSL_SESSION_get_time(session));
    put_explicit_integer(&want_contents, 2, 3);
    put_explicit_octets(&want_contents, 4, "");
    put_explicit_integer(&want_contents, 19, 0);
    wrap(&want, &want_contents);
    CHECK_MEM(again, encode(session, again), want.bytes, want.length);
    SSL_SESSION_free(session);
}

static void the_obsolete_key_argument_is_ignored(void)
{
    struct der contents = { .length = 0 }, der;
    SSL_SESSION *session;

    put_fixed_part(&contents, 1, TLS1_2_VERSION, EC_AES128, 2);
    put(&contents, 0x80, "old", 3);
    wrap(&der, &contents);
    session = decode(&der);
    CHECK(session != NULL);
    SSL_SESSION_free(session);
}

/* ---- what is refused: S88, S89 ---- */

static void check_refused(struct der *contents, int reason)
{
    struct der der;

    wrap(&der, contents);
    ERR_clear_error();
    CHECK(decode(&der) == NULL);
    if (reason != 0)
        CHECK_REASON(reason);
    else
        CHECK_NO_ERROR();
}

static void unknown_versions_and_ciphers_are_refused(void)
{
    struct der contents = { .length = 0 };

    put_fixed_part(&contents, 2, TLS1_2_VERSION, EC_AES128, 2);
    check_refused(&contents, SSL_R_UNKNOWN_SSL_VERSION);
    contents.length = 0;
    put_fixed_part(&contents, 1, 0x0201, EC_AES128, 2);
    check_refused(&contents, SSL_R_UNSUPPORTED_SSL_VERSION);
    contents.length = 0;
    put_fixed_part(&contents, 1, TLS1_2_VERSION, "\xc0\x2b\x00", 3);
    check_refused(&contents, SSL_R_CIPHER_CODE_WRONG_LENGTH);
    contents.length = 0;
    put_fixed_part(&contents, 1, TLS1_2_VERSION, "\x7f\x7f", 2);
    check_refused(&contents, 0);
}

static void every_truncation_is_refused_and_moves_nothing(
    const struct protocol *protocol)
{
    SSL_SESSION *session = real_session(protocol);
    unsigned char bytes[4096];
    size_t length = encode(session, bytes);

    for (size_t cut = 0; cut < length; cut++) {
        const unsigned char *start = bytes;

        CHECK(d2i_SSL_SESSION(NULL, &start, (long)cut) == NULL);
        CHECK(start == bytes);
        ERR_clear_error();
    }
    SSL_SESSION_free(session);
}

static void garbage_is_refused(void)
{
    const unsigned char garbage[] = "this is not a session at all";
    const unsigned char *start = garbage;
    BIO *text = BIO_new_mem_buf("neither is this", -1);

    CHECK(d2i_SSL_SESSION(NULL, &start, sizeof(garbage)) == NULL);
    CHECK(ERR_peek_error() != 0);
    CHECK(PEM_read_bio_SSL_SESSION(text, NULL, NULL, NULL) == NULL);
    CHECK_EQ(i2d_SSL_SESSION(NULL, NULL), 0);
    BIO_free(text);
    ERR_clear_error();
}

/* ---- text: S90 ---- */

static void check_line(const char *text, const char *line)
{
    if (strstr(text, line) == NULL) {
        fprintf(stderr, "no \"%s\" in:\n%s\n", line, text);
        check_failed(__FILE__, __LINE__, "the line is printed");
    }
}

static void a_session_is_printed_line_by_line(const struct protocol *protocol)
{
    struct der contents = { .length = 0 }, der;
    bool tls13 = protocol->version == TLS1_3_VERSION;
    SSL_SESSION *session;
    BIO *out = BIO_new(BIO_s_mem());
    char *text;

    put_fixed_part(&contents, 1, (unsigned long)protocol->version,
                   tls13 ? TLS13_AES128 : EC_AES128, 2);
    put_every_option(&contents);
    put_tls13_options(&contents);
    wrap(&der, &contents);
    session = decode(&der);
    CHECK_EQ(SSL_SESSION_print(out, session), 1);
    BIO_write(out, "", 1);
    BIO_get_mem_data(out, &text);
    CHECK(strncmp(text, "SSL-Session:\n", 13) == 0);
    check_line(text, tls13 ? "    Protocol  : TLSv1.3\n" : "    Protocol  : TLSv1.2\n");
    check_line(text, tls13 ? "    Cipher    : TLS_AES_128_GCM_SHA256\n"
                           : "    Cipher    : ECDHE-ECDSA-AES128-GCM-SHA256\n");
    check_line(text, "    Session-ID: 3031323334353637383961626364656630313233343536373"
                     "83961626364656");
    check_line(text, "    Session-ID-ctx: 636F6E74657874\n");
    check_line(text, tls13 ? "    Resumption PSK: 746865206D6173746572"
                           : "    Master-Key: 746865206D6173746572");
    check_line(text, "    PSK identity: a PSK identity\n");
    check_line(text, "    PSK identity hint: a PSK hint\n");
    check_line(text, "    SRP username: an SRP user\n");
    check_line(text, "    TLS session ticket lifetime hint: 4321 (seconds)\n");
    check_line(text, "    TLS session ticket:\n    0000 - 74 68 69 73 20 69 73 20-");
    check_line(text, "    Start Time: 1500000000\n");
    check_line(text, "    Timeout   : 1234 (sec)\n");
    check_line(text, "    Verify return code: 10 (certificate has expired)\n");
    check_line(text, "    Extended master secret: yes\n");
    CHECK_EQ(strstr(text, "    Max Early Data: 16384\n") != NULL, tls13);
    BIO_free(out);
    SSL_SESSION_free(session);
}

static void the_key_log_line_names_id_and_key(void)
{
    struct der contents = { .length = 0 }, der;
    SSL_SESSION *session, *empty = SSL_SESSION_new();
    BIO *out = BIO_new(BIO_s_mem());
    char *text;

    put_fixed_part(&contents, 1, TLS1_2_VERSION, EC_AES128, 2);
    wrap(&der, &contents);
    session = decode(&der);
    CHECK_EQ(SSL_SESSION_print_keylog(out, session), 1);
    BIO_write(out, "", 1);
    BIO_get_mem_data(out, &text);
    CHECK(strncmp(text, "RSA Session-ID:3031323334", 25) == 0);
    check_line(text, " Master-Key:746865206D6173746572");
    CHECK_EQ(SSL_SESSION_print_keylog(out, empty), 0);
    BIO_free(out);
    SSL_SESSION_free(session);
    SSL_SESSION_free(empty);
}

TEST_MAIN(TEST_EACH(a_session_survives_der_byte_by_byte),
          TEST_EACH(a_session_from_der_is_resumed), TEST_EACH(a_session_survives_pem),
          TEST(every_field_is_read_and_written_as_it_was),
          TEST(a_tls12_session_without_options_gets_the_fixed_ones),
          TEST(the_obsolete_key_argument_is_ignored),
          TEST(unknown_versions_and_ciphers_are_refused),
          TEST_EACH(every_truncation_is_refused_and_moves_nothing),
          TEST(garbage_is_refused), TEST_EACH(a_session_is_printed_line_by_line),
          TEST(the_key_log_line_names_id_and_key))
