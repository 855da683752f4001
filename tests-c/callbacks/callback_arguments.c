/*
 * The arguments of callbacks are good until they return: each callback reads all that it is given.
 * Also run under valgrind.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ssl.h>

#include "check.h"
#include "pair.h"

/* Every byte that callbacks are given is read. */
static unsigned long seen;
static int calls[16];

static void read_bytes(const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        seen = seen * 31 + ((const unsigned char *)bytes)[i];
}

static void on_secret(const SSL *ssl, const char *line)
{
    (void)ssl;
    read_bytes(line, strlen(line) + 1);
    calls[0]++;
}

static void on_message(int write_p, int version, int kind, const void *bytes, size_t length, SSL *ssl,
                       void *argument)
{
    (void)write_p, (void)version, (void)kind, (void)ssl, (void)argument;
    read_bytes(bytes, length);
    calls[1]++;
}

static void on_state(const SSL *ssl, int where, int value)
{
    const char *text = SSL_state_string_long(ssl);
    (void)where, (void)value;
    read_bytes(text, strlen(text) + 1);
    calls[2]++;
}

static int choose_first(SSL *ssl, const unsigned char **out, unsigned char *outlen,
                        const unsigned char *in, unsigned int inlen, void *argument)
{
    (void)ssl, (void)argument;
    read_bytes(in, inlen);
    *out = in + 1;
    *outlen = in[0];
    calls[3]++;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_SESSION *find_nothing(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    (void)ssl;
    read_bytes(id, length);
    CHECK_EQ(*copy, 1);
    calls[4]++;
    return NULL;
}

static void on_removal(SSL_CTX *context, SSL_SESSION *session)
{
    unsigned int length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    (void)context;
    read_bytes(id, length);
    calls[5]++;
}

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    unsigned int length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    (void)ssl;
    read_bytes(id, length);
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
    read_bytes(name, 16);
    read_bytes(iv, 16);
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
    read_bytes(name, length);
    if (session != NULL && SSL_SESSION_get0_ticket_appdata(session, &data, &data_length) == 1)
        read_bytes(data, data_length);
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
    read_bytes(identity, length);
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
    SSL_CTX_set_keylog_callback(context, on_secret);
    SSL_CTX_set_msg_callback(context, on_message);
    SSL_CTX_set_info_callback(context, on_state);
    SSL_CTX_sess_set_new_cb(context, on_new);
    SSL_CTX_sess_set_remove_cb(context, on_removal);
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

TEST_MAIN(TEST_EACH(arguments_of_callbacks_are_good_until_they_return))
