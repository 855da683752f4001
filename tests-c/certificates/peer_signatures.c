/*
 * Which signatures of the peer are accepted: every scheme under every kind of key, in both versions, of
 * servers and clients (RFC 8446, sections 4.2.3 and 4.4.3; RFC 5246, sections 7.4.3 and 7.4.8).
 *
 * The peer signs as its key can, and names a scheme of the test's choice.
 */
#include "raw_peer.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>

enum {
    ILLEGAL_PARAMETER = 47,
    HANDSHAKE_FAILURE = 40,
    DECRYPT_ERROR = 51
};

enum kind {
    RSA_KEY,
    PSS_KEY,
    P256,
    P384,
    P521,
    BRAINPOOL,
    ED25519_KEY,
    ED448_KEY,
    KINDS
};

static const char *const kind_names[KINDS] = { "RSA", "RSA-PSS", "P-256", "P-384", "P-521",
                                               "brainpoolP256r1", "ED25519", "ED448" };

static EVP_PKEY *make_pss_key(void)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    EVP_PKEY *key = NULL;

    CHECK(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_generate(context, &key) == 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *make_key(enum kind kind)
{
    switch (kind) {
    case RSA_KEY:
        return EVP_RSA_gen(2048);
    case PSS_KEY:
        return make_pss_key();
    case ED25519_KEY:
    case ED448_KEY:
        return EVP_PKEY_Q_keygen(NULL, NULL, kind_names[kind]);
    default:
        return EVP_EC_gen(kind_names[kind]);
    }
}

static const struct credentials *of_kind(enum kind kind)
{
    static struct credentials kept[KINDS];

    if (kept[kind].certificate == NULL)
        kept[kind] = pki_for_key(make_key(kind));
    return &kept[kind];
}

/* The kind of key and the algorithm that a scheme names. */
enum family {
    PKCS1,
    PSS_RSAE,
    PSS_PSS,
    ECDSA,
    EDDSA25519,
    EDDSA448,
    NONE
};

/* clang-format off */
static const struct {
    uint16_t code;
    enum family family;
    enum kind curve;
    bool weak;   /* SHA-1, SHA-224 */
} schemes[] = {
    { 0x0201, PKCS1, KINDS, true },       { 0x0301, PKCS1, KINDS, true },
    { 0x0401, PKCS1, KINDS, false },      { 0x0501, PKCS1, KINDS, false },
    { 0x0601, PKCS1, KINDS, false },      { 0x0203, ECDSA, KINDS, true },
    { 0x0303, ECDSA, KINDS, true },       { 0x0403, ECDSA, P256, false },
    { 0x0503, ECDSA, P384, false },       { 0x0603, ECDSA, P521, false },
    { 0x0804, PSS_RSAE, KINDS, false },   { 0x0805, PSS_RSAE, KINDS, false },
    { 0x0806, PSS_RSAE, KINDS, false },   { 0x0807, EDDSA25519, KINDS, false },
    { 0x0808, EDDSA448, KINDS, false },   { 0x0809, PSS_PSS, KINDS, false },
    { 0x080a, PSS_PSS, KINDS, false },    { 0x080b, PSS_PSS, KINDS, false },
    { 0x0202, NONE, KINDS, true },        { 0x0402, NONE, KINDS, false },
    { 0x0101, NONE, KINDS, true },        { 0x0400, NONE, KINDS, false },
    { 0x0904, NONE, KINDS, false },       { 0xfeff, NONE, KINDS, false },
    { 0, NONE, KINDS, false },
};
/* clang-format on */
enum {
    SCHEMES = sizeof(schemes) / sizeof(*schemes)
};

static bool is_family_of(enum family family, enum kind kind, bool tls13)
{
    switch (kind) {
    case RSA_KEY:
        return family == PSS_RSAE || (family == PKCS1 && !tls13);
    case PSS_KEY:
        return family == PSS_PSS;
    case ED25519_KEY:
        return family == EDDSA25519;
    case ED448_KEY:
        return family == EDDSA448;
    default:
        return family == ECDSA;
    }
}

static bool is_ec(enum kind kind)
{
    return kind == P256 || kind == P384 || kind == P521 || kind == BRAINPOOL;
}

/* The alert of the end under test; 0 when it accepts. */
static void expected(enum raw_role role, enum kind kind, int scheme, bool tls13, int *alert,
                     int *reason)
{
    enum family family = schemes[scheme].family;
    bool sha224 = schemes[scheme].code >> 8 == 3;

    /* Reprise does not know SHA-224, and takes no RSA-PSS key of a TLS 1.2 server. */
    if (on_reprise() && (sha224 || (!tls13 && kind == PSS_KEY && role == RAW_SERVER)))
        family = NONE;
    *alert = ILLEGAL_PARAMETER;
    *reason = SSL_R_WRONG_SIGNATURE_TYPE;
    if (!is_family_of(family, kind, tls13) || (tls13 && schemes[scheme].weak))
        return;
    *reason = SSL_R_WRONG_CURVE;
    if (tls13 && is_ec(kind) && schemes[scheme].curve != kind)
        return;
    /* Not among the groups that both offer. */
    if (!tls13 && kind == BRAINPOOL)
        return;
    *alert = HANDSHAKE_FAILURE;
    *reason = SSL_R_WRONG_SIGNATURE_TYPE;
    /* SHA-1 is too weak for the level. */
    if (schemes[scheme].weak && !sha224)
        return;
    *alert = *reason = 0;
}

static void settle(struct raw_peer *raw, const struct protocol *protocol, SSL_CTX *context,
                   enum raw_role role, enum kind kind, int scheme)
{
    const struct credentials *peer = of_kind(kind);
    const uint16_t code = schemes[scheme].code;
    static const uint16_t all[] = { 0x0403, 0x0503, 0x0603, 0x0804, 0x0401, 0 };
    const bool tls13 = protocol->version == TLS1_3_VERSION;
    const bool server = role == RAW_SERVER;

    raw_open(raw, context, protocol, role);
    if (!server)
        raw_client_hello(raw, &(struct raw_hello){ .schemes = all });
    raw_step(raw);
    if (server) {
        bool rsa = kind == RSA_KEY || kind == PSS_KEY;
        raw_server_hello(raw, tls13 ? 0x1301 : rsa ? 0xc02f
                                                   : 0xc02b);
        if (tls13)
            raw_encrypted_extensions(raw);
    } else {
        struct bytes message;
        raw_read_server_hello(raw);
        while (raw->received.length > 0)
            raw_take(raw, raw->received.data[0], &message);
    }
    raw_certificate(raw, peer->certificate);
    if (!tls13 && server) {
        raw_server_key_exchange(raw, peer->key, code);
        raw_server_hello_done(raw);
    } else {
        if (!tls13)
            raw_client_key_exchange(raw);
        raw_certificate_verify(raw, peer->key, code);
    }
    if (tls13)
        raw_finished(raw);
    raw_step(raw);
}

static void compare(const struct protocol *protocol, SSL_CTX *context, enum raw_role role)
{
    const bool tls13 = protocol->version == TLS1_3_VERSION;
    int wrong = 0;

    for (enum kind kind = 0; kind < KINDS; kind++) {
        for (int scheme = 0; scheme < SCHEMES; scheme++) {
            struct raw_peer raw;
            int alert, reason, said;

            settle(&raw, protocol, context, role, kind, scheme);
            expected(role, kind, scheme, tls13, &alert, &reason);
            said = raw.alert < 0 ? 0 : raw.alert;
            if (said != alert || raw.reason != reason
                || (alert == 0 && (tls13 ? raw.ret != 1 : raw.error != SSL_ERROR_WANT_READ))) {
                printf("%s key, scheme %04x: alert %d, reason %d, result %d; expected %d, %d\n",
                       kind_names[kind], schemes[scheme].code, said, raw.reason, raw.ret, alert,
                       reason);
                wrong++;
            }
            raw_close(&raw);
        }
    }
    CHECK_EQ(wrong, 0);
}

static SSL_CTX *asking_server(const struct protocol *protocol)
{
    SSL_CTX *context = server_context(protocol);

    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    trust(context, pki_ca());
    return context;
}

static void a_client_accepts_what_the_servers_key_may_sign(const struct protocol *protocol)
{
    SSL_CTX *context = client_context(protocol);

    compare(protocol, context, RAW_SERVER);
    SSL_CTX_free(context);
}

static void a_server_accepts_what_the_clients_key_may_sign(const struct protocol *protocol)
{
    SSL_CTX *context = asking_server(protocol);

    compare(protocol, context, RAW_CLIENT);
    SSL_CTX_free(context);
}

TEST_MAIN(
    TEST_EACH(a_client_accepts_what_the_servers_key_may_sign),
    TEST_EACH(a_server_accepts_what_the_clients_key_may_sign))
