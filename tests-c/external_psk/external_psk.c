/* Pre-shared keys that the program brings, in TLS 1.3: S120. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "external_psk.h"

static void both_sides_use_the_key(void)
{
    struct pair pair;

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

        external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

        external_psk_init(&pair);
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

        external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
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

    external_psk_init(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_expired);
    pair_connect(&pair);
    check_psk_used(&pair, false);
    CHECK_EQ(SSL_CTX_sess_timeouts(pair.server_ctx), 1);
    pair_free(&pair);
}

static void a_connection_may_have_callbacks_of_its_own(void)
{
    struct pair pair;

    external_psk_init(&pair);
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

static SSL_SESSION *marked;

static int find_marked(SSL *ssl, const unsigned char *identity, size_t length,
                       SSL_SESSION **session)
{
    (void)ssl, (void)identity, (void)length;
    SSL_SESSION_up_ref(marked);
    *session = marked;
    return 1;
}

/* S63: what the server works with is a copy without the mark, and the program's is untouched. */
static void a_marked_session_is_a_key_all_the_same(void)
{
    struct pair pair;
    SSL_SESSION *session;

    external_psk_init(&pair);
    pair_open(&pair);
    marked = psk_session(pair.server, server_key);
    SSL_SESSION_set1_id(marked, (const unsigned char *)"marked", 6);
    SSL_CTX_remove_session(pair.server_ctx, marked);
    CHECK_EQ(SSL_SESSION_is_resumable(marked), 0);
    pair_drop(&pair);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_marked);
    session = pair_new_session(&pair);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_CTX_set_psk_use_session_callback(pair.client_ctx, NULL);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, NULL);
    CHECK(pair_resumes(&pair, session));
    CHECK_EQ(SSL_SESSION_is_resumable(marked), 0);
    SSL_SESSION_free(session);
    SSL_SESSION_free(marked);
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

        external_psk_init(&pair);
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
    external_psk_init(&pair);
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

TEST_MAIN(TEST(both_sides_use_the_key),
          TEST(a_server_needs_no_certificate),
          TEST(tickets_are_sent_and_resumed),
          TEST(the_key_outlives_a_request_for_another_group),
          TEST(another_key_of_the_same_identity_is_fatal),
          TEST(keys_may_be_short_and_long),
          TEST(identities_are_any_bytes),
          TEST(an_unknown_identity_means_a_full_handshake),
          TEST(no_key_is_used_if_the_callback_has_none),
          TEST(a_key_of_another_hash_is_not_used),
          TEST(a_key_goes_with_any_suite_of_its_hash),
          TEST(a_failing_find_callback_is_fatal),
          TEST(a_failing_use_callback_is_fatal),
          TEST(the_session_gets_the_servers_id_context),
          TEST(a_clients_id_context_must_be_the_sessions),
          TEST(an_expired_key_means_a_full_handshake),
          TEST(a_connection_may_have_callbacks_of_its_own),
          TEST(a_marked_session_is_a_key_all_the_same),
          TEST(early_data_may_be_sent_with_a_key),
          TEST(the_library_frees_the_sessions_it_was_given))
