/*
 * What the parts of raw_peer.h need of each other: raw_keys.c, raw_peer.c (records and messages), raw_hello.c and
 * raw_flight.c (the other messages).
 */
#ifndef RAW_INTERNAL_H
#define RAW_INTERNAL_H

#include "raw_peer.h"

#define X25519 0x001d

/* Keys (RFC 8446, section 7.1; all of SHA-256) */
void raw_hmac(const unsigned char key[32], const unsigned char *data, size_t length, unsigned char out[32]);
void raw_expand_label(const unsigned char secret[32], const char *label, const unsigned char *context,
                      size_t context_length, unsigned char *out, size_t out_length);
/* The keys of the handshake, from both shares. */
void raw_agree(struct raw_peer *raw);
/* For what a server sends after its Finished. */
void raw_use_application_keys(struct raw_peer *raw);
/* AES-128-GCM over `data`, in place; the tag behind it. Returns false if it is wrong. */
bool raw_protect(struct raw_keys *keys, bool seal, const unsigned char header[5], unsigned char *data, int length);

/* Opens the records that came before their keys. */
void raw_open_waiting(struct raw_peer *raw);
void raw_put_share(struct bytes *to, EVP_PKEY *share);

#endif
