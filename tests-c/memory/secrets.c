/*
 * Secrets do not stay in memory: when a connection, its session and its contexts have been freed, no block
 * of the heap holds a key any more, whether it was freed or is still in use.
 */
#include <stdint.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "early.h"
#include "external_psk.h"
#include "kept_memory.h"
#include "pair.h"
#include "raw_peer.h"
#include "secret_search.h"

static unsigned char client_random[32], server_random[32];

static const char *const SUITES12[] = { "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                        "ECDHE-ECDSA-CHACHA20-POLY1305" };
static const char *const SUITES13[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                        "TLS_CHACHA20_POLY1305_SHA256" };
enum {
    SUITES = 3
};

static void begin(void)
{
    unsigned char warm[16];

    forget_secrets();
    /* What belongs to the process is made before. */
    pki_server();
    pki_client();
    CHECK_EQ(RAND_bytes(warm, sizeof(warm)), 1);
    keep_memory(true);
}

static void prepare(struct pair *pair, const char *suite12, const char *suite13)
{
    if (suite12 != NULL)
        CHECK_EQ(SSL_CTX_set_cipher_list(pair->client_ctx, suite12), 1);
    if (suite13 != NULL)
        CHECK_EQ(SSL_CTX_set_ciphersuites(pair->client_ctx, suite13), 1);
    SSL_CTX_set_keylog_callback(pair->client_ctx, read_key_log);
    SSL_CTX_set_keylog_callback(pair->server_ctx, read_key_log);
    add_ticket_keys(pair->server_ctx);
}

static void use_connection(struct pair *pair)
{
    unsigned char exported[32];

    CHECK_EQ(SSL_export_keying_material(pair->client, exported, 32, "EXPERIMENTAL", 12, NULL, 0, 0), 1);
    pair_settle(pair);
    CHECK_EQ(SSL_get_client_random(pair->client, client_random, 32), 32);
    CHECK_EQ(SSL_get_server_random(pair->client, server_random, 32), 32);
}

/* One connection that offers `offer`, which is given up; its session. */
static SSL_SESSION *connect_once(struct pair *pair, SSL_SESSION *offer, bool resumes)
{
    SSL_SESSION *session;

    pair->offered = offer;
    pair_connect(pair);
    pair->offered = NULL;
    use_connection(pair);
    CHECK_EQ(SSL_session_reused(pair->client), resumes);
    session = SSL_get1_session(pair->client);
    add_session_secret(session);
    pair_close(pair);
    SSL_SESSION_free(offer);
    return session;
}

static void finish(struct pair *pair, SSL_SESSION *session)
{
    SSL_SESSION_free(session);
    pair_free(pair);
    ERR_clear_error();
    keep_memory(false);
}

static void connections(const struct protocol *protocol, long options, bool resumes)
{
    const bool old = protocol == &TLS12;

    if (!memory_can_be_kept())
        return;
    for (int i = 0; i < SUITES; i++) {
        struct pair pair;
        SSL_SESSION *session;
        struct {
            unsigned char bytes[LONGEST];
            size_t length;
        } psk;

        begin();
        pair_init(&pair, protocol);
        SSL_CTX_set_options(pair.server_ctx, (uint64_t)options);
        prepare(&pair, old ? SUITES12[i] : NULL, old ? NULL : SUITES13[i]);
        session = connect_once(&pair, NULL, false);
        psk.length = SSL_SESSION_get_master_key(session, psk.bytes, LONGEST);
        if (resumes)
            session = connect_once(&pair, session, true);
        finish(&pair, session);
        if (old) {
            add_key_block(psk.bytes, client_random, server_random, SUITES12[i]);
        } else {
            add_traffic_keys();
            add_early_secrets(psk.bytes, psk.length, "res binder");
        }
        check_none_left();
    }
}

static void a_full_handshake_leaves_no_secret(const struct protocol *protocol)
{
    connections(protocol, 0, false);
}

static void a_resumption_by_ticket_leaves_no_secret(const struct protocol *protocol)
{
    connections(protocol, 0, true);
}

static void a_resumption_from_the_cache_leaves_no_secret(const struct protocol *protocol)
{
    connections(protocol, SSL_OP_NO_TICKET, true);
}

static void early_data_leaves_no_secret(void)
{
    if (!memory_can_be_kept())
        return;
    for (int i = 0; i < SUITES; i++) {
        struct pair pair;
        SSL_SESSION *session;
        struct {
            unsigned char bytes[LONGEST];
            size_t length;
        } psk;

        begin();
        early_init(&pair);
        prepare(&pair, NULL, SUITES13[i]);
        session = early_session(&pair);
        psk.length = SSL_SESSION_get_master_key(session, psk.bytes, LONGEST);
        add_session_secret(session);
        open_with(&pair, session);
        send_early(&pair, "early", 5);
        expect_early(&pair, "early");
        complete(&pair);
        use_connection(&pair);
        pair_close(&pair);
        finish(&pair, NULL);
        add_traffic_keys();
        add_early_secrets(psk.bytes, psk.length, "res binder");
        check_none_left();
    }
}

static void an_external_psk_leaves_no_secret(void)
{
    struct pair pair;

    if (!memory_can_be_kept())
        return;
    begin();
    external_psk_init(&pair);
    CHECK_EQ(RAND_bytes(client_key, (int)key_length), 1);
    memcpy(server_key, client_key, key_length);
    prepare(&pair, NULL, NULL);
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    use_connection(&pair);
    pair_close(&pair);
    finish(&pair, NULL);
    add_secret("external PSK", client_key, key_length);
    add_traffic_keys();
    add_early_secrets(client_key, key_length, "ext binder");
    check_none_left();
}

/* The program has the keys, in objects that were made before. */
static void private_keys_leave_no_copy(const struct protocol *protocol)
{
    static const struct credentials *(*const SERVERS[])(void) = { pki_server, pki_server_rsa };

    if (!memory_can_be_kept())
        return;
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        const struct credentials *server = SERVERS[i](), *client = pki_client();

        begin();
        pair_init(&pair, protocol);
        prepare(&pair, NULL, NULL);
        use_credentials(pair.server_ctx, server);
        use_credentials(pair.client_ctx, client);
        trust(pair.server_ctx, pki_ca());
        SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        finish(&pair, connect_once(&pair, NULL, false));
        add_private_number(client->key, OSSL_PKEY_PARAM_PRIV_KEY);
        if (i == 0) {
            add_private_number(server->key, OSSL_PKEY_PARAM_PRIV_KEY);
        } else {
            add_private_number(server->key, OSSL_PKEY_PARAM_RSA_D);
            add_private_number(server->key, OSSL_PKEY_PARAM_RSA_FACTOR1);
            add_private_number(server->key, OSSL_PKEY_PARAM_RSA_EXPONENT1);
            add_private_number(server->key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
        }
        check_none_left();
    }
}

/* Sessions as bytes: the program's own copies are its own affair. */
static void a_session_that_travels_as_bytes_leaves_no_secret(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    static unsigned char der[8192];
    unsigned char *end = der;
    const unsigned char *start = der;
    long length;

    if (!memory_can_be_kept())
        return;
    begin();
    pair_init(&pair, protocol);
    prepare(&pair, NULL, NULL);
    session = connect_once(&pair, NULL, false);
    length = i2d_SSL_SESSION(session, &end);
    CHECK(length > 0 && (size_t)length <= sizeof(der));
    SSL_SESSION_free(session);
    session = d2i_SSL_SESSION(NULL, &start, length);
    CHECK(session != NULL);
    session = connect_once(&pair, session, true);
    finish(&pair, session);
    check_none_left();
}

/* What both sides derive from a key exchange, and what follows from that (RFC 8446, section 7.1). */
static void add_key_exchange(const struct raw_peer *raw)
{
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, raw->peer_share, 32);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(raw->share, NULL);
    unsigned char shared[32], empty[LONGEST], derived[LONGEST], master[LONGEST];
    size_t length = sizeof(shared);

    CHECK(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1
          && EVP_PKEY_derive(ctx, shared, &length) == 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    add_secret("secret of the key exchange", shared, length);
    if (raw->version != TLS1_3_VERSION)
        return;
    add_secret("handshake secret", raw->handshake_secret, 32);
    CHECK_EQ(EVP_Digest("", 0, empty, NULL, EVP_sha256(), NULL), 1);
    expand_label(derived, 32, EVP_sha256(), raw->handshake_secret, "derived", empty, 32);
    add_secret("derived of handshake secret", derived, 32);
    extract_secret(master, EVP_sha256(), derived, 32, (const unsigned char[32]){ 0 }, 32);
    add_secret("master secret", master, 32);
    add_secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", raw->role == RAW_SERVER ? raw->in.secret : raw->out.secret, 32);
    add_secret("SERVER_HANDSHAKE_TRAFFIC_SECRET", raw->role == RAW_SERVER ? raw->out.secret : raw->in.secret, 32);
    add_traffic_keys();
}

/* The share in a message of TLS 1.2, behind `before` bytes. */
static void take_share(struct raw_peer *raw, int type, size_t before)
{
    static struct bytes message;

    raw_take(raw, type, &message);
    CHECK(message.length >= 4 + before + 33 && message.data[4 + before] == 32);
    memcpy(raw->peer_share, message.data + 4 + before + 1, 32);
}

/* Handshakes that end when both sides have the key exchange. What the other side does is not kept. */
static void a_key_exchange_leaves_no_secret(const struct protocol *protocol)
{
    static const uint16_t SCHEMES[] = { 0x0403, 0 };
    const bool tls13 = protocol == &TLS13;
    SSL_CTX *contexts[2];

    if (!memory_can_be_kept())
        return;
    contexts[RAW_CLIENT] = server_context(protocol);
    contexts[RAW_SERVER] = client_context(protocol);
    for (int role = RAW_CLIENT; role <= RAW_SERVER; role++) {
        static struct raw_peer raw;

        begin();
        raw_open(&raw, contexts[role], protocol, (enum raw_role)role);
        keep_memory(false);
        if (role == RAW_CLIENT)
            raw_client_hello(&raw, &(struct raw_hello){ .schemes = SCHEMES });
        keep_memory(true);
        raw_step(&raw);
        keep_memory(false);
        if (role == RAW_CLIENT)
            raw_read_server_hello(&raw);
        else
            raw_server_hello(&raw, tls13 ? 0x1301 : 0xc02b);
        if (!tls13 && role == RAW_CLIENT) {
            static struct bytes certificate;

            raw_take(&raw, SSL3_MT_CERTIFICATE, &certificate);
            take_share(&raw, SSL3_MT_SERVER_KEY_EXCHANGE, 3);
            raw_client_key_exchange(&raw);
        } else if (!tls13) {
            raw_certificate(&raw, pki_server()->certificate);
            raw_server_key_exchange(&raw, pki_server()->key, 0x0403);
            raw_server_hello_done(&raw);
        }
        if (!tls13 || role == RAW_SERVER) {
            keep_memory(true);
            raw_step(&raw);
            keep_memory(false);
        }
        if (!tls13 && role == RAW_SERVER)
            take_share(&raw, SSL3_MT_CLIENT_KEY_EXCHANGE, 0);
        add_key_exchange(&raw);
        keep_memory(true);
        SSL_free(raw.ssl);
        raw.ssl = NULL;
        keep_memory(false);
        raw_close(&raw);
        check_none_left();
    }
    SSL_CTX_free(contexts[0]);
    SSL_CTX_free(contexts[1]);
}

/* The search finds what is left. */
static void a_copy_that_was_not_wiped_is_found(void)
{
    unsigned char secret[32];
    unsigned char *copy;

    if (!memory_can_be_kept())
        return;
    begin();
    CHECK_EQ(RAND_bytes(secret, sizeof(secret)), 1);
    copy = OPENSSL_malloc(100);
    memcpy(copy + 7, secret, sizeof(secret));
    OPENSSL_free(copy);
    CHECK(blocks_in_use() < 1000);
    keep_memory(false);
    CHECK_EQ(copies_left(secret, sizeof(secret)), 1);
    CHECK_EQ(copies_left(secret, 12), 1);
}

TEST_MAIN(TEST(a_copy_that_was_not_wiped_is_found),
          TEST_EACH(a_full_handshake_leaves_no_secret),
          TEST_EACH(a_resumption_by_ticket_leaves_no_secret),
          TEST_EACH(a_resumption_from_the_cache_leaves_no_secret),
          TEST(early_data_leaves_no_secret),
          TEST(an_external_psk_leaves_no_secret),
          TEST_EACH(a_key_exchange_leaves_no_secret),
          TEST_EACH(private_keys_leave_no_copy),
          TEST_EACH(a_session_that_travels_as_bytes_leaves_no_secret))
