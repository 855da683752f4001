/*
 * Secrets do not stay in memory: when a connection, its session and its contexts have been freed, no block
 * of the heap holds a key any more, whether it was freed or is still in use.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "early.h"
#include "external_psk.h"
#include "kept_memory.h"
#include "pair.h"

/* ---- what is looked for ---- */

enum { SECRETS = 400, LONGEST = 64 };

/* Not on the heap, where they are looked for. */
static struct secret {
    char name[48];
    unsigned char bytes[LONGEST];
    size_t length;
} secrets[SECRETS];
static size_t secret_count;

static void add_secret(const char *name, const void *bytes, size_t length)
{
    struct secret *secret = &secrets[secret_count];

    CHECK(length >= 12 && length <= LONGEST);
    for (size_t i = 0; i < secret_count; i++)
        if (secrets[i].length == length && memcmp(secrets[i].bytes, bytes, length) == 0)
            return;
    CHECK(secret_count < SECRETS);
    snprintf(secret->name, sizeof(secret->name), "%s", name);
    memcpy(secret->bytes, bytes, length);
    secret->length = length;
    secret_count++;
}

/* SSL_CTX_set_keylog_callback(3) */
static void read_key_log(const SSL *ssl, const char *line)
{
    char name[40];
    unsigned char bytes[LONGEST];
    size_t length = 0;
    const char *digits = strrchr(line, ' ') + 1;

    (void)ssl;
    CHECK_EQ(sscanf(line, "%39s", name), 1);
    for (unsigned byte; sscanf(digits + 2 * length, "%2x", &byte) == 1; length++)
        bytes[length] = (unsigned char)byte;
    add_secret(name, bytes, length);
}

static void add_session_secret(const SSL_SESSION *session)
{
    unsigned char bytes[LONGEST];
    size_t length = SSL_SESSION_get_master_key(session, bytes, sizeof(bytes));

    CHECK(length > 0);
    add_secret("secret of the session", bytes, length);
}

static void add_ticket_keys(SSL_CTX *context)
{
    unsigned char keys[80];

    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(context, keys, sizeof(keys)), 1);
    add_secret("ticket key of the MAC", keys + 16, 32);
    add_secret("ticket key of the cipher", keys + 48, 32);
}

/* The lower end of a number, as it stands in encodings and as it stands in memory. */
static void add_private_number(const EVP_PKEY *key, const char *parameter)
{
    BIGNUM *number = NULL;
    unsigned char bytes[512], turned[512];
    int length;

    CHECK_EQ(EVP_PKEY_get_bn_param(key, parameter, &number), 1);
    length = BN_num_bytes(number);
    CHECK(length >= 24 && length <= (int)sizeof(bytes));
    BN_bn2binpad(number, bytes, length);
    BN_bn2lebinpad(number, turned, length);
    add_secret(parameter, bytes + length - 24, 24);
    add_secret(parameter, turned, 24);
    BN_clear_free(number);
}

/* ---- what is derived from them: once memory is not kept any more ---- */

/* HKDF-Expand-Label (RFC 8446, section 7.1) */
static void expand(unsigned char *out, size_t out_length, const EVP_MD *md, const unsigned char *secret,
                   const char *label, const unsigned char *context, size_t context_length)
{
    unsigned char info[200];
    size_t length = 0, label_length = strlen(label) + 6;
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    OSSL_PARAM parameters[5], *next = parameters;

    info[length++] = (unsigned char)(out_length >> 8);
    info[length++] = (unsigned char)out_length;
    info[length++] = (unsigned char)label_length;
    memcpy(info + length, "tls13 ", 6);
    memcpy(info + length + 6, label, label_length - 6);
    length += label_length;
    info[length++] = (unsigned char)context_length;
    memcpy(info + length, context, context_length);
    length += context_length;
    *next++ = OSSL_PARAM_construct_int("mode", &mode);
    *next++ = OSSL_PARAM_construct_utf8_string("digest", (char *)EVP_MD_get0_name(md), 0);
    *next++ = OSSL_PARAM_construct_octet_string("key", (void *)secret, (size_t)EVP_MD_get_size(md));
    *next++ = OSSL_PARAM_construct_octet_string("info", info, length);
    *next = OSSL_PARAM_construct_end();
    CHECK_EQ(EVP_KDF_derive(ctx, out, out_length, parameters), 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

static void extract(unsigned char *out, const EVP_MD *md, const unsigned char *salt, size_t salt_length,
                    const unsigned char *key, size_t key_size)
{
    size_t length;

    CHECK(EVP_Q_mac(NULL, "HMAC", NULL, EVP_MD_get0_name(md), NULL, salt, salt_length, key, key_size, out, LONGEST,
                    &length) != NULL);
}

static const EVP_MD *hash_of(size_t length)
{
    return length == 48 ? EVP_sha384() : EVP_sha256();
}

static void add_expanded(const struct secret *secret, const char *label, size_t length)
{
    unsigned char out[LONGEST];
    char name[128];

    expand(out, length, hash_of(secret->length), secret->bytes, label, NULL, 0);
    snprintf(name, sizeof(name), "%s of %s", label, secret->name);
    add_secret(name, out, length);
}

/* Keys of records and of Finished (RFC 8446, sections 4.4.4 and 7.3). */
static void add_traffic_keys(void)
{
    size_t count = secret_count;

    for (size_t i = 0; i < count; i++) {
        if (strstr(secrets[i].name, "TRAFFIC_SECRET") == NULL)
            continue;
        add_expanded(&secrets[i], "key", 16);
        add_expanded(&secrets[i], "key", 32);
        add_expanded(&secrets[i], "iv", 12);
        if (strstr(secrets[i].name, "HANDSHAKE") != NULL)
            add_expanded(&secrets[i], "finished", secrets[i].length);
    }
}

/* What comes of a PSK before the ClientHello is sent (RFC 8446, section 7.1). */
static void add_early_secrets(const unsigned char *psk, size_t length, const char *binder)
{
    static const unsigned char ZEROS[LONGEST];
    const EVP_MD *md = hash_of(length);
    struct secret early = { "early secret", { 0 }, length }, key = { "binder key", { 0 }, length };
    unsigned char empty[LONGEST];

    extract(early.bytes, md, ZEROS, length, psk, length);
    add_secret(early.name, early.bytes, length);
    CHECK_EQ(EVP_Digest("", 0, empty, NULL, md, NULL), 1);
    expand(key.bytes, length, md, early.bytes, binder, empty, length);
    add_secret(key.name, key.bytes, length);
    add_expanded(&key, "finished", length);
    expand(key.bytes, length, md, early.bytes, "derived", empty, length);
    add_secret("derived of early secret", key.bytes, length);
}

static unsigned char client_random[32], server_random[32];

/* Keys of records of TLS 1.2 (RFC 5246, section 6.3). */
static void add_key_block(const unsigned char *master, const char *suite_name)
{
    unsigned char block[88];
    size_t key = strstr(suite_name, "AES128") != NULL ? 16 : 32;
    char digest[] = "SHA256";
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM parameters[6], *next = parameters;

    if (strstr(suite_name, "SHA384") != NULL)
        memcpy(digest, "SHA384", sizeof(digest));
    *next++ = OSSL_PARAM_construct_utf8_string("digest", digest, 0);
    *next++ = OSSL_PARAM_construct_octet_string("secret", (void *)master, 48);
    *next++ = OSSL_PARAM_construct_octet_string("seed", "key expansion", 13);
    *next++ = OSSL_PARAM_construct_octet_string("seed", server_random, 32);
    *next++ = OSSL_PARAM_construct_octet_string("seed", client_random, 32);
    *next = OSSL_PARAM_construct_end();
    CHECK_EQ(EVP_KDF_derive(ctx, block, sizeof(block), parameters), 1);
    add_secret("client's key", block, key);
    add_secret("server's key", block + key, key);
    if (strstr(suite_name, "CHACHA") != NULL) {
        add_secret("client's IV", block + 64, 12);
        add_secret("server's IV", block + 76, 12);
    }
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

/* ---- the check ---- */

/* None is left. How many OpenSSL leaves is said where SECRETS_VERBOSE is set. */
static void check_none_left(void)
{
    unsigned found = 0, on_stack = 0;

    CHECK(secret_count > 0);
    for (size_t i = 0; i < secret_count; i++) {
        unsigned copies = copies_left(secrets[i].bytes, secrets[i].length);
        unsigned there = copies_on_stack(secrets[i].bytes, secrets[i].length);

        on_stack += there;
        if (there > 0 && getenv("SECRETS_VERBOSE") != NULL)
            printf("%u of %s on the stack\n", there, secrets[i].name);

        if (copies > 0 && (on_reprise() || getenv("SECRETS_VERBOSE") != NULL))
            printf("%u of %s (%zu bytes)\n", copies, secrets[i].name, secrets[i].length);
        found += copies;
    }
    if (getenv("SECRETS_VERBOSE") != NULL)
        printf("%zu secrets, %u copies, %u on the stack\n", secret_count, found, on_stack);
    if (on_reprise())
        CHECK_EQ(found, 0);
}

static const char *const SUITES12[] = { "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                        "ECDHE-ECDSA-CHACHA20-POLY1305" };
static const char *const SUITES13[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                        "TLS_CHACHA20_POLY1305_SHA256" };
enum { SUITES = 3 };

static void begin(void)
{
    unsigned char warm[16];

    secret_count = 0;
    /* What belongs to the process is made before. */
    pki_server();
    pki_client();
    CHECK_EQ(RAND_bytes(warm, sizeof(warm)), 1);
    keep_memory(true);
}

static void watch(struct pair *pair, const char *suite12, const char *suite13)
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

    pair->offer = offer;
    pair_connect(pair);
    pair->offer = NULL;
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
        struct secret psk = { "", { 0 }, 0 };

        begin();
        pair_init(&pair, protocol);
        SSL_CTX_set_options(pair.server_ctx, (uint64_t)options);
        watch(&pair, old ? SUITES12[i] : NULL, old ? NULL : SUITES13[i]);
        session = connect_once(&pair, NULL, false);
        psk.length = SSL_SESSION_get_master_key(session, psk.bytes, LONGEST);
        if (resumes)
            session = connect_once(&pair, session, true);
        finish(&pair, session);
        if (old) {
            add_key_block(psk.bytes, SUITES12[i]);
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
        struct secret psk = { "", { 0 }, 0 };

        begin();
        early_init(&pair);
        watch(&pair, NULL, SUITES13[i]);
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
    watch(&pair, NULL, NULL);
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
        watch(&pair, NULL, NULL);
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
    watch(&pair, NULL, NULL);
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
          TEST_EACH(private_keys_leave_no_copy),
          TEST_EACH(a_session_that_travels_as_bytes_leaves_no_secret))
