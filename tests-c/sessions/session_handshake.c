/*
 * The session of a server during its handshake, as callbacks see it: S3, S13, S24, S47, S123.
 */
#include <stdint.h>
#include <string.h>

#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"
#include "session_sights.h"

/* S3 */
static void all_callbacks_see_the_session_that_is_established(const struct protocol *protocol)
{
    bool tls13 = protocol->version == TLS1_3_VERSION;

    for (int tickets = 0; tickets < 2; tickets++) {
        static const char *const callbacks[] = { "name", "protocols", "certificate", "verify", "info" };
        unsigned length = tls13 || tickets ? 0 : 32;
        struct pair pair;

        sights_init(&pair, protocol, tickets);
        /* Every TLS 1.3 ticket but the first is of another session. */
        SSL_CTX_set_num_tickets(pair.server_ctx, 1);
        pair_connect(&pair);
        for (size_t i = 0; i < sizeof(callbacks) / sizeof(callbacks[0]); i++)
            CHECK(was_asked(callbacks[i]));
        for (size_t i = 0; i < sight_count; i++) {
            CHECK(sights[i].session == SSL_get_session(pair.server));
            /* Only the ticket gives a session of TLS 1.3 its id, and then there is one more state. */
            if (!tls13 || strcmp(sights[i].callback, "info") != 0)
                CHECK_EQ(sights[i].id_length, length);
        }
        pair_free(&pair);
    }
}

static void what_a_callback_attaches_stays_with_the_session(const struct protocol *protocol)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;

        sights_init(&pair, protocol, tickets);
        if (index_of_verdict == 0)
            index_of_verdict = SSL_SESSION_get_ex_new_index(0, "verdict", NULL, NULL, NULL);
        keeps_verdict = true;
        SSL_CTX_set_num_tickets(pair.server_ctx, 2);
        pair_connect(&pair);
        CHECK(SSL_SESSION_get_ex_data(SSL_get_session(pair.server), index_of_verdict) == &index_of_verdict);
        keeps_verdict = false;
        pair_free(&pair);
    }
}

static bool sets_fields;

static int set_fields(SSL *ssl, int *alert, void *argument)
{
    SSL_SESSION *session = SSL_get_session(ssl);

    (void)alert, (void)argument;
    if (sets_fields) {
        CHECK_EQ(SSL_SESSION_set1_id_context(session, (const unsigned char *)"domain", 6), 1);
        CHECK_EQ(SSL_SESSION_set_timeout(session, 77), 1);
        CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, "mine", 4), 1);
    }
    return SSL_TLSEXT_ERR_OK;
}

static void what_a_callback_sets_stays_with_the_session(const struct protocol *protocol)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        SSL_SESSION *session;
        unsigned length;
        size_t size;
        void *data;

        sights_init(&pair, protocol, tickets);
        SSL_CTX_set_num_tickets(pair.server_ctx, 2);
        SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, set_fields);
        sets_fields = true;
        pair_open(&pair);
        SSL_set_tlsext_host_name(pair.client, "localhost");
        pair_handshake(&pair);
        session = SSL_get_session(pair.server);
        SSL_SESSION_get0_id_context(session, &length);
        CHECK_EQ(length, 6);
        CHECK_EQ(SSL_SESSION_get_timeout(session), 77);
        CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &size), 1);
        CHECK_MEM(data, size, "mine", 4);
        CHECK_STR(SSL_SESSION_get0_hostname(session), "localhost");
        sets_fields = false;
        pair_free(&pair);
    }
}

static void a_domain_that_a_callback_sets_keeps_sessions_apart(void)
{
    struct pair pair;
    SSL_SESSION *session;

    sights_init(&pair, &TLS12, false);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, set_fields);
    sets_fields = true;
    session = pair_new_session(&pair);
    sets_fields = false;
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static int name_the_session(SSL *ssl, void *argument)
{
    (void)argument;
    CHECK_EQ(SSL_SESSION_set1_hostname(SSL_get_session(ssl), "prog.example"), 1);
    CHECK_EQ(SSL_SESSION_set_timeout(SSL_get_session(ssl), 777), 1);
    return 1;
}

static void the_certificate_callback_may_change_the_session(const struct protocol *protocol)
{
    struct pair pair;

    sights_init(&pair, protocol, true);
    SSL_CTX_set_cert_cb(pair.server_ctx, name_the_session, NULL);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_STR(SSL_SESSION_get0_hostname(SSL_get_session(pair.server)), "prog.example");
    CHECK_EQ(SSL_SESSION_get_timeout(SSL_get_session(pair.server)), 777);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(SSL_get_session(pair.client)), 777);
    pair_free(&pair);
}

static uint64_t options_to_set, options_to_clear;

static int change_options(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    SSL_set_options(ssl, options_to_set);
    SSL_clear_options(ssl, options_to_clear);
    return SSL_TLSEXT_ERR_OK;
}

/* Whether there are tickets is decided with the ClientHello. */
static void the_servername_callback_may_switch_tickets_without_harm(void)
{
    for (int off = 0; off < 2; off++) {
        struct pair pair;
        SSL_SESSION *session;

        sights_init(&pair, &TLS12, off);
        session = pair_new_session(&pair);
        CHECK_EQ(SSL_SESSION_has_ticket(session), off);
        options_to_set = off ? SSL_OP_NO_TICKET : 0;
        options_to_clear = off ? 0 : SSL_OP_NO_TICKET;
        SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, change_options);
        for (int i = 0; i < 3; i++)
            CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
        session = pair_new_session(&pair);
        CHECK_EQ(SSL_SESSION_has_ticket(session), 0);
        CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static unsigned suite_of(SSL *ssl)
{
    return SSL_CIPHER_get_protocol_id(SSL_SESSION_get0_cipher(SSL_get_session(ssl)));
}

/* S86: the tickets that follow are of the suite that is spoken now. */
static void a_session_takes_on_the_suite_that_it_is_resumed_with(void)
{
    struct pair pair;
    SSL_SESSION *session;

    sights_init(&pair, &TLS13, true);
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"), 1);
    SSL_CTX_clear_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    pair.offered = session;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(SSL_session_reused(pair.server));
    CHECK_EQ(suite_of(pair.server), 0x1303);
    CHECK_EQ(suite_of(pair.client), 0x1303);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* Asked for another ClientHello, a client leaves out a session whose hash the suite has not (RFC 8446, section
 * 4.1.4), so Reprise chooses one that has it. */
static void another_hello_and_a_session_of_another_hash_go_together(void)
{
    struct pair pair;
    SSL_SESSION *session;

    sights_init(&pair, &TLS13, true);
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"), 1);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), on_reprise());
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static SSL_SESSION *lent;
static const char *lent_name;
static SSL_CTX *stricter;

static int switch_context(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    lent = SSL_get_session(ssl);
    lent_name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    SSL_set_SSL_CTX(ssl, stricter);
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return SSL_TLSEXT_ERR_OK;
}

static int read_lent(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                     unsigned in_length, void *argument)
{
    (void)ssl, (void)in_length, (void)argument;
    CHECK_STR(lent_name, "localhost");
    CHECK_EQ(SSL_SESSION_get_protocol_version(lent), TLS1_2_VERSION);
    *out = in + 1;
    *length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

/* Reprise gives up a session that was made without the certificate that is now wanted; OpenSSL resumes it. */
static void a_session_that_is_given_up_lives_while_it_is_lent(void)
{
    struct pair pair;
    SSL_SESSION *session;

    sights_init(&pair, &TLS12, true);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, set_fields);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_handshake(&pair);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);

    stricter = server_context(&TLS12);
    trust(stricter, pki_ca());
    SSL_CTX_set_session_id_context(stricter, (const unsigned char *)"s", 1);
    SSL_CTX_set_alpn_select_cb(stricter, read_lent, NULL);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, switch_context);
    pair.offered = session;
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_handshake(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), !on_reprise());
    SSL_SESSION_free(session);
    SSL_CTX_free(stricter);
    pair_free(&pair);
}

/* S13 */
static void callbacks_see_the_session_that_is_resumed(void)
{
    struct pair pair;
    SSL_SESSION *session, *servers;

    sights_init(&pair, &TLS12, false);
    pair_connect(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    sight_count = 0;
    CHECK(pair_resumes(&pair, session));
    CHECK(was_asked("name") && was_asked("protocols") && was_asked("info"));
    CHECK(!was_asked("certificate") && !was_asked("verify"));
    for (size_t i = 0; i < sight_count; i++)
        CHECK(sights[i].session == servers);
    SSL_SESSION_free(session);
    SSL_SESSION_free(servers);
    pair_free(&pair);
}

static void fail_by_protocols(struct pair *pair)
{
    struct outcome client, server;

    protocols_are_fatal = true;
    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.ret, -1);
    protocols_are_fatal = false;
}

/* S24 */
static void a_handshake_that_fails_loses_its_session(void)
{
    struct pair pair;
    SSL_SESSION *session, *servers;

    sights_init(&pair, &TLS12, false);
    /* A new one, which was in no cache yet. */
    fail_by_protocols(&pair);
    CHECK_EQ(removals, 1);
    CHECK(removed == SSL_get_session(pair.server));
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.server)), 0);
    pair_drop(&pair);

    /* One that is resumed. */
    pair_connect(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    pair.offered = session;
    fail_by_protocols(&pair);
    CHECK(removed == servers);
    CHECK_EQ(removals, 2);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    SSL_SESSION_free(servers);
    pair_free(&pair);
}

/* An observer of a ticket can neither invalidate its session nor appear as its peer in callbacks. */
static void an_offer_without_the_secret_shows_and_loses_nothing(void)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session, *forged;
    unsigned char key[SSL_MAX_MASTER_KEY_LENGTH];
    size_t length;

    sights_init(&pair, &TLS13, false);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    session = pair_new_session(&pair);
    sight_count = 0;
    forged = SSL_SESSION_dup(session);
    length = SSL_SESSION_get_master_key(forged, key, sizeof(key));
    key[0] ^= 1;
    CHECK_EQ(SSL_SESSION_set1_master_key(forged, key, length), 1);

    pair.offered = forged;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.ret, -1);
    CHECK_EQ(server.reason, SSL_R_BINDER_DOES_NOT_VERIFY);
    CHECK_EQ(sight_count, 0);
    CHECK(SSL_get_session(pair.server) == NULL);
    CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
    CHECK_EQ(SSL_session_reused(pair.server), 0);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
    CHECK_EQ(removals, 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    pair_drop(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    SSL_SESSION_free(forged);
    pair_free(&pair);
}

static int never(SSL *ssl, int forward_secure)
{
    (void)ssl, (void)forward_secure;
    return 1;
}

/* S47 */
static void a_session_that_must_not_be_resumed_is_not_resumable_from_then_on(const struct protocol *protocol)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        unsigned length;

        sights_init(&pair, protocol, tickets);
        SSL_CTX_set_not_resumable_session_callback(pair.server_ctx, never);
        pair_connect(&pair);
        CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.server)), 0);
        CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
        SSL_SESSION_get_id(SSL_get_session(pair.server), &length);
        CHECK_EQ(length, protocol->version == TLS1_2_VERSION && !tickets ? 32 : 0);
        pair_free(&pair);
    }
}

/* S123; OpenSSL writes into it, and then the handshake fails. */
static void a_session_that_the_program_sets_is_not_written_into(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *set;
    unsigned length;

    if (!on_reprise())
        return;
    set = SSL_SESSION_new();
    sights_init(&pair, protocol, true);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    pair_open(&pair);
    SSL_do_handshake(pair.client);
    SSL_do_handshake(pair.server);
    session = SSL_get1_session(pair.server);
    CHECK(session != NULL);
    CHECK_EQ(SSL_set_session(pair.server, set), 1);
    pair_handshake(&pair);
    SSL_SESSION_get_id(set, &length);
    CHECK_EQ(length, 0);
    CHECK_EQ(SSL_SESSION_get_master_key(set, NULL, 0), 0);
    SSL_SESSION_free(session);
    SSL_SESSION_free(set);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(all_callbacks_see_the_session_that_is_established),
          TEST_EACH(what_a_callback_attaches_stays_with_the_session),
          TEST(callbacks_see_the_session_that_is_resumed), TEST(a_handshake_that_fails_loses_its_session),
          TEST(an_offer_without_the_secret_shows_and_loses_nothing),
          TEST_EACH(what_a_callback_sets_stays_with_the_session),
          TEST_EACH(the_certificate_callback_may_change_the_session),
          TEST(the_servername_callback_may_switch_tickets_without_harm),
          TEST(a_session_takes_on_the_suite_that_it_is_resumed_with),
          TEST(another_hello_and_a_session_of_another_hash_go_together),
          TEST(a_domain_that_a_callback_sets_keeps_sessions_apart),
          TEST(a_session_that_is_given_up_lives_while_it_is_lent),
          TEST_EACH(a_session_that_must_not_be_resumed_is_not_resumable_from_then_on),
          TEST_EACH(a_session_that_the_program_sets_is_not_written_into))
