#include "made.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "check.h"

static EVP_PKEY *new_key(const struct order *order)
{
    const char *kind = order->key == NULL ? "P-256" : order->key;
    EVP_PKEY *key = strncmp(kind, "RSA", 3) == 0 ? EVP_RSA_gen(atoi(kind + 3)) : EVP_EC_gen(kind);

    CHECK(key != NULL);
    if (order->compressed)
        CHECK_EQ(EVP_PKEY_set_utf8_string_param(key, "point-format", "compressed"), 1);
    return key;
}

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    if (value != NULL)
        pki_add_extension(certificate, issuer, nid, value);
}

struct credentials made(const struct order *order)
{
    static long serial = 700000;
    const long day = 24L * 60 * 60;
    struct credentials made = { X509_new(), new_key(order) };
    X509 *certificate = made.certificate;
    X509 *issuer = order->issuer == NULL ? certificate : order->issuer->certificate;
    EVP_PKEY *signer = order->issuer == NULL ? made.key : order->issuer->key;
    const char *suits = order->authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";

    CHECK(X509_set_version(certificate, X509_VERSION_3));
    CHECK(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++));
    CHECK(X509_gmtime_adj(X509_getm_notBefore(certificate), -day));
    CHECK(X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * day));
    CHECK(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                     (const unsigned char *)order->name, -1, -1, 0));
    CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)));
    CHECK(X509_set_pubkey(certificate, made.key));
    extend(certificate, issuer, NID_basic_constraints, order->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(certificate, issuer, NID_key_usage, order->usage == NULL ? suits : order->usage);
    extend(certificate, issuer, NID_subject_alt_name, order->names);
    extend(certificate, issuer, NID_ext_key_usage, order->purpose);
    CHECK(X509_sign(certificate, signer, order->digest == NULL ? EVP_sha256() : order->digest));
    return made;
}

void made_free(struct credentials *credentials)
{
    X509_free(credentials->certificate);
    EVP_PKEY_free(credentials->key);
    memset(credentials, 0, sizeof(*credentials));
}

const struct credentials *plain_host(void)
{
    static struct credentials made;
    if (made.key == NULL) {
        made.key = EVP_EC_gen("P-256");
        made.certificate = X509_new();
        CHECK(made.key != NULL && made.certificate != NULL);
        X509_set_version(made.certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 78);
        X509_gmtime_adj(X509_getm_notBefore(made.certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(made.certificate), 3600);
        X509_NAME *name = X509_get_subject_name(made.certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   (const unsigned char *)"host.example", -1, -1, 0);
        X509_set_issuer_name(made.certificate, name);
        X509_set_pubkey(made.certificate, made.key);
        CHECK(X509_sign(made.certificate, made.key, EVP_sha256()) > 0);
    }
    return &made;
}
