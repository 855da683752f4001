/*
 * A session belongs to one security domain: host name, id context, policy on client
 * certificates. Names in sessions (S93, S99), what a resumption leaves out (S110), and what
 * CVE-2025-23419 was about: a session of one virtual host must not open another, also when
 * the servername callback changes the context after the session was chosen.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* The four kinds of resumption. */
struct kind {
    const struct protocol *protocol;
    bool tickets; /* TLS 1.3: stateless ones */
};

static const struct kind kinds[] = {
    { &TLS12, false }, { &TLS12, true }, { &TLS13, false }, { &TLS13, true }
};

#define FOR_EACH_KIND(kind)                                                                \
    for (const struct kind *kind = kinds; kind < kinds + sizeof(kinds) / sizeof(*kinds);   \
         kind++)

static bool is_tls13(const struct kind *kind)
{
    return kind->protocol->version == TLS1_3_VERSION;
}

/* What on_name() does for the host "b": one entry for each way of being another domain. */
static struct {
    SSL_CTX *context;    /* switch to it */
    int verify_mode;     /* ask for a client's certificate */
    const char *id_context;
} for_b;

static int answer = SSL_TLSEXT_ERR_OK;

static void change_domain(SSL *ssl)
{
    if (for_b.context != NULL)
        CHECK(SSL_set_SSL_CTX(ssl, for_b.context) == for_b.context);
    if (for_b.verify_mode != 0)
        SSL_set_verify(ssl, for_b.verify_mode, NULL);
    if (for_b.id_context != NULL)
        CHECK_EQ(SSL_set_session_id_context(ssl, (const unsigned char *)for_b.id_context,
                                            (unsigned)strlen(for_b.id_context)), 1);
}

static int on_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert, (void)argument;
    if (name != NULL && strcmp(name, "b.example") == 0)
        change_domain(ssl);
    return answer;
}

static void set_context(SSL_CTX *context, const char *name)
{
    CHECK_EQ(SSL_CTX_set_session_id_context(context, (const unsigned char *)name,
                                            (unsigned)strlen(name)), 1);
}

static void init(struct pair *pair, const struct kind *kind)
{
    memset(&for_b, 0, sizeof(for_b));
    pair_init(pair, kind->protocol);
    SSL_CTX_set_verify(pair->client_ctx, SSL_VERIFY_NONE, NULL);
    if (!kind->tickets)
        SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    set_context(pair->server_ctx, "shop");
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, on_name);
}

/* A connection to `name` that offers `session` is open and settled. */
static void connect_to(struct pair *pair, const char *name, SSL_SESSION *session)
{
    pair->offer = session;
    pair_open(pair);
    if (name != NULL)
        CHECK_EQ(SSL_set_tlsext_host_name(pair->client, name), 1);
    pair_handshake(pair);
    pair_settle(pair);
}

static SSL_SESSION *session_of(struct pair *pair, const char *name)
{
    SSL_SESSION *session;

    connect_to(pair, name, NULL);
    session = SSL_get1_session(pair->client);
    pair_close(pair);
    return session;
}

static bool resumes_at(struct pair *pair, const char *name, SSL_SESSION *session)
{
    bool resumed;

    connect_to(pair, name, session);
    resumed = SSL_session_reused(pair->server);
    CHECK_EQ(SSL_session_reused(pair->client), resumed);
    pair_close(pair);
    return resumed;
}

/* ---- names ---- */

static const char *servers_name(const struct pair *pair)
{
    return SSL_get_servername(pair->server, TLSEXT_NAMETYPE_host_name);
}

/* S93 */
static void a_name_is_kept_only_if_the_callback_accepts_it(void)
{
    static const int answers[] = { SSL_TLSEXT_ERR_OK, SSL_TLSEXT_ERR_NOACK };

    FOR_EACH_KIND(kind) {
        for (int i = 0; i < 3; i++) {
            struct pair pair;
            const char *kept;

            init(&pair, kind);
            if (i < 2)
                answer = answers[i];
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
    answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, "A.EXAMPLE", session);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        CHECK_STR(servers_name(&pair), is_tls13(kind) ? "A.EXAMPLE" : "a.example");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S93, S99: OpenSSL resumes all the same. */
static void a_session_is_for_the_name_it_was_made_for(void)
{
    answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, "c.example", session);
        CHECK_EQ(SSL_session_reused(pair.server), !on_reprise());
        CHECK_STR(servers_name(&pair),
                  is_tls13(kind) || on_reprise() ? "c.example" : "a.example");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* A name that nobody accepted binds nothing: one host has many names. */
static void a_name_that_was_not_accepted_does_not_matter(void)
{
    answer = SSL_TLSEXT_ERR_NOACK;
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
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
    answer = SSL_TLSEXT_ERR_NOACK;
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, "a.example", session);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        if (is_tls13(kind))
            CHECK_STR(servers_name(&pair), "a.example");
        else
            CHECK(servers_name(&pair) == NULL);
        CHECK_EQ(SSL_get_servername_type(pair.server),
                 is_tls13(kind) ? TLSEXT_NAMETYPE_host_name : -1);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* RFC 6066, section 3, refuses another name, not the lack of one. */
static void a_client_that_names_no_host_resumes(void)
{
    answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
        session = session_of(&pair, "a.example");
        connect_to(&pair, NULL, session);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        if (is_tls13(kind))
            CHECK(servers_name(&pair) == NULL);
        else
            CHECK_STR(servers_name(&pair), "a.example");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* ---- domains of one context ---- */

static void another_id_context_is_another_domain(void)
{
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
        session = session_of(&pair, "a.example");
        set_context(pair.server_ctx, "bank");
        CHECK(!resumes_at(&pair, "a.example", session));
        set_context(pair.server_ctx, "shop");
        CHECK(resumes_at(&pair, "a.example", session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void another_servers_tickets_and_ids_mean_nothing(void)
{
    FOR_EACH_KIND(kind) {
        struct pair pair, other;
        SSL_SESSION *session;

        init(&pair, kind);
        init(&other, kind);
        session = session_of(&pair, "a.example");
        CHECK(!resumes_at(&other, "a.example", session));
        CHECK(resumes_at(&pair, "a.example", session));
        SSL_SESSION_free(session);
        pair_free(&other);
        pair_free(&pair);
    }
}

enum { REQUIRED = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT };

/* The client has no certificate: only a resumption could let it in. */
static bool is_let_in(struct pair *pair, const char *name, SSL_SESSION *session)
{
    struct outcome client, server;
    bool resumed;

    pair->offer = session;
    pair_open(pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair->client, name), 1);
    pair_try_handshake(pair, &client, &server);
    resumed = SSL_session_reused(pair->server);
    CHECK_EQ(server.ret == 1, resumed);
    if (!resumed)
        CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    /* Let in or not, nothing of this is the session's fault. */
    SSL_set_quiet_shutdown(pair->client, 1);
    SSL_set_quiet_shutdown(pair->server, 1);
    SSL_shutdown(pair->client);
    SSL_shutdown(pair->server);
    pair_drop(pair);
    ERR_clear_error();
    return resumed;
}

static void a_session_without_certificate_does_not_stand_for_one(void)
{
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, kind);
        answer = SSL_TLSEXT_ERR_OK;
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
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;
        int questions, verified;

        init(&pair, kind);
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
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER |
                                                SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, store);
    SSL_CTX_sess_set_get_cb(context, fetch);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    set_context(context, "shop");
    return context;
}

/*
 * The suite of this session needs an RSA key in a full handshake, which the second server lacks. It
 * resumes without one, and knows the client's certificate from the session.
 */
static void a_session_lends_its_peer_to_a_server_without_its_kind_of_key(void)
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
    pair.offer = session;
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

/* ---- domains behind the servername callback: CVE-2025-23419 ---- */

/*
 * The client's session is of host a; host b is another domain in the ways of for_b. OpenSSL
 * has chosen the session before the callback speaks, and leaves it to the program to tell the
 * hosts apart, which is what went wrong there.
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
enum { OTHER_CONTEXT = 1, CERTIFICATE = 2, ID_CONTEXT = 4, ALL_WAYS = 8 };

static void init_host_b(struct pair *pair, const struct kind *kind, int ways)
{
    init(pair, kind);
    if (ways & OTHER_CONTEXT) {
        for_b.context = server_context(kind->protocol);
        set_context(for_b.context, "shop");
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

    FOR_EACH_KIND(kind) {
        for (int ways = 1; ways < ALL_WAYS; ways++) {
            for (int i = 0; i < 4; i++) {
                struct pair pair;

                init_host_b(&pair, kind, ways);
                answer = answers[i / 2];
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
    FOR_EACH_KIND(kind) {
        struct pair pair;
        SSL_SESSION *session;
        SSL_CTX *anonymous = client_context(kind->protocol);

        init_host_b(&pair, kind, OTHER_CONTEXT | CERTIFICATE);
        answer = SSL_TLSEXT_ERR_OK;
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

/* And back: a session of host b is good at host b, as often as there is one. */
static void a_host_behind_the_callback_resumes_its_own_sessions(void)
{
    answer = SSL_TLSEXT_ERR_OK;
    FOR_EACH_KIND(kind) {
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
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &name, &length) == 1 &&
        memmem(name, length, "b.example", 9) != NULL)
        change_domain(ssl);
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* It speaks before a session is chosen: the id context counts that it leaves behind. */
static void the_id_context_of_the_hello_callback_counts(void)
{
    answer = SSL_TLSEXT_ERR_NOACK;
    FOR_EACH_KIND(kind) {
        for (int ways = 1; ways < ALL_WAYS; ways++) {
            struct pair pair;
            SSL_SESSION *session;

            if (ways & CERTIFICATE)
                continue;
            init_host_b(&pair, kind, ways);
            if (for_b.context != NULL)
                set_context(for_b.context, "bank");
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

TEST_MAIN(TEST(a_name_is_kept_only_if_the_callback_accepts_it),
          TEST(the_name_of_a_resumption_is_the_sessions_in_tls12),
          TEST(a_session_is_for_the_name_it_was_made_for),
          TEST(a_name_that_was_not_accepted_does_not_matter),
          TEST(a_tls12_resumption_without_a_name_in_the_session_has_none),
          TEST(a_client_that_names_no_host_resumes),
          TEST(another_id_context_is_another_domain),
          TEST(another_servers_tickets_and_ids_mean_nothing),
          TEST(a_session_without_certificate_does_not_stand_for_one),
          TEST(a_resumption_asks_for_no_certificate),
          TEST(a_session_lends_its_peer_to_a_server_without_its_kind_of_key),
          TEST(a_session_of_one_host_does_not_open_another),
          TEST(a_certificate_shown_to_one_host_does_not_open_another),
          TEST(a_host_behind_the_callback_resumes_its_own_sessions),
          TEST(the_id_context_of_the_hello_callback_counts))
