/* Rows of setting_rows.h: how peers are judged, and what is negotiated with them. */
#include "setting_rows.h"

#include <openssl/err.h>

static const int verify_modes[] = { 0, SSL_VERIFY_PEER, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE,
                                    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT };
/* clang-format off */
THREE(int, judge, (int ok, X509_STORE_CTX *store), (void)ok; (void)store; return 1;)
/* clang-format on */
static void context_verify(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, verify_modes[value], OF_THREE(judge, value));
}
static void connection_verify(SSL *ssl, int value)
{
    SSL_set_verify(ssl, verify_modes[value], OF_THREE(judge, value));
}
static int get_verify_mode(SSL *ssl)
{
    int mode = SSL_get_verify_mode(ssl);

    return mode == verify_modes[1] ? 1 : mode == verify_modes[2] ? 2
                                     : mode == verify_modes[3]   ? 3
                                                                 : 0;
}
static int get_verify_callback(SSL *ssl)
{
    return WHICH(judge, SSL_get_verify_callback(ssl));
}

static const unsigned long flags[] = { 0, X509_V_FLAG_ALLOW_PROXY_CERTS, X509_V_FLAG_POLICY_CHECK, X509_V_FLAG_NOTIFY_POLICY };
static void context_param(SSL_CTX *context, int value)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);

    X509_VERIFY_PARAM_clear_flags(param, flags[1] | flags[2] | flags[3]);
    X509_VERIFY_PARAM_set_flags(param, flags[value]);
}
static void context_set_param(SSL_CTX *context, int value)
{
    X509_VERIFY_PARAM *given = X509_VERIFY_PARAM_new();

    X509_VERIFY_PARAM_clear_flags(SSL_CTX_get0_param(context), flags[1] | flags[2] | flags[3]);
    X509_VERIFY_PARAM_set_flags(given, flags[value]);
    CHECK_EQ(SSL_CTX_set1_param(context, given), 1);
    X509_VERIFY_PARAM_free(given);
}
static int get_param(SSL *ssl)
{
    unsigned long set = X509_VERIFY_PARAM_get_flags(SSL_get0_param(ssl));

    /* A duplicate has those of the context and those of the connection. */
    return set & flags[3] ? 3 : set & flags[2] ? 2
                            : set & flags[1]   ? 1
                                               : 0;
}
static void context_auth_level(SSL_CTX *context, int value)
{
    X509_VERIFY_PARAM_set_auth_level(SSL_CTX_get0_param(context), value);
}
static void connection_auth_level(SSL *ssl, int value)
{
    X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(ssl), value);
}
static int get_auth_level(SSL *ssl)
{
    return X509_VERIFY_PARAM_get_auth_level(SSL_get0_param(ssl));
}

/* clang-format off */
THREE(int, security, (const SSL *s, const SSL_CTX *c, int op, int bits, int nid, void *other, void *ex),
      (void)s; (void)c; (void)op; (void)bits; (void)nid; (void)other; (void)ex; return 1;)
/* clang-format on */
static void context_security(SSL_CTX *context, int value)
{
    SSL_CTX_set_security_callback(context, OF_THREE(security, value));
}
static void connection_security(SSL *ssl, int value)
{
    SSL_set_security_callback(ssl, OF_THREE(security, value));
}
static int get_security(SSL *ssl)
{
    return WHICH(security, SSL_get_security_callback(ssl));
}

/* clang-format off */
THREE(int, password, (char *buffer, int size, int rwflag, void *data), (void)buffer; (void)size; (void)rwflag; (void)data; return 0;)
/* clang-format on */
static void context_password(SSL_CTX *context, int value)
{
    SSL_CTX_set_default_passwd_cb(context, OF_THREE(password, value));
}
static void connection_password(SSL *ssl, int value)
{
    SSL_set_default_passwd_cb(ssl, OF_THREE(password, value));
}
static int get_password(SSL *ssl)
{
    return WHICH(password, SSL_get_default_passwd_cb(ssl));
}

static const char *const lists[] = { NULL, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                     "ECDHE-ECDSA-CHACHA20-POLY1305" };
static const char *const suites[] = { NULL, "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                      "TLS_CHACHA20_POLY1305_SHA256" };
static int among(const char *name, const char *const *names)
{
    for (int i = 1; i <= 3 && name != NULL; i++) {
        if (strcmp(name, names[i]) == 0)
            return i;
    }
    return 0;
}
static void context_list(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_ciphersuites(context, ""), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, lists[value]), 1);
}
static void connection_list(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_cipher_list(ssl, lists[value]), 1);
}
static int get_list(SSL *ssl)
{
    return among(SSL_get_cipher_list(ssl, 0), lists);
}
static int get_cipher(SSL *ssl)
{
    return among(SSL_get_cipher_name(ssl), lists);
}
static void context_suites(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_ciphersuites(context, suites[value]), 1);
}
static void connection_suites(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_ciphersuites(ssl, suites[value]), 1);
}
static int get_suites(SSL *ssl)
{
    return among(SSL_get_cipher_list(ssl, 0), suites);
}
static int get_suite(SSL *ssl)
{
    return among(SSL_get_cipher_name(ssl), suites);
}

/* With the curve of the server's certificate. */
static const char *const groups[] = { NULL, "P-256", "P-384:P-256", "X25519:P-256" };
static void context_groups(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_groups_list(context, groups[value]), 1);
}
static const char *const server_groups[] = { NULL, "P-256", "P-384", "X25519" };
static void context_server_groups(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_groups_list(context, server_groups[value]), 1);
}
static void connection_server_groups(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_groups_list(ssl, server_groups[value]), 1);
}
static void connection_groups(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_groups_list(ssl, groups[value]), 1);
}
static int get_groups(SSL *ssl)
{
    int nid = SSL_get_negotiated_group(ssl);

    return nid == NID_X9_62_prime256v1 ? 1 : nid == NID_secp384r1 ? 2
                                         : nid == NID_X25519      ? 3
                                                                  : 0;
}

/* All have what the certificate of the server needs. */
static const char *const sigalgs[] = { NULL, "ECDSA+SHA384:ECDSA+SHA256", "ECDSA+SHA512:ECDSA+SHA256", "RSA+SHA256:ECDSA+SHA256" };
static void context_sigalgs(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, sigalgs[value]), 1);
}
static void connection_sigalgs(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_sigalgs_list(ssl, sigalgs[value]), 1);
}
/* As the peer has seen them. */
static int get_sigalgs(SSL *ssl)
{
    unsigned char signature = 0, hash = 0;

    (void)ssl;
    if (SSL_get_sigalgs(peer, 0, NULL, NULL, NULL, &signature, &hash) <= 0)
        return 0;
    return signature == 1 ? 3 : hash == 5 ? 1
                            : hash == 6   ? 2
                                          : 0;
}
static void context_client_sigalgs(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_set1_client_sigalgs_list(context, sigalgs[value]), 1);
}
static void connection_client_sigalgs(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_client_sigalgs_list(ssl, sigalgs[value]), 1);
}

/* clang-format off */
static const struct row rows[] = {
    { "SSL_CTX_set_security_callback", GETTER(security, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_default_passwd_cb", GETTER(password, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_verify: mode", SERVER, 0, false, false, context_verify, connection_verify, get_verify_mode, COPIED,
      STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_verify: callback", SERVER, 0, false, false, context_verify, connection_verify, get_verify_callback,
      COPIED, STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_verify: callback in use", SERVER, 0, true, false, context_verify, connection_verify, get_seen, COPIED,
      STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_get0_param", SERVER, 0, false, false, context_param, NULL, get_param, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_param", SERVER, 0, false, false, context_set_param, NULL, get_param, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_get0_param: level", GETTER(auth_level, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_cipher_list", SERVER, TLS1_2_VERSION, false, false, context_list, connection_list, get_list, LIVE,
      UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cipher_list: server", SERVER, TLS1_2_VERSION, true, false, context_list, connection_list, get_cipher,
      LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cipher_list: client", CLIENT, TLS1_2_VERSION, true, false, context_list, connection_list, get_cipher,
      LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_ciphersuites", SERVER, TLS1_3_VERSION, false, false, context_suites, connection_suites, get_suites,
      LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_ciphersuites: server", SERVER, TLS1_3_VERSION, true, false, context_suites, connection_suites,
      get_suite, LIVE, UNLESS_OWN_EARLY, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_ciphersuites: client", CLIENT, TLS1_3_VERSION, true, false, context_suites, connection_suites,
      get_suite, LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set1_groups_list: client", CLIENT, 0, true, false, context_groups, connection_groups, get_groups, COPIED,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_groups_list: server", SERVER, 0, true, false, context_server_groups, connection_server_groups,
      get_groups, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_sigalgs_list", CLIENT, 0, true, false, context_sigalgs, connection_sigalgs, get_sigalgs, COPIED,
      TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set1_client_sigalgs_list", SERVER, TLS1_2_VERSION, true, false, context_client_sigalgs,
      connection_client_sigalgs, get_sigalgs, COPIED, TAKEN, OF_CONNECTION, KEPT },
};
/* clang-format on */

const struct rows setting_rows_of_peers = { rows, sizeof(rows) / sizeof(rows[0]) };
