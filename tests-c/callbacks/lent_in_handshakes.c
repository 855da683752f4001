/*
 * What a connection lends to callbacks during a handshake is held, with a copy of it, until OpenSSL's
 * end of it: over the rest of the handshake, tickets, data, a close and, where OpenSSL keeps it,
 * SSL_clear(3). Callbacks give and free what OpenSSL lets them.
 * Also run under valgrind.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "check.h"
#include "pair.h"
#include "pki.h"

/* A pointer that was lent, and what was there. */
struct held {
    const void *lent;
    void *copy;
    size_t length;
};

static struct held protocol_of_server, protocol_of_client, host_name, suites, response, hello[6];
static STACK_OF(SSL_CIPHER) *client_suites;
static const STACK_OF(X509_NAME) *authorities;
static int count_of_authorities;

static void hold(struct held *held, const void *lent, size_t length)
{
    free(held->copy);
    held->lent = lent;
    held->length = length;
    held->copy = malloc(length + 1);
    if (length > 0)
        memcpy(held->copy, lent, length);
}

static void still_there(const struct held *held)
{
    CHECK(held->lent != NULL);
    CHECK_MEM(held->lent, held->length, held->copy, held->length);
}

static void let_go(struct held *held)
{
    free(held->copy);
    memset(held, 0, sizeof(*held));
}

/* The answer lies in memory that is gone after the return. */
static int choose_and_forget(SSL *ssl, const unsigned char **out, unsigned char *outlen,
                             const unsigned char *in, unsigned int inlen, void *argument)
{
    static unsigned char *chosen;
    (void)ssl, (void)in, (void)inlen, (void)argument;
    free(chosen);
    chosen = malloc(2);
    memcpy(chosen, "h2", 2);
    *out = chosen;
    *outlen = 2;
    return SSL_TLSEXT_ERR_OK;
}

/* At the first moment at which it is known. */
static void hold_protocol(const SSL *ssl, int where, int value)
{
    const unsigned char *name;
    unsigned int length;
    (void)where, (void)value;
    SSL_get0_alpn_selected(ssl, &name, &length);
    if (name != NULL && protocol_of_server.lent == NULL)
        hold(&protocol_of_server, name, length);
}

static int forget_the_choice(SSL *ssl, void *argument)
{
    const unsigned char *out = NULL;
    unsigned char length = 0;
    (void)argument;
    choose_and_forget(ssl, &out, &length, NULL, 0, NULL);
    memset((unsigned char *)out, 'x', 2);

    hold_protocol(ssl, SSL_CB_LOOP, 0);
    unsigned char *raw = NULL;
    size_t raw_length = SSL_get0_raw_cipherlist(ssl, &raw);
    hold(&suites, raw, raw_length);
    client_suites = SSL_get_client_ciphers(ssl);
    return 1;
}

static int hold_host_name(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    CHECK(name != NULL);
    hold(&host_name, name, strlen(name) + 1);
    return SSL_TLSEXT_ERR_OK;
}

static int staple(SSL *ssl, void *argument)
{
    static const char text[] = "a response";
    (void)argument;
    unsigned char *given = OPENSSL_memdup(text, sizeof(text)), *lent = NULL;
    CHECK_EQ(SSL_set_tlsext_status_ocsp_resp(ssl, given, sizeof(text)), 1);
    CHECK_EQ(SSL_get_tlsext_status_ocsp_resp(ssl, &lent), sizeof(text));
    CHECK(lent == given);
    return SSL_TLSEXT_ERR_OK;
}

static int take_staple(SSL *ssl, void *argument)
{
    (void)argument;
    unsigned char *lent = NULL;
    long length = SSL_get_tlsext_status_ocsp_resp(ssl, &lent);
    if (length > 0)
        hold(&response, lent, length);
    return 1;
}

static int hold_request(SSL *ssl, void *argument)
{
    (void)argument;
    authorities = SSL_get0_peer_CA_list(ssl);
    CHECK(SSL_get_client_CA_list(ssl) == authorities);
    count_of_authorities = sk_X509_NAME_num(authorities);
    CHECK_EQ(count_of_authorities, 1);
    const unsigned char *name;
    unsigned int length;
    SSL_get0_alpn_selected(ssl, &name, &length);
    if (name != NULL)
        hold(&protocol_of_client, name, length);
    return 1;
}

static void all_callbacks(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    CHECK_EQ(SSL_CTX_set_alpn_protos(pair->client_ctx, (const unsigned char *)"\x02h2\x02h3", 6), 0);
    SSL_CTX_set_alpn_select_cb(pair->server_ctx, choose_and_forget, NULL);
    SSL_CTX_set_cert_cb(pair->server_ctx, forget_the_choice, NULL);
    SSL_CTX_set_info_callback(pair->server_ctx, hold_protocol);
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, hold_host_name);
    SSL_CTX_set_tlsext_status_cb(pair->server_ctx, staple);
    SSL_CTX_set_tlsext_status_cb(pair->client_ctx, take_staple);
    SSL_CTX_set_tlsext_status_type(pair->client_ctx, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_cert_cb(pair->client_ctx, hold_request, NULL);
    use_credentials(pair->client_ctx, pki_client());
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_add_client_CA(pair->server_ctx, pki_ca()->certificate);
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER, NULL);
}

static void held_by_server(int suites_before)
{
    still_there(&protocol_of_server);
    still_there(&host_name);
    still_there(&suites);
    CHECK_EQ(sk_SSL_CIPHER_num(client_suites), suites_before);
}

static void held_by_client(void)
{
    if (protocol_of_client.lent != NULL)
        still_there(&protocol_of_client);
    still_there(&response);
    CHECK_EQ(sk_X509_NAME_num(authorities), count_of_authorities);
    CHECK_EQ(X509_NAME_cmp(sk_X509_NAME_value(authorities, 0),
                           X509_get_subject_name(pki_ca()->certificate)),
             0);
}

static void what_callbacks_are_lent_lives_until_the_next_handshake(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *name;
    unsigned int length;

    all_callbacks(&pair, protocol);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_handshake(&pair);
    int count = sk_SSL_CIPHER_num(client_suites);
    CHECK(count > 0);
    held_by_server(count);
    held_by_client();
    /* The same places afterwards. */
    SSL_get0_alpn_selected(pair.server, &name, &length);
    CHECK(name == protocol_of_server.lent);
    CHECK_MEM(name, length, "h2", 2);
    SSL_get0_alpn_selected(pair.client, &name, &length);
    CHECK_MEM(name, length, "h2", 2);
    hold(&protocol_of_client, name, length);
    CHECK(SSL_get_servername(pair.server, TLSEXT_NAMETYPE_host_name) == host_name.lent);
    CHECK(SSL_get_client_ciphers(pair.server) == client_suites);
    CHECK(SSL_get0_peer_CA_list(pair.client) == authorities);

    X509 *peer = SSL_get0_peer_certificate(pair.client);
    STACK_OF(X509) *sent = SSL_get_peer_cert_chain(pair.client);
    STACK_OF(X509) *verified = SSL_get0_verified_chain(pair.client);
    X509 *client = SSL_get0_peer_certificate(pair.server);
    pair_settle(&pair);
    held_by_server(count);
    held_by_client();
    CHECK(SSL_get0_peer_certificate(pair.client) == peer);
    /* A ticket of TLS 1.3 is another session, with its own list of the same certificates. */
    sent = SSL_get_peer_cert_chain(pair.client);
    CHECK(sk_X509_value(sent, 0) == peer);
    CHECK(SSL_get0_verified_chain(pair.client) == verified);
    CHECK(SSL_get0_peer_certificate(pair.server) == client);

    SSL_shutdown(pair.client);
    SSL_shutdown(pair.server);
    SSL_shutdown(pair.client);
    held_by_server(count);
    held_by_client();
    CHECK_EQ(X509_cmp(peer, pki_server()->certificate), 0);
    CHECK_EQ(X509_cmp(client, pki_client()->certificate), 0);
    CHECK(sk_X509_value(sent, 0) == peer);
    CHECK(sk_X509_value(verified, 0) == peer);

    /* SSL_clear() keeps the session, and with it the peer's certificate. */
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK(SSL_get0_peer_certificate(pair.client) == peer);
    CHECK_EQ(X509_cmp(peer, pki_server()->certificate), 0);
    still_there(&response);
    pair_free(&pair);
    let_go(&protocol_of_server), let_go(&protocol_of_client), let_go(&host_name);
    let_go(&suites), let_go(&response);
}

/* References that the program asks for outlive all that lent them. */
static void references_that_the_program_takes_outlive_the_connection(const struct protocol *protocol)
{
    struct pair pair;

    all_callbacks(&pair, protocol);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    pair_handshake(&pair);
    pair_settle(&pair);
    X509 *peer = SSL_get1_peer_certificate(pair.client);
    SSL_SESSION *session = SSL_get1_session(pair.client);
    EVP_PKEY *key = NULL;
    CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &key), 1);
    SSL_CTX *context = SSL_get_SSL_CTX(pair.client);
    SSL_CTX_up_ref(context);
    const char *version = SSL_get_version(pair.client);
    const char *state = SSL_state_string_long(pair.client);
    const SSL_CIPHER *suite = SSL_get_current_cipher(pair.client);
    const SSL_METHOD *method = SSL_get_ssl_method(pair.client);
    pair_free(&pair);

    CHECK(EVP_PKEY_get_id(key) != 0);
    CHECK_EQ(X509_cmp(peer, pki_server()->certificate), 0);
    CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(session), peer), 0);
    CHECK_STR(version, protocol->name);
    CHECK(strlen(state) > 0);
    CHECK(SSL_SESSION_get0_cipher(session) == suite);
    CHECK(SSL_CIPHER_get_name(suite) != NULL);
    CHECK(SSL_CTX_get_ssl_method(context) != NULL && method != NULL);
    SSL_CTX_free(context);
    EVP_PKEY_free(key);
    X509_free(peer);
    SSL_SESSION_free(session);
    let_go(&protocol_of_server), let_go(&protocol_of_client), let_go(&host_name);
    let_go(&suites), let_go(&response);
}

static int hellos;

/* Reads the ClientHello, waits, and finds it in the same place. */
static int read_twice(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *out;
    size_t length;
    int *types;
    (void)alert, (void)argument;

    if (hellos++ == 0) {
        length = SSL_client_hello_get0_random(ssl, &out);
        hold(&hello[0], out, length);
        CHECK_EQ(length, 32);
        length = SSL_client_hello_get0_session_id(ssl, &out);
        hold(&hello[1], out, length);
        length = SSL_client_hello_get0_ciphers(ssl, &out);
        hold(&hello[2], out, length);
        length = SSL_client_hello_get0_compression_methods(ssl, &out);
        hold(&hello[3], out, length);
        CHECK_EQ(SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &out, &length), 1);
        hold(&hello[4], out, length);
        /* What is not there is not reported, and nothing is written. */
        const unsigned char *before = out;
        CHECK_EQ(SSL_client_hello_get0_ext(ssl, 0xfff0, &out, &length), 0);
        CHECK(out == before);
        return SSL_CLIENT_HELLO_RETRY;
    }
    for (int i = 0; i < 5; i++)
        if (hello[i].length > 0)
            still_there(&hello[i]);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(ssl, &types, &length), 1);
    CHECK(length > 3);
    OPENSSL_free(types);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void a_client_hello_stays_while_its_callback_waits(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *out;

    pair_init(&pair, protocol);
    hellos = 0;
    SSL_CTX_set_client_hello_cb(pair.server_ctx, read_twice, NULL);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK_EQ(SSL_get_error(pair.server, -1), SSL_ERROR_WANT_CLIENT_HELLO_CB);
    for (int i = 0; i < 5; i++)
        if (hello[i].length > 0)
            still_there(&hello[i]);
    pair_handshake(&pair);
    CHECK_EQ(hellos, 2);
    CHECK_EQ(SSL_client_hello_get0_random(pair.server, &out), 0);
    pair_free(&pair);
    for (int i = 0; i < 6; i++)
        let_go(&hello[i]);
}

TEST_MAIN(TEST_EACH(what_callbacks_are_lent_lives_until_the_next_handshake),
          TEST_EACH(references_that_the_program_takes_outlive_the_connection),
          TEST_EACH(a_client_hello_stays_while_its_callback_waits))
