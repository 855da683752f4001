#include "raw_internal.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

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
    raw_put_share(&body, raw->share);
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
    raw_put_share(&body, raw->share);
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

    raw_expand_label(raw->out.secret, "finished", NULL, 0, key, 32);
    SHA256(raw->transcript.data, raw->transcript.length, hash);
    raw_hmac(key, hash, 32, body.data);
    raw_send(raw, SSL3_MT_FINISHED, &body);
}
