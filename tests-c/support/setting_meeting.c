#include "setting_rows.h"

#include <openssl/err.h>

int seen;

int get_seen(SSL *ssl)
{
    (void)ssl;
    return seen;
}

const struct protocol *spoken;
SSL *peer;

static int take_first(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                      unsigned in_length, void *argument)
{
    (void)ssl, (void)in_length, (void)argument;
    *out = in + 1;
    *length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *peer_context(enum role role)
{
    static SSL_CTX *contexts[2];
    SSL_CTX *context = contexts[role];

    if (context != NULL)
        return context;
    context = contexts[role] = role == CLIENT ? client_context(spoken) : server_context(spoken);
    SSL_CTX_set_security_level(context, 0);
    if (role == CLIENT) {
        static const unsigned char names[] = { 1, 'a' };

        CHECK_EQ(SSL_CTX_set_alpn_protos(context, names, sizeof(names)), 0);
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        use_credentials(context, pki_client());
        CHECK_EQ(SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp), 1);
    } else {
        SSL_CTX_set_alpn_select_cb(context, take_first, NULL);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_cert_cb(context, NULL, NULL);
    }
    return context;
}

static SSL_SESSION *peer_psk;

static int use_peer_psk(SSL *ssl, const EVP_MD *digest, const unsigned char **id, size_t *length, SSL_SESSION **session)
{
    static const unsigned char key[32] = { 5 };
    static const unsigned char suite[] = { 0x13, 0x02 };

    (void)digest;
    if (peer_psk == NULL) {
        peer_psk = SSL_SESSION_new();
        CHECK(SSL_SESSION_set1_master_key(peer_psk, key, sizeof(key)));
        CHECK(SSL_SESSION_set_cipher(peer_psk, SSL_CIPHER_find(ssl, suite)));
        CHECK(SSL_SESSION_set_protocol_version(peer_psk, TLS1_3_VERSION));
    }
    SSL_SESSION_up_ref(peer_psk);
    *session = peer_psk;
    *id = (const unsigned char *)"peer";
    *length = 4;
    return 1;
}

bool with_psk;

void meet(SSL *ssl, enum role role)
{
    BIO *to_peer = BIO_new(BIO_s_mem()), *to_ssl = BIO_new(BIO_s_mem());

    SSL_free(peer);
    peer = SSL_new(peer_context(role == CLIENT ? SERVER : CLIENT));
    CHECK(peer != NULL);
    if (role == SERVER) {
        CHECK_EQ(SSL_set_tlsext_host_name(peer, "localhost"), 1);
        if (with_psk)
            SSL_set_psk_use_session_callback(peer, use_peer_psk);
    }
    BIO_up_ref(to_peer);
    BIO_up_ref(to_ssl);
    SSL_set_bio(ssl, to_ssl, to_peer);
    SSL_set_bio(peer, to_peer, to_ssl);
    if (role == CLIENT) {
        SSL_set_connect_state(ssl);
        SSL_set_accept_state(peer);
    } else {
        SSL_set_accept_state(ssl);
        SSL_set_connect_state(peer);
    }
    for (int round = 0; round < 6; round++) {
        SSL_do_handshake(ssl);
        SSL_do_handshake(peer);
    }
    ERR_clear_error();
}

void meet_no_more(void)
{
    SSL_free(peer);
    peer = NULL;
    SSL_SESSION_free(peer_psk);
    peer_psk = NULL;
}
