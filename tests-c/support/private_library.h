/*
 * A library context of the program's own, with OpenSSL's default provider, while the default one has
 * the null provider only: whatever takes algorithms from the default one by mistake fails. So it is
 * in every test of a program that uses this, once it has begun.
 */
#ifndef PRIVATE_LIBRARY_H
#define PRIVATE_LIBRARY_H

#include "pair.h"

extern OSSL_LIB_CTX *private_library;

/* The first call of a test. From now on the default library context has nothing. */
void private_library_start(void);

/* Runs code that needs algorithms of the default library context, as the pki_ functions do. */
void with_algorithms(void (*work)(void));

/* Contexts of that library: the client trusts pki_ca() and verifies, the server has the
 * certificate and the key of these files. One version only. */
SSL_CTX *private_context(const SSL_METHOD *method, const struct protocol *protocol);
void private_pair(struct pair *pair, const struct protocol *protocol);
void use_files(SSL_CTX *context, const char *certificate, const char *key);

/* Files of pki_client() and pki_server_rsa(), for with_algorithms(). */
extern const char *file_of_client, *key_file_of_client, *file_of_rsa, *key_file_of_rsa;
void make_client_files(void);

/*
 * A provider of private_library called "token": that of OpenSSL, except that its keys do not leave it,
 * that it may be without one algorithm, and that it counts. Only what is asked for with the property
 * "provider=token" comes from it.
 */
void token_provider_start(const char *without);
/* The same key in that provider; the caller's. */
EVP_PKEY *token_key(EVP_PKEY *key);

/* How often AES-128-GCM, SHA-256 and X25519 of that provider have been used. */
struct token_uses {
    int ciphers, digests, exchanges;
};
struct token_uses token_uses(void);

#endif
