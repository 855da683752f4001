#include "raw_internal.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

void raw_hmac(const unsigned char key[32], const unsigned char *data, size_t length,
              unsigned char out[32])
{
    CHECK(HMAC(EVP_sha256(), key, 32, data, length, out, NULL) != NULL);
}

void raw_expand_label(const unsigned char secret[32], const char *label,
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
    raw_hmac(secret, info.data, info.length, block);
    memcpy(out, block, out_length);
}

static void start_protection(struct raw_keys *keys, const char *label,
                             const unsigned char secret[32], const unsigned char hash[32])
{
    raw_expand_label(secret, label, hash, 32, keys->secret, 32);
    raw_expand_label(keys->secret, "key", NULL, 0, keys->key, 16);
    raw_expand_label(keys->secret, "iv", NULL, 0, keys->iv, 12);
    keys->sequence = 0;
    keys->on = true;
}

void raw_agree(struct raw_peer *raw)
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

    raw_hmac(zeros, raw->psk, 32, early);
    SHA256(NULL, 0, hash);
    raw_expand_label(early, "derived", hash, 32, derived, 32);
    raw_hmac(derived, shared, 32, raw->handshake_secret);
    SHA256(raw->transcript.data, raw->transcript.length, hash);
    start_protection(server ? &raw->in : &raw->out, "c hs traffic", raw->handshake_secret, hash);
    start_protection(server ? &raw->out : &raw->in, "s hs traffic", raw->handshake_secret, hash);
}

/* What a server sends after its Finished. */
void raw_use_application_keys(struct raw_peer *raw)
{
    static const unsigned char zeros[32];
    unsigned char derived[32], master[32], hash[32];

    SHA256(NULL, 0, hash);
    raw_expand_label(raw->handshake_secret, "derived", hash, 32, derived, 32);
    raw_hmac(derived, zeros, 32, master);
    SHA256(raw->transcript.data, raw->transcript.length, hash);
    start_protection(&raw->in, "s ap traffic", master, hash);
}

/* AES-128-GCM over `data`, in place; the tag behind it. Returns false if it is wrong. */
bool raw_protect(struct raw_keys *keys, bool seal, const unsigned char header[5],
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
