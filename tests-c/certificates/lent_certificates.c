/*
 * The peer's certificates belong to one connection and its sessions: a program may change what it
 * finds (X509_set_ex_data(3), X509_add1_trust_object(3), X509_alias_set1(3)), also in several
 * threads, each with the certificates of another connection.
 * Also run under valgrind.
 */
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "pair.h"
#include "pki.h"

/* A server with a chain of two, verified on both sides by two certificates. */
static void chain_of_two(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_clear_chain_certs(pair->server_ctx);
    use_credentials(pair->server_ctx, pki_middle_server());
    CHECK_EQ(SSL_CTX_add1_chain_cert(pair->server_ctx, pki_middle()->certificate), 1);
    use_credentials(pair->client_ctx, pki_client());
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

/* Two connections at once, the first of which is in `client` and `server`. */
static void connect_twice(struct pair *pair, SSL **client, SSL **server)
{
    pair_connect(pair);
    *client = pair->client;
    *server = pair->server;
    pair->client = pair->server = NULL;
    pair_connect(pair);
}

static void each_connection_has_certificates_that_no_other_has(const struct protocol *protocol)
{
    struct pair pair;
    SSL *client, *server;
    chain_of_two(&pair, protocol);
    connect_twice(&pair, &client, &server);

    SSL *ends[][2] = { { client, pair.client }, { server, pair.server } };
    for (int end = 0; end < 2; end++) {
        SSL *one = ends[end][0], *other = ends[end][1];
        CHECK(SSL_get0_peer_certificate(one) != NULL);
        CHECK(SSL_get0_peer_certificate(one) != SSL_get0_peer_certificate(other));
        CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(one), SSL_get0_peer_certificate(other)), 0);
        STACK_OF(X509) *sent = SSL_get_peer_cert_chain(one);
        STACK_OF(X509) *sent_other = SSL_get_peer_cert_chain(other);
        CHECK_EQ(sk_X509_num(sent), sk_X509_num(sent_other));
        for (int i = 0; i < sk_X509_num(sent); i++)
            CHECK(sk_X509_value(sent, i) != sk_X509_value(sent_other, i));
        STACK_OF(X509) *verified = SSL_get0_verified_chain(one);
        STACK_OF(X509) *verified_other = SSL_get0_verified_chain(other);
        CHECK_EQ(sk_X509_num(verified), end == 0 ? 3 : 2);
        CHECK(sk_X509_value(verified, 0) != sk_X509_value(verified_other, 0));
        if (end == 0)
            CHECK(sk_X509_value(verified, 1) != sk_X509_value(verified_other, 1));
    }
    SSL_free(client);
    SSL_free(server);
    pair_free(&pair);
}

static void all_that_one_connection_lends_is_the_same_object(const struct protocol *protocol)
{
    struct pair pair;
    chain_of_two(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);

    STACK_OF(X509) *verified = SSL_get0_verified_chain(pair.client);
    STACK_OF(X509) *sent = SSL_get_peer_cert_chain(pair.client);
    X509 *peer = SSL_get0_peer_certificate(pair.client);
    CHECK(sk_X509_value(sent, 0) == peer);
    CHECK(sk_X509_value(verified, 0) == peer);
    CHECK(sk_X509_value(verified, 1) == sk_X509_value(sent, 1));
    CHECK(SSL_SESSION_get0_peer(SSL_get_session(pair.client)) == peer);
    /* The root is the store's. */
    X509 *root = sk_X509_value(verified, 2);
    STACK_OF(X509_OBJECT) *objects =
        X509_STORE_get0_objects(SSL_CTX_get_cert_store(pair.client_ctx));
    CHECK(X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, 0)) == root);

    peer = SSL_get0_peer_certificate(pair.server);
    CHECK(sk_X509_value(SSL_get0_verified_chain(pair.server), 0) == peer);
    CHECK(SSL_SESSION_get0_peer(SSL_get_session(pair.server)) == peer);
    SSL_SESSION *copy = SSL_SESSION_dup(SSL_get_session(pair.server));
    CHECK(SSL_SESSION_get0_peer(copy) == peer);
    SSL_SESSION_free(copy);
    pair_free(&pair);
}

static int mark;
static char text_of_callback[] = "callback";

static int note(int ok, X509_STORE_CTX *context)
{
    X509_set_ex_data(X509_STORE_CTX_get_current_cert(context), mark, text_of_callback);
    return ok;
}

static int record_instead(X509_STORE_CTX *context, void *argument)
{
    (void)argument;
    CHECK(X509_STORE_CTX_get0_cert(context) == sk_X509_value(X509_STORE_CTX_get0_untrusted(context), 0));
    X509_set_ex_data(X509_STORE_CTX_get0_cert(context), mark, text_of_callback);
    return X509_verify_cert(context);
}

/* What each way to set a callback leaves on the certificate of the connection. */
static void connect_and_look(struct pair *pair)
{
    pair_connect(pair);
    X509 *peer = SSL_get0_peer_certificate(pair->client);
    CHECK_STR(X509_get_ex_data(peer, mark), "callback");
    CHECK(sk_X509_value(SSL_get0_verified_chain(pair->client), 0) == peer);
    pair_close(pair);
}

static void what_a_callback_attaches_stays_with_its_connection(const struct protocol *protocol)
{
    struct pair pair;
    mark = X509_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    chain_of_two(&pair, protocol);
    pair_connect(&pair);
    CHECK(X509_get_ex_data(SSL_get0_peer_certificate(pair.client), mark) == NULL);
    pair_close(&pair);

    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, note);
    connect_and_look(&pair);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(pair.client_ctx, record_instead, NULL);
    connect_and_look(&pair);
    SSL_CTX_set_cert_verify_callback(pair.client_ctx, NULL, NULL);
    X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(pair.client_ctx), note);
    connect_and_look(&pair);
    X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(pair.client_ctx), NULL);

    /* Nothing of that shows in a connection without callbacks. */
    pair_connect(&pair);
    CHECK(X509_get_ex_data(SSL_get0_peer_certificate(pair.client), mark) == NULL);
    CHECK(X509_get_ex_data(sk_X509_value(SSL_get0_verified_chain(pair.client), 0), mark) == NULL);
    pair_free(&pair);
}

static pthread_barrier_t start;

static void *change(void *certificate)
{
    pthread_barrier_wait(&start);
    for (int round = 0; round < 2000; round++) {
        char name[100];
        int length = snprintf(name, sizeof(name), "%*d", round % 90, round);
        X509_alias_set1(certificate, (unsigned char *)name, length);
        X509_keyid_set1(certificate, (unsigned char *)name, length);
        X509_add1_trust_object(certificate, OBJ_nid2obj(NID_client_auth));
        X509_set_ex_data(certificate, mark + round % 64, certificate);
        X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0);
        if (round % 100 == 0)
            X509_trust_clear(certificate);
        int len;
        unsigned char *alias = X509_alias_get0(certificate, &len);
        CHECK_MEM(alias, len, name, length);
    }
    return NULL;
}

static void threads_may_each_change_the_certificate_of_their_own_connection(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL *client, *server;
    mark = X509_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    for (int i = 1; i < 64; i++)
        X509_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    chain_of_two(&pair, protocol);
    connect_twice(&pair, &client, &server);

    X509 *certificates[] = { SSL_get0_peer_certificate(client),
                             SSL_get0_peer_certificate(pair.client),
                             SSL_get0_peer_certificate(server),
                             sk_X509_value(SSL_get0_verified_chain(pair.server), 0) };
    pthread_t threads[4];
    pthread_barrier_init(&start, NULL, 4);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, change, certificates[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    for (int i = 0; i < 4; i++)
        CHECK(X509_get_ex_data(certificates[i], mark + 5) == certificates[i]);

    SSL_free(client);
    SSL_free(server);
    pair_free(&pair);
}

/* A resumption from the cache uses the session that is there; a session that is read again has its own
 * certificates. */
static void a_session_lends_its_certificate_to_the_connections_that_resume_it(
    const struct protocol *protocol)
{
    struct pair pair;
    pair_init(&pair, protocol);
    SSL_SESSION *session = pair_new_session(&pair);
    X509 *peer = SSL_SESSION_get0_peer(session);
    CHECK(peer != NULL);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK(SSL_get0_peer_certificate(pair.client) == peer);
    CHECK_EQ(sk_X509_num(SSL_get_peer_cert_chain(pair.client)), 1);
    CHECK(sk_X509_value(SSL_get_peer_cert_chain(pair.client), 0) == peer);
    CHECK(SSL_get0_verified_chain(pair.client) == NULL);
    pair_close(&pair);

    unsigned char *der = NULL;
    int length = i2d_SSL_SESSION(session, &der);
    const unsigned char *at = der;
    SSL_SESSION *read = d2i_SSL_SESSION(NULL, &at, length);
    CHECK(SSL_SESSION_get0_peer(read) != peer);
    CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(read), peer), 0);
    SSL_SESSION_free(session);
    pair.offered = read;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK(SSL_get0_peer_certificate(pair.client) == SSL_SESSION_get0_peer(read));
    CHECK(SSL_get_peer_cert_chain(pair.client) == NULL);
    SSL_SESSION_free(read);
    OPENSSL_free(der);
    pair.offered = NULL;
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(each_connection_has_certificates_that_no_other_has),
          TEST_EACH(all_that_one_connection_lends_is_the_same_object),
          TEST_EACH(what_a_callback_attaches_stays_with_its_connection),
          TEST_EACH(threads_may_each_change_the_certificate_of_their_own_connection),
          TEST_EACH(a_session_lends_its_certificate_to_the_connections_that_resume_it))
