/*
 * Ticket keys: the same ones given to the library in three ways, and one that never changes.
 */
#ifndef KEY_FORMS_H
#define KEY_FORMS_H

#include <openssl/ssl.h>

/* SSL_CTX_set_tlsext_ticket_keys(), and callbacks with EVP_MAC_CTX and with HMAC_CTX. */
extern const char *const KEY_FORMS[3];

/* Name 16, HMAC key 32, AES key 32. */
extern unsigned char ticket_keys[80];

/* Callbacks answer `answer` to a ticket of these keys: 1, or 2 for a new one. */
void use_ticket_keys(SSL_CTX *context, const char *form, int answer);

/* The work of a ticket key callback whose keys never change: the name is all 'n'. */
void use_fixed_key(unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt);

#endif
