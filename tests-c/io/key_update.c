/* When KeyUpdate messages go out (SSL_key_update(3); RFC 8446, section 4.6.3). */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* No peer waits for it, so it goes out with the next data. */
static void a_key_update_is_answered_with_the_next_data(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL *asks, *answers;
        BIO *way_back;
        char byte;

        pair_init(&pair, &TLS13);
        pair_connect(&pair);
        pair_settle(&pair);
        asks = i == 0 ? pair.client : pair.server;
        answers = i == 0 ? pair.server : pair.client;
        way_back = i == 0 ? pair.to_client : pair.to_server;
        CHECK_EQ(SSL_key_update(asks, SSL_KEY_UPDATE_REQUESTED), 1);
        CHECK_EQ(SSL_do_handshake(asks), 1);
        CHECK_EQ(SSL_read(answers, &byte, 1), -1);
        CHECK_EQ(SSL_get_error(answers, -1), SSL_ERROR_WANT_READ);
        CHECK_EQ(BIO_pending(way_back), 0);
        send_text(answers, asks, "after");
        send_text(asks, answers, "before");
        pair_close(&pair);
        pair_free(&pair);
    }
}

/* SSL_key_update(3): the next call that reads, writes or does a handshake sends it. */
static void a_key_update_waits_for_the_next_call(void)
{
    struct pair pair;
    char byte;

    pair_init(&pair, &TLS13);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_get_key_update_type(pair.client), SSL_KEY_UPDATE_NONE);
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED), 1);
    CHECK_EQ(SSL_get_key_update_type(pair.client), SSL_KEY_UPDATE_REQUESTED);
    CHECK(SSL_in_init(pair.client));
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED), 0);
    CHECK_REASON(SSL_R_STILL_IN_INIT);
    CHECK_EQ(BIO_pending(pair.to_server), 0);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), -1);
    CHECK(BIO_pending(pair.to_server) > 0);
    CHECK(!SSL_in_init(pair.client));
    CHECK_EQ(SSL_get_key_update_type(pair.client), SSL_KEY_UPDATE_NONE);
    send_text(pair.client, pair.server, "after");
    pair_free(&pair);
}

TEST_MAIN(TEST(a_key_update_is_answered_with_the_next_data), TEST(a_key_update_waits_for_the_next_call))
