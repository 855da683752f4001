/*
 * What programs are told of messages (SSL_CTX_set_msg_callback) and of the states between
 * them (SSL_CB_LOOP), each end as a line of words:
 *
 *     start done(S) exit+ exit0 exit-   the handshake begins, is done, a call returns 1, 0, -1
 *     (S)                               state S, as SSL_state_string() calls it, is left
 *     >01 <0e >ccs                      a message sent, received, a change_cipher_spec
 *     >H17 <I16                         a record's type, and what was in it (TLS 1.3)
 *     >!0230 >alert0230                 an alert: as a message, and for the info callback
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

#define CLIENT 0
#define SERVER 1

static char lines[2][8192];
static int version;

static void say(const SSL *ssl, const char *format, ...)
{
    char *line = lines[SSL_is_server(ssl) ? SERVER : CLIENT];
    size_t length = strlen(line);
    va_list arguments;

    if (length > 0)
        line[length++] = ' ';
    va_start(arguments, format);
    CHECK(vsnprintf(line + length, sizeof(lines[0]) - length, format, arguments) > 0);
    va_end(arguments);
}

static void check_state(const SSL *ssl)
{
    int state = SSL_get_state(ssl);

    CHECK_EQ(SSL_is_init_finished(ssl), !SSL_in_init(ssl) && state == TLS_ST_OK);
    CHECK_EQ(SSL_in_connect_init((SSL *)ssl), SSL_in_init(ssl) && !SSL_is_server(ssl));
}

static void on_info(const SSL *ssl, int where, int value)
{
    int role = SSL_is_server(ssl) ? SSL_ST_ACCEPT : SSL_ST_CONNECT;

    check_state(ssl);
    CHECK_EQ(SSL_in_before(ssl), where == SSL_CB_HANDSHAKE_START);
    if (where == SSL_CB_HANDSHAKE_START)
        say(ssl, "start");
    else if (where == SSL_CB_HANDSHAKE_DONE)
        say(ssl, "done(%s)", SSL_state_string(ssl));
    else if (where == (role | SSL_CB_LOOP))
        say(ssl, "(%s)", SSL_state_string(ssl));
    else if (where == (role | SSL_CB_EXIT))
        say(ssl, "exit%c", value > 0 ? '+' : value < 0 ? '-' : '0');
    else if (where == SSL_CB_READ_ALERT || where == SSL_CB_WRITE_ALERT)
        say(ssl, "%calert%04x", where == SSL_CB_READ_ALERT ? '<' : '>', value);
    else
        CHECK(!"a known kind");
}

static void on_message(int sent, int of_version, int kind, const void *buffer,
                       size_t length, SSL *ssl, void *argument)
{
    const unsigned char *bytes = buffer;
    char way = sent ? '>' : '<';

    CHECK_STR(argument, "argument");
    check_state(ssl);
    switch (kind) {
    case SSL3_RT_HEADER:
        CHECK_EQ(length, 5);
        CHECK_EQ(of_version, bytes[1] << 8 | bytes[2]);
        say(ssl, "%cH%02x", way, bytes[0]);
        return;
    case SSL3_RT_INNER_CONTENT_TYPE:
        CHECK_EQ(length, 1);
        CHECK_EQ(of_version, sent ? TLS1_2_VERSION : TLS1_3_VERSION);
        say(ssl, "%cI%02x", way, bytes[0]);
        return;
    case SSL3_RT_HANDSHAKE:
        CHECK(length >= 4);
        CHECK_EQ(length - 4, bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
        say(ssl, "%c%02x", way, bytes[0]);
        break;
    case SSL3_RT_CHANGE_CIPHER_SPEC:
        CHECK_MEM(bytes, length, "\1", 1);
        say(ssl, "%cccs", way);
        break;
    case SSL3_RT_ALERT:
        CHECK_EQ(length, 2);
        say(ssl, "%c!%02x%02x", way, bytes[0], bytes[1]);
        break;
    default:
        CHECK(!"a known kind");
    }
    /* A server that has read a ClientHello has not chosen yet. */
    if (kind == SSL3_RT_HANDSHAKE && !sent && bytes[0] == SSL3_MT_CLIENT_HELLO)
        CHECK_EQ(of_version, TLS1_3_VERSION);
    else
        CHECK_EQ(of_version, version);
}

static void watch(SSL_CTX *context)
{
    SSL_CTX_set_msg_callback(context, on_message);
    SSL_CTX_set_msg_callback_arg(context, "argument");
    SSL_CTX_set_info_callback(context, on_info);
}

static void init(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    version = protocol->version;
}

static void watch_both(struct pair *pair)
{
    watch(pair->client_ctx);
    watch(pair->server_ctx);
}

/* Leaves out the records: the engine puts several messages into one. */
static void leave_out_records(char *line)
{
    char *to = line;

    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        size_t length = strlen(word);

        if (word[1] == 'H' || word[1] == 'I')
            continue;
        if (to != line)
            *to++ = ' ';
        memmove(to, word, length);
        to += length;
    }
    *to = '\0';
}

/* What has been said since the last time. */
static void check_told_all(const char *client, const char *server)
{
    CHECK_STR(lines[CLIENT], client);
    CHECK_STR(lines[SERVER], server);
    lines[CLIENT][0] = lines[SERVER][0] = '\0';
}

static void check_told(const char *client, const char *server)
{
    leave_out_records(lines[CLIENT]);
    leave_out_records(lines[SERVER]);
    check_told_all(client, server);
}

static bool is_tls13(const struct protocol *protocol)
{
    return protocol->version == TLS1_3_VERSION;
}

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

static void check_full_told(const struct protocol *protocol)
{
    if (is_tls13(protocol))
        check_told(CLIENT_13, SERVER_13);
    else
        check_told(CLIENT_12, SERVER_12);
}

static void a_full_handshake_is_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    watch_both(&pair);
    pair_connect(&pair);
    check_full_told(protocol);
    pair_free(&pair);
}

static void a_handshake_in_small_pieces_is_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    pair.transport = BIO_PAIR;
    pair.capacity = 100;
    watch_both(&pair);
    pair_connect(&pair);
    /* Where calls stop depends on the pieces. */
    for (int end = CLIENT; end <= SERVER; end++) {
        CHECK(strstr(lines[end], "done(") != NULL);
        CHECK(strstr(lines[end], "exit- ") != NULL);
    }
    pair_free(&pair);
}

static void data_and_closing_are_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    /* From here on, which is too late for the contexts. */
    for (int end = CLIENT; end <= SERVER; end++) {
        SSL *ssl = end == CLIENT ? pair.client : pair.server;

        SSL_set_msg_callback(ssl, on_message);
        SSL_set_msg_callback_arg(ssl, "argument");
        SSL_set_info_callback(ssl, on_info);
    }
    send_text(pair.client, pair.server, "secret");
    if (is_tls13(protocol))
        check_told_all(">H17 >I17", "<H17 <I17");
    else
        check_told_all(">H17", "<H17");
    send_pattern(pair.server, pair.client, 20000, 1);
    if (is_tls13(protocol))
        check_told_all("<H17 <I17 <H17 <I17", ">H17 >I17 >H17 >I17");
    else
        check_told_all("<H17 <H17", ">H17 >H17");
    pair_close(&pair);
    if (is_tls13(protocol))
        check_told_all(">H17 >I15 >!0100 >alert0100 <H17 <I15 <!0100 <alert0100",
                       "<H17 <I15 <!0100 <alert0100 >H17 >I15 >!0100 >alert0100");
    else
        check_told_all(">H15 >!0100 >alert0100 <H15 <!0100 <alert0100",
                       "<H15 <!0100 <alert0100 >H15 >!0100 >alert0100");
    pair_free(&pair);
}

static void a_clients_records_are_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_msg_callback(pair.client_ctx, on_message);
    SSL_CTX_set_msg_callback_arg(pair.client_ctx, "argument");
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    check_told_all(">H16 >01", "");
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
        check_told_all("<H17 <I16 <04 <H17 <I16 <04 <H17 <I17", "");
    else
        check_told_all("<H17", "");
    pair_free(&pair);
}

/* ---- resumption ---- */

static void a_resumption_is_told(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    session = pair_new_session(&pair);
    watch_both(&pair);
    pair.offer = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    if (is_tls13(protocol))
        check_told("start (PINIT) >01 (TWCH) exit- "
                   "(TWCH) <02 (TRSH) <08 (TREE) <14 (TRFIN) "
                   ">ccs (TWCCS) >14 (TWFIN) done(SSLOK) exit+",
                   "start (PINIT) (PINIT) <01 (TRCH) "
                   ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >14 (TWFIN) (TED) exit- "
                   "(TED) <14 (TRFIN) done(TWST) >04 (TWST) exit+");
    else
        check_told("start (PINIT) >01 (TWCH) exit- "
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

static void a_clients_certificate_is_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    use_credentials(pair.client_ctx, pki_client());
    watch_both(&pair);
    pair_connect(&pair);
    if (is_tls13(protocol))
        check_told("start (PINIT) >01 (TWCH) exit- "
                   "(TWCH) <02 (TRSH) <08 (TREE) <0d (TRCR) <0b (TRSC) <0f (TRSCV) <14 (TRFIN) "
                   ">ccs (TWCCS) >0b (TWCC) >0f (TWCV) >14 (TWFIN) done(SSLOK) exit+",
                   "start (PINIT) (PINIT) <01 (TRCH) "
                   ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >0d (TWCR) >0b (TWSC) >0f (TWSCV) "
                   ">14 (TWFIN) (TED) exit- "
                   "(TED) <0b (TRCC) <0f (TRCV) <14 (TRFIN) "
                   "done(TWST) >04 (TWST) >04 (TWST) exit+");
    else
        check_told("start (PINIT) >01 (TWCH) exit- "
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

static void the_certificate_is_verified_before_more_is_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, say_verify);
    watch(pair.client_ctx);
    pair_connect(&pair);
    leave_out_records(lines[CLIENT]);
    if (is_tls13(protocol))
        CHECK(strstr(lines[CLIENT], "<0b verify (TRSC) <0f (TRSCV)") != NULL);
    else
        CHECK(strstr(lines[CLIENT], "<0b verify (TRSC) <0c (TRSKE)") != NULL);
    pair_free(&pair);
}

/* ---- TLS 1.3 alone ---- */

static void a_retry_is_told(void)
{
    struct pair pair;

    init(&pair, &TLS13);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
    CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"));
    watch_both(&pair);
    pair_connect(&pair);
    check_told("start (PINIT) >01 (TWCH) exit- "
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

static void tickets_are_told(void)
{
    struct pair pair;
    static const char READ[] = "<H17 <I16 (SSLOK) (SSLOK) <04 (TRST) exit+ "
                               "<H17 <I16 (SSLOK) (SSLOK) <04 (TRST) exit+ <H17 <I17";

    init(&pair, &TLS13);
    watch_both(&pair);
    pair_connect(&pair);
    lines[CLIENT][0] = lines[SERVER][0] = '\0';
    send_text(pair.server, pair.client, "x");
    check_told_all(READ, ">H17 >I17");
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    check_told_all("", "");
    send_text(pair.server, pair.client, "x");
    check_told_all("<H17 <I16 (SSLOK) (SSLOK) <04 (TRST) exit+ <H17 <I17",
                   "(SSLOK) >H17 >I16 >04 (TWST) exit+ >H17 >I17");
    pair_free(&pair);
}

static void key_updates_are_told(void)
{
    struct pair pair;

    init(&pair, &TLS13);
    watch_both(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    lines[CLIENT][0] = lines[SERVER][0] = '\0';
    CHECK_EQ(SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED), 1);
    check_told_all("", "");
    send_text(pair.client, pair.server, "x");
    check_told_all("(SSLOK) >H17 >I16 >18 (TWCKU) exit+ >H17 >I17",
                   "<H17 <I16 (SSLOK) (SSLOK) <18 (TRCKU) exit+ <H17 <I17");
    send_text(pair.server, pair.client, "x");
    check_told_all("<H17 <I16 (SSLOK) (SSLOK) <18 (TRSKU) exit+ <H17 <I17",
                   "(SSLOK) >H17 >I16 >18 (TWSKU) exit+ >H17 >I17");
    pair_free(&pair);
}

/* ---- trouble ---- */

static void try(struct pair *pair)
{
    struct outcome client, server;

    watch_both(pair);
    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK(client.ret != 1);
    CHECK(server.ret != 1);
    CHECK_STR(SSL_state_string(pair->client), "SSLERR");
    CHECK_STR(SSL_state_string_long(pair->server), "error");
    CHECK_EQ(SSL_in_init(pair->server), 1);
}

static void a_refused_certificate_is_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_stranger());
    try(&pair);
    CHECK_EQ(SSL_get_state(pair.server), is_tls13(protocol) ? TLS_ST_EARLY_DATA
                                                             : TLS_ST_SW_SRVR_DONE);
    if (!is_tls13(protocol))
        check_told("start (PINIT) >01 (TWCH) exit- "
                   "(TWCH) <02 (TRSH) <0b >!0230 >alert0230 exit-",
                   "start (PINIT) (PINIT) <01 (TRCH) "
                   ">02 (TWSH) >0b (TWSC) >0c (TWSKE) >0e (TWSD) exit- "
                   "<!0230 <alert0230 exit-");
    else
        /* The engine protects the alert, and changes keys before it. */
        check_told(on_reprise() ? "start (PINIT) >01 (TWCH) exit- "
                                  "(TWCH) <02 (TRSH) <08 (TREE) <0b (TRSC) >ccs "
                                  ">!0230 >alert0230 exit-"
                                : "start (PINIT) >01 (TWCH) exit- "
                                  "(TWCH) <02 (TRSH) <08 (TREE) <0b >!0230 >alert0230 exit-",
                   "start (PINIT) (PINIT) <01 (TRCH) "
                   ">02 (TWSH) >ccs (TWCCS) >08 (TWEE) >0b (TWSC) >0f (TWSCV) >14 (TWFIN) "
                   "(TED) exit- <!0230 <alert0230 exit-");
    pair_free(&pair);
}

static void ciphers_without_one_in_common_are_told(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK(SSL_CTX_set_cipher_list(pair.server_ctx, "ECDHE-ECDSA-AES256-GCM-SHA384"));
    CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256"));
    CHECK(SSL_CTX_set_ciphersuites(pair.server_ctx, "TLS_AES_256_GCM_SHA384"));
    try(&pair);
    check_told_all("start (PINIT) >H16 >01 (TWCH) exit- <H15 <!0228 <alert0228 exit-",
                   "start (PINIT) <H16 (PINIT) <01 >H15 >!0228 >alert0228 exit-");
    pair_free(&pair);
}

static void what_is_not_tls_is_told_by_its_header(const struct protocol *protocol)
{
    struct pair pair;
    static const char ANSWER[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

    init(&pair, protocol);
    SSL_CTX_set_msg_callback(pair.client_ctx, on_message);
    SSL_CTX_set_msg_callback_arg(pair.client_ctx, "argument");
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    BIO_write(pair.to_client, ANSWER, sizeof(ANSWER) - 1);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_REASON(SSL_R_WRONG_VERSION_NUMBER);
    check_told_all(">H16 >01 <H48", "");
    pair_free(&pair);
}

/* ---- what callbacks get and may do ---- */

static unsigned char certificate[2][65536];
static size_t certificate_length[2];

static void keep_certificate(int sent, int of_version, int kind, const void *buffer,
                             size_t length, SSL *ssl, void *argument)
{
    const unsigned char *bytes = buffer;
    int end = SSL_is_server(ssl) ? SERVER : CLIENT;

    (void)sent, (void)of_version, (void)argument;
    if (kind != SSL3_RT_HANDSHAKE || bytes[0] != SSL3_MT_CERTIFICATE)
        return;
    CHECK_EQ(certificate_length[end], 0);
    CHECK(length <= sizeof(certificate[0]));
    memcpy(certificate[end], bytes, length);
    certificate_length[end] = length;
}

static void a_long_message_is_told_as_one(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    for (int i = 0; i < 60; i++)
        CHECK(SSL_CTX_add1_chain_cert(pair.server_ctx, pki_ca()->certificate));
    SSL_CTX_set_msg_callback(pair.client_ctx, keep_certificate);
    SSL_CTX_set_msg_callback(pair.server_ctx, keep_certificate);
    pair_connect(&pair);
    CHECK(certificate_length[SERVER] > 16384);
    CHECK_MEM(certificate[CLIENT], certificate_length[CLIENT], certificate[SERVER],
              certificate_length[SERVER]);
    pair_free(&pair);
}

static int calls;

static void look_around(int sent, int of_version, int kind, const void *buffer,
                        size_t length, SSL *ssl, void *argument)
{
    char byte;

    (void)sent, (void)of_version, (void)kind, (void)buffer, (void)length, (void)argument;
    calls++;
    CHECK(SSL_get_rbio(ssl) != NULL);
    CHECK_EQ(SSL_pending(ssl), 0);
    CHECK(SSL_get_version(ssl) != NULL);
    CHECK(SSL_state_string_long(ssl) != NULL);
    SSL_get_current_cipher(ssl);
    SSL_get_session(ssl);
    X509_free(SSL_get1_peer_certificate(ssl));
    if (SSL_is_init_finished(ssl))
        CHECK(SSL_peek(ssl, &byte, 1) <= 1);
    SSL_set_msg_callback_arg(ssl, ssl);
}

static void a_callback_may_use_the_connection(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_msg_callback(pair.client_ctx, look_around);
    SSL_CTX_set_msg_callback(pair.server_ctx, look_around);
    pair_connect(&pair);
    CHECK(calls > 10);
    pair_free(&pair);
}

static void unset(int sent, int of_version, int kind, const void *buffer, size_t length,
                  SSL *ssl, void *argument)
{
    (void)sent, (void)of_version, (void)kind, (void)buffer, (void)length, (void)argument;
    calls++;
    SSL_set_msg_callback(ssl, NULL);
}

static void a_callback_may_unset_itself(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_msg_callback(pair.client_ctx, unset);
    pair_connect(&pair);
    pair_settle(&pair);
    pair_close(&pair);
    CHECK_EQ(calls, 1);
    /* The context's is copied when a connection is made. */
    pair_open(&pair);
    SSL_CTX_set_msg_callback(pair.client_ctx, NULL);
    pair_handshake(&pair);
    CHECK_EQ(calls, 2);
    pair_free(&pair);
}

static void a_second_handshake_is_told_like_the_first(const struct protocol *protocol)
{
    struct pair pair;

    init(&pair, protocol);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_OFF);
    watch_both(&pair);
    pair_connect(&pair);
    check_full_told(protocol);
    SSL_set_shutdown(pair.client, SSL_SENT_SHUTDOWN);
    SSL_set_shutdown(pair.server, SSL_SENT_SHUTDOWN);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK_EQ(SSL_clear(pair.server), 1);
    CHECK_EQ(SSL_set_session(pair.client, NULL), 1);
    CHECK_EQ(SSL_get_state(pair.client), TLS_ST_BEFORE);
    (void)BIO_reset(pair.to_client);
    (void)BIO_reset(pair.to_server);
    pair_handshake(&pair);
    check_full_told(protocol);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_full_handshake_is_told),
          TEST_EACH(a_handshake_in_small_pieces_is_told),
          TEST_EACH(data_and_closing_are_told),
          TEST_EACH(a_clients_records_are_told),
          TEST_EACH(a_resumption_is_told),
          TEST_EACH(a_clients_certificate_is_told),
          TEST_EACH(the_certificate_is_verified_before_more_is_told),
          TEST(a_retry_is_told),
          TEST(tickets_are_told),
          TEST(key_updates_are_told),
          TEST_EACH(a_refused_certificate_is_told),
          TEST_EACH(ciphers_without_one_in_common_are_told),
          TEST_EACH(what_is_not_tls_is_told_by_its_header),
          TEST_EACH(a_long_message_is_told_as_one),
          TEST_EACH(a_callback_may_use_the_connection),
          TEST_EACH(a_callback_may_unset_itself),
          TEST_EACH(a_second_handshake_is_told_like_the_first))
