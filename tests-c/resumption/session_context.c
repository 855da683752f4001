/*
 * Which sessions may be resumed where, and session ids: S47, S66 to S72, S86, S95,
 * S107, S108.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* S69 */
static void a_context_has_at_most_32_bytes(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl;
    unsigned char name[33] = { 0 };

    CHECK_EQ(SSL_CTX_set_session_id_context(context, name, 32), 1);
    CHECK_EQ(SSL_CTX_set_session_id_context(context, name, 33), 0);
    CHECK_REASON(SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG);
    ssl = SSL_new(context);
    CHECK_EQ(SSL_set_session_id_context(ssl, name, 32), 1);
    CHECK_EQ(SSL_set_session_id_context(ssl, name, 33), 0);
    CHECK_REASON(SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* S69 */
static void sessions_of_a_server_carry_its_context(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *name;
    unsigned length;

    pair_init(&pair, protocol);
    set_id_context(pair.server_ctx, "shop");
    pair_connect(&pair);
    name = SSL_SESSION_get0_id_context(SSL_get_session(pair.server), &length);
    CHECK_MEM(name, length, "shop", 4);
    pair_settle(&pair);
    SSL_SESSION_get0_id_context(SSL_get_session(pair.client), &length);
    CHECK_EQ(length, 0);
    pair_free(&pair);
}

/* S66, S95 */
static void another_context_means_a_full_handshake(const struct protocol *protocol)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        SSL_SESSION *session;

        pair_init(&pair, protocol);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        set_id_context(pair.server_ctx, "shop");
        session = pair_new_session(&pair);
        set_id_context(pair.server_ctx, "bank");
        CHECK(!pair_resumes(&pair, session));
        CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
        /* It was refused, not spoilt. */
        set_id_context(pair.server_ctx, "shop");
        CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S69 */
static void a_connection_may_have_its_own_id_context(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    set_id_context(pair.server_ctx, "shop");
    session = pair_new_session(&pair);
    pair.offered = session;
    pair_open(&pair);
    CHECK_EQ(SSL_set_session_id_context(pair.server, (const unsigned char *)"bank", 4), 1);
    pair_handshake(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 0);
    pair_settle(&pair);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S67 */
static void a_client_with_another_context_refuses_the_resumption(
    const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    set_id_context(pair.client_ctx, "mine");
    pair.offered = session;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT);
    CHECK_EQ(server.reason, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S68 */
static void a_verifying_server_without_context_refuses_resumption(
    const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    pair.offered = session;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_SESSION_ID_CONTEXT_UNINITIALIZED);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S71 */
static void a_tls12_session_needs_its_cipher_in_the_hello(void)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256");
    session = pair_new_session(&pair);
    pair.offered = session;
    pair_open(&pair);
    CHECK_EQ(SSL_set_cipher_list(pair.client, "ECDHE-ECDSA-AES256-GCM-SHA384"), 1);
    if (on_reprise()) {
        /* Its client does not offer a session without its suite: a full handshake. */
        pair_handshake(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), 0);
        CHECK_EQ(SSL_session_reused(pair.server), 0);
        CHECK_STR(SSL_get_cipher_name(pair.client), "ECDHE-ECDSA-AES256-GCM-SHA384");
    } else {
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.error, SSL_ERROR_SSL);
        CHECK_EQ(server.reason, SSL_R_REQUIRED_CIPHER_MISSING);
        CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
    }
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S86 */
static void a_tls13_session_goes_with_any_suite_of_its_hash(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256");
    session = pair_new_session(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_CHACHA20_POLY1305_SHA256");
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_CHACHA20_POLY1305_SHA256");
    pair_close(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_256_GCM_SHA384");
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S107 */
static void a_session_of_another_version_is_a_full_handshake(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(pair.server_ctx, TLS1_3_VERSION);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/*
 * Lets a server see the hello of a client that offers this session, changed on its way.
 * Returns how the server ends; its alert is left to the client.
 */
static struct outcome serve_changed_hello(struct pair *pair, SSL_SESSION *session,
                                          void (*change)(unsigned char *, size_t))
{
    struct outcome client, server;
    unsigned char hello[4096];
    int length;

    pair->transport = HELD;
    pair->offered = session;
    pair_open(pair);
    CHECK_EQ(SSL_do_handshake(pair->client), -1);
    length = BIO_read(pair->to_server, hello, sizeof(hello));
    CHECK(length > 5);
    change(hello, (size_t)length);
    CHECK_EQ(BIO_write(pair->at_server, hello, length), length);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(client.reason, server.reason == SSL_R_INCONSISTENT_EXTMS
                                ? SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE
                                : SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
    return server;
}

/* Makes the empty extension 23, extended_master_secret, an unknown one. */
static void hide_extended_master_secret(unsigned char *hello, size_t length)
{
    unsigned char *found = memmem(hello, length, "\0\x17\0\0", 4);

    CHECK(found != NULL);
    found[0] = 0xfa;
}

/* S70 */
static void a_session_with_extended_master_secret_needs_it_again(void)
{
    struct pair pair;
    struct outcome server;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    server = serve_changed_hello(&pair, session, hide_extended_master_secret);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_INCONSISTENT_EXTMS);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* The PSK binder is the end of the hello. */
static void spoil_binder(unsigned char *hello, size_t length)
{
    hello[length - 1] ^= 1;
}

/* S108 */
static void a_binder_that_does_not_verify_is_fatal(void)
{
    struct pair pair;
    struct outcome server;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    session = pair_new_session(&pair);
    server = serve_changed_hello(&pair, session, spoil_binder);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_BINDER_DOES_NOT_VERIFY);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static int questions;

static int forbid_resumption(SSL *ssl, int forward_secret)
{
    CHECK(ssl != NULL);
    /* Set for TLS 1.2 only, where it depends on the suite. */
    CHECK_EQ(forward_secret, SSL_version(ssl) == TLS1_2_VERSION);
    questions++;
    return 1;
}

/* S47 */
static void a_server_may_forbid_to_resume_its_sessions(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_not_resumable_session_callback(pair.server_ctx, forbid_resumption);
    session = pair_new_session(&pair);
    CHECK_EQ(questions, 1);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 0);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- session ids: S72 ---- */

static int calls;
static unsigned char next_id = 1;

static int generate(SSL *ssl, unsigned char *id, unsigned *length)
{
    static const unsigned char zero[32];

    CHECK(ssl != NULL);
    calls++;
    CHECK_EQ(*length, 32);
    CHECK_MEM(id, 32, zero, 32);
    memset(id, next_id, 32);
    return 1;
}

static int generate_short(SSL *ssl, unsigned char *id, unsigned *length)
{
    (void)ssl;
    memset(id, 's', 16);
    *length = 16;
    return 1;
}

static int generate_nothing(SSL *ssl, unsigned char *id, unsigned *length)
{
    (void)ssl, (void)id;
    *length = 0;
    return 1;
}

static int generate_too_long(SSL *ssl, unsigned char *id, unsigned *length)
{
    (void)ssl, (void)id;
    *length = 33;
    return 1;
}

static int fail_to_generate(SSL *ssl, unsigned char *id, unsigned *length)
{
    (void)ssl, (void)id, (void)length;
    return 0;
}

static void init_with_ids(struct pair *pair, GEN_SESSION_CB callback)
{
    pair_init(pair, &TLS12);
    SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_CTX_set_generate_session_id(pair->server_ctx, callback), 1);
}

static void ids_may_come_from_a_callback(void)
{
    struct pair pair;
    const unsigned char *id;
    unsigned length;
    SSL_SESSION *session;

    init_with_ids(&pair, generate);
    pair_connect(&pair);
    CHECK_EQ(calls, 1);
    id = SSL_SESSION_get_id(SSL_get_session(pair.client), &length);
    CHECK_EQ(length, 32);
    CHECK_EQ(id[0], next_id);
    CHECK_EQ(id[31], next_id);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(calls, 1);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_callback_may_shorten_the_id(void)
{
    struct pair pair;
    const unsigned char *id;
    unsigned length;
    SSL_SESSION *session;

    init_with_ids(&pair, generate_short);
    session = pair_new_session(&pair);
    id = SSL_SESSION_get_id(session, &length);
    /* Reprise fills it up, as the ids of rustls have 32 bytes. */
    CHECK_EQ(length, on_reprise() ? 32 : 16);
    CHECK_MEM(id, 16, "ssssssssssssssss", 16);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void the_connections_callback_comes_before_the_contexts(void)
{
    struct pair pair;

    init_with_ids(&pair, fail_to_generate);
    pair_open(&pair);
    CHECK_EQ(SSL_set_generate_session_id(pair.server, generate), 1);
    pair_handshake(&pair);
    CHECK_EQ(calls, 1);
    pair_free(&pair);
}

static void check_generator_refused(struct pair *pair, int reason)
{
    struct outcome client, server;

    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, reason);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_free(pair);
}

static void a_callback_that_fails_is_fatal(void)
{
    struct pair pair;

    init_with_ids(&pair, fail_to_generate);
    check_generator_refused(&pair, SSL_R_SSL_SESSION_ID_CALLBACK_FAILED);
    init_with_ids(&pair, generate_nothing);
    check_generator_refused(&pair, SSL_R_SSL_SESSION_ID_HAS_BAD_LENGTH);
    init_with_ids(&pair, generate_too_long);
    check_generator_refused(&pair, SSL_R_SSL_SESSION_ID_HAS_BAD_LENGTH);
}

static void an_id_that_is_taken_is_fatal(void)
{
    struct pair pair;

    init_with_ids(&pair, generate);
    pair_connect(&pair);
    pair_close(&pair);
    check_generator_refused(&pair, SSL_R_SSL_SESSION_ID_CONFLICT);
}

static void no_id_is_generated_for_a_tls12_ticket(void)
{
    struct pair pair;

    init_with_ids(&pair, generate);
    SSL_CTX_clear_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_connect(&pair);
    CHECK_EQ(calls, 0);
    pair_free(&pair);
}

static int generate_distinct(SSL *ssl, unsigned char *id, unsigned *length)
{
    next_id++;
    return generate(ssl, id, length);
}

static void each_tls13_ticket_has_a_generated_id(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_generate_session_id(pair.server_ctx, generate_distinct);
    pair_connect(&pair);
    CHECK_EQ(calls, 2);
    CHECK_EQ(SSL_SESSION_get_id(SSL_get_session(pair.server), NULL)[0], next_id);
    pair_free(&pair);
}

TEST_MAIN(TEST(a_context_has_at_most_32_bytes),
          TEST_EACH(sessions_of_a_server_carry_its_context),
          TEST_EACH(another_context_means_a_full_handshake),
          TEST_EACH(a_connection_may_have_its_own_id_context),
          TEST_EACH(a_client_with_another_context_refuses_the_resumption),
          TEST_EACH(a_verifying_server_without_context_refuses_resumption),
          TEST(a_tls12_session_needs_its_cipher_in_the_hello),
          TEST(a_tls13_session_goes_with_any_suite_of_its_hash),
          TEST(a_session_of_another_version_is_a_full_handshake),
          TEST(a_session_with_extended_master_secret_needs_it_again),
          TEST(a_binder_that_does_not_verify_is_fatal),
          TEST_EACH(a_server_may_forbid_to_resume_its_sessions),
          TEST(ids_may_come_from_a_callback), TEST(a_callback_may_shorten_the_id),
          TEST(the_connections_callback_comes_before_the_contexts),
          TEST(a_callback_that_fails_is_fatal), TEST(an_id_that_is_taken_is_fatal),
          TEST(no_id_is_generated_for_a_tls12_ticket),
          TEST(each_tls13_ticket_has_a_generated_id))
