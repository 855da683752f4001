#include "key_forms.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "check.h"

const char *const KEY_FORMS[3] = { "keys", "evp", "hmac" };

unsigned char ticket_keys[80] = "name of the keys"
                                "the HMAC key, which has 32 bytes"
                                "the AES key, which has 32 bytes.";
static int answer_to_ticket = 1;

static int choose_cipher(unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                         int encrypt)
{
    if (encrypt) {
        memcpy(name, ticket_keys, 16);
        memset(iv, 'i', 16);
    } else if (memcmp(name, ticket_keys, 16) != 0) {
        return 0;
    }
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, ticket_keys + 48, iv,
                               encrypt),
             1);
    return encrypt ? 1 : answer_to_ticket;
}

static int by_mac(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                  EVP_MAC_CTX *mac, int encrypt)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, ticket_keys + 16, 32),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };

    (void)ssl;
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    return choose_cipher(name, iv, cipher, encrypt);
}

static int by_hmac(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                   HMAC_CTX *hmac, int encrypt)
{
    (void)ssl;
    CHECK_EQ(HMAC_Init_ex(hmac, ticket_keys + 16, 32, EVP_sha256(), NULL), 1);
    return choose_cipher(name, iv, cipher, encrypt);
}

void use_ticket_keys(SSL_CTX *context, const char *form, int answer)
{
    answer_to_ticket = answer;
    if (strcmp(form, "evp") == 0)
        CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, by_mac), 1);
    else if (strcmp(form, "hmac") == 0)
        CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_cb(context, by_hmac), 1);
    else
        CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(context, ticket_keys, 80), 1);
}

void use_fixed_key(unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
    static const unsigned char key[32] = "the encryption key of the tests";
    char digest[] = "SHA256", mac_key[] = "the key of the MAC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, sizeof(mac_key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    if (encrypt) {
        memset(name, 'n', 16);
        memset(iv, 'i', EVP_MAX_IV_LENGTH);
    }
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, encrypt), 1);
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
}
