/* What message and info callbacks see of handshakes. */
#include <string.h>

#include <openssl/ssl.h>

#include "reported.h"

/* ---- handshakes ---- */

static const char CLIENT_12[] =
    "start (PINIT) >01 (TWCH) exit- "
    "(TWCH) <02 (TRSH) <0b (TRSC) <0c (TRSKE) <0e (TRSD) "
    ">10 (TWCKE) >ccs (TWCCS) >14 (TWFIN) exit- "
    "(TWFIN) <04 (TRST) (TRCCS) <14 (TRFIN) done(SSLOK) exit+";
static const char SERVER_12[] =
    "start (PINIT) (PINIT) <01 (TRCH) "
    ">02 (TWSH) >0b (TWSC) >0c (TWSKE) >0e (TWSD) exit- "
    "(TWSD) <10 (TRCKE) (TRCCS) <14 (TRFIN) "
    ">04 (TWST) >ccs (TWCCS) >14 (TWFIN) done(SSLOK) exit+";
static const char CLIENT_13[] =
    "start (PINIT) >01 (TWCH) exit- "
    "(TWCH) <02 (TRSH) <08 (TREE) <0b (TRSC) <0f (TRSCV) <14 (TRFIN) "
    ">ccs (TWCCS) >14 (TWFIN) done(SSLOK) exit+";
static const char SERVER_13[] =
    "start (PINIT) (PINIT) <01 (TRCH) "
    ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >0b (TWSC) >0f (TWSCV) >14 (TWFIN) (TED) exit- "
    "(TED) <14 (TRFIN) done(TWST) >04 (TWST) >04 (TWST) exit+";

static void check_full_reported(const struct protocol *protocol)
{
    if (is_tls13(protocol))
        check_reported(CLIENT_13, SERVER_13);
    else
        check_reported(CLIENT_12, SERVER_12);
}

static void a_full_handshake_is_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    record_both(&pair);
    pair_connect(&pair);
    check_full_reported(protocol);
    pair_free(&pair);
}

static void a_handshake_in_small_pieces_is_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    pair.transport = BIO_PAIR;
    pair.capacity = 100;
    record_both(&pair);
    pair_connect(&pair);
    /* Where calls stop depends on the pieces. */
    for (int end = CLIENT; end <= SERVER; end++) {
        CHECK(strstr(lines[end], "done(") != NULL);
        CHECK(strstr(lines[end], "exit- ") != NULL);
    }
    pair_free(&pair);
}

static void a_second_handshake_is_reported_like_the_first(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_OFF);
    record_both(&pair);
    pair_connect(&pair);
    check_full_reported(protocol);
    SSL_set_shutdown(pair.client, SSL_SENT_SHUTDOWN);
    SSL_set_shutdown(pair.server, SSL_SENT_SHUTDOWN);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK_EQ(SSL_clear(pair.server), 1);
    CHECK_EQ(SSL_set_session(pair.client, NULL), 1);
    CHECK_EQ(SSL_get_state(pair.client), TLS_ST_BEFORE);
    (void)BIO_reset(pair.to_client);
    (void)BIO_reset(pair.to_server);
    pair_handshake(&pair);
    check_full_reported(protocol);
    pair_free(&pair);
}

/* ---- resumption ---- */

static void a_resumption_is_reported(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    reported_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    session = pair_new_session(&pair);
    record_both(&pair);
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    if (is_tls13(protocol))
        check_reported("start (PINIT) >01 (TWCH) exit- "
                       "(TWCH) <02 (TRSH) <08 (TREE) <14 (TRFIN) "
                       ">ccs (TWCCS) >14 (TWFIN) done(SSLOK) exit+",
                       "start (PINIT) (PINIT) <01 (TRCH) "
                       ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >14 (TWFIN) (TED) exit- "
                       "(TED) <14 (TRFIN) done(TWST) >04 (TWST) exit+");
    else
        check_reported("start (PINIT) >01 (TWCH) exit- "
                       "(TWCH) <02 (TRSH) (TRCCS) <14 (TRFIN) "
                       ">ccs (TWCCS) >14 (TWFIN) done(SSLOK) exit+",
                       "start (PINIT) (PINIT) <01 (TRCH) "
                       ">02 (TWSH) >ccs (TWCCS) >14 (TWFIN) exit- "
                       "(TWFIN) (TRCCS) <14 (TRFIN) done(SSLOK) exit+");
    pair_settle(&pair);
    pair_close(&pair);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- client certificates ---- */

static void a_clients_certificate_is_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    use_credentials(pair.client_ctx, pki_client());
    record_both(&pair);
    pair_connect(&pair);
    if (is_tls13(protocol))
        check_reported("start (PINIT) >01 (TWCH) exit- "
                       "(TWCH) <02 (TRSH) <08 (TREE) <0d (TRCR) <0b (TRSC) <0f (TRSCV) <14 (TRFIN) "
                       ">ccs (TWCCS) >0b (TWCC) >0f (TWCV) >14 (TWFIN) done(SSLOK) exit+",
                       "start (PINIT) (PINIT) <01 (TRCH) "
                       ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >0d (TWCR) >0b (TWSC) >0f (TWSCV) "
                       ">14 (TWFIN) (TED) exit- "
                       "(TED) <0b (TRCC) <0f (TRCV) <14 (TRFIN) "
                       "done(TWST) >04 (TWST) >04 (TWST) exit+");
    else
        check_reported("start (PINIT) >01 (TWCH) exit- "
                       "(TWCH) <02 (TRSH) <0b (TRSC) <0c (TRSKE) <0d (TRCR) <0e (TRSD) "
                       ">0b (TWCC) >10 (TWCKE) >0f (TWCV) >ccs (TWCCS) >14 (TWFIN) exit- "
                       "(TWFIN) <04 (TRST) (TRCCS) <14 (TRFIN) done(SSLOK) exit+",
                       "start (PINIT) (PINIT) <01 (TRCH) "
                       ">02 (TWSH) >0b (TWSC) >0c (TWSKE) >0d (TWCR) >0e (TWSD) exit- "
                       "(TWSD) <0b (TRCC) <10 (TRCKE) <0f (TRCV) (TRCCS) <14 (TRFIN) "
                       ">04 (TWST) >ccs (TWCCS) >14 (TWFIN) done(SSLOK) exit+");
    pair_free(&pair);
}

static int say_verify(int preverified, X509_STORE_CTX *context)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());

    CHECK_EQ(SSL_get_state(ssl), TLS_ST_CR_CERT);
    if (X509_STORE_CTX_get_error_depth(context) == 0)
        say(ssl, "verify");
    return preverified;
}

static void the_certificate_is_verified_before_more_is_reported(const struct protocol *protocol)
{
    struct pair pair;

    reported_init(&pair, protocol);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, say_verify);
    record_context(pair.client_ctx);
    pair_connect(&pair);
    leave_out_records(lines[CLIENT]);
    if (is_tls13(protocol))
        CHECK(strstr(lines[CLIENT], "<0b verify (TRSC) <0f (TRSCV)") != NULL);
    else
        CHECK(strstr(lines[CLIENT], "<0b verify (TRSC) <0c (TRSKE)") != NULL);
    pair_free(&pair);
}

/* ---- TLS 1.3 alone ---- */

static void a_retry_is_reported(void)
{
    struct pair pair;

    reported_init(&pair, &TLS13);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
    CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"));
    record_both(&pair);
    pair_connect(&pair);
    check_reported("start (PINIT) >01 (TWCH) exit- "
                   "(TWCH) <02 (TRSH) >ccs (TWCCS) >01 (TWCH) exit- "
                   "(TWCH) <02 (TRSH) <08 (TREE) <0b (TRSC) <0f (TRSCV) <14 (TRFIN) "
                   ">14 (TWFIN) done(SSLOK) exit+",
                   "start (PINIT) (PINIT) <01 (TRCH) "
                   ">02 (TWSH) >ccs (TWCCS) (TED) exit- "
                   "(TED) <01 (TRCH) "
                   ">02 (TWSH) >08 (TWEE) >0b (TWSC) >0f (TWSCV) >14 (TWFIN) (TED) exit- "
                   "(TED) <14 (TRFIN) done(TWST) >04 (TWST) >04 (TWST) exit+");
    pair_free(&pair);
}

static void early_data_is_reported(void)
{
    struct pair pair;
    SSL_SESSION *session;
    char buffer[16];
    size_t count;

    reported_init(&pair, &TLS13);
    SSL_CTX_set_max_early_data(pair.server_ctx, 100);
    session = pair_new_session(&pair);
    record_both(&pair);
    pair.offered = session;
    pair_open(&pair);
    CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 1);
    check_reported_all("start (PINIT) >H16 >01 (TWCH) >H14 >ccs (TWCCS) done(TED) exit+ >H17 >I17", "");
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, sizeof(buffer), &count),
             SSL_READ_EARLY_DATA_SUCCESS);
    leave_out_records(lines[SERVER]);
    check_reported_all("", "start (PINIT) (PINIT) <01 (TRCH) "
                           ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >14 (TWFIN) done(TED) exit+");
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    check_reported("start (TED) (TED) <02 (TRSH) <08 (TREE) <14 (TRFIN) "
                   "(TPEDE) >05 (TWEOED) >14 (TWFIN) done(SSLOK) exit+",
                   "");
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, sizeof(buffer), &count),
             SSL_READ_EARLY_DATA_FINISH);
    check_reported_all("", "<H17 <I16 start (TED) (TED) <05 <H17 <I16 (TWEOED) <14 (TRFIN) "
                           "done(TWST) >H17 >I16 >04 (TWST) exit+");
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_full_handshake_is_reported),
          TEST_EACH(a_handshake_in_small_pieces_is_reported),
          TEST_EACH(a_resumption_is_reported),
          TEST_EACH(a_clients_certificate_is_reported),
          TEST_EACH(the_certificate_is_verified_before_more_is_reported),
          TEST(a_retry_is_reported),
          TEST(early_data_is_reported),
          TEST_EACH(a_second_handshake_is_reported_like_the_first))
