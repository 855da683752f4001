/* Application data in tickets: S79; SSL_CTX_set_session_ticket_cb(3). */
#include <string.h>

#include <openssl/ssl.h>

#include "pair.h"

enum {
    KEYS_LENGTH = 80,
    NAME_LENGTH = 16
};

/* ---- application data in tickets: S79 ---- */

static int statuses[8], status_count;
static SSL_TICKET_RETURN decision;
static int generation_answer = 1;
static char data_seen[32];

static int generate(SSL *ssl, void *argument)
{
    CHECK_STR(argument, "argument");
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), "account 17", 10), 1);
    return generation_answer;
}

static SSL_TICKET_RETURN inspect(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                 size_t name_length, SSL_TICKET_STATUS status,
                                 void *argument)
{
    void *data;
    size_t length;

    (void)ssl, (void)name;
    CHECK_STR(argument, "argument");
    statuses[status_count++] = status;
    if (status == SSL_TICKET_EMPTY || status == SSL_TICKET_NO_DECRYPT) {
        CHECK_EQ(session == NULL, 1);
        CHECK_EQ(name_length, status == SSL_TICKET_EMPTY ? 0 : NAME_LENGTH);
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    CHECK_EQ(name_length, NAME_LENGTH);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK(length < sizeof(data_seen));
    memcpy(data_seen, data, length);
    return decision;
}

static void init_with_data(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    CHECK_EQ(SSL_CTX_set_session_ticket_cb(pair->server_ctx, generate, inspect,
                                           "argument"),
             1);
}

static void application_data_travels_in_the_ticket(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    void *data;
    size_t length;

    init_with_data(&pair, protocol);
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket_appdata(session, &data, &length);
    CHECK_EQ(length, 0);
    status_count = 0;
    decision = SSL_TICKET_RETURN_USE;
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(status_count, 1);
    CHECK_EQ(statuses[0],
             is_tls13(protocol) ? SSL_TICKET_SUCCESS_RENEW : SSL_TICKET_SUCCESS);
    CHECK_STR(data_seen, "account 17");

    decision = SSL_TICKET_RETURN_IGNORE_RENEW;
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_ticket_callback_is_called_for_missing_and_foreign_tickets(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    init_with_data(&pair, protocol);
    session = pair_new_session(&pair);
    if (!is_tls13(protocol)) {
        CHECK_EQ(status_count, 1);
        CHECK_EQ(statuses[0], SSL_TICKET_EMPTY);
    }
    pair_free(&pair);
    status_count = 0;
    init_with_data(&pair, protocol);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(status_count, 1);
    CHECK_EQ(statuses[0], SSL_TICKET_NO_DECRYPT);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void ticket_callbacks_may_fail_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    init_with_data(&pair, protocol);
    session = pair_new_session(&pair);
    decision = SSL_TICKET_RETURN_ABORT;
    pair.offered = session;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    pair_drop(&pair);
    pair.offered = NULL;
    generation_answer = 0;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(application_data_travels_in_the_ticket),
          TEST_EACH(a_ticket_callback_is_called_for_missing_and_foreign_tickets),
          TEST_EACH(ticket_callbacks_may_fail_the_handshake))
