/*
 * What Reprise cannot do is refused when a program asks for it, with an error that
 * names the feature. OpenSSL as Debian builds it can do most of it, so the
 * errors are checked on Reprise; that the calls do not crash, on both.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "made.h"
#include "pair.h"

/* An error on the queue has `word` in its text; the queue is emptied. */
static void check_reported(const char *word)
{
    bool reported = false;
    const char *data;
    int flags;

    while (ERR_get_error_all(NULL, NULL, NULL, &data, &flags) != 0)
        reported |= (flags & ERR_TXT_STRING) != 0 && strstr(data, word) != NULL;
    CHECK(reported);
}

/* The limit can be set, because programs give up silently where that fails; the handshake reports the error. */
static void old_versions_alone_fail_in_the_handshake(void)
{
    const int old[] = { TLS1_VERSION, TLS1_1_VERSION };

    for (int i = 0; i < 3; i++) {
        /* By a limit, and by the method. */
        SSL_CTX *context = SSL_CTX_new(i < 2 ? TLS_client_method() : TLSv1_1_client_method());
        SSL *ssl;

        if (i < 2) {
            CHECK_EQ(SSL_CTX_set_max_proto_version(context, old[i]), 1);
            CHECK_EQ(SSL_CTX_get_max_proto_version(context), old[i]);
        }
        ssl = SSL_new(context);
        SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        ERR_clear_error();
        CHECK_EQ(SSL_connect(ssl), -1);
        if (on_reprise()) {
            CHECK_EQ(SSL_get_error(ssl, -1), SSL_ERROR_SSL);
            check_reported("TLS 1.2 and TLS 1.3");
        }
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
}

static void dtls_has_no_context(void)
{
    SSL_CTX *context = SSL_CTX_new(DTLS_method());

    if (on_reprise()) {
        CHECK(context == NULL);
        check_reported("DTLS");
        /* Also when the first error has been lost. */
        CHECK(SSL_CTX_new(NULL) == NULL);
        check_reported("DTLS");
    }
    SSL_CTX_free(context);
}

static void options_that_leave_no_version_fail_in_the_handshake(void)
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
        check_reported("TLS 1.2 and TLS 1.3");
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
            check_reported(strings[i]);
        CHECK_EQ(SSL_set_cipher_list(ssl, strings[i]), !on_reprise());
        if (on_reprise())
            check_reported(strings[i]);
    }
    /* With one that can be used the others do no harm. */
    CHECK_EQ(SSL_CTX_set_cipher_list(
                 context, "AES128-SHA:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"),
             1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, "NO-SUCH-SUITE"), 0);
    CHECK_REASON(SSL_R_NO_CIPHER_MATCH);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void groups_that_leave_nothing_end_the_handshake(const struct protocol *protocol)
{
    for (int server = 0; server <= 1; server++) {
        struct pair pair;
        struct outcome outcome[2];

        pair_init(&pair, protocol);
        use_credentials(pair.server_ctx, pki_server_rsa());
        SSL_CTX *context = server ? pair.server_ctx : pair.client_ctx;
        CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-521:X448"), 1);
        CHECK_EQ(SSL_CTX_set1_groups_list(context, "no-such-group"), 0);
        pair_open(&pair);
        ERR_clear_error();
        pair_try_handshake(&pair, &outcome[0], &outcome[1]);
        CHECK_EQ(outcome[server].ret == 1, !on_reprise());
        if (on_reprise()) {
            const int server_reason = protocol->version == TLS1_3_VERSION
                                          ? SSL_R_NO_SUITABLE_KEY_SHARE
                                          : SSL_R_NO_SHARED_CIPHER;
            CHECK_EQ(outcome[server].reason, server ? server_reason : SSL_R_NO_SUITABLE_GROUPS);
            CHECK(!SSL_is_init_finished(pair.client) && !SSL_is_init_finished(pair.server));
        }
        pair_drop(&pair);
        /* With one that can be used the others do no harm. */
        CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-521:P-256:ffdhe2048"), 1);
        if (!on_reprise())
            CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-256"), 1);
        pair_connect(&pair);
        CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_X9_62_prime256v1);
        pair_close(&pair);
        pair_free(&pair);
    }
}

static void renegotiation_fails_with_an_error(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    ERR_clear_error();
    if (on_reprise()) {
        CHECK_EQ(SSL_renegotiate(pair.client), 0);
        check_reported("enegotiat");
        CHECK_EQ(SSL_renegotiate_abbreviated(pair.client), 0);
        check_reported("enegotiat");
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
        check_reported("DANE");
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void the_kernel_does_no_tls(const struct protocol *protocol)
{
    struct pair pair;
    const char file[] = "never sent";

    pair_init(&pair, protocol);
    pair.transport = SOCKETS;
    SSL_CTX_set_options(pair.client_ctx, SSL_OP_ENABLE_KTLS);
    CHECK(SSL_CTX_get_options(pair.client_ctx) & SSL_OP_ENABLE_KTLS);
    pair_open(&pair);
    /* Asking for it is a wish; with it switched off again nothing depends on the kernel. */
    SSL_clear_options(pair.client, SSL_OP_ENABLE_KTLS);
    pair_handshake(&pair);
    CHECK_EQ(BIO_get_ktls_send(SSL_get_wbio(pair.client)), 0);
    CHECK_EQ(BIO_get_ktls_recv(SSL_get_rbio(pair.client)), 0);
    ERR_clear_error();
    CHECK(SSL_sendfile(pair.client, 0, 0, sizeof(file), 0) < 0);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    send_text(pair.client, pair.server, "all is well");
    pair_close(&pair);
    pair_free(&pair);
}

static void nothing_waits_for_an_asynchronous_job(const struct protocol *protocol)
{
    struct pair pair;
    size_t count = 99, added = 99, deleted = 99;
    int status = 99;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(SSL_waiting_for_async(pair.client), 0);
    CHECK_EQ(SSL_get_all_async_fds(pair.client, NULL, &count), 0);
    CHECK_EQ(SSL_get_changed_async_fds(pair.client, NULL, &added, NULL, &deleted), 0);
    (void)SSL_get_async_status(pair.client, &status);
    ERR_clear_error();
    pair_close(&pair);
    pair_free(&pair);
}

/* What this library does not do it refuses when it is asked for. OpenSSL does it. */

static size_t no_padding(SSL *ssl, int type, size_t length, void *argument)
{
    (void)ssl;
    (void)type;
    (void)length;
    (void)argument;
    return 0;
}

static void what_cannot_be_done_is_refused_when_it_is_set(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    const int done = !on_reprise();
#define CHECK_REFUSED(call, good)                                 \
    do {                                                          \
        ERR_clear_error();                                        \
        CHECK_EQ((call) == (good), done);                         \
        if (!done)                                                \
            CHECK_EQ(ERR_GET_LIB(ERR_peek_error()), ERR_LIB_SSL); \
    } while (0)
    CHECK_REFUSED(SSL_CTX_set_block_padding(ctx, 512), 1);
    CHECK_REFUSED(SSL_set_block_padding(ssl, 512), 1);
    CHECK_REFUSED(SSL_CTX_set_tlsext_max_fragment_length(ctx, TLSEXT_max_fragment_length_512), 1);
    CHECK_REFUSED(SSL_set_tlsext_max_fragment_length(ssl, TLSEXT_max_fragment_length_512), 1);
    CHECK_REFUSED(SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AES128_CM_SHA1_80"), 0);
    CHECK_REFUSED(SSL_set_tlsext_use_srtp(ssl, "SRTP_AES128_CM_SHA1_80"), 0);
    CHECK_REFUSED(SSL_CTX_add_custom_ext(ctx, 4000, SSL_EXT_CLIENT_HELLO, NULL, NULL, NULL, NULL,
                                         NULL),
                  1);
    CHECK_REFUSED(SSL_CTX_add_client_custom_ext(ctx, 4001, NULL, NULL, NULL, NULL, NULL), 1);
    CHECK_REFUSED(SSL_CTX_add_server_custom_ext(ctx, 4002, NULL, NULL, NULL, NULL, NULL), 1);
    CHECK_REFUSED(SSL_CTX_enable_ct(ctx, SSL_CT_VALIDATION_PERMISSIVE), 1);
    CHECK_REFUSED(SSL_enable_ct(ssl, SSL_CT_VALIDATION_PERMISSIVE), 1);
    CHECK_REFUSED(SSL_CTX_set_async_callback(ctx, NULL), 1);
    CHECK_REFUSED(SSL_set_async_callback(ssl, NULL), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_username(ctx, "name"), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_password(ctx, "secret"), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_strength(ctx, 2048), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_cb_arg(ctx, NULL), 1);
    CHECK_REFUSED(SSL_set_record_padding_callback(ssl, no_padding), 1);
    ERR_clear_error();
    SSL_CTX_set_record_padding_callback(ctx, no_padding);
    CHECK_EQ(ERR_peek_error() == 0, done);
    CHECK_REFUSED(SSL_set_session_secret_cb(ssl, NULL, NULL), 1);
    CHECK_REFUSED(SSL_set_session_ticket_ext(ssl, NULL, 0), 1);
    CHECK_REFUSED(SSL_set_session_ticket_ext_cb(ssl, NULL, NULL), 1);
    /* The two that protect nothing by themselves are taken. */
    CHECK_EQ(SSL_CTX_set_block_padding(ctx, 0), 1);
    CHECK_EQ(SSL_set_block_padding(ssl, 1), 1);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

TEST_MAIN(TEST(old_versions_alone_fail_in_the_handshake),
          TEST(dtls_has_no_context),
          TEST(options_that_leave_no_version_fail_in_the_handshake),
          TEST(cipher_strings_that_leave_nothing_are_refused),
          TEST_EACH(groups_that_leave_nothing_end_the_handshake),
          TEST(renegotiation_fails_with_an_error),
          TEST(dane_may_be_prepared_but_not_enabled),
          TEST_EACH(the_kernel_does_no_tls),
          TEST_EACH(nothing_waits_for_an_asynchronous_job),
          TEST(what_cannot_be_done_is_refused_when_it_is_set))
