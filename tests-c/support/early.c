#include "early.h"

#include <string.h>

#include <openssl/err.h>

void early_init(struct pair *pair)
{
    pair_init(pair, &TLS13);
    CHECK_EQ(SSL_CTX_set_max_early_data(pair->server_ctx, LIMIT), 1);
}

SSL_SESSION *early_session(struct pair *pair)
{
    SSL_SESSION *session = pair_new_session(pair);

    CHECK_EQ(SSL_SESSION_get_max_early_data(session),
             SSL_CTX_get_max_early_data(pair->server_ctx));
    return session;
}

void open_with(struct pair *pair, SSL_SESSION *session)
{
    pair->offered = session;
    pair_open(pair);
    pair->offered = NULL;
    SSL_SESSION_free(session);
}

void send_early(struct pair *pair, const void *data, size_t length)
{
    size_t written = 12345;

    ERR_clear_error();
    CHECK_EQ(SSL_write_early_data(pair->client, data, length, &written), 1);
    CHECK_EQ(written, length);
    CHECK_NO_ERROR();
}

int read_early(struct pair *pair, char *buffer, size_t *count)
{
    ERR_clear_error();
    return SSL_read_early_data(pair->server, buffer, LARGE, count);
}

void expect_early(struct pair *pair, const char *text)
{
    static char buffer[LARGE];
    size_t count = 12345;

    CHECK_EQ(read_early(pair, buffer, &count), SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_MEM(buffer, count, text, strlen(text));
}

void expect_none_yet(struct pair *pair)
{
    static char buffer[LARGE];
    size_t count = 12345;

    CHECK_EQ(read_early(pair, buffer, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_EQ(SSL_get_error(pair->server, 0), SSL_ERROR_WANT_READ);
    CHECK_NO_ERROR();
}

void expect_finish(struct pair *pair)
{
    static char buffer[LARGE];
    size_t count = 12345;

    CHECK_EQ(read_early(pair, buffer, &count), SSL_READ_EARLY_DATA_FINISH);
    CHECK_EQ(count, 0);
    CHECK_NO_ERROR();
}

void expect_statuses(struct pair *pair, int status)
{
    CHECK_EQ(SSL_get_early_data_status(pair->client), status);
    CHECK_EQ(SSL_get_early_data_status(pair->server), status);
}

void expect_statuses_of(struct pair *pair, int client, int server)
{
    CHECK_EQ(SSL_get_early_data_status(pair->client), client);
    CHECK_EQ(SSL_get_early_data_status(pair->server), server);
}

void expect_misuse(int ret)
{
    CHECK_EQ(ret, 0);
    CHECK_REASON(ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
}

void complete(struct pair *pair)
{
    CHECK_EQ(SSL_do_handshake(pair->client), 1);
    CHECK_EQ(SSL_do_handshake(pair->server), 1);
    CHECK_EQ(SSL_is_init_finished(pair->client), 1);
    CHECK_EQ(SSL_is_init_finished(pair->server), 1);
    pair_settle(pair);
}

void exchange(struct pair *pair, SSL_SESSION *session, const char *text, int status)
{
    open_with(pair, session);
    send_early(pair, text, strlen(text));
    if (status == SSL_EARLY_DATA_ACCEPTED) {
        expect_early(pair, text);
        CHECK_EQ(SSL_do_handshake(pair->client), 1);
    }
    expect_finish(pair);
    complete(pair);
    expect_statuses(pair, status);
}
