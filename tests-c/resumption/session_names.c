/* Names in sessions: which name a session is for, and what a resumption makes of it (S93, S99). */
#include <openssl/ssl.h>

#include "domains.h"
#include "pair.h"

static bool is_kind_of_tls13(const struct kind *kind)
{
    return kind->protocol->version == TLS1_3_VERSION;
}

static const char *servers_name(const struct pair *pair)
{
    return SSL_get_servername(pair->server, TLSEXT_NAMETYPE_host_name);
}

/* S93 */
static void a_name_is_kept_only_if_the_callback_accepts_it(void)
{
    static const int answers[] = { SSL_TLSEXT_ERR_OK, SSL_TLSEXT_ERR_NOACK };

    FOR_EACH_KIND (kind) {
        for (int i = 0; i < 3; i++) {
            struct pair pair;
            const char *kept;

            domain_init(&pair, kind);
            if (i < 2)
                name_answer = answers[i];
            else
                SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, NULL);
            connect_to(&pair, "a.example", NULL);
            kept = SSL_SESSION_get0_hostname(SSL_get_session(pair.server));
            if (i == 0)
                CHECK_STR(kept, "a.example");
            else
                CHECK(kept == NULL);
            pair_free(&pair);
        }
    }
}

/* S93, S99: in another spelling, so that it shows whose name it is. */
static void the_name_of_a_resumption_is_the_sessions_in_tls12(void)
{
    name_answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, "A.EXAMPLE", session);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        CHECK_STR(servers_name(&pair), is_kind_of_tls13(kind) ? "A.EXAMPLE" : "a.example");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S93, S99: OpenSSL resumes nevertheless. */
static void a_session_is_for_the_name_it_was_made_for(void)
{
    name_answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, "c.example", session);
        CHECK_EQ(SSL_session_reused(pair.server), !on_reprise());
        CHECK_STR(servers_name(&pair),
                  is_kind_of_tls13(kind) || on_reprise() ? "c.example" : "a.example");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* A name that the server did not accept binds nothing: one host has many names. */
static void a_name_that_was_not_accepted_does_not_matter(void)
{
    name_answer = SSL_TLSEXT_ERR_NOACK;
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        session = session_of(&pair, "a.example");
        CHECK(resumes_at(&pair, "c.example", session));
        CHECK(resumes_at(&pair, NULL, session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* The server knows no name then, although the client sends one. */
static void a_tls12_resumption_without_a_name_in_the_session_has_none(void)
{
    name_answer = SSL_TLSEXT_ERR_NOACK;
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, "a.example", session);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        if (is_kind_of_tls13(kind))
            CHECK_STR(servers_name(&pair), "a.example");
        else
            CHECK(servers_name(&pair) == NULL);
        CHECK_EQ(SSL_get_servername_type(pair.server),
                 is_kind_of_tls13(kind) ? TLSEXT_NAMETYPE_host_name : -1);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* RFC 6066, section 3, forbids another name, not a missing one. */
static void a_client_that_names_no_host_resumes(void)
{
    name_answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND (kind) {
        struct pair pair;
        SSL_SESSION *session;

        domain_init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, NULL, session);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        if (is_kind_of_tls13(kind))
            CHECK(servers_name(&pair) == NULL);
        else
            CHECK_STR(servers_name(&pair), "a.example");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

TEST_MAIN(TEST(a_name_is_kept_only_if_the_callback_accepts_it),
          TEST(the_name_of_a_resumption_is_the_sessions_in_tls12),
          TEST(a_session_is_for_the_name_it_was_made_for),
          TEST(a_name_that_was_not_accepted_does_not_matter),
          TEST(a_tls12_resumption_without_a_name_in_the_session_has_none),
          TEST(a_client_that_names_no_host_resumes))
