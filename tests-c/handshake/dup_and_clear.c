/* SSL_dup(3) and SSL_clear(3): copies of a connection, and connections that are used again. */
#include <openssl/ssl.h>

#include "pair.h"

static int accept_all(int ok, X509_STORE_CTX *store)
{
    (void)ok;
    (void)store;
    return 1;
}

static void a_copy_has_the_settings_of_its_original(void)
{
    struct pair pair;
    SSL *copy;

    pair_init(&pair, &TLS13);
    pair_open(&pair);
    SSL_set_connect_state(pair.client);
    SSL_set_options(pair.client, SSL_OP_NO_TICKET);
    SSL_set_mode(pair.client, SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_set_verify(pair.client, SSL_VERIFY_PEER, accept_all);
    SSL_set_verify_depth(pair.client, 3);
    SSL_set_quiet_shutdown(pair.client, 1);
    CHECK_EQ(SSL_use_certificate(pair.client, pki_client()->certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(pair.client, pki_client()->key), 1);
    CHECK_EQ(SSL_set_cipher_list(pair.client, "ECDHE-RSA-AES128-GCM-SHA256"), 1);
    copy = SSL_dup(pair.client);
    CHECK(copy != NULL && copy != pair.client);
    CHECK(SSL_get_SSL_CTX(copy) == pair.client_ctx);
    CHECK(SSL_get_options(copy) & SSL_OP_NO_TICKET);
    CHECK(SSL_get_mode(copy) & SSL_MODE_ENABLE_PARTIAL_WRITE);
    CHECK_EQ(SSL_get_verify_mode(copy), SSL_VERIFY_PEER);
    CHECK(SSL_get_verify_callback(copy) == accept_all);
    CHECK_EQ(SSL_get_verify_depth(copy), 3);
    CHECK_EQ(SSL_get_quiet_shutdown(copy), 0); /* that of the context */
    CHECK(SSL_get_certificate(copy) == pki_client()->certificate);
    CHECK(!SSL_is_server(copy));
    SSL_free(copy);
    pair_free(&pair);
}

static void a_copy_after_the_handshake_is_the_same_connection(const struct protocol *protocol)
{
    struct pair pair;
    SSL *copy;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    copy = SSL_dup(pair.client);
    CHECK(copy == pair.client); /* with a reference more */
    SSL_free(copy);
    send_text(pair.client, pair.server, "still there");
    pair_close(&pair);
    pair_free(&pair);
}

/* The same two SSLs, over other BIOs. */
static void cleared_connections_connect_again(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    for (int round = 0; round < 3; round++) {
        BIO *there = BIO_new(BIO_s_mem()), *back = BIO_new(BIO_s_mem());

        pair_settle(&pair);
        /* Both have to be closed; else the session would be lost. */
        CHECK_EQ(SSL_shutdown(pair.client), 0);
        CHECK_EQ(SSL_shutdown(pair.server), 0);
        CHECK_EQ(SSL_shutdown(pair.client), 1);
        CHECK_EQ(SSL_clear(pair.client), 1);
        CHECK_EQ(SSL_clear(pair.server), 1);
        CHECK(SSL_in_before(pair.client) && SSL_in_before(pair.server));
        CHECK_EQ(SSL_get_shutdown(pair.client), 0);
        CHECK(SSL_get_current_cipher(pair.client) == NULL || SSL_get_session(pair.client) != NULL);
        BIO_up_ref(there);
        BIO_up_ref(back);
        SSL_set_bio(pair.client, back, there);
        SSL_set_bio(pair.server, there, back);
        pair.to_server = pair.at_server = there;
        pair.to_client = pair.at_client = back;
        pair_handshake(&pair);
        send_text(pair.client, pair.server, "hello again");
        send_text(pair.server, pair.client, "and again");
    }
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST(a_copy_has_the_settings_of_its_original),
          TEST_EACH(a_copy_after_the_handshake_is_the_same_connection),
          TEST_EACH(cleared_connections_connect_again))
