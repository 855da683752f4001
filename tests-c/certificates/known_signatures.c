/*
 * Chains that were verified before in this process: whatever else a verification depends on counts
 * each time.
 */
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "made.h"
#include "pair.h"

/* The client's verdict about the server's certificate. */
static void check_verdict(struct pair *pair, long result)
{
    struct outcome client, server;

    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(SSL_get_verify_result(pair->client), result);
    CHECK_EQ(client.ret, result == X509_V_OK ? 1 : -1);
    pair_drop(pair);
}

static void verify(struct pair *pair, long result)
{
    pair_open(pair);
    check_verdict(pair, result);
}

/* The client has verified the server twice. */
static void become_known(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    verify(pair, X509_V_OK);
    verify(pair, X509_V_OK);
}

static void a_store_without_the_authority_trusts_no_known_server(const struct protocol *protocol)
{
    struct pair pair;

    become_known(&pair, protocol);
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    trust(pair.client_ctx, pki_other_ca());
    verify(&pair, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    trust(pair.client_ctx, pki_ca());
    verify(&pair, X509_V_OK);
    pair_free(&pair);
}

static void a_revocation_list_that_arrives_counts(const struct protocol *protocol)
{
    X509_CRL *list = pki_revocation_list(pki_ca(), pki_server()->certificate);
    X509_STORE *store;
    struct pair pair;

    become_known(&pair, protocol);
    store = SSL_CTX_get_cert_store(pair.client_ctx);
    CHECK_EQ(X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK), 1);
    verify(&pair, X509_V_ERR_UNABLE_TO_GET_CRL);
    CHECK_EQ(X509_STORE_add_crl(store, list), 1);
    verify(&pair, X509_V_ERR_CERT_REVOKED);
    X509_CRL_free(list);
    pair_free(&pair);
}

static void a_security_level_that_rises_counts(const struct protocol *protocol)
{
    struct pair pair;

    become_known(&pair, protocol);
    pair_open(&pair);
    X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(pair.client), 4);
    check_verdict(&pair, X509_V_ERR_EE_KEY_TOO_SMALL);
    verify(&pair, X509_V_OK);
    pair_free(&pair);
}

static void time_name_and_purpose_count(const struct protocol *protocol)
{
    struct pair pair;

    become_known(&pair, protocol);
    pair_open(&pair);
    X509_VERIFY_PARAM_set_time(SSL_get0_param(pair.client), time(NULL) + 3650L * 86400);
    check_verdict(&pair, X509_V_ERR_CERT_HAS_EXPIRED);
    pair_open(&pair);
    CHECK_EQ(SSL_set1_host(pair.client, "other.example"), 1);
    check_verdict(&pair, X509_V_ERR_HOSTNAME_MISMATCH);
    pair_open(&pair);
    CHECK_EQ(X509_VERIFY_PARAM_set_purpose(SSL_get0_param(pair.client), X509_PURPOSE_SSL_CLIENT),
             1);
    check_verdict(&pair, X509_V_ERR_INVALID_PURPOSE);
    pair_free(&pair);
}

static void an_authority_of_the_same_name_has_signed_nothing(const struct protocol *protocol)
{
    struct order order = { .authority = 1 };
    struct order order_of_server = { .name = "localhost", .names = "DNS:localhost" };
    X509_NAME *subject = X509_get_subject_name(pki_ca()->certificate);
    struct credentials impostor, server;
    char name[256];
    struct pair pair;

    become_known(&pair, protocol);
    CHECK(X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof(name)) > 0);
    order.name = name;
    impostor = made(&order);
    order_of_server.issuer = &impostor;
    server = made(&order_of_server);
    use_credentials(pair.server_ctx, &server);
    for (int i = 0; i < 2; i++) {
        struct outcome at_client, at_server;

        pair_open(&pair);
        pair_try_handshake(&pair, &at_client, &at_server);
        CHECK_EQ(at_client.ret, -1);
        CHECK(SSL_get_verify_result(pair.client) != X509_V_OK);
        pair_drop(&pair);
    }
    /* But it has for those who trust it. */
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    trust(pair.client_ctx, &impostor);
    verify(&pair, X509_V_OK);
    verify(&pair, X509_V_OK);
    pair_free(&pair);
    made_free(&server);
    made_free(&impostor);
}

static int calls;

static int count(int ok, X509_STORE_CTX *context)
{
    CHECK(X509_STORE_CTX_get_current_cert(context) != NULL);
    calls++;
    return ok;
}

static void a_callback_is_called_as_for_an_unknown_chain(const struct protocol *protocol)
{
    struct pair pair;

    become_known(&pair, protocol);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, count);
    calls = 0;
    verify(&pair, X509_V_OK);
    CHECK_EQ(calls, 2);
    pair_free(&pair);
}

/* The application's function verifies nothing. */
static int accept_all(X509_STORE_CTX *context, void *argument)
{
    (void)context;
    (void)argument;
    return 1;
}

static void what_a_program_has_accepted_is_not_known(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    SSL_CTX_set_cert_verify_callback(pair.client_ctx, accept_all, NULL);
    for (int i = 0; i < 2; i++) {
        pair_connect(&pair);
        pair_drop(&pair);
    }
    SSL_CTX_set_cert_verify_callback(pair.client_ctx, NULL, NULL);
    verify(&pair, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    pair_free(&pair);
}

static void a_client_is_known_to_a_server(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    use_credentials(pair.client_ctx, pki_client());
    for (int i = 0; i < 3; i++) {
        pair_connect(&pair);
        CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_OK);
        pair_drop(&pair);
    }
    pair_free(&pair);
}

static void default_properties_that_leave_no_algorithm_count(const struct protocol *protocol)
{
    struct outcome client, server;
    struct pair pair;

    become_known(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(EVP_set_default_properties(NULL, "provider=none"), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    pair_drop(&pair);
    CHECK_EQ(EVP_set_default_properties(NULL, ""), 1);
    verify(&pair, X509_V_OK);
    pair_free(&pair);
}

static void a_child_process_verifies_what_its_parent_knows(const struct protocol *protocol)
{
    struct pair pair;
    int status;
    pid_t child;

    become_known(&pair, protocol);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        verify(&pair, X509_V_OK);
        SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
        verify(&pair, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    verify(&pair, X509_V_OK);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_store_without_the_authority_trusts_no_known_server),
          TEST_EACH(a_revocation_list_that_arrives_counts),
          TEST_EACH(a_security_level_that_rises_counts),
          TEST_EACH(time_name_and_purpose_count),
          TEST_EACH(an_authority_of_the_same_name_has_signed_nothing),
          TEST_EACH(a_callback_is_called_as_for_an_unknown_chain),
          TEST_EACH(what_a_program_has_accepted_is_not_known),
          TEST_EACH(a_client_is_known_to_a_server),
          TEST_EACH(default_properties_that_leave_no_algorithm_count),
          TEST_EACH(a_child_process_verifies_what_its_parent_knows))
