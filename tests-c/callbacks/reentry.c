/*
 * Callbacks that call back into the library with the connection that they were called for. Looking
 * is harmless with both libraries. What changes the connection may end the handshake, and OpenSSL
 * does not promise to survive it; Reprise does.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "key_forms.h"
#include "pair.h"

/* How much the callbacks dare to call. */
enum boldness {
    LOOK,
    WORK,
    CHANGE,
    CLEAR,
    BOLDNESSES
};

static enum boldness boldness;
static int pokes, depth;
static SSL_CTX *spare_context;
static SSL_SESSION *spare_session;

static void look(SSL *ssl)
{
    unsigned char buffer[64];
    const unsigned char *bytes;
    unsigned length;
    char text[128];
    EVP_PKEY *key = NULL;

    SSL_get_session(ssl);
    SSL_SESSION_free(SSL_get1_session(ssl));
    SSL_session_reused(ssl);
    X509_free(SSL_get1_peer_certificate(ssl));
    SSL_get_peer_cert_chain(ssl);
    SSL_get0_verified_chain(ssl);
    SSL_get_verify_result(ssl);
    SSL_get_finished(ssl, buffer, sizeof(buffer));
    SSL_get_peer_finished(ssl, buffer, sizeof(buffer));
    SSL_get_client_random(ssl, buffer, sizeof(buffer));
    SSL_get_server_random(ssl, buffer, sizeof(buffer));
    EVP_PKEY_free(SSL_get_peer_tmp_key(ssl, &key) == 1 ? key : NULL);
    SSL_get0_alpn_selected(ssl, &bytes, &length);
    SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    SSL_get_current_cipher(ssl);
    SSL_get_ciphers(ssl);
    SSL_get_client_ciphers(ssl);
    SSL_get_shared_ciphers(ssl, text, sizeof(text));
    SSL_get_version(ssl);
    SSL_state_string_long(ssl);
    SSL_get_state(ssl);
    SSL_in_init(ssl);
    SSL_pending(ssl);
    SSL_has_pending(ssl);
    SSL_get_shutdown(ssl);
    SSL_get_error(ssl, -1);
    SSL_want(ssl);
    SSL_get0_peer_CA_list(ssl);
    SSL_get0_param(ssl);
    SSL_get_certificate(ssl);
    SSL_get_privatekey(ssl);
    SSL_CTX_sess_number(SSL_get_SSL_CTX(ssl));
    SSL_has_matching_session_id(ssl, (const unsigned char *)"id", 2);
}

static void work(SSL *ssl)
{
    char byte;

    SSL_do_handshake(ssl);
    SSL_read(ssl, &byte, 1);
    SSL_peek(ssl, &byte, 1);
    SSL_write(ssl, "x", 1);
    SSL_shutdown(ssl);
    SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
    SSL_new_session_ticket(ssl);
    SSL_free_buffers(ssl);
    SSL_export_keying_material(ssl, (unsigned char *)&byte, 1, "label", 5, NULL, 0, 0);
}

static void change(SSL *ssl)
{
    SSL_set_session(ssl, spare_session);
    SSL_set_SSL_CTX(ssl, spare_context);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_set_session_id_context(ssl, (const unsigned char *)"poked", 5);
    SSL_set_cipher_list(ssl, "DEFAULT");
    SSL_set_num_tickets(ssl, 3);
    SSL_set_tlsext_host_name(ssl, "poked.example");
    SSL_use_certificate(ssl, pki_server()->certificate);
    SSL_CTX_flush_sessions(SSL_get_SSL_CTX(ssl), 0);
    SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), spare_session);
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl));
}

/* A panic reaches C as an error; here it is a fault nevertheless. */
static void check_no_panic(void)
{
    const char *data;

    while (ERR_get_error_all(NULL, NULL, NULL, &data, NULL) != 0)
        CHECK(strstr(data, "panic") == NULL);
}

static void poke(const SSL *constant)
{
    SSL *ssl = (SSL *)constant;

    /* Also what these calls call back: but not for ever. */
    if (depth > 2)
        return;
    depth++;
    pokes++;
    look(ssl);
    if (boldness >= WORK)
        work(ssl);
    if (boldness >= CHANGE)
        change(ssl);
    if (boldness >= CLEAR && pokes % 7 == 3)
        SSL_clear(ssl);
    if (boldness >= WORK)
        check_no_panic();
    depth--;
}

/* ---- every callback that gets the connection ---- */

static int on_hello(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    poke(ssl);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static int on_name(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    poke(ssl);
    return SSL_TLSEXT_ERR_OK;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                   const unsigned char *in, unsigned in_length, void *argument)
{
    (void)in_length, (void)argument;
    poke(ssl);
    *out = in + 1;
    *out_length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static int on_certificate(SSL *ssl, void *argument)
{
    (void)argument;
    poke(ssl);
    return 1;
}

static int on_verify(int ok, X509_STORE_CTX *store)
{
    poke(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    return ok;
}

static void on_info(const SSL *ssl, int where, int value)
{
    (void)where, (void)value;
    poke(ssl);
}

static void on_key_log(const SSL *ssl, const char *line)
{
    CHECK(strlen(line) > 64);
    poke(ssl);
}

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    poke(ssl);
    SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), session);
    return 0;
}

static SSL_SESSION *on_get(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)id, (void)length, (void)copy;
    poke(ssl);
    return NULL;
}

static void on_remove(SSL_CTX *context, SSL_SESSION *session)
{
    (void)context;
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
}

static int on_id(SSL *ssl, unsigned char *id, unsigned *length)
{
    static unsigned char next;

    poke(ssl);
    memset(id, ++next, *length);
    return 1;
}

static int on_resumable(SSL *ssl, int forward_secret)
{
    (void)forward_secret;
    poke(ssl);
    return 0;
}

static int on_ticket_key(SSL *ssl, unsigned char *name, unsigned char *iv,
                         EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
    poke(ssl);
    use_fixed_key(name, iv, cipher, mac, encrypt);
    return encrypt ? 1 : 2;
}

static int on_ticket(SSL *ssl, void *argument)
{
    (void)argument;
    poke(ssl);
    return 1;
}

static SSL_TICKET_RETURN on_opened(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                   size_t length, SSL_TICKET_STATUS status, void *argument)
{
    (void)session, (void)name, (void)length, (void)argument;
    poke(ssl);
    return status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW
               ? SSL_TICKET_RETURN_USE_RENEW
               : SSL_TICKET_RETURN_IGNORE_RENEW;
}

static int on_use(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *length,
                  SSL_SESSION **session)
{
    (void)md, (void)id, (void)length;
    poke(ssl);
    *session = NULL;
    return 1;
}

static int on_find(SSL *ssl, const unsigned char *identity, size_t length,
                   SSL_SESSION **session)
{
    (void)identity, (void)length;
    poke(ssl);
    *session = NULL;
    return 1;
}

static unsigned on_server_key(SSL *ssl, const char *identity, unsigned char *psk, unsigned room)
{
    (void)identity, (void)psk, (void)room;
    poke(ssl);
    return 0;
}

static void poke_in_every_callback(SSL_CTX *context)
{
    SSL_CTX_set_client_hello_cb(context, on_hello, NULL);
    SSL_CTX_set_tlsext_servername_callback(context, on_name);
    SSL_CTX_set_alpn_select_cb(context, on_alpn, NULL);
    SSL_CTX_set_cert_cb(context, on_certificate, NULL);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_info_callback(context, on_info);
    SSL_CTX_set_keylog_callback(context, on_key_log);
    SSL_CTX_sess_set_new_cb(context, on_new);
    SSL_CTX_sess_set_get_cb(context, on_get);
    SSL_CTX_sess_set_remove_cb(context, on_remove);
    SSL_CTX_set_generate_session_id(context, on_id);
    SSL_CTX_set_not_resumable_session_callback(context, on_resumable);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket_key);
    SSL_CTX_set_session_ticket_cb(context, on_ticket, on_opened, NULL);
    SSL_CTX_set_psk_use_session_callback(context, on_use);
    SSL_CTX_set_psk_find_session_callback(context, on_find);
    SSL_CTX_set_psk_server_callback(context, on_server_key);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"poke", 4);
    trust(context, pki_ca());
}

static void init(struct pair *pair, const struct protocol *protocol, bool tickets)
{
    pair_init(pair, protocol);
    spare_context = server_context(protocol);
    spare_session = pair_new_session(pair);
    if (!tickets)
        SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    use_credentials(pair->client_ctx, pki_client());
    CHECK_EQ(SSL_CTX_set_alpn_protos(pair->client_ctx, (const unsigned char *)"\2h2", 3), 0);
    poke_in_every_callback(pair->client_ctx);
    poke_in_every_callback(pair->server_ctx);
}

static void converse(struct pair *pair)
{
    struct outcome client, server;
    char byte;

    pair_open(pair);
    pair_try_handshake(pair, &client, &server);
    if (boldness == LOOK) {
        CHECK_EQ(client.ret, 1);
        CHECK_EQ(server.ret, 1);
    }
    SSL_write(pair->server, "s", 1);
    SSL_read(pair->client, &byte, 1);
    SSL_write(pair->client, "c", 1);
    SSL_read(pair->server, &byte, 1);
    SSL_shutdown(pair->client);
    SSL_shutdown(pair->server);
    check_no_panic();
}

static void run(const struct protocol *protocol)
{
    for (int tickets = 0; tickets < 2; tickets++) {
        struct pair pair;
        SSL_SESSION *session;

        init(&pair, protocol, tickets);
        converse(&pair);
        session = SSL_get1_session(pair.client);
        pair_drop(&pair);
        /* Resumed, if the callbacks have left anything of it. */
        for (int i = 0; i < 8; i++) {
            pokes += i; /* another place for SSL_clear() */
            pair.offered = session;
            converse(&pair);
            pair_drop(&pair);
        }
        CHECK(pokes > 20);
        SSL_SESSION_free(session);
        SSL_SESSION_free(spare_session);
        SSL_CTX_free(spare_context);
        pair_free(&pair);
    }
}

static void callbacks_may_look_at_their_connection(const struct protocol *protocol)
{
    run(protocol);
}

static void callbacks_may_do_anything_to_their_connection(const struct protocol *protocol)
{
    for (boldness = WORK; on_reprise() && boldness < BOLDNESSES; boldness++)
        run(protocol);
}

/* ---- another connection amid the work for one ---- */

static SSL_SESSION *others_session;
static int others;

static int have_another_at_work(int accepted, X509_STORE_CTX *store)
{
    struct pair other;

    (void)store;
    others++;
    pair_init(&other, &TLS13);
    other.offered = others_session;
    pair_connect(&other);
    pair_close(&other);
    pair_free(&other);
    pair_init(&other, &TLS12);
    pair_connect(&other);
    pair_close(&other);
    pair_free(&other);
    return accepted;
}

/* Say, fetching a revocation list over TLS. What one does leaves no trace in the other. */
static void a_callback_may_use_another_connection(const struct protocol *protocol)
{
    unsigned char mine[64], theirs[64];
    struct pair pair;
    size_t length;

    pair_init(&pair, &TLS13);
    others_session = pair_new_session(&pair);
    pair_free(&pair);

    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       have_another_at_work);
    SSL_CTX_set_recv_max_early_data(pair.server_ctx, 0);
    pair_connect(&pair);
    CHECK(others > 0);
    length = SSL_get_finished(pair.server, mine, sizeof(mine));
    CHECK(length > 0);
    CHECK_EQ(SSL_get_peer_finished(pair.client, theirs, sizeof(theirs)), length);
    CHECK_MEM(mine, length, theirs, length);
    length = SSL_get_peer_finished(pair.server, mine, sizeof(mine));
    CHECK_EQ(SSL_get_finished(pair.client, theirs, sizeof(theirs)), length);
    CHECK_MEM(mine, length, theirs, length);
    pair_settle(&pair);
    pair_close(&pair);
    pair_free(&pair);
    SSL_SESSION_free(others_session);
}

TEST_MAIN(TEST_EACH(a_callback_may_use_another_connection),
          TEST_EACH(callbacks_may_look_at_their_connection),
          TEST_EACH(callbacks_may_do_anything_to_their_connection))
