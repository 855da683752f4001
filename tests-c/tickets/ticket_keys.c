/* Ticket keys and callbacks at their edges: S75, S77 to S79. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include "der.h"
#include "pair.h"

/* ---- both callbacks ---- */

static int evp_calls, hmac_calls;

static int set_cipher(unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                      int encrypt)
{
    static const unsigned char key[32] = "the encryption key of the tests";

    if (encrypt) {
        memset(name, 'n', 16);
        memset(iv, 'i', 16);
    }
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, encrypt), 1);
    return 1;
}

static int by_mac(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                  EVP_MAC_CTX *mac, int encrypt)
{
    char digest[] = "SHA256", key[] = "the key of the MAC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    (void)ssl;
    evp_calls++;
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    return set_cipher(name, iv, cipher, encrypt);
}

static int by_hmac(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                   HMAC_CTX *hmac, int encrypt)
{
    static const char key[] = "the key of the MAC";

    (void)ssl;
    hmac_calls++;
    CHECK_EQ(HMAC_Init_ex(hmac, key, sizeof(key), EVP_sha256(), NULL), 1);
    return set_cipher(name, iv, cipher, encrypt);
}

static void check_asked(struct pair *pair, bool evp, bool hmac)
{
    evp_calls = hmac_calls = 0;
    SSL_SESSION_free(pair_new_session(pair));
    CHECK_EQ(evp_calls > 0, evp);
    CHECK_EQ(hmac_calls > 0, hmac);
}

/* The newer form is asked while it is set, in whatever order they were set. */
static void the_callback_with_an_evp_mac_comes_first(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    check_asked(&pair, false, false);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, by_mac);
    SSL_CTX_set_tlsext_ticket_key_cb(pair.server_ctx, by_hmac);
    check_asked(&pair, true, false);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, NULL);
    check_asked(&pair, false, true);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, by_mac);
    check_asked(&pair, true, false);
    SSL_CTX_set_tlsext_ticket_key_cb(pair.server_ctx, NULL);
    check_asked(&pair, true, false);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, NULL);
    check_asked(&pair, false, false);
    pair_free(&pair);
}

/* Keys that are set do not end a callback. */
static void a_callback_comes_before_keys(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char keys[80] = "keys that nobody uses";

    pair_init(&pair, protocol);
    SSL_CTX_set_tlsext_ticket_key_cb(pair.server_ctx, by_hmac);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)), 1);
    check_asked(&pair, false, true);
    pair_free(&pair);
}

/* ---- ciphers and MACs of other sizes ---- */

struct choice {
    const char *cipher, *digest;
};

static const struct choice *chosen;

static int by_choice(SSL *ssl, unsigned char *name, unsigned char *iv,
                     EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
    static const unsigned char key[32] = "the encryption key of the tests";
    unsigned char mac_key[] = "the key of the MAC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, sizeof(mac_key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)chosen->digest, 0),
        OSSL_PARAM_construct_end(),
    };

    (void)ssl;
    if (encrypt) {
        memset(name, 'n', 16);
        memset(iv, 'i', 16);
    }
    CHECK_EQ(EVP_MAC_CTX_set_params(mac, params), 1);
    CHECK_EQ(EVP_CipherInit_ex(cipher, EVP_get_cipherbyname(chosen->cipher), NULL, key, iv,
                               encrypt),
             1);
    return 1;
}

/* S75: of block ciphers; OpenSSL cannot do it with the others. */
static void any_block_cipher_and_mac_will_do(const struct protocol *protocol)
{
    static const struct choice choices[] = {
        { "AES-128-CBC", "SHA1" },
        { "AES-192-CBC", "SHA512" },
        { "DES-EDE3-CBC", "SHA224" },
        { "CAMELLIA-128-CBC", "MD5" },
        { "ARIA-256-CBC", "SHA3-512" },
    };

    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct pair pair;
        SSL_SESSION *session;
        const unsigned char *ticket;
        size_t length, iv;

        chosen = &choices[i];
        iv = (size_t)EVP_CIPHER_get_iv_length(EVP_get_cipherbyname(chosen->cipher));
        pair_init(&pair, protocol);
        SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, by_choice);
        session = pair_new_session(&pair);
        SSL_SESSION_get0_ticket(session, &ticket, &length);
        CHECK_MEM(ticket, 16, "nnnnnnnnnnnnnnnn", 16);
        CHECK_MEM(ticket + 16, iv, "iiiiiiiiiiiiiiii", iv);
        CHECK(pair_resumes(&pair, session));
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

/* ---- tickets of no use ---- */

/* A session that the server never made. */
static SSL_SESSION *session_with_ticket(const struct protocol *protocol, const char *ticket)
{
    struct der contents = { .length = 0 }, der;
    const unsigned char *start = der.bytes;
    SSL_SESSION *session;

    put_fixed_part(&contents, 1, (unsigned long)protocol->version,
                   is_tls13(protocol) ? "\x13\x02" : EC_AES128, 2);
    put_explicit_integer(&contents, 1, (unsigned long)time(NULL));
    put_explicit_integer(&contents, 2, 7200);
    put_explicit_integer(&contents, 9, 7200);
    put_explicit_octets(&contents, 10, ticket);
    put_explicit_integer(&contents, 13, 1);
    wrap(&der, &contents);
    session = d2i_SSL_SESSION(NULL, &start, (long)der.length);
    CHECK(session != NULL);
    return session;
}

static size_t named;
static int inspected;
static SSL_TICKET_RETURN decision;

static int generate(SSL *ssl, void *argument)
{
    (void)ssl, (void)argument;
    return 1;
}

static SSL_TICKET_RETURN inspect(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                 size_t length, SSL_TICKET_STATUS status, void *argument)
{
    (void)ssl, (void)argument;
    if (status == SSL_TICKET_EMPTY)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    CHECK_EQ(status, SSL_TICKET_NO_DECRYPT);
    CHECK(session == NULL);
    CHECK_MEM(name, length, "a ticket with a long name", length);
    named = length;
    inspected++;
    return decision;
}

/* S79: of a ticket that is shorter than a name there is all of it. */
static void the_name_of_a_short_ticket_is_the_ticket(const struct protocol *protocol)
{
    static const char *const tickets[] = { "a", "a tic", "a ticket with a", "a ticket with a ",
                                           "a ticket with a l", "a ticket with a long name" };

    for (size_t i = 0; i < sizeof(tickets) / sizeof(tickets[0]); i++) {
        size_t length = strlen(tickets[i]);
        struct pair pair;
        SSL_SESSION *session = session_with_ticket(protocol, tickets[i]);

        pair_init(&pair, protocol);
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, inspect, NULL);
        decision = SSL_TICKET_RETURN_IGNORE_RENEW;
        inspected = 0;
        CHECK(!pair_resumes(&pair, session));
        CHECK_EQ(inspected, 1);
        CHECK_EQ(named, length < 16 ? length : 16);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void check_internal_error(struct pair *pair, SSL_SESSION *session)
{
    struct outcome client, server;

    pair->offered = session;
    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, ERR_R_INTERNAL_ERROR);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_drop(pair);
}

/* S79 */
static void a_decision_that_makes_no_sense_is_an_internal_error(
    const struct protocol *protocol)
{
    static const SSL_TICKET_RETURN decisions[] = { SSL_TICKET_RETURN_ABORT,
                                                   SSL_TICKET_RETURN_USE,
                                                   SSL_TICKET_RETURN_USE_RENEW, 77, -1 };

    for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++) {
        struct pair pair;
        SSL_SESSION *session = session_with_ticket(protocol, "a ticket with a long name");

        pair_init(&pair, protocol);
        SSL_CTX_set_session_ticket_cb(pair.server_ctx, generate, inspect, NULL);
        decision = decisions[i];
        check_internal_error(&pair, session);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static int fail_to_decrypt(SSL *ssl, unsigned char *name, unsigned char *iv,
                           EVP_CIPHER_CTX *cipher, HMAC_CTX *hmac, int encrypt)
{
    return encrypt ? by_hmac(ssl, name, iv, cipher, hmac, encrypt) : -1;
}

/* S77 */
static void a_key_callback_that_fails_to_decrypt_is_an_internal_error(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_tlsext_ticket_key_cb(pair.server_ctx, fail_to_decrypt);
    session = pair_new_session(&pair);
    check_internal_error(&pair, session);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_callback_with_an_evp_mac_comes_first),
          TEST_EACH(a_callback_comes_before_keys), TEST_EACH(any_block_cipher_and_mac_will_do),
          TEST_EACH(the_name_of_a_short_ticket_is_the_ticket),
          TEST_EACH(a_decision_that_makes_no_sense_is_an_internal_error),
          TEST_EACH(a_key_callback_that_fails_to_decrypt_is_an_internal_error))
