/*
 * ClientHellos that no client sends: what a server shows its program of them, and how it refuses them. Everything that
 * a callback is given or a getter gives out has been checked before (RFC 8446, section 4.2; RFC 5246, section 7.4.1.2).
 *
 * A worker gives each hello to a server of each library. What the callbacks saw, the alert and the reason must be the
 * same, except where docs/differences.md allows to differ.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "pair.h"
#include "shown_hello.h"
#include "worker.h"
#include "written_hello.h"

/* ---- the hellos ---- */

#define ALPN TLSEXT_TYPE_application_layer_protocol_negotiation
#define SNI TLSEXT_TYPE_server_name
#define GROUPS TLSEXT_TYPE_supported_groups
#define SIGALGS TLSEXT_TYPE_signature_algorithms
#define SIGALGS_CERT TLSEXT_TYPE_signature_algorithms_cert
#define POINTS TLSEXT_TYPE_ec_point_formats
#define STATUS TLSEXT_TYPE_status_request
#define MODES TLSEXT_TYPE_psk_kex_modes
#define SHARE TLSEXT_TYPE_key_share
#define A_SHARE "\0\x1d\0\x20" \
                "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define VERSIONS TLSEXT_TYPE_supported_versions
#define PSK TLSEXT_TYPE_psk
#define A_BINDER "\x20" \
                 "01234567890123456789012345678901"
#define LONG_NAME                                                      \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void as_it_should_be(struct hello *hello)
{
    (void)hello;
}

/* The extension that must be the last. */
static void add_psk(struct hello *hello)
{
    hello_add(hello, PSK, BYTES("\0\x09\0\3abc\0\0\0\0\0\x21" A_BINDER));
}

static void psk_before_others(struct hello *hello)
{
    add_psk(hello);
    hello_add(hello, TLSEXT_TYPE_padding, BYTES("\0\0"));
}

static void psk_without_modes(struct hello *hello)
{
    hello_drop(hello, MODES);
    add_psk(hello);
}

static void unknown_extension(struct hello *hello)
{
    hello_add(hello, 0x7a7a, BYTES("x"));
}

static void unknown_extension_twice(struct hello *hello)
{
    unknown_extension(hello);
    unknown_extension(hello);
}

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

/* Versions in which Reprise refuses the hello for the engine's reasons: it reads extensions that count in the other
 * version only, takes no two of one kind, and so on (docs/differences.md). */
enum {
    IN_TLS12 = 1,
    IN_TLS13 = 2
};

/* A hello that differs from the usual one in an extension, or by a function. */
struct hello_case {
    const char *name;
    enum {
        REPLACES,
        ADDS,
        DROPS
    } how;
    int type;
    const char *text;
    size_t length;
    void (*change)(struct hello *hello);
    int stricter;
};

#define REPLACED(case_name, extension, contents) \
    .name = #case_name, .how = REPLACES, .type = extension, .text = contents, .length = sizeof(contents) - 1
#define ADDED(case_name, extension, contents) \
    .name = #case_name, .how = ADDS, .type = extension, .text = contents, .length = sizeof(contents) - 1
#define DROPPED(case_name, extension) .name = #case_name, .how = DROPS, .type = extension
#define CHANGED(function) .name = #function, .change = function

/* clang-format off */
static const struct hello_case cases[] = {
    { CHANGED(as_it_should_be) },
    { REPLACED(alpn_empty, ALPN, "") },
    { REPLACED(alpn_with_an_empty_list, ALPN, "\0\0") },
    { REPLACED(alpn_with_an_empty_name, ALPN, "\0\1\0") },
    { REPLACED(alpn_with_an_empty_name_among_others, ALPN, "\0\7\2h2\0\2h3") },
    { REPLACED(alpn_with_a_false_name_length, ALPN, "\0\3\xffh2") },
    { REPLACED(alpn_with_a_false_list_length, ALPN, "\0\x0c\2h2") },
    { REPLACED(alpn_with_a_short_list_length, ALPN, "\0\3\2h2\2h3") },
    { REPLACED(alpn_with_a_last_name_cut_off, ALPN, "\0\6\2h2\5h3") },
    { REPLACED(alpn_with_one_byte, ALPN, "\0") },
    { DROPPED(alpn_missing, ALPN) },
    { ADDED(alpn_twice, ALPN, "\0\3\2h2") },
    { REPLACED(name_empty, SNI, "") },
    { REPLACED(name_with_an_empty_list, SNI, "\0\0") },
    { REPLACED(name_of_no_length, SNI, "\0\3\0\0\0"), .stricter = IN_TLS12 | IN_TLS13 },
    { REPLACED(name_with_nul_inside, SNI, "\0\6\0\0\3a\0b") },
    { REPLACED(name_with_nul_at_its_end, SNI, "\0\5\0\0\2a\0") },
    { REPLACED(name_of_255_bytes, SNI, "\1\2\0\0\xff" LONG_NAME) },
    { REPLACED(name_of_256_bytes, SNI, "\1\3\0\1\0" LONG_NAME "a") },
    { REPLACED(name_of_another_type, SNI, "\0\4\1\0\1a") },
    { REPLACED(two_names, SNI, "\0\x08\0\0\1a\0\0\1b") },
    { REPLACED(name_and_one_of_another_type, SNI, "\0\x08\0\0\1a\1\0\1b") },
    { REPLACED(name_with_bytes_behind, SNI, "\0\4\0\0\1ab") },
    { REPLACED(name_with_bytes_behind_in_the_list, SNI, "\0\5\0\0\1ab") },
    { REPLACED(name_with_a_false_length, SNI, "\0\4\0\0\xff" "a") },
    { REPLACED(name_list_with_a_false_length, SNI, "\0\xff\0\0\1a") },
    { REPLACED(name_cut_off, SNI, "\0\2\0\0") },
    { REPLACED(name_with_a_space, SNI, "\0\6\0\0\3a b") },
    { REPLACED(name_not_ascii, SNI, "\0\6\0\0\3\xff\xfe\xfd") },
    { REPLACED(name_with_a_dot_at_its_end, SNI, "\0\5\0\0\2a.") },
    { REPLACED(name_that_is_an_address, SNI, "\0\x0c\0\0\x09" "127.0.0.1") },
    { REPLACED(name_in_capitals, SNI, "\0\x0c\0\0\x09" "LOCALHOST") },
    { REPLACED(name_with_an_underscore, SNI, "\0\6\0\0\3a_b") },
    { DROPPED(name_missing, SNI) },
    { ADDED(name_twice, SNI, "\0\4\0\0\1a") },
    { REPLACED(groups_empty, GROUPS, "") },
    { REPLACED(groups_with_an_empty_list, GROUPS, "\0\0") },
    { REPLACED(groups_of_odd_length, GROUPS, "\0\5\0\x1d\0\x17\0") },
    { REPLACED(groups_with_a_false_length, GROUPS, "\0\xff\0\x1d\0\x17") },
    { REPLACED(groups_with_bytes_behind, GROUPS, "\0\4\0\x1d\0\x17\0") },
    { DROPPED(groups_missing, GROUPS), .stricter = IN_TLS12 },
    { REPLACED(groups_that_repeat, GROUPS, "\0\6\0\x17\0\x1d\0\x17") },
    { REPLACED(signature_algorithms_empty, SIGALGS, "") },
    { REPLACED(signature_algorithms_with_an_empty_list, SIGALGS, "\0\0") },
    { REPLACED(signature_algorithms_of_odd_length, SIGALGS, "\0\5\4\3\x08\4\4") },
    { REPLACED(signature_algorithms_with_a_false_length, SIGALGS, "\0\xff\4\3\x08\4") },
    { REPLACED(signature_algorithms_with_bytes_behind, SIGALGS, "\0\4\4\3\x08\4\4") },
    { ADDED(signature_algorithms_cert_empty, SIGALGS_CERT, "") },
    { ADDED(signature_algorithms_cert_with_an_empty_list, SIGALGS_CERT, "\0\0") },
    { ADDED(signature_algorithms_cert_of_odd_length, SIGALGS_CERT, "\0\3\4\3\x08") },
    { ADDED(signature_algorithms_cert_with_bytes_behind, SIGALGS_CERT, "\0\2\4\3\x08") },
    { REPLACED(point_formats_empty, POINTS, ""), .stricter = IN_TLS13 },
    { REPLACED(point_formats_with_an_empty_list, POINTS, "\0"), .stricter = IN_TLS13 },
    { REPLACED(point_formats_with_a_false_length, POINTS, "\5\0"), .stricter = IN_TLS13 },
    { REPLACED(point_formats_with_bytes_behind, POINTS, "\1\0\0"), .stricter = IN_TLS13 },
    { REPLACED(point_formats_without_uncompressed, POINTS, "\1\1"), .stricter = IN_TLS12 },
    { REPLACED(status_empty, STATUS, "") },
    { REPLACED(status_without_ids, STATUS, "\1") },
    { REPLACED(status_without_extensions, STATUS, "\1\0\0") },
    { REPLACED(status_of_another_type, STATUS, "\2") },
    { REPLACED(status_of_another_type_with_anything, STATUS, "\2\xff\xff\xff") },
    { REPLACED(status_with_an_empty_id, STATUS, "\1\0\2\0\0\0\0") },
    { REPLACED(status_with_a_false_length, STATUS, "\1\xff\0\0\0") },
    { REPLACED(status_with_bytes_behind, STATUS, "\1\0\0\0\0x") },
    { REPLACED(status_with_extensions_that_are_none, STATUS, "\1\0\0\0\3abc") },
    { REPLACED(status_with_an_id_that_is_none, STATUS, "\1\0\5\0\3abc\0\0") },
    { REPLACED(status_with_an_id, STATUS, "\1\0\x1a\0\x18\xa2\x16\4\x14" "01234567890123456789" "\0\0") },
    { REPLACED(status_with_an_id_and_a_byte_behind, STATUS, "\1\0\x1b\0\x19\xa2\x16\4\x14" "01234567890123456789x" "\0\0") },
    { ADDED(authorities_as_they_should_be, TLSEXT_TYPE_certificate_authorities, "\0\4\0\2\x30\0") },
    { REPLACED(extended_master_secret_with_a_body, TLSEXT_TYPE_extended_master_secret, "\0"), .stricter = IN_TLS13 },
    { ADDED(renegotiation_info_empty, TLSEXT_TYPE_renegotiate, ""), .stricter = IN_TLS13 },
    { ADDED(renegotiation_info_as_it_should_be, TLSEXT_TYPE_renegotiate, "\0") },
    { ADDED(renegotiation_info_with_a_body, TLSEXT_TYPE_renegotiate, "\x0c" "abcdefghijkl") },
    { ADDED(renegotiation_info_with_a_false_length, TLSEXT_TYPE_renegotiate, "\x0c"), .stricter = IN_TLS13 },
    { ADDED(fragment_length_empty, TLSEXT_TYPE_max_fragment_length, "") },
    { ADDED(fragment_length_unknown, TLSEXT_TYPE_max_fragment_length, "\5") },
    { ADDED(fragment_length_zero, TLSEXT_TYPE_max_fragment_length, "\0") },
    { ADDED(fragment_length_with_bytes_behind, TLSEXT_TYPE_max_fragment_length, "\1\1") },
    { ADDED(srp_with_nul, TLSEXT_TYPE_srp, "\2a\0") },
    { ADDED(srp_with_a_false_length, TLSEXT_TYPE_srp, "\5a") },
    { ADDED(npn_with_a_body, TLSEXT_TYPE_next_proto_neg, "x") },
    { ADDED(post_handshake_auth_with_a_body, TLSEXT_TYPE_post_handshake_auth, "x") },
    { ADDED(early_data_with_a_body, TLSEXT_TYPE_early_data, "x"), .stricter = IN_TLS12 },
    { ADDED(authorities_empty, TLSEXT_TYPE_certificate_authorities, ""), .stricter = IN_TLS12 },
    { ADDED(authorities_cut_off, TLSEXT_TYPE_certificate_authorities, "\0\4\0\x09" "ab"), .stricter = IN_TLS12 },
    { ADDED(authorities_that_are_no_names, TLSEXT_TYPE_certificate_authorities, "\0\4\0\2ab"), .stricter = IN_TLS13 },
    { ADDED(authorities_with_bytes_behind, TLSEXT_TYPE_certificate_authorities, "\0\4\0\2\x30\0x"), .stricter = IN_TLS12 },
    { ADDED(cookie_that_nobody_gave, TLSEXT_TYPE_cookie, "\0\2ab") },
    { ADDED(cookie_with_a_false_length, TLSEXT_TYPE_cookie, "\0\x09" "ab"), .stricter = IN_TLS12 | IN_TLS13 },
    { ADDED(encrypt_then_mac_with_a_body, TLSEXT_TYPE_encrypt_then_mac, "x") },
    { ADDED(sct_with_a_body, TLSEXT_TYPE_signed_certificate_timestamp, "x") },
    { ADDED(session_ticket_of_rubbish, TLSEXT_TYPE_session_ticket + 0x7700, "x") },
    { REPLACED(session_ticket_that_is_none, TLSEXT_TYPE_session_ticket, "0123456789012345678901234567890123456789") },
    { REPLACED(psk_modes_empty, MODES, ""), .stricter = IN_TLS12 },
    { REPLACED(psk_modes_with_an_empty_list, MODES, "\0"), .stricter = IN_TLS12 },
    { REPLACED(psk_modes_with_a_false_length, MODES, "\5\1"), .stricter = IN_TLS12 },
    { REPLACED(psk_modes_with_bytes_behind, MODES, "\1\1\1"), .stricter = IN_TLS12 },
    { REPLACED(psk_modes_unknown, MODES, "\1\7") },
    { REPLACED(key_share_empty, SHARE, ""), .stricter = IN_TLS12 },
    { REPLACED(key_share_with_a_false_length, SHARE, "\0\xff" A_SHARE), .stricter = IN_TLS12 },
    { REPLACED(key_share_with_bytes_behind, SHARE, "\0\x24" A_SHARE "x"), .stricter = IN_TLS12 },
    { REPLACED(key_share_of_no_length, SHARE, "\0\4\0\x1d\0\0"), .stricter = IN_TLS12 },
    { REPLACED(key_share_cut_off, SHARE, "\0\x0a\0\x1d\0\x20" "123456"), .stricter = IN_TLS12 },
    { REPLACED(key_share_of_a_group_that_is_not_offered, SHARE, "\0\6\0\x18\0\2xx") },
    { REPLACED(key_share_too_short, SHARE, "\0\6\0\x1d\0\2xx"), .stricter = IN_TLS13 },
    { REPLACED(key_share_zero, SHARE, "\0\x24\0\x1d\0\x20" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
    { REPLACED(key_shares_that_repeat, SHARE, "\0\x48" A_SHARE A_SHARE), .stricter = IN_TLS13 },
    { DROPPED(key_share_missing, SHARE) },
    { REPLACED(versions_empty, VERSIONS, "") },
    { REPLACED(versions_with_an_empty_list, VERSIONS, "\0") },
    { REPLACED(versions_of_odd_length, VERSIONS, "\5\3\4\3\3\3") },
    { REPLACED(versions_with_a_false_length, VERSIONS, "\x08\3\4\3\3") },
    { REPLACED(versions_with_bytes_behind, VERSIONS, "\4\3\4\3\3\3") },
    { REPLACED(versions_unknown, VERSIONS, "\2\x7a\x7a") },
    { ADDED(psk_empty, PSK, ""), .stricter = IN_TLS12 },
    { ADDED(psk_without_binders, PSK, "\0\x09\0\3abc\0\0\0\0"), .stricter = IN_TLS12 | IN_TLS13 },
    { ADDED(psk_with_an_empty_identity, PSK, "\0\6\0\0\0\0\0\0\0\x21" A_BINDER), .stricter = IN_TLS12 },
    { ADDED(psk_cut_off, PSK, "\0\x09\0\3abc\0"), .stricter = IN_TLS12 },
    { ADDED(psk_with_a_false_length, PSK, "\0\x09\0\xff" "abc\0\0\0\0\0\x21" A_BINDER), .stricter = IN_TLS12 },
    { ADDED(psk_that_nobody_knows, PSK, "\0\x09\0\3abc\0\0\0\0\0\x21" A_BINDER) },
    { ADDED(psk_with_a_short_binder, PSK, "\0\x09\0\3abc\0\0\0\0\0\4\3abc") },
    { ADDED(psk_without_identities, PSK, "\0\0\0\x21" A_BINDER), .stricter = IN_TLS12 | IN_TLS13 },
    { ADDED(psk_with_bytes_behind, PSK, "\0\x09\0\3abc\0\0\0\0\0\x21" A_BINDER "x"), .stricter = IN_TLS12 | IN_TLS13 },
    { CHANGED(psk_before_others) },
    { CHANGED(psk_without_modes) },
    { CHANGED(unknown_extension) },
    { CHANGED(unknown_extension_twice), .stricter = IN_TLS12 | IN_TLS13 },
    { ADDED(groups_twice, GROUPS, "\0\2\0\x1d") },
    { ADDED(key_share_twice, SHARE, "\0\x24" A_SHARE) },
    { ADDED(versions_twice, VERSIONS, "\2\3\3") },
    { ADDED(ticket_twice, TLSEXT_TYPE_session_ticket, "") },
    { ADDED(status_twice, STATUS, "\1\0\0\0\0") },
    { CHANGED(no_extensions), .stricter = IN_TLS12 | IN_TLS13 },
    { CHANGED(suites_of_odd_length) },
    { CHANGED(no_suites) },
    { CHANGED(no_compressions) },
    { CHANGED(compressions_without_null) },
    { CHANGED(two_compressions) },
    { CHANGED(session_id_of_33_bytes) },
    { CHANGED(no_session_id) },
    { CHANGED(bytes_behind) },
    { CHANGED(cut_in_the_extensions) },
    { CHANGED(legacy_version_of_ssl3) },
    { CHANGED(legacy_version_of_tls10), .stricter = IN_TLS12 },
    { CHANGED(legacy_version_of_tls13) },
    { CHANGED(legacy_version_unknown) },
};
/* clang-format on */

static void change(struct hello *hello, const struct hello_case *one)
{
    if (one->change != NULL)
        one->change(hello);
    else if (one->how == REPLACES)
        hello_replace(hello, one->type, one->text, one->length);
    else if (one->how == ADDS)
        hello_add(hello, one->type, one->text, one->length);
    else
        hello_drop(hello, one->type);
}

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

/* What the callbacks saw is not compared. */
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
    const unsigned char *bytes;
    size_t length;

    status_type = 0;
    SSL_set_bio(ssl, in, out);
    SSL_set_accept_state(ssl);
    hello_usual(&hello, protocol);
    change(&hello, one);
    bytes = hello_encode(&hello, &length);
    fprintf(report, "-- %s, %s\n", one->name, protocol->name);
    CHECK_EQ(BIO_write(in, bytes, (int)length), length);
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

static void give_all(const struct protocol *protocol)
{
    SSL_CTX *context = showing_context();

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
    static const struct hello_case usual_one = { CHANGED(as_it_should_be) }, without_name = { DROPPED(name_missing, SNI) };
    SSL_CTX *context = showing_context();

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        servername_answer = answers[i];
        fprintf(report, "-- answer %d\n", servername_answer);
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
    if (strcmp(argv[2], "names") == 0)
        report_calls(argv[0], argv[1], answer_names);
    else
        report_calls(argv[0], argv[1], strcmp(argv[2], TLS12.name) == 0 ? give_all_tls12 : give_all_tls13);
    return 0;
}

static void a_malformed_hello_is_refused_before_the_program_sees_it(const struct protocol *protocol)
{
    compare_calls(protocol->name);
}

static void the_answer_to_a_server_name_is_sent_to_the_client(void)
{
    compare_calls("names");
}

WORKER_MAIN(work, TEST_EACH(a_malformed_hello_is_refused_before_the_program_sees_it),
            TEST(the_answer_to_a_server_name_is_sent_to_the_client))
