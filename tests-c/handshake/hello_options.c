/* Options that decide what is in a ClientHello, and how a server treats it. */

#include <string.h>

#include <openssl/err.h>

#include "raw_peer.h"

/* Of the last ClientHello that a server has seen. */
static struct {
    size_t length; /* of the message, with its header */
    bool fallback, extended_master_secret, padding;
    int count;
} hello;

static int see_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *bytes;
    size_t length;
    (void)alert;
    (void)argument;
    hello.fallback = false;
    length = SSL_client_hello_get0_ciphers(ssl, &bytes);
    for (size_t i = 0; i + 1 < length; i += 2)
        hello.fallback |= bytes[i] == 0x56 && bytes[i + 1] == 0x00;
    hello.extended_master_secret = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_extended_master_secret, &bytes, &length);
    hello.padding = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_padding, &bytes, &length);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void measure(int sent, int version, int content, const void *bytes, size_t length, SSL *ssl,
                    void *argument)
{
    const unsigned char *message = bytes;
    (void)version;
    (void)ssl;
    (void)argument;
    if (!sent && content == SSL3_RT_HANDSHAKE && length > 0 && message[0] == 1) {
        hello.length = length;
        hello.count++;
    }
}

static void recording_pair(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_set_client_hello_cb(pair->server_ctx, see_hello, NULL);
    SSL_CTX_set_msg_callback(pair->server_ctx, measure);
    memset(&hello, 0, sizeof hello);
}

static void up_to_tls13(SSL_CTX *context)
{
    CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION));
    CHECK(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION));
}

/* Fallback */

static void a_client_sends_the_fallback_suite(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    pair_connect(&pair);
    CHECK(!hello.fallback);
    pair_close(&pair);
    SSL_CTX_set_mode(pair.client_ctx, SSL_MODE_SEND_FALLBACK_SCSV);
    pair_connect(&pair);
    CHECK(hello.fallback);
    send_text(pair.client, pair.server, "there");
    send_text(pair.server, pair.client, "back");
    pair_close(&pair);
    /* Nothing is chosen by it. */
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    pair_open(&pair);
    SSL_set_mode(pair.client, SSL_MODE_SEND_FALLBACK_SCSV);
    pair_handshake(&pair);
    CHECK(SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(pair.client)) != 0x5600);
    pair_close(&pair);
    SSL_CTX_clear_mode(pair.client_ctx, SSL_MODE_SEND_FALLBACK_SCSV);
    pair_connect(&pair);
    CHECK(!hello.fallback);
    pair_free(&pair);
}

static void a_server_refuses_a_fallback_below_what_it_has(void)
{
    struct pair pair;
    struct outcome client, server;
    recording_pair(&pair, &TLS12);
    up_to_tls13(pair.server_ctx);
    SSL_CTX_set_mode(pair.client_ctx, SSL_MODE_SEND_FALLBACK_SCSV);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_INAPPROPRIATE_FALLBACK);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INAPPROPRIATE_FALLBACK);
    pair_drop(&pair);

    /* A server that has no more than that may take it. */
    CHECK(SSL_CTX_set_max_proto_version(pair.server_ctx, TLS1_2_VERSION));
    pair_connect(&pair);
    pair_close(&pair);
    CHECK(SSL_CTX_set_max_proto_version(pair.server_ctx, 0));
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TLSv1_3);
    pair_connect(&pair);
    pair_close(&pair);
    SSL_CTX_clear_options(pair.server_ctx, SSL_OP_NO_TLSv1_3);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_INAPPROPRIATE_FALLBACK);
    pair_free(&pair);
}

static void a_fallback_does_not_resume_either(void)
{
    struct pair pair;
    struct outcome client, server;
    recording_pair(&pair, &TLS12);
    up_to_tls13(pair.server_ctx);
    SSL_SESSION *session = pair_new_session(&pair);
    pair_open(&pair);
    SSL_set_session(pair.client, session);
    SSL_set_mode(pair.client, SSL_MODE_SEND_FALLBACK_SCSV);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_INAPPROPRIATE_FALLBACK);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* A changed ClientHello in all that depends on its bytes */

static void change_all(SSL_CTX *context)
{
    SSL_CTX_set_mode(context, SSL_MODE_SEND_FALLBACK_SCSV);
    SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET | SSL_OP_TLSEXT_PADDING);
}

static void sessions_are_resumed_with_such_a_hello(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    change_all(pair.client_ctx);
    SSL_SESSION *session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_second_hello_is_changed_like_the_first(void)
{
    for (int resuming = 0; resuming < 2; resuming++) {
        struct pair pair;
        recording_pair(&pair, &TLS13);
        change_all(pair.client_ctx);
        SSL_SESSION *session = resuming ? pair_new_session(&pair) : NULL;
        CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
        CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"));
        hello.count = 0;
        pair_open(&pair);
        if (resuming)
            SSL_set_session(pair.client, session);
        pair_handshake(&pair);
        CHECK_EQ(hello.count, 2);
        CHECK(hello.fallback);
        CHECK_EQ(SSL_session_reused(pair.client), resuming);
        send_text(pair.client, pair.server, "there");
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void a_client_signs_what_it_has_sent(const struct protocol *protocol)
{
    for (int server_too = 0; server_too < 2; server_too++) {
        struct pair pair;
        recording_pair(&pair, protocol);
        change_all(pair.client_ctx);
        if (server_too)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
        use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           NULL);
        trust(pair.server_ctx, pki_ca());
        pair_connect(&pair);
        CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
        pair_free(&pair);
    }
}

static void early_data_follows_such_a_hello(void)
{
    struct pair pair;
    unsigned char buffer[16];
    size_t count;
    recording_pair(&pair, &TLS13);
    change_all(pair.client_ctx);
    CHECK(SSL_CTX_set_max_early_data(pair.server_ctx, 1024));
    SSL_SESSION *session = pair_new_session(&pair);
    CHECK(SSL_SESSION_get_max_early_data(session) > 0);
    pair_open(&pair);
    SSL_set_session(pair.client, session);
    CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 1);
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, sizeof buffer, &count),
             SSL_READ_EARLY_DATA_SUCCESS);
    CHECK_MEM(buffer, count, "early", 5);
    CHECK(hello.fallback);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void small_records_carry_such_a_hello(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    change_all(pair.client_ctx);
    CHECK(SSL_CTX_set_max_send_fragment(pair.client_ctx, 512));
    pair_open(&pair);
    unsigned char names[] = "\372aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    unsigned char many[3 * 251];
    for (int i = 0; i < 3; i++) {
        memcpy(many + i * 251, names, 251);
        many[i * 251 + 1] = (unsigned char)('x' + i);
    }
    CHECK_EQ(SSL_set_alpn_protos(pair.client, many, sizeof many), 0);
    pair_handshake(&pair);
    CHECK(hello.length > 600);
    pair_free(&pair);
}

/* Another connection that is used within a callback has its own hellos. */
static int connect_another(SSL *ssl, void *argument)
{
    struct pair inner;
    const struct protocol *protocol = argument;
    (void)ssl;
    pair_init(&inner, protocol);
    pair_connect(&inner);
    CHECK_EQ(SSL_get_extms_support(inner.client), protocol->version == TLS1_2_VERSION);
    pair_free(&inner);
    return 1;
}

static void another_connection_in_a_callback_has_its_own_hello(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    change_all(pair.client_ctx);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    use_credentials(pair.client_ctx, pki_client());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set_cert_cb(pair.client_ctx, connect_another, (void *)protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, connect_another, (void *)protocol);
    pair_connect(&pair);
    CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
    pair_free(&pair);
}

/* Extended master secret */

static void without_extended_master_secret_on_one_side_there_is_none(void)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        recording_pair(&pair, &TLS12);
        pair_connect(&pair);
        CHECK_EQ(SSL_get_extms_support(pair.client), 1);
        CHECK_EQ(SSL_get_extms_support(pair.server), 1);
        pair_close(&pair);
        SSL_CTX_set_options(end ? pair.server_ctx : pair.client_ctx,
                            SSL_OP_NO_EXTENDED_MASTER_SECRET);
        pair_connect(&pair);
        CHECK_EQ(hello.extended_master_secret, end == 1);
        CHECK_EQ(SSL_get_extms_support(pair.client), 0);
        CHECK_EQ(SSL_get_extms_support(pair.server), 0);
        send_text(pair.client, pair.server, "there");
        SSL_SESSION *session = SSL_get1_session(pair.client);
        pair_close(&pair);
        CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void a_session_with_extended_master_secret_needs_it_again(void)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        struct outcome client, server;
        recording_pair(&pair, &TLS12);
        SSL_SESSION *session = pair_new_session(&pair);
        SSL_CTX_set_options(end ? pair.server_ctx : pair.client_ctx,
                            SSL_OP_NO_EXTENDED_MASTER_SECRET);
        pair_open(&pair);
        SSL_set_session(pair.client, session);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.reason, SSL_R_INCONSISTENT_EXTMS);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* RFC 5246, section 7.4.1.4: a server answers what it was sent, and this was not. */
static void a_client_that_did_not_ask_for_it_takes_none(void)
{
    SSL_CTX *context = client_context(&TLS12);

    for (int echoes = 0; echoes < 2; echoes++) {
        struct raw_peer raw;
        struct bytes theirs, body = { .length = 0 };

        SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
        raw_open(&raw, context, &TLS12, RAW_SERVER);
        raw_step(&raw);
        raw_take(&raw, SSL3_MT_CLIENT_HELLO, &theirs);
        put_bytes(&body, "\x03\x03"
                         "01234567890123456789012345678901"
                         "\0\xc0\x2b\0",
                  38);
        put_number(&body, echoes ? 9 : 5, 2);
        put_bytes(&body, "\xff\x01\0\x01\0\0\x17\0\0", echoes ? 9 : 5);
        raw_send(&raw, SSL3_MT_SERVER_HELLO, &body);
        raw_step(&raw);
        CHECK_EQ(raw.error, echoes ? SSL_ERROR_SSL : SSL_ERROR_WANT_READ);
        CHECK_EQ(raw.alert, echoes ? SSL_AD_UNSUPPORTED_EXTENSION : -1);
        CHECK_EQ(raw.reason, echoes ? SSL_R_UNSOLICITED_EXTENSION : 0);
        raw_close(&raw);
    }
    SSL_CTX_free(context);
}

/* Such as encrypted_server_name of a draft, and another for private use. */
static void a_server_without_tls13_ignores_unknown_extensions(void)
{
    static const uint16_t usual[] = { 0x0403, 0x0804, 0x0401, 0 };
    SSL_CTX *context = server_context(&TLS12);

    SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    for (int with = 0; with < 2; with++) {
        struct raw_peer raw;
        struct bytes message, extensions = { .length = 0 };

        put_bytes(&extensions, "\0\x17\0\0\xff\xce\0\1x\xff\xa0\0\0", with ? 13 : 4);
        raw_open(&raw, context, &TLS12, RAW_CLIENT);
        raw_client_hello(&raw, &(struct raw_hello){ .schemes = usual, .extensions = &extensions });
        raw_step(&raw);
        CHECK_EQ(raw.alert, -1);
        raw_take(&raw, SSL3_MT_SERVER_HELLO, &message);
        raw_close(&raw);
    }
    SSL_CTX_free(context);
}

static void tls13_does_not_care_about_extended_master_secret(void)
{
    struct pair pair;
    recording_pair(&pair, &TLS13);
    SSL_CTX_set_options(pair.client_ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    SSL_SESSION *session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* Padding */

static void a_hello_is_padded_out_of_a_bad_range(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    pair_connect(&pair);
    size_t before = hello.length;
    CHECK(!hello.padding);
    pair_close(&pair);
    SSL_CTX_set_options(pair.client_ctx, SSL_OP_TLSEXT_PADDING);
    /* From below the range to above it. */
    for (int length = 1; length < 250; length += 31) {
        char name[256];
        memset(name, 'a', (size_t)length);
        memcpy(name + (length > 9 ? length - 8 : 0), ".example", length > 9 ? 8 : 0);
        for (int i = 50; i < length - 9; i += 50)
            name[i] = '.';
        name[length] = '\0';
        SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_NONE, NULL);
        pair_open(&pair);
        CHECK(SSL_set_tlsext_host_name(pair.client, name));
        pair_handshake(&pair);
        CHECK(hello.length < 256 || hello.length >= 512);
        CHECK(!hello.padding || hello.length >= 512);
        pair_close(&pair);
    }
    CHECK(before < 512);
    pair_free(&pair);
}

/* ChaCha20 */

static void chacha_comes_first_for_a_client_that_prefers_it(const struct protocol *protocol)
{
    static const char *const lists[][2] = {
        { "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384",
          "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384" },
        { "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384",
          "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
          "ECDHE-ECDSA-AES256-GCM-SHA384" },
    };
    for (int first = 0; first < 2; first++)
        for (int options = 0; options < 4; options++) {
            struct pair pair;
            pair_init(&pair, protocol);
            CHECK(SSL_CTX_set_ciphersuites(pair.client_ctx, lists[first][0]));
            CHECK(SSL_CTX_set_cipher_list(pair.client_ctx, lists[first][1]));
            if (options & 1)
                SSL_CTX_set_options(pair.server_ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
            if (options & 2)
                SSL_CTX_set_options(pair.server_ctx, SSL_OP_PRIORITIZE_CHACHA);
            pair_connect(&pair);
            const char *name = SSL_get_cipher(pair.client);
            const char *wanted = options == 3 && first == 0 ? "CHACHA20"
                                 : options & 1              ? "256"
                                 : first == 0               ? "CHACHA20"
                                                            : "128";
            CHECK(strstr(name, wanted) != NULL);
            CHECK((strstr(name, "CHACHA20") != NULL) == (strcmp(wanted, "CHACHA20") == 0));
            pair_free(&pair);
        }
}

TEST_MAIN(TEST_EACH(a_client_sends_the_fallback_suite),
          TEST(a_server_refuses_a_fallback_below_what_it_has),
          TEST(a_fallback_does_not_resume_either),
          TEST_EACH(sessions_are_resumed_with_such_a_hello),
          TEST(a_second_hello_is_changed_like_the_first),
          TEST_EACH(a_client_signs_what_it_has_sent),
          TEST(early_data_follows_such_a_hello),
          TEST_EACH(small_records_carry_such_a_hello),
          TEST_EACH(another_connection_in_a_callback_has_its_own_hello),
          TEST(without_extended_master_secret_on_one_side_there_is_none),
          TEST(a_session_with_extended_master_secret_needs_it_again),
          TEST(a_client_that_did_not_ask_for_it_takes_none),
          TEST(a_server_without_tls13_ignores_unknown_extensions),
          TEST(tls13_does_not_care_about_extended_master_secret),
          TEST_EACH(a_hello_is_padded_out_of_a_bad_range),
          TEST_EACH(chacha_comes_first_for_a_client_that_prefers_it))
