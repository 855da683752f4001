/*
 * What Reprise cannot do is refused when a program asks for it, with an error that
 * names the feature. OpenSSL as Debian builds it can do most of it, so what is said
 * about errors holds for Reprise; that the calls do not crash, for both.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* An error on the queue has a text that says `word`; the queue is emptied. */
static void check_told(const char *word)
{
    bool told = false;
    const char *data;
    int flags;

    while (ERR_get_error_all(NULL, NULL, NULL, &data, &flags) != 0)
        told |= (flags & ERR_TXT_STRING) != 0 && strstr(data, word) != NULL;
    CHECK(told);
}

static void old_versions_alone_are_refused_when_they_are_set(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    const int wanted = on_reprise() ? 0 : 1;
    const int old[] = { SSL3_VERSION, TLS1_VERSION, TLS1_1_VERSION };

    for (int i = 0; i < 3; i++) {
        /* A lowest version leaves the newer ones. */
        CHECK_EQ(SSL_CTX_set_min_proto_version(context, old[i]), 1);
        CHECK_EQ(SSL_CTX_set_max_proto_version(context, old[i]), wanted);
        if (on_reprise())
            check_told("TLS 1.2");
        CHECK_EQ(SSL_set_max_proto_version(ssl, old[i]), wanted);
        if (on_reprise())
            check_told("TLS 1.2");
        CHECK_EQ(SSL_CTX_get_max_proto_version(context), on_reprise() ? 0 : old[i]);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void dtls_has_no_context(void)
{
    SSL_CTX *context = SSL_CTX_new(DTLS_method());

    if (on_reprise()) {
        CHECK(context == NULL);
        check_told("DTLS");
        /* Also when the first error has been lost. */
        CHECK(SSL_CTX_new(NULL) == NULL);
        check_told("DTLS");
    }
    SSL_CTX_free(context);
}

static void options_that_leave_no_version_are_told_in_the_handshake(void)
{
    struct pair pair;
    struct outcome client, server;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.client_ctx, SSL_OP_NO_TLSv1_2);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.reason, SSL_R_NO_PROTOCOLS_AVAILABLE);
    pair_free(&pair);

    pair_init(&pair, &TLS12);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TLSv1_2);
    pair_open(&pair);
    ERR_clear_error();
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    if (on_reprise())
        check_told("TLS 1.2 and TLS 1.3");
    else
        ERR_clear_error();
    pair_free(&pair);
}

static void cipher_strings_that_leave_nothing_are_refused(void)
{
    static const char *const strings[] = { "DHE-RSA-AES128-GCM-SHA256", "AES128-SHA",
                                           "AES256-GCM-SHA384", "PSK-AES128-GCM-SHA256" };
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    for (int i = 0; i < 4; i++) {
        CHECK_EQ(SSL_CTX_set_cipher_list(context, strings[i]), !on_reprise());
        if (on_reprise())
            check_told(strings[i]);
        CHECK_EQ(SSL_set_cipher_list(ssl, strings[i]), !on_reprise());
        if (on_reprise())
            check_told(strings[i]);
    }
    /* With one that can be used the others do no harm. */
    CHECK_EQ(SSL_CTX_set_cipher_list(
                 context, "AES128-SHA:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "NO-SUCH-SUITE"), 0);
    CHECK_REASON(SSL_R_NO_CIPHER_MATCH);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void groups_that_leave_nothing_are_refused(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-521:ffdhe2048"), !on_reprise());
    if (on_reprise())
        check_told("P-256");
    CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-521:P-256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(context, "no-such-group"), 0);
    SSL_CTX_free(context);
}

static void renegotiation_fails_and_says_so(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    ERR_clear_error();
    if (on_reprise()) {
        CHECK_EQ(SSL_renegotiate(pair.client), 0);
        check_told("enegotiat");
        CHECK_EQ(SSL_renegotiate_abbreviated(pair.client), 0);
        check_told("enegotiat");
    }
    /* In TLS 1.3 there is none anywhere. */
    pair_close(&pair);
    pair_free(&pair);
    pair_init(&pair, &TLS13);
    pair_connect(&pair);
    CHECK_EQ(SSL_renegotiate(pair.client), 0);
    CHECK(ERR_peek_error() != 0);
    pair_free(&pair);
}

/* postfix makes every client's context ready for DANE; that alone protects nothing. */
static void dane_may_be_prepared_but_not_enabled(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl;

    CHECK_EQ(SSL_CTX_dane_enable(context), 1);
    CHECK_EQ(SSL_CTX_dane_mtype_set(context, EVP_sha512(), 2, 2), 1);
    ssl = SSL_new(context);
    ERR_clear_error();
    CHECK_EQ(SSL_dane_enable(ssl, "localhost") > 0, !on_reprise());
    if (on_reprise())
        check_told("DANE");
    SSL_free(ssl);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST(old_versions_alone_are_refused_when_they_are_set), TEST(dtls_has_no_context),
          TEST(options_that_leave_no_version_are_told_in_the_handshake),
          TEST(cipher_strings_that_leave_nothing_are_refused),
          TEST(groups_that_leave_nothing_are_refused), TEST(renegotiation_fails_and_says_so),
          TEST(dane_may_be_prepared_but_not_enabled))
