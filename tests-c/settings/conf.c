/* Configuration by commands: their names, what they return, the settings they change:
 * SSL_CONF_cmd(3). */
#include <stdio.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "pair.h"

#define CMDLINE SSL_CONF_FLAG_CMDLINE
#define INFILE SSL_CONF_FLAG_FILE
#define CLIENT SSL_CONF_FLAG_CLIENT
#define SERVER SSL_CONF_FLAG_SERVER
#define BOTH (CLIENT | SERVER)
#define CERT SSL_CONF_FLAG_CERTIFICATE
#define SHOW SSL_CONF_FLAG_SHOW_ERRORS

enum {
    FAILED = 0,
    ONE = 1,
    TWO = 2,
    UNKNOWN = -2,
    MISSING = -3
};

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

    /* Files need a further flag. */
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

static void commands_return_what_the_manual_documents(void)
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

static void commands_of_a_command_line_are_for_clients_or_servers(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *conf = SSL_CONF_CTX_new();
    SSL_CONF_CTX_set_ssl_ctx(conf, ctx);
    SSL_CONF_CTX_set_flags(conf, SSL_CONF_FLAG_CMDLINE | SSL_CONF_FLAG_CLIENT);
    CHECK_EQ(SSL_CONF_cmd(conf, "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"), 2);
    CHECK_EQ(SSL_CONF_cmd(conf, "-serverpref", NULL), -2);
    SSL_CONF_CTX_set_flags(conf, SSL_CONF_FLAG_SERVER);
    CHECK_EQ(SSL_CONF_cmd(conf, "-serverpref", NULL), 1);
    CHECK(SSL_CTX_get_options(ctx) & SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CONF_CTX_clear_flags(conf, SSL_CONF_FLAG_CMDLINE);
    CHECK_EQ(SSL_CONF_cmd(conf, "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"), -2);
    SSL_CONF_CTX_free(conf);
    SSL_CTX_free(ctx);
}

TEST_MAIN(TEST(commands_return_what_the_manual_documents),
          TEST(flags_are_added_and_taken_away),
          TEST(a_prefix_replaces_the_dash),
          TEST(errors_name_the_command_if_wanted),
          TEST(a_command_line_is_taken_apart),
          TEST(switches_change_a_context_and_a_connection_alike),
          TEST(a_list_takes_effect_up_to_what_is_wrong),
          TEST(commands_of_a_command_line_are_for_clients_or_servers))
