#include "session_sights.h"

#include <string.h>

#include "session_callbacks.h"

struct sight sights[64];
size_t sight_count;

void look(const char *callback, const SSL *ssl)
{
    const SSL_SESSION *session = SSL_get_session(ssl);
    struct sight *sight = &sights[sight_count];

    if (sight_count + 1 == sizeof(sights) / sizeof(sights[0]))
        return;
    sight_count++;
    *sight = (struct sight){ callback, session, 0 };
    if (session != NULL)
        SSL_SESSION_get_id(session, &sight->id_length);
}

bool was_asked(const char *callback)
{
    for (size_t i = 0; i < sight_count; i++) {
        if (strcmp(sights[i].callback, callback) == 0)
            return true;
    }
    return false;
}

static int on_hello(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    CHECK(SSL_get_session(ssl) == NULL);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static int on_name(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    look("name", ssl);
    return SSL_TLSEXT_ERR_NOACK;
}

bool protocols_are_fatal;

static int on_protocols(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                        unsigned in_length, void *argument)
{
    (void)in_length, (void)argument;
    look("protocols", ssl);
    *out = in + 1;
    *length = in[0];
    return protocols_are_fatal ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_OK;
}

static int on_certificate(SSL *ssl, void *argument)
{
    (void)argument;
    look("certificate", ssl);
    return 1;
}

int index_of_verdict;
bool keeps_verdict;

static int on_verify(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

    look("verify", ssl);
    if (keeps_verdict)
        CHECK_EQ(SSL_SESSION_set_ex_data(SSL_get_session(ssl), index_of_verdict, &index_of_verdict), 1);
    return ok;
}

static void on_info(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where == SSL_CB_ACCEPT_LOOP && SSL_get_session(ssl) != NULL)
        look("info", ssl);
}

void sights_init(struct pair *pair, const struct protocol *protocol, bool tickets)
{
    static const unsigned char protocols[] = "\1p";

    pair_init(pair, protocol);
    if (!tickets)
        SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_client_hello_cb(pair->server_ctx, on_hello, NULL);
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, on_name);
    SSL_CTX_set_alpn_select_cb(pair->server_ctx, on_protocols, NULL);
    SSL_CTX_set_cert_cb(pair->server_ctx, on_certificate, NULL);
    SSL_CTX_set_info_callback(pair->server_ctx, on_info);
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_session_id_context(pair->server_ctx, (const unsigned char *)"s", 1);
    SSL_CTX_sess_set_remove_cb(pair->server_ctx, count_removal);
    trust(pair->server_ctx, pki_ca());
    use_credentials(pair->client_ctx, pki_client());
    SSL_CTX_set_alpn_protos(pair->client_ctx, protocols, 2);
    sight_count = 0;
    removals = 0;
}
