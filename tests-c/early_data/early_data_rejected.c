/* Early data that is not taken: S82, S83, S85, S117, S118. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"

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

enum change { CONTEXT_CHANGED, CONTEXT_SWITCHED, CLEARED, DUPLICATED, SET };

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

/* ---- replays (S82, S83) ---- */

/* The client's first flight, taken away from the server. */
static int first_flight(struct pair *pair, SSL_SESSION *session, char *flight)
{
    int length;

    open_with(pair, session);
    send_early(pair, "early", 5);
    length = BIO_read(pair->to_server, flight, LARGE);
    CHECK(length > 0);
    pair_drop(pair);
    return length;
}

static void replay(struct pair *pair, const char *flight, int length, int status)
{
    pair_open(pair);
    CHECK_EQ(BIO_write(pair->to_server, flight, length), length);
    if (status == SSL_EARLY_DATA_ACCEPTED)
        expect_early(pair, "early");
    else
        expect_finish(pair);
    CHECK_EQ(SSL_get_early_data_status(pair->server), status);
    CHECK_EQ(SSL_session_reused(pair->server), status == SSL_EARLY_DATA_ACCEPTED);
    SSL_set_shutdown(pair->server, SSL_SENT_SHUTDOWN);
    pair_drop(pair);
}

static void a_replayed_flight_is_not_taken(void)
{
    struct pair pair;
    static char flight[LARGE];
    int length;

    early_init(&pair);
    length = first_flight(&pair, early_session(&pair), flight);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_REJECTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_REJECTED);
    pair_free(&pair);
}

static void a_replayed_flight_is_taken_without_the_protection(void)
{
    struct pair pair;
    static char flight[LARGE];
    int length;

    early_init(&pair);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    length = first_flight(&pair, early_session(&pair), flight);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    pair_free(&pair);
}

static void stateful_tickets_without_the_protection_are_taken_again(void)
{
    struct pair pair;
    static char flight[LARGE];
    int length;

    early_init(&pair);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY | SSL_OP_NO_TICKET);
    length = first_flight(&pair, early_session(&pair), flight);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    replay(&pair, flight, length, SSL_EARLY_DATA_ACCEPTED);
    pair_free(&pair);
}

static void a_session_is_good_for_one_use_even_without_early_data(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    session = early_session(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_used_up_session_is_rejected_and_a_new_one_made(void)
{
    struct pair pair;
    SSL_SESSION *session;

    early_init(&pair);
    session = early_session(&pair);
    SSL_SESSION_up_ref(session);
    exchange(&pair, session, "early", SSL_EARLY_DATA_ACCEPTED);
    pair_close(&pair);
    exchange(&pair, session, "early", SSL_EARLY_DATA_REJECTED);
    CHECK_EQ(SSL_session_reused(pair.client), 0);
    session = SSL_get1_session(pair.client);
    pair_close(&pair);
    exchange(&pair, session, "early", SSL_EARLY_DATA_ACCEPTED);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- the age of a ticket (S85) ---- */

static void move_time(SSL_CTX *context, SSL_SESSION *session, long seconds);

static void the_age_that_the_client_says_must_be_about_right(void)
{
    /* Seconds that the client's session is older than the server's. */
    static const struct {
        long older;
        int status;
    } cases[] = {
        { 0, SSL_EARLY_DATA_ACCEPTED },     { 60, SSL_EARLY_DATA_REJECTED },
        { -5, SSL_EARLY_DATA_ACCEPTED },    { -60, SSL_EARLY_DATA_REJECTED },
        { 100000, SSL_EARLY_DATA_REJECTED },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair;
        SSL_SESSION *session;

        early_init(&pair);
        SSL_CTX_set_timeout(pair.server_ctx, 1000000);
        SSL_CTX_set_timeout(pair.client_ctx, 1000000);
        session = early_session(&pair);
        move_time(pair.server_ctx, session, cases[i].older);
        exchange(&pair, session, "early", cases[i].status);
        CHECK_EQ(SSL_session_reused(pair.client), 1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void older(SSL_SESSION *session, void *seconds)
{
    SSL_SESSION_set_time(session, SSL_SESSION_get_time(session) - *(long *)seconds);
}

/* Makes the client's session older, or else all of the server's. */
static void move_time(SSL_CTX *context, SSL_SESSION *session, long seconds)
{
    if (seconds > 0) {
        older(session, &seconds);
        return;
    }
    seconds = -seconds;
    OPENSSL_LH_doall_arg((OPENSSL_LHASH *)SSL_CTX_sessions(context),
                         (OPENSSL_LH_DOALL_FUNCARG)older, &seconds);
}

/* ---- what the client's settings must agree with (S118) ---- */

static void the_host_name_must_be_that_of_the_session(void)
{
    static const char *const names[] = { "localhost", "other.example", NULL };

    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        SSL_SESSION *session;
        size_t count;

        early_init(&pair);
        session = early_session(&pair);
        CHECK_EQ(SSL_SESSION_set1_hostname(session, "localhost"), 1);
        open_with(&pair, session);
        if (names[i] != NULL)
            SSL_set_tlsext_host_name(pair.client, names[i]);
        if (i == 0) {
            send_early(&pair, "early", 5);
            expect_early(&pair, "early");
        } else {
            CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 0);
            CHECK_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_SSL);
            CHECK_REASON(SSL_R_INCONSISTENT_EARLY_DATA_SNI);
            CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_NOT_SENT);
            CHECK(SSL_do_handshake(pair.client) <= 0);
            ERR_clear_error();
        }
        pair_free(&pair);
    }
}

static void the_protocol_of_the_session_must_be_offered(void)
{
    static const char *const lists[] = { "\x08http/1.1\x02h2", "\x08http/1.1", "" };

    for (size_t i = 0; i < 3; i++) {
        struct pair pair;
        SSL_SESSION *session;
        size_t count;

        early_init(&pair);
        session = early_session(&pair);
        SSL_SESSION_set1_alpn_selected(session, (const unsigned char *)"h2", 2);
        open_with(&pair, session);
        if (*lists[i] != '\0')
            SSL_set_alpn_protos(pair.client, (const unsigned char *)lists[i],
                                (unsigned)strlen(lists[i]));
        if (i == 0) {
            send_early(&pair, "early", 5);
        } else {
            CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 0);
            CHECK_REASON(SSL_R_INCONSISTENT_EARLY_DATA_ALPN);
        }
        pair_free(&pair);
    }
}

static void a_session_that_cannot_be_offered_is_an_error(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL_SESSION *session, *other;
        size_t count;

        early_init(&pair);
        session = early_session(&pair);
        if (i == 0) {
            /* Without ticket and id. */
            other = SSL_SESSION_new();
            SSL_SESSION_set_protocol_version(other, TLS1_3_VERSION);
            SSL_SESSION_set_cipher(other, SSL_SESSION_get0_cipher(session));
            SSL_SESSION_set_max_early_data(other, 100);
            SSL_SESSION_free(session);
            session = other;
        } else {
            /* In a client that does not speak its version. */
            SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
            SSL_CTX_set_max_proto_version(pair.client_ctx, TLS1_2_VERSION);
        }
        open_with(&pair, session);
        CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 0);
        CHECK(!wants_io(SSL_get_error(pair.client, 0)));
        if (on_reprise())
            CHECK_REASON(ERR_R_INTERNAL_ERROR);
        CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_NOT_SENT);
        pair_free(&pair);
    }
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
          TEST(a_replayed_flight_is_not_taken),
          TEST(a_replayed_flight_is_taken_without_the_protection),
          TEST(stateful_tickets_without_the_protection_are_taken_again),
          TEST(a_session_is_good_for_one_use_even_without_early_data),
          TEST(a_used_up_session_is_rejected_and_a_new_one_made),
          TEST(the_age_that_the_client_says_must_be_about_right),
          TEST(the_host_name_must_be_that_of_the_session),
          TEST(the_protocol_of_the_session_must_be_offered),
          TEST(a_session_that_cannot_be_offered_is_an_error))
