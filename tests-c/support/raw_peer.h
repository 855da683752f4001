/*
 * A TLS peer written out by hand over libcrypto, for what no library would send. It speaks
 * TLS_AES_128_GCM_SHA256 with X25519 in TLS 1.3. In TLS 1.2 it goes as far as there is no protection.
 *
 *     raw_open(&raw, context, protocol, RAW_SERVER);    a client of `context` is under test
 *     raw_step(&raw);                                   it sends its ClientHello
 *     raw_server_hello(&raw, suite); ...
 *     raw_step(&raw);
 *     CHECK_EQ(raw.alert, 47);                          what it sent
 *     raw_close(&raw);
 */
#ifndef RAW_PEER_H
#define RAW_PEER_H

#include <stdint.h>

#include "pair.h"
#include "wire_bytes.h"

enum raw_role {
    RAW_CLIENT,
    RAW_SERVER
};

struct raw_keys {
    bool on;
    unsigned char secret[32], key[16], iv[12];
    uint64_t sequence;
};

struct raw_peer {
    SSL *ssl; /* the end under test */
    enum raw_role role;
    int version;
    uint16_t suite;

    /* Of its last SSL_do_handshake(): result, SSL_get_error(), first reason of libssl. */
    int ret, error, reason;
    int alert; /* that it has sent, -1 for none; protected ones are opened */

    struct bytes received;   /* its handshake messages that have not been taken */
    struct bytes transcript; /* all messages, both ways */
    unsigned char client_random[32], server_random[32];
    unsigned char session_id[32];
    size_t session_id_length;
    EVP_PKEY *share;
    unsigned char peer_share[32];
    unsigned char handshake_secret[32], psk[32];
    struct raw_keys out, in;
};

/* Makes an SSL of `context`, which is a client if the raw peer is a server. */
void raw_open(struct raw_peer *raw, SSL_CTX *context, const struct protocol *protocol,
              enum raw_role role);
void raw_close(struct raw_peer *raw);

/* Lets the end under test go on, and reads what it has sent. */
void raw_step(struct raw_peer *raw);
/* The next of its handshake messages, with header; fails without one of this type. */
void raw_take(struct raw_peer *raw, int type, struct bytes *message);
bool raw_has(const struct raw_peer *raw, int type);
/* Sends a handshake message; it is of the transcript. */
void raw_send(struct raw_peer *raw, int type, const struct bytes *body);
/* Sends a record as it is. */
void raw_record(struct raw_peer *raw, int type, const void *data, size_t length);

/* What a ClientHello holds. */
struct raw_hello {
    uint16_t suites[8];              /* ends with 0; none: one for this version */
    const char *name;                /* server_name, or NULL */
    const uint16_t *schemes;         /* signature_algorithms, ends with 0; NULL: leaves the extension out */
    uint16_t groups[8];              /* supported_groups, ends with 0; none: X25519 and the NIST's */
    bool no_groups;                  /* leaves supported_groups out */
    bool no_share;                   /* an empty key_share */
    const unsigned char *session_id; /* of 32 bytes, or NULL */
    const struct bytes *extensions;  /* further ones, in wire form, or NULL */
    const char *identity;            /* of an external PSK of 32 bytes, which is all 'k'; or NULL */
};

/* As a server: reads the ClientHello and sends a ServerHello; protection begins after it in TLS 1.3. */
void raw_server_hello(struct raw_peer *raw, uint16_t suite);
/* As a client: sends a ClientHello; reads the ServerHello. */
void raw_client_hello(struct raw_peer *raw, const struct raw_hello *hello);
void raw_read_server_hello(struct raw_peer *raw);

void raw_encrypted_extensions(struct raw_peer *raw);
void raw_certificate(struct raw_peer *raw, X509 *certificate);
/* Signs under the name of `scheme`, which need not be true of the key. */
void raw_server_key_exchange(struct raw_peer *raw, EVP_PKEY *key, uint16_t scheme);
void raw_server_hello_done(struct raw_peer *raw);
/* For a signature by ECDSA with P-256 and SHA-256. */
void raw_certificate_request(struct raw_peer *raw);
void raw_client_key_exchange(struct raw_peer *raw);
void raw_certificate_verify(struct raw_peer *raw, EVP_PKEY *key, uint16_t scheme);
void raw_finished(struct raw_peer *raw);

#endif
