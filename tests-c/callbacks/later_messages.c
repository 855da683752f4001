/* What message and info callbacks see after handshakes, and of handshakes that fail. */
#include <string.h>

#include <openssl/ssl.h>

#include "reported.h"

static void data_and_closing_are_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    /* From here on, which is too late for the contexts. */
    record_connection(pair.client);
    record_connection(pair.server);
    send_text(pair.client, pair.server, "secret");
    if (is_tls13(protocol))
        check_reported_all(">H17 >I17", "<H17 <I17");
    else
        check_reported_all(">H17", "<H17");
    send_pattern(pair.server, pair.client, 20000, 1);
    if (is_tls13(protocol))
        check_reported_all("<H17 <I17 <H17 <I17", ">H17 >I17 >H17 >I17");
    else
        check_reported_all("<H17 <H17", ">H17 >H17");
    pair_close(&pair);
    if (is_tls13(protocol))
        check_reported_all(">H17 >I15 >!0100 >alert0100 <H17 <I15 <!0100 <alert0100",
                           "<H17 <I15 <!0100 <alert0100 >H17 >I15 >!0100 >alert0100");
    else
        check_reported_all(">H15 >!0100 >alert0100 <H15 <!0100 <alert0100",
                           "<H15 <!0100 <alert0100 >H15 >!0100 >alert0100");
    pair_free(&pair);
}

static void a_clients_records_are_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    record_messages(pair.client_ctx);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    check_reported_all(">H16 >01", "");
    pair_handshake(&pair);
    CHECK(strncmp(lines[CLIENT], "<H16 <02 ", 9) == 0);
    if (is_tls13(protocol))
        CHECK(strstr(lines[CLIENT], " >H14 >ccs >H17 >I16 >14") != NULL);
    else
        CHECK(strstr(lines[CLIENT], " >H16 >10 >H14 >ccs >H16 >14 <H") != NULL);
    lines[CLIENT][0] = '\0';
    /* A read that finds tickets before the data. */
    send_text(pair.server, pair.client, "x");
    if (is_tls13(protocol))
        check_reported_all("<H17 <I16 <04 <H17 <I16 <04 <H17 <I17", "");
    else
        check_reported_all("<H17", "");
    pair_free(&pair);
}

/* ---- after the handshake, in TLS 1.3 ---- */

static void tickets_are_reported(void)
{
    struct pair pair;
    static const char READ[] = "<H17 <I16 (SSLOK) (SSLOK) <04 (TRST) exit+ "
                               "<H17 <I16 (SSLOK) (SSLOK) <04 (TRST) exit+ <H17 <I17";

    reported_init(&pair, &TLS13);
    record_both(&pair);
    pair_connect(&pair);
    lines[CLIENT][0] = lines[SERVER][0] = '\0';
    send_text(pair.server, pair.client, "x");
    check_reported_all(READ, ">H17 >I17");
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    check_reported_all("", "");
    send_text(pair.server, pair.client, "x");
    check_reported_all("<H17 <I16 (SSLOK) (SSLOK) <04 (TRST) exit+ <H17 <I17",
                       "(SSLOK) >H17 >I16 >04 (TWST) exit+ >H17 >I17");
    pair_free(&pair);
}

static void key_updates_are_reported(void)
{
    struct pair pair;

    reported_init(&pair, &TLS13);
    record_both(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    lines[CLIENT][0] = lines[SERVER][0] = '\0';
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED), 1);
    check_reported_all("", "");
    send_text(pair.client, pair.server, "x");
    check_reported_all("(SSLOK) >H17 >I16 >18 (TWCKU) exit+ >H17 >I17",
                       "<H17 <I16 (SSLOK) (SSLOK) <18 (TRCKU) exit+ <H17 <I17");
    send_text(pair.server, pair.client, "x");
    check_reported_all("<H17 <I16 (SSLOK) (SSLOK) <18 (TRSKU) exit+ <H17 <I17",
                       "(SSLOK) >H17 >I16 >18 (TWSKU) exit+ >H17 >I17");
    pair_free(&pair);
}

/* ---- trouble ---- */

static void try(struct pair *pair)
{
    struct outcome client, server;

    record_both(pair);
    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK(client.ret != 1);
    CHECK(server.ret != 1);
    CHECK_STR(SSL_state_string(pair->client), "SSLERR");
    CHECK_STR(SSL_state_string_long(pair->server), "error");
    CHECK_EQ(SSL_in_init(pair->server), 1);
}

static void a_rejected_certificate_is_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    try(&pair);
    CHECK_EQ(SSL_get_state(pair.server), is_tls13(protocol) ? TLS_ST_EARLY_DATA
                                                            : TLS_ST_SW_SRVR_DONE);
    if (!is_tls13(protocol))
        check_reported("start (PINIT) >01 (TWCH) exit- "
                       "(TWCH) <02 (TRSH) <0b >!0230 >alert0230 exit-",
                       "start (PINIT) (PINIT) <01 (TRCH) "
                       ">02 (TWSH) >0b (TWSC) >0c (TWSKE) >0e (TWSD) exit- "
                       "<!0230 <alert0230 exit-");
    else
        /* The engine protects the alert, and changes keys before it. */
        check_reported(on_reprise() ? "start (PINIT) >01 (TWCH) exit- "
                                      "(TWCH) <02 (TRSH) <08 (TREE) <0b (TRSC) >ccs "
                                      ">!0230 >alert0230 exit-"
                                    : "start (PINIT) >01 (TWCH) exit- "
                                      "(TWCH) <02 (TRSH) <08 (TREE) <0b >!0230 >alert0230 exit-",
                       "start (PINIT) (PINIT) <01 (TRCH) "
                       ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >0b (TWSC) >0f (TWSCV) >14 (TWFIN) "
                       "(TED) exit- <!0230 <alert0230 exit-");
    pair_free(&pair);
}

static void ciphers_without_one_in_common_are_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK(SSL_CTX_set_cipher_list(pair.server_ctx, "ECDHE-ECDSA-AES256-GCM-SHA384"));
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_CTX_set_ciphersuites(pair.server_ctx, "TLS_AES_256_GCM_SHA384"));
    try(&pair);
    check_reported_all("start (PINIT) >H16 >01 (TWCH) exit- <H15 <!0228 <alert0228 exit-",
                       "start (PINIT) <H16 (PINIT) <01 >H15 >!0228 >alert0228 exit-");
    pair_free(&pair);
}

static void what_is_not_tls_is_reported_by_its_header(const struct protocol *protocol)
{
    struct pair pair;
    static const char ANSWER[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

    reported_init(&pair, protocol);
    record_messages(pair.client_ctx);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    BIO_write(pair.to_client, ANSWER, sizeof(ANSWER) - 1);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_REASON(SSL_R_WRONG_VERSION_NUMBER);
    check_reported_all(">H16 >01 <H48", "");
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(data_and_closing_are_reported),
          TEST_EACH(a_clients_records_are_reported),
          TEST(tickets_are_reported),
          TEST(key_updates_are_reported),
          TEST_EACH(a_rejected_certificate_is_reported),
          TEST_EACH(ciphers_without_one_in_common_are_reported),
          TEST_EACH(what_is_not_tls_is_reported_by_its_header))
