/*
 * Certificates and keys for tests, made when they are first asked for. They
 * belong to this library and live until the process ends.
 */
#ifndef PKI_H
#define PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

struct credentials {
    X509 *certificate;
    EVP_PKEY *key;
};

/* The authority that contexts of tests trust, and one that they do not. */
const struct credentials *pki_ca(void);
const struct credentials *pki_other_ca(void);

/* Servers called localhost and 127.0.0.1: ECDSA P-256, and RSA 2048. */
const struct credentials *pki_server(void);
const struct credentials *pki_server_rsa(void);

/* A server for localhost, and client, with this key, which it takes; the certificate is the caller's. */
struct credentials pki_for_key(EVP_PKEY *key);

/* A server called other.example. */
const struct credentials *pki_other_server(void);

/* A server for localhost whose certificate has expired, and one of the other authority. */
const struct credentials *pki_expired_server(void);
const struct credentials *pki_stranger(void);

/* An authority that pki_ca() has made, and a server for localhost that it has made. */
const struct credentials *pki_middle(void);
const struct credentials *pki_middle_server(void);

/* A revocation list of an authority, with one certificate (or NULL) on it; the caller's. */
X509_CRL *pki_revocation_list(const struct credentials *issuer, X509 *revoked);

/* A client, one of the other authority, and one whose certificate has expired. */
const struct credentials *pki_client(void);
const struct credentials *pki_stranger_client(void);
const struct credentials *pki_expired_client(void);

/*
 * Files for functions that want a path, in a directory that goes when the process
 * exits. The path is valid until then.
 */
const char *pki_certificate_file(const struct credentials *credentials);
const char *pki_key_file(const struct credentials *credentials);
const char *pki_file(const char *name, const char *contents);

#ifdef __cplusplus
}
#endif

/* Adds an extension with a value as in openssl.cnf. */
void pki_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value);

#endif
