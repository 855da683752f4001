/* What a client's settings must have in common with a session, so that it offers early data: S118. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "early.h"

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

TEST_MAIN(TEST(the_host_name_must_be_that_of_the_session),
          TEST(the_protocol_of_the_session_must_be_offered),
          TEST(a_session_that_cannot_be_offered_is_an_error))
