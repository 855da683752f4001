/* The info callback: SSL_CTX_set_info_callback(3). */
#include <openssl/ssl.h>

#include "pair.h"

static int starts, dones, alerts_read, alerts_written, last_alert;

static void on_info(const SSL *ssl, int where, int value)
{
    CHECK(SSL_state_string_long(ssl) != NULL);
    if (where == SSL_CB_HANDSHAKE_START)
        starts++;
    if (where == SSL_CB_HANDSHAKE_DONE)
        dones++;
    if (where == SSL_CB_READ_ALERT)
        alerts_read++, last_alert = value;
    if (where == SSL_CB_WRITE_ALERT)
        alerts_written++, last_alert = value;
}

static void the_info_callback_reports_start_and_end(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    CHECK(SSL_CTX_get_info_callback(pair.client_ctx) == NULL);
    SSL_CTX_set_info_callback(pair.client_ctx, on_info);
    CHECK(SSL_CTX_get_info_callback(pair.client_ctx) == on_info);
    pair_open(&pair);
    pair_handshake(&pair);
    CHECK_EQ(starts, 1);
    CHECK_EQ(dones, 1);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK_EQ(alerts_written, 1);
    CHECK_EQ(last_alert, SSL3_AL_WARNING << 8 | SSL_AD_CLOSE_NOTIFY);
    SSL_shutdown(pair.server);
    SSL_shutdown(pair.client);
    CHECK_EQ(alerts_read, 1);
    pair_free(&pair);
}

static void the_info_callback_of_a_server_reports_start_and_end(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_set_info_callback(pair.server, on_info);
    CHECK(SSL_get_info_callback(pair.server) == on_info);
    pair_handshake(&pair);
    CHECK(starts >= 1);
    CHECK(dones >= 1);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_info_callback_reports_start_and_end),
          TEST_EACH(the_info_callback_of_a_server_reports_start_and_end))
