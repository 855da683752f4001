#include "raw_internal.h"

#include <string.h>

#include <openssl/sha.h>

/* The extension's contents within a hello that begins with its extensions at `at`. */
static const unsigned char *find_extension(const struct bytes *message, size_t at, unsigned type,
                                           size_t *length)
{
    at += 2;
    while (at + 4 <= message->length) {
        *length = number_at(message->data + at + 2, 2);
        CHECK(at + 4 + *length <= message->length);
        if (number_at(message->data + at, 2) == type)
            return message->data + at + 4;
        at += 4 + *length;
    }
    return NULL;
}

/* Where a hello's session id ends. */
static size_t after_session_id(const struct bytes *message)
{
    return 4 + 2 + 32 + 1 + message->data[4 + 2 + 32];
}

static void put_extension(struct bytes *to, unsigned type, const struct bytes *contents)
{
    put_number(to, type, 2);
    put_number(to, contents->length, 2);
    put_bytes(to, contents->data, contents->length);
}

void raw_server_hello(struct raw_peer *raw, uint16_t suite)
{
    struct bytes hello, body = { .length = 0 }, contents = { .length = 0 };
    const unsigned char *shares;
    size_t at, extensions, length, end;

    raw->suite = suite;
    raw_take(raw, SSL3_MT_CLIENT_HELLO, &hello);
    memcpy(raw->client_random, hello.data + 6, 32);
    raw->session_id_length = hello.data[38];
    memcpy(raw->session_id, hello.data + 39, raw->session_id_length);
    at = after_session_id(&hello);
    at += 2 + number_at(hello.data + at, 2);
    at += 1 + hello.data[at];

    put_number(&body, 0x0303, 2);
    put_bytes(&body, raw->server_random, 32);
    put_number(&body, raw->version == TLS1_3_VERSION ? raw->session_id_length : 0, 1);
    if (raw->version == TLS1_3_VERSION)
        put_bytes(&body, raw->session_id, raw->session_id_length);
    put_number(&body, suite, 2);
    put_number(&body, 0, 1);
    extensions = begin_vector(&body, 2);
    if (raw->version != TLS1_3_VERSION) {
        put_bytes(&body, "\xff\x01\x00\x01\x00", 5);
        end_vector(&body, extensions, 2);
        raw_send(raw, SSL3_MT_SERVER_HELLO, &body);
        return;
    }
    shares = find_extension(&hello, at, 51, &length);
    CHECK(shares != NULL);
    end = length;
    for (at = 2; at + 4 <= end; at += 4 + number_at(shares + at + 2, 2))
        if (number_at(shares + at, 2) == X25519)
            memcpy(raw->peer_share, shares + at + 4, 32);
    put_number(&contents, raw->version, 2);
    put_extension(&body, 43, &contents);
    contents.length = 0;
    put_number(&contents, X25519, 2);
    put_number(&contents, 32, 2);
    raw_put_share(&contents, raw->share);
    put_extension(&body, 51, &contents);
    end_vector(&body, extensions, 2);
    raw_send(raw, SSL3_MT_SERVER_HELLO, &body);
    raw_record(raw, 20, "\x01", 1);
    raw_agree(raw);
}

/* psk_key_exchange_modes, and pre_shared_key with its binder (RFC 8446, section 4.2.11). */
static void put_psk(struct raw_peer *raw, const char *identity, struct bytes *body,
                    size_t extensions)
{
    static const unsigned char zeros[32];
    struct bytes contents = { .length = 0 }, message = { .length = 0 };
    unsigned char early[32], key[32], hash[32];
    size_t begin;

    put_bytes(body, "\x00\x2d\x00\x02\x01\x01", 6);
    begin = begin_vector(&contents, 2);
    put_number(&contents, strlen(identity), 2);
    put_bytes(&contents, identity, strlen(identity));
    put_number(&contents, 0, 4);
    end_vector(&contents, begin, 2);
    put_bytes(&contents, "\x00\x21\x20", 3);
    put_bytes(&contents, zeros, 32);
    put_extension(body, 41, &contents);
    end_vector(body, extensions, 2);

    memset(raw->psk, 'k', 32);
    raw_hmac(zeros, raw->psk, 32, early);
    SHA256(NULL, 0, hash);
    raw_expand_label(early, "ext binder", hash, 32, key, 32);
    raw_expand_label(key, "finished", NULL, 0, key, 32);
    put_number(&message, SSL3_MT_CLIENT_HELLO, 1);
    put_number(&message, body->length, 3);
    put_bytes(&message, body->data, body->length);
    SHA256(message.data, message.length - 35, hash);
    raw_hmac(key, hash, 32, body->data + body->length - 32);
}

void raw_client_hello(struct raw_peer *raw, const struct raw_hello *hello)
{
    struct bytes body = { .length = 0 }, contents;
    size_t begin, extensions;
    bool tls13 = raw->version == TLS1_3_VERSION;

    put_number(&body, 0x0303, 2);
    put_bytes(&body, raw->client_random, 32);
    put_number(&body, hello->session_id != NULL ? 32 : 0, 1);
    if (hello->session_id != NULL)
        put_bytes(&body, hello->session_id, 32);
    begin = begin_vector(&body, 2);
    for (const uint16_t *suite = hello->suites; *suite != 0; suite++)
        put_number(&body, *suite, 2);
    if (body.length == begin && tls13)
        put_number(&body, 0x1301, 2);
    else if (body.length == begin)
        put_bytes(&body, "\xc0\x2b\xc0\x2f\x00\xff", 6);
    end_vector(&body, begin, 2);
    put_bytes(&body, "\x01\x00", 2);
    extensions = begin_vector(&body, 2);
    if (hello->name != NULL) {
        contents.length = 0;
        put_number(&contents, strlen(hello->name) + 3, 2);
        put_number(&contents, 0, 1);
        put_number(&contents, strlen(hello->name), 2);
        put_bytes(&contents, hello->name, strlen(hello->name));
        put_extension(&body, 0, &contents);
    }
    contents.length = 0;
    begin = begin_vector(&contents, 2);
    for (const uint16_t *group = hello->groups; *group != 0; group++)
        put_number(&contents, *group, 2);
    if (contents.length == begin)
        put_bytes(&contents, "\x00\x1d\x00\x17\x00\x18\x00\x19", 8);
    end_vector(&contents, begin, 2);
    if (!hello->no_groups)
        put_extension(&body, 10, &contents);
    if (hello->schemes != NULL) {
        contents.length = 0;
        begin = begin_vector(&contents, 2);
        for (const uint16_t *scheme = hello->schemes; *scheme != 0; scheme++)
            put_number(&contents, *scheme, 2);
        end_vector(&contents, begin, 2);
        put_extension(&body, 13, &contents);
    }
    if (tls13) {
        contents.length = 0;
        put_bytes(&contents, "\x02\x03\x04", 3);
        put_extension(&body, 43, &contents);
        contents.length = 0;
        begin = begin_vector(&contents, 2);
        if (!hello->no_share) {
            put_number(&contents, X25519, 2);
            put_number(&contents, 32, 2);
            raw_put_share(&contents, raw->share);
        }
        end_vector(&contents, begin, 2);
        put_extension(&body, 51, &contents);
    }
    if (hello->extensions != NULL)
        put_bytes(&body, hello->extensions->data, hello->extensions->length);
    if (hello->identity != NULL)
        put_psk(raw, hello->identity, &body, extensions);
    end_vector(&body, extensions, 2);
    raw_send(raw, SSL3_MT_CLIENT_HELLO, &body);
}

void raw_read_server_hello(struct raw_peer *raw)
{
    struct bytes hello;
    const unsigned char *share;
    size_t at, length;

    raw_take(raw, SSL3_MT_SERVER_HELLO, &hello);
    memcpy(raw->server_random, hello.data + 6, 32);
    at = after_session_id(&hello);
    raw->suite = number_at(hello.data + at, 2);
    at += 3;
    if (raw->version != TLS1_3_VERSION)
        return;
    share = find_extension(&hello, at, 51, &length);
    CHECK(share != NULL && length == 36 && number_at(share, 2) == X25519);
    memcpy(raw->peer_share, share + 4, 32);
    raw_agree(raw);
    raw_open_waiting(raw);
}
