/*
 * What closing does to a session: S18 to S25, S98, S125.
 *
 * Both ends cache their sessions here, see caching_pair_init().
 */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "caching_pair.h"

static void free_client(struct pair *pair)
{
    SSL_free(pair->client);
    pair->client = NULL;
}

static void free_server(struct pair *pair)
{
    SSL_free(pair->server);
    pair->server = NULL;
}

/* S18 */
static void a_close_notify_sent_keeps_the_session(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(SSL_get_shutdown(pair.client), SSL_SENT_SHUTDOWN);
    free_client(&pair);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S18 */
static void a_server_that_closes_first_keeps_its_session(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.server);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    free_server(&pair);
    check_kept(pair.server_ctx, session);
    caching_pair_free(&pair, session);
}

static void a_complete_shutdown_keeps_both_sessions(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    CHECK_EQ(SSL_get_shutdown(pair.client), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    CHECK_EQ(SSL_get_shutdown(pair.server), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    pair_drop(&pair);
    check_kept(pair.client_ctx, session);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    CHECK(pair_resumes(&pair, session));
    caching_pair_free(&pair, session);
}

/* S19 */
static void freeing_without_shutdown_loses_the_clients_session(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    free_client(&pair);
    check_lost(pair.client_ctx, session);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
    caching_pair_free(&pair, session);
}

/* S19 */
static void freeing_without_shutdown_loses_the_servers_session(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.server);
    free_server(&pair);
    check_lost(pair.server_ctx, session);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 1);
    caching_pair_free(&pair, session);
}

/* S20 */
static void freeing_during_the_handshake_leaves_the_offered_session(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);

    pair.offered = session;
    pair_open(&pair);
    CHECK_EQ(SSL_shutdown(pair.client), -1);
    CHECK_REASON(SSL_R_SHUTDOWN_WHILE_IN_INIT);
    pair_drop(&pair);
    check_kept(pair.client_ctx, session);

    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_shutdown(pair.client), -1);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_SHUTDOWN_WHILE_IN_INIT);
    pair_drop(&pair);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S21 */
static void a_quiet_shutdown_is_a_clean_one(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_get_quiet_shutdown(pair.client), 0);
    SSL_set_quiet_shutdown(pair.client, 1);
    CHECK_EQ(SSL_get_quiet_shutdown(pair.client), 1);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    CHECK_EQ(SSL_get_shutdown(pair.client), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    CHECK_EQ(BIO_ctrl_pending(pair.to_server), 0);
    free_client(&pair);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S22 */
static void claiming_a_sent_close_is_enough(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    SSL_set_shutdown(pair.client, SSL_SENT_SHUTDOWN);
    CHECK_EQ(SSL_get_shutdown(pair.client), SSL_SENT_SHUTDOWN);
    free_client(&pair);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S22 */
static void claiming_a_received_close_is_not_enough(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    SSL_set_shutdown(pair.client, SSL_RECEIVED_SHUTDOWN);
    free_client(&pair);
    check_lost(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S23 */
static void a_close_received_but_not_sent_loses_the_session(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    char byte;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_ZERO_RETURN);
    check_kept(pair.client_ctx, session);
    free_client(&pair);
    check_lost(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* A record that cannot be decrypted. */
/* SSL_set_shutdown(3) */
static void a_claim_ends_reading_and_lasts_until_the_next_handshake(const struct protocol *protocol)
{
    struct pair pair;
    char byte;
    int result;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_set_shutdown(pair.client, SSL_RECEIVED_SHUTDOWN);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_shutdown(pair.client), 0);
    pair_settle(&pair);
    result = SSL_read(pair.client, &byte, 1);
    CHECK_EQ(SSL_get_error(pair.client, result), SSL_ERROR_WANT_READ);
    CHECK_EQ(SSL_write(pair.server, "xy", 2), 2);
    for (int pending = 0; pending < 2; pending++) {
        SSL_set_shutdown(pair.client, SSL_RECEIVED_SHUTDOWN);
        result = SSL_read(pair.client, &byte, 1);
        CHECK_EQ(result, 0);
        CHECK_EQ(SSL_get_error(pair.client, result), SSL_ERROR_ZERO_RETURN);
        SSL_set_shutdown(pair.client, 0);
        CHECK_EQ(SSL_read(pair.client, &byte, 1), 1);
        CHECK_EQ(byte, pending ? 'y' : 'x');
    }
    send_text(pair.server, pair.client, "goes on");
    pair_close(&pair);
    pair_free(&pair);
}

static void send_broken_record(BIO *to)
{
    static const unsigned char record[5 + 48] = { 23, 3, 3, 0, 48, 'b', 'r', 'o', 'k' };

    CHECK_EQ(BIO_write(to, record, sizeof(record)), sizeof(record));
}

/* S24, S25 */
static void a_fatal_alert_takes_both_sessions(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *servers, *clients;
    char byte;

    caching_pair_connect(&pair, protocol);
    servers = SSL_get1_session(pair.server);
    clients = SSL_get1_session(pair.client);
    send_broken_record(pair.at_server);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC);
    check_lost(pair.server_ctx, servers);

    removals = 0;
    CHECK(SSL_read(pair.client, &byte, 1) <= 0);
    CHECK_REASON(SSL_R_SSLV3_ALERT_BAD_RECORD_MAC);
    CHECK_EQ(SSL_get_shutdown(pair.client) & SSL_RECEIVED_SHUTDOWN,
             SSL_RECEIVED_SHUTDOWN);
    check_lost(pair.client_ctx, clients);
    /* Not reported a second time. */
    pair_drop(&pair);
    CHECK_EQ(removals, 1);
    SSL_SESSION_free(clients);
    caching_pair_free(&pair, servers);
}

/* S98 */
static void after_close_notify_an_error_takes_no_session(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    char byte;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.server);
    CHECK_EQ(SSL_shutdown(pair.server), 0);
    send_broken_record(pair.at_server);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), -1);
    ERR_clear_error();
    check_kept(pair.server_ctx, session);
    free_server(&pair);
    check_kept(pair.server_ctx, session);
    /* The client sees the close_notify and nothing behind it. */
    CHECK_EQ(SSL_read(pair.client, &byte, 1), 0);
    CHECK_EQ(BIO_ctrl_pending(pair.to_client), 0);
    caching_pair_free(&pair, session);
}

/* S125 */
static void an_end_without_close_notify_is_an_error(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    char byte;

    caching_pair_connect(&pair, protocol);
    session = SSL_get1_session(pair.client);
    BIO_set_mem_eof_return(pair.at_client, 0);
    CHECK(SSL_read(pair.client, &byte, 1) <= 0);
    CHECK_EQ(SSL_get_error(pair.client, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_UNEXPECTED_EOF_WHILE_READING);
    CHECK_EQ(SSL_get_shutdown(pair.client), 0);
    check_lost(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

/* S125 */
static void an_end_without_close_notify_may_be_taken_for_one(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    char byte;

    caching_pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.client_ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
    pair_connect(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    BIO_set_mem_eof_return(pair.at_client, 0);
    CHECK(SSL_read(pair.client, &byte, 1) <= 0);
    CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_get_shutdown(pair.client), SSL_RECEIVED_SHUTDOWN);
    check_kept(pair.client_ctx, session);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    free_client(&pair);
    check_kept(pair.client_ctx, session);
    caching_pair_free(&pair, session);
}

TEST_MAIN(TEST_EACH(a_claim_ends_reading_and_lasts_until_the_next_handshake),
          TEST_EACH(a_close_notify_sent_keeps_the_session),
          TEST_EACH(a_server_that_closes_first_keeps_its_session),
          TEST_EACH(a_complete_shutdown_keeps_both_sessions),
          TEST_EACH(freeing_without_shutdown_loses_the_clients_session),
          TEST_EACH(freeing_without_shutdown_loses_the_servers_session),
          TEST_EACH(freeing_during_the_handshake_leaves_the_offered_session),
          TEST_EACH(a_quiet_shutdown_is_a_clean_one),
          TEST_EACH(claiming_a_sent_close_is_enough),
          TEST_EACH(claiming_a_received_close_is_not_enough),
          TEST_EACH(a_close_received_but_not_sent_loses_the_session),
          TEST_EACH(a_fatal_alert_takes_both_sessions),
          TEST_EACH(after_close_notify_an_error_takes_no_session),
          TEST_EACH(an_end_without_close_notify_is_an_error),
          TEST_EACH(an_end_without_close_notify_may_be_taken_for_one))
