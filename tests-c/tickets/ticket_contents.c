/*
 * What is inside a ticket, damaged or too long, and what a program decides about one: S14, S79, S112.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include "pair.h"

enum {
    NAME = 16,
    IV = 16,
    MAC = 32,
    KEY = 32,
    MOST = 4096
};

/* Name, key of the MAC, key of the cipher (S75). */
static unsigned char keys[NAME + KEY + KEY];

static size_t crypt(unsigned char *out, const unsigned char *in, size_t length,
                    const unsigned char *iv, int encrypt)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done, rest;

    CHECK(EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, keys + NAME + KEY, iv, encrypt));
    CHECK(EVP_CipherUpdate(context, out, &done, in, (int)length));
    CHECK(EVP_CipherFinal_ex(context, out + done, &rest));
    EVP_CIPHER_CTX_free(context);
    return (size_t)(done + rest);
}

/* The client's session with its ticket opened, changed, and sealed again by the same keys. */
static SSL_SESSION *with_changed_ticket(SSL_SESSION *session,
                                        void (*change)(unsigned char *, size_t))
{
    unsigned char der[MOST], plain[MOST], *end = der, *place;
    const unsigned char *start = der, *ticket;
    size_t length, inside;
    int der_length;
    SSL_SESSION *changed;

    SSL_SESSION_get0_ticket(session, &ticket, &length);
    CHECK(i2d_SSL_SESSION(session, NULL) <= MOST);
    der_length = i2d_SSL_SESSION(session, &end);
    place = memmem(der, (size_t)der_length, ticket, length);
    CHECK(place != NULL);
    length -= NAME + IV + MAC;
    inside = crypt(plain, place + NAME + IV, length, place + NAME, 0);
    CHECK_EQ(plain[0], 0x30);
    change(plain, inside);
    CHECK_EQ(crypt(place + NAME + IV, plain, inside, place + NAME, 1), length);
    CHECK(HMAC(EVP_sha256(), keys + NAME, KEY, place, NAME + IV + length,
               place + NAME + IV + length, NULL)
          != NULL);
    changed = d2i_SSL_SESSION(NULL, &start, der_length);
    CHECK(changed != NULL);
    return changed;
}

static void leave_as_it_is(unsigned char *plain, size_t length)
{
    (void)plain, (void)length;
}

static void spoil_the_outer_tag(unsigned char *plain, size_t length)
{
    (void)length;
    plain[0] = 0x31;
}

static void name_another_protocol(unsigned char *plain, size_t length)
{
    unsigned char *version = memmem(plain, length, "\x02\x02\x03", 3);

    CHECK(version != NULL);
    version[2] = 0x07;
}

/* The last element is [19], of five bytes: they are left over. */
static void shorten_the_sequence(unsigned char *plain, size_t length)
{
    unsigned char *low;

    CHECK(length > 5 && plain[length - 5] == 0xb3);
    low = plain[1] == 0x81 ? plain + 2 : plain[1] == 0x82 ? plain + 3
                                                          : plain + 1;
    CHECK(*low >= 5);
    *low -= 5;
}

static int statuses[8], status_count;
static SSL_TICKET_RETURN decision;
/* The id of the last session that came out of a ticket. */
static unsigned char opened_id[32];
static unsigned opened_id_length;

static int generate(SSL *ssl, void *argument)
{
    (void)ssl, (void)argument;
    return 1;
}

static SSL_TICKET_RETURN decide(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                size_t name_length, SSL_TICKET_STATUS status, void *argument)
{
    (void)ssl, (void)name, (void)name_length, (void)argument;
    CHECK_EQ(session != NULL,
             status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW);
    CHECK(status_count < 8);
    statuses[status_count++] = (int)status;
    if (session != NULL) {
        const unsigned char *id = SSL_SESSION_get_id(session, &opened_id_length);

        memcpy(opened_id, id, opened_id_length);
    }
    return decision;
}

static void init_with_keys(struct pair *pair, const struct protocol *protocol)
{
    memset(keys, 'k', sizeof(keys));
    pair_init(pair, protocol);
    SSL_CTX_set_tlsext_ticket_keys(pair->server_ctx, keys, sizeof(keys));
}

/* S112 */
static void what_does_not_parse_counts_as_not_decrypted(const struct protocol *protocol)
{
    static const struct {
        void (*change)(unsigned char *, size_t);
        bool resumed;
    } cases[] = { { leave_as_it_is, true },
                  { spoil_the_outer_tag, false },
                  { name_another_protocol, false },
                  { shorten_the_sequence, false } };

    for (int i = 0; i < 4; i++) {
        struct pair pair;
        SSL_SESSION *session, *changed;

        init_with_keys(&pair, protocol);
        session = pair_new_session(&pair);
        changed = with_changed_ticket(session, cases[i].change);
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, decide, NULL);
        decision = cases[i].resumed ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_IGNORE_RENEW;
        status_count = 0;
        CHECK_EQ(pair_resumes(&pair, changed), cases[i].resumed);
        CHECK_EQ(status_count, 1);
        CHECK_EQ(statuses[0] == SSL_TICKET_NO_DECRYPT, !cases[i].resumed);
        CHECK_NO_ERROR();
        SSL_SESSION_free(changed);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S112: nothing of the failed attempt is on the queue while the handshake continues. */
static int check_queue(SSL *ssl, void *argument)
{
    (void)ssl, (void)argument;
    CHECK_NO_ERROR();
    return 1;
}

static void a_damaged_ticket_leaves_no_error_behind(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *changed;

    init_with_keys(&pair, protocol);
    session = pair_new_session(&pair);
    changed = with_changed_ticket(session, spoil_the_outer_tag);
    SSL_CTX_set_cert_cb(pair.server_ctx, check_queue, NULL);
    CHECK(!pair_resumes(&pair, changed));
    SSL_SESSION_free(changed);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static size_t appended;

static int generate_long(SSL *ssl, void *argument)
{
    static char data[0xff00];

    (void)argument;
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data, appended), 1);
    return 1;
}

/* S112 */
static void a_session_that_is_too_long_for_a_ticket_is_fatal(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    init_with_keys(&pair, protocol);
    SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate_long, decide, NULL);
    decision = SSL_TICKET_RETURN_USE_RENEW;
    appended = 0xff00;
    if (protocol->version == TLS1_2_VERSION)
        decision = SSL_TICKET_RETURN_IGNORE_RENEW;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, ERR_R_INTERNAL_ERROR);
    pair_drop(&pair);
    /* A long one that just fits. */
    appended = 0xf000;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_SESSION_has_ticket(SSL_get_session(pair.client)), 1);
    pair_free(&pair);
}

/* ---- decisions ---- */

/* A connection that offers this session, and may have got a new ticket. */
static void check_decision(struct pair *pair, SSL_SESSION *session, bool resumed, bool renewed)
{
    pair->offered = session;
    status_count = 0;
    pair_connect(pair);
    pair_settle(pair);
    CHECK_EQ(SSL_session_reused(pair->server), resumed);
    CHECK_EQ(status_count, 1);
    CHECK_EQ(SSL_SESSION_has_ticket(SSL_get_session(pair->client))
                 && SSL_get_session(pair->client) != session,
             renewed);
    pair_close(pair);
}

/* S79 */
static void the_decision_about_a_good_ticket_is_carried_out(const struct protocol *protocol)
{
    static const struct {
        SSL_TICKET_RETURN decision;
        bool resumed, renewed;
    } cases[] = { { SSL_TICKET_RETURN_IGNORE, false, false },
                  { SSL_TICKET_RETURN_IGNORE_RENEW, false, true },
                  { SSL_TICKET_RETURN_USE, true, false },
                  { SSL_TICKET_RETURN_USE_RENEW, true, true } };

    for (int i = 0; i < 4; i++) {
        struct pair pair;
        SSL_SESSION *session;

        init_with_keys(&pair, protocol);
        session = pair_new_session(&pair);
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, decide, NULL);
        decision = cases[i].decision;
        check_decision(&pair, session, cases[i].resumed, cases[i].renewed);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S79 */
static void the_decision_about_a_foreign_ticket_is_carried_out(const struct protocol *protocol)
{
    for (int renew = 0; renew < 2; renew++) {
        struct pair pair;
        SSL_SESSION *session;

        init_with_keys(&pair, protocol);
        session = pair_new_session(&pair);
        memset(keys, 'x', sizeof(keys));
        SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys));
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, decide, NULL);
        decision = renew ? SSL_TICKET_RETURN_IGNORE_RENEW : SSL_TICKET_RETURN_IGNORE;
        check_decision(&pair, session, false, renew);
        CHECK_EQ(statuses[0], SSL_TICKET_NO_DECRYPT);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S79: a client of TLS 1.2 that only asks for a ticket. */
static void the_decision_about_no_ticket_is_carried_out(void)
{
    for (int renew = 0; renew < 2; renew++) {
        struct pair pair;

        init_with_keys(&pair, &TLS12);
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, decide, NULL);
        decision = renew ? SSL_TICKET_RETURN_IGNORE_RENEW : SSL_TICKET_RETURN_IGNORE;
        check_decision(&pair, NULL, false, renew);
        CHECK_EQ(statuses[0], SSL_TICKET_EMPTY);
        pair_free(&pair);
    }
}

static void check_fatal(struct pair *pair)
{
    struct outcome client, server;

    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    pair_drop(pair);
}

/* S79 */
static void what_is_not_there_cannot_be_used(const struct protocol *protocol)
{
    static const SSL_TICKET_RETURN use[] = { SSL_TICKET_RETURN_USE,
                                             SSL_TICKET_RETURN_USE_RENEW };

    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL_SESSION *session;

        init_with_keys(&pair, protocol);
        session = pair_new_session(&pair);
        memset(keys, 'x', sizeof(keys));
        SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys));
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, decide, NULL);
        decision = use[i];
        pair.offered = session;
        check_fatal(&pair);
        pair.offered = NULL;
        if (protocol->version == TLS1_2_VERSION)
            check_fatal(&pair);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S14: that of TLS 1.2 is the client's, which learns by it that the ticket was accepted. */
static void a_ticket_of_tls13_keeps_the_id_of_its_session(void)
{
    struct pair pair;
    SSL_SESSION *session;
    unsigned char id[32];
    unsigned length;

    init_with_keys(&pair, &TLS13);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    pair_connect(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    memcpy(id, SSL_SESSION_get_id(SSL_get_session(pair.server), &length), sizeof(id));
    CHECK_EQ(length, sizeof(id));
    pair_close(&pair);

    SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, decide, NULL);
    SSL_CTX_set_num_tickets(pair.server_ctx, 0);
    decision = SSL_TICKET_RETURN_USE;
    pair.offered = session;
    pair_connect(&pair);
    CHECK(SSL_session_reused(pair.server));
    CHECK_EQ(opened_id_length, sizeof(id));
    CHECK(memcmp(opened_id, id, sizeof(id)) == 0);
    /* As there is no new ticket, it stays the id of the connection's session. */
    CHECK(memcmp(SSL_SESSION_get_id(SSL_get_session(pair.server), &length), id, sizeof(id)) == 0);
    CHECK_EQ(length, sizeof(id));
    CHECK(SSL_SESSION_is_resumable(SSL_get_session(pair.server)));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(what_does_not_parse_counts_as_not_decrypted),
          TEST_EACH(a_damaged_ticket_leaves_no_error_behind),
          TEST_EACH(a_session_that_is_too_long_for_a_ticket_is_fatal),
          TEST_EACH(the_decision_about_a_good_ticket_is_carried_out),
          TEST_EACH(the_decision_about_a_foreign_ticket_is_carried_out),
          TEST(the_decision_about_no_ticket_is_carried_out),
          TEST_EACH(what_is_not_there_cannot_be_used),
          TEST(a_ticket_of_tls13_keeps_the_id_of_its_session))
