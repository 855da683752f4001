/*
 * What a client may leave out of its ClientHello, and what it may not (RFC 5246, section 7.4.1.4; RFC 8422,
 * section 4; RFC 8446, section 9.2).
 */
#include "raw_peer.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

enum {
    HANDSHAKE_FAILURE = 40,
    MISSING_EXTENSION = 109
};

static const uint16_t usual[] = { 0x0403, 0x0804, 0x0401, 0 };
static const unsigned char some_id[32] = "a session id of thirty-two bytes";

static void say(struct raw_peer *raw, SSL_CTX *context, const struct protocol *protocol,
                const struct raw_hello *hello)
{
    raw_open(raw, context, protocol, RAW_CLIENT);
    raw_client_hello(raw, hello);
    raw_step(raw);
}

/* The scheme in a ServerKeyExchange. */
static unsigned scheme_of(struct raw_peer *raw)
{
    struct bytes message;
    const unsigned char *at;

    raw_read_server_hello(raw);
    raw_take(raw, SSL3_MT_CERTIFICATE, &message);
    raw_take(raw, SSL3_MT_SERVER_KEY_EXCHANGE, &message);
    at = message.data + 4 + 4 + message.data[7];
    return at[0] << 8 | at[1];
}

/* RFC 5246, section 7.4.1.4.1: SHA-1 is meant then, which the default level does not let pass. */
static void without_signature_algorithms_tls12_means_sha1(void)
{
    static const struct {
        int level;
        bool rsa;
        unsigned scheme;
    } rows[] = {
        { 0, false, 0x0203 },
        { 0, true, 0x0201 },
        { 1, false, 0 },
        { 2, false, 0 },
        { 2, true, 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        SSL_CTX *context = SSL_CTX_new(TLS_server_method());
        struct raw_peer raw;

        SSL_CTX_set_security_level(context, rows[i].level);
        use_credentials(context, rows[i].rsa ? pki_server_rsa() : pki_server());
        say(&raw, context, &TLS12, &(struct raw_hello){ .schemes = NULL });
        if (rows[i].scheme == 0)
            CHECK_EQ(raw.alert, HANDSHAKE_FAILURE);
        else
            CHECK_EQ(scheme_of(&raw), rows[i].scheme);
        raw_close(&raw);
        SSL_CTX_free(context);
    }
}

static void a_tls12_client_that_signs_is_verified_all_the_same(void)
{
    SSL_CTX *context = server_context(&TLS12);
    struct credentials client = pki_for_key(EVP_EC_gen("P-256"));

    SSL_CTX_set_security_level(context, 0);
    trust(context, pki_ca());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    for (int honest = 0; honest <= 1; honest++) {
        struct raw_peer raw;
        struct bytes message;

        say(&raw, context, &TLS12, &(struct raw_hello){ .schemes = NULL });
        raw_read_server_hello(&raw);
        while (raw.received.length > 0)
            raw_take(&raw, raw.received.data[0], &message);
        raw_certificate(&raw, client.certificate);
        raw_client_key_exchange(&raw);
        if (!honest)
            raw.transcript.data[10] ^= 1;
        raw_certificate_verify(&raw, client.key, 0x0403);
        raw_step(&raw);
        CHECK_EQ(raw.alert, honest ? -1 : 51);
        CHECK_EQ(raw.error, honest ? SSL_ERROR_WANT_READ : SSL_ERROR_SSL);
        raw_close(&raw);
    }
    X509_free(client.certificate);
    EVP_PKEY_free(client.key);
    SSL_CTX_free(context);
}

static void without_groups_a_tls12_server_has_none_to_choose(void)
{
    SSL_CTX *context = server_context(&TLS12);
    struct raw_peer raw;

    say(&raw, context, &TLS12, &(struct raw_hello){ .schemes = usual, .no_groups = true });
    CHECK_EQ(raw.alert, HANDSHAKE_FAILURE);
    raw_close(&raw);
    SSL_CTX_free(context);
}

/* A ticket of a whole connection, and its session. */
static SSL_SESSION *session_with_ticket(SSL_CTX *server)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS12);
    SSL_CTX_free(pair.server_ctx);
    SSL_CTX_up_ref(server);
    pair.server_ctx = server;
    session = pair_new_session(&pair);
    pair_free(&pair);
    CHECK(SSL_SESSION_has_ticket(session));
    return session;
}

static void offer_ticket(SSL_SESSION *session, struct bytes *extensions)
{
    const unsigned char *ticket;
    size_t length;

    SSL_SESSION_get0_ticket(session, &ticket, &length);
    put_number(extensions, 35, 2);
    put_number(extensions, length, 2);
    put_bytes(extensions, ticket, length);
    put_bytes(extensions, "\x00\x17\x00\x00", 4); /* extended_master_secret */
}

/* Nothing is signed. And a ticket that stays valid is not sent again: clients that get another, of no bytes, may
 * forget the one that they have (RFC 5077, section 3.3). */
static void a_ticket_is_resumed_without_signatures_or_another_ticket(void)
{
    SSL_CTX *context = server_context(&TLS12);
    SSL_SESSION *session = session_with_ticket(context);
    const uint16_t suite = SSL_CIPHER_get_protocol_id(SSL_SESSION_get0_cipher(session));

    for (int i = 0; i < 4; i++) {
        struct bytes extensions = { .length = 0 }, hello;
        struct raw_hello said = { .suites = { suite }, .extensions = &extensions };
        struct raw_peer raw;

        offer_ticket(session, &extensions);
        if (i % 2 == 0)
            said.session_id = some_id;
        if (i / 2 == 0)
            said.schemes = usual;
        say(&raw, context, &TLS12, &said);
        CHECK_EQ(raw.alert, -1);
        CHECK_EQ(SSL_session_reused(raw.ssl), 1);
        raw_take(&raw, SSL3_MT_SERVER_HELLO, &hello);
        if (i % 2 == 0)
            CHECK_MEM(hello.data + 39, hello.data[38], some_id, 32);
        else
            CHECK_EQ(hello.data[38], 0);
        /* A client without an id still gets it. The rest is the protected Finished. */
        CHECK_EQ(raw_has(&raw, SSL3_MT_NEWSESSION_TICKET), on_reprise() && i % 2 == 1);
        raw_close(&raw);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

static int find_session(SSL *ssl, const unsigned char *identity, size_t length,
                        SSL_SESSION **session)
{
    static const unsigned char suite[] = { 0x13, 0x01 };
    unsigned char key[32];

    *session = NULL;
    if (length != 4 || memcmp(identity, "ours", 4) != 0)
        return 1;
    memset(key, 'k', sizeof(key));
    *session = SSL_SESSION_new();
    CHECK(SSL_SESSION_set1_master_key(*session, key, sizeof(key)));
    CHECK(SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, suite)));
    CHECK(SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION));
    return 1;
}

/* RFC 8446, section 4.2.3: signature_algorithms is for servers that prove themselves by a certificate. */
static void a_tls13_client_with_a_psk_alone_needs_no_signature_algorithms(void)
{
    SSL_CTX *context = server_context(&TLS13);
    struct raw_hello hello = { .identity = "ours", .session_id = some_id };

    SSL_CTX_set_psk_find_session_callback(context, find_session);
    for (int with = 0; with <= 1; with++) {
        struct raw_peer raw;
        struct bytes message;

        hello.schemes = with ? usual : NULL;
        say(&raw, context, &TLS13, &hello);
        CHECK_EQ(raw.alert, -1);
        raw_read_server_hello(&raw);
        raw_take(&raw, SSL3_MT_ENCRYPTED_EXTENSIONS, &message);
        raw_take(&raw, SSL3_MT_FINISHED, &message);
        raw_finished(&raw);
        raw_step(&raw);
        CHECK_EQ(raw.ret, 1);
        CHECK_EQ(SSL_session_reused(raw.ssl), 1);
        raw_close(&raw);
    }
    SSL_CTX_free(context);
}

static void a_tls13_client_without_a_psk_that_is_taken_needs_them(void)
{
    SSL_CTX *context = server_context(&TLS13);
    static const struct raw_hello hellos[] = {
        { .schemes = NULL },
        { .schemes = NULL, .identity = "another" },
    };

    SSL_CTX_set_psk_find_session_callback(context, find_session);
    for (size_t i = 0; i < sizeof(hellos) / sizeof(*hellos); i++) {
        struct raw_peer raw;

        say(&raw, context, &TLS13, &hellos[i]);
        CHECK_EQ(raw.alert, MISSING_EXTENSION);
        CHECK_EQ(raw.reason, SSL_R_MISSING_SIGALGS_EXTENSION);
        raw_close(&raw);
    }
    SSL_CTX_free(context);
}

/* A HelloRetryRequest asks for the same ClientHello again (RFC 8446, section 4.1.2). A client that leaves its PSK out
 * of the second needs a certificate, and has not offered signature algorithms. */
static void a_second_hello_without_the_psk_needs_them_too(void)
{
    SSL_CTX *context = server_context(&TLS13);
    static const struct {
        struct raw_hello first, second;
    } rows[] = {
        { { .identity = "ours", .no_share = true }, { .schemes = NULL } },
        { { .identity = "ours", .no_share = true }, { .identity = "another" } },
        { { .schemes = usual, .no_share = true }, { .schemes = NULL } },
    };

    SSL_CTX_set_psk_find_session_callback(context, find_session);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct raw_peer raw;
        struct bytes message;

        say(&raw, context, &TLS13, &rows[i].first);
        CHECK_EQ(raw.alert, -1);
        raw_take(&raw, SSL3_MT_SERVER_HELLO, &message);
        raw_client_hello(&raw, &rows[i].second);
        raw_step(&raw);
        CHECK_EQ(raw.alert, MISSING_EXTENSION);
        CHECK_EQ(raw.reason, SSL_R_MISSING_SIGALGS_EXTENSION);
        CHECK_EQ(raw.received.length, 0);
        raw_close(&raw);
    }
    SSL_CTX_free(context);
}

/* A binder is of the very bytes that the client has sent. */
static void a_wrong_binder_is_wrong_without_signature_algorithms(void)
{
    SSL_CTX *context = server_context(&TLS13);
    struct raw_peer raw;
    struct bytes message, extensions = { .length = 0 };

    SSL_CTX_set_psk_find_session_callback(context, find_session);
    raw_open(&raw, context, &TLS13, RAW_CLIENT);
    raw_client_hello(&raw, &(struct raw_hello){ .identity = "ours" });
    /* The last byte of the message is the binder's. */
    CHECK_EQ(BIO_read(SSL_get_rbio(raw.ssl), message.data, sizeof(message.data)),
             (int)raw.transcript.length + 5);
    message.data[raw.transcript.length + 4] ^= 1;
    put_bytes(&extensions, message.data, raw.transcript.length + 5);
    CHECK_EQ(BIO_write(SSL_get_rbio(raw.ssl), extensions.data, extensions.length),
             (int)extensions.length);
    raw_step(&raw);
    CHECK_EQ(raw.alert, 47);
    CHECK_EQ(raw.reason, SSL_R_BINDER_DOES_NOT_VERIFY);
    raw_close(&raw);
    SSL_CTX_free(context);
}

TEST_MAIN(
    TEST(without_signature_algorithms_tls12_means_sha1),
    TEST(a_tls12_client_that_signs_is_verified_all_the_same),
    TEST(without_groups_a_tls12_server_has_none_to_choose),
    TEST(a_ticket_is_resumed_without_signatures_or_another_ticket),
    TEST(a_tls13_client_with_a_psk_alone_needs_no_signature_algorithms),
    TEST(a_tls13_client_without_a_psk_that_is_taken_needs_them),
    TEST(a_second_hello_without_the_psk_needs_them_too),
    TEST(a_wrong_binder_is_wrong_without_signature_algorithms))
