/* What a call leaves on the error queue, and what it makes of errors that are there already. */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

static void leave_an_error(void)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
}

/* A server's thread that still holds the error of its last connection. */
static void an_older_error_does_not_spoil_a_handshake(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_set_connect_state(pair.client);
    SSL_set_accept_state(pair.server);
    for (int i = 0; i < 10 && !SSL_is_init_finished(pair.server); i++) {
        int ret;

        leave_an_error();
        ret = SSL_do_handshake(pair.client);
        if (ret != 1)
            CHECK_EQ(SSL_get_error(pair.client, ret), SSL_ERROR_WANT_READ);
        leave_an_error();
        ret = SSL_do_handshake(pair.server);
        if (ret != 1)
            CHECK_EQ(SSL_get_error(pair.server, ret), SSL_ERROR_WANT_READ);
    }
    CHECK(SSL_is_init_finished(pair.server));
    CHECK_NO_ERROR();
    pair_free(&pair);
}

/* The same when SSL_read() and SSL_write() do the handshake. */
static void an_older_error_does_not_spoil_a_handshake_by_reading(const struct protocol *protocol)
{
    struct pair pair;
    char byte;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_set_connect_state(pair.client);
    SSL_set_accept_state(pair.server);
    for (int i = 0; i < 10 && !SSL_is_init_finished(pair.server); i++) {
        int ret;

        leave_an_error();
        ret = SSL_write(pair.client, "x", 1);
        if (ret != 1)
            CHECK_EQ(SSL_get_error(pair.client, ret), SSL_ERROR_WANT_READ);
        leave_an_error();
        ret = SSL_read(pair.server, &byte, 1);
        if (ret != 1)
            CHECK_EQ(SSL_get_error(pair.server, ret), SSL_ERROR_WANT_READ);
    }
    CHECK(SSL_is_init_finished(pair.server));
    pair_free(&pair);
}

/* Outside of a handshake nothing is cleared: SSL_get_error(3) requires programs to do it. */
static void an_older_error_is_mistaken_for_one_of_the_read(const struct protocol *protocol)
{
    struct pair pair;
    char byte;
    int ret;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    leave_an_error();
    ret = SSL_read(pair.client, &byte, 1);
    CHECK_EQ(ret, -1);
    CHECK_EQ(SSL_get_error(pair.client, ret), SSL_ERROR_SSL);
    CHECK_EQ(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_get_error(pair.client, ret), SSL_ERROR_WANT_READ);
    pair_free(&pair);
}

/* A call that succeeds, or that only waits, leaves none. */
static void success_leaves_no_error(const struct protocol *protocol)
{
    struct pair pair;
    char byte;

    pair_init(&pair, protocol);
    ERR_clear_error();
    pair_connect(&pair);
    CHECK_NO_ERROR();
    pair_settle(&pair);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), -1);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(SSL_read(pair.server, &byte, 1), 0);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_shutdown(pair.server), 1);
    CHECK_EQ(SSL_shutdown(pair.client), 1);
    CHECK_NO_ERROR();
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(an_older_error_does_not_spoil_a_handshake),
          TEST_EACH(an_older_error_does_not_spoil_a_handshake_by_reading),
          TEST_EACH(an_older_error_is_mistaken_for_one_of_the_read),
          TEST_EACH(success_leaves_no_error))
