/*
 * The header stands alone: nothing of <openssl/ssl.h> is seen here, and a C program
 * needs no more than it to make, keep and resume sessions.
 */
#include <reprise/ssl.h>

#include <openssl/bio.h>
#include <openssl/x509_vfy.h>

#include "check.h"
#include "header_units.h"
#include "pki.h"

struct ends {
    struct ssl_ctx_st *client_ctx, *server_ctx;
    struct ssl_st *client, *server;
};

static void make_contexts(struct ends *ends)
{
    const int verify_peer = 1;

    ends->client_ctx = SSL_CTX_new(TLS_client_method());
    ends->server_ctx = SSL_CTX_new(TLS_server_method());
    CHECK(ends->client_ctx != NULL && ends->server_ctx != NULL);
    SSL_CTX_set_verify(ends->client_ctx, verify_peer, NULL);
    CHECK(X509_STORE_add_cert(SSL_CTX_get_cert_store(ends->client_ctx),
                              pki_ca()->certificate));
    CHECK_EQ(SSL_CTX_use_certificate(ends->server_ctx, pki_server()->certificate), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey(ends->server_ctx, pki_server()->key), 1);
}

/* A handshake and a byte each way; offers the session if there is one. */
static void connect_ends(struct ends *ends, struct ssl_session_st *offer)
{
    BIO *to_server = BIO_new(BIO_s_mem());
    BIO *to_client = BIO_new(BIO_s_mem());
    int client = 0, server = 0;
    char byte = 'b';

    ends->client = SSL_new(ends->client_ctx);
    ends->server = SSL_new(ends->server_ctx);
    BIO_up_ref(to_server);
    BIO_up_ref(to_client);
    SSL_set_bio(ends->client, to_client, to_server);
    SSL_set_bio(ends->server, to_server, to_client);
    SSL_set_connect_state(ends->client);
    SSL_set_accept_state(ends->server);
    if (offer != NULL)
        CHECK_EQ(SSL_set_session(ends->client, offer), 1);
    for (int i = 0; i < 10 && (client != 1 || server != 1); i++) {
        client = SSL_do_handshake(ends->client);
        server = SSL_do_handshake(ends->server);
    }
    CHECK_EQ(client, 1);
    CHECK_EQ(server, 1);
    CHECK_EQ(SSL_write(ends->server, &byte, 1), 1);
    CHECK_EQ(SSL_read(ends->client, &byte, 1), 1);
    CHECK_EQ(byte, 'b');
}

static void close_ends(struct ends *ends)
{
    SSL_shutdown(ends->client);
    SSL_shutdown(ends->server);
    SSL_free(ends->client);
    SSL_free(ends->server);
}

static void a_program_that_sees_only_the_header_resumes_a_session(void)
{
    struct ends ends;
    struct ssl_session_st *session;

    make_contexts(&ends);
    connect_ends(&ends, NULL);
    CHECK_EQ(SSL_session_reused(ends.client), 0);
    session = SSL_get1_session(ends.client);
    CHECK(session != NULL);
    CHECK(session == SSL_get0_session(ends.client));
    CHECK(session == SSL_get_session(ends.client));
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    close_ends(&ends);

    connect_ends(&ends, session);
    CHECK_EQ(SSL_session_reused(ends.client), 1);
    CHECK_EQ(SSL_session_reused(ends.server), 1);
    /* The units that see both headers mean the same functions. */
    CHECK(session_by_header_before(ends.client) == SSL_get0_session(ends.client));
    CHECK(session_by_header_after(ends.client) == SSL_get0_session(ends.client));
    close_ends(&ends);
    SSL_SESSION_free(session);
    SSL_CTX_free(ends.client_ctx);
    SSL_CTX_free(ends.server_ctx);
}

TEST_MAIN(TEST(a_program_that_sees_only_the_header_resumes_a_session))
