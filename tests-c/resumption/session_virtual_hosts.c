/*
 * A session of one virtual host must not open another, also when a callback changes the context or the domain after
 * the session was chosen: what CVE-2025-23419 was about.
 */
#include <string.h>

#include <openssl/ssl.h>

#include "domains.h"
#include "pair.h"

/* ---- domains behind the servername callback: CVE-2025-23419 ---- */

/*
 * The client's session is of host a; host b is another domain in the ways of for_b. OpenSSL
 * has chosen the session before the callback, and leaves it to the program to keep the hosts apart:
 * that was the fault.
 */
static void check_switched(struct pair *pair, const char *name)
{
    SSL_SESSION *session = session_of(pair, name);
    long hits = SSL_CTX_sess_hits(pair->server_ctx);

    if (for_b.verify_mode != 0)
        CHECK_EQ(is_let_in(pair, "b.example", session), !on_reprise());
    else
        CHECK_EQ(resumes_at(pair, "b.example", session), !on_reprise());
    CHECK_EQ(SSL_CTX_sess_hits(pair->server_ctx), hits + !on_reprise());
    /* It is still good where it was made. */
    CHECK(resumes_at(pair, name, session));
    SSL_SESSION_free(session);
}

/* All ways in which host b may be another domain; bits of `ways`. */
enum {
    OTHER_CONTEXT = 1,
    CERTIFICATE = 2,
    ID_CONTEXT = 4,
    ALL_WAYS = 8
};

static void init_host_b(struct pair *pair, const struct kind *kind, int ways)
{
    domain_init(pair, kind);
    if (ways & OTHER_CONTEXT) {
        for_b.context = server_context(kind->protocol);
        set_id_context(for_b.context, "shop");
        trust(for_b.context, pki_ca());
    }
    if (ways & CERTIFICATE)
        for_b.verify_mode = REQUIRED;
    if (ways & ID_CONTEXT)
        for_b.id_context = "bank";
}

static void a_session_of_one_host_does_not_open_another(void)
{
    static const char *const names[] = { "a.example", NULL };
    static const int answers[] = { SSL_TLSEXT_ERR_OK, SSL_TLSEXT_ERR_NOACK };

    FOR_EACH_KIND (kind) {
        for (int ways = 1; ways < ALL_WAYS; ways++) {
            for (int i = 0; i < 4; i++) {
                struct pair pair;

                init_host_b(&pair, kind, ways);
                name_answer = answers[i / 2];
                check_switched(&pair, names[i % 2]);
                SSL_CTX_free(for_b.context);
                pair_free(&pair);
            }
        }
    }
}

/* What the client proved to host a, by an authority that host b does not know. */
static void a_certificate_shown_to_one_host_does_not_open_another(void)
{
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;
        SSL_CTX *anonymous = client_context(kind->protocol);

        init_host_b(&pair, kind, OTHER_CONTEXT | CERTIFICATE);
        name_answer = SSL_TLSEXT_ERR_OK;
        SSL_CTX_set_verify(pair.server_ctx, REQUIRED, NULL);
        use_credentials(pair.client_ctx, pki_client());
        session = session_of(&pair, "a.example");
        SSL_CTX_free(pair.client_ctx);
        pair.client_ctx = anonymous;
        SSL_CTX_set_verify(anonymous, SSL_VERIFY_NONE, NULL);
        CHECK(resumes_at(&pair, "a.example", session));
        CHECK_EQ(is_let_in(&pair, "b.example", session), !on_reprise());
        SSL_SESSION_free(session);
        SSL_CTX_free(for_b.context);
        pair_free(&pair);
    }
}

/* And back: a session of host b, if there is one, is resumed at host b. */
static void a_host_behind_the_callback_resumes_its_own_sessions(void)
{
    name_answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        init_host_b(&pair, kind, OTHER_CONTEXT);
        session = session_of(&pair, "b.example");
        CHECK(resumes_at(&pair, "b.example", session));
        CHECK_EQ(resumes_at(&pair, "a.example", session), !on_reprise());
        CHECK_EQ(resumes_at(&pair, NULL, session), !on_reprise());
        SSL_SESSION_free(session);
        SSL_CTX_free(for_b.context);
        pair_free(&pair);
    }
}

/* ---- domains behind the ClientHello callback ---- */

static int on_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *name;
    size_t length;

    (void)alert, (void)argument;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &name, &length) == 1
        && memmem(name, length, "b.example", 9) != NULL)
        change_domain(ssl);
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* It speaks before a session is chosen: the id context counts that it leaves behind. */
static void the_id_context_of_the_hello_callback_counts(void)
{
    name_answer = SSL_TLSEXT_ERR_NOACK;
    FOR_EACH_KIND (kind) {
        for (int ways = 1; ways < ALL_WAYS; ways++) {
            struct pair pair;
            SSL_SESSION *session;

            if (ways & CERTIFICATE)
                continue;
            init_host_b(&pair, kind, ways);
            if (for_b.context != NULL)
                set_id_context(for_b.context, "bank");
            SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, NULL);
            SSL_CTX_set_client_hello_cb(pair.server_ctx, on_hello, NULL);
            session = session_of(&pair, "a.example");
            CHECK(!resumes_at(&pair, "b.example", session));
            CHECK(resumes_at(&pair, "a.example", session));
            SSL_SESSION_free(session);
            session = session_of(&pair, "b.example");
            CHECK(!resumes_at(&pair, "a.example", session));
            CHECK(resumes_at(&pair, "b.example", session));
            SSL_SESSION_free(session);
            SSL_CTX_free(for_b.context);
            pair_free(&pair);
        }
    }
}

TEST_MAIN(TEST(a_session_of_one_host_does_not_open_another),
          TEST(a_certificate_shown_to_one_host_does_not_open_another),
          TEST(a_host_behind_the_callback_resumes_its_own_sessions),
          TEST(the_id_context_of_the_hello_callback_counts))
