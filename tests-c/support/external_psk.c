#include "external_psk.h"

#include <string.h>

static const char IDENTITY[] = "the identity";

unsigned char client_key[512], server_key[512];
size_t key_length = 32;
const unsigned char *suite = SHA256_SUITE;
int version = TLS1_3_VERSION;

const char *client_identity = IDENTITY;
size_t identity_length = sizeof(IDENTITY) - 1;

int uses, finds, answer = 1;
bool known = true;

SSL_SESSION *psk_session(SSL *ssl, const unsigned char *key)
{
    SSL_SESSION *session = SSL_SESSION_new();
    const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, suite);

    CHECK(cipher != NULL);
    CHECK_EQ(SSL_SESSION_set1_master_key(session, key, key_length), 1);
    CHECK_EQ(SSL_SESSION_set_cipher(session, cipher), 1);
    CHECK_EQ(SSL_SESSION_set_protocol_version(session, version), 1);
    return session;
}

int use_session(SSL *ssl, const EVP_MD *md, const unsigned char **identity, size_t *length,
                SSL_SESSION **session)
{
    /* The digest is known once the server has asked for another hello. */
    CHECK((md == NULL) == (uses == 0));
    uses++;
    *identity = (const unsigned char *)client_identity;
    *length = identity_length;
    *session = known ? psk_session(ssl, client_key) : NULL;
    return answer;
}

int find_session(SSL *ssl, const unsigned char *identity, size_t length, SSL_SESSION **session)
{
    finds++;
    *session = NULL;
    if (known && length == identity_length && memcmp(identity, client_identity, length) == 0)
        *session = psk_session(ssl, server_key);
    return answer;
}

void set_keys(void)
{
    memset(client_key, 'k', sizeof(client_key));
    memset(server_key, 'k', sizeof(server_key));
}

void external_psk_init(struct pair *pair)
{
    set_keys();
    pair_init(pair, &TLS13);
    /* The hash of the key's suite must be that of the connection. */
    CHECK_EQ(SSL_CTX_set_ciphersuites(pair->client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
    SSL_CTX_set_psk_use_session_callback(pair->client_ctx, use_session);
    SSL_CTX_set_psk_find_session_callback(pair->server_ctx, find_session);
}

void without_certificate(struct pair *pair)
{
    SSL_CTX_free(pair->server_ctx);
    pair->server_ctx = SSL_CTX_new(TLS_server_method());
    CHECK_EQ(SSL_CTX_set_min_proto_version(pair->server_ctx, TLS1_3_VERSION), 1);
}

void check_psk_used(struct pair *pair, bool used)
{
    CHECK_EQ(SSL_session_reused(pair->client), used);
    CHECK_EQ(SSL_session_reused(pair->server), used);
    CHECK_EQ(SSL_get0_peer_certificate(pair->client) == NULL, used);
}
