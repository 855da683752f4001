/* Reading and writing before a handshake, and on connections that are not ready for it. */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

static void read_and_write_do_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[8];

    pair_init(&pair, protocol);
    pair_open(&pair);
    for (int i = 0; i < 10 && !SSL_is_init_finished(pair.client); i++) {
        CHECK(SSL_write(pair.client, "hi", 2) != 0);
        CHECK(SSL_read(pair.server, buffer, sizeof(buffer)) != 0);
    }
    ERR_clear_error();
    CHECK_EQ(SSL_write(pair.client, "hi", 2), 2);
    pair_free(&pair);
}

static void reading_without_a_role_is_an_error(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    char buffer[4];

    CHECK_EQ(SSL_read(ssl, buffer, sizeof(buffer)), -1);
    CHECK_REASON(SSL_R_UNINITIALIZED);
    CHECK_EQ(SSL_write(ssl, "x", 1), -1);
    CHECK_REASON(SSL_R_UNINITIALIZED);
    CHECK_EQ(SSL_do_handshake(ssl), -1);
    CHECK_REASON(SSL_R_CONNECTION_TYPE_NOT_SET);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void what_is_missing_is_named(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    SSL_set_accept_state(ssl);
    CHECK_EQ(SSL_do_handshake(ssl), -1);
    CHECK_REASON(SSL_R_READ_BIO_NOT_SET);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* SSL_version(3): the limits do not count before a handshake. */
static void a_cleared_connection_has_no_version_yet(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_STR(SSL_get_version(pair.client), protocol->name);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK_STR(SSL_get_version(pair.client), "TLSv1.3");
    pair_free(&pair);
}

TEST_MAIN(TEST(what_is_missing_is_named),
          TEST_EACH(a_cleared_connection_has_no_version_yet),
          TEST_EACH(read_and_write_do_the_handshake),
          TEST(reading_without_a_role_is_an_error))
