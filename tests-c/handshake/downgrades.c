/*
 * A server of TLS 1.3 that speaks a lower version marks its random (RFC 8446, section 4.1.3), so that no attacker on the path can
 * have lowered the version: a client that speaks TLS 1.3 refuses it.
 */
#include <string.h>

#include <openssl/ssl.h>

#include "raw_peer.h"

static const char TO_TLS12[] = "DOWNGRD\1", BELOW[] = "DOWNGRD";

/* The client's answer to a server of TLS 1.2 with this end of its random, or NULL. */
static void answer(struct raw_peer *raw, SSL_CTX *context, const char *mark)
{
    raw_open(raw, context, &TLS12, RAW_SERVER);
    if (mark != NULL)
        memcpy(raw->server_random + 24, mark, 8);
    raw_step(raw);
    raw_server_hello(raw, 0xc02b);
    raw_certificate(raw, pki_server()->certificate);
    raw_server_key_exchange(raw, pki_server()->key, 0x0403);
    raw_server_hello_done(raw);
    raw_step(raw);
}

static void check_refused(SSL_CTX *context, const char *mark)
{
    struct raw_peer raw;

    answer(&raw, context, mark);
    CHECK_EQ(raw.alert, 47);
    CHECK_EQ(raw.reason, SSL_R_INAPPROPRIATE_FALLBACK);
    raw_close(&raw);
}

static void check_accepted(SSL_CTX *context, const char *mark)
{
    struct raw_peer raw;

    answer(&raw, context, mark);
    CHECK_EQ(raw.alert, -1);
    CHECK(raw_has(&raw, SSL3_MT_CLIENT_KEY_EXCHANGE));
    raw_close(&raw);
}

static void a_client_of_tls13_refuses_a_server_that_could_speak_it(void)
{
    SSL_CTX *context = client_context(&TLS12);

    CHECK(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION));
    check_refused(context, TO_TLS12);
    check_refused(context, BELOW);
    check_accepted(context, NULL);
    SSL_CTX_free(context);
}

static void a_client_without_tls13_takes_it(void)
{
    SSL_CTX *context = client_context(&TLS12);

    check_accepted(context, TO_TLS12);
    check_accepted(context, BELOW);
    SSL_CTX_free(context);
}

static void a_client_with_the_fallback_suite_refuses_a_server_that_supports_more(void)
{
    SSL_CTX *context = client_context(&TLS12);

    SSL_CTX_set_mode(context, SSL_MODE_SEND_FALLBACK_SCSV);
    check_refused(context, TO_TLS12);
    check_refused(context, BELOW);
    check_accepted(context, NULL);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(a_client_of_tls13_refuses_a_server_that_could_speak_it), TEST(a_client_without_tls13_takes_it),
          TEST(a_client_with_the_fallback_suite_refuses_a_server_that_supports_more))
