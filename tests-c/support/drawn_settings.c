#include "drawn_settings.h"

#include <string.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "call_report.h"
#include "drawn.h"
#include "pair.h"
#include "pki.h"

#define ON_EITHER(target, name, ...)                                              \
    ((target)->connection != NULL ? SSL_##name((target)->connection, __VA_ARGS__) \
                                  : SSL_CTX_##name((target)->context, __VA_ARGS__))

#define PICK(list) ((list)[below(sizeof(list) / sizeof((list)[0]))])

static X509_VERIFY_PARAM *parameters(const struct target *target)
{
    return target->connection != NULL ? SSL_get0_param(target->connection)
                                      : SSL_CTX_get0_param(target->context);
}

/* ---- Whom the peer must be ---- */

static void set_host(const struct target *target)
{
    static const char *const names[] = { "localhost", "localhost", "other.example", NULL };
    const char *name = PICK(names);

    fprintf(report, " host %s", name == NULL ? "none" : name);
    X509_VERIFY_PARAM_set1_host(parameters(target), name, 0);
}

static void add_host(const struct target *target)
{
    fprintf(report, " added host");
    X509_VERIFY_PARAM_add1_host(parameters(target), "localhost", 0);
}

static void set_flags(const struct target *target)
{
    static const unsigned long flags[] = { X509_V_FLAG_CRL_CHECK, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL,
                                           X509_V_FLAG_X509_STRICT, X509_V_FLAG_PARTIAL_CHAIN,
                                           X509_V_FLAG_NO_CHECK_TIME, X509_V_FLAG_SUITEB_128_LOS };
    unsigned long chosen = PICK(flags);

    fprintf(report, " flags %lx", chosen);
    X509_VERIFY_PARAM_set_flags(parameters(target), chosen);
}

static void clear_flags(const struct target *target)
{
    fprintf(report, " no flags");
    X509_VERIFY_PARAM_clear_flags(parameters(target), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_X509_STRICT);
}

static void set_depth(const struct target *target)
{
    int depth = (int)below(3);

    fprintf(report, " depth %d", depth);
    if (below(2) == 0)
        X509_VERIFY_PARAM_set_depth(parameters(target), depth);
    else
        ON_EITHER(target, set_verify_depth, depth);
}

static void set_time(const struct target *target)
{
    long years = (long)below(3) * 20;

    fprintf(report, " in %ld years", years);
    X509_VERIFY_PARAM_set_time(parameters(target), time(NULL) + years * 366 * 24 * 3600);
}

static void set_purpose(const struct target *target)
{
    static const int purposes[] = { X509_PURPOSE_SSL_CLIENT, X509_PURPOSE_SSL_SERVER, X509_PURPOSE_ANY };
    int purpose = PICK(purposes);

    fprintf(report, " purpose %d=%d", purpose, ON_EITHER(target, set_purpose, purpose));
}

static void set_trust(const struct target *target)
{
    static const int trusts[] = { X509_TRUST_SSL_CLIENT, X509_TRUST_SSL_SERVER, X509_TRUST_COMPAT };
    int trust = PICK(trusts);

    fprintf(report, " trust %d=%d", trust, ON_EITHER(target, set_trust, trust));
}

static void set_parameters(const struct target *target)
{
    X509_VERIFY_PARAM *given = X509_VERIFY_PARAM_new();
    bool host = below(2) == 0;

    fprintf(report, " parameters with %s", host ? "host" : "depth");
    if (host)
        X509_VERIFY_PARAM_set1_host(given, "other.example", 0);
    else
        X509_VERIFY_PARAM_set_depth(given, 0);
    fprintf(report, "=%d", ON_EITHER(target, set1_param, given));
    X509_VERIFY_PARAM_free(given);
}

/* ---- Verification ---- */

static int accept_all(int preverified, X509_STORE_CTX *store)
{
    (void)preverified, (void)store;
    return 1;
}

static int accept_and_forget(int preverified, X509_STORE_CTX *store)
{
    (void)preverified;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

static int refuse_all(int preverified, X509_STORE_CTX *store)
{
    (void)preverified, (void)store;
    return 0;
}

static void set_verify(const struct target *target)
{
    static const int modes[] = { SSL_VERIFY_NONE, SSL_VERIFY_PEER, SSL_VERIFY_PEER,
                                 SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                 SSL_VERIFY_FAIL_IF_NO_PEER_CERT, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE };
    static const SSL_verify_cb callbacks[] = { NULL, NULL, NULL, NULL, accept_all, accept_and_forget, refuse_all };
    int mode = PICK(modes);
    unsigned which = below(7);

    fprintf(report, " verify %d by %u", mode, which);
    ON_EITHER(target, set_verify, mode, callbacks[which]);
}

static int decide(X509_STORE_CTX *store, void *argument)
{
    int answer = *(int *)argument;

    return answer == 2 ? X509_verify_cert(store) : answer;
}

static void set_verifier(const struct target *target)
{
    static int answers[] = { 0, 1, 2, -1 };
    unsigned which = below(5);

    if (target->connection != NULL)
        return;
    fprintf(report, " verifier %u", which);
    SSL_CTX_set_cert_verify_callback(target->context, which == 4 ? NULL : decide, which == 4 ? NULL : &answers[which]);
}

static X509_STORE *new_store(void)
{
    X509_STORE *store = X509_STORE_new();
    unsigned which = below(3);

    fprintf(report, " (%u)", which);
    if (which > 0)
        CHECK(X509_STORE_add_cert(store, (which == 1 ? pki_ca() : pki_other_ca())->certificate));
    return store;
}

static void set_stores(const struct target *target)
{
    switch (below(3)) {
    case 0:
        fprintf(report, " verify store");
        ON_EITHER(target, set0_verify_cert_store, new_store());
        break;
    case 1:
        fprintf(report, " chain store");
        ON_EITHER(target, set0_chain_cert_store, new_store());
        break;
    default:
        if (target->connection != NULL)
            return;
        fprintf(report, " store");
        SSL_CTX_set_cert_store(target->context, new_store());
    }
}

static void trust_more(const struct target *target)
{
    if (target->connection != NULL)
        return;
    fprintf(report, " trusts the other authority");
    trust(target->context, pki_other_ca());
}

static void add_revocation_list(const struct target *target)
{
    const struct credentials *revoked = below(2) == 0 ? pki_server() : NULL;
    X509_CRL *list = pki_revocation_list(pki_ca(), revoked == NULL ? NULL : revoked->certificate);

    if (target->connection == NULL) {
        fprintf(report, " revocation list with %s", revoked == NULL ? "none" : "server");
        CHECK(X509_STORE_add_crl(SSL_CTX_get_cert_store(target->context), list));
    }
    X509_CRL_free(list);
}

static void set_certificate_flags(const struct target *target)
{
    static const unsigned long flags[] = { SSL_CERT_FLAG_TLS_STRICT, SSL_CERT_FLAG_SUITEB_128_LOS };
    unsigned long chosen = PICK(flags);

    fprintf(report, " certificate flags %lx=%ld", chosen, (long)ON_EITHER(target, set_cert_flags, chosen));
}

/* ---- Own certificates ---- */

static void set_certificate(const struct target *target)
{
    const struct credentials *of_servers[] = { pki_server(), pki_server_rsa(), pki_other_server(),
                                               pki_expired_server(), pki_stranger(), pki_middle_server() };
    const struct credentials *of_clients[] = { pki_client(), pki_stranger_client(), pki_expired_client() };
    unsigned which = below(target->of_client ? 3 : 6);
    const struct credentials *chosen = target->of_client ? of_clients[which] : of_servers[which];

    fprintf(report, " certificate %u=%d", which, ON_EITHER(target, use_certificate, chosen->certificate));
    fprintf(report, ",%d", ON_EITHER(target, use_PrivateKey, chosen->key));
}

static void set_chain(const struct target *target)
{
    fprintf(report, " chain=%ld", (long)ON_EITHER(target, add1_chain_cert, pki_middle()->certificate));
}

/* ---- What is negotiated ---- */

static void set_level(const struct target *target)
{
    int level = (int)below(4);

    fprintf(report, " level %d", level);
    ON_EITHER(target, set_security_level, level);
}

static void set_suites(const struct target *target)
{
    static const char *const lists[] = { "ECDHE+AESGCM", "ECDHE+AES128+AESGCM", "ECDHE+CHACHA20:ECDHE+AESGCM",
                                         "ECDHE+AESGCM:@SECLEVEL=3", "ECDHE+ECDSA+AESGCM", "ECDHE+aRSA+AESGCM",
                                         "SUITEB128", "SUITEB192" };
    const char *list = PICK(lists);

    fprintf(report, " suites %s=%d", list, ON_EITHER(target, set_cipher_list, list));
}

static void set_tls13_suites(const struct target *target)
{
    static const char *const lists[] = { "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
                                         "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256" };
    const char *list = PICK(lists);

    fprintf(report, " suites %s=%d", list, ON_EITHER(target, set_ciphersuites, list));
}

static void set_groups(const struct target *target)
{
    static const char *const lists[] = { "X25519", "P-256", "P-384:P-256", "P-256:X25519" };
    const char *list = PICK(lists);

    fprintf(report, " groups %s=%ld", list, (long)ON_EITHER(target, set1_groups_list, list));
}

static void set_signatures(const struct target *target)
{
    static const char *const lists[] = { "ECDSA+SHA256", "RSA-PSS+SHA256:ECDSA+SHA256", "RSA+SHA256:ECDSA+SHA384",
                                         "RSA-PSS+SHA512:RSA+SHA512:ECDSA+SHA512", "ed25519:ECDSA+SHA256" };
    const char *list = PICK(lists);

    if (below(3) != 0)
        fprintf(report, " signatures %s=%ld", list, (long)ON_EITHER(target, set1_sigalgs_list, list));
    else
        fprintf(report, " client signatures %s=%ld", list, (long)ON_EITHER(target, set1_client_sigalgs_list, list));
}

static void set_versions(const struct target *target)
{
    static const int versions[] = { 0, TLS1_2_VERSION, TLS1_3_VERSION };
    int version = PICK(versions);

    if (below(2) == 0)
        fprintf(report, " at least %x=%ld", version, (long)ON_EITHER(target, set_min_proto_version, version));
    else
        fprintf(report, " at most %x=%ld", version, (long)ON_EITHER(target, set_max_proto_version, version));
}

static void set_options(const struct target *target)
{
    static const uint64_t options[] = { SSL_OP_NO_TICKET, SSL_OP_CIPHER_SERVER_PREFERENCE, SSL_OP_NO_TLSv1_3,
                                        SSL_OP_NO_TLSv1_2, SSL_OP_PRIORITIZE_CHACHA, SSL_OP_NO_EXTENDED_MASTER_SECRET,
                                        SSL_OP_ALLOW_NO_DHE_KEX, SSL_OP_NO_RENEGOTIATION };
    uint64_t option = PICK(options);

    fprintf(report, " option %llx", (unsigned long long)option);
    if (often())
        ON_EITHER(target, set_options, option);
    else
        ON_EITHER(target, clear_options, option);
}

static void set_modes(const struct target *target)
{
    static const long modes[] = { SSL_MODE_NO_AUTO_CHAIN, SSL_MODE_SEND_FALLBACK_SCSV };
    long mode = PICK(modes);

    fprintf(report, " mode %lx", mode);
    if (often())
        (void)ON_EITHER(target, set_mode, mode);
    else
        (void)ON_EITHER(target, clear_mode, mode);
}

static void set_own_id_context(const struct target *target)
{
    const char *name = below(2) == 0 ? "one" : "two";

    fprintf(report, " id context %s", name);
    ON_EITHER(target, set_session_id_context, (const unsigned char *)name, 3);
}

static void set_protocols(const struct target *target)
{
    fprintf(report, " protocols");
    (void)ON_EITHER(target, set_alpn_protos, (const unsigned char *)"\2h2\4http", 8);
}

static void set_number_of_tickets(const struct target *target)
{
    unsigned number = below(4);

    fprintf(report, " tickets %u", number);
    ON_EITHER(target, set_num_tickets, number);
}

static void set_largest_chain(const struct target *target)
{
    static const long lengths[] = { 100, 1000, 100000 };
    long length = PICK(lengths);

    fprintf(report, " chain of at most %ld", length);
    (void)ON_EITHER(target, set_max_cert_list, length);
}

/* ---- Lists of them ---- */

typedef void setting(const struct target *);

/* clang-format off */
static setting *const about_peers[] = {
    set_host, set_host, add_host, set_flags, clear_flags, set_depth, set_time, set_purpose, set_trust, set_parameters,
    set_verify, set_verify, set_verify, set_verifier, set_stores, trust_more, add_revocation_list, set_certificate,
    set_certificate, set_chain, set_own_id_context, set_protocols, set_number_of_tickets, set_largest_chain,
};

static setting *const about_negotiation[] = {
    set_certificate_flags, set_level, set_suites, set_tls13_suites, set_groups, set_signatures, set_versions, set_options,
    set_options, set_modes,
};
/* clang-format on */

void draw_setting_about_peers(const struct target *target)
{
    PICK(about_peers)
    (target);
}

void draw_setting_about_negotiation(const struct target *target)
{
    PICK(about_negotiation)
    (target);
}
