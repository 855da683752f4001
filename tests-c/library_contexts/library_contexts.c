/* Library contexts and property queries: SSL_CTX_new_ex(3), OSSL_LIB_CTX(3). */
#include "private_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include "early.h"
#include "external_psk.h"

/* ---- everything works in a library context of the program's own ---- */

static void a_handshake_works_with_files_of_certificates_and_keys(const struct protocol *protocol)
{
    struct pair pair;

    private_library_start();
    private_pair(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set1_host(pair.client, "localhost"), 1);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    CHECK(EVP_PKEY_get_bits(X509_get0_pubkey(SSL_get0_peer_certificate(pair.client))) == 256);
    send_text(pair.client, pair.server, "hello");
    send_pattern(pair.server, pair.client, 100000, 1);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void another_name_or_authority_is_refused(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    private_library_start();
    private_pair(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set1_host(pair.client, "other.example"), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_HOSTNAME_MISMATCH);
    pair_drop(&pair);
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_free(&pair);
}

static const char *suite_names[] = {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
    NULL,
};

static void every_suite_and_group_works(const struct protocol *protocol)
{
    /* P-256 is for the certificate. */
    static const char *groups[] = { "X25519:P-256", "P-256", "P-384:P-256", NULL };
    struct pair pair;

    private_library_start();
    private_pair(&pair, protocol);
    for (const char **name = suite_names; *name != NULL; name++) {
        bool tls13 = strncmp(*name, "TLS_", 4) == 0;

        if (tls13 != (protocol->version == TLS1_3_VERSION))
            continue;
        if (tls13)
            CHECK_EQ(SSL_CTX_set_ciphersuites(pair.server_ctx, *name), 1);
        else
            CHECK_EQ(SSL_CTX_set_cipher_list(pair.server_ctx, *name), 1);
        for (const char **group = groups; *group != NULL; group++) {
            CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, *group), 1);
            pair_connect(&pair);
            CHECK_STR(SSL_get_cipher_name(pair.client), *name);
            send_pattern(pair.client, pair.server, 40000, 2);
            send_pattern(pair.server, pair.client, 40000, 3);
            pair_close(&pair);
        }
    }
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static const char *file_of_client, *key_file_of_client, *file_of_rsa, *key_file_of_rsa;

static void make_client_files(void)
{
    file_of_client = pki_certificate_file(pki_client());
    key_file_of_client = pki_key_file(pki_client());
    file_of_rsa = pki_certificate_file(pki_server_rsa());
    key_file_of_rsa = pki_key_file(pki_server_rsa());
}

static void a_client_authenticates_itself(const struct protocol *protocol)
{
    struct pair pair;
    const char *authority;
    STACK_OF(X509_NAME) *names;

    private_library_start();
    with_algorithms(make_client_files);
    private_pair(&pair, protocol);
    authority = pki_certificate_file(pki_ca());
    CHECK_EQ(SSL_CTX_load_verify_locations(pair.server_ctx, authority, NULL), 1);
    names = SSL_load_client_CA_file_ex(authority, private_library, NULL);
    CHECK_EQ(sk_X509_NAME_num(names), 1);
    SSL_CTX_set_client_CA_list(pair.server_ctx, names);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    CHECK_EQ(SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"one", 3), 1);
    use_files(pair.client_ctx, file_of_client, key_file_of_client);
    pair_connect(&pair);
    CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_OK);
    CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
    CHECK_EQ(sk_X509_num(SSL_get0_verified_chain(pair.server)), 2);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void an_rsa_key_signs_and_is_verified(const struct protocol *protocol)
{
    struct pair pair;

    private_library_start();
    with_algorithms(make_client_files);
    private_pair(&pair, protocol);
    use_files(pair.server_ctx, file_of_rsa, key_file_of_rsa);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(pair.client_ctx, "rsa_pss_rsae_sha384:RSA+SHA256"), 1);
    pair_connect(&pair);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void sessions_are_resumed_by_ticket_and_from_the_cache(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    private_library_start();
    private_pair(&pair, protocol);
    for (int stateful = 0; stateful < 2; stateful++) {
        if (stateful)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        session = pair_new_session(&pair);
        CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
    }
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static int fetch_ticket_algorithms(SSL *ssl, unsigned char *name, unsigned char *iv,
                                   EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
    static unsigned char key[32] = "the key of the tests";
    EVP_CIPHER *aes = EVP_CIPHER_fetch(private_library, "AES-256-CBC", NULL);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };

    (void)ssl;
    if (encrypt) {
        memset(name, 'n', 16);
        memset(iv, 'i', 16);
    }
    CHECK_EQ(EVP_CipherInit_ex2(cipher, aes, key, iv, encrypt, NULL), 1);
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    EVP_CIPHER_free(aes);
    return 1;
}

static void a_programs_ticket_callback_gets_a_mac_of_that_library(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    private_library_start();
    private_pair(&pair, protocol);
    CHECK(SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, fetch_ticket_algorithms));
    session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void keys_of_tickets_can_be_set(const struct protocol *protocol)
{
    unsigned char keys[80] = "the keys of the tickets";
    struct pair pair;
    SSL_SESSION *session;

    private_library_start();
    private_pair(&pair, protocol);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)), 1);
    session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void both_ends_export_the_same_key(const struct protocol *protocol)
{
    unsigned char at_client[40], at_server[40];
    struct pair pair;
    EVP_PKEY *share = NULL;

    private_library_start();
    private_pair(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(SSL_export_keying_material(pair.client, at_client, 40, "label", 5,
                                        (const unsigned char *)"context", 7, 1), 1);
    CHECK_EQ(SSL_export_keying_material(pair.server, at_server, 40, "label", 5,
                                        (const unsigned char *)"context", 7, 1), 1);
    CHECK_MEM(at_client, 40, at_server, 40);
    CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &share), 1);
    CHECK(EVP_PKEY_is_a(share, "X25519"));
    EVP_PKEY_free(share);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void early_data_and_key_updates_work(void)
{
    struct pair pair;

    private_library_start();
    private_pair(&pair, &TLS13);
    CHECK_EQ(SSL_CTX_set_max_early_data(pair.server_ctx, LIMIT), 1);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    expect_early(&pair, "early");
    complete(&pair);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED), 1);
    send_text(pair.client, pair.server, "after");
    send_text(pair.server, pair.client, "updates");
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static void a_shared_key_works(void)
{
    struct pair pair;

    private_library_start();
    private_pair(&pair, &TLS13);
    set_keys();
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- what is read ---- */

static char encrypted[4096];

static void make_encrypted(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);

    CHECK(PEM_write_bio_PKCS8PrivateKey(bio, pki_server()->key, aes, "secret", 6, NULL, NULL));
    CHECK(BIO_read(bio, encrypted, sizeof(encrypted) - 1) > 0);
    EVP_CIPHER_free(aes);
    BIO_free(bio);
}

static int password(char *buffer, int size, int writing, void *argument)
{
    (void)writing;
    return snprintf(buffer, (size_t)size, "%s", (const char *)argument);
}

static void an_encrypted_key_is_read(void)
{
    struct pair pair;
    const char *file;

    private_library_start();
    with_algorithms(make_encrypted);
    private_pair(&pair, &TLS13);
    file = pki_file("encrypted.pem", encrypted);
    SSL_CTX_set_default_passwd_cb(pair.server_ctx, password);
    SSL_CTX_set_default_passwd_cb_userdata(pair.server_ctx, (void *)"wrong");
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, file, SSL_FILETYPE_PEM), 0);
    ERR_clear_error();
    SSL_CTX_set_default_passwd_cb_userdata(pair.server_ctx, (void *)"secret");
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(pair.server_ctx, file, SSL_FILETYPE_PEM), 1);
    pair_connect(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static unsigned char certificate_der[4096], key_der[4096];
static int certificate_length, key_length_der;

static void make_der(void)
{
    unsigned char *end = certificate_der;

    certificate_length = i2d_X509(pki_server()->certificate, &end);
    end = key_der;
    key_length_der = i2d_PrivateKey(pki_server()->key, &end);
    CHECK(certificate_length > 0 && key_length_der > 0);
}

static void certificates_and_keys_are_read_from_memory(const struct protocol *protocol)
{
    struct pair pair;
    SSL_CTX *context;

    private_library_start();
    with_algorithms(make_der);
    private_pair(&pair, protocol);
    context = private_context(TLS_server_method(), protocol);
    CHECK_EQ(SSL_CTX_use_certificate_ASN1(context, certificate_length, certificate_der), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, context, key_der, key_length_der), 1);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = context;
    pair_connect(&pair);
    pair_close(&pair);
    /* For one connection. */
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = private_context(TLS_server_method(), protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_use_certificate_ASN1(pair.server, certificate_der, certificate_length), 1);
    CHECK_EQ(SSL_use_PrivateKey_ASN1(EVP_PKEY_EC, pair.server, key_der, key_length_der), 1);
    pair_handshake(&pair);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static const char *file_of_middle, *file_of_middle_server, *key_of_middle_server, *file_of_authority;

static void make_chain_files(void)
{
    file_of_middle = pki_certificate_file(pki_middle());
    file_of_middle_server = pki_certificate_file(pki_middle_server());
    key_of_middle_server = pki_key_file(pki_middle_server());
    file_of_authority = pki_certificate_file(pki_ca());
}

static void chains_are_built_from_stores_and_directories(const struct protocol *protocol)
{
    struct pair pair;
    char path[4096], *slash;
    BIO *file;
    X509 *authority;
    int good = 0;

    private_library_start();
    with_algorithms(make_chain_files);
    private_pair(&pair, protocol);
    use_files(pair.server_ctx, file_of_middle_server, key_of_middle_server);
    CHECK_EQ(SSL_CTX_load_verify_file(pair.server_ctx, file_of_middle), 1);
    CHECK_EQ(SSL_CTX_load_verify_file(pair.server_ctx, file_of_authority), 1);
    CHECK_EQ(SSL_CTX_build_cert_chain(pair.server_ctx, 0), 1);

    /* The client has its authority in a directory, by the hash of its name. */
    snprintf(path, sizeof(path), "%s", file_of_authority);
    slash = strrchr(path, '/');
    *slash = 0;
    file = BIO_new_file(file_of_authority, "r");
    authority = X509_new_ex(private_library, NULL);
    CHECK(PEM_read_bio_X509(file, &authority, NULL, NULL) != NULL);
    snprintf(slash, sizeof(path) - (size_t)(slash - path), "/%08lx.0",
             X509_NAME_hash_ex(X509_get_subject_name(authority), private_library, NULL, &good));
    CHECK_EQ(good, 1);
    CHECK_EQ(symlink(file_of_authority, path), 0);
    *slash = 0;
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    CHECK_EQ(SSL_CTX_load_verify_dir(pair.client_ctx, path), 1);
    pair_connect(&pair);
    CHECK_EQ(sk_X509_num(SSL_get_peer_cert_chain(pair.client)), 3);
    pair_close(&pair);
    CHECK_NO_ERROR();
    *slash = '/';
    unlink(path);
    X509_free(authority);
    BIO_free(file);
    pair_free(&pair);
}

static void default_locations_and_stores_are_read(void)
{
    struct pair pair;
    char uri[4096];

    private_library_start();
    with_algorithms(make_chain_files);
    setenv("SSL_CERT_FILE", file_of_authority, 1);
    for (int way = 0; way < 3; way++) {
        private_pair(&pair, &TLS13);
        SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
        switch (way) {
        case 0: CHECK_EQ(SSL_CTX_set_default_verify_paths(pair.client_ctx), 1); break;
        case 1: CHECK_EQ(SSL_CTX_set_default_verify_file(pair.client_ctx), 1); break;
        default:
            snprintf(uri, sizeof(uri), "file:%s", file_of_authority);
            CHECK_EQ(SSL_CTX_load_verify_store(pair.client_ctx, uri), 1);
        }
        pair_connect(&pair);
        pair_close(&pair);
        pair_free(&pair);
    }
    CHECK_NO_ERROR();
}

static void configuration_commands_read_files(const struct protocol *protocol)
{
    struct pair pair;
    SSL_CONF_CTX *configuration = SSL_CONF_CTX_new();

    private_library_start();
    with_algorithms(make_client_files);
    with_algorithms(make_chain_files);
    private_pair(&pair, protocol);
    SSL_CONF_CTX_set_flags(configuration, SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER
                                              | SSL_CONF_FLAG_CERTIFICATE);
    SSL_CONF_CTX_set_ssl_ctx(configuration, pair.server_ctx);
    CHECK_EQ(SSL_CONF_cmd(configuration, "Certificate", file_of_rsa), 2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "PrivateKey", key_file_of_rsa), 2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "VerifyCAFile", file_of_authority), 2);
    CHECK_EQ(SSL_CONF_cmd(configuration, "ChainCAFile", file_of_authority), 2);
    CHECK_EQ(SSL_CONF_CTX_finish(configuration), 1);
    SSL_CONF_CTX_free(configuration);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    use_files(pair.client_ctx, file_of_client, key_file_of_client);
    pair_connect(&pair);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

/* ---- keys of a provider ---- */

static EVP_PKEY *in_token;
static bool use_rsa;

static void put_key_into_token(void)
{
    in_token = token_key(use_rsa ? pki_server_rsa()->key : pki_server()->key);
}

static void a_key_that_only_a_provider_has_signs(const struct protocol *protocol)
{
    struct pair pair;

    private_library_start();
    token_provider_start(NULL);
    with_algorithms(make_client_files);
    for (int rsa = 0; rsa < 2; rsa++) {
        use_rsa = rsa;
        with_algorithms(put_key_into_token);
        private_pair(&pair, protocol);
        SSL_CTX_free(pair.server_ctx);
        pair.server_ctx = private_context(TLS_server_method(), protocol);
        CHECK_EQ(SSL_CTX_use_certificate_chain_file(
                     pair.server_ctx, rsa ? file_of_rsa : pki_certificate_file(pki_server())), 1);
        CHECK_EQ(SSL_CTX_use_PrivateKey(pair.server_ctx, in_token), 1);
        CHECK_EQ(SSL_CTX_check_private_key(pair.server_ctx), 1);
        pair_connect(&pair);
        send_text(pair.server, pair.client, "signed");
        pair_close(&pair);
        EVP_PKEY_free(in_token);
        pair_free(&pair);
    }
    CHECK_NO_ERROR();
}

/* ---- a property query ---- */

static void the_provider_that_is_asked_for_does_all_the_work(const struct protocol *protocol)
{
    struct pair pair;
    struct token_uses before, after;

    private_library_start();
    token_provider_start(NULL);
    with_algorithms(make_client_files);
    private_pair(&pair, protocol);
    SSL_CTX_free(pair.client_ctx);
    SSL_CTX_free(pair.server_ctx);
    pair.client_ctx = SSL_CTX_new_ex(private_library, "provider=token", TLS_client_method());
    pair.server_ctx = SSL_CTX_new_ex(private_library, "provider=token", TLS_server_method());
    CHECK(pair.client_ctx != NULL && pair.server_ctx != NULL);
    CHECK_EQ(SSL_CTX_set_max_proto_version(pair.client_ctx, protocol->version), 1);
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_load_verify_file(pair.client_ctx, pki_certificate_file(pki_ca())), 1);
    use_files(pair.server_ctx, pki_certificate_file(pki_server()), pki_key_file(pki_server()));
    before = token_uses();
    pair_connect(&pair);
    after = token_uses();
    /* Keys of both directions, and of both ends; each end derives a key. */
    CHECK(after.ciphers - before.ciphers >= 4);
    CHECK(after.digests - before.digests >= 4);
    CHECK_EQ(after.exchanges - before.exchanges, 2);
    send_pattern(pair.client, pair.server, 50000, 1);
    send_pattern(pair.server, pair.client, 50000, 2);
    pair_close(&pair);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

static bool lists(SSL_CTX *context, const char *name)
{
    STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context);

    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++)
        if (strcmp(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)), name) == 0)
            return true;
    return false;
}

static void suites_without_an_algorithm_are_not_used(const struct protocol *protocol)
{
    static const char *tls12[] = { "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384" };
    struct pair pair;
    SSL_CTX *context;

    private_library_start();
    token_provider_start("AES-256-GCM");
    context = SSL_CTX_new_ex(private_library, "provider=token", TLS_server_method());
    CHECK(context != NULL);
    CHECK(!lists(context, "TLS_AES_256_GCM_SHA384") && !lists(context, tls12[0]));
    CHECK(lists(context, "TLS_AES_128_GCM_SHA256") && lists(context, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "ALL"), 1);
    CHECK(!lists(context, tls12[0]) && !lists(context, tls12[1]));
    private_pair(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = context;
    use_files(context, pki_certificate_file(pki_server()), pki_key_file(pki_server()));
    pair_connect(&pair);
    CHECK(strstr(SSL_get_cipher_name(pair.client), "AES256") == NULL);
    CHECK(strstr(SSL_get_cipher_name(pair.client), "AES_256") == NULL);
    pair_close(&pair);
    pair_free(&pair);
}

static void groups_without_an_algorithm_are_not_offered(void)
{
    struct pair pair;
    SSL_CTX *context;

    private_library_start();
    token_provider_start("X25519");
    context = SSL_CTX_new_ex(private_library, "provider=token", TLS_client_method());
    CHECK(context != NULL);
    private_pair(&pair, &TLS13);
    SSL_CTX_free(pair.client_ctx);
    pair.client_ctx = context;
    pair_connect(&pair);
    CHECK_EQ(SSL_get_negotiated_group(pair.server), NID_X9_62_prime256v1);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- what the library context lacks is not used ---- */

static void without_algorithms_there_is_no_context(void)
{
    OSSL_LIB_CTX *empty = OSSL_LIB_CTX_new();

    CHECK(OSSL_PROVIDER_load(empty, "null") != NULL);
    CHECK(SSL_CTX_new_ex(empty, NULL, TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    CHECK(SSL_CTX_new_ex(NULL, "provider=none", TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    private_library_start();
    CHECK(SSL_CTX_new(TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    CHECK(SSL_CTX_new_ex(private_library, "fips=yes", TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    OSSL_LIB_CTX_free(empty);
}

TEST_MAIN(TEST_EACH(a_handshake_works_with_files_of_certificates_and_keys),
          TEST_EACH(another_name_or_authority_is_refused),
          TEST_EACH(every_suite_and_group_works),
          TEST_EACH(a_client_authenticates_itself),
          TEST_EACH(an_rsa_key_signs_and_is_verified),
          TEST_EACH(sessions_are_resumed_by_ticket_and_from_the_cache),
          TEST_EACH(a_programs_ticket_callback_gets_a_mac_of_that_library),
          TEST_EACH(keys_of_tickets_can_be_set),
          TEST_EACH(both_ends_export_the_same_key),
          TEST(early_data_and_key_updates_work),
          TEST(a_shared_key_works),
          TEST(an_encrypted_key_is_read),
          TEST_EACH(certificates_and_keys_are_read_from_memory),
          TEST_EACH(chains_are_built_from_stores_and_directories),
          TEST(default_locations_and_stores_are_read),
          TEST_EACH(configuration_commands_read_files),
          TEST_EACH(a_key_that_only_a_provider_has_signs),
          TEST_EACH(the_provider_that_is_asked_for_does_all_the_work),
          TEST_EACH(suites_without_an_algorithm_are_not_used),
          TEST(groups_without_an_algorithm_are_not_offered),
          TEST(without_algorithms_there_is_no_context))
