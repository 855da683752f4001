/*
 * Certificates that a test orders: other keys, usages and digests than those of pki.h.
 */
#ifndef MADE_H
#define MADE_H

#include <openssl/evp.h>

#include "pki.h"

#ifdef __cplusplus
extern "C" {
#endif

struct order {
    const char *name;
    const char *key;                  /* a curve of EVP_EC_gen(), or "RSA" and a number of bits; NULL for P-256 */
    const char *usage;                /* key usage as in openssl.cnf; NULL for what suits */
    const char *purpose;              /* extended key usage; NULL for none */
    const char *names;                /* alternative names; NULL for none */
    const struct credentials *issuer; /* NULL: itself */
    const EVP_MD *digest;             /* of the issuer's signature; NULL for SHA-256 */
    int authority;
    int compressed; /* the point of an EC key is written in the short form */
};

/* The caller's, to be given back to made_free(). */
struct credentials made(const struct order *order);
void made_free(struct credentials *credentials);

#ifdef __cplusplus
}
#endif

/* A certificate that names host.example in its subject only. */
const struct credentials *plain_host(void);

#endif
