#include "pki.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "check.h"

/* What distinguishes one certificate from the others. */
struct request {
    const char *name;
    const char *alternative_names;    /* as in openssl.cnf, or NULL */
    const char *purpose;              /* extended key usage, or NULL */
    const struct credentials *issuer; /* NULL: itself, an authority */
    long days;                        /* until it expires; negative: has expired */
    bool rsa;
    bool authority; /* also with an issuer */
    EVP_PKEY *key;  /* one that is there, or NULL */
};

void pki_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    CHECK(extension != NULL);
    CHECK(X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

static void add_extensions(X509 *certificate, const struct request *request)
{
    bool root = request->issuer == NULL;
    bool authority = root || request->authority;
    X509 *issuer = root ? certificate : request->issuer->certificate;

    pki_add_extension(certificate, issuer, NID_basic_constraints,
                      authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    pki_add_extension(certificate, issuer, NID_key_usage,
                      authority ? "critical,keyCertSign,cRLSign,digitalSignature"
                                : "critical,digitalSignature");
    pki_add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    if (request->alternative_names != NULL)
        pki_add_extension(certificate, issuer, NID_subject_alt_name,
                          request->alternative_names);
    if (request->purpose != NULL)
        pki_add_extension(certificate, issuer, NID_ext_key_usage, request->purpose);
}

static struct credentials issue(const struct request *request)
{
    static long serial = 1000;
    const long day = 24L * 60 * 60;
    struct credentials made = { X509_new(), NULL };
    X509 *certificate = made.certificate;
    X509_NAME *name = X509_get_subject_name(certificate);
    X509 *issuer = certificate;
    EVP_PKEY *signer;

    made.key = request->key != NULL ? request->key
               : request->rsa       ? EVP_RSA_gen(2048)
                                    : EVP_EC_gen("P-256");
    CHECK(made.key != NULL);
    signer = made.key;
    if (request->issuer != NULL) {
        issuer = request->issuer->certificate;
        signer = request->issuer->key;
    }
    CHECK(X509_set_version(certificate, X509_VERSION_3));
    CHECK(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++));
    CHECK(X509_gmtime_adj(X509_getm_notBefore(certificate), -90 * day));
    CHECK(X509_gmtime_adj(X509_getm_notAfter(certificate), request->days * day));
    CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     (const unsigned char *)request->name, -1, -1, 0));
    CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)));
    CHECK(X509_set_pubkey(certificate, made.key));
    add_extensions(certificate, request);
    CHECK(X509_sign(certificate, signer, EVP_sha256()));
    return made;
}

/* Issues it on the first call. */
static const struct credentials *once(struct credentials *kept,
                                      const struct request *request)
{
    if (kept->certificate == NULL)
        *kept = issue(request);
    return kept;
}

#define LOCAL "DNS:localhost,IP:127.0.0.1"

const struct credentials *pki_ca(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "Test authority", .days = 3650 });
}

const struct credentials *pki_other_ca(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "Another authority", .days = 3650 });
}

const struct credentials *pki_server(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "localhost",
                                          .alternative_names = LOCAL,
                                          .purpose = "serverAuth",
                                          .issuer = pki_ca(),
                                          .days = 365 });
}

const struct credentials *pki_server_rsa(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "localhost with RSA",
                                          .alternative_names = LOCAL,
                                          .purpose = "serverAuth",
                                          .issuer = pki_ca(),
                                          .days = 365,
                                          .rsa = true });
}

struct credentials pki_for_key(EVP_PKEY *key)
{
    return issue(&(struct request){ .name = "localhost with a given key",
                                    .alternative_names = LOCAL,
                                    .purpose = "serverAuth,clientAuth",
                                    .issuer = pki_ca(),
                                    .days = 365,
                                    .key = key });
}

const struct credentials *pki_other_server(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "other.example",
                                          .alternative_names = "DNS:other.example",
                                          .purpose = "serverAuth",
                                          .issuer = pki_ca(),
                                          .days = 365 });
}

const struct credentials *pki_expired_server(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "localhost, expired",
                                          .alternative_names = LOCAL,
                                          .purpose = "serverAuth",
                                          .issuer = pki_ca(),
                                          .days = -1 });
}

const struct credentials *pki_stranger(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "localhost of the other authority",
                                          .alternative_names = LOCAL,
                                          .purpose = "serverAuth",
                                          .issuer = pki_other_ca(),
                                          .days = 365 });
}

const struct credentials *pki_middle(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "Intermediate authority",
                                          .issuer = pki_ca(),
                                          .days = 365,
                                          .authority = true });
}

const struct credentials *pki_middle_server(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "localhost",
                                          .alternative_names = LOCAL,
                                          .purpose = "serverAuth",
                                          .issuer = pki_middle(),
                                          .days = 365 });
}

X509_CRL *pki_revocation_list(const struct credentials *issuer, X509 *revoked)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -60), *later = X509_gmtime_adj(NULL, 3600);

    CHECK(X509_CRL_set_version(list, X509_CRL_VERSION_2));
    CHECK(X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer->certificate)));
    CHECK(X509_CRL_set1_lastUpdate(list, now));
    CHECK(X509_CRL_set1_nextUpdate(list, later));
    if (revoked != NULL) {
        X509_REVOKED *entry = X509_REVOKED_new();

        CHECK(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked)));
        CHECK(X509_REVOKED_set_revocationDate(entry, now));
        CHECK(X509_CRL_add0_revoked(list, entry));
    }
    CHECK(X509_CRL_sign(list, issuer->key, EVP_sha256()));
    ASN1_TIME_free(now);
    ASN1_TIME_free(later);
    return list;
}

const struct credentials *pki_client(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "A client",
                                          .purpose = "clientAuth",
                                          .issuer = pki_ca(),
                                          .days = 365 });
}

const struct credentials *pki_stranger_client(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "A client of the other authority",
                                          .purpose = "clientAuth",
                                          .issuer = pki_other_ca(),
                                          .days = 365 });
}

const struct credentials *pki_expired_client(void)
{
    static struct credentials kept;
    return once(&kept, &(struct request){ .name = "A client, expired",
                                          .purpose = "clientAuth",
                                          .issuer = pki_ca(),
                                          .days = -1 });
}

enum {
    MOST_PATHS = 64,
    PATH_LENGTH = 128
};

/* The directory for files, in TMPDIR: made by the process that first needs it, removed by the
 * same. */
static char directory[PATH_LENGTH / 2];
static pid_t directory_owner;

static void remove_directory(void)
{
    DIR *entries;
    struct dirent *entry;

    if (directory_owner != getpid() || (entries = opendir(directory)) == NULL)
        return;
    while ((entry = readdir(entries)) != NULL)
        unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
    rmdir(directory);
}

/* The paths given out, which stay valid. */
static char paths[MOST_PATHS][PATH_LENGTH];
static int path_count;

static FILE *create(const char *name, const char **path)
{
    char *full = paths[path_count++];
    FILE *file;

    CHECK(path_count < MOST_PATHS);
    if (directory_owner == 0) {
        const char *parent = getenv("TMPDIR");

        CHECK((size_t)snprintf(directory, sizeof(directory), "%s/reprise-test-XXXXXX",
                               parent == NULL ? P_tmpdir : parent)
              < sizeof(directory));
        CHECK(mkdtemp(directory) != NULL);
        directory_owner = getpid();
        CHECK_EQ(atexit(remove_directory), 0);
    }
    CHECK(snprintf(full, PATH_LENGTH, "%s/%s", directory, name) < PATH_LENGTH);
    file = fopen(full, "w");
    CHECK(file != NULL);
    *path = full;
    return file;
}

static FILE *create_numbered(const char *kind, const char **path)
{
    static int number;
    char name[64];

    snprintf(name, sizeof(name), "%d.%s.pem", number++, kind);
    return create(name, path);
}

const char *pki_certificate_file(const struct credentials *credentials)
{
    const char *path;
    FILE *file = create_numbered("certificate", &path);

    CHECK(PEM_write_X509(file, credentials->certificate));
    fclose(file);
    return path;
}

const char *pki_key_file(const struct credentials *credentials)
{
    const char *path;
    FILE *file = create_numbered("key", &path);

    CHECK(PEM_write_PrivateKey(file, credentials->key, NULL, NULL, 0, NULL, NULL));
    fclose(file);
    return path;
}

const char *pki_file(const char *name, const char *contents)
{
    const char *path;
    FILE *file = create(name, &path);

    CHECK(fputs(contents, file) >= 0);
    fclose(file);
    return path;
}
