/*
 * Secrets that are looked for in memory that was kept (kept_memory.h).
 *
 * What is derived from others is added when memory is not kept any more: deriving leaves copies too.
 */
#ifndef SECRET_SEARCH_H
#define SECRET_SEARCH_H

#include <openssl/ssl.h>

enum {
    LONGEST = 64
};

void forget_secrets(void);
void add_secret(const char *name, const void *bytes, size_t length);
/* SSL_CTX_set_keylog_callback(3) */
void read_key_log(const SSL *ssl, const char *line);
void add_session_secret(const SSL_SESSION *session);
void add_ticket_keys(SSL_CTX *context);
void add_private_number(const EVP_PKEY *key, const char *parameter);

/* HKDF-Expand-Label and HKDF-Extract (RFC 8446, section 7.1) */
void expand_label(unsigned char *out, size_t out_length, const EVP_MD *md, const unsigned char *secret,
                  const char *label, const unsigned char *context, size_t context_length);
void extract_secret(unsigned char *out, const EVP_MD *md, const unsigned char *salt, size_t salt_length,
                    const unsigned char *key, size_t key_size);
/* Of the traffic secrets so far. */
void add_traffic_keys(void);
void add_early_secrets(const unsigned char *psk, size_t length, const char *binder);
/* TLS 1.2 */
void add_key_block(const unsigned char *master, const unsigned char *client_random, const unsigned char *server_random,
                   const char *suite_name);

/* No copy is left. With SECRETS_VERBOSE the number that OpenSSL leaves is printed. */
void check_none_left(void);

#endif
