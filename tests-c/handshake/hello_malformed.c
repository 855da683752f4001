/*
 * ClientHellos that no client sends: what a server shows its program of them, and how it refuses them. Everything that
 * a callback is given or a getter gives out has been checked before (RFC 8446, section 4.2; RFC 5246, section 7.4.1.2).
 *
 * A worker gives each hello to a server of each library. What the callbacks saw, the alert and the reason must be the
 * same, but for reasons that docs/differences.md allows to differ.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "pair.h"
#include "worker.h"

enum { MOST_EXTENSIONS = 40, LONGEST = 20000 };

struct extension {
    int type;
    const char *contents;
    size_t length;
};

struct hello {
    const char *legacy_version;
    size_t session_id_length;
    const char *suites, *compressions;
    size_t suites_length, compressions_length;
    struct extension extensions[MOST_EXTENSIONS];
    int count;
    const char *behind; /* after the extensions, outside of their length */
    size_t behind_length;
    int cut; /* so many bytes less at the end */
};

#define BYTES(text) text, sizeof(text) - 1

static void add(struct hello *hello, int type, const char *contents, size_t length)
{
    CHECK(hello->count < MOST_EXTENSIONS);
    hello->extensions[hello->count++] = (struct extension){ type, contents, length };
}

static void drop(struct hello *hello, int type)
{
    int kept = 0;

    for (int i = 0; i < hello->count; i++)
        if (hello->extensions[i].type != type)
            hello->extensions[kept++] = hello->extensions[i];
    hello->count = kept;
}

static void replace(struct hello *hello, int type, const char *contents, size_t length)
{
    drop(hello, type);
    add(hello, type, contents, length);
}

/* One that both versions take. */
static void usual(struct hello *hello, const struct protocol *protocol)
{
    memset(hello, 0, sizeof(*hello));
    hello->legacy_version = "\3\3";
    hello->session_id_length = 32;
    hello->suites = "\x13\x01\xc0\x2b\xc0\x2f";
    hello->suites_length = 6;
    hello->compressions = "\0";
    hello->compressions_length = 1;
    add(hello, TLSEXT_TYPE_server_name, BYTES("\0\x0c\0\0\x09" "localhost"));
    add(hello, TLSEXT_TYPE_ec_point_formats, BYTES("\1\0"));
    add(hello, TLSEXT_TYPE_supported_groups, BYTES("\0\4\0\x1d\0\x17"));
    add(hello, TLSEXT_TYPE_application_layer_protocol_negotiation, BYTES("\0\x0c\2h2\x08http/1.1"));
    add(hello, TLSEXT_TYPE_status_request, BYTES("\1\0\0\0\0"));
    add(hello, TLSEXT_TYPE_extended_master_secret, BYTES(""));
    add(hello, TLSEXT_TYPE_session_ticket, BYTES(""));
    add(hello, TLSEXT_TYPE_signature_algorithms, BYTES("\0\4\4\3\x08\4"));
    add(hello, TLSEXT_TYPE_psk_kex_modes, BYTES("\1\1"));
    add(hello, TLSEXT_TYPE_key_share,
        BYTES("\0\x24\0\x1d\0\x20" "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    if (protocol == &TLS13)
        add(hello, TLSEXT_TYPE_supported_versions, BYTES("\2\3\4"));
}

/* ---- as bytes ---- */

static unsigned char bytes[LONGEST];
static size_t written;

static void put(const void *from, size_t length)
{
    CHECK(written + length <= LONGEST);
    memcpy(bytes + written, from, length);
    written += length;
}

static void put_number(size_t number, int width)
{
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
        unsigned char byte = (unsigned char)(number >> shift);

        put(&byte, 1);
    }
}

static void fill_in(size_t at, size_t number, int width)
{
    size_t end = written;

    written = at;
    put_number(number, width);
    written = end;
}

/* A record with one message. */
static void encode(const struct hello *hello)
{
    static const unsigned char zeros[256];
    size_t extensions;

    written = 0;
    put(BYTES("\x16\3\1\0\0\1\0\0\0"));
    put(hello->legacy_version, 2);
    put("01234567890123456789012345678901", 32);
    put_number(hello->session_id_length, 1);
    put(zeros, hello->session_id_length);
    put_number(hello->suites_length, 2);
    put(hello->suites, hello->suites_length);
    put_number(hello->compressions_length, 1);
    put(hello->compressions, hello->compressions_length);
    extensions = written;
    put_number(0, 2);
    for (int i = 0; i < hello->count; i++) {
        put_number((size_t)hello->extensions[i].type, 2);
        put_number(hello->extensions[i].length, 2);
        put(hello->extensions[i].contents, hello->extensions[i].length);
    }
    fill_in(extensions, written - extensions - 2, 2);
    put(hello->behind, hello->behind_length);
    written -= (size_t)hello->cut;
    fill_in(3, written - 5, 2);
    fill_in(6, written - 9, 3);
}

/* ---- what the program is shown ---- */

static int show_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *part = NULL;
    size_t length;
    int *types = NULL;

    (void)alert;
    (void)argument;
    fprintf(report, "  hello of version %x\n", SSL_client_hello_get0_legacy_version(ssl));
    length = SSL_client_hello_get0_session_id(ssl, &part);
    show_bytes("session id", part, length);
    length = SSL_client_hello_get0_ciphers(ssl, &part);
    show_bytes("suites", part, length);
    length = SSL_client_hello_get0_compression_methods(ssl, &part);
    show_bytes("compressions", part, length);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(ssl, &types, &length), 1);
    for (size_t i = 0; i < length; i++) {
        size_t size;

        CHECK_EQ(SSL_client_hello_get0_ext(ssl, (unsigned)types[i], &part, &size), 1);
        fprintf(report, "  %d", types[i]);
        show_bytes("", part, size);
    }
    OPENSSL_free(types);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static int name_answer;

static int show_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)argument;
    fprintf(report, "  name %s of type %d, alert %d\n", name == NULL ? "none" : name, SSL_get_servername_type(ssl), *alert);
    return name_answer;
}

static int show_protocols(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in,
                          unsigned int length, void *argument)
{
    (void)ssl;
    (void)argument;
    show_bytes("protocols", in, length);
    *out = in + 1;
    *out_length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static int show_certificate_choice(SSL *ssl, void *argument)
{
    unsigned char raw = 0;
    unsigned char *suites = NULL;
    void *list = NULL;
    int groups[64];
    int count;

    (void)argument;
    fprintf(report, "  certificate callback\n");
    count = SSL_get_shared_sigalgs(ssl, 0, NULL, NULL, NULL, &raw, NULL);
    shown("  shared signature algorithms", count);
    shown("  of the client", SSL_get_sigalgs(ssl, 0, NULL, NULL, NULL, NULL, NULL));
    shown("  suites", sk_SSL_CIPHER_num(SSL_get_client_ciphers(ssl)));
    shown("  raw suites", SSL_get0_raw_cipherlist(ssl, &suites));
    shown("  authorities", sk_X509_NAME_num(SSL_get0_peer_CA_list(ssl)));
    SSL_get_tlsext_status_ids(ssl, &list);
    shown("  responders", OPENSSL_sk_num((OPENSSL_STACK *)list));
    list = NULL;
    SSL_get_tlsext_status_exts(ssl, &list);
    shown("  extensions for them", OPENSSL_sk_num((OPENSSL_STACK *)list));
    shown("  renegotiation", SSL_get_secure_renegotiation_support(ssl));
    shown("  extended master secret", SSL_get_extms_support(ssl));
    count = (int)SSL_get1_groups(ssl, NULL);
    shown("  groups", count);
    if (count > 0 && count < 64) {
        SSL_get1_groups(ssl, groups);
        for (int i = 0; i < count; i++)
            shown("   group", groups[i]);
    }
    return 1;
}

/* Told at the end: in TLS 1.2 Reprise asks it after the ALPN callback. */
static long status_type;

static int show_status(SSL *ssl, void *argument)
{
    (void)argument;
    status_type = SSL_get_tlsext_status_type(ssl);
    return SSL_TLSEXT_ERR_NOACK;
}

/* ---- the hellos ---- */

struct hello_case {
    const char *name;
    void (*change)(struct hello *hello);
    int stricter;
};

/* Versions in which Reprise refuses the hello for the engine's reasons: it reads extensions that count in the other
 * version only, takes no two of one kind, and so on (docs/differences.md). */
enum { IN_TLS12 = 1, IN_TLS13 = 2 };

#define REPLACED(function, type, text)                                                                                \
    static void function(struct hello *hello)                                                                         \
    {                                                                                                                 \
        replace(hello, type, BYTES(text));                                                                            \
    }
#define ADDED(function, type, text)                                                                                   \
    static void function(struct hello *hello)                                                                         \
    {                                                                                                                 \
        add(hello, type, BYTES(text));                                                                                \
    }
#define DROPPED(function, type)                                                                                       \
    static void function(struct hello *hello)                                                                         \
    {                                                                                                                 \
        drop(hello, type);                                                                                            \
    }

static void as_it_should_be(struct hello *hello)
{
    (void)hello;
}

#define ALPN TLSEXT_TYPE_application_layer_protocol_negotiation
REPLACED(alpn_empty, ALPN, "")
REPLACED(alpn_with_an_empty_list, ALPN, "\0\0")
REPLACED(alpn_with_an_empty_name, ALPN, "\0\1\0")
REPLACED(alpn_with_an_empty_name_among_others, ALPN, "\0\7\2h2\0\2h3")
REPLACED(alpn_with_a_false_name_length, ALPN, "\0\3\xffh2")
REPLACED(alpn_with_a_false_list_length, ALPN, "\0\x0c\2h2")
REPLACED(alpn_with_a_short_list_length, ALPN, "\0\3\2h2\2h3")
REPLACED(alpn_with_a_last_name_cut_off, ALPN, "\0\6\2h2\5h3")
REPLACED(alpn_with_one_byte, ALPN, "\0")
DROPPED(alpn_missing, ALPN)
ADDED(alpn_twice, ALPN, "\0\3\2h2")

#define SNI TLSEXT_TYPE_server_name
#define LONG_NAME                                                                                                     \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                                \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                                \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                                \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
REPLACED(name_empty, SNI, "")
REPLACED(name_with_an_empty_list, SNI, "\0\0")
REPLACED(name_of_no_length, SNI, "\0\3\0\0\0")
REPLACED(name_with_nul_inside, SNI, "\0\6\0\0\3a\0b")
REPLACED(name_with_nul_at_its_end, SNI, "\0\5\0\0\2a\0")
REPLACED(name_of_255_bytes, SNI, "\1\2\0\0\xff" LONG_NAME)
REPLACED(name_of_256_bytes, SNI, "\1\3\0\1\0" LONG_NAME "a")
REPLACED(name_of_another_type, SNI, "\0\4\1\0\1a")
REPLACED(two_names, SNI, "\0\x08\0\0\1a\0\0\1b")
REPLACED(name_and_one_of_another_type, SNI, "\0\x08\0\0\1a\1\0\1b")
REPLACED(name_with_bytes_behind, SNI, "\0\4\0\0\1ab")
REPLACED(name_with_bytes_behind_in_the_list, SNI, "\0\5\0\0\1ab")
REPLACED(name_with_a_false_length, SNI, "\0\4\0\0\xff" "a")
REPLACED(name_list_with_a_false_length, SNI, "\0\xff\0\0\1a")
REPLACED(name_cut_off, SNI, "\0\2\0\0")
REPLACED(name_with_a_space, SNI, "\0\6\0\0\3a b")
REPLACED(name_not_ascii, SNI, "\0\6\0\0\3\xff\xfe\xfd")
REPLACED(name_with_a_dot_at_its_end, SNI, "\0\5\0\0\2a.")
REPLACED(name_that_is_an_address, SNI, "\0\x0c\0\0\x09" "127.0.0.1")
REPLACED(name_in_capitals, SNI, "\0\x0c\0\0\x09" "LOCALHOST")
REPLACED(name_with_an_underscore, SNI, "\0\6\0\0\3a_b")
DROPPED(name_missing, SNI)
ADDED(name_twice, SNI, "\0\4\0\0\1a")

#define GROUPS TLSEXT_TYPE_supported_groups
REPLACED(groups_empty, GROUPS, "")
REPLACED(groups_with_an_empty_list, GROUPS, "\0\0")
REPLACED(groups_of_odd_length, GROUPS, "\0\5\0\x1d\0\x17\0")
REPLACED(groups_with_a_false_length, GROUPS, "\0\xff\0\x1d\0\x17")
REPLACED(groups_with_bytes_behind, GROUPS, "\0\4\0\x1d\0\x17\0")
DROPPED(groups_missing, GROUPS)
REPLACED(groups_that_repeat, GROUPS, "\0\6\0\x17\0\x1d\0\x17")

#define SIGALGS TLSEXT_TYPE_signature_algorithms
REPLACED(signature_algorithms_empty, SIGALGS, "")
REPLACED(signature_algorithms_with_an_empty_list, SIGALGS, "\0\0")
REPLACED(signature_algorithms_of_odd_length, SIGALGS, "\0\5\4\3\x08\4\4")
REPLACED(signature_algorithms_with_a_false_length, SIGALGS, "\0\xff\4\3\x08\4")
REPLACED(signature_algorithms_with_bytes_behind, SIGALGS, "\0\4\4\3\x08\4\4")

#define SIGALGS_CERT TLSEXT_TYPE_signature_algorithms_cert
ADDED(signature_algorithms_cert_empty, SIGALGS_CERT, "")
ADDED(signature_algorithms_cert_with_an_empty_list, SIGALGS_CERT, "\0\0")
ADDED(signature_algorithms_cert_of_odd_length, SIGALGS_CERT, "\0\3\4\3\x08")
ADDED(signature_algorithms_cert_with_bytes_behind, SIGALGS_CERT, "\0\2\4\3\x08")

#define POINTS TLSEXT_TYPE_ec_point_formats
REPLACED(point_formats_empty, POINTS, "")
REPLACED(point_formats_with_an_empty_list, POINTS, "\0")
REPLACED(point_formats_with_a_false_length, POINTS, "\5\0")
REPLACED(point_formats_with_bytes_behind, POINTS, "\1\0\0")
REPLACED(point_formats_without_uncompressed, POINTS, "\1\1")

#define STATUS TLSEXT_TYPE_status_request
REPLACED(status_empty, STATUS, "")
REPLACED(status_without_ids, STATUS, "\1")
REPLACED(status_without_extensions, STATUS, "\1\0\0")
REPLACED(status_of_another_type, STATUS, "\2")
REPLACED(status_of_another_type_with_anything, STATUS, "\2\xff\xff\xff")
REPLACED(status_with_an_empty_id, STATUS, "\1\0\2\0\0\0\0")
REPLACED(status_with_a_false_length, STATUS, "\1\xff\0\0\0")
REPLACED(status_with_bytes_behind, STATUS, "\1\0\0\0\0x")
REPLACED(status_with_extensions_that_are_none, STATUS, "\1\0\0\0\3abc")
REPLACED(status_with_an_id, STATUS, "\1\0\x1a\0\x18\xa2\x16\4\x14" "01234567890123456789" "\0\0")
REPLACED(status_with_an_id_and_a_byte_behind, STATUS, "\1\0\x1b\0\x19\xa2\x16\4\x14" "01234567890123456789x" "\0\0")
ADDED(authorities_as_they_should_be, TLSEXT_TYPE_certificate_authorities, "\0\4\0\2\x30\0")
REPLACED(status_with_an_id_that_is_none, STATUS, "\1\0\5\0\3abc\0\0")

REPLACED(extended_master_secret_with_a_body, TLSEXT_TYPE_extended_master_secret, "\0")
ADDED(renegotiation_info_empty, TLSEXT_TYPE_renegotiate, "")
ADDED(renegotiation_info_as_it_should_be, TLSEXT_TYPE_renegotiate, "\0")
ADDED(renegotiation_info_with_a_body, TLSEXT_TYPE_renegotiate, "\x0c" "abcdefghijkl")
ADDED(renegotiation_info_with_a_false_length, TLSEXT_TYPE_renegotiate, "\x0c")
ADDED(fragment_length_empty, TLSEXT_TYPE_max_fragment_length, "")
ADDED(fragment_length_unknown, TLSEXT_TYPE_max_fragment_length, "\5")
ADDED(fragment_length_zero, TLSEXT_TYPE_max_fragment_length, "\0")
ADDED(fragment_length_with_bytes_behind, TLSEXT_TYPE_max_fragment_length, "\1\1")
ADDED(srp_with_nul, TLSEXT_TYPE_srp, "\2a\0")
ADDED(srp_with_a_false_length, TLSEXT_TYPE_srp, "\5a")
ADDED(npn_with_a_body, TLSEXT_TYPE_next_proto_neg, "x")
ADDED(post_handshake_auth_with_a_body, TLSEXT_TYPE_post_handshake_auth, "x")
ADDED(early_data_with_a_body, TLSEXT_TYPE_early_data, "x")
ADDED(authorities_empty, TLSEXT_TYPE_certificate_authorities, "")
ADDED(authorities_cut_off, TLSEXT_TYPE_certificate_authorities, "\0\4\0\x09" "ab")
ADDED(authorities_that_are_no_names, TLSEXT_TYPE_certificate_authorities, "\0\4\0\2ab")
ADDED(authorities_with_bytes_behind, TLSEXT_TYPE_certificate_authorities, "\0\4\0\2\x30\0x")
ADDED(cookie_that_nobody_gave, TLSEXT_TYPE_cookie, "\0\2ab")
ADDED(cookie_with_a_false_length, TLSEXT_TYPE_cookie, "\0\x09" "ab")
ADDED(encrypt_then_mac_with_a_body, TLSEXT_TYPE_encrypt_then_mac, "x")
ADDED(sct_with_a_body, TLSEXT_TYPE_signed_certificate_timestamp, "x")
ADDED(session_ticket_of_rubbish, TLSEXT_TYPE_session_ticket + 0x7700, "x")
REPLACED(session_ticket_that_is_none, TLSEXT_TYPE_session_ticket, "0123456789012345678901234567890123456789")

#define MODES TLSEXT_TYPE_psk_kex_modes
REPLACED(psk_modes_empty, MODES, "")
REPLACED(psk_modes_with_an_empty_list, MODES, "\0")
REPLACED(psk_modes_with_a_false_length, MODES, "\5\1")
REPLACED(psk_modes_with_bytes_behind, MODES, "\1\1\1")
REPLACED(psk_modes_unknown, MODES, "\1\7")

#define SHARE TLSEXT_TYPE_key_share
#define A_SHARE "\0\x1d\0\x20" "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
REPLACED(key_share_empty, SHARE, "")
REPLACED(key_share_with_a_false_length, SHARE, "\0\xff" A_SHARE)
REPLACED(key_share_with_bytes_behind, SHARE, "\0\x24" A_SHARE "x")
REPLACED(key_share_of_no_length, SHARE, "\0\4\0\x1d\0\0")
REPLACED(key_share_cut_off, SHARE, "\0\x0a\0\x1d\0\x20" "123456")
REPLACED(key_share_of_a_group_that_is_not_offered, SHARE, "\0\6\0\x18\0\2xx")
REPLACED(key_share_too_short, SHARE, "\0\6\0\x1d\0\2xx")
REPLACED(key_share_zero, SHARE, "\0\x24\0\x1d\0\x20" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
REPLACED(key_shares_that_repeat, SHARE, "\0\x48" A_SHARE A_SHARE)
DROPPED(key_share_missing, SHARE)

#define VERSIONS TLSEXT_TYPE_supported_versions
REPLACED(versions_empty, VERSIONS, "")
REPLACED(versions_with_an_empty_list, VERSIONS, "\0")
REPLACED(versions_of_odd_length, VERSIONS, "\5\3\4\3\3\3")
REPLACED(versions_with_a_false_length, VERSIONS, "\x08\3\4\3\3")
REPLACED(versions_with_bytes_behind, VERSIONS, "\4\3\4\3\3\3")
REPLACED(versions_unknown, VERSIONS, "\2\x7a\x7a")

#define PSK TLSEXT_TYPE_psk
#define A_BINDER "\x20" "01234567890123456789012345678901"
ADDED(psk_empty, PSK, "")
ADDED(psk_without_binders, PSK, "\0\x09\0\3abc\0\0\0\0")
ADDED(psk_with_an_empty_identity, PSK, "\0\6\0\0\0\0\0\0\0\x21" A_BINDER)
ADDED(psk_cut_off, PSK, "\0\x09\0\3abc\0")
ADDED(psk_with_a_false_length, PSK, "\0\x09\0\xff" "abc\0\0\0\0\0\x21" A_BINDER)
ADDED(psk_that_nobody_knows, PSK, "\0\x09\0\3abc\0\0\0\0\0\x21" A_BINDER)
ADDED(psk_with_a_short_binder, PSK, "\0\x09\0\3abc\0\0\0\0\0\4\3abc")
ADDED(psk_without_identities, PSK, "\0\0\0\x21" A_BINDER)
ADDED(psk_with_bytes_behind, PSK, "\0\x09\0\3abc\0\0\0\0\0\x21" A_BINDER "x")

static void psk_before_others(struct hello *hello)
{
    psk_that_nobody_knows(hello);
    add(hello, TLSEXT_TYPE_padding, BYTES("\0\0"));
}

static void psk_without_modes(struct hello *hello)
{
    drop(hello, MODES);
    psk_that_nobody_knows(hello);
}

static void unknown_extension(struct hello *hello)
{
    add(hello, 0x7a7a, BYTES("x"));
}

static void unknown_extension_twice(struct hello *hello)
{
    unknown_extension(hello);
    unknown_extension(hello);
}

ADDED(groups_twice, GROUPS, "\0\2\0\x1d")
ADDED(key_share_twice, SHARE, "\0\x24" A_SHARE)
ADDED(versions_twice, VERSIONS, "\2\3\3")
ADDED(ticket_twice, TLSEXT_TYPE_session_ticket, "")
ADDED(status_twice, STATUS, "\1\0\0\0\0")

static void no_extensions(struct hello *hello)
{
    hello->count = 0;
}

static void suites_of_odd_length(struct hello *hello)
{
    hello->suites_length = 5;
}

static void no_suites(struct hello *hello)
{
    hello->suites_length = 0;
}

static void no_compressions(struct hello *hello)
{
    hello->compressions_length = 0;
}

static void compressions_without_null(struct hello *hello)
{
    hello->compressions = "\1";
}

static void two_compressions(struct hello *hello)
{
    hello->compressions = "\1\0";
    hello->compressions_length = 2;
}

static void session_id_of_33_bytes(struct hello *hello)
{
    hello->session_id_length = 33;
}

static void no_session_id(struct hello *hello)
{
    hello->session_id_length = 0;
}

static void bytes_behind(struct hello *hello)
{
    hello->behind = "x";
    hello->behind_length = 1;
}

static void cut_in_the_extensions(struct hello *hello)
{
    hello->cut = 3;
}

static void legacy_version_of_ssl3(struct hello *hello)
{
    hello->legacy_version = "\3\0";
}

static void legacy_version_of_tls10(struct hello *hello)
{
    hello->legacy_version = "\3\1";
}

static void legacy_version_of_tls13(struct hello *hello)
{
    hello->legacy_version = "\3\4";
}

static void legacy_version_unknown(struct hello *hello)
{
    hello->legacy_version = "\x7a\x7a";
}

#define CASE(function) { #function, function, 0 }
#define STRICTER(versions, function) { #function, function, versions }

static const struct hello_case cases[] = {
    CASE(as_it_should_be), CASE(alpn_empty), CASE(alpn_with_an_empty_list), CASE(alpn_with_an_empty_name),
    CASE(alpn_with_an_empty_name_among_others), CASE(alpn_with_a_false_name_length),
    CASE(alpn_with_a_false_list_length), CASE(alpn_with_a_short_list_length), CASE(alpn_with_a_last_name_cut_off),
    CASE(alpn_with_one_byte), CASE(alpn_missing), CASE(alpn_twice), CASE(name_empty), CASE(name_with_an_empty_list),
    STRICTER(IN_TLS12 | IN_TLS13, name_of_no_length), CASE(name_with_nul_inside), CASE(name_with_nul_at_its_end),
    CASE(name_of_255_bytes), CASE(name_of_256_bytes), CASE(name_of_another_type), CASE(two_names),
    CASE(name_and_one_of_another_type), CASE(name_with_bytes_behind), CASE(name_with_bytes_behind_in_the_list),
    CASE(name_with_a_false_length), CASE(name_list_with_a_false_length), CASE(name_cut_off), CASE(name_with_a_space),
    CASE(name_not_ascii), CASE(name_with_a_dot_at_its_end), CASE(name_that_is_an_address), CASE(name_in_capitals),
    CASE(name_with_an_underscore), CASE(name_missing), CASE(name_twice), CASE(groups_empty),
    CASE(groups_with_an_empty_list), CASE(groups_of_odd_length), CASE(groups_with_a_false_length),
    CASE(groups_with_bytes_behind), STRICTER(IN_TLS12, groups_missing), CASE(groups_that_repeat),
    CASE(signature_algorithms_empty), CASE(signature_algorithms_with_an_empty_list),
    CASE(signature_algorithms_of_odd_length), CASE(signature_algorithms_with_a_false_length),
    CASE(signature_algorithms_with_bytes_behind), CASE(signature_algorithms_cert_empty),
    CASE(signature_algorithms_cert_with_an_empty_list), CASE(signature_algorithms_cert_of_odd_length),
    CASE(signature_algorithms_cert_with_bytes_behind), STRICTER(IN_TLS13, point_formats_empty),
    STRICTER(IN_TLS13, point_formats_with_an_empty_list), STRICTER(IN_TLS13, point_formats_with_a_false_length),
    STRICTER(IN_TLS13, point_formats_with_bytes_behind), STRICTER(IN_TLS12, point_formats_without_uncompressed),
    CASE(status_empty), CASE(status_without_ids), CASE(status_without_extensions), CASE(status_of_another_type),
    CASE(status_of_another_type_with_anything), CASE(status_with_an_empty_id), CASE(status_with_a_false_length),
    CASE(status_with_bytes_behind), CASE(status_with_extensions_that_are_none), CASE(status_with_an_id_that_is_none), CASE(status_with_an_id),
    CASE(status_with_an_id_and_a_byte_behind), CASE(authorities_as_they_should_be),
    STRICTER(IN_TLS13, extended_master_secret_with_a_body), STRICTER(IN_TLS13, renegotiation_info_empty),
    CASE(renegotiation_info_as_it_should_be), CASE(renegotiation_info_with_a_body),
    STRICTER(IN_TLS13, renegotiation_info_with_a_false_length), CASE(fragment_length_empty),
    CASE(fragment_length_unknown), CASE(fragment_length_zero), CASE(fragment_length_with_bytes_behind),
    CASE(srp_with_nul), CASE(srp_with_a_false_length), CASE(npn_with_a_body), CASE(post_handshake_auth_with_a_body),
    STRICTER(IN_TLS12, early_data_with_a_body), STRICTER(IN_TLS12, authorities_empty),
    STRICTER(IN_TLS12, authorities_cut_off), STRICTER(IN_TLS13, authorities_that_are_no_names),
    STRICTER(IN_TLS12, authorities_with_bytes_behind), CASE(cookie_that_nobody_gave),
    STRICTER(IN_TLS12 | IN_TLS13, cookie_with_a_false_length), CASE(encrypt_then_mac_with_a_body),
    CASE(sct_with_a_body), CASE(session_ticket_of_rubbish), CASE(session_ticket_that_is_none),
    STRICTER(IN_TLS12, psk_modes_empty), STRICTER(IN_TLS12, psk_modes_with_an_empty_list),
    STRICTER(IN_TLS12, psk_modes_with_a_false_length), STRICTER(IN_TLS12, psk_modes_with_bytes_behind),
    CASE(psk_modes_unknown), STRICTER(IN_TLS12, key_share_empty), STRICTER(IN_TLS12, key_share_with_a_false_length),
    STRICTER(IN_TLS12, key_share_with_bytes_behind), STRICTER(IN_TLS12, key_share_of_no_length),
    STRICTER(IN_TLS12, key_share_cut_off), CASE(key_share_of_a_group_that_is_not_offered),
    STRICTER(IN_TLS13, key_share_too_short), CASE(key_share_zero), STRICTER(IN_TLS13, key_shares_that_repeat),
    CASE(key_share_missing), CASE(versions_empty), CASE(versions_with_an_empty_list), CASE(versions_of_odd_length),
    CASE(versions_with_a_false_length), CASE(versions_with_bytes_behind), CASE(versions_unknown),
    STRICTER(IN_TLS12, psk_empty), STRICTER(IN_TLS12 | IN_TLS13, psk_without_binders),
    STRICTER(IN_TLS12, psk_with_an_empty_identity), STRICTER(IN_TLS12, psk_cut_off),
    STRICTER(IN_TLS12, psk_with_a_false_length), CASE(psk_that_nobody_knows), CASE(psk_with_a_short_binder),
    STRICTER(IN_TLS12 | IN_TLS13, psk_without_identities), STRICTER(IN_TLS12 | IN_TLS13, psk_with_bytes_behind),
    CASE(psk_before_others), CASE(psk_without_modes), CASE(unknown_extension),
    STRICTER(IN_TLS12 | IN_TLS13, unknown_extension_twice), CASE(groups_twice), CASE(key_share_twice),
    CASE(versions_twice), CASE(ticket_twice), CASE(status_twice), STRICTER(IN_TLS12 | IN_TLS13, no_extensions),
    CASE(suites_of_odd_length), CASE(no_suites), CASE(no_compressions), CASE(compressions_without_null),
    CASE(two_compressions), CASE(session_id_of_33_bytes), CASE(no_session_id), CASE(bytes_behind),
    CASE(cut_in_the_extensions), CASE(legacy_version_of_ssl3), STRICTER(IN_TLS12, legacy_version_of_tls10),
    CASE(legacy_version_of_tls13), CASE(legacy_version_unknown),
};

/* ---- giving them to a server ---- */

static void show_answer(BIO *from)
{
    unsigned char answer[LONGEST];
    int length = BIO_read(from, answer, sizeof(answer));

    for (int at = 0; at + 7 <= length; at += 5 + (answer[at + 3] << 8 | answer[at + 4])) {
        if (answer[at] == SSL3_RT_ALERT)
            fprintf(report, "  alert %d %d\n", answer[at + 5], answer[at + 6]);
        else if (answer[at] == SSL3_RT_HANDSHAKE && at == 0)
            fprintf(report, "  answered\n");
    }
}

/* What the callbacks saw meanwhile is not compared. */
static void check_refused(SSL *ssl)
{
    FILE *kept = report;

    report = fopen("/dev/null", "w");
    CHECK(report != NULL);
    CHECK_EQ(SSL_accept(ssl), -1);
    if (on_reprise())
        CHECK_EQ(SSL_get_error(ssl, -1), SSL_ERROR_SSL);
    fclose(report);
    report = kept;
    ERR_clear_error();
    SSL_free(ssl);
}

static void give(SSL_CTX *context, const struct hello_case *one, const struct protocol *protocol)
{
    struct hello hello;
    SSL *ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    int result, error;
    unsigned long code;

    status_type = 0;
    SSL_set_bio(ssl, in, out);
    SSL_set_accept_state(ssl);
    usual(&hello, protocol);
    one->change(&hello);
    encode(&hello);
    fprintf(report, "-- %s, %s\n", one->name, protocol->name);
    CHECK_EQ(BIO_write(in, bytes, (int)written), written);
    ERR_clear_error();
    if (one->stricter & (protocol == &TLS12 ? IN_TLS12 : IN_TLS13)) {
        check_refused(ssl);
        return;
    }
    result = SSL_accept(ssl);
    error = SSL_get_error(ssl, result);
    fprintf(report, "  SSL_accept %d, error %d", result, error);
    while ((code = ERR_get_error()) != 0)
        if (ERR_GET_LIB(code) == ERR_LIB_SSL)
            fprintf(report, ", reason %d", ERR_GET_REASON(code));
    fprintf(report, "\n  status callback, type %ld\n", status_type);
    show_answer(out);
    fprintf(report, "  name %s\n", SSL_get_servername(ssl, 0) == NULL ? "none" : SSL_get_servername(ssl, 0));
    ERR_clear_error();
    SSL_free(ssl);
}

static SSL_CTX *watching_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    use_credentials(context, pki_server());
    SSL_CTX_set_client_hello_cb(context, show_hello, NULL);
    SSL_CTX_set_tlsext_servername_callback(context, show_name);
    SSL_CTX_set_alpn_select_cb(context, show_protocols, NULL);
    SSL_CTX_set_cert_cb(context, show_certificate_choice, NULL);
    SSL_CTX_set_tlsext_status_cb(context, show_status);
    return context;
}

static void give_all(const struct protocol *protocol)
{
    SSL_CTX *context = watching_context();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        give(context, &cases[i], protocol);
    SSL_CTX_free(context);
}

static void give_all_tls12(void)
{
    give_all(&TLS12);
}

static void give_all_tls13(void)
{
    give_all(&TLS13);
}

/* The answers of a servername callback. */
static void answer_names(void)
{
    static const int answers[] = { SSL_TLSEXT_ERR_OK, SSL_TLSEXT_ERR_ALERT_WARNING, SSL_TLSEXT_ERR_ALERT_FATAL,
                                   SSL_TLSEXT_ERR_NOACK };
    static const struct hello_case usual_one = CASE(as_it_should_be), without_name = CASE(name_missing);
    SSL_CTX *context = watching_context();

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        name_answer = answers[i];
        fprintf(report, "-- answer %d\n", name_answer);
        give(context, &usual_one, &TLS12);
        give(context, &usual_one, &TLS13);
        give(context, &without_name, &TLS12);
        give(context, &without_name, &TLS13);
    }
    SSL_CTX_free(context);
}

/* DIRECTORY NAME WHAT */
static int work(int argc, char **argv)
{
    CHECK_EQ(argc, 3);
    report_calls(argv[0], argv[1], strcmp(argv[2], "names") == 0          ? answer_names
                                   : strcmp(argv[2], TLS12.name) == 0 ? give_all_tls12
                                                                      : give_all_tls13);
    return 0;
}

static void a_malformed_hello_is_refused_before_the_program_sees_it(const struct protocol *protocol)
{
    compare_calls(protocol->name);
}

static void the_answer_to_a_host_name_is_told_to_the_client(void)
{
    compare_calls("names");
}

WORKER_MAIN(work, TEST_EACH(a_malformed_hello_is_refused_before_the_program_sees_it),
            TEST(the_answer_to_a_host_name_is_told_to_the_client))
