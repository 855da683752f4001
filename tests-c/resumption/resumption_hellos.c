/*
 * The hellos of a resumption, and how hellos are treated that were changed on their
 * way: S70, S71, S86, S96, S107 to S109.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

enum {
    RECORD_HEADER = 5,
    MOST = 4096
};

/* Record and message are the first of a flight that waits in memory. */
struct hello {
    unsigned char bytes[MOST];
    size_t length;
};

static unsigned char *find(struct hello *hello, const void *bytes, size_t length)
{
    return memmem(hello->bytes, hello->length, bytes, length);
}

static void take_hello(BIO *from, struct hello *hello)
{
    int length = BIO_read(from, hello->bytes, MOST);

    CHECK(length > RECORD_HEADER);
    hello->length = (size_t)length;
}

static void give_hello(BIO *to, const struct hello *hello)
{
    CHECK_EQ(BIO_write(to, hello->bytes, (int)hello->length), hello->length);
}

/* The client, which offers `session`, has sent its hello; no server has read it. */
static void say_hello(struct pair *pair, SSL_SESSION *session, struct hello *hello)
{
    pair->transport = HELD;
    pair->offered = session;
    pair_open(pair);
    CHECK_EQ(SSL_do_handshake(pair->client), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_WANT_READ);
    take_hello(pair->to_server, hello);
}

/* The server, which has got this hello, reports it. */
static int refusal_of_server(struct pair *pair, const struct hello *hello, int client_reason)
{
    struct outcome client, server;

    give_hello(pair->at_server, hello);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, client_reason);
    return server.reason;
}

/* Carries everything to the server and takes the server's answer away. */
static void take_answer(struct pair *pair, const struct hello *hello, struct hello *answer)
{
    give_hello(pair->at_server, hello);
    CHECK_EQ(SSL_do_handshake(pair->server), -1);
    CHECK_EQ(SSL_get_error(pair->server, -1), SSL_ERROR_WANT_READ);
    take_hello(pair->to_client, answer);
}

static int refusal_of_client(struct pair *pair, const struct hello *answer, int server_reason)
{
    struct outcome client, server;

    give_hello(pair->at_client, answer);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    if (server_reason != 0)
        CHECK_EQ(server.reason, server_reason);
    return client.reason;
}

/* ---- the suite ---- */

static void init_two_suites(struct pair *pair, bool tickets)
{
    pair_init(pair, &TLS12);
    if (!tickets)
        SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair->client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256:"
                                                       "ECDHE-ECDSA-AES256-GCM-SHA384"),
             1);
}

/* S71 */
static void a_server_needs_the_sessions_suite_in_the_hello(void)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        struct hello hello;
        SSL_SESSION *session;
        unsigned char *suites;

        init_two_suites(&pair, tickets);
        session = pair_new_session(&pair);
        CHECK_EQ(SSL_CIPHER_get_protocol_id(SSL_SESSION_get0_cipher(session)), 0xc02b);
        say_hello(&pair, session, &hello);
        suites = find(&hello, "\xc0\x2b\xc0\x2c", 4);
        CHECK(suites != NULL);
        suites[1] = 0x30; /* one for RSA keys */
        CHECK_EQ(refusal_of_server(&pair, &hello, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER),
                 SSL_R_REQUIRED_CIPHER_MISSING);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S71: whatever the client, or the server, would like better for a new session. */
static void a_resumption_uses_the_sessions_suite(void)
{
    static const char *const suites[] = { "ECDHE-RSA-AES128-GCM-SHA256",
                                          "ECDHE-ECDSA-AES128-GCM-SHA256" };

    for (int i = 0; i < 8; i++) {
        struct pair pair;
        SSL_SESSION *session;

        init_two_suites(&pair, i & 1);
        use_credentials(pair.server_ctx, pki_server_rsa());
        if (i & 2)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_cipher_list(pair.client_ctx, suites[i / 4]);
        session = pair_new_session(&pair);
        SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES256-GCM-SHA384:"
                                                 "ECDHE-RSA-AES256-GCM-SHA384:"
                                                 "ECDHE-ECDSA-AES128-GCM-SHA256:"
                                                 "ECDHE-RSA-AES128-GCM-SHA256");
        pair.offered = session;
        pair_connect(&pair);
        CHECK_EQ(SSL_session_reused(pair.server), 1);
        CHECK_STR(SSL_get_cipher_name(pair.client), suites[i / 4]);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S71 */
static void a_client_needs_the_sessions_suite_in_the_answer(void)
{
    struct pair pair;
    struct hello hello, answer;
    SSL_SESSION *session;
    unsigned char *suite;

    init_two_suites(&pair, false);
    session = pair_new_session(&pair);
    say_hello(&pair, session, &hello);
    take_answer(&pair, &hello, &answer);
    /* After the id. */
    suite = find(&answer, SSL_SESSION_get_id(session, NULL), 32);
    CHECK(suite != NULL);
    CHECK_MEM(suite + 32, 2, "\xc0\x2b", 2);
    suite[33] = 0x2c;
    CHECK_EQ(refusal_of_client(&pair, &answer, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER),
             SSL_R_OLD_SESSION_CIPHER_NOT_RETURNED);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S86 */
static void a_client_needs_the_sessions_hash_in_the_answer(void)
{
    struct pair pair;
    struct hello hello, answer;
    SSL_SESSION *session;
    unsigned char *suite;

    pair_init(&pair, &TLS13);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_CIPHER_get_protocol_id(SSL_SESSION_get0_cipher(session)), 0x1302);
    say_hello(&pair, session, &hello);
    take_answer(&pair, &hello, &answer);
    /* Headers of record and message, version, random, the client's id of 32 bytes. */
    suite = answer.bytes + RECORD_HEADER + 4 + 2 + 32 + 1 + 32;
    CHECK_MEM(suite, 2, "\x13\x02", 2);
    suite[1] = 0x01;
    CHECK_EQ(refusal_of_client(&pair, &answer, 0), SSL_R_CIPHERSUITE_DIGEST_HAS_CHANGED);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- extensions ---- */

static void add_to_number(unsigned char *low_byte, unsigned more)
{
    unsigned number = (unsigned)low_byte[-1] << 8 | low_byte[0];

    number += more;
    low_byte[-1] = (unsigned char)(number >> 8);
    low_byte[0] = (unsigned char)number;
}

/* An empty extension of an unknown type, after all others. */
static void append_extension(struct hello *hello)
{
    unsigned char *at = hello->bytes + RECORD_HEADER + 4 + 2 + 32;

    at += 1 + at[0];                        /* id */
    at += 2 + ((size_t)at[0] << 8) + at[1]; /* suites */
    at += 1 + at[0];                        /* compression methods */
    add_to_number(at + 1, 4);
    add_to_number(hello->bytes + RECORD_HEADER - 1, 4);
    add_to_number(hello->bytes + RECORD_HEADER + 3, 4);
    CHECK(hello->length + 4 <= MOST);
    memcpy(hello->bytes + hello->length, "\xfa\xfa\0\0", 4);
    hello->length += 4;
}

/* S108 */
static void the_psk_extension_must_be_the_last(void)
{
    struct pair pair;
    struct hello hello;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    session = pair_new_session(&pair);
    say_hello(&pair, session, &hello);
    append_extension(&hello);
    CHECK_EQ(refusal_of_server(&pair, &hello, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER),
             SSL_R_BAD_EXTENSION);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* psk_key_exchange_modes: length of the extension, length of the list, the list. */
static const char MODES[] = "\0\x2d\0\x02\x01\x01";
static const char BOTH_MODES[] = "\0\x2d\0\x03\x02\x01\0";

/* S109 */
static void a_client_offers_resumption_with_a_key_exchange(void)
{
    struct pair pair;
    struct hello hello;

    pair_init(&pair, &TLS13);
    say_hello(&pair, NULL, &hello);
    CHECK(find(&hello, MODES, 6) != NULL);
    pair_drop(&pair);

    SSL_CTX_set_options(pair.client_ctx, SSL_OP_ALLOW_NO_DHE_KEX);
    say_hello(&pair, NULL, &hello);
    /* Reprise cannot do without. */
    CHECK(find(&hello, on_reprise() ? MODES : BOTH_MODES, on_reprise() ? 6 : 7) != NULL);
    pair_free(&pair);
}

/* S109: the same hello, as far as a server can see it before it has read the Finished. */
static void a_server_does_not_resume_without_a_key_exchange(void)
{
    struct pair pair;
    struct hello hello, answer;
    SSL_SESSION *session;
    unsigned char *modes;

    pair_init(&pair, &TLS13);
    session = pair_new_session(&pair);
    say_hello(&pair, session, &hello);
    modes = find(&hello, MODES, 6);
    CHECK(modes != NULL);
    modes[5] = 0;
    take_answer(&pair, &hello, &answer);
    CHECK_EQ(SSL_session_reused(pair.server), 0);
    /* pre_shared_key, with the number of the identity */
    CHECK(find(&answer, "\0\x29\0\x02\0\0", 6) == NULL);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S70: the session without, the hello with it. */
static SSL_SESSION *stored;

static SSL_SESSION *on_get(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)ssl, (void)copy;
    return stored != NULL && length == 32
                   && memcmp(id, SSL_SESSION_get_id(stored, NULL), 32) == 0
               ? stored
               : NULL;
}

/* The same session as if its handshake had not used the extended master secret. */
static SSL_SESSION *without_extended_master_secret(SSL_SESSION *session)
{
    unsigned char der[2048], *end = der;
    const unsigned char *start = der;
    int length = i2d_SSL_SESSION(session, &end);
    unsigned char *flags = memmem(der, (size_t)length, "\xad\x03\x02\x01\x01", 5);
    SSL_SESSION *copy;

    CHECK(flags != NULL);
    flags[4] = 0;
    copy = d2i_SSL_SESSION(NULL, &start, length);
    CHECK(copy != NULL);
    return copy;
}

static void a_session_without_extended_master_secret_is_not_resumed_with_it(void)
{
    struct pair pair;
    SSL_SESSION *session, *servers;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_SERVER
                                                        | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_get_cb(pair.server_ctx, on_get);
    pair_connect(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    stored = servers;
    CHECK(pair_resumes(&pair, session));
    stored = without_extended_master_secret(servers);
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(stored);
    SSL_SESSION_free(servers);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- ids ---- */

static int questions;
static unsigned char asked[2][32];

static SSL_SESSION *record_id(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)ssl, (void)copy;
    CHECK_EQ(length, 32);
    CHECK(questions < 2);
    memcpy(asked[questions++], id, 32);
    return NULL;
}

/* S96 */
static void a_tls12_server_looks_up_the_compatibility_id(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_3_VERSION);
    SSL_CTX_sess_set_get_cb(pair.server_ctx, record_id);
    for (int i = 0; i < 2; i++) {
        if (i == 1)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        pair_connect(&pair);
        CHECK_STR(SSL_get_version(pair.server), "TLSv1.2");
        pair_close(&pair);
        CHECK_EQ(questions, i + 1);
        CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), i + 1);
    }
    CHECK(memcmp(asked[0], asked[1], 32) != 0);

    /* A client of TLS 1.2 alone does not send it. */
    SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_2_VERSION);
    pair_connect(&pair);
    pair_close(&pair);
    CHECK_EQ(questions, 2);
    CHECK_EQ(SSL_CTX_sess_misses(pair.server_ctx), 2);
    pair_free(&pair);
}

/* ---- the order of checks: S107 ---- */

/* S107: a wrong id context comes before a missing one. */
static void the_id_context_is_compared_first(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    set_id_context(pair.server_ctx, "shop");
    session = pair_new_session(&pair);
    set_id_context(pair.server_ctx, "");
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S107: a missing id context comes before expiry. */
static void an_expired_session_needs_an_id_context_too(void)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session, *servers;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_connect(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    SSL_SESSION_set_time(servers, 1000);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    pair.offered = session;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_SESSION_ID_CONTEXT_UNINITIALIZED);
    CHECK_EQ(SSL_CTX_sess_timeouts(pair.server_ctx), 0);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 0);
    SSL_SESSION_free(servers);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S107 */
static void a_ticket_that_was_refused_is_replaced(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *next;

    pair_init(&pair, protocol);
    set_id_context(pair.server_ctx, "shop");
    session = pair_new_session(&pair);
    set_id_context(pair.server_ctx, "bank");
    pair.offered = session;
    next = pair_new_session(&pair);
    CHECK(next != session);
    CHECK_EQ(SSL_SESSION_has_ticket(next), 1);
    CHECK(pair_resumes(&pair, next));
    SSL_SESSION_free(next);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST(a_server_needs_the_sessions_suite_in_the_hello),
          TEST(a_resumption_uses_the_sessions_suite),
          TEST(a_client_needs_the_sessions_suite_in_the_answer),
          TEST(a_client_needs_the_sessions_hash_in_the_answer),
          TEST(the_psk_extension_must_be_the_last),
          TEST(a_client_offers_resumption_with_a_key_exchange),
          TEST(a_server_does_not_resume_without_a_key_exchange),
          TEST(a_session_without_extended_master_secret_is_not_resumed_with_it),
          TEST(a_tls12_server_looks_up_the_compatibility_id),
          TEST_EACH(the_id_context_is_compared_first),
          TEST(an_expired_session_needs_an_id_context_too),
          TEST_EACH(a_ticket_that_was_refused_is_replaced))
