/* Tickets: S46, S73 to S81, S113, S116. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include "pair.h"

enum { KEYS_LENGTH = 80, NAME_LENGTH = 16 };

static bool is_tls13(const struct protocol *protocol)
{
    return protocol->version == TLS1_3_VERSION;
}

/* A server context that shares nothing with the former one. */
static void replace_server(struct pair *pair, const struct protocol *protocol)
{
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = server_context(protocol);
}

/* S73 */
static void the_lifetime_hint_is_the_timeout(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_timeout(pair.server_ctx, 777);
    SSL_CTX_set_timeout(pair.client_ctx, 55);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session), 777);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 55);
    SSL_SESSION_free(session);

    SSL_CTX_set_timeout(pair.server_ctx, 1000000);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session),
             is_tls13(protocol) ? 604800 : 1000000);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static int arrivals;

static int count_arrival(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl, (void)session;
    arrivals++;
    return 0;
}

/* S74 */
static void the_number_of_tickets_can_be_set(void)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, &TLS13);
    CHECK_EQ(SSL_CTX_get_num_tickets(pair.server_ctx), 2);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT |
                                                        SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_arrival);
    for (size_t wanted = 0; wanted < 4; wanted++) {
        arrivals = 0;
        CHECK_EQ(SSL_CTX_set_num_tickets(pair.server_ctx, wanted), 1);
        session = pair_new_session(&pair);
        CHECK_EQ(arrivals, wanted);
        if (wanted > 0) {
            CHECK(pair_resumes(&pair, session));
            CHECK_EQ(arrivals, wanted + 1);
        }
        SSL_SESSION_free(session);
    }
    pair_open(&pair);
    CHECK_EQ(SSL_get_num_tickets(pair.server), 3);
    CHECK_EQ(SSL_set_num_tickets(pair.server, 1), 1);
    arrivals = 0;
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK_EQ(arrivals, 1);
    pair_free(&pair);
}

/* S75 */
static void servers_with_the_same_keys_share_tickets(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    unsigned char keys[KEYS_LENGTH], got[KEYS_LENGTH];
    const unsigned char *ticket;
    size_t length;

    memset(keys, 'k', sizeof(keys));
    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(pair.server_ctx, NULL, 0), KEYS_LENGTH);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, 79), 0);
    CHECK_REASON(SSL_R_INVALID_TICKET_KEYS_LENGTH);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys)), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_ticket_keys(pair.server_ctx, got, sizeof(got)), 1);
    CHECK_MEM(got, sizeof(got), keys, sizeof(keys));
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket(session, &ticket, &length);
    CHECK(length > NAME_LENGTH + 16 + 32);
    CHECK_MEM(ticket, NAME_LENGTH, keys, NAME_LENGTH);
    CHECK_EQ((length - NAME_LENGTH - 16 - 32) % 16, 0);

    replace_server(&pair, protocol);
    SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys));
    CHECK(pair_resumes(&pair, session));
    keys[79] = 'x'; /* another encryption key behind the same name */
    replace_server(&pair, protocol);
    SSL_CTX_set_tlsext_ticket_keys(pair.server_ctx, keys, sizeof(keys));
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S78: built-in keys */
static void tickets_are_renewed_in_tls13_only(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    pair.offer = session;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_get_session(pair.client) == session, !is_tls13(protocol));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S113 */
static void a_ticket_expires_by_what_is_inside_it(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    SSL_CTX_set_timeout(pair.server_ctx, 0);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- the application's keys ---- */

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
    pair.offer = session;
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
        pair.offer = session;
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

static int removals;

static void count_removal(SSL_CTX *context, SSL_SESSION *session)
{
    (void)context, (void)session;
    removals++;
}

/* S46 */
static void a_renewed_tls12_ticket_is_a_new_session_that_nobody_is_told_of(void)
{
    struct pair pair;
    SSL_SESSION *session, *renewed;

    init_with_keys(&pair, &TLS12);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_arrival);
    SSL_CTX_sess_set_remove_cb(pair.client_ctx, count_removal);
    session = pair_new_session(&pair);
    CHECK_EQ(arrivals, 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 1);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session), 7200);
    decrypt_answer = 2;
    pair.offer = session;
    pair_connect(&pair);
    renewed = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK(renewed != session);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(renewed), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(renewed), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(arrivals, 1);
    CHECK_EQ(removals, 1);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    pair_close(&pair);
    decrypt_answer = 1;
    CHECK(pair_resumes(&pair, renewed));
    SSL_SESSION_free(renewed);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- application data in tickets: S79 ---- */

static int statuses[8], status_count;
static SSL_TICKET_RETURN decision;
static int generation_answer = 1;
static char data_seen[32];

static int generate(SSL *ssl, void *argument)
{
    CHECK_STR(argument, "argument");
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), "account 17", 10), 1);
    return generation_answer;
}

static SSL_TICKET_RETURN inspect(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                 size_t name_length, SSL_TICKET_STATUS status,
                                 void *argument)
{
    void *data;
    size_t length;

    (void)ssl, (void)name;
    CHECK_STR(argument, "argument");
    statuses[status_count++] = status;
    if (status == SSL_TICKET_EMPTY || status == SSL_TICKET_NO_DECRYPT) {
        CHECK_EQ(session == NULL, 1);
        CHECK_EQ(name_length, status == SSL_TICKET_EMPTY ? 0 : NAME_LENGTH);
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    CHECK_EQ(name_length, NAME_LENGTH);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK(length < sizeof(data_seen));
    memcpy(data_seen, data, length);
    return decision;
}

static void init_with_data(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    CHECK_EQ(SSL_CTX_set_session_ticket_cb(pair->server_ctx, generate, inspect,
                                           "argument"), 1);
}

static void application_data_travels_in_the_ticket(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    void *data;
    size_t length;

    init_with_data(&pair, protocol);
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket_appdata(session, &data, &length);
    CHECK_EQ(length, 0);
    status_count = 0;
    decision = SSL_TICKET_RETURN_USE;
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(status_count, 1);
    CHECK_EQ(statuses[0],
             is_tls13(protocol) ? SSL_TICKET_SUCCESS_RENEW : SSL_TICKET_SUCCESS);
    CHECK_STR(data_seen, "account 17");

    decision = SSL_TICKET_RETURN_IGNORE_RENEW;
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_ticket_callback_hears_of_missing_and_foreign_tickets(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    init_with_data(&pair, protocol);
    session = pair_new_session(&pair);
    if (!is_tls13(protocol)) {
        CHECK_EQ(status_count, 1);
        CHECK_EQ(statuses[0], SSL_TICKET_EMPTY);
    }
    pair_free(&pair);
    status_count = 0;
    init_with_data(&pair, protocol);
    CHECK(!pair_resumes(&pair, session));
    CHECK_EQ(status_count, 1);
    CHECK_EQ(statuses[0], SSL_TICKET_NO_DECRYPT);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void ticket_callbacks_may_fail_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    SSL_SESSION *session;

    init_with_data(&pair, protocol);
    session = pair_new_session(&pair);
    decision = SSL_TICKET_RETURN_ABORT;
    pair.offer = session;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    pair_drop(&pair);
    pair.offer = NULL;
    generation_answer = 0;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* ---- more tickets, and none: S80, S81 ---- */

static void a_tls13_server_may_send_more_tickets(void)
{
    struct pair pair;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, count_arrival);
    pair_open(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 0);
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK_EQ(arrivals, 2);
    CHECK_EQ(SSL_new_session_ticket(pair.client), 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(arrivals, 4);
    pair_free(&pair);
}

static void no_more_tickets_can_be_sent_in_tls12(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    pair_connect(&pair);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 0);
    pair_free(&pair);
}

static void without_tickets_tls13_sends_ids_that_may_be_used_again(void)
{
    struct pair pair;
    SSL_SESSION *session;
    const unsigned char *ticket;
    size_t length;

    pair_init(&pair, &TLS13);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket(session, &ticket, &length);
    CHECK_EQ(length, 32);
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 2);
    for (int i = 0; i < 3; i++)
        CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 5);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_lifetime_hint_is_the_timeout),
          TEST(the_number_of_tickets_can_be_set),
          TEST_EACH(servers_with_the_same_keys_share_tickets),
          TEST_EACH(tickets_are_renewed_in_tls13_only),
          TEST_EACH(a_ticket_expires_by_what_is_inside_it),
          TEST_EACH(a_key_callback_makes_tickets_portable),
          TEST_EACH(a_key_callback_may_decline_a_ticket),
          TEST_EACH(a_key_callback_that_fails_is_fatal),
          TEST_EACH(the_answer_to_a_ticket_decides),
          TEST(a_renewed_tls12_ticket_is_a_new_session_that_nobody_is_told_of),
          TEST_EACH(application_data_travels_in_the_ticket),
          TEST_EACH(a_ticket_callback_hears_of_missing_and_foreign_tickets),
          TEST_EACH(ticket_callbacks_may_fail_the_handshake),
          TEST(a_tls13_server_may_send_more_tickets),
          TEST(no_more_tickets_can_be_sent_in_tls12),
          TEST(without_tickets_tls13_sends_ids_that_may_be_used_again))
