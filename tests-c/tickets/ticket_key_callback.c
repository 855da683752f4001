/* The ticket key callback: S46, S76 to S78; SSL_CTX_set_tlsext_ticket_key_evp_cb(3). */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"

enum {
    KEYS_LENGTH = 80,
    NAME_LENGTH = 16
};

static int encrypt_answer = 1, decrypt_answer = 1;
static int encryptions, decryptions;

static int choose_keys(SSL *ssl, unsigned char *name, unsigned char *iv,
                       EVP_CIPHER_CTX *cipher, int encrypt, bool *known)
{
    static const unsigned char key[32] = "the encryption key of the tests";

    CHECK(SSL_get_SSL_CTX(ssl) != NULL);
    if (encrypt) {
        encryptions++;
        if (encrypt_answer <= 0)
            return encrypt_answer;
        memset(name, 'n', NAME_LENGTH);
        memset(iv, 'i', EVP_MAX_IV_LENGTH);
    } else {
        decryptions++;
        if (name[0] != 'n' || decrypt_answer <= 0)
            return decrypt_answer <= 0 ? decrypt_answer : 0;
    }
    *known = true;
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, encrypt), 1);
    return encrypt ? encrypt_answer : decrypt_answer;
}

static int with_mac(SSL *ssl, unsigned char *name, unsigned char *iv,
                    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
    bool known = false;
    int answer = choose_keys(ssl, name, iv, cipher, encrypt, &known);
    char digest[] = "SHA256", key[] = "the key of the MAC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    if (known)
        CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    return answer;
}

static int with_hmac(SSL *ssl, unsigned char *name, unsigned char *iv,
                     EVP_CIPHER_CTX *cipher, HMAC_CTX *hmac, int encrypt)
{
    static const char key[] = "the key of the MAC";
    bool known = false;
    int answer = choose_keys(ssl, name, iv, cipher, encrypt, &known);

    if (known)
        CHECK_EQ(HMAC_Init_ex(hmac, key, sizeof(key), EVP_sha256(), NULL), 1);
    return answer;
}

static void init_with_keys(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(pair->server_ctx, with_mac), 1);
}

static void a_key_callback_makes_tickets_portable(const struct protocol *protocol)
{
    /* Written with the one kind of callback, read with the other. */
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        SSL_SESSION *session;
        const unsigned char *ticket;
        size_t length;

        pair_init(&pair, protocol);
        for (int use = 0; use < 2; use++) {
            if (use == i)
                SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, with_mac);
            else
                SSL_CTX_set_tlsext_ticket_key_cb(pair.server_ctx, with_hmac);
            if (use == 0) {
                session = pair_new_session(&pair);
                SSL_SESSION_get0_ticket(session, &ticket, &length);
                CHECK_MEM(ticket, NAME_LENGTH, "nnnnnnnnnnnnnnnn", NAME_LENGTH);
                CHECK_MEM(ticket + NAME_LENGTH, 16, "iiiiiiiiiiiiiiii", 16);
                replace_server(&pair, protocol);
            }
        }
        CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S76, S116 */
static void a_key_callback_may_decline_a_ticket(const struct protocol *protocol)
{
    struct pair pair;

    init_with_keys(&pair, protocol);
    encrypt_answer = 0;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(encryptions > 0);
    CHECK_EQ(SSL_SESSION_has_ticket(SSL_get_session(pair.client)), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* S77 */
static void a_key_callback_that_fails_is_fatal(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    init_with_keys(&pair, protocol);
    session = pair_new_session(&pair);
    encrypt_answer = -1;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_CALLBACK_FAILED);
    pair_drop(&pair);

    encrypt_answer = 1;
    decrypt_answer = -1;
    pair.offered = session;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S78 */
static void the_answer_to_a_ticket_decides(const struct protocol *protocol)
{
    static const struct {
        int answer;
        bool resumed;
        bool new_ticket;
    } cases[] = { { 1, true, false }, { 2, true, true }, { 0, false, true } };

    for (int i = 0; i < 3; i++) {
        struct pair pair;
        SSL_SESSION *session;

        decrypt_answer = 1;
        init_with_keys(&pair, protocol);
        session = pair_new_session(&pair);
        decrypt_answer = cases[i].answer;
        encryptions = decryptions = 0;
        pair.offered = session;
        pair_connect(&pair);
        pair_settle(&pair);
        CHECK_EQ(SSL_session_reused(pair.client), cases[i].resumed);
        CHECK(decryptions > 0);
        CHECK_EQ(encryptions > 0, cases[i].new_ticket);
        CHECK_EQ(SSL_get_session(pair.client) != session, cases[i].new_ticket);
        CHECK_EQ(SSL_SESSION_is_resumable(SSL_get_session(pair.client)), 1);
        pair_close(&pair);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* S46 */
static void a_renewed_tls12_ticket_is_a_new_session_without_a_callback(void)
{
    struct pair pair;
    SSL_SESSION *session, *renewed;

    init_with_keys(&pair, &TLS12);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_new_session);
    SSL_CTX_sess_set_remove_cb(pair.client_ctx, count_removal);
    session = pair_new_session(&pair);
    CHECK_EQ(new_sessions, 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 1);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session), 7200);
    decrypt_answer = 2;
    pair.offered = session;
    pair_connect(&pair);
    renewed = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK(renewed != session);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(renewed), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(renewed), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(new_sessions, 1);
    CHECK_EQ(removals, 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    pair_close(&pair);
    decrypt_answer = 1;
    CHECK(pair_resumes(&pair, renewed));
    SSL_SESSION_free(renewed);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_key_callback_makes_tickets_portable),
          TEST_EACH(a_key_callback_may_decline_a_ticket),
          TEST_EACH(a_key_callback_that_fails_is_fatal),
          TEST_EACH(the_answer_to_a_ticket_decides),
          TEST(a_renewed_tls12_ticket_is_a_new_session_without_a_callback))
