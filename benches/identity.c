/* The certificates of all measures. */
#include "awslc.h"
#include "support.h"

#include <openssl/x509v3.h>

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    REQUIRE(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

/* An unsigned X.509 v3 certificate, valid from an hour ago for a day. */
static X509 *certificate_new(long serial, const char *name, EVP_PKEY *key)
{
    X509 *certificate = X509_new();

    REQUIRE(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1);
    REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1);
    REQUIRE(X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL);
    REQUIRE(X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600) != NULL);
    REQUIRE(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                       (const unsigned char *)name, -1, -1, 0)
            == 1);
    REQUIRE(X509_set_pubkey(certificate, key) == 1);
    return certificate;
}

static void sign(X509 *certificate, X509 *issuer, EVP_PKEY *issuer_key)
{
    REQUIRE(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
    REQUIRE(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
}

static EVP_PKEY *key_new(void)
{
    EVP_PKEY *key = options.key == KEY_RSA ? rsa_key_new() : ec_key_new();

    REQUIRE(key != NULL);
    return key;
}

X509 *leaf_new(const struct identity *identity, long serial)
{
    X509 *leaf = certificate_new(serial, HOST_NAME, identity->key);

    add_extension(leaf, identity->authority, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf, identity->authority, NID_key_usage, "critical,digitalSignature");
    add_extension(leaf, identity->authority, NID_ext_key_usage, "serverAuth");
    add_extension(leaf, identity->authority, NID_subject_alt_name, "DNS:" HOST_NAME);
    add_extension(leaf, identity->authority, NID_authority_key_identifier, "keyid:always");
    sign(leaf, identity->authority, identity->authority_key);
    return leaf;
}

const struct identity *identity_get(void)
{
    static struct identity identity;

    if (identity.key != NULL)
        return &identity;
    EVP_PKEY *authority_key = key_new();
    X509 *authority = certificate_new(1, "Benchmark CA", authority_key);
    add_extension(authority, authority, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(authority, authority, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(authority, authority, NID_subject_key_identifier, "hash");
    sign(authority, authority, authority_key);

    identity = (struct identity){
        .key = key_new(),
        .authority_key = authority_key,
        .authority = authority,
    };
    identity.leaf = leaf_new(&identity, 2);
    return &identity;
}
