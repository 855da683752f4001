/* What commands do that read files, what connections make of them, and sections of OpenSSL's
 * configuration file: SSL_CONF_cmd(3), SSL_CTX_config(3). */
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
#define BOTH (CLIENT | SSL_CONF_FLAG_SERVER)
#define CERT SSL_CONF_FLAG_CERTIFICATE

enum {
    TWO = 2
};

static SSL_CONF_CTX *new_configuration(unsigned flags)
{
    SSL_CONF_CTX *configuration = SSL_CONF_CTX_new();

    CHECK(configuration != NULL);
    CHECK_EQ(SSL_CONF_CTX_set_flags(configuration, flags), flags);
    return configuration;
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

TEST_MAIN(TEST_EACH(suites_and_groups_are_those_of_the_commands),
          TEST(protocol_commands_decide_the_version),
          TEST_EACH(certificates_keys_and_authorities_come_from_files),
          TEST(a_missing_key_is_taken_from_beside_the_certificate),
          TEST(names_of_authorities_are_set_at_the_end),
          TEST(sections_of_a_file_are_applied_by_name),
          TEST(the_systems_defaults_reach_every_new_context),
          TEST(a_target_may_be_freed_first))
