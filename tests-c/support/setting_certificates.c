/* Rows of setting_rows.h: certificates, chains, stores, names and methods. */
#include "setting_rows.h"

#include <openssl/err.h>

static X509_STORE *store_number(int value)
{
    static X509_STORE *stores[4];

    if (stores[value] == NULL)
        stores[value] = X509_STORE_new();
    return stores[value];
}
static int number_of_store(const X509_STORE *store)
{
    return store == NULL ? 0 : store == store_number(1) ? 1
                           : store == store_number(2)   ? 2
                           : store == store_number(3)   ? 3
                                                        : 0;
}
static void context_verify_store(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_verify_cert_store(context, store_number(value)), 1);
}
static void connection_verify_store(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_verify_cert_store(ssl, store_number(value)), 1);
}
static int get_verify_store(SSL *ssl)
{
    X509_STORE *store = NULL;

    CHECK_EQ(SSL_get0_verify_cert_store(ssl, &store), 1);
    return number_of_store(store);
}
static void context_chain_store(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_chain_cert_store(context, store_number(value)), 1);
}
static void connection_chain_store(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_chain_cert_store(ssl, store_number(value)), 1);
}
static int get_chain_store(SSL *ssl)
{
    X509_STORE *store = NULL;

    CHECK_EQ(SSL_get0_chain_cert_store(ssl, &store), 1);
    return number_of_store(store);
}

/* A server for a store that trusts the authority, and one for a store that does not. */
static void context_store(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    if (value & 1)
        trust(context, pki_ca());
}
static void context_set1_store(SSL_CTX *context, int value)
{
    X509_STORE *store = X509_STORE_new();

    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set1_cert_store(context, store);
    if (value & 1)
        CHECK(X509_STORE_add_cert(store, pki_ca()->certificate));
    X509_STORE_free(store);
}
static void context_load(SSL_CTX *context, int value)
{
    context_store(context, 2);
    if (value & 1)
        CHECK_EQ(SSL_CTX_load_verify_locations(context, pki_certificate_file(pki_ca()), NULL), 1);
}
static int get_trust(SSL *ssl)
{
    return SSL_get_verify_result(ssl) == X509_V_OK ? 1 : 2;
}

static const struct credentials *credentials_number(int value)
{
    return value == 1 ? pki_server() : value == 2 ? pki_other_server()
                                                  : pki_middle_server();
}
static void context_certificate(SSL_CTX *context, int value)
{
    use_credentials(context, credentials_number(value));
}
static void connection_certificate(SSL *ssl, int value)
{
    CHECK_EQ(SSL_use_certificate(ssl, credentials_number(value)->certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, credentials_number(value)->key), 1);
}
static int number_of_certificate(const X509 *certificate)
{
    for (int i = 1; i <= 3 && certificate != NULL; i++) {
        if (X509_cmp(certificate, credentials_number(i)->certificate) == 0)
            return i;
    }
    return 0;
}
static int get_certificate(SSL *ssl)
{
    return number_of_certificate(SSL_get_certificate(ssl));
}
static int get_shown_certificate(SSL *ssl)
{
    (void)ssl;
    return number_of_certificate(SSL_get0_peer_certificate(peer));
}
static void context_certificate_and_key(SSL_CTX *context, int value)
{
    const struct credentials *credentials = credentials_number(value);

    CHECK_EQ(SSL_CTX_use_cert_and_key(context, credentials->certificate, credentials->key, NULL, 1), 1);
}
static void context_certificate_file(SSL_CTX *context, int value)
{
    const struct credentials *credentials = credentials_number(value);

    CHECK_EQ(SSL_CTX_use_certificate_chain_file(context, pki_certificate_file(credentials)), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(context, pki_key_file(credentials), SSL_FILETYPE_PEM), 1);
}

static void context_chain(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_clear_chain_certs(context), 1);
    for (int i = 0; i < value; i++)
        CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_middle()->certificate), 1);
}
static void connection_chain(SSL *ssl, int value)
{
    CHECK_EQ(SSL_clear_chain_certs(ssl), 1);
    for (int i = 0; i < value; i++)
        CHECK_EQ(SSL_add1_chain_cert(ssl, pki_middle()->certificate), 1);
}
static int get_chain(SSL *ssl)
{
    STACK_OF(X509) *chain = NULL;

    CHECK_EQ(SSL_get0_chain_certs(ssl, &chain), 1);
    return sk_X509_num(chain);
}
static void context_extra_chain(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_clear_extra_chain_certs(context), 1);
    for (int i = 0; i < value; i++) {
        X509_up_ref(pki_middle()->certificate);
        CHECK_EQ(SSL_CTX_add_extra_chain_cert(context, pki_middle()->certificate), 1);
    }
}
static int get_shown_chain(SSL *ssl)
{
    (void)ssl;
    return sk_X509_num(SSL_get_peer_cert_chain(peer)) - 1;
}

static STACK_OF(X509_NAME) *names(int count)
{
    STACK_OF(X509_NAME) *list = sk_X509_NAME_new_null();

    for (int i = 0; i < count; i++)
        sk_X509_NAME_push(list, X509_NAME_dup(X509_get_subject_name(pki_ca()->certificate)));
    return list;
}
static void context_client_ca(SSL_CTX *context, int value)
{
    SSL_CTX_set_client_CA_list(context, names(value));
}
static void connection_client_ca(SSL *ssl, int value)
{
    SSL_set_client_CA_list(ssl, names(value));
}
static int get_client_ca(SSL *ssl)
{
    SSL_set_accept_state(ssl);
    return sk_X509_NAME_num(SSL_get_client_CA_list(ssl));
}
static void context_ca(SSL_CTX *context, int value)
{
    SSL_CTX_set0_CA_list(context, names(value));
}
static void connection_ca(SSL *ssl, int value)
{
    SSL_set0_CA_list(ssl, names(value));
}
static int get_ca(SSL *ssl)
{
    return sk_X509_NAME_num(SSL_get0_CA_list(ssl));
}
/* As the client sees it. */
static void context_client_ca_asking(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    context_client_ca(context, value);
}
static int get_told_ca(SSL *ssl)
{
    (void)ssl;
    return sk_X509_NAME_num(SSL_get0_peer_CA_list(peer));
}

static const unsigned cert_flags[] = { 0, SSL_CERT_FLAG_TLS_STRICT, SSL_CERT_FLAG_BROKEN_PROTOCOL, 0x2 };
static void context_cert_flags(SSL_CTX *context, int value)
{
    SSL_CTX_clear_cert_flags(context, cert_flags[1] | cert_flags[2] | cert_flags[3]);
    SSL_CTX_set_cert_flags(context, cert_flags[value]);
}
static void connection_cert_flags(SSL *ssl, int value)
{
    SSL_clear_cert_flags(ssl, cert_flags[1] | cert_flags[2] | cert_flags[3]);
    SSL_set_cert_flags(ssl, cert_flags[value]);
}
static int get_cert_flags(SSL *ssl)
{
    unsigned set = (unsigned)SSL_set_cert_flags(ssl, 0);

    return set == cert_flags[1] ? 1 : set == cert_flags[2] ? 2
                                  : set == cert_flags[3]   ? 3
                                                           : 0;
}

static const SSL_METHOD *method_number(int value)
{
    return value == 1 ? TLS_method() : value == 2 ? TLSv1_2_method()
                                                  : TLS_server_method();
}
static void context_method(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_ssl_version(context, method_number(value)), 1);
}
static void connection_method(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_ssl_method(ssl, method_number(value)), 1);
}
static int get_method(SSL *ssl)
{
    const SSL_METHOD *method = SSL_get_ssl_method(ssl);

    return method == method_number(1) ? 1 : method == method_number(2) ? 2
                                        : method == method_number(3)   ? 3
                                                                       : 0;
}

/* clang-format off */
static const struct row rows[] = {
    { "SSL_CTX_set1_verify_cert_store", GETTER(verify_store, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set1_chain_cert_store", GETTER(chain_store, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_cert_store", CLIENT, 0, true, true, context_store, NULL, get_trust, LIVE, TAKEN, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_cert_store", CLIENT, 0, true, true, context_set1_store, NULL, get_trust, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_load_verify_locations", CLIENT, 0, true, true, context_load, NULL, get_trust, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_use_certificate", SERVER, 0, false, false, context_certificate, connection_certificate, get_certificate,
      COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_use_certificate: shown", SERVER, 0, true, false, context_certificate, connection_certificate,
      get_shown_certificate, COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_use_cert_and_key", SERVER, 0, true, false, context_certificate_and_key, NULL, get_shown_certificate,
      COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_use_certificate_chain_file", SERVER, 0, true, false, context_certificate_file, NULL,
      get_shown_certificate, COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_add1_chain_cert", GETTER(chain, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_add1_chain_cert: shown", SERVER, 0, true, false, context_chain, connection_chain, get_shown_chain, COPIED,
      TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_add_extra_chain_cert", SERVER, 0, true, false, context_extra_chain, NULL, get_shown_chain, LIVE, TAKEN,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_client_CA_list", GETTER(client_ca, SERVER, LIVE, UNLESS_OWN, OF_CONNECTION) },
    { "SSL_CTX_set_client_CA_list: told", SERVER, 0, true, false, context_client_ca_asking, connection_client_ca,
      get_told_ca, LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set0_CA_list", GETTER(ca, SERVER, LIVE, UNLESS_OWN, OF_CONNECTION) },
    { "SSL_CTX_set_cert_flags", GETTER(cert_flags, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_ssl_version", SERVER, 0, false, false, context_method, connection_method, get_method, COPIED, STAYS,
      OF_CONNECTION, OF_CONTEXT_AGAIN },
};
/* clang-format on */

const struct rows setting_rows_of_certificates = { rows, sizeof(rows) / sizeof(rows[0]) };
