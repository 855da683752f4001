/*
 * Which parameters a peer is verified with (SSL_CTX_get0_param(3), SSL_set_SSL_CTX(3)): those that the connection got
 * in SSL_new(), and what was set for it since. Nothing that happens to a context afterwards counts.
 */
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "made.h"
#include "pair.h"

static void set_host(SSL_CTX *context, const char *name)
{
    CHECK_EQ(X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(context), name, 0), 1);
}

/* The client's verdict: a result, which ends the handshake unless it is X509_V_OK. */
static void check_client(struct pair *pair, long result)
{
    struct outcome client, server;

    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(SSL_get_verify_result(pair->client), result);
    CHECK_EQ(client.ret, result == X509_V_OK ? 1 : -1);
    pair_drop(pair);
}

static void check_server(struct pair *pair, long result)
{
    struct outcome client, server;

    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(SSL_get_verify_result(pair->server), result);
    CHECK_EQ(server.ret, result == X509_V_OK ? 1 : -1);
    pair_drop(pair);
}

static void a_name_set_in_the_context_later_is_of_later_connections(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    /* None when the connection is made. */
    pair_open(&pair);
    set_host(pair.client_ctx, "other.example");
    check_client(&pair, X509_V_OK);
    /* Now there is one; another one then. */
    pair_open(&pair);
    set_host(pair.client_ctx, "localhost");
    check_client(&pair, X509_V_ERR_HOSTNAME_MISMATCH);
    pair_open(&pair);
    set_host(pair.client_ctx, NULL);
    check_client(&pair, X509_V_OK);
    pair_free(&pair);
}

static void a_pointer_to_the_parameters_of_a_context_changes_no_connection(const struct protocol *protocol)
{
    struct pair pair;
    X509_VERIFY_PARAM *live;

    pair_init(&pair, protocol);
    live = SSL_CTX_get0_param(pair.client_ctx);
    pair_open(&pair);
    CHECK(SSL_get0_param(pair.client) != live);
    CHECK_EQ(X509_VERIFY_PARAM_set1_host(live, "other.example", 0), 1);
    CHECK_EQ(X509_VERIFY_PARAM_set_flags(live, X509_V_FLAG_CRL_CHECK), 1);
    X509_VERIFY_PARAM_set_depth(live, 0);
    CHECK_EQ(SSL_get_verify_depth(pair.client), -1);
    CHECK(X509_VERIFY_PARAM_get0_host(SSL_get0_param(pair.client), 0) == NULL);
    check_client(&pair, X509_V_OK);
    /* A connection gets its present value. */
    pair_open(&pair);
    CHECK_EQ(SSL_get_verify_depth(pair.client), 0);
    CHECK_EQ(X509_VERIFY_PARAM_clear_flags(live, X509_V_FLAG_CRL_CHECK), 1);
    CHECK_EQ(X509_VERIFY_PARAM_set1_host(live, NULL, 0), 1);
    check_client(&pair, X509_V_ERR_HOSTNAME_MISMATCH);
    pair_free(&pair);
}

static void each_setter_of_the_context_counts_for_later_connections_only(const struct protocol *protocol)
{
    for (int setter = 0; setter < 4; setter++) {
        static const long results[] = { X509_V_ERR_CERT_CHAIN_TOO_LONG, X509_V_ERR_INVALID_PURPOSE,
                                        X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_CERT_NOT_YET_VALID };
        X509_VERIFY_PARAM *given = X509_VERIFY_PARAM_new();
        struct pair pair;

        pair_init(&pair, protocol);
        use_credentials(pair.server_ctx, pki_middle_server());
        CHECK_EQ(SSL_CTX_add1_chain_cert(pair.server_ctx, pki_middle()->certificate), 1);
        for (int later = 0; later < 2; later++) {
            if (!later)
                pair_open(&pair);
            switch (setter) {
            case 0: SSL_CTX_set_verify_depth(pair.client_ctx, 0); break;
            case 1: CHECK_EQ(SSL_CTX_set_purpose(pair.client_ctx, X509_PURPOSE_SSL_CLIENT), 1); break;
            /* A client has no trust for that. */
            case 2: CHECK_EQ(SSL_CTX_set_trust(pair.client_ctx, X509_TRUST_OCSP_SIGN), 1); break;
            case 3:
                X509_VERIFY_PARAM_set_time(given, 1000000000);
                CHECK_EQ(SSL_CTX_set1_param(pair.client_ctx, given), 1);
                break;
            }
            if (later)
                pair_open(&pair);
            if (setter != 2)
                check_client(&pair, later ? results[setter] : X509_V_OK);
            else {
                CHECK_EQ(X509_VERIFY_PARAM_get_depth(SSL_get0_param(pair.client)), -1);
                pair_drop(&pair);
            }
        }
        X509_VERIFY_PARAM_free(given);
        pair_free(&pair);
    }
}

static SSL_CTX *other_context;

static int switch_context(SSL *ssl, int *alert, void *argument)
{
    (void)alert;
    (void)argument;
    CHECK(SSL_set_SSL_CTX(ssl, other_context) == other_context);
    return SSL_TLSEXT_ERR_OK;
}

/* A server that asks for a certificate, and one without any wish, to which the servername callback switches. */
static void init_with_switch(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    use_credentials(pair->client_ctx, pki_client());
    other_context = server_context(protocol);
    for (int i = 0; i < 2; i++) {
        SSL_CTX *context = i ? other_context : pair->server_ctx;

        trust(context, pki_ca());
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, switch_context);
}

static void free_with_switch(struct pair *pair)
{
    SSL_CTX_free(other_context);
    pair_free(pair);
}

static void open_with_name(struct pair *pair)
{
    pair_open(pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair->client, "localhost"), 1);
}

static void revocation_is_checked_after_a_switch_of_context(const struct protocol *protocol)
{
    struct pair pair;

    init_with_switch(&pair, protocol);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(pair.server_ctx), X509_V_FLAG_CRL_CHECK);
    open_with_name(&pair);
    check_server(&pair, X509_V_ERR_UNABLE_TO_GET_CRL);
    free_with_switch(&pair);
}

static void a_depth_holds_after_a_switch_of_context(const struct protocol *protocol)
{
    for (int by_getter = 0; by_getter < 2; by_getter++) {
        struct credentials by_middle;
        struct pair pair;

        init_with_switch(&pair, protocol);
        by_middle = made(&(struct order){ .name = "client", .purpose = "clientAuth", .issuer = pki_middle() });
        use_credentials(pair.client_ctx, &by_middle);
        CHECK_EQ(SSL_CTX_add1_chain_cert(pair.client_ctx, pki_middle()->certificate), 1);
        if (by_getter)
            X509_VERIFY_PARAM_set_depth(SSL_CTX_get0_param(pair.server_ctx), 0);
        else
            SSL_CTX_set_verify_depth(pair.server_ctx, 0);
        open_with_name(&pair);
        check_server(&pair, X509_V_ERR_CERT_CHAIN_TOO_LONG);
        made_free(&by_middle);
        free_with_switch(&pair);
    }
}

static void the_other_context_adds_nothing(const struct protocol *protocol)
{
    struct pair pair;

    init_with_switch(&pair, protocol);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(other_context), X509_V_FLAG_CRL_CHECK);
    SSL_CTX_set_verify_depth(other_context, 0);
    set_host(other_context, "somebody.else");
    open_with_name(&pair);
    check_server(&pair, X509_V_OK);
    free_with_switch(&pair);
}

static void mode_and_callback_stay_after_a_switch_of_context(const struct protocol *protocol)
{
    struct pair pair;

    /* The second context asks for no certificate, and trusts another authority: its store counts. */
    init_with_switch(&pair, protocol);
    SSL_CTX_set_verify(other_context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_store(other_context, X509_STORE_new());
    trust(other_context, pki_other_ca());
    open_with_name(&pair);
    check_server(&pair, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
    free_with_switch(&pair);
}

static void a_clear_takes_the_name_that_matched(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set1_host(pair.client, "localhost"), 1);
    set_host(pair.client_ctx, "other.example");
    pair_handshake(&pair);
    CHECK_STR(SSL_get0_peername(pair.client), "localhost");
    SSL_set_shutdown(pair.client, SSL_SENT_SHUTDOWN);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK(SSL_get0_peername(pair.client) == NULL);
    /* The name to match is still there. */
    CHECK_STR(X509_VERIFY_PARAM_get0_host(SSL_get0_param(pair.client), 0), "localhost");
    pair_free(&pair);
}

static void a_duplicate_has_the_names_of_the_context_and_then_of_the_connection(const struct protocol *protocol)
{
    struct pair pair;
    SSL *first, *second;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set1_host(pair.client, "localhost"), 1);
    SSL_set_verify_depth(pair.client, 7);
    first = SSL_dup(pair.client);
    set_host(pair.client_ctx, "other.example");
    SSL_CTX_set_verify_depth(pair.client_ctx, 3);
    second = SSL_dup(pair.client);
    CHECK(first != NULL && first != pair.client && second != NULL && second != pair.client);
    CHECK_STR(X509_VERIFY_PARAM_get0_host(SSL_get0_param(first), 0), "localhost");
    CHECK_STR(X509_VERIFY_PARAM_get0_host(SSL_get0_param(second), 0), "other.example");
    CHECK_EQ(SSL_get_verify_depth(first), 7);
    CHECK_EQ(SSL_get_verify_depth(second), 7);
    SSL_free(first);
    SSL_free(second);
    pair_free(&pair);
}

/* Changes the parameters of the verification that calls it. */
static int mode_in_callback, result_in_callback;

static int change_mode(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

    (void)ok;
    SSL_set_verify(ssl, mode_in_callback, NULL);
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return result_in_callback;
}

static void a_callback_that_changes_the_mode_decides_by_the_new_one(const struct protocol *protocol)
{
    struct outcome client, server;
    struct pair pair;

    pair_init(&pair, protocol);
    for (int strict = 0; strict < 2; strict++) {
        SSL_CTX_set_verify(pair.client_ctx, strict ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, change_mode);
        mode_in_callback = strict ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;
        result_in_callback = 0;
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret, strict ? -1 : 1);
        CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_APPLICATION_VERIFICATION);
        pair_drop(&pair);
    }
    pair_free(&pair);
    /* A server that has asked for a certificate takes none that is refused. */
    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, change_mode);
    mode_in_callback = SSL_VERIFY_NONE;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.ret, -1);
    pair_free(&pair);
}

static void a_server_may_insist_on_a_certificate_after_it_has_asked(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    struct outcome client, server;
    struct pair pair;

    for (int with_one = 0; with_one < 2; with_one++) {
        pair_init(&pair, protocol);
        trust(pair.server_ctx, pki_ca());
        if (with_one)
            use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
        pair_open(&pair);
        CHECK_EQ(SSL_do_handshake(pair.client), -1);
        CHECK_EQ(SSL_do_handshake(pair.server), -1);
        SSL_set_verify(pair.server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.ret, with_one ? 1 : -1);
        if (!with_one)
            CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
        if (tls12)
            CHECK_EQ(client.ret, with_one ? 1 : -1);
        pair_free(&pair);
    }
}

static int require_certificate(SSL *ssl, int *alert, void *argument)
{
    (void)alert;
    (void)argument;
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_set_verify_depth(ssl, 0);
    CHECK_EQ(SSL_set1_host(ssl, "somebody"), 1);
    return SSL_TLSEXT_ERR_OK;
}

static void a_servername_callback_may_ask_for_a_certificate(const struct protocol *protocol)
{
    struct outcome client, server;
    struct pair pair;

    for (int with_one = 0; with_one < 2; with_one++) {
        pair_init(&pair, protocol);
        trust(pair.server_ctx, pki_ca());
        if (with_one)
            use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, require_certificate);
        open_with_name(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.ret, -1);
        CHECK_EQ(server.reason, with_one ? SSL_R_CERTIFICATE_VERIFY_FAILED : SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
        if (with_one)
            CHECK_EQ(SSL_get_verify_result(pair.server), X509_V_ERR_HOSTNAME_MISMATCH);
        pair_free(&pair);
    }
}

static int switch_in_verification(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

    CHECK(SSL_set_SSL_CTX(ssl, other_context) == other_context);
    SSL_set1_host(ssl, "too late");
    return ok;
}

static void a_switch_in_the_midst_of_a_verification_changes_nothing_in_it(const struct protocol *protocol)
{
    struct pair pair;

    for (int trusted = 0; trusted < 2; trusted++) {
        pair_init(&pair, protocol);
        other_context = client_context(protocol);
        use_credentials(pair.server_ctx, trusted ? pki_server() : pki_stranger());
        trust(other_context, pki_other_ca());
        SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, switch_in_verification);
        pair_open(&pair);
        /* The first context goes with what it has. */
        SSL_CTX_free(pair.client_ctx);
        pair.client_ctx = SSL_CTX_new(TLS_client_method());
        check_client(&pair, trusted ? X509_V_OK : X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        SSL_CTX_free(other_context);
        pair_free(&pair);
    }
}

static int replace_store(SSL *ssl, void *argument)
{
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);

    (void)argument;
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    trust(context, pki_ca());
    SSL_CTX_set_cert_cb(context, NULL, NULL);
    return 1;
}

static void a_callback_may_replace_the_store_of_the_context(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    trust(pair.server_ctx, pki_other_ca());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_cb(pair.server_ctx, replace_store, NULL);
    pair_open(&pair);
    check_server(&pair, X509_V_OK);
    pair_free(&pair);
}

/* Threads that share a context: each sets the name that it wants and makes a connection, with the lock held, and connects
 * without. */
enum {
    THREADS = 4,
    TURNS = 60
};

static SSL_CTX *shared;
static const struct protocol *spoken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *connect_in_turns(void *argument)
{
    const char *name = argument;
    bool right = strcmp(name, "localhost") == 0;
    struct pair pair;

    pair_init(&pair, spoken);
    SSL_CTX_free(pair.client_ctx);
    pair.client_ctx = shared;
    SSL_CTX_up_ref(shared);
    for (int i = 0; i < TURNS; i++) {
        pthread_mutex_lock(&lock);
        set_host(shared, name);
        pair_open(&pair);
        pthread_mutex_unlock(&lock);
        check_client(&pair, right ? X509_V_OK : X509_V_ERR_HOSTNAME_MISMATCH);
    }
    pair_free(&pair);
    return NULL;
}

static void threads_that_share_a_context_check_the_names_that_they_set(const struct protocol *protocol)
{
    static const char *names[THREADS] = { "localhost", "other.example", "localhost", "a.very.long.name.that.is.none.example" };
    pthread_t threads[THREADS];

    spoken = protocol;
    shared = client_context(protocol);
    pki_server();
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, connect_in_turns, (void *)names[i]), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    SSL_CTX_free(shared);
}

TEST_MAIN(TEST_EACH(a_name_set_in_the_context_later_is_of_later_connections),
          TEST_EACH(a_pointer_to_the_parameters_of_a_context_changes_no_connection),
          TEST_EACH(each_setter_of_the_context_counts_for_later_connections_only),
          TEST_EACH(revocation_is_checked_after_a_switch_of_context),
          TEST_EACH(a_depth_holds_after_a_switch_of_context),
          TEST_EACH(the_other_context_adds_nothing),
          TEST_EACH(mode_and_callback_stay_after_a_switch_of_context),
          TEST_EACH(a_clear_takes_the_name_that_matched),
          TEST_EACH(a_duplicate_has_the_names_of_the_context_and_then_of_the_connection),
          TEST_EACH(a_callback_that_changes_the_mode_decides_by_the_new_one),
          TEST_EACH(a_server_may_insist_on_a_certificate_after_it_has_asked),
          TEST_EACH(a_servername_callback_may_ask_for_a_certificate),
          TEST_EACH(a_switch_in_the_midst_of_a_verification_changes_nothing_in_it),
          TEST_EACH(a_callback_may_replace_the_store_of_the_context),
          TEST_EACH(threads_that_share_a_context_check_the_names_that_they_set))
