/* Early data that comes twice or too late: S82, S83, S85. */
#include <openssl/ssl.h>

#include "early.h"

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

static void the_age_that_the_client_sends_must_be_about_right(void)
{
    /* Seconds that the client's session is older than the server's. */
    static const struct {
        long older;
        int status;
    } cases[] = {
        { 0, SSL_EARLY_DATA_ACCEPTED },
        { 60, SSL_EARLY_DATA_REJECTED },
        { -5, SSL_EARLY_DATA_ACCEPTED },
        { -60, SSL_EARLY_DATA_REJECTED },
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

TEST_MAIN(TEST(a_replayed_flight_is_not_taken),
          TEST(a_replayed_flight_is_taken_without_the_protection),
          TEST(stateful_tickets_without_the_protection_are_taken_again),
          TEST(a_session_is_good_for_one_use_even_without_early_data),
          TEST(a_used_up_session_is_rejected_and_a_new_one_made),
          TEST(the_age_that_the_client_sends_must_be_about_right))
