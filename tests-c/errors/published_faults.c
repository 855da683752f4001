/*
 * Faults that were published of libssl or of programs on it, as far as they touch sessions or
 * can be asked of any libssl: each test is named after its CVE. CVE-2025-23419 is in
 * session_domains.c; the threads of CVE-2010-3864 are in threads.c.
 */
#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "key_forms.h"
#include "pair.h"
#include "session_callbacks.h"

/* ---- CVE-2014-3509, CVE-2015-1791 ---- */

enum {
    THREADS = 4,
    ROUNDS = 40
};

/* Opens every ticket and asks for a new one each time (S78). */
static int renew(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                 EVP_MAC_CTX *mac, int encrypt)
{
    (void)ssl;
    use_fixed_key(name, iv, cipher, mac, encrypt);
    return encrypt ? 1 : 2;
}

struct shared {
    SSL_CTX *client_ctx, *server_ctx;
    SSL_SESSION *session;
};

/* Each connection gets a new ticket for the session that the others are using as well. */
static void *resume_and_be_renewed(void *argument)
{
    const struct shared *shared = argument;

    for (int i = 0; i < ROUNDS; i++) {
        struct pair pair = { .client_ctx = shared->client_ctx,
                             .server_ctx = shared->server_ctx,
                             .offered = shared->session };
        unsigned char *der = NULL;
        int length;

        pair_connect(&pair);
        pair_settle(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        length = i2d_SSL_SESSION(SSL_get_session(pair.client), &der);
        CHECK(length > 0);
        OPENSSL_free(der);
        CHECK(i2d_SSL_SESSION(shared->session, NULL) > 0);
        pair_close(&pair);
    }
    return NULL;
}

static void a_new_ticket_leaves_the_session_of_other_threads_alone(
    const struct protocol *protocol)
{
    struct pair pair;
    struct shared shared;
    pthread_t threads[THREADS];
    unsigned char before[4096], after[4096];
    unsigned char *end_before = before, *end_after = after;
    int length;

    pair_init(&pair, protocol);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_OFF);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, renew), 1);
    shared.client_ctx = pair.client_ctx;
    shared.server_ctx = pair.server_ctx;
    shared.session = pair_new_session(&pair);
    length = i2d_SSL_SESSION(shared.session, &end_before);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, resume_and_be_renewed, &shared), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(i2d_SSL_SESSION(shared.session, &end_after), length);
    CHECK_MEM(after, (size_t)length, before, (size_t)length);
    SSL_SESSION_free(shared.session);
    pair_free(&pair);
}

/* ---- CVE-2015-3196 ---- */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *in, unsigned in_length, void *argument)
{
    (void)ssl, (void)in, (void)in_length;
    *out = argument;
    *out_length = 1;
    return SSL_TLSEXT_ERR_OK;
}

static void init_server_that_says(SSL_CTX *context, char *protocol,
                                  const struct credentials *authority)
{
    X509 *certificate = authority->certificate;

    SSL_CTX_set_alpn_select_cb(context, choose_protocol, protocol);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_add_client_CA(context, certificate), 1);
}

static void check_heard(SSL *client, const char *protocol, const struct credentials *authority)
{
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(client);
    const unsigned char *chosen;
    unsigned length;

    SSL_get0_alpn_selected(client, &chosen, &length);
    CHECK_MEM(chosen, length, protocol, 1);
    CHECK_EQ(sk_X509_NAME_num(names), 1);
    CHECK_EQ(X509_NAME_cmp(sk_X509_NAME_value(names, 0),
                           X509_get_subject_name(authority->certificate)),
             0);
    CHECK(SSL_get_psk_identity_hint(client) == NULL);
}

/* There a hint that a server sent was kept in the context that all connections share. */
static void what_a_server_sends_stays_in_its_connection(const struct protocol *protocol)
{
    struct pair one, other;

    pair_init(&one, protocol);
    pair_init(&other, protocol);
    init_server_that_says(one.server_ctx, "1", pki_ca());
    init_server_that_says(other.server_ctx, "2", pki_other_ca());
    SSL_CTX_free(other.client_ctx);
    other.client_ctx = one.client_ctx;
    SSL_CTX_up_ref(one.client_ctx);
    CHECK_EQ(SSL_CTX_set_alpn_protos(one.client_ctx, (const unsigned char *)"\0011\0012", 4),
             0);
    pair_open(&one);
    pair_open(&other);
    pair_handshake(&one);
    pair_handshake(&other);
    check_heard(one.client, "1", pki_ca());
    check_heard(other.client, "2", pki_other_ca());
    CHECK_EQ(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(one.client_ctx)) > 0, 0);
    CHECK(SSL_CTX_sess_number(one.client_ctx) == 0);
    pair_free(&one);
    pair_free(&other);
}

/* ---- CVE-2024-2511 ---- */

static void a_cache_without_tickets_does_not_grow_for_ever(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session = NULL;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_cache_size(pair.server_ctx, 10);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, count_new_session);
    SSL_CTX_sess_set_remove_cb(pair.server_ctx, count_removal);
    for (int i = 0; i < 100; i++) {
        /* New, resumed, closed properly and not. */
        pair.offered = i % 3 == 1 ? session : NULL;
        pair_connect(&pair);
        pair_settle(&pair);
        SSL_SESSION_free(session);
        session = SSL_get1_session(pair.client);
        if (i % 5 == 4)
            pair_drop(&pair);
        else
            pair_close(&pair);
        CHECK(SSL_CTX_sess_number(pair.server_ctx) < 10);
    }
    CHECK(removals <= new_sessions);
    CHECK(new_sessions - removals < 10);
    SSL_CTX_flush_sessions(pair.server_ctx, 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- CVE-2014-3567 ---- */

enum {
    LARGE = 4000
};

static int make_large(SSL *ssl, void *argument)
{
    static const char data[LARGE];

    (void)argument;
    return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data, LARGE);
}

static void foreign_tickets_leave_no_memory_behind(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    size_t before = 0;

    pair_init(&pair, protocol);
    SSL_CTX_set_session_ticket_cb(pair.server_ctx, make_large, NULL, NULL);
    session = pair_new_session(&pair);
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = server_context(protocol);
    for (int i = 0; i < 150; i++) {
        if (i == 50)
            before = mallinfo2().uordblks;
        CHECK(!pair_resumes(&pair, session));
    }
    /* Less than the tickets of a hundred. */
    CHECK(mallinfo2().uordblks < before + 100 * LARGE / 2);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- CVE-2020-13777, of GnuTLS: the first key of a server was all zero ---- */

static void no_two_servers_have_the_same_ticket_keys(void)
{
    static const unsigned char zero[80];
    unsigned char keys[2][80];
    SSL_CTX *contexts[2];

    for (int i = 0; i < 2; i++) {
        contexts[i] = SSL_CTX_new(TLS_server_method());
        CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(contexts[i], keys[i], sizeof(keys[i])), 1);
    }
    for (int part = 16; part < 80; part += 32) {
        CHECK(memcmp(keys[0] + part, zero, 32) != 0);
        CHECK(memcmp(keys[0] + part, keys[1] + part, 32) != 0);
    }
    SSL_CTX_free(contexts[0]);
    SSL_CTX_free(contexts[1]);
}

/* ---- CVE-2010-4180 ---- */

/* There a client could change the suite of a session in the cache for the next ones. */
static void a_resumption_does_not_change_the_sessions_suite(void)
{
    struct pair pair;
    SSL_SESSION *session;
    const char *suite;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx,
                        SSL_OP_NO_TICKET | SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG);
    session = pair_new_session(&pair);
    suite = SSL_CIPHER_get_name(SSL_SESSION_get0_cipher(session));
    CHECK_STR(suite, "ECDHE-ECDSA-AES256-GCM-SHA384");
    /* Another order, so that a new session would have another one. */
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256:"
                                                      "ECDHE-ECDSA-AES256-GCM-SHA384"),
             1);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_STR(SSL_get_cipher_name(pair.server), suite);
    CHECK_STR(SSL_CIPHER_get_name(SSL_SESSION_get0_cipher(SSL_get_session(pair.server))),
              suite);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- CVE-2024-5535 ---- */

static void an_empty_protocol_list_has_nothing_in_common(void)
{
    static const unsigned char list[] = "\2h2\3foo";
    unsigned char *out = (unsigned char *)list;
    unsigned char length = 77;

    CHECK_EQ(SSL_select_next_proto(&out, &length, list, 7, NULL, 0), OPENSSL_NPN_NO_OVERLAP);
    CHECK_EQ(SSL_select_next_proto(&out, &length, list, 7, list, 0), OPENSSL_NPN_NO_OVERLAP);
    CHECK_EQ(length, 0);
    /* Lengths that lie. */
    CHECK_EQ(SSL_select_next_proto(&out, &length, list, 7, (const unsigned char *)"\5h2", 3),
             OPENSSL_NPN_NO_OVERLAP);
    CHECK_EQ(SSL_select_next_proto(&out, &length, (const unsigned char *)"\5h2", 3, list, 7),
             OPENSSL_NPN_NO_OVERLAP);
}

/* ---- CVE-2024-4741 ---- */

static void buffers_in_use_are_not_freed(const struct protocol *protocol)
{
    struct pair pair;
    char text[8];

    pair_init(&pair, protocol);
    pair.transport = HELD;
    pair_connect(&pair);
    pair_carry(pair.to_client, pair.at_client, SIZE_MAX);
    CHECK_EQ(SSL_write(pair.client, "abcdefgh", 8), 8);
    pair_carry(pair.to_server, pair.at_server, 9);
    CHECK_EQ(SSL_read(pair.server, text, 8), -1);
    CHECK_EQ(SSL_free_buffers(pair.server), 0); /* part of a record */
    pair_carry(pair.to_server, pair.at_server, SIZE_MAX);
    CHECK_EQ(SSL_read(pair.server, text, 3), 3);
    CHECK_EQ(SSL_free_buffers(pair.server), 0); /* part of its contents */
    CHECK_EQ(SSL_read(pair.server, text + 3, 5), 5);
    CHECK_MEM(text, 8, "abcdefgh", 8);
    CHECK_EQ(SSL_free_buffers(pair.server), 1);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_new_ticket_leaves_the_session_of_other_threads_alone),
          TEST_EACH(what_a_server_sends_stays_in_its_connection),
          TEST_EACH(a_cache_without_tickets_does_not_grow_for_ever),
          TEST_EACH(foreign_tickets_leave_no_memory_behind),
          TEST(no_two_servers_have_the_same_ticket_keys),
          TEST(a_resumption_does_not_change_the_sessions_suite),
          TEST(an_empty_protocol_list_has_nothing_in_common),
          TEST_EACH(buffers_in_use_are_not_freed))
