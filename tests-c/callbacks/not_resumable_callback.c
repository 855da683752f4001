/* The callback that decides about resumption: SSL_CTX_set_not_resumable_session_callback(3). */
#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"
#include "ticket_recorder.h"

static int not_resumable(SSL *ssl, int forward_secret)
{
    (void)ssl;
    (void)forward_secret;
    return 1;
}

static void a_connection_may_forbid_to_resume_its_session(const struct protocol *protocol)
{
    struct pair pair;
    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_open(&pair);
    SSL_set_not_resumable_session_callback(pair.server, not_resumable);
    pair_handshake(&pair);
    CHECK(!SSL_SESSION_is_resumable(SSL_get_session(pair.server)));
    SSL_SESSION *session = SSL_get1_session(pair.client);
    pair_drop(&pair);
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S47, S80: the mark is on the connection's session, not on its copies for further tickets. */
static void a_not_resumable_connection_has_tickets_only_when_asked_for(void)
{
    struct pair pair;

    recording_pair_init(&pair);
    SSL_CTX_set_not_resumable_session_callback(pair.server_ctx, not_resumable);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_STR(sequence, "");
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_STR(sequence, "igkigkn"); /* what it has not got before comes along */
    CHECK_EQ(new_sessions, 2);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_STR(sequence, "igkigknigkn");
    CHECK_EQ(new_sessions, 3);
    recording_pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_connection_may_forbid_to_resume_its_session),
          TEST(a_not_resumable_connection_has_tickets_only_when_asked_for))
