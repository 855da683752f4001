#include "shown_hello.h"

#include <stdio.h>

#include "call_report.h"
#include "pair.h"

static int show_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *part = NULL;
    size_t length;
    int *types = NULL;

    (void)alert;
    (void)argument;
    fprintf(report, "  hello of version %x\n", SSL_client_hello_get0_legacy_version(ssl));
    length = SSL_client_hello_get0_session_id(ssl, &part);
    show_bytes("session id", part, length);
    length = SSL_client_hello_get0_ciphers(ssl, &part);
    show_bytes("suites", part, length);
    length = SSL_client_hello_get0_compression_methods(ssl, &part);
    show_bytes("compressions", part, length);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(ssl, &types, &length), 1);
    for (size_t i = 0; i < length; i++) {
        size_t size;

        CHECK_EQ(SSL_client_hello_get0_ext(ssl, (unsigned)types[i], &part, &size), 1);
        fprintf(report, "  %d", types[i]);
        show_bytes("", part, size);
    }
    OPENSSL_free(types);
    return SSL_CLIENT_HELLO_SUCCESS;
}

int servername_answer;

static int show_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)argument;
    fprintf(report, "  name %s of type %d, alert %d\n", name == NULL ? "none" : name, SSL_get_servername_type(ssl), *alert);
    return servername_answer;
}

static int show_protocols(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in,
                          unsigned int length, void *argument)
{
    (void)ssl;
    (void)argument;
    show_bytes("protocols", in, length);
    *out = in + 1;
    *out_length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static int show_certificate_choice(SSL *ssl, void *argument)
{
    unsigned char raw = 0;
    unsigned char *suites = NULL;
    void *list = NULL;
    int groups[64];
    int count;

    (void)argument;
    fprintf(report, "  certificate callback\n");
    count = SSL_get_shared_sigalgs(ssl, 0, NULL, NULL, NULL, &raw, NULL);
    shown("  shared signature algorithms", count);
    shown("  of the client", SSL_get_sigalgs(ssl, 0, NULL, NULL, NULL, NULL, NULL));
    shown("  suites", sk_SSL_CIPHER_num(SSL_get_client_ciphers(ssl)));
    shown("  raw suites", SSL_get0_raw_cipherlist(ssl, &suites));
    shown("  authorities", sk_X509_NAME_num(SSL_get0_peer_CA_list(ssl)));
    SSL_get_tlsext_status_ids(ssl, &list);
    shown("  responders", OPENSSL_sk_num((OPENSSL_STACK *)list));
    list = NULL;
    SSL_get_tlsext_status_exts(ssl, &list);
    shown("  extensions for them", OPENSSL_sk_num((OPENSSL_STACK *)list));
    shown("  renegotiation", SSL_get_secure_renegotiation_support(ssl));
    shown("  extended master secret", SSL_get_extms_support(ssl));
    count = (int)SSL_get1_groups(ssl, NULL);
    shown("  groups", count);
    if (count > 0 && count < 64) {
        SSL_get1_groups(ssl, groups);
        for (int i = 0; i < count; i++)
            shown("   group", groups[i]);
    }
    return 1;
}

long status_type;

static int show_status(SSL *ssl, void *argument)
{
    (void)argument;
    status_type = SSL_get_tlsext_status_type(ssl);
    return SSL_TLSEXT_ERR_NOACK;
}

SSL_CTX *showing_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    use_credentials(context, pki_server());
    SSL_CTX_set_client_hello_cb(context, show_hello, NULL);
    SSL_CTX_set_tlsext_servername_callback(context, show_name);
    SSL_CTX_set_alpn_select_cb(context, show_protocols, NULL);
    SSL_CTX_set_cert_cb(context, show_certificate_choice, NULL);
    SSL_CTX_set_tlsext_status_cb(context, show_status);
    return context;
}
