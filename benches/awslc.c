#include "awslc.h"

#include "support.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#ifdef OPENSSL_IS_AWSLC

/* AWS-LC gives the sessions of TLS 1.3 to the callback only, never to SSL_get1_session(). */
static int keep(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION_free(SSL_get_app_data(ssl));
    SSL_set_app_data(ssl, session);
    return 1;
}

void keep_sessions(SSL_CTX *client)
{
    SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(client, keep);
}

SSL_SESSION *session_of(SSL *client)
{
    SSL_SESSION *kept = SSL_get_app_data(client);

    SSL_set_app_data(client, NULL);
    /* A resumption in TLS 1.2 by id brings no new session. */
    return kept != NULL ? kept : SSL_get1_session(client);
}

/* AWS-LC waits for the server's next write. */
void send_tickets(SSL *server)
{
    if (SSL_version(server) == TLS1_3_VERSION)
        REQUIRE(SSL_write(server, "", 0) == 0);
}

void send_one_ticket(SSL_CTX *server)
{
    REQUIRE(SSL_CTX_set_num_tickets(server, 1) == 1);
}

SSL_SESSION *empty_session(SSL_CTX *context)
{
    return SSL_SESSION_new(context);
}

static EVP_PKEY *key_of(EVP_PKEY_CTX *context, int curve)
{
    EVP_PKEY *key = NULL;

    REQUIRE(context != NULL && EVP_PKEY_keygen_init(context) == 1);
    if (curve != NID_undef)
        REQUIRE(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, curve) == 1);
    else
        REQUIRE(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1);
    REQUIRE(EVP_PKEY_keygen(context, &key) == 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

EVP_PKEY *rsa_key_new(void)
{
    return key_of(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL), NID_undef);
}

EVP_PKEY *ec_key_new(void)
{
    return key_of(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL), NID_X9_62_prime256v1);
}

#else

void keep_sessions(SSL_CTX *client)
{
    (void)client;
}

SSL_SESSION *session_of(SSL *client)
{
    return SSL_get1_session(client);
}

void send_tickets(SSL *server)
{
    (void)server;
}

void send_one_ticket(SSL_CTX *server)
{
    (void)server;
}

SSL_SESSION *empty_session(SSL_CTX *context)
{
    (void)context;
    return SSL_SESSION_new();
}

EVP_PKEY *rsa_key_new(void)
{
    return EVP_RSA_gen(2048);
}

EVP_PKEY *ec_key_new(void)
{
    return EVP_EC_gen("P-256");
}

#endif
