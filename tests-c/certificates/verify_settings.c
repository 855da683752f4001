/* What a program may change about verification: lists, folders, depth, purposes, levels, callbacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "made.h"
#include "pair.h"

/* The server shows pki_middle_server() with its chain; the client trusts pki_ca(). */
static void init_with_chain(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    use_credentials(pair->server_ctx, pki_middle_server());
    CHECK_EQ(SSL_CTX_add1_chain_cert(pair->server_ctx, pki_middle()->certificate), 1);
}

static void accepted(struct pair *pair)
{
    pair_connect(pair);
    CHECK_EQ(SSL_get_verify_result(pair->client), X509_V_OK);
    pair_close(pair);
}

static void refused(struct pair *pair, long result)
{
    struct outcome client, server;

    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_get_verify_result(pair->client), result);
    CHECK_EQ(server.ret, -1);
    pair_drop(pair);
}

static void add_list(SSL_CTX *context, const struct credentials *issuer, X509 *revoked)
{
    X509_CRL *list = pki_revocation_list(issuer, revoked);

    CHECK_EQ(X509_STORE_add_crl(SSL_CTX_get_cert_store(context), list), 1);
    X509_CRL_free(list);
}

static void revocation_lists_are_looked_at_when_asked(const struct protocol *protocol)
{
    struct pair pair;

    init_with_chain(&pair, protocol);
    accepted(&pair);
    X509_STORE_set_flags(SSL_CTX_get_cert_store(pair.client_ctx), X509_V_FLAG_CRL_CHECK);
    refused(&pair, X509_V_ERR_UNABLE_TO_GET_CRL);
    add_list(pair.client_ctx, pki_middle(), NULL);
    accepted(&pair);
    X509_STORE_set_flags(SSL_CTX_get_cert_store(pair.client_ctx), X509_V_FLAG_CRL_CHECK_ALL);
    refused(&pair, X509_V_ERR_UNABLE_TO_GET_CRL);
    add_list(pair.client_ctx, pki_ca(), pki_middle()->certificate);
    refused(&pair, X509_V_ERR_CERT_REVOKED);
    pair_free(&pair);
}

static void a_revoked_client_is_refused(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(pair.server_ctx), X509_V_FLAG_CRL_CHECK);
    add_list(pair.server_ctx, pki_ca(), pki_client()->certificate);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.ret, -1);
    CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_ERR_CERT_REVOKED);
    CHECK_EQ(server.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_free(&pair);
}

/* A folder of certificates under the hashes of their names, as c_rehash makes it. */
static const char *hashed_folder(X509 *certificate)
{
    static char folder[512];
    char path[600];
    FILE *file;

    /* Its own file, in the folder. */
    snprintf(folder, sizeof(folder), "%s", pki_file("place", ""));
    CHECK_EQ(unlink(folder), 0);
    *strrchr(folder, '/') = '\0';
    snprintf(path, sizeof(path), "%s/%08lx.0", folder, X509_subject_name_hash(certificate));
    file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK(PEM_write_X509(file, certificate));
    fclose(file);
    return folder;
}

static void authorities_may_come_from_a_folder(const struct protocol *protocol)
{
    for (int way = 0; way < 3; way++) {
        struct pair pair;
        const char *folder = hashed_folder(pki_ca()->certificate);

        pair_init(&pair, protocol);
        SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
        refused(&pair, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        if (way == 0)
            CHECK_EQ(SSL_CTX_load_verify_dir(pair.client_ctx, folder), 1);
        else if (way == 1)
            CHECK_EQ(SSL_CTX_load_verify_locations(pair.client_ctx, NULL, folder), 1);
        else {
            setenv(X509_get_default_cert_dir_env(), folder, 1);
            CHECK_EQ(SSL_CTX_set_default_verify_dir(pair.client_ctx), 1);
        }
        accepted(&pair);
        pair_free(&pair);
    }
}

static void a_chain_may_be_too_long(const struct protocol *protocol)
{
    struct pair pair;

    init_with_chain(&pair, protocol);
    SSL_CTX_set_verify_depth(pair.client_ctx, 1);
    accepted(&pair);
    SSL_CTX_set_verify_depth(pair.client_ctx, 0);
    refused(&pair, X509_V_ERR_CERT_CHAIN_TOO_LONG);
    SSL_CTX_set_verify_depth(pair.client_ctx, 1);
    pair_open(&pair);
    CHECK_EQ(SSL_get_verify_depth(pair.client), 1);
    SSL_set_verify_depth(pair.client, 0);
    {
        struct outcome client, server;

        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret, -1);
        CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_CERT_CHAIN_TOO_LONG);
    }
    pair_free(&pair);
}

static void a_partial_chain_is_enough_when_allowed(const struct protocol *protocol)
{
    struct pair pair;

    init_with_chain(&pair, protocol);
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    trust(pair.client_ctx, pki_middle());
    refused(&pair, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(pair.client_ctx), X509_V_FLAG_PARTIAL_CHAIN);
    accepted(&pair);
    pair_free(&pair);
}

static void the_purpose_decides_what_a_certificate_is_good_for(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set_purpose(pair.client_ctx, X509_PURPOSE_SSL_CLIENT), 1);
    refused(&pair, X509_V_ERR_INVALID_PURPOSE);
    CHECK_EQ(SSL_CTX_set_purpose(pair.client_ctx, X509_PURPOSE_SSL_SERVER), 1);
    accepted(&pair);
    CHECK_EQ(SSL_CTX_set_purpose(pair.client_ctx, 12345), 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_set_trust(pair.client_ctx, X509_TRUST_SSL_SERVER), 1);
    accepted(&pair);
    pair_free(&pair);
}

static void a_verification_time_may_be_set(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    /* Long after all have expired. */
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(pair.client_ctx), 4102444800);
    refused(&pair, X509_V_ERR_CERT_HAS_EXPIRED);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(pair.client_ctx), time(NULL));
    accepted(&pair);
    pair_free(&pair);
}

static void the_security_level_is_about_keys_and_signatures(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    /* RSA with 2048 bits: level 2 takes it, level 3 wants 3072. */
    pair_init(&pair, protocol);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = SSL_CTX_new(TLS_server_method());
    use_credentials(pair.server_ctx, pki_server_rsa());
    SSL_CTX_set_security_level(pair.client_ctx, 2);
    CHECK_EQ(SSL_CTX_get_security_level(pair.client_ctx), 2);
    pair_open(&pair);
    CHECK_EQ(SSL_get_security_level(pair.client), 2);
    pair_drop(&pair);
    SSL_CTX_set_security_level(pair.client_ctx, 3);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_EE_KEY_TOO_SMALL);
    pair_free(&pair);

    /* Own certificates, too. */
    pair_init(&pair, protocol);
    SSL_CTX_set_security_level(pair.server_ctx, 3);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_use_certificate(pair.server_ctx, pki_server_rsa()->certificate), 0);
    CHECK_REASON(SSL_R_EE_KEY_TOO_SMALL);
    pair_free(&pair);
}

static int seen[8], seen_count;

static int record_and_accept(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

    CHECK(ssl != NULL && !SSL_is_server(ssl));
    if (!ok && seen_count < 8)
        seen[seen_count++] = X509_STORE_CTX_get_error(store);
    return 1;
}

static void the_callback_is_asked_about_each_fault_and_may_accept(const struct protocol *protocol)
{
    struct pair pair;

    seen_count = 0;
    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_expired_server());
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, record_and_accept);
    pair_connect(&pair);
    CHECK_EQ(seen_count, 3);
    CHECK_EQ(seen[0], X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CHECK_EQ(seen[1], X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE);
    CHECK_EQ(seen[2], X509_V_ERR_CERT_HAS_EXPIRED);
    /* The last fault stays the result. */
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_CERT_HAS_EXPIRED);
    pair_close(&pair);
    pair_free(&pair);
}

static int forgive(int ok, X509_STORE_CTX *store)
{
    (void)ok;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

static void the_callback_may_accept_the_error(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_expired_server());
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, forgive);
    accepted(&pair);
    pair_free(&pair);
}

static int of_the_store(int ok, X509_STORE_CTX *store)
{
    (void)store;
    seen_count++;
    return ok;
}

static void the_callback_of_the_store_is_asked_without_another(const struct protocol *protocol)
{
    struct pair pair;

    seen_count = 0;
    pair_init(&pair, protocol);
    X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(pair.client_ctx), of_the_store);
    accepted(&pair);
    CHECK(seen_count > 0);
    pair_free(&pair);
}

static void host_flags_say_where_a_name_is_looked_for(const struct protocol *protocol)
{
    static const struct {
        unsigned flags;
        bool good;
    } cases[] = { { 0, true },
                  { X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT, true },
                  { X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, protocol);
        use_credentials(pair.server_ctx, plain_host());
        trust(pair.client_ctx, plain_host());
        pair_open(&pair);
        CHECK(SSL_set1_host(pair.client, "host.example"));
        SSL_set_hostflags(pair.client, cases[i].flags);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret == 1, cases[i].good);
        if (!cases[i].good)
            CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_HOSTNAME_MISMATCH);
        pair_free(&pair);
    }
}

static void a_connection_has_its_own_parameters(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    pair_init(&pair, protocol);
    X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
    CHECK(X509_VERIFY_PARAM_set1_host(param, "other.example", 0));
    pair_open(&pair);
    CHECK_EQ(SSL_set1_param(pair.client, param), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_HOSTNAME_MISMATCH);
    X509_VERIFY_PARAM_free(param);
    pair_drop(&pair);

    pair_open(&pair);
    CHECK_EQ(SSL_set_purpose(pair.client, 1000), 0);
    CHECK_EQ(SSL_set_trust(pair.client, 1000), 0);
    CHECK_EQ(SSL_set_purpose(pair.client, X509_PURPOSE_SSL_SERVER), 1);
    CHECK_EQ(SSL_set_trust(pair.client, X509_TRUST_SSL_SERVER), 1);
    pair_handshake(&pair);
    pair_close(&pair);
    /* What an authority may do, a server may not. */
    pair_open(&pair);
    CHECK_EQ(SSL_set_purpose(pair.client, X509_PURPOSE_CRL_SIGN), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_free(&pair);
}

static void a_store_is_shared_or_handed_over(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    X509_STORE *empty = X509_STORE_new(), *full = X509_STORE_new();
    CHECK(X509_STORE_add_cert(full, pki_ca()->certificate));
    pair_init(&pair, protocol);
    SSL_CTX_set1_cert_store(pair.client_ctx, empty);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_drop(&pair);
    SSL_CTX_set1_cert_store(pair.client_ctx, full);
    pair_connect(&pair);
    X509_STORE_free(empty);
    X509_STORE_free(full);
    CHECK_EQ(SSL_CTX_set_default_verify_store(pair.client_ctx), 1);
    pair_free(&pair);
}

/* The store of the connection comes before the context's. */
static void a_verify_store_verifies_the_peer(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set0_verify_cert_store(pair.client, X509_STORE_new()), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(revocation_lists_are_looked_at_when_asked),
          TEST_EACH(a_revoked_client_is_refused),
          TEST_EACH(authorities_may_come_from_a_folder),
          TEST_EACH(a_chain_may_be_too_long),
          TEST_EACH(a_partial_chain_is_enough_when_allowed),
          TEST_EACH(the_purpose_decides_what_a_certificate_is_good_for),
          TEST_EACH(a_verification_time_may_be_set),
          TEST_EACH(the_security_level_is_about_keys_and_signatures),
          TEST_EACH(the_callback_is_asked_about_each_fault_and_may_accept),
          TEST_EACH(the_callback_may_accept_the_error),
          TEST_EACH(the_callback_of_the_store_is_asked_without_another),
          TEST_EACH(host_flags_say_where_a_name_is_looked_for),
          TEST_EACH(a_connection_has_its_own_parameters),
          TEST_EACH(a_store_is_shared_or_handed_over),
          TEST_EACH(a_verify_store_verifies_the_peer))
