#include "raw_peer.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#define X25519 0x001d

/* Bytes */

void put_bytes(struct bytes *bytes, const void *data, size_t length)
{
    CHECK(length <= sizeof(bytes->data) - bytes->length);
    if (length > 0)
        memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

void put_number(struct bytes *bytes, unsigned long number, int size)
{
    while (size-- > 0) {
        unsigned char byte = (number >> (8 * size)) & 0xff;
        put_bytes(bytes, &byte, 1);
    }
}

size_t begin_vector(struct bytes *bytes, int size_of_length)
{
    put_number(bytes, 0, size_of_length);
    return bytes->length;
}

void end_vector(struct bytes *bytes, size_t begin, int size_of_length)
{
    size_t end = bytes->length;

    bytes->length = begin - size_of_length;
    put_number(bytes, end - begin, size_of_length);
    bytes->length = end;
}

static unsigned long number_at(const unsigned char *data, int size)
{
    unsigned long number = 0;

    while (size-- > 0)
        number = number << 8 | *data++;
    return number;
}

/* Keys (RFC 8446, section 7.1; all of SHA-256) */

static void hmac(const unsigned char key[32], const unsigned char *data, size_t length,
                 unsigned char out[32])
{
    CHECK(HMAC(EVP_sha256(), key, 32, data, length, out, NULL) != NULL);
}

static void expand_label(const unsigned char secret[32], const char *label,
                         const unsigned char *context, size_t context_length,
                         unsigned char *out, size_t out_length)
{
    struct bytes info = { .length = 0 };
    unsigned char block[32];
    size_t begin;

    put_number(&info, out_length, 2);
    begin = begin_vector(&info, 1);
    put_bytes(&info, "tls13 ", 6);
    put_bytes(&info, label, strlen(label));
    end_vector(&info, begin, 1);
    begin = begin_vector(&info, 1);
    put_bytes(&info, context, context_length);
    end_vector(&info, begin, 1);
    put_number(&info, 1, 1);
    hmac(secret, info.data, info.length, block);
    memcpy(out, block, out_length);
}

static void start_protection(struct raw_keys *keys, const char *label,
                             const unsigned char secret[32], const unsigned char hash[32])
{
    expand_label(secret, label, hash, 32, keys->secret, 32);
    expand_label(keys->secret, "key", NULL, 0, keys->key, 16);
    expand_label(keys->secret, "iv", NULL, 0, keys->iv, 12);
    keys->sequence = 0;
    keys->on = true;
}

static void agree(struct raw_peer *raw)
{
    static const unsigned char zeros[32];
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, raw->peer_share, 32);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(raw->share, NULL);
    unsigned char shared[32], early[32], derived[32], hash[32];
    size_t length = sizeof(shared);
    bool server = raw->role == RAW_SERVER;

    CHECK(peer != NULL && EVP_PKEY_derive_init(context) == 1);
    CHECK(EVP_PKEY_derive_set_peer(context, peer) == 1);
    CHECK(EVP_PKEY_derive(context, shared, &length) == 1);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);

    hmac(zeros, raw->psk, 32, early);
    SHA256(NULL, 0, hash);
    expand_label(early, "derived", hash, 32, derived, 32);
    hmac(derived, shared, 32, raw->handshake_secret);
    SHA256(raw->transcript.data, raw->transcript.length, hash);
    start_protection(server ? &raw->in : &raw->out, "c hs traffic", raw->handshake_secret, hash);
    start_protection(server ? &raw->out : &raw->in, "s hs traffic", raw->handshake_secret, hash);
}

/* What a server sends after its Finished. */
static void use_application_keys(struct raw_peer *raw)
{
    static const unsigned char zeros[32];
    unsigned char derived[32], master[32], hash[32];

    SHA256(NULL, 0, hash);
    expand_label(raw->handshake_secret, "derived", hash, 32, derived, 32);
    hmac(derived, zeros, 32, master);
    SHA256(raw->transcript.data, raw->transcript.length, hash);
    start_protection(&raw->in, "s ap traffic", master, hash);
}

/* AES-128-GCM over `data`, in place; the tag behind it. Returns false if it is wrong. */
static bool protect(struct raw_keys *keys, bool seal, const unsigned char header[5],
                    unsigned char *data, int length)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char nonce[12];
    int done;
    bool right;

    memcpy(nonce, keys->iv, 12);
    for (int i = 0; i < 8; i++)
        nonce[11 - i] ^= (keys->sequence >> (8 * i)) & 0xff;
    keys->sequence++;
    CHECK(EVP_CipherInit_ex(context, EVP_aes_128_gcm(), NULL, keys->key, nonce, seal));
    CHECK(EVP_CipherUpdate(context, NULL, &done, header, 5));
    CHECK(EVP_CipherUpdate(context, data, &done, data, length));
    if (!seal)
        CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, data + length));
    right = EVP_CipherFinal_ex(context, data + length, &done) == 1;
    if (seal)
        CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, data + length));
    EVP_CIPHER_CTX_free(context);
    return right;
}

/* Records */

void raw_record(struct raw_peer *raw, int type, const void *data, size_t length)
{
    struct bytes record = { .length = 0 };
    bool seal = raw->out.on;

    put_number(&record, seal ? 23 : type, 1);
    put_number(&record, 0x0303, 2);
    put_number(&record, length + (seal ? 17 : 0), 2);
    put_bytes(&record, data, length);
    if (seal) {
        put_number(&record, type, 1);
        CHECK(protect(&raw->out, true, record.data, record.data + 5, length + 1));
        record.length += 16;
    }
    CHECK_EQ(BIO_write(SSL_get_rbio(raw->ssl), record.data, record.length), record.length);
}

static void open_record(struct raw_peer *raw, const unsigned char header[5],
                        unsigned char *data, size_t length)
{
    int type = header[0];

    if (raw->in.on && type == 23) {
        CHECK(length > 16);
        length -= 16;
        CHECK(protect(&raw->in, false, header, data, length));
        while (length > 0 && data[length - 1] == 0)
            length--;
        CHECK(length > 0);
        type = data[--length];
    }
    if (type == 21 && length == 2 && data[0] == 2)
        raw->alert = data[1];
    if (type == 22)
        put_bytes(&raw->received, data, length);
}

static void read_records(struct raw_peer *raw)
{
    BIO *from = SSL_get_wbio(raw->ssl);
    unsigned char header[5], data[18432];

    while (BIO_read(from, header, 5) == 5) {
        size_t length = number_at(header + 3, 2);
        CHECK(length <= sizeof(data));
        CHECK_EQ(BIO_read(from, data, length), length);
        /* What comes after the ServerHello is protected by keys that are not known yet. */
        if (!raw->in.on && header[0] == 23) {
            put_bytes(&raw->received, "\xff", 1);
            put_number(&raw->received, length, 3);
            put_bytes(&raw->received, header, 5);
            put_bytes(&raw->received, data, length);
            continue;
        }
        open_record(raw, header, data, length);
    }
}

/* The records that came before their keys. */
static void open_waiting(struct raw_peer *raw)
{
    struct bytes waiting = raw->received;
    size_t at = 0;

    raw->received.length = 0;
    while (at < waiting.length) {
        size_t length = number_at(waiting.data + at + 1, 3);
        CHECK_EQ(waiting.data[at], 0xff);
        open_record(raw, waiting.data + at + 4, waiting.data + at + 9, length);
        at += 9 + length;
    }
}

void raw_open(struct raw_peer *raw, SSL_CTX *context, const struct protocol *protocol,
              enum raw_role role)
{
    memset(raw, 0, sizeof(*raw));
    raw->role = role;
    raw->version = protocol->version;
    raw->alert = -1;
    raw->ssl = SSL_new(context);
    CHECK(raw->ssl != NULL);
    SSL_set_bio(raw->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(raw->ssl), -1);
    if (role == RAW_SERVER)
        SSL_set_connect_state(raw->ssl);
    else
        SSL_set_accept_state(raw->ssl);
    CHECK(RAND_bytes(role == RAW_SERVER ? raw->server_random : raw->client_random, 32));
    raw->share = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    CHECK(raw->share != NULL);
}

void raw_close(struct raw_peer *raw)
{
    SSL_free(raw->ssl);
    EVP_PKEY_free(raw->share);
    ERR_clear_error();
}

void raw_step(struct raw_peer *raw)
{
    unsigned long code;

    ERR_clear_error();
    raw->ret = SSL_do_handshake(raw->ssl);
    raw->error = SSL_get_error(raw->ssl, raw->ret);
    raw->reason = 0;
    while ((code = ERR_get_error()) != 0)
        if (raw->reason == 0 && ERR_GET_LIB(code) == ERR_LIB_SSL)
            raw->reason = ERR_GET_REASON(code);
    read_records(raw);
}

/* Messages */

bool raw_has(const struct raw_peer *raw, int type)
{
    return raw->received.length > 4 && raw->received.data[0] == type;
}

void raw_take(struct raw_peer *raw, int type, struct bytes *message)
{
    struct bytes *received = &raw->received;
    size_t length;

    CHECK(received->length >= 4);
    CHECK_EQ(received->data[0], type);
    length = 4 + number_at(received->data + 1, 3);
    CHECK(received->length >= length);
    message->length = 0;
    put_bytes(message, received->data, length);
    received->length -= length;
    memmove(received->data, received->data + length, received->length);
    put_bytes(&raw->transcript, message->data, message->length);
    if (raw->version == TLS1_3_VERSION && type == SSL3_MT_FINISHED && raw->role == RAW_CLIENT)
        use_application_keys(raw);
}

void raw_send(struct raw_peer *raw, int type, const struct bytes *body)
{
    struct bytes message = { .length = 0 };

    put_number(&message, type, 1);
    put_number(&message, body->length, 3);
    put_bytes(&message, body->data, body->length);
    put_bytes(&raw->transcript, message.data, message.length);
    raw_record(raw, 22, message.data, message.length);
}

static void put_share(struct bytes *to, EVP_PKEY *share)
{
    unsigned char public[32];
    size_t length = sizeof(public);

    CHECK(EVP_PKEY_get_raw_public_key(share, public, &length) == 1);
    put_bytes(to, public, length);
}

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
    put_share(&contents, raw->share);
    put_extension(&body, 51, &contents);
    end_vector(&body, extensions, 2);
    raw_send(raw, SSL3_MT_SERVER_HELLO, &body);
    raw_record(raw, 20, "\x01", 1);
    agree(raw);
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
    hmac(zeros, raw->psk, 32, early);
    SHA256(NULL, 0, hash);
    expand_label(early, "ext binder", hash, 32, key, 32);
    expand_label(key, "finished", NULL, 0, key, 32);
    put_number(&message, SSL3_MT_CLIENT_HELLO, 1);
    put_number(&message, body->length, 3);
    put_bytes(&message, body->data, body->length);
    SHA256(message.data, message.length - 35, hash);
    hmac(key, hash, 32, body->data + body->length - 32);
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
            put_share(&contents, raw->share);
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
    agree(raw);
    open_waiting(raw);
}

void raw_encrypted_extensions(struct raw_peer *raw)
{
    struct bytes body = { .length = 0 };

    put_number(&body, 0, 2);
    raw_send(raw, SSL3_MT_ENCRYPTED_EXTENSIONS, &body);
}

void raw_certificate(struct raw_peer *raw, X509 *certificate)
{
    struct bytes body = { .length = 0 };
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    size_t list;

    CHECK(length > 0);
    if (raw->version == TLS1_3_VERSION)
        put_number(&body, 0, 1);
    list = begin_vector(&body, 3);
    put_number(&body, length, 3);
    put_bytes(&body, der, length);
    if (raw->version == TLS1_3_VERSION)
        put_number(&body, 0, 2);
    end_vector(&body, list, 3);
    OPENSSL_free(der);
    raw_send(raw, SSL3_MT_CERTIFICATE, &body);
}

/* The hash of a scheme; NULL for those that have none. */
static const EVP_MD *hash_of(uint16_t scheme)
{
    switch (scheme >> 8 == 8 ? scheme : scheme >> 8) {
    case 2:
        return EVP_sha1();
    case 3:
        return EVP_sha224();
    case 5:
    case 0x0805:
    case 0x080a:
        return EVP_sha384();
    case 6:
    case 0x0806:
    case 0x080b:
        return EVP_sha512();
    default:
        return EVP_sha256();
    }
}

/* With the scheme's hash and padding as far as the key can do that, else as it can. */
static void put_signature(struct bytes *to, EVP_PKEY *key, uint16_t scheme,
                          const struct bytes *signed_bytes)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    bool pure = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
    bool pss = EVP_PKEY_is_a(key, "RSA-PSS")
        || (EVP_PKEY_is_a(key, "RSA") && scheme >> 8 == 8);
    unsigned char signature[1024];
    size_t begin, length = sizeof(signature);

    CHECK(EVP_DigestSignInit(context, &options, pure ? NULL : hash_of(scheme), NULL, key));
    if (pss) {
        CHECK(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
        CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    CHECK(EVP_DigestSign(context, signature, &length, signed_bytes->data, signed_bytes->length));
    EVP_MD_CTX_free(context);
    put_number(to, scheme, 2);
    begin = begin_vector(to, 2);
    put_bytes(to, signature, length);
    end_vector(to, begin, 2);
}

void raw_server_key_exchange(struct raw_peer *raw, EVP_PKEY *key, uint16_t scheme)
{
    struct bytes body = { .length = 0 }, content = { .length = 0 };

    put_number(&body, 3, 1);
    put_number(&body, X25519, 2);
    put_number(&body, 32, 1);
    put_share(&body, raw->share);
    put_bytes(&content, raw->client_random, 32);
    put_bytes(&content, raw->server_random, 32);
    put_bytes(&content, body.data, body.length);
    put_signature(&body, key, scheme, &content);
    raw_send(raw, SSL3_MT_SERVER_KEY_EXCHANGE, &body);
}

void raw_server_hello_done(struct raw_peer *raw)
{
    struct bytes empty = { .length = 0 };

    raw_send(raw, SSL3_MT_SERVER_DONE, &empty);
}

void raw_certificate_request(struct raw_peer *raw)
{
    struct bytes body = { .length = 0 };

    if (raw->version == TLS1_3_VERSION)
        put_bytes(&body, "\x00\x00\x08\x00\x0d\x00\x04\x00\x02\x04\x03", 11);
    else
        put_bytes(&body, "\x01\x40\x00\x02\x04\x03\x00\x00", 8);
    raw_send(raw, SSL3_MT_CERTIFICATE_REQUEST, &body);
}

void raw_client_key_exchange(struct raw_peer *raw)
{
    struct bytes body = { .length = 0 };

    put_number(&body, 32, 1);
    put_share(&body, raw->share);
    raw_send(raw, SSL3_MT_CLIENT_KEY_EXCHANGE, &body);
}

void raw_certificate_verify(struct raw_peer *raw, EVP_PKEY *key, uint16_t scheme)
{
    struct bytes body = { .length = 0 }, content = { .length = 0 };
    unsigned char hash[32];

    if (raw->version == TLS1_3_VERSION) {
        const char *label = raw->role == RAW_SERVER ? "TLS 1.3, server CertificateVerify"
                                                    : "TLS 1.3, client CertificateVerify";
        memset(content.data, ' ', 64);
        content.length = 64;
        put_bytes(&content, label, strlen(label) + 1);
        SHA256(raw->transcript.data, raw->transcript.length, hash);
        put_bytes(&content, hash, 32);
    } else {
        put_bytes(&content, raw->transcript.data, raw->transcript.length);
    }
    put_signature(&body, key, scheme, &content);
    raw_send(raw, SSL3_MT_CERTIFICATE_VERIFY, &body);
}

void raw_finished(struct raw_peer *raw)
{
    struct bytes body = { .length = 32 };
    unsigned char key[32], hash[32];

    expand_label(raw->out.secret, "finished", NULL, 0, key, 32);
    SHA256(raw->transcript.data, raw->transcript.length, hash);
    hmac(key, hash, 32, body.data);
    raw_send(raw, SSL3_MT_FINISHED, &body);
}
