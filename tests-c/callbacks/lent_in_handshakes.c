/*
 * What a connection lends to callbacks during a handshake is held, with a copy of it, until OpenSSL's
 * end of it: over the rest of the handshake, tickets, data, a close and, where OpenSSL keeps it,
 * SSL_clear(3). Callbacks give and free what OpenSSL lets them.
 * Also run under valgrind.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
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
    /* A ticket of TLS 1.3 brings another session, with a list of its own of the same certificates. */
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
static void references_of_the_programs_own_outlive_the_connection(const struct protocol *protocol)
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

/* Looks at the ClientHello, waits, and finds it in the same place. */
static int look_twice(SSL *ssl, int *alert, void *argument)
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
        /* Of what is not there nothing is told, and nothing is written. */
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
    SSL_CTX_set_client_hello_cb(pair.server_ctx, look_twice, NULL);
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

static SSL_CTX *next_context;

/* Goes over to a context that nobody else keeps. */
static int switch_and_free(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    SSL_CTX *former = SSL_get_SSL_CTX(ssl);
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    CHECK(SSL_set_SSL_CTX(ssl, next_context) == next_context);
    SSL_CTX_free(next_context);
    CHECK(SSL_get_SSL_CTX(ssl) == next_context);
    CHECK(SSL_get0_param(ssl) == parameters);
    CHECK(former != next_context);
    /* Back and forth: the one that is left may end with that. */
    SSL_CTX_up_ref(next_context);
    CHECK(SSL_set_SSL_CTX(ssl, former) == former);
    CHECK(SSL_set_SSL_CTX(ssl, next_context) == next_context);
    SSL_CTX_free(next_context);
    CHECK_EQ(X509_cmp(SSL_get_certificate(ssl), pki_other_server()->certificate), 0);
    return SSL_TLSEXT_ERR_OK;
}

static void a_callback_may_leave_the_connection_the_only_owner_of_its_context(
    const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    next_context = server_context(protocol);
    use_credentials(next_context, pki_other_server());
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, switch_and_free);
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "other.example");
    SSL_CTX_free(pair.server_ctx);
    pair.server_ctx = NULL;
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK(SSL_get_SSL_CTX(pair.server) == next_context);
    CHECK_EQ(X509_cmp(SSL_get_certificate(pair.server), pki_other_server()->certificate), 0);
    CHECK_EQ(X509_cmp(SSL_get0_peer_certificate(pair.client), pki_other_server()->certificate), 0);
    pair_close(&pair);
    pair.server_ctx = server_context(protocol);
    pair_free(&pair);
}

static int announced;

/* Takes the reference, and gives all there are back but the connection's. */
static int take_remove_and_free(SSL *ssl, SSL_SESSION *session)
{
    announced++;
    CHECK(SSL_get_session(ssl) == session);
    SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), session);
    SSL_SESSION_free(session);
    return 1;
}

static void a_new_session_may_be_given_back_at_once(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    announced = 0;
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_set_session_cache_mode(pair.server_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(pair.client_ctx, take_remove_and_free);
    SSL_CTX_sess_set_new_cb(pair.server_ctx, take_remove_and_free);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(announced >= 2);
    CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(SSL_get_session(pair.client)),
                      pki_server()->certificate), 0);
    CHECK_EQ(SSL_CTX_sess_number(pair.client_ctx), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* Sets what it was just lent, changes settings of context and connection, looks again. */
static int replace_all(SSL *ssl, void *argument)
{
    (void)argument;
    X509 *certificate = SSL_get_certificate(ssl);
    X509_up_ref(certificate);
    EVP_PKEY *key = SSL_get_privatekey(ssl);
    EVP_PKEY_up_ref(key);
    SSL_certs_clear(ssl);
    CHECK(SSL_get_certificate(ssl) == NULL);
    CHECK_EQ(SSL_use_certificate(ssl, certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, key), 1);
    CHECK(SSL_get_certificate(ssl) == certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    SSL_CTX_set_cert_cb(context, NULL, NULL);
    SSL_set_cert_cb(ssl, NULL, NULL);
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    SSL_set_cipher_list(ssl, "ECDHE+AESGCM");
    return 1;
}

static void a_callback_may_replace_what_it_was_lent(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_cert_cb(pair.server_ctx, replace_all, NULL);
    pair_connect(&pair);
    CHECK(SSL_get_certificate(pair.server) == pki_server()->certificate);
    pair_close(&pair);
    pair_free(&pair);
}

/* What callbacks are given is looked at to the last byte. */
static unsigned long seen;
static int calls[16];

static void look_at(const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        seen = seen * 31 + ((const unsigned char *)bytes)[i];
}

static void told_secret(const SSL *ssl, const char *line)
{
    (void)ssl;
    look_at(line, strlen(line) + 1);
    calls[0]++;
}

static void told_message(int write_p, int version, int kind, const void *bytes, size_t length, SSL *ssl,
                         void *argument)
{
    (void)write_p, (void)version, (void)kind, (void)ssl, (void)argument;
    look_at(bytes, length);
    calls[1]++;
}

static void told_state(const SSL *ssl, int where, int value)
{
    const char *text = SSL_state_string_long(ssl);
    (void)where, (void)value;
    look_at(text, strlen(text) + 1);
    calls[2]++;
}

static int choose_first(SSL *ssl, const unsigned char **out, unsigned char *outlen,
                        const unsigned char *in, unsigned int inlen, void *argument)
{
    (void)ssl, (void)argument;
    look_at(in, inlen);
    *out = in + 1;
    *outlen = in[0];
    calls[3]++;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_SESSION *find_nothing(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)ssl;
    look_at(id, length);
    CHECK_EQ(*copy, 1);
    calls[4]++;
    return NULL;
}

static void told_of_removal(SSL_CTX *context, SSL_SESSION *session)
{
    unsigned int length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    (void)context;
    look_at(id, length);
    calls[5]++;
}

static int told_of_new(SSL *ssl, SSL_SESSION *session)
{
    unsigned int length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    (void)ssl;
    look_at(id, length);
    calls[6]++;
    return 0;
}

static int use_fixed_keys(SSL *ssl, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *cipher,
                          EVP_MAC_CTX *mac, int encrypt)
{
    static const unsigned char key[32] = "a key";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string("key", (void *)key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string("digest", "SHA256", 0), OSSL_PARAM_construct_end()
    };
    (void)ssl;
    if (encrypt) {
        memset(name, 'n', 16);
        memset(iv, 'i', 16);
    }
    look_at(name, 16);
    look_at(iv, 16);
    calls[7]++;
    EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, encrypt);
    return EVP_MAC_CTX_set_params(mac, parameters) == 1 ? 1 : -1;
}

static int make_ticket(SSL *ssl, void *argument)
{
    (void)argument;
    calls[8]++;
    return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), "data", 4);
}

static SSL_TICKET_RETURN open_ticket(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                     size_t length, SSL_TICKET_STATUS status, void *argument)
{
    (void)ssl, (void)argument;
    void *data;
    size_t data_length;
    look_at(name, length);
    if (session != NULL && SSL_SESSION_get0_ticket_appdata(session, &data, &data_length) == 1)
        look_at(data, data_length);
    calls[9]++;
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_IGNORE_RENEW;
}

static int judge(const SSL *ssl, const SSL_CTX *ctx, int operation, int bits, int nid, void *other,
                 void *argument)
{
    (void)ssl, (void)ctx, (void)operation, (void)bits, (void)nid, (void)other, (void)argument;
    calls[10]++;
    return 1;
}

static int find_no_key(SSL *ssl, const unsigned char *identity, size_t length, SSL_SESSION **session)
{
    (void)ssl;
    look_at(identity, length);
    *session = NULL;
    calls[11]++;
    return 1;
}

static int keep_resumable(SSL *ssl, int forward_secret)
{
    (void)ssl, (void)forward_secret;
    calls[12]++;
    return 0;
}

static void listen_to_all(SSL_CTX *context)
{
    SSL_CTX_set_keylog_callback(context, told_secret);
    SSL_CTX_set_msg_callback(context, told_message);
    SSL_CTX_set_info_callback(context, told_state);
    SSL_CTX_sess_set_new_cb(context, told_of_new);
    SSL_CTX_sess_set_remove_cb(context, told_of_removal);
    SSL_CTX_set_security_callback(context, judge);
    SSL_CTX_set_not_resumable_session_callback(context, keep_resumable);
}

static void arguments_of_callbacks_are_good_until_they_return(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    memset(calls, 0, sizeof(calls));
    listen_to_all(pair.client_ctx);
    listen_to_all(pair.server_ctx);
    SSL_CTX_set_session_cache_mode(pair.client_ctx, SSL_SESS_CACHE_BOTH);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"here", 4);
    SSL_CTX_sess_set_get_cb(pair.server_ctx, find_nothing);
    SSL_CTX_set_alpn_protos(pair.client_ctx, (const unsigned char *)"\x02h2\x02h3", 6);
    SSL_CTX_set_alpn_select_cb(pair.server_ctx, choose_first, NULL);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair.server_ctx, use_fixed_keys);
    SSL_CTX_set_session_ticket_cb(pair.server_ctx, make_ticket, open_ticket, NULL);
    SSL_CTX_set_psk_find_session_callback(pair.server_ctx, find_no_key);
    SSL_SESSION *session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);

    /* And by an id that the cache does not know. */
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(pair.server_ctx, 1);
    session = pair_new_session(&pair);
    SSL_CTX_flush_sessions(pair.server_ctx, 0);
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
    for (int i = 0; i < 13; i++)
        if (i != 11 || protocol->version == TLS1_3_VERSION)
            CHECK(calls[i] > 0);
    CHECK(seen != 0);
}

TEST_MAIN(TEST_EACH(what_callbacks_are_lent_lives_until_the_next_handshake),
          TEST_EACH(references_of_the_programs_own_outlive_the_connection),
          TEST_EACH(a_client_hello_stays_while_its_callback_waits),
          TEST_EACH(a_callback_may_leave_the_connection_the_only_owner_of_its_context),
          TEST_EACH(a_new_session_may_be_given_back_at_once),
          TEST_EACH(a_callback_may_replace_what_it_was_lent),
          TEST_EACH(arguments_of_callbacks_are_good_until_they_return))
