#include "domains.h"

#include <string.h>

#include <openssl/err.h>

const struct kind kinds[KINDS] = {
    { &TLS12, false }, { &TLS12, true }, { &TLS13, false }, { &TLS13, true }
};

struct domain for_b;

int name_answer = SSL_TLSEXT_ERR_OK;

void change_domain(SSL *ssl)
{
    if (for_b.context != NULL)
        CHECK(SSL_set_SSL_CTX(ssl, for_b.context) == for_b.context);
    if (for_b.verify_mode != 0)
        SSL_set_verify(ssl, for_b.verify_mode, NULL);
    if (for_b.id_context != NULL)
        CHECK_EQ(SSL_set_session_id_context(ssl, (const unsigned char *)for_b.id_context,
                                            (unsigned)strlen(for_b.id_context)),
                 1);
}

static int on_name(SSL *ssl, int *alert, void *argument)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert, (void)argument;
    if (name != NULL && strcmp(name, "b.example") == 0)
        change_domain(ssl);
    return name_answer;
}

void domain_init(struct pair *pair, const struct kind *kind)
{
    memset(&for_b, 0, sizeof(for_b));
    pair_init(pair, kind->protocol);
    SSL_CTX_set_verify(pair->client_ctx, SSL_VERIFY_NONE, NULL);
    if (!kind->tickets)
        SSL_CTX_set_options(pair->server_ctx, SSL_OP_NO_TICKET);
    set_id_context(pair->server_ctx, "shop");
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_set_tlsext_servername_callback(pair->server_ctx, on_name);
}

void connect_to(struct pair *pair, const char *name, SSL_SESSION *session)
{
    pair->offered = session;
    pair_open(pair);
    if (name != NULL)
        CHECK_EQ(SSL_set_tlsext_host_name(pair->client, name), 1);
    pair_handshake(pair);
    pair_settle(pair);
}

SSL_SESSION *session_of(struct pair *pair, const char *name)
{
    SSL_SESSION *session;

    connect_to(pair, name, NULL);
    session = SSL_get1_session(pair->client);
    pair_close(pair);
    return session;
}

bool resumes_at(struct pair *pair, const char *name, SSL_SESSION *session)
{
    bool resumed;

    connect_to(pair, name, session);
    resumed = SSL_session_reused(pair->server);
    CHECK_EQ(SSL_session_reused(pair->client), resumed);
    pair_close(pair);
    return resumed;
}

bool is_let_in(struct pair *pair, const char *name, SSL_SESSION *session)
{
    struct outcome client, server;
    bool resumed;

    pair->offered = session;
    pair_open(pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair->client, name), 1);
    pair_try_handshake(pair, &client, &server);
    resumed = SSL_session_reused(pair->server);
    CHECK_EQ(server.ret == 1, resumed);
    if (!resumed)
        CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    /* Let in or not, nothing of this is the session's fault. */
    SSL_set_quiet_shutdown(pair->client, 1);
    SSL_set_quiet_shutdown(pair->server, 1);
    SSL_shutdown(pair->client);
    SSL_shutdown(pair->server);
    pair_drop(pair);
    ERR_clear_error();
    return resumed;
}
