/* A session belongs to one security domain: id context, keys of the server, policy on client certificates (S110). */
#include <string.h>

#include <openssl/ssl.h>

#include "domains.h"
#include "pair.h"

static void another_id_context_is_another_domain(void)
{
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        session = session_of(&pair, "a.example");
        set_id_context(pair.server_ctx, "bank");
        CHECK(!resumes_at(&pair, "a.example", session));
        set_id_context(pair.server_ctx, "shop");
        CHECK(resumes_at(&pair, "a.example", session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void another_servers_tickets_and_ids_mean_nothing(void)
{
    FOR_EACH_KIND (kind) {
        struct pair pair, other;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        domain_init(&other, kind);
        session = session_of(&pair, "a.example");
        CHECK(!resumes_at(&other, "a.example", session));
        CHECK(resumes_at(&pair, "a.example", session));
        SSL_SESSION_free(session);
        pair_free(&other);
        pair_free(&pair);
    }
}

static void a_session_without_certificate_does_not_stand_for_one(void)
{
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        name_answer = SSL_TLSEXT_ERR_OK;
        session = session_of(&pair, "a.example");
        SSL_CTX_set_verify(pair.server_ctx, REQUIRED, NULL);
        CHECK_EQ(is_let_in(&pair, "a.example", session), !on_reprise());
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static int certificate_questions;

static int count_question(SSL *ssl, void *argument)
{
    (void)ssl, (void)argument;
    certificate_questions++;
    return 1;
}

static int verifications;

static int count_verification(int ok, X509_STORE_CTX *context)
{
    (void)context;
    verifications++;
    return ok;
}

/* S110: with the client's certificate in the session. */
static void a_resumption_asks_for_no_certificate(void)
{
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;
        int questions, verified;

        domain_init(&pair, kind);
        use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_cert_cb(pair.client_ctx, count_question, NULL);
        SSL_CTX_set_cert_cb(pair.server_ctx, count_question, NULL);
        SSL_CTX_set_verify(pair.server_ctx, REQUIRED, count_verification);
        certificate_questions = verifications = 0;
        session = session_of(&pair, "a.example");
        questions = certificate_questions;
        verified = verifications;
        CHECK(questions >= 2);
        CHECK(verified >= 1);
        CHECK(resumes_at(&pair, "a.example", session));
        CHECK_EQ(certificate_questions, questions);
        CHECK_EQ(verifications, verified);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* A store outside of the contexts, with one session. */
static SSL_SESSION *stored;

static int store(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(stored);
    stored = session;
    return 1;
}

static SSL_SESSION *fetch(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)ssl, (void)copy;
    return length == 32 && memcmp(id, SSL_SESSION_get_id(stored, NULL), 32) == 0 ? stored
                                                                                 : NULL;
}

static SSL_CTX *server_with_store(const struct credentials *credentials)
{
    SSL_CTX *context = server_context(&TLS12);

    use_credentials(context, credentials);
    trust(context, pki_ca());
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER
                                                | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, store);
    SSL_CTX_sess_set_get_cb(context, fetch);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    set_id_context(context, "shop");
    return context;
}

/*
 * The suite of this session needs an RSA key in a full handshake, which the second server lacks. It
 * resumes without one, and knows the client's certificate from the session.
 */
static void a_session_gives_its_peer_to_a_server_without_that_kind_of_key(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = server_with_store(pki_server_rsa());
    SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-RSA-AES128-GCM-SHA256");
    use_credentials(pair.client_ctx, pki_client());
    session = pair_new_session(&pair);

    SSL_CTX_free(pair.client_ctx);
    SSL_CTX_free(pair.server_ctx);
    pair.client_ctx = client_context(&TLS12);
    pair.server_ctx = server_with_store(pki_server());
    pair.offered = session;
    pair_connect(&pair);
    CHECK(SSL_session_reused(pair.server));
    CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
    CHECK(SSL_SESSION_get0_peer(SSL_get_session(pair.server)) != NULL);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 1);
    pair_close(&pair);
    SSL_SESSION_free(session);
    SSL_SESSION_free(stored);
    pair_free(&pair);
}

TEST_MAIN(TEST(another_id_context_is_another_domain),
          TEST(another_servers_tickets_and_ids_mean_nothing),
          TEST(a_session_without_certificate_does_not_stand_for_one),
          TEST(a_resumption_asks_for_no_certificate),
          TEST(a_session_gives_its_peer_to_a_server_without_that_kind_of_key))
