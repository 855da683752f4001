/*
 * What SSL_clear(), SSL_set_session(), SSL_copy_session_id() and SSL_dup() do to a
 * session: S26 to S32.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "caching_pair.h"

/* S26 */
static void clearing_an_open_connection_loses_the_session(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK(SSL_get_session(pair.client) == NULL);
    CHECK_EQ(SSL_get_shutdown(pair.client), 0);
    check_lost(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S26 */
static void a_cleared_client_offers_its_session_again(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    SSL_shutdown(pair.client);
    SSL_shutdown(pair.server);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK(SSL_get_session(pair.client) == session);
    CHECK_EQ(SSL_clear(pair.server), 1);
    check_kept(pair.client_ctx, session);

    pair_handshake(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    pair_settle(&pair);
    caching_pair_free(&pair, session);
}

/* S27 */
static void setting_a_session_on_an_open_connection_loses_the_old_one(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *other = SSL_SESSION_new();

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    SSL_SESSION_set_protocol_version(other, protocol->version);
    CHECK_EQ(SSL_set_session(pair.client, other), 1);
    CHECK(SSL_get_session(pair.client) == other);
    check_lost(pair.client_ctx, session);
    SSL_SESSION_free(other);
    caching_pair_free(&pair, session);
}

/* S28 */
static void a_session_that_is_not_resumable_can_be_set_but_is_not_used(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    CHECK_EQ(SSL_CTX_remove_session(pair.client_ctx, session), 1);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 0);
    CHECK(SSL_get_session(pair.client) != session);
    caching_pair_free(&pair, session);
}

/* S29 */
static void a_session_of_an_excluded_version_is_not_used(void)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, &TLS12);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    SSL_CTX_set_max_proto_version(pair.server_ctx, TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_3_VERSION);
    SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_3_VERSION);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_version(pair.client), TLS1_3_VERSION);
    CHECK_EQ(SSL_session_reused(pair.client), 0);
    CHECK(SSL_get_session(pair.client) != session);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S30 */
static void setting_a_session_brings_its_verify_result(void)
{
    struct pair pair;
    SSL_SESSION *session = SSL_SESSION_new(); /* 1, X509_V_ERR_UNSPECIFIED */

    caching_pair_init(&pair, &TLS13);
    pair_open(&pair);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    CHECK_EQ(SSL_set_session(pair.client, session), 1);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_UNSPECIFIED);
    caching_pair_free(&pair, session);
}

/* S32 */
static void a_connection_may_take_over_the_session_of_another(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL *other;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    other = SSL_new(pair.client_ctx);
    CHECK_EQ(SSL_copy_session_id(other, pair.client), 1);
    CHECK(SSL_get_session(other) == session);
    SSL_free(other);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S32 */
static void a_duplicated_connection_shares_the_session(const struct protocol *protocol)
{
    struct pair pair;
    SSL *copy;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    /* After the handshake it is the same object with one more reference. */
    copy = SSL_dup(pair.client);
    CHECK(copy == pair.client);
    SSL_free(copy);
    send_text(pair.client, pair.server, "still open");
    pair_close(&pair);

    pair.offered = session;
    pair_open(&pair);
    copy = SSL_dup(pair.client);
    CHECK(copy != NULL && copy != pair.client);
    CHECK(SSL_get_session(copy) == session);
    SSL_free(copy);
    caching_pair_free(&pair, session);
}

TEST_MAIN(TEST_EACH(clearing_an_open_connection_loses_the_session),
          TEST_EACH(a_cleared_client_offers_its_session_again),
          TEST_EACH(setting_a_session_on_an_open_connection_loses_the_old_one),
          TEST_EACH(a_session_that_is_not_resumable_can_be_set_but_is_not_used),
          TEST(a_session_of_an_excluded_version_is_not_used),
          TEST(setting_a_session_brings_its_verify_result),
          TEST_EACH(a_connection_may_take_over_the_session_of_another),
          TEST_EACH(a_duplicated_connection_shares_the_session))
