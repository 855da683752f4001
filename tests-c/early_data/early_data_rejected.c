/* Early data that a server does not take: S117. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"
#include "pair.h"

/* ---- rejection (S117) ---- */

static int allowed, asked;

static int allow(SSL *ssl, void *argument)
{
    size_t count;
    char buffer[10];

    CHECK_STR(argument, "argument");
    asked++;
    /* Nothing of this can be done now; the connection stays as it is. */
    expect_misuse(SSL_read_early_data(ssl, buffer, 10, &count));
    expect_misuse(SSL_write_early_data(ssl, "x", 1, &count));
    CHECK_EQ(SSL_in_init(ssl), 1);
    return allowed;
}

static void the_program_may_refuse(void)
{
    for (allowed = 0; allowed <= 1; allowed++) {
        struct pair pair;

        early_init(&pair);
        SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
        asked = 0;
        exchange(&pair, early_session(&pair), "early",
                 allowed ? SSL_EARLY_DATA_ACCEPTED : SSL_EARLY_DATA_REJECTED);
        CHECK_EQ(asked, 1);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static int others_asked;

static int allow_instead(SSL *ssl, void *argument)
{
    (void)ssl, (void)argument;
    others_asked++;
    return 1;
}

enum change {
    CONTEXT_CHANGED,
    CONTEXT_SWITCHED,
    CLEARED,
    DUPLICATED,
    SET
};

static void replace_by_duplicate(struct pair *pair)
{
    SSL *duplicate = SSL_dup(pair->server);

    CHECK(duplicate != NULL && duplicate != pair->server);
    CHECK(BIO_up_ref(SSL_get_rbio(pair->server)));
    CHECK(BIO_up_ref(SSL_get_wbio(pair->server)));
    SSL_set0_rbio(duplicate, SSL_get_rbio(pair->server));
    SSL_set0_wbio(duplicate, SSL_get_wbio(pair->server));
    SSL_free(pair->server);
    pair->server = duplicate;
}

/* SSL_new() copies the callback; a duplicate gets that of the context. */
static void the_program_is_asked_by_the_callback_of_the_connection(void)
{
    for (int change = CONTEXT_CHANGED; change <= SET; change++) {
        SSL_CTX *other = server_context(&TLS13);
        bool instead = change == SET;
        struct pair pair;

        early_init(&pair);
        SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
        SSL_CTX_set_allow_early_data_cb(other, allow_instead, NULL);
        allowed = asked = others_asked = 0;
        open_with(&pair, early_session(&pair));
        switch (change) {
        case CONTEXT_CHANGED:
            SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow_instead, NULL);
            break;
        case CONTEXT_SWITCHED:
            CHECK(SSL_set_SSL_CTX(pair.server, other) == other);
            break;
        case CLEARED:
            CHECK_EQ(SSL_clear(pair.server), 1);
            break;
        case DUPLICATED:
            SSL_set_allow_early_data_cb(pair.server, allow_instead, NULL);
            replace_by_duplicate(&pair);
            break;
        default:
            SSL_set_allow_early_data_cb(pair.server, allow_instead, NULL);
        }
        send_early(&pair, "early", 5);
        if (instead)
            expect_early(&pair, "early");
        else
            expect_finish(&pair);
        CHECK_EQ(asked, !instead);
        CHECK_EQ(others_asked, instead);
        pair_free(&pair);
        SSL_CTX_free(other);
    }
}

static void the_program_is_not_asked_without_early_data(void)
{
    struct pair pair;

    early_init(&pair);
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
    asked = 0;
    open_with(&pair, early_session(&pair));
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    expect_finish(&pair);
    CHECK_EQ(asked, 0);
    complete(&pair);
    expect_statuses(&pair, SSL_EARLY_DATA_NOT_SENT);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_that_only_accepts_rejects(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];

    early_init(&pair);
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
    asked = 0;
    open_with(&pair, early_session(&pair));
    send_early(&pair, data, LIMIT);
    CHECK_EQ(SSL_accept(pair.server), -1);
    complete(&pair);
    CHECK_EQ(asked, 0);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    expect_statuses(&pair, SSL_EARLY_DATA_REJECTED);
    pair_close(&pair);
    pair_free(&pair);
}

static void what_follows_a_rejection_is_lost(void)
{
    struct pair pair;
    char byte;

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), -1);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_REJECTED);
    send_early(&pair, "more", 4);
    complete(&pair);
    expect_statuses(&pair, SSL_EARLY_DATA_REJECTED);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_second_hello_ends_early_data(void)
{
    struct pair pair;

    early_init(&pair);
    SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256");
    SSL_CTX_set_allow_early_data_cb(pair.server_ctx, allow, "argument");
    asked = 0;
    open_with(&pair, early_session(&pair));
    SSL_set1_groups_list(pair.server, "P-256");
    send_early(&pair, "early", 5);
    send_early(&pair, "early", 5);
    expect_finish(&pair);
    CHECK_EQ(SSL_in_init(pair.server), 0);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_accept(pair.server), -1);
    complete(&pair);
    CHECK_EQ(asked, 0);
    expect_statuses(&pair, SSL_EARLY_DATA_REJECTED);
    /* OpenSSL's server has used the session up with the first ClientHello. */
    CHECK_EQ(SSL_session_reused(pair.client), on_reprise());
    pair_close(&pair);
    pair_free(&pair);
}

static void too_much_before_a_second_hello_is_an_error(void)
{
    struct pair pair;
    static unsigned char data[LIMIT];

    early_init(&pair);
    SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256");
    open_with(&pair, early_session(&pair));
    SSL_set1_groups_list(pair.server, "P-256");
    SSL_set_recv_max_early_data(pair.server, 1000);
    send_early(&pair, data, 1088);
    expect_finish(&pair);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_REASON(SSL_R_TOO_MUCH_EARLY_DATA);
    pair_free(&pair);
}

static const char *protocol;

static int choose(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                  const unsigned char *offered, unsigned length, void *argument)
{
    (void)ssl, (void)offered, (void)length, (void)argument;
    if (protocol == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    *out = (const unsigned char *)protocol;
    *out_length = (unsigned char)strlen(protocol);
    return SSL_TLSEXT_ERR_OK;
}

static void another_protocol_is_a_reason_to_reject(void)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const struct {
        const char *before, *now;
        int status;
    } cases[] = {
        { "h2", "h2", SSL_EARLY_DATA_ACCEPTED },
        { "h2", "http/1.1", SSL_EARLY_DATA_REJECTED },
        { "h2", NULL, SSL_EARLY_DATA_REJECTED },
        { NULL, "h2", SSL_EARLY_DATA_REJECTED },
        { NULL, NULL, SSL_EARLY_DATA_ACCEPTED },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        SSL_SESSION *session;

        early_init(&pair);
        SSL_CTX_set_alpn_protos(pair.client_ctx, both, sizeof(both) - 1);
        SSL_CTX_set_alpn_select_cb(pair.server_ctx, choose, NULL);
        protocol = cases[i].before;
        session = early_session(&pair);
        protocol = cases[i].now;
        exchange(&pair, session, "early", cases[i].status);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void another_suite_is_a_reason_to_reject(void)
{
    struct pair pair;
    SSL_SESSION *session;
    static char got[LARGE];
    size_t count;

    early_init(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_128_GCM_SHA256");
    session = early_session(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx,
                             "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
    open_with(&pair, session);
    send_early(&pair, "early", 5);
    /* RFC 8446, section 4.2.10: the suite must be that of the session. */
    if (on_reprise()) {
        expect_finish(&pair);
        CHECK_EQ(SSL_get_early_data_status(pair.server), SSL_EARLY_DATA_REJECTED);
    } else {
        read_early(&pair, got, &count);
        ERR_clear_error();
    }
    pair_free(&pair);
}

static void a_server_that_no_longer_allows_it_rejects(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    SSL_CTX_set_max_early_data(pair.server_ctx, 0);
    exchange(&pair, session, "early", SSL_EARLY_DATA_REJECTED);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_that_speaks_tls12_only_ends_it(void)
{
    struct pair pair;
    SSL_SESSION *session;
    static char got[LARGE];
    size_t count;

    early_init(&pair);
    session = early_session(&pair);
    SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
    open_with(&pair, session);
    SSL_set_min_proto_version(pair.server, TLS1_2_VERSION);
    SSL_set_max_proto_version(pair.server, TLS1_2_VERSION);
    send_early(&pair, "early", 5);
    CHECK_EQ(read_early(&pair, got, &count), SSL_READ_EARLY_DATA_ERROR);
    CHECK_REASON(SSL_R_UNEXPECTED_MESSAGE);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    /* Reprise's server has sent its messages before it finds the early data. */
    CHECK_REASON(on_reprise() ? SSL_R_WRONG_SSL_VERSION
                              : SSL_AD_REASON_OFFSET + SSL_AD_UNEXPECTED_MESSAGE);
    pair_free(&pair);
}

static int refuse_early_data(SSL *ssl, void *argument)
{
    (void)ssl;
    ++*(int *)argument;
    return 0;
}

static void a_connection_may_refuse_early_data(void)
{
    struct pair pair;
    unsigned char buffer[16];
    size_t count;
    int asked = 0;
    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set_max_early_data(pair.server_ctx, 1024));
    SSL_SESSION *session = pair_new_session(&pair);
    pair_open(&pair);
    SSL_set_session(pair.client, session);
    SSL_set_allow_early_data_cb(pair.server, refuse_early_data, &asked);
    CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 1);
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, sizeof buffer, &count),
             SSL_READ_EARLY_DATA_FINISH);
    CHECK_EQ(asked, 1);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_REJECTED);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST(the_program_may_refuse),
          TEST(the_program_is_asked_by_the_callback_of_the_connection),
          TEST(the_program_is_not_asked_without_early_data),
          TEST(a_server_that_only_accepts_rejects),
          TEST(what_follows_a_rejection_is_lost),
          TEST(a_second_hello_ends_early_data),
          TEST(too_much_before_a_second_hello_is_an_error),
          TEST(another_protocol_is_a_reason_to_reject),
          TEST(another_suite_is_a_reason_to_reject),
          TEST(a_server_that_no_longer_allows_it_rejects),
          TEST(a_server_that_speaks_tls12_only_ends_it),
          TEST(a_connection_may_refuse_early_data))
