/* Handshakes in a library context of the program: SSL_CTX_new_ex(3), OSSL_LIB_CTX(3). */
#include <string.h>

#include <openssl/core_names.h>

#include "early.h"
#include "external_psk.h"
#include "private_library.h"

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

/* clang-format off */
static const char *suite_names[] = {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
    NULL,
};
/* clang-format on */

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
                                        (const unsigned char *)"context", 7, 1),
             1);
    CHECK_EQ(SSL_export_keying_material(pair.server, at_server, 40, "label", 5,
                                        (const unsigned char *)"context", 7, 1),
             1);
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
          TEST(a_shared_key_works))
