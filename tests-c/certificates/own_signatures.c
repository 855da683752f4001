/*
 * Which certificate and which signature algorithm a server chooses: by the suite, the client's
 * signature_algorithms, their order, signature_algorithms_cert, and the client's groups (RFC 5246,
 * section 7.4.1.4.1; RFC 8422, section 5.1.1; RFC 8446, sections 4.2.3 and 4.4.2.2).
 */
#include "raw_peer.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>

enum {
    RSA2048 = 1,
    RSA1024 = 2,
    P256 = 4,
    P384 = 8,
    P521 = 16,
    BRAINPOOL = 32,
    ED25519_KEY = 64,
    ED448_KEY = 128,
    KINDS = 8,
};

static const char *const names[KINDS] = { "RSA", "RSA", "P-256", "P-384", "P-521",
                                          "brainpoolP256r1", "ED25519", "ED448" };

static const struct credentials *of_kind(int number)
{
    static struct credentials kept[KINDS];
    EVP_PKEY *key;

    if (kept[number].certificate == NULL) {
        if (number < 2)
            key = EVP_RSA_gen(number == 0 ? 2048 : 1024);
        else if (number < 6)
            key = EVP_EC_gen(names[number]);
        else
            key = EVP_PKEY_Q_keygen(NULL, NULL, names[number]);
        kept[number] = pki_for_key(key);
    }
    return &kept[number];
}

#define ECDSA_GCM 0xc02b
#define RSA_GCM 0xc02f
#define FAILS 0

struct row {
    int certificates;   /* what the server has */
    uint16_t suites[3]; /* of the client */
    uint16_t schemes[5];
    uint16_t groups[4];
    uint16_t for_certificates[3]; /* signature_algorithms_cert */
    bool server_order;
    const char *list; /* the server's signature algorithms, or NULL */
    int level;
    int chosen; /* which certificate */
    uint16_t scheme;
    int alert; /* of a failure, 40 unless it says so */
};

/* clang-format off */
static const struct row tls12[] = {
    /* The hash of ECDSA is not bound to the curve. */
    { .certificates = P256, .schemes = { 0x0403 }, .chosen = P256, .scheme = 0x0403 },
    { .certificates = P256, .schemes = { 0x0503 }, .chosen = P256, .scheme = 0x0503 },
    { .certificates = P256, .schemes = { 0x0603 }, .chosen = P256, .scheme = 0x0603 },
    { .certificates = P384, .schemes = { 0x0403 }, .chosen = P384, .scheme = 0x0403 },
    { .certificates = P384, .schemes = { 0x0603, 0x0503 }, .chosen = P384, .scheme = 0x0603 },
    { .certificates = P521, .schemes = { 0x0403 }, .chosen = P521, .scheme = 0x0403 },
    { .certificates = P384, .schemes = { 0x0403, 0x0503 }, .server_order = true,
      .list = "ECDSA+SHA384:ECDSA+SHA256", .chosen = P384, .scheme = 0x0503 },
    /* Edwards curves. */
    { .certificates = ED25519_KEY, .schemes = { 0x0807 }, .chosen = ED25519_KEY, .scheme = 0x0807 },
    { .certificates = ED448_KEY, .schemes = { 0x0808 }, .chosen = ED448_KEY, .scheme = 0x0808 },
    { .certificates = ED448_KEY, .schemes = { 0x0807, 0x0403 }, .chosen = FAILS },
    /* The order of signature algorithms decides between certificates for one suite. */
    { .certificates = P256 | ED25519_KEY | ED448_KEY, .schemes = { 0x0808, 0x0807, 0x0403 },
      .chosen = ED448_KEY, .scheme = 0x0808 },
    { .certificates = P256 | ED25519_KEY, .schemes = { 0x0403, 0x0807 }, .chosen = P256,
      .scheme = 0x0403 },
    { .certificates = P256 | ED25519_KEY, .schemes = { 0x0403, 0x0807 }, .server_order = true,
      .list = "ed25519:ECDSA+SHA256", .chosen = ED25519_KEY, .scheme = 0x0807 },
    /* The suite comes first. */
    { .certificates = P256 | RSA2048, .suites = { RSA_GCM, ECDSA_GCM },
      .schemes = { 0x0403, 0x0804, 0x0401 }, .chosen = RSA2048, .scheme = 0x0804 },
    { .certificates = P256 | RSA2048, .suites = { ECDSA_GCM, RSA_GCM },
      .schemes = { 0x0401, 0x0403 }, .chosen = P256, .scheme = 0x0403 },
    { .certificates = P256 | RSA2048, .suites = { ECDSA_GCM, RSA_GCM }, .schemes = { 0x0401 },
      .chosen = RSA2048, .scheme = 0x0401 },
    { .certificates = P256, .suites = { RSA_GCM }, .schemes = { 0x0403 }, .chosen = FAILS },
    { .certificates = RSA2048, .schemes = { 0x0501, 0x0806 }, .chosen = RSA2048,
      .scheme = 0x0501 },
    /* The curve of a certificate is one of the client's groups. */
    { .certificates = P256, .schemes = { 0x0403 }, .groups = { 0x001d }, .chosen = FAILS },
    { .certificates = P384, .schemes = { 0x0403 }, .groups = { 0x001d, 0x0017 }, .chosen = FAILS },
    { .certificates = P384, .schemes = { 0x0403 }, .groups = { 0x001d, 0x0018 }, .chosen = P384,
      .scheme = 0x0403 },
    { .certificates = P256 | RSA2048, .schemes = { 0x0403, 0x0401 }, .groups = { 0x001d },
      .chosen = RSA2048, .scheme = 0x0401 },
    { .certificates = P256 | ED25519_KEY, .schemes = { 0x0403, 0x0807 }, .groups = { 0x001d },
      .chosen = ED25519_KEY, .scheme = 0x0807 },
    { .certificates = BRAINPOOL, .schemes = { 0x0403 }, .chosen = FAILS },
    { .certificates = BRAINPOOL, .schemes = { 0x0403 }, .groups = { 0x001d, 0x001a },
      .chosen = BRAINPOOL, .scheme = 0x0403 },
    /* What has signed the certificate: ECDSA with SHA-256. */
    { .certificates = RSA2048, .schemes = { 0x0401 }, .for_certificates = { 0x0403 },
      .chosen = RSA2048, .scheme = 0x0401 },
    { .certificates = RSA2048, .schemes = { 0x0401 }, .for_certificates = { 0x0401 },
      .chosen = FAILS },
    /* A key with room for the hash. */
    { .certificates = RSA1024, .schemes = { 0x0806, 0x0805 }, .level = 1, .chosen = RSA1024,
      .scheme = 0x0805 },
    { .certificates = RSA1024, .schemes = { 0x0806 }, .level = 1, .chosen = FAILS },
    /* SHA-1 when the level lets it. */
    { .certificates = P256, .schemes = { 0x0203 }, .chosen = FAILS },
    { .certificates = P256, .schemes = { 0x0203, 0x0403 }, .chosen = P256, .scheme = 0x0403 },
    { .certificates = P256, .schemes = { 0x0203, 0x0403 }, .level = -1, .chosen = P256,
      .scheme = 0x0203 },
    { .certificates = RSA2048, .schemes = { 0x0201 }, .level = -1, .chosen = RSA2048,
      .scheme = 0x0201 },
    { .certificates = RSA2048, .schemes = { 0x0201 }, .list = "RSA+SHA1", .chosen = FAILS },
};

static const struct row tls13[] = {
    { .certificates = P256, .schemes = { 0x0403 }, .chosen = P256, .scheme = 0x0403 },
    { .certificates = P256, .schemes = { 0x0503 }, .chosen = FAILS },
    { .certificates = P384, .schemes = { 0x0403, 0x0503 }, .chosen = P384, .scheme = 0x0503 },
    { .certificates = P521, .schemes = { 0x0603 }, .chosen = P521, .scheme = 0x0603 },
    /* No curve of TLS 1.3: the server does not speak it. */
    { .certificates = BRAINPOOL, .schemes = { 0x0403 }, .groups = { 0x001d, 0x001a },
      .chosen = FAILS, .alert = 70 },
    { .certificates = P384, .schemes = { 0x0403 }, .list = "ECDSA+SHA256", .chosen = FAILS,
      .alert = 70 },
    { .certificates = P384 | RSA2048, .schemes = { 0x0403, 0x0804 }, .chosen = RSA2048,
      .scheme = 0x0804 },
    { .certificates = ED448_KEY | P256, .schemes = { 0x0808, 0x0403 }, .chosen = ED448_KEY,
      .scheme = 0x0808 },
    { .certificates = P256 | RSA2048, .schemes = { 0x0401, 0x0804, 0x0403 }, .chosen = RSA2048,
      .scheme = 0x0804 },
    { .certificates = P256 | RSA2048, .schemes = { 0x0804, 0x0403 }, .server_order = true,
      .list = "ECDSA+SHA256:PSS+SHA256", .chosen = P256, .scheme = 0x0403 },
    { .certificates = RSA2048, .schemes = { 0x0401, 0x0501 }, .chosen = FAILS },
    { .certificates = RSA2048, .schemes = { 0x0201, 0x0401 }, .level = -1, .chosen = FAILS },
    { .certificates = P256, .schemes = { 0x0203 }, .level = -1, .chosen = FAILS },
    /* The groups are for the key exchange alone. */
    { .certificates = P256, .schemes = { 0x0403 }, .groups = { 0x001d }, .chosen = P256,
      .scheme = 0x0403 },
    { .certificates = RSA2048 | P256, .schemes = { 0x0804, 0x0403 },
      .for_certificates = { 0x0403 }, .chosen = RSA2048, .scheme = 0x0804 },
    { .certificates = RSA2048 | P256, .schemes = { 0x0804, 0x0403 },
      .for_certificates = { 0x0401 }, .chosen = FAILS },
    { .certificates = RSA1024, .schemes = { 0x0806, 0x0804 }, .level = 1, .chosen = RSA1024,
      .scheme = 0x0804 },
};
/* clang-format on */

static SSL_CTX *server_for(const struct protocol *protocol, const struct row *row)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    CHECK(SSL_CTX_set_min_proto_version(context, protocol->version));
    CHECK(SSL_CTX_set_max_proto_version(context, protocol->version));
    if (row->level != 0)
        SSL_CTX_set_security_level(context, row->level < 0 ? 0 : row->level);
    for (int kind = 0; kind < KINDS; kind++)
        if (row->certificates & 1 << kind)
            use_credentials(context, of_kind(kind));
    if (row->list != NULL)
        CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, row->list), 1);
    if (row->server_order)
        SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    return context;
}

static int kind_of(const unsigned char *der, size_t length)
{
    for (int kind = 0; kind < KINDS; kind++) {
        unsigned char *own = NULL;
        int own_length = i2d_X509(of_kind(kind)->certificate, &own);
        bool same = own_length == (int)length && memcmp(own, der, length) == 0;

        OPENSSL_free(own);
        if (same)
            return 1 << kind;
    }
    return FAILS;
}

/* The leaf and the scheme in the server's flight. */
static int look(struct raw_peer *raw, uint16_t *scheme)
{
    struct bytes message;
    bool tls13 = raw->version == TLS1_3_VERSION;
    const unsigned char *leaf;
    int chosen;

    raw_read_server_hello(raw);
    if (tls13)
        raw_take(raw, SSL3_MT_ENCRYPTED_EXTENSIONS, &message);
    raw_take(raw, SSL3_MT_CERTIFICATE, &message);
    leaf = message.data + (tls13 ? 8 : 7);
    chosen = kind_of(leaf + 3, leaf[0] << 16 | leaf[1] << 8 | leaf[2]);
    raw_take(raw, tls13 ? SSL3_MT_CERTIFICATE_VERIFY : SSL3_MT_SERVER_KEY_EXCHANGE, &message);
    /* In TLS 1.2 behind the curve, and the point with its length. */
    leaf = message.data + 4 + (tls13 ? 0 : 4 + message.data[7]);
    *scheme = leaf[0] << 8 | leaf[1];
    return chosen;
}

static int wrong;

static void compare(const struct protocol *protocol, const struct row *row, int number)
{
    SSL_CTX *context = server_for(protocol, row);
    struct raw_peer raw;
    struct raw_hello hello = { .schemes = row->schemes };
    struct bytes extra = { .length = 0 };
    uint16_t scheme = 0;
    int chosen = FAILS;

    memcpy(hello.suites, row->suites, sizeof(row->suites));
    memcpy(hello.groups, row->groups, sizeof(row->groups));
    if (row->for_certificates[0] != 0) {
        put_number(&extra, 50, 2);
        put_number(&extra, 4, 2);
        put_number(&extra, 2, 2);
        put_number(&extra, row->for_certificates[0], 2);
        hello.extensions = &extra;
    }
    raw_open(&raw, context, protocol, RAW_CLIENT);
    raw_client_hello(&raw, &hello);
    raw_step(&raw);
    if (raw.alert < 0)
        chosen = look(&raw, &scheme);
    else
        CHECK_EQ(raw.alert, row->alert == 0 ? 40 : row->alert);
    if (chosen != row->chosen || scheme != row->scheme) {
        printf("row %d: certificate %d, scheme %04x (alert %d, reason %d); expected %d, %04x\n",
               number, chosen, scheme, raw.alert, raw.reason, row->chosen, row->scheme);
        wrong++;
    }
    raw_close(&raw);
    SSL_CTX_free(context);
}

static void a_tls12_server_signs_as_suite_algorithms_and_groups_say(void)
{
    for (size_t i = 0; i < sizeof(tls12) / sizeof(*tls12); i++)
        compare(&TLS12, &tls12[i], (int)i);
    CHECK_EQ(wrong, 0);
}

static void a_tls13_server_signs_as_the_algorithms_say(void)
{
    for (size_t i = 0; i < sizeof(tls13) / sizeof(*tls13); i++)
        compare(&TLS13, &tls13[i], (int)i);
    CHECK_EQ(wrong, 0);
}

TEST_MAIN(
    TEST(a_tls12_server_signs_as_suite_algorithms_and_groups_say),
    TEST(a_tls13_server_signs_as_the_algorithms_say))
