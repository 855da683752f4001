/*
 * A client and a server that share a key which they have from elsewhere: a pair for TLS 1.3 whose callbacks
 * find that key, and what they do otherwise.
 */
#ifndef EXTERNAL_PSK_H
#define EXTERNAL_PSK_H

#include "pair.h"

#define SHA256_SUITE ((const unsigned char *)"\x13\x01")
#define SHA384_SUITE ((const unsigned char *)"\x13\x02")

/* The key of each side; they are the same unless a test makes them differ. */
extern unsigned char client_key[512], server_key[512];
extern size_t key_length;
extern const unsigned char *suite;
extern int version;

extern const char *client_identity;
extern size_t identity_length;

/* Calls of the callbacks, and what they return; false: they have no key. */
extern int uses, finds, answer;
extern bool known;

/* A session that stands for `key`. */
SSL_SESSION *psk_session(SSL *ssl, const unsigned char *key);

/* SSL_CTX_set_psk_use_session_callback(3) and SSL_CTX_set_psk_find_session_callback(3). */
int use_session(SSL *ssl, const EVP_MD *md, const unsigned char **identity, size_t *length,
                SSL_SESSION **session);
int find_session(SSL *ssl, const unsigned char *identity, size_t length, SSL_SESSION **session);

void set_keys(void);
/* A pair that has these callbacks. */
void external_psk_init(struct pair *pair);
/* The server's context becomes one that has neither certificate nor callbacks. */
void without_certificate(struct pair *pair);
void check_psk_used(struct pair *pair, bool used);

#endif
