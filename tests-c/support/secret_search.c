#include "secret_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "check.h"
#include "kept_memory.h"

/* ---- what is looked for ---- */

enum {
    SECRETS = 400
};

/* Not on the heap, where they are looked for. */
static struct secret {
    char name[48];
    unsigned char bytes[LONGEST];
    size_t length;
} secrets[SECRETS];
static size_t secret_count;

void forget_secrets(void)
{
    secret_count = 0;
}

void add_secret(const char *name, const void *bytes, size_t length)
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
void read_key_log(const SSL *ssl, const char *line)
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

void add_session_secret(const SSL_SESSION *session)
{
    unsigned char bytes[LONGEST];
    size_t length = SSL_SESSION_get_master_key(session, bytes, sizeof(bytes));

    CHECK(length > 0);
    add_secret("secret of the session", bytes, length);
}

void add_ticket_keys(SSL_CTX *context)
{
    unsigned char keys[80];

    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(context, keys, sizeof(keys)), 1);
    add_secret("ticket key of the MAC", keys + 16, 32);
    add_secret("ticket key of the cipher", keys + 48, 32);
}

/* The lower end of a number, as it stands in encodings and as it stands in memory. */
void add_private_number(const EVP_PKEY *key, const char *parameter)
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
void expand_label(unsigned char *out, size_t out_length, const EVP_MD *md, const unsigned char *secret,
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

void extract_secret(unsigned char *out, const EVP_MD *md, const unsigned char *salt, size_t salt_length,
                    const unsigned char *key, size_t key_size)
{
    size_t length;

    CHECK(EVP_Q_mac(NULL, "HMAC", NULL, EVP_MD_get0_name(md), NULL, salt, salt_length, key, key_size, out, LONGEST,
                    &length)
          != NULL);
}

static const EVP_MD *hash_of(size_t length)
{
    return length == 48 ? EVP_sha384() : EVP_sha256();
}

static void add_expanded(const struct secret *secret, const char *label, size_t length)
{
    unsigned char out[LONGEST];
    char name[128];

    expand_label(out, length, hash_of(secret->length), secret->bytes, label, NULL, 0);
    snprintf(name, sizeof(name), "%s of %s", label, secret->name);
    add_secret(name, out, length);
}

/* Keys of records and of Finished (RFC 8446, sections 4.4.4 and 7.3). */
void add_traffic_keys(void)
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

/* What is derived from a PSK before the ClientHello is sent (RFC 8446, section 7.1). */
void add_early_secrets(const unsigned char *psk, size_t length, const char *binder)
{
    static const unsigned char ZEROS[LONGEST];
    const EVP_MD *md = hash_of(length);
    struct secret early = { "early secret", { 0 }, length }, key = { "binder key", { 0 }, length };
    unsigned char empty[LONGEST];

    extract_secret(early.bytes, md, ZEROS, length, psk, length);
    add_secret(early.name, early.bytes, length);
    CHECK_EQ(EVP_Digest("", 0, empty, NULL, md, NULL), 1);
    expand_label(key.bytes, length, md, early.bytes, binder, empty, length);
    add_secret(key.name, key.bytes, length);
    add_expanded(&key, "finished", length);
    expand_label(key.bytes, length, md, early.bytes, "derived", empty, length);
    add_secret("derived of early secret", key.bytes, length);
}

/* Keys of records of TLS 1.2 (RFC 5246, section 6.3). */
void add_key_block(const unsigned char *master, const unsigned char *client_random, const unsigned char *server_random,
                   const char *suite_name)
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
    *next++ = OSSL_PARAM_construct_octet_string("seed", (void *)server_random, 32);
    *next++ = OSSL_PARAM_construct_octet_string("seed", (void *)client_random, 32);
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

/* No copy is left. With SECRETS_VERBOSE the number that OpenSSL leaves is printed. */
void check_none_left(void)
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
