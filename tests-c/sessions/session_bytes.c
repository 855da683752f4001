/*
 * What is written of a session, by both libraries: DER, PEM and text are the same bytes, and what
 * is refused is refused for the same reason (S87 to S90).
 *
 * A worker reads the sessions of all files 0.der, 1.der, ... in a directory and writes all that each
 * shows. It does so on both libraries, and the reports must be equal.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "der.h"
#include "drawn.h"
#include "pair.h"
#include "session_report.h"
#include "steady_clock.h"
#include "worker.h"

/* ---- files ---- */

static const char *place;
static int count;

static void add_bytes(const void *der, size_t length)
{
    char name[16];

    snprintf(name, sizeof(name), "%d.der", count++);
    write_file(place, name, der, length);
}

/* ---- the worker: sessions ---- */

enum {
    SESSIONS_MADE = 8
};

static void add_session(SSL_SESSION *session)
{
    unsigned char *der = NULL;
    int length = i2d_SSL_SESSION(session, &der);

    CHECK(length > 0);
    add_bytes(der, (size_t)length);
    OPENSSL_free(der);
}

/* DIRECTORY FIRST VERSION: sessions of both ends, with and without tickets, with certificates of both. */
static int make(char **argv)
{
    const struct protocol *protocol = strcmp(argv[2], TLS13.name) == 0 ? &TLS13 : &TLS12;

    place = argv[0];
    count = atoi(argv[1]);
    for (int i = 0; i < SESSIONS_MADE / 2; i++) {
        struct pair pair;

        pair_init(&pair, protocol);
        if (i & 1)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        if (i & 2) {
            SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
            SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"sid", 3);
            trust(pair.server_ctx, pki_ca());
            use_credentials(pair.client_ctx, pki_client());
        }
        pair_open(&pair);
        SSL_set_tlsext_host_name(pair.client, "localhost");
        pair_handshake(&pair);
        pair_settle(&pair);
        add_session(SSL_get_session(pair.client));
        add_session(SSL_get_session(pair.server));
        pair_free(&pair);
    }
    return 0;
}

/* make DIRECTORY FIRST VERSION, or report DIRECTORY COUNT NAME */
static int work(int argc, char **argv)
{
    CHECK_EQ(argc, 4);
    if (strcmp(argv[0], "make") == 0)
        return make(argv + 1);
    /* The time of sessions that have none. */
    steady_time = 1700000000;
    report_sessions(argv[1], atoi(argv[2]), argv[3]);
    return 0;
}

/* ---- the sessions ---- */

static void add(const struct der *contents)
{
    struct der der;

    wrap(&der, contents);
    add_bytes(der.bytes, der.length);
}

/* Most sessions of the tests: fixed fields, and a time, which else would be now. */
static struct der begin(unsigned long version)
{
    struct der der = { .length = 0 };

    put_fixed_part(&der, 1, version,
                   version == TLS1_3_VERSION ? TLS13_AES128 : EC_AES128, 2);
    return der;
}

static struct der begin_at(unsigned long version, long time)
{
    struct der der = begin(version);

    put_explicit_signed(&der, 1, time);
    return der;
}

/* One optional field behind time and timeout. */
static void add_with_bytes(int field, const void *value, size_t length)
{
    static const unsigned long versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

    for (int i = 0; i < 2; i++) {
        struct der der = begin_at(versions[i], 1700000000);

        put_explicit_integer(&der, 2, 7200);
        put_explicit_bytes(&der, field, value, length);
        add(&der);
    }
}

static void add_with_number(int field, long value)
{
    static const unsigned long versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

    for (int i = 0; i < 2; i++) {
        struct der der = begin_at(versions[i], 1700000000);

        put_explicit_integer(&der, 2, 7200);
        put_explicit_signed(&der, field, value);
        add(&der);
    }
}

/* Both libraries report the same for all that were added. */
static void compare(void)
{
    char number[16];
    size_t lengths[2];
    char *reports[2];
    static const char *const names[] = { "system.txt", "other.txt" };

    snprintf(number, sizeof(number), "%d", count);
    for (int i = 0; i < 2; i++) {
        pid_t worker = worker_start(LIBRARIES[i], "report", place, number, names[i],
                                    NULL);

        CHECK_EQ(worker_wait(worker), 0);
        reports[i] = (char *)read_file(place, names[i], &lengths[i]);
    }
    if (lengths[0] != lengths[1] || memcmp(reports[0], reports[1], lengths[0]) != 0) {
        char *rest[2] = { reports[0], reports[1] };

        reports[0][lengths[0]] = reports[1][lengths[1]] = '\0';
        for (char *session = ""; rest[0] != NULL && rest[1] != NULL;) {
            char *line[2] = { strsep(&rest[0], "\n"), strsep(&rest[1], "\n") };

            if (strncmp(line[0], "----", 4) == 0)
                session = line[0];
            if (strcmp(line[0], line[1]) != 0) {
                fprintf(stderr, "%s\nsystem: %.300s\nother:  %.300s\n", session, line[0],
                        line[1]);
                break;
            }
        }
        check_failed(__FILE__, __LINE__, "both libraries write the same");
    }
    free(reports[0]);
    free(reports[1]);
}

/* ---- real ones: S87, S88, S90 ---- */

/* Made on both libraries. */
static void real_sessions(const struct protocol *protocol)
{
    place = new_directory();
    for (int i = 0; i < 2; i++) {
        char first[16];
        pid_t worker;

        snprintf(first, sizeof(first), "%d", count);
        worker = worker_start(LIBRARIES[i], "make", place, first, protocol->name, NULL);
        CHECK_EQ(worker_wait(worker), 0);
        count += SESSIONS_MADE;
    }
    compare();
}

/* ---- odd ones: S87 to S90 ---- */

static void every_field_alone(void)
{
    static const int texts[] = { 4, 6, 7, 8, 10, 12, 16, 18 };
    static const int numbers[] = { 5, 9, 13, 14, 15, 17, 19 };
    char large[300];

    memset(large, 'x', sizeof(large));
    place = new_directory();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        /* SSL_SESSION_print() of OpenSSL ends at an empty name, and Reprise's does not. */
        if (texts[i] != 7 && texts[i] != 8 && texts[i] != 12)
            add_with_bytes(texts[i], "", 0);
        add_with_bytes(texts[i], "a", 1);
        add_with_bytes(texts[i], "a\0b", 3);
        add_with_bytes(texts[i], "\xff\x00\n\x80~", 5);
        for (size_t length = 15; length <= 17; length++)
            add_with_bytes(texts[i], large, length);
        add_with_bytes(texts[i], large, texts[i] == 4 ? 32 : sizeof(large));
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        add_with_number(numbers[i], 0);
        add_with_number(numbers[i], 1);
        add_with_number(numbers[i], 5);
        add_with_number(numbers[i], 255);
        add_with_number(numbers[i], INT_MAX);
    }
    compare();
}

static void numbers_at_their_limits(void)
{
    static const long times[] = { LONG_MIN, INT_MIN, -1, 0, 1, INT_MAX, 1L << 40, LONG_MAX };

    place = new_directory();
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct der der = begin_at(TLS1_2_VERSION, times[i]);

        if (times[i] != 0) /* which is now */
            add(&der);
        der = begin_at(TLS1_3_VERSION, 1700000000);
        put_explicit_signed(&der, 2, times[i]);
        add(&der);
        der = begin_at(TLS1_3_VERSION, LONG_MAX);
        put_explicit_signed(&der, 2, times[i]);
        add(&der);
    }
    for (int result = -2; result < 100; result++)
        add_with_number(5, result);
    add_with_number(5, INT_MIN);
    add_with_number(5, (long)INT_MAX + 1);
    add_with_number(9, LONG_MAX);
    add_with_number(9, -1);
    add_with_number(13, UINT_MAX);
    add_with_number(13, (long)UINT_MAX + 1);
    add_with_number(14, UINT_MAX);
    add_with_number(14, (long)UINT_MAX + 1);
    add_with_number(15, UINT_MAX);
    add_with_number(15, -1);
    add_with_number(17, 256);
    add_with_number(19, INT_MAX);
    compare();
}

static void every_version_and_cipher(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    static const unsigned long versions[] = { 0, 1, 0x0002, 0x00ff, 0x0100, 0x0101, 0x0200,
                                              0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0305,
                                              0x03ff, 0x0400, 0xfe00, 0xfefd, 0xfeff, 0xff00,
                                              0x10303, 0x7fffffff };
    /* Reprise does not know them. */
    static const unsigned gost[] = { 0x0081, 0x0083, 0xc100, 0xc101, 0xc102, 0xff85, 0xff87 };

    place = new_directory();
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct der der = begin_at(versions[i], 1700000000);

        add(&der);
    }
    /* Every one that is known, also if it cannot be used now, and some that are not. */
    for (unsigned number = 0; number < 0x10000; number++) {
        unsigned char code[2] = { (unsigned char)(number >> 8), (unsigned char)number };
        struct der der = { .length = 0 };
        bool is_gost = false;

        for (size_t i = 0; i < sizeof(gost) / sizeof(gost[0]); i++)
            is_gost |= number == gost[i];
        if (is_gost || (number % 251 != 0 && SSL_CIPHER_find(ssl, code) == NULL))
            continue;
        put_fixed_part(&der, 1, TLS1_2_VERSION, (char *)code, 2);
        put_explicit_integer(&der, 1, 1700000000);
        add(&der);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    compare();
}

static void ids_and_secrets_of_all_lengths(void)
{
    static const size_t lengths[] = { 0, 1, 31, 32, 33, 47, 48, 49, 64, 255, 256, 257, 511,
                                      512, 513, 600 };
    char large[600];

    memset(large, 0xa5, sizeof(large));
    place = new_directory();
    for (size_t i = 0; i < 2 * sizeof(lengths) / sizeof(lengths[0]); i++) {
        size_t length = lengths[i / 2];
        struct der der = { .length = 0 };

        put_integer(&der, 1);
        put_integer(&der, i & 1 ? TLS1_3_VERSION : TLS1_2_VERSION);
        put_octets(&der, i & 1 ? TLS13_AES128 : EC_AES128, 2);
        put_octets(&der, ID, length < 33 ? length : 32);
        put_octets(&der, large, length);
        put_explicit_integer(&der, 1, 1700000000);
        add(&der);
    }
    for (size_t length = 0; length < 36; length++) {
        struct der der = { .length = 0 };

        put_integer(&der, 1);
        put_integer(&der, TLS1_2_VERSION);
        put_octets(&der, EC_AES128, length % 4);
        put_octets(&der, large, length);
        put_octets(&der, SECRET, 48);
        put_explicit_integer(&der, 1, 1700000000);
        add(&der);
        der = begin_at(TLS1_3_VERSION, 1700000000);
        put_explicit_bytes(&der, 4, large, length);
        add(&der);
    }
    compare();
}

/* What versions before 3.0 wrote, and others might. */
static void old_fields(void)
{
    struct der der, certificate = { .length = 0 };
    unsigned char *end = certificate.bytes;

    certificate.length = (size_t)i2d_X509(pki_server_rsa()->certificate, &end);
    place = new_directory();
    for (int i = 0; i < 8; i++) {
        der = begin(TLS1_2_VERSION);
        if (i & 1)
            put(&der, 0x80, "key_arg", 7); /* SSL 2, up to 0.9.8 */
        put_explicit_integer(&der, 1, 1200000000);
        put_explicit_integer(&der, 2, 300);
        if (i & 2)
            put_explicit(&der, 3, &certificate);
        put_explicit_octets(&der, 4, "old");
        put_explicit_integer(&der, 5, X509_V_ERR_CERT_HAS_EXPIRED);
        if (i & 4)
            put_explicit_bytes(&der, 11, "\x01", 1);
        put_explicit_octets(&der, 12, "user");
        add(&der);
    }
    add_with_bytes(11, "\x00", 1);
    add_with_bytes(11, "\xff", 1);
    add_with_bytes(11, "", 0);
    add_with_bytes(11, "ab", 2);
    for (unsigned long structure = 0; structure < 4; structure++) {
        der.length = 0;
        put_fixed_part(&der, structure, TLS1_2_VERSION, EC_AES128, 2);
        put_explicit_integer(&der, 1, 1200000000);
        add(&der);
    }
    /* Something behind it. */
    der = begin_at(TLS1_2_VERSION, 1200000000);
    wrap(&certificate, &der);
    memcpy(certificate.bytes + certificate.length, "behind", 6);
    add_bytes(certificate.bytes, certificate.length + 6);
    compare();
}

/* A session with every field that has bytes. */
static struct der full_session(unsigned long version)
{
    struct der der = begin(version);

    put_explicit_integer(&der, 1, 1700000000);
    put_explicit_integer(&der, 2, 7200);
    put_explicit_octets(&der, 4, "context");
    put_explicit_integer(&der, 5, 1);
    put_explicit_octets(&der, 6, "host.example");
    put_explicit_integer(&der, 9, 7200);
    put_explicit_octets(&der, 10, "a ticket");
    put_explicit_integer(&der, 13, 1);
    put_explicit_integer(&der, 14, 0x01020304);
    put_explicit_integer(&der, 15, 16384);
    put_explicit_octets(&der, 16, "h2");
    put_explicit_integer(&der, 17, 2);
    put_explicit_octets(&der, 18, "data");
    return der;
}

/* Drawn at random. None of them is BER that is not DER, which only OpenSSL takes (docs/differences.md). */
static void damaged_ones(void)
{
    enum {
        DAMAGED = 1500
    };

    place = new_directory();
    draw_from(1);
    for (int i = 0; i < DAMAGED; i++) {
        struct der contents = full_session(below(2) == 0 ? TLS1_2_VERSION : TLS1_3_VERSION), der;

        wrap(&der, &contents);
        for (unsigned edits = 1 + below(2); edits > 0; edits--) {
            size_t at = below((unsigned)der.length);

            switch (below(4)) {
            case 0:
                der.bytes[at] ^= (unsigned char)(1 << below(8));
                break;
            case 1:
                der.bytes[at] = (unsigned char)below(256);
                break;
            case 2:
                memmove(der.bytes + at, der.bytes + at + 1, der.length - at - 1);
                der.length--;
                break;
            case 3:
                der.length = at + 1;
                break;
            }
        }
        add_bytes(der.bytes, der.length);
    }
    compare();
}

/* ---- `openssl sess_id`: S87, S90 ---- */

/* What the tool prints of the sessions of both libraries, on either of them. */
static void the_openssl_tool_reads_them(const struct protocol *protocol)
{
    const char *path = getenv("OTHER_LIBSSL");
    static const char *const options[] = { "-text -noout", "-outform DER", "-outform PEM",
                                           "-outform NSS", "-cert -noout",
                                           "-context abc -outform DER" };

    real_sessions(protocol);
    for (int i = 0; i < count * 6; i++) {
        char command[1400], outputs[2][16384];
        size_t lengths[2];
        int statuses[2];

        for (int on_other = 0; on_other < 2; on_other++) {
            FILE *tool;

            snprintf(command, sizeof(command),
                     "%s%s openssl sess_id -inform DER -in %s/%d.der %s 2>&1",
                     on_other && path != NULL ? "LD_PRELOAD=" : "",
                     on_other && path != NULL ? path : "", place, i / 6, options[i % 6]);
            tool = popen(command, "r");
            CHECK(tool != NULL);
            lengths[on_other] = fread(outputs[on_other], 1, sizeof(outputs[0]), tool);
            statuses[on_other] = pclose(tool);
        }
        /* There may be no id for NSS, and no certificate. */
        CHECK(statuses[0] == 0 || i % 6 == 3 || i % 6 == 4);
        CHECK_EQ(statuses[1], statuses[0]);
        CHECK_MEM(outputs[1], lengths[1], outputs[0], lengths[0]);
    }
}

WORKER_MAIN(work, TEST_EACH(real_sessions), TEST(every_field_alone),
            TEST(numbers_at_their_limits), TEST(every_version_and_cipher),
            TEST(ids_and_secrets_of_all_lengths), TEST(old_fields), TEST(damaged_ones),
            TEST_EACH(the_openssl_tool_reads_them))
