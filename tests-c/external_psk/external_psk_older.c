/* The callbacks for pre-shared keys of TLS 1.2, which work in TLS 1.3 as well. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "external_psk.h"

/* ---- S120 ---- */

static unsigned old_client(SSL *ssl, const char *hint, char *identity, unsigned identity_room,
                           unsigned char *psk, unsigned psk_room)
{
    CHECK(ssl != NULL);
    CHECK(hint == NULL);
    CHECK_EQ(identity_room, PSK_MAX_IDENTITY_LEN);
    CHECK_EQ(psk_room, PSK_MAX_PSK_LEN);
    uses++;
    if (!known)
        return 0;
    strcpy(identity, client_identity);
    memcpy(psk, client_key, key_length);
    return (unsigned)key_length;
}

static unsigned old_server(SSL *ssl, const char *identity, unsigned char *psk,
                           unsigned psk_room)
{
    CHECK(ssl != NULL);
    CHECK_EQ(psk_room, PSK_MAX_PSK_LEN);
    finds++;
    if (strcmp(identity, client_identity) != 0)
        return 0;
    memcpy(psk, server_key, key_length);
    return (unsigned)key_length;
}

static void init_old(struct pair *pair)
{
    set_keys();
    pair_init(pair, &TLS13);
    without_certificate(pair);
    SSL_CTX_set_psk_client_callback(pair->client_ctx, old_client);
    SSL_CTX_set_psk_server_callback(pair->server_ctx, old_server);
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(pair->server_ctx, "a hint"), 1);
}

/* Without a certificate the server takes a suite with the hash of the key, SHA-256. */
static void the_older_callbacks_work(void)
{
    struct pair pair;

    init_old(&pair);
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, true);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_CHACHA20_POLY1305_SHA256");
    CHECK(SSL_get_psk_identity(pair.server) == NULL);
    CHECK(SSL_get_psk_identity_hint(pair.client) == NULL);
    pair_settle(&pair);
    pair_free(&pair);
}

static void the_older_callbacks_are_asked_after_the_newer(void)
{
    struct pair pair;

    init_old(&pair);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, true);
    pair_free(&pair);
}

/* The hello offers the suites of a longer hash first, which is not that of the ticket. */
static void tickets_of_the_older_callbacks_are_resumed(void)
{
    struct pair pair;
    SSL_SESSION *session;

    init_old(&pair);
    session = pair_new_session(&pair);
    SSL_CTX_set_psk_client_callback(pair.client_ctx, NULL);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void an_older_callback_may_have_no_key(void)
{
    struct pair pair;

    init_old(&pair);
    known = false;
    use_credentials(pair.server_ctx, pki_server());
    pair_connect(&pair);
    check_psk_used(&pair, false);
    pair_free(&pair);
}

static void the_older_callbacks_of_a_connection_count(void)
{
    struct pair pair;

    init_old(&pair);
    SSL_CTX_set_psk_client_callback(pair.client_ctx, NULL);
    SSL_CTX_set_psk_server_callback(pair.server_ctx, NULL);
    pair_open(&pair);
    SSL_set_psk_client_callback(pair.client, old_client);
    SSL_set_psk_server_callback(pair.server, old_server);
    CHECK_EQ(SSL_use_psk_identity_hint(pair.server, NULL), 1);
    pair_handshake(&pair);
    check_psk_used(&pair, true);
    pair_free(&pair);
}

static void a_hint_has_at_most_256_bytes(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    char hint[PSK_MAX_IDENTITY_LEN + 2];

    memset(hint, 'h', sizeof(hint));
    hint[PSK_MAX_IDENTITY_LEN + 1] = 0;
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(context, hint), 0);
    CHECK_REASON(SSL_R_DATA_LENGTH_TOO_LONG);
    CHECK_EQ(SSL_use_psk_identity_hint(ssl, hint), 0);
    CHECK_REASON(SSL_R_DATA_LENGTH_TOO_LONG);
    hint[PSK_MAX_IDENTITY_LEN] = 0;
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(context, hint), 1);
    CHECK_EQ(SSL_use_psk_identity_hint(ssl, hint), 1);
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(context, NULL), 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* In TLS 1.2 certificates work as ever. Its suites for keys are not to be had from Reprise. */
static void tls12_with_certificates_is_not_disturbed(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    SSL_CTX_set_psk_client_callback(pair.client_ctx, old_client);
    SSL_CTX_set_psk_server_callback(pair.server_ctx, old_server);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(uses + finds, 0);
    pair_free(&pair);
}

static void tls12_needs_a_certificate(void)
{
    struct pair pair;
    const char *data;
    unsigned long code;

    init_old(&pair);
    SSL_CTX_free(pair.client_ctx);
    pair.client_ctx = client_context(&TLS12);
    SSL_CTX_set_min_proto_version(pair.server_ctx, TLS1_2_VERSION);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    ERR_clear_error();
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    code = ERR_get_error_all(NULL, NULL, NULL, &data, NULL);
    CHECK_EQ(ERR_GET_REASON(code), SSL_R_NO_SHARED_CIPHER);
    if (on_reprise())
        CHECK(strstr(data, "pre-shared keys need TLS 1.3") != NULL);
    pair_free(&pair);
}

TEST_MAIN(TEST(the_older_callbacks_work),
          TEST(the_older_callbacks_are_asked_after_the_newer),
          TEST(tickets_of_the_older_callbacks_are_resumed),
          TEST(an_older_callback_may_have_no_key),
          TEST(the_older_callbacks_of_a_connection_count),
          TEST(a_hint_has_at_most_256_bytes),
          TEST(tls12_with_certificates_is_not_disturbed),
          TEST(tls12_needs_a_certificate))
