/* Pre-shared keys that the program brings, in TLS 1.3: S120. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

static const char IDENTITY[] = "the identity";
static const unsigned char SHA256_SUITE[] = { 0x13, 0x01 };
static const unsigned char SHA384_SUITE[] = { 0x13, 0x02 };

/* The key of each side; they differ in one test. */
static unsigned char client_key[512], server_key[512];
static size_t key_length = 32;
static const unsigned char *suite = SHA256_SUITE;
static int version = TLS1_3_VERSION;

static const char *client_identity = IDENTITY;
static size_t identity_length = sizeof(IDENTITY) - 1;

static int uses, finds, answer = 1;
static bool known = true;

static SSL_SESSION *psk_session(SSL *ssl, const unsigned char *key)
{
    SSL_SESSION *session = SSL_SESSION_new();
    const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, suite);

    CHECK(cipher != NULL);
    CHECK_EQ(SSL_SESSION_set1_master_key(session, key, key_length), 1);
    CHECK_EQ(SSL_SESSION_set_cipher(session, cipher), 1);
    CHECK_EQ(SSL_SESSION_set_protocol_version(session, version), 1);
    return session;
}

static int use_session(SSL *ssl, const EVP_MD *md, const unsigned char **identity,
                       size_t *length, SSL_SESSION **session)
{
    /* The digest is known once the server has asked for another hello. */
    CHECK((md == NULL) == (uses == 0));
    uses++;
    *identity = (const unsigned char *)client_identity;
    *length = identity_length;
    *session = known ? psk_session(ssl, client_key) : NULL;
    return answer;
}

static int find_session(SSL *ssl, const unsigned char *identity, size_t length,
                        SSL_SESSION **session)
{
    finds++;
    *session = NULL;
    if (known && length == identity_length && memcmp(identity, client_identity, length) == 0)
        *session = psk_session(ssl, server_key);
    return answer;
}

static void init(struct pair *pair)
{
    memset(client_key, 'k', sizeof(client_key));
    memset(server_key, 'k', sizeof(server_key));
    pair_init(pair, &TLS13);
    /* The hash of the key's suite must be that of the connection. */
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair->client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    SSL_CTX_set_psk_use_session_callback(pair->client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair->server_ctx, find_session);
}

static void without_certificate(struct pair *pair)
{
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = SSL_CTX_new(TLS_server_method());
    CHECK_EQ(SSL_CTX_set_min_proto_version(pair->server_ctx, TLS1_3_VERSION), 1);
}

static void check_psk_used(struct pair *pair, bool used)
{
    CHECK_EQ(SSL_session_reused(pair->client), used);
    CHECK_EQ(SSL_session_reused(pair->server), used);
    CHECK_EQ(SSL_get0_peer_certificate(pair->client) == NULL, used);
}

static void both_sides_use_the_key(void)
{
    struct pair pair;

    init(&pair);
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, true);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_OK);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_AES_128_GCM_SHA256");
    CHECK_EQ(SSL_CTX_sess_hits(pair.client_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_hits(pair.server_ctx), 1);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 0);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_needs_no_certificate(void)
{
    struct pair pair;

    init(&pair);
    without_certificate(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    pair_settle(&pair);
    pair_free(&pair);
}

static int arrivals;

static int count_arrival(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl, (void)session;
    arrivals++;
    return 0;
}

/* A ticket of such a connection is like any other, and not the key itself. */
static void tickets_are_sent_and_resumed(void)
{
    for (int stateful = 0; stateful < 2; stateful++) {
        struct pair pair;
        SSL_SESSION *session;
        unsigned char key[48];

        init(&pair);
        without_certificate(&pair);
        SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
        if (stateful)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        arrivals = 0;
        SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_CLIENT |
                                                            SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(pair.client_ctx, count_arrival);
        uses = 0;
        session = pair_new_session(&pair);
        CHECK_EQ(arrivals, 1);
        CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
        CHECK_EQ(SSL_SESSION_get_master_key(session, key, sizeof(key)), 32);
        CHECK(memcmp(key, client_key, 32) != 0);

        SSL_CTX_set_psk_use_session_callback(pair.client_ctx, NULL);
        finds = 0;
        CHECK(pair_resumes(&pair, session));
        CHECK_EQ(finds, 1); /* asked about tickets too */
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

static void the_key_outlives_a_request_for_another_group(void)
{
    struct pair pair;

    init(&pair);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-384"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "P-384"), 1);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
    pair_settle(&pair);
    pair_free(&pair);
}

static void another_key_of_the_same_identity_is_fatal(void)
{
    struct pair pair;
    struct outcome client, server;

    init(&pair);
    server_key[31] = 'x';
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_BINDER_DOES_NOT_VERIFY);
    CHECK_EQ(client.reason, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
    pair_free(&pair);
}

static void keys_may_be_short_and_long(void)
{
    static const size_t lengths[] = { 1, 16, 32, 33, 48, 64, 65, 255, 256, 512 };
    static const unsigned char *const suites[] = { SHA256_SUITE, SHA384_SUITE };
    static const char *const names[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384" };

    for (int i = 0; i < 20; i++) {
        struct pair pair;

        init(&pair);
        uses = 0;
        key_length = lengths[i / 2];
        suite = suites[i % 2];
        SSL_CTX_set_ciphersuites(pair.client_ctx, names[i % 2]);
        pair_connect(&pair);
        check_psk_used(&pair, true);
        pair_settle(&pair);
        pair_free(&pair);
    }
}

static void identities_are_any_bytes(void)
{
    static char identity[1000];

    for (size_t length = 1; length <= sizeof(identity); length += 333) {
        struct pair pair;

        init(&pair);
        uses = 0;
        client_identity = identity; /* zeros */
        identity_length = length;
        pair_connect(&pair);
        check_psk_used(&pair, true);
        pair_free(&pair);
    }
}

static void an_unknown_identity_means_a_full_handshake(void)
{
    struct pair pair;
    struct outcome client, server;

    init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, NULL);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(SSL_CTX_sess_misses(pair.client_ctx), 0);
    pair_drop(&pair);

    without_certificate(&pair);
    uses = 0;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    pair_free(&pair);
}

static void no_key_is_used_if_the_callback_has_none(void)
{
    struct pair pair;

    init(&pair);
    known = false;
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 0);
    check_psk_used(&pair, false);
    pair_free(&pair);
}

static void a_key_of_another_hash_is_not_used(void)
{
    struct pair pair;

    init(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx,
                             "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256");
    pair_connect(&pair);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, false);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_AES_256_GCM_SHA384");
    pair_free(&pair);
}

static void a_key_goes_with_any_suite_of_its_hash(void)
{
    struct pair pair;

    init(&pair);
    SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_CHACHA20_POLY1305_SHA256");
    pair_connect(&pair);
    check_psk_used(&pair, true);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_CHACHA20_POLY1305_SHA256");
    pair_settle(&pair);
    pair_free(&pair);
}

static int refuse_to_find(SSL *ssl, const unsigned char *identity, size_t length,
                          SSL_SESSION **session)
{
    (void)ssl, (void)identity, (void)length, (void)session;
    return 0;
}

static void a_failing_find_callback_is_fatal(void)
{
    struct pair pair;
    struct outcome client, server;

    init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, refuse_to_find);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_BAD_EXTENSION);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    pair_free(&pair);
}

static void check_bad_psk(struct pair *pair)
{
    uses = 0;
    pair_open(pair);
    CHECK_EQ(SSL_do_handshake(pair->client), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_SSL);
    CHECK_REASON(SSL_R_BAD_PSK);
    pair_drop(pair);
}

static void a_failing_use_callback_is_fatal(void)
{
    struct pair pair;

    init(&pair);
    answer = 0;
    check_bad_psk(&pair);
    known = false;
    check_bad_psk(&pair);
    answer = 1;
    known = true;
    version = TLS1_2_VERSION;
    check_bad_psk(&pair);
    pair_free(&pair);
}

/* Its own key makes a session belong to the server that gave it out. */
static void the_session_gets_the_servers_id_context(void)
{
    struct pair pair;
    const unsigned char *context;
    unsigned length;

    init(&pair);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"shop", 4);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    context = SSL_SESSION_get0_id_context(SSL_get_session(pair.server), &length);
    CHECK_MEM(context, length, "shop", 4);
    pair_free(&pair);
}

static void a_clients_id_context_must_be_the_sessions(void)
{
    struct pair pair;
    struct outcome client, server;

    init(&pair);
    SSL_CTX_set_session_id_context(pair.client_ctx, (const unsigned char *)"mine", 4);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT);
    pair_free(&pair);
}

static SSL_SESSION *expired(SSL *ssl)
{
    SSL_SESSION *session = psk_session(ssl, server_key);

    SSL_SESSION_set_time(session, 1000);
    return session;
}

static int find_expired(SSL *ssl, const unsigned char *identity, size_t length,
                        SSL_SESSION **session)
{
    (void)identity, (void)length;
    *session = expired(ssl);
    return 1;
}

/* A server looks at the time of this session as at that of any other. */
static void an_expired_key_means_a_full_handshake(void)
{
    struct pair pair;

    init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_expired);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(SSL_CTX_sess_timeouts(pair.server_ctx), 1);
    pair_free(&pair);
}

static void a_connection_may_have_callbacks_of_its_own(void)
{
    struct pair pair;

    init(&pair);
    pair_open(&pair);
    SSL_set_psk_use_session_callback(pair.client, NULL);
    pair_handshake(&pair);
    CHECK_EQ(uses, 0);
    check_psk_used(&pair, false);
    pair_drop(&pair);

    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, NULL);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, NULL);
    pair_open(&pair);
    SSL_set_psk_use_session_callback(pair.client, use_session);
    SSL_set_psk_find_session_callback(pair.server, find_session);
    pair_handshake(&pair);
    check_psk_used(&pair, true);
    pair_free(&pair);
}

/* ---- early data: S84, S117 ---- */

static unsigned early_limit;

static int use_early(SSL *ssl, const EVP_MD *md, const unsigned char **identity,
                     size_t *length, SSL_SESSION **session)
{
    int ret = use_session(ssl, md, identity, length, session);

    SSL_SESSION_set_max_early_data(*session, early_limit);
    return ret;
}

static int find_early(SSL *ssl, const unsigned char *identity, size_t length,
                      SSL_SESSION **session)
{
    int ret = find_session(ssl, identity, length, session);

    SSL_SESSION_set_max_early_data(*session, early_limit);
    return ret;
}

/* With protection against replays too: that is the program's affair with its own keys. */
static void early_data_may_be_sent_with_a_key(void)
{
    for (int protect = 0; protect < 2; protect++) {
        struct pair pair;
        char data[16];
        size_t count;

        init(&pair);
        uses = 0;
        early_limit = 1000;
        SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_early);
        SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_early);
        SSL_CTX_set_max_early_data(pair.server_ctx, 1000);
        if (!protect)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
        pair_open(&pair);
        CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 1);
        CHECK_EQ(count, 5);
        CHECK_EQ(SSL_read_early_data(pair.server, data, sizeof(data), &count),
                 SSL_READ_EARLY_DATA_SUCCESS);
        CHECK_MEM(data, count, "early", 5);
        /* Its answer makes the client finish. */
        CHECK_EQ(SSL_do_handshake(pair.client), 1);
        CHECK_EQ(SSL_read_early_data(pair.server, data, sizeof(data), &count),
                 SSL_READ_EARLY_DATA_FINISH);
        pair_handshake(&pair);
        check_psk_used(&pair, true);
        CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_ACCEPTED);
        CHECK_EQ(SSL_get_early_data_status(pair.server), SSL_EARLY_DATA_ACCEPTED);
        pair_settle(&pair);
        pair_free(&pair);
    }
}

/* ---- who owns what: S120 ---- */

static int frees;

static void on_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long argl,
                    void *argp)
{
    (void)parent, (void)data, (void)index, (void)argl, (void)argp;
    frees += value != NULL;
}

static int owned_index;

static int use_owned(SSL *ssl, const EVP_MD *md, const unsigned char **identity,
                     size_t *length, SSL_SESSION **session)
{
    int ret = use_session(ssl, md, identity, length, session);

    SSL_SESSION_set_ex_data(*session, owned_index, "the client's");
    return ret;
}

static int find_owned(SSL *ssl, const unsigned char *identity, size_t length,
                      SSL_SESSION **session)
{
    int ret = find_session(ssl, identity, length, session);

    SSL_SESSION_set_ex_data(*session, owned_index, "the server's");
    return ret;
}

static void the_library_frees_the_sessions_it_was_given(void)
{
    struct pair pair;

    owned_index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, on_free);
    init(&pair);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_owned);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_owned);
    pair_connect(&pair);
    check_psk_used(&pair, true);
    CHECK_STR(SSL_SESSION_get_ex_data(SSL_get_session(pair.client), owned_index),
              "the client's");
    pair_drop(&pair);
    pair_free(&pair);
    CHECK(frees >= 2);
}

/* ---- callbacks for TLS 1.2 that work in TLS 1.3 as well: S120 ---- */

static unsigned old_client(SSL *ssl, const char *hint, char *identity, unsigned identity_room,
                           unsigned char *psk, unsigned psk_room)
{
    CHECK(ssl != NULL);
    CHECK(hint == NULL);
    CHECK_EQ(identity_room, PSK_MAX_IDENTITY_LEN);
    CHECK_EQ(psk_room, PSK_MAX_PSK_LEN);
    uses++;
    if (!known)
        return 0;
    strcpy(identity, client_identity);
    memcpy(psk, client_key, key_length);
    return (unsigned)key_length;
}

static unsigned old_server(SSL *ssl, const char *identity, unsigned char *psk,
                           unsigned psk_room)
{
    CHECK(ssl != NULL);
    CHECK_EQ(psk_room, PSK_MAX_PSK_LEN);
    finds++;
    if (strcmp(identity, client_identity) != 0)
        return 0;
    memcpy(psk, server_key, key_length);
    return (unsigned)key_length;
}

static void init_old(struct pair *pair)
{
    memset(client_key, 'k', sizeof(client_key));
    memset(server_key, 'k', sizeof(server_key));
    pair_init(pair, &TLS13);
    without_certificate(pair);
    SSL_CTX_set_psk_client_callback(pair->client_ctx, old_client);
    SSL_CTX_set_psk_server_callback(pair->server_ctx, old_server);
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(pair->server_ctx, "a hint"), 1);
}

/* Without a certificate the server takes a suite with the hash of the key, SHA-256. */
static void the_older_callbacks_work(void)
{
    struct pair pair;

    init_old(&pair);
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, true);
    CHECK_STR(SSL_get_cipher_name(pair.client), "TLS_CHACHA20_POLY1305_SHA256");
    CHECK(SSL_get_psk_identity(pair.server) == NULL);
    CHECK(SSL_get_psk_identity_hint(pair.client) == NULL);
    pair_settle(&pair);
    pair_free(&pair);
}

static void the_older_callbacks_are_asked_after_the_newer(void)
{
    struct pair pair;

    init_old(&pair);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    pair_connect(&pair);
    CHECK_EQ(uses, 1);
    CHECK_EQ(finds, 1);
    check_psk_used(&pair, true);
    pair_free(&pair);
}

/* The hello offers the suites of a longer hash first, which is not that of the ticket. */
static void tickets_of_the_older_callbacks_are_resumed(void)
{
    struct pair pair;
    SSL_SESSION *session;

    init_old(&pair);
    session = pair_new_session(&pair);
    SSL_CTX_set_psk_client_callback(pair.client_ctx, NULL);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void an_older_callback_may_have_no_key(void)
{
    struct pair pair;

    init_old(&pair);
    known = false;
    use_credentials(pair.server_ctx, pki_server());
    pair_connect(&pair);
    check_psk_used(&pair, false);
    pair_free(&pair);
}

static void the_older_callbacks_of_a_connection_count(void)
{
    struct pair pair;

    init_old(&pair);
    SSL_CTX_set_psk_client_callback(pair.client_ctx, NULL);
    SSL_CTX_set_psk_server_callback(pair.server_ctx, NULL);
    pair_open(&pair);
    SSL_set_psk_client_callback(pair.client, old_client);
    SSL_set_psk_server_callback(pair.server, old_server);
    CHECK_EQ(SSL_use_psk_identity_hint(pair.server, NULL), 1);
    pair_handshake(&pair);
    check_psk_used(&pair, true);
    pair_free(&pair);
}

static void a_hint_has_at_most_256_bytes(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    char hint[PSK_MAX_IDENTITY_LEN + 2];

    memset(hint, 'h', sizeof(hint));
    hint[PSK_MAX_IDENTITY_LEN + 1] = 0;
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(context, hint), 0);
    CHECK_REASON(SSL_R_DATA_LENGTH_TOO_LONG);
    CHECK_EQ(SSL_use_psk_identity_hint(ssl, hint), 0);
    CHECK_REASON(SSL_R_DATA_LENGTH_TOO_LONG);
    hint[PSK_MAX_IDENTITY_LEN] = 0;
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(context, hint), 1);
    CHECK_EQ(SSL_use_psk_identity_hint(ssl, hint), 1);
    CHECK_EQ(SSL_CTX_use_psk_identity_hint(context, NULL), 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* In TLS 1.2 certificates work as ever. Its suites for keys are not to be had from Reprise. */
static void tls12_with_certificates_is_not_disturbed(void)
{
    struct pair pair;

    pair_init(&pair, &TLS12);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_session);
    SSL_CTX_set_psk_client_callback(pair.client_ctx, old_client);
    SSL_CTX_set_psk_server_callback(pair.server_ctx, old_server);
    CHECK_EQ(SSL_CTX_set_cipher_list(pair.client_ctx, "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(uses + finds, 0);
    pair_free(&pair);
}

static void tls12_needs_a_certificate(void)
{
    struct pair pair;
    const char *data;
    unsigned long code;

    init_old(&pair);
    SSL_CTX_free(pair.client_ctx);
    pair.client_ctx = client_context(&TLS12);
    SSL_CTX_set_min_proto_version(pair.server_ctx, TLS1_2_VERSION);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    ERR_clear_error();
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    code = ERR_get_error_all(NULL, NULL, NULL, &data, NULL);
    CHECK_EQ(ERR_GET_REASON(code), SSL_R_NO_SHARED_CIPHER);
    if (on_reprise())
        CHECK(strstr(data, "pre-shared keys need TLS 1.3") != NULL);
    pair_free(&pair);
}

TEST_MAIN(TEST(both_sides_use_the_key), TEST(a_server_needs_no_certificate),
          TEST(tickets_are_sent_and_resumed),
          TEST(the_key_outlives_a_request_for_another_group),
          TEST(another_key_of_the_same_identity_is_fatal), TEST(keys_may_be_short_and_long),
          TEST(identities_are_any_bytes), TEST(an_unknown_identity_means_a_full_handshake),
          TEST(no_key_is_used_if_the_callback_has_none),
          TEST(a_key_of_another_hash_is_not_used),
          TEST(a_key_goes_with_any_suite_of_its_hash),
          TEST(a_failing_find_callback_is_fatal), TEST(a_failing_use_callback_is_fatal),
          TEST(the_session_gets_the_servers_id_context),
          TEST(a_clients_id_context_must_be_the_sessions),
          TEST(an_expired_key_means_a_full_handshake),
          TEST(a_connection_may_have_callbacks_of_its_own),
          TEST(early_data_may_be_sent_with_a_key),
          TEST(the_library_frees_the_sessions_it_was_given), TEST(the_older_callbacks_work),
          TEST(the_older_callbacks_are_asked_after_the_newer),
          TEST(tickets_of_the_older_callbacks_are_resumed),
          TEST(an_older_callback_may_have_no_key),
          TEST(the_older_callbacks_of_a_connection_count),
          TEST(a_hint_has_at_most_256_bytes),
          TEST(tls12_with_certificates_is_not_disturbed), TEST(tls12_needs_a_certificate))
