/* Configuration by commands and by sections of a configuration file: SSL_CONF_cmd(3),
 * SSL_CTX_config(3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

#define CMDLINE SSL_CONF_FLAG_CMDLINE
#define INFILE SSL_CONF_FLAG_FILE
#define CLIENT SSL_CONF_FLAG_CLIENT
#define SERVER SSL_CONF_FLAG_SERVER
#define BOTH (CLIENT | SERVER)
#define CERT SSL_CONF_FLAG_CERTIFICATE
#define SHOW SSL_CONF_FLAG_SHOW_ERRORS

enum { FAILED = 0, ONE = 1, TWO = 2, UNKNOWN = -2, MISSING = -3 };

/* A command, and what it returns for a context, for a connection and for nothing. */
struct command {
    unsigned flags;
    const char *name;
    const char *value;
    int type;
    int result;
    int result_for_nothing;
};

static const struct command commands[] = {
    /* Names of the command line are spelt exactly and have a dash; names in files are not and
     * have none. */
    { CMDLINE | BOTH, "-cipher", "HIGH", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE | BOTH, "cipher", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "-CIPHER", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "--cipher", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "-", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "-CipherString", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { INFILE | BOTH, "CipherString", "HIGH", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | BOTH, "CIPHERSTRING", "HIGH", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | BOTH, "-CipherString", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { INFILE | BOTH, "cipher", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { BOTH, "CipherString", "HIGH", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "-cipher", NULL, SSL_CONF_TYPE_STRING, MISSING, MISSING },
    { INFILE | BOTH, "Protocol", NULL, SSL_CONF_TYPE_STRING, MISSING, MISSING },

    /* Switches have no value, and exist for their role only. */
    { CMDLINE, "-no_ticket", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_ticket", "unused", SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-bugs", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_comp", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-comp", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-strict", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_ssl3", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_tls1", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_tls1_1", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_middlebox", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE, "-no_etm", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE | SERVER, "-serverpref", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE | CLIENT, "-serverpref", NULL, SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | CLIENT, "-legacy_server_connect", NULL, SSL_CONF_TYPE_NONE, ONE, ONE },
    { CMDLINE | SERVER, "-legacy_server_connect", NULL, SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { INFILE | BOTH, "no_ticket", NULL, SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "-tls1_2", NULL, SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | BOTH, "-verify", "1", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },

    /* Lists. */
    { CMDLINE, "-cipher", "NONSENSE", SSL_CONF_TYPE_STRING, FAILED, TWO },
    { CMDLINE, "-cipher", "DEFAULT@SECLEVEL=9", SSL_CONF_TYPE_STRING, FAILED, TWO },
    { CMDLINE, "-ciphersuites", "TLS_AES_128_GCM_SHA256", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE, "-ciphersuites", "NONSENSE", SSL_CONF_TYPE_STRING, FAILED, TWO },
    { CMDLINE, "-ciphersuites", "", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE, "ciphersuites", "TLS_AES_256_GCM_SHA384:NONSENSE", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE, "-sigalgs", "ECDSA+SHA256:rsa_pss_rsae_sha256", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE, "-sigalgs", "NONSENSE", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE, "SignatureAlgorithms", "", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { CMDLINE, "-client_sigalgs", "ed25519", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE | SERVER, "-named_curve", "P-256", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE | SERVER, "-named_curve", "auto", SSL_CONF_TYPE_STRING, TWO, TWO },
    { CMDLINE | SERVER, "-named_curve", "P-256:P-384", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE | SERVER, "ECDHParameters", "Automatic", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | SERVER, "ECDHParameters", "+automatic", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | CLIENT, "ECDHParameters", "P-256", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },

    /* Versions. A limit needs a target, and is spelt exactly. */
    { CMDLINE, "-min_protocol", "TLSv1.2", SSL_CONF_TYPE_STRING, TWO, FAILED },
    { CMDLINE, "-min_protocol", "TLSv1", SSL_CONF_TYPE_STRING, TWO, FAILED },
    { CMDLINE, "-min_protocol", "DTLSv1.2", SSL_CONF_TYPE_STRING, TWO, FAILED },
    { CMDLINE, "-min_protocol", "tlsv1.2", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { CMDLINE, "-min_protocol", "TLSv1.0", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { CMDLINE, "-max_protocol", "None", SSL_CONF_TYPE_STRING, TWO, FAILED },
    { CMDLINE, "-max_protocol", "", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE | BOTH, "Protocol", "ALL,-SSLv3, -tlsv1", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | BOTH, "Protocol", "-ALL,TLSv1.2", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | BOTH, "Protocol", "TLSv1.0", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE | BOTH, "Protocol", "", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE, "Protocol", "ALL", SSL_CONF_TYPE_STRING, FAILED, FAILED },

    /* Options. */
    { INFILE | BOTH, "Options", "-SessionTicket,+bugs", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | BOTH, "Options", "SessionTicket,", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE | CLIENT, "Options", "ServerPreference", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE | SERVER, "Options", "DHSingle,ECDHSingle", SSL_CONF_TYPE_STRING, TWO, TWO },
    { INFILE | SERVER, "VerifyMode", "Peer", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { INFILE | SERVER, "VerifyMode", "Require,Once", SSL_CONF_TYPE_STRING, TWO, TWO },

    /* Numbers. */
    { CMDLINE | SERVER, "-num_tickets", "3", SSL_CONF_TYPE_STRING, TWO, FAILED },
    { CMDLINE | SERVER, "-num_tickets", "-1", SSL_CONF_TYPE_STRING, FAILED, FAILED },
    { CMDLINE, "-record_padding", "0", SSL_CONF_TYPE_STRING, TWO, FAILED },
    { CMDLINE, "-record_padding", "16385", SSL_CONF_TYPE_STRING, FAILED, FAILED },

    /* Files need a flag of their own. */
    { CMDLINE, "-cert", "/no/such/file", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { CMDLINE | CERT, "-cert", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, TWO },
    { CMDLINE | CERT, "-key", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, TWO },
    { INFILE | CERT, "VerifyCAFile", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, TWO },
    { INFILE | CERT, "VerifyCAPath", "/no/such/directory", SSL_CONF_TYPE_DIR, TWO, TWO },
    { INFILE | CERT, "VerifyCAStore", "/no/such/store", SSL_CONF_TYPE_STORE, FAILED, TWO },
    { CMDLINE | CERT, "-chainCAfile", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, TWO },
    { INFILE | CERT, "RequestCAFile", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, FAILED },
    { INFILE | CERT, "ClientCAFile", "/no/such/file", SSL_CONF_TYPE_UNKNOWN, UNKNOWN, UNKNOWN },
    { INFILE | CERT | SERVER, "ClientCAFile", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, FAILED },
    { INFILE | CERT | SERVER, "DHParameters", "/no/such/file", SSL_CONF_TYPE_FILE, FAILED, TWO },
};

static SSL_CONF_CTX *new_configuration(unsigned flags)
{
    SSL_CONF_CTX *configuration = SSL_CONF_CTX_new();

    CHECK(configuration != NULL);
    CHECK_EQ(SSL_CONF_CTX_set_flags(configuration, flags), flags);
    return configuration;
}

static void expect(SSL_CONF_CTX *configuration, const struct command *command, int result)
{
    int got = SSL_CONF_cmd(configuration, command->name, command->value);

    if (got != result)
        fprintf(stderr, "%s %s returned %d instead of %d\n", command->name,
                command->value == NULL ? "(no value)" : command->value, got, result);
    CHECK_EQ(got, result);
    ERR_clear_error();
}

static void commands_return_what_the_manual_says(void)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        SSL_CTX *context = SSL_CTX_new(TLS_method());
        SSL *ssl = SSL_new(context);
        SSL_CONF_CTX *configuration = new_configuration(commands[i].flags);

        ERR_clear_error();
        CHECK_EQ(SSL_CONF_cmd_value_type(configuration, commands[i].name), commands[i].type);
        CHECK_NO_ERROR();
        expect(configuration, &commands[i], commands[i].result_for_nothing);
        SSL_CONF_CTX_set_ssl_ctx(configuration, context);
        expect(configuration, &commands[i], commands[i].result);
        SSL_CONF_CTX_set_ssl(configuration, ssl);
        expect(configuration, &commands[i], commands[i].result);
        SSL_CONF_CTX_set_ssl(configuration, NULL);
        expect(configuration, &commands[i], commands[i].result_for_nothing);
        SSL_CONF_CTX_free(configuration);
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
}

static void flags_are_added_and_taken_away(void)
{
    SSL_CONF_CTX *configuration = new_configuration(INFILE);

    CHECK_EQ(SSL_CONF_CTX_set_flags(configuration, BOTH), INFILE | BOTH);
    CHECK_EQ(SSL_CONF_CTX_clear_flags(configuration, SERVER | CMDLINE), INFILE | CLIENT);
    SSL_CONF_CTX_free(configuration);
    SSL_CONF_CTX_free(NULL);
}

static void a_prefix_replaces_the_dash(void)
{
    SSL_CONF_CTX *configuration = new_configuration(CMDLINE);

    CHECK_EQ(SSL_CONF_CTX_set1_prefix(configuration, "ssl_"), 1);
    CHECK_EQ(SSL_CONF_cmd(configuration, "ssl_cipher", "HIGH"), TWO);
    CHECK_EQ(SSL_CONF_cmd(configuration, "SSL_cipher", "HIGH"), UNKNOWN);
    CHECK_EQ(SSL_CONF_cmd(configuration, "-cipher", "HIGH"), UNKNOWN);
    CHECK_EQ(SSL_CONF_cmd(configuration, "ssl_", "HIGH"), UNKNOWN);
    SSL_CONF_CTX_clear_flags(configuration, CMDLINE);
    SSL_CONF_CTX_set_flags(configuration, INFILE);
    CHECK_EQ(SSL_CONF_cmd(configuration, "SSL_cipherstring", "HIGH"), TWO);
    CHECK_EQ(SSL_CONF_cmd(configuration, "cipherstring", "HIGH"), UNKNOWN);
    CHECK_EQ(SSL_CONF_CTX_set1_prefix(configuration, NULL), 1);
    CHECK_EQ(SSL_CONF_cmd(configuration, "cipherstring", "HIGH"), TWO);
    CHECK_NO_ERROR();
    SSL_CONF_CTX_free(configuration);
}

static const char *last_error_text(int reason)
{
    const char *text = "";
    int flags = 0;
    unsigned long code = ERR_peek_last_error_all(NULL, NULL, NULL, &text, &flags);

    CHECK_EQ(ERR_GET_REASON(code), reason);
    return (flags & ERR_TXT_STRING) != 0 ? text : "";
}

static void errors_name_the_command_if_wanted(void)
{
    SSL_CONF_CTX *configuration = new_configuration(INFILE | BOTH);

    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", "Nonsense"), FAILED);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Nonsense", "x"), UNKNOWN);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", NULL), MISSING);
    CHECK_NO_ERROR();
    SSL_CONF_CTX_set_flags(configuration, SHOW);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", "Nonsense"), FAILED);
    CHECK_STR(last_error_text(SSL_R_BAD_VALUE), "cmd=Options, value=Nonsense");
    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", NULL), MISSING);
    CHECK_STR(last_error_text(SSL_R_BAD_VALUE), "cmd=Options, value=<EMPTY>");
    CHECK_EQ(SSL_CONF_cmd(configuration, "Nonsense", "x"), UNKNOWN);
    CHECK_STR(last_error_text(SSL_R_UNKNOWN_CMD_NAME), "cmd=Nonsense");
    CHECK_EQ(SSL_CONF_CTX_clear_flags(configuration, SHOW), INFILE | BOTH);
    ERR_clear_error();
    CHECK_EQ(SSL_CONF_cmd(configuration, NULL, "x"), FAILED);
    CHECK_REASON(SSL_R_INVALID_NULL_CMD_NAME);
    SSL_CONF_CTX_free(configuration);
}

static void a_command_line_is_taken_apart(void)
{
    char *arguments[] = { "-no_ticket", "-min_protocol", "TLSv1.2", "-port", "1", "-cipher", NULL };
    char **at = arguments;
    int count = 6;
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *configuration = new_configuration(INFILE | BOTH);

    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, &count, &at), ONE);
    CHECK_EQ(SSL_CONF_CTX_set_flags(configuration, 0), CMDLINE | BOTH);
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, &count, &at), TWO);
    CHECK_EQ(count, 3);
    CHECK_STR(*at, "-port");
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, &count, &at), 0);
    CHECK_STR(*at, "-port");
    at += 2;
    count -= 2;
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, &count, &at), MISSING);
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, NULL, &at), MISSING);
    at++;
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, NULL, &at), 0);
    count = 0;
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, &count, &at), 0);
    CHECK((SSL_CTX_get_options(context) & SSL_OP_NO_TICKET) != 0);
    CHECK_EQ(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);

    char *wrong[] = { "-min_protocol", "TLSv9", NULL };
    at = wrong;
    CHECK_EQ(SSL_CONF_cmd_argv(configuration, NULL, &at), -1);
    CHECK(at == wrong);
    SSL_CONF_CTX_free(configuration);
    SSL_CTX_free(context);
}

static void switches_change_a_context_and_a_connection_alike(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    SSL_CONF_CTX *configuration = new_configuration(INFILE | BOTH);
    uint64_t defaults = SSL_CTX_get_options(context);
    const char *options = "-SessionTicket,ServerPreference,-MiddleboxCompat";
    uint64_t expected = (defaults | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE)
        & ~SSL_OP_ENABLE_MIDDLEBOX_COMPAT;

    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", options), TWO);
    CHECK_EQ(SSL_CTX_get_options(context), expected);
    CHECK_EQ(SSL_get_options(ssl), defaults);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Protocol", "-ALL,TLSv1.2"), TWO);
    CHECK_EQ(SSL_CTX_get_options(context) & SSL_OP_NO_SSL_MASK,
             SSL_OP_NO_SSL_MASK & ~SSL_OP_NO_TLSv1_2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "VerifyMode", "Require,Once"), TWO);
    CHECK_EQ(SSL_CTX_get_verify_mode(context),
             SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_CLIENT_ONCE);
    CHECK_EQ(SSL_CONF_cmd(configuration, "VerifyMode", "-Require"), TWO);
    CHECK_EQ(SSL_CTX_get_verify_mode(context), SSL_VERIFY_CLIENT_ONCE);
    CHECK_EQ(SSL_CONF_cmd(configuration, "MaxProtocol", "TLSv1.2"), TWO);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), TLS1_2_VERSION);
    CHECK_EQ(SSL_CONF_cmd(configuration, "MaxProtocol", "DTLSv1"), TWO);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), TLS1_2_VERSION);
    CHECK_EQ(SSL_CONF_cmd(configuration, "MaxProtocol", "None"), TWO);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), 0);
    CHECK_EQ(SSL_CONF_cmd(configuration, "NumTickets", "5"), TWO);
    CHECK_EQ(SSL_CTX_get_num_tickets(context), 5);

    SSL_CONF_CTX_set_ssl(configuration, ssl);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", options), TWO);
    CHECK_EQ(SSL_get_options(ssl), expected);
    CHECK_EQ(SSL_CONF_cmd(configuration, "VerifyMode", "Peer"), TWO);
    CHECK_EQ(SSL_get_verify_mode(ssl), SSL_VERIFY_PEER);
    CHECK_EQ(SSL_CONF_cmd(configuration, "MinProtocol", "TLSv1.3"), TWO);
    CHECK_EQ(SSL_get_min_proto_version(ssl), TLS1_3_VERSION);
    CHECK_EQ(SSL_CONF_cmd(configuration, "NumTickets", "0"), TWO);
    CHECK_EQ(SSL_get_num_tickets(ssl), 0);
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 1);
    CHECK_NO_ERROR();
    SSL_CONF_CTX_free(configuration);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void a_list_takes_effect_up_to_what_is_wrong(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *configuration = new_configuration(INFILE | BOTH);

    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Options", "-SessionTicket,Nonsense,Bugs"), FAILED);
    CHECK_EQ(SSL_CTX_get_options(context) & (SSL_OP_NO_TICKET | SSL_OP_CRYPTOPRO_TLSEXT_BUG),
             SSL_OP_NO_TICKET);
    SSL_CONF_CTX_free(configuration);
    SSL_CTX_free(context);
}

static void run_on(SSL_CTX *context, unsigned flags, const char *name, const char *value)
{
    SSL_CONF_CTX *configuration = new_configuration(flags);

    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, name, value), TWO);
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 1);
    SSL_CONF_CTX_free(configuration);
}

static void suites_and_groups_are_those_of_the_commands(const struct protocol *protocol)
{
    bool new_protocol = protocol->version == TLS1_3_VERSION;
    const char *suite = new_protocol ? "TLS_CHACHA20_POLY1305_SHA256" : "ECDHE-ECDSA-AES128-GCM-SHA256";
    struct pair pair;

    pair_init(&pair, protocol);
    run_on(pair.client_ctx, CMDLINE, new_protocol ? "-ciphersuites" : "-cipher", suite);
    run_on(pair.server_ctx, INFILE, "Groups", "P-384:X25519");
    run_on(pair.client_ctx, CMDLINE, "-curves", "P-384:P-256");
    pair_connect(&pair);
    CHECK_STR(SSL_get_cipher_name(pair.client), suite);
    CHECK_EQ(SSL_get_shared_group(pair.server, 0), NID_secp384r1);
    send_text(pair.client, pair.server, "hello");
    pair_close(&pair);
    pair_free(&pair);
}

static void protocol_commands_decide_the_version(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    run_on(pair.client_ctx, INFILE, "MaxProtocol", "None");
    run_on(pair.server_ctx, INFILE, "MaxProtocol", "None");
    pair_connect(&pair);
    CHECK_STR(SSL_get_version(pair.client), "TLSv1.3");
    pair_close(&pair);
    run_on(pair.server_ctx, INFILE | BOTH, "Protocol", "-TLSv1.3");
    pair_connect(&pair);
    CHECK_STR(SSL_get_version(pair.client), "TLSv1.2");
    pair_close(&pair);
    pair_free(&pair);
}

static void certificates_keys_and_authorities_come_from_files(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    SSL_CTX_free(pair.client_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    pair.client_ctx = SSL_CTX_new(TLS_client_method());
    run_on(pair.server_ctx, CMDLINE | CERT, "-cert", pki_certificate_file(pki_server()));
    run_on(pair.server_ctx, CMDLINE | CERT, "-key", pki_key_file(pki_server()));
    CHECK_EQ(SSL_CTX_check_private_key(pair.server_ctx), 1);
    run_on(pair.client_ctx, INFILE | CERT, "VerifyCAFile", pki_certificate_file(pki_ca()));
    run_on(pair.client_ctx, INFILE | CLIENT, "VerifyMode", "Peer");
    run_on(pair.client_ctx, INFILE | CLIENT, "MaxProtocol", protocol->name);
    pair_connect(&pair);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    CHECK_STR(SSL_get_version(pair.client), protocol->name);
    pair_close(&pair);
    pair_free(&pair);
}

static char *whole_file(const char *path)
{
    char *text = calloc(1, 20000);
    FILE *file = fopen(path, "r");

    CHECK(text != NULL && file != NULL);
    CHECK(fread(text, 1, 19999, file) > 0);
    fclose(file);
    return text;
}

static void a_missing_key_is_taken_from_beside_the_certificate(void)
{
    char *certificate = whole_file(pki_certificate_file(pki_server()));
    char *key = whole_file(pki_key_file(pki_server()));
    char both[40000];
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *configuration = new_configuration(CMDLINE | CERT | SSL_CONF_FLAG_REQUIRE_PRIVATE);

    snprintf(both, sizeof(both), "%s%s", certificate, key);
    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, "-cert", pki_file("both.pem", both)), TWO);
    CHECK_EQ(SSL_CTX_check_private_key(context), 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 1);
    CHECK_EQ(SSL_CTX_check_private_key(context), 1);
    CHECK_NO_ERROR();
    SSL_CTX_free(context);

    context = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, "-cert", pki_certificate_file(pki_server())), TWO);
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 0);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    SSL_CONF_CTX_free(configuration);
    SSL_CTX_free(context);
    free(certificate);
    free(key);
}

static void names_of_authorities_are_set_at_the_end(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *configuration = new_configuration(INFILE | CERT | BOTH);
    const char *authority = pki_certificate_file(pki_ca());

    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, "RequestCAFile", authority), TWO);
    CHECK_EQ(SSL_CONF_cmd(configuration, "ClientCAFile", authority), TWO);
    CHECK_EQ(SSL_CONF_cmd(configuration, "ClientCAFile", pki_certificate_file(pki_other_ca())), TWO);
    CHECK(sk_X509_NAME_num(SSL_CTX_get0_CA_list(context)) <= 0);
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 1);
    CHECK_EQ(sk_X509_NAME_num(SSL_CTX_get0_CA_list(context)), 2);
    CHECK_NO_ERROR();
    SSL_CONF_CTX_free(configuration);
    SSL_CTX_free(context);
}

static const char file_text[] =
    "openssl_conf = init\n"
    "[init]\n"
    "ssl_conf = ssl\n"
    "[ssl]\n"
    "system_default = defaults\n"
    "old = old_section\n"
    "faulty = faulty_section\n"
    "[defaults]\n"
    "MaxProtocol = TLSv1.2\n"
    "Options = -SessionTicket\n"
    "Certificate = /certificates/are/not/for/defaults\n"
    "[old_section]\n"
    "MinProtocol = TLSv1.2\n"
    "VerifyMode = Peer\n"
    "1.Options = ServerPreference\n"
    "2.Options = SessionTicket\n"
    "[faulty_section]\n"
    "Nonsense = x\n"
    "MinProtocol = TLSv1.3\n";

static void load_file(void)
{
    CHECK_EQ(CONF_modules_load_file(pki_file("conf.cnf", file_text), NULL, 0), 1);
    SSL_add_ssl_module();
}

static void sections_of_a_file_are_applied_by_name(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    uint64_t options = SSL_CTX_get_options(context);

    load_file();
    CHECK_EQ(SSL_CTX_config(context, "old"), 1);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
    CHECK_EQ(SSL_CTX_get_verify_mode(context), SSL_VERIFY_PEER);
    CHECK_EQ(SSL_CTX_get_options(context), options | SSL_OP_CIPHER_SERVER_PREFERENCE);
    CHECK_EQ(SSL_get_min_proto_version(ssl), 0);
    CHECK_EQ(SSL_config(ssl, "old"), 1);
    CHECK_EQ(SSL_get_min_proto_version(ssl), TLS1_2_VERSION);

    /* What is right in a section is done although something is wrong. */
    CHECK_EQ(SSL_CTX_config(context, "faulty"), 0);
    CHECK_EQ(SSL_CTX_get_min_proto_version(context), TLS1_3_VERSION);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_config(context, "nothing"), 0);
    CHECK_REASON(SSL_R_INVALID_CONFIGURATION_NAME);
    CHECK_EQ(SSL_CTX_config(NULL, "old"), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_config(NULL, "old"), 0);
    ERR_clear_error();
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void the_systems_defaults_reach_every_new_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK_EQ(SSL_CTX_get_max_proto_version(context), 0);
    SSL_CTX_free(context);
    load_file();
    context = SSL_CTX_new(TLS_method());
    CHECK(context != NULL);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), TLS1_2_VERSION);
    CHECK((SSL_CTX_get_options(context) & SSL_OP_NO_TICKET) != 0);
    CHECK_NO_ERROR();
    SSL_CTX_free(context);
}

static void a_target_may_be_freed_first(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *configuration = new_configuration(CMDLINE);

    SSL_CONF_CTX_set_ssl_ctx(configuration, context);
    CHECK_EQ(SSL_CONF_cmd(configuration, "-cipher", "HIGH"), TWO);
    SSL_CTX_free(context);
    SSL_CONF_CTX_free(configuration);
}

TEST_MAIN(TEST(commands_return_what_the_manual_says), TEST(flags_are_added_and_taken_away),
          TEST(a_prefix_replaces_the_dash), TEST(errors_name_the_command_if_wanted),
          TEST(a_command_line_is_taken_apart),
          TEST(switches_change_a_context_and_a_connection_alike),
          TEST(a_list_takes_effect_up_to_what_is_wrong),
          TEST_EACH(suites_and_groups_are_those_of_the_commands),
          TEST(protocol_commands_decide_the_version),
          TEST_EACH(certificates_keys_and_authorities_come_from_files),
          TEST(a_missing_key_is_taken_from_beside_the_certificate),
          TEST(names_of_authorities_are_set_at_the_end),
          TEST(sections_of_a_file_are_applied_by_name),
          TEST(the_systems_defaults_reach_every_new_context),
          TEST(a_target_may_be_freed_first))
