/* How many tickets there are, for how long, and which keys open them: S73 to S76, S80, S81, S113, S116. */
#include <string.h>

#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"

enum {
    KEYS_LENGTH = 80,
    NAME_LENGTH = 16
};

/* S73 */
static void the_lifetime_hint_is_the_timeout(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_timeout(pair.server_ctx, 777);
    SSL_CTX_set_timeout(pair.client_ctx, 55);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session), 777);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 55);
    SSL_SESSION_free(session);

    SSL_CTX_set_timeout(pair.server_ctx, 1000000);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session),
             is_tls13(protocol) ? 604800 : 1000000);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S74 */
static void the_number_of_tickets_can_be_set(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    CHECK_EQ(SSL_CTX_get_num_tickets(pair.server_ctx), 2);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT
                                                        | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_new_session);
    for (size_t wanted = 0; wanted < 4; wanted++) {
        new_sessions = 0;
        CHECK_EQ(SSL_CTX_set_num_tickets(pair.server_ctx, wanted), 1);
        session = pair_new_session(&pair);
        CHECK_EQ(new_sessions, wanted);
        if (wanted > 0) {
            CHECK(pair_resumes(&pair, session));
            CHECK_EQ(new_sessions, wanted + 1);
        }
        SSL_SESSION_free(session);
    }
    pair_open(&pair);
    CHECK_EQ(SSL_get_num_tickets(pair.server), 3);
    CHECK_EQ(SSL_set_num_tickets(pair.server, 1), 1);
    new_sessions = 0;
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 1);
    pair_free(&pair);
}

/* S75 */
static void servers_with_the_same_keys_share_tickets(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    unsigned char keys[KEYS_LENGTH], got[KEYS_LENGTH];
    const unsigned char *ticket;
    size_t length;

    memset(keys, 'k', sizeof(keys));
    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(pair.server_ctx, NULL, 0), KEYS_LENGTH);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, 79), 0);
    CHECK_REASON(SSL_R_INVALID_TICKET_KEYS_LENGTH);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(pair.server_ctx, got, sizeof(got)), 1);
    CHECK_MEM(got, sizeof(got), keys, sizeof(keys));
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket(session, &ticket, &length);
    CHECK(length > NAME_LENGTH + 16 + 32);
    CHECK_MEM(ticket, NAME_LENGTH, keys, NAME_LENGTH);
    CHECK_EQ((length - NAME_LENGTH - 16 - 32) % 16, 0);

    replace_server(&pair, protocol);
    SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys));
    CHECK(pair_resumes(&pair, session));
    keys[79] = 'x'; /* another encryption key behind the same name */
    replace_server(&pair, protocol);
    SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys));
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S78: built-in keys */
static void tickets_are_renewed_in_tls13_only(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    pair.offered = session;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_get_session(pair.client) == session, !is_tls13(protocol));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S113 */
static void a_ticket_expires_by_what_is_inside_it(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    SSL_CTX_set_timeout(pair.server_ctx, 0);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- more tickets, and none: S80, S81 ---- */

static void a_tls13_server_may_send_more_tickets(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_new_session);
    pair_open(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 0);
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 2);
    CHECK_EQ(SSL_new_session_ticket(pair.client), 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 4);
    pair_free(&pair);
}

static void no_more_tickets_can_be_sent_in_tls12(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 0);
    pair_free(&pair);
}

static void without_tickets_tls13_sends_ids_that_may_be_used_again(void)
{
    struct pair pair;
    SSL_SESSION *session;
    const unsigned char *ticket;
    size_t length;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket(session, &ticket, &length);
    CHECK_EQ(length, 32);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 2);
    for (int i = 0; i < 3; i++)
        CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 5);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_lifetime_hint_is_the_timeout),
          TEST(the_number_of_tickets_can_be_set),
          TEST_EACH(servers_with_the_same_keys_share_tickets),
          TEST_EACH(tickets_are_renewed_in_tls13_only),
          TEST_EACH(a_ticket_expires_by_what_is_inside_it),
          TEST(a_tls13_server_may_send_more_tickets),
          TEST(no_more_tickets_can_be_sent_in_tls12),
          TEST(without_tickets_tls13_sends_ids_that_may_be_used_again))
