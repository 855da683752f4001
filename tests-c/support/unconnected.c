#include "unconnected.h"

SSL_CTX *context;
SSL *ssl;

void make(void)
{
    context = SSL_CTX_new(TLS_method());
    ssl = SSL_new(context);
    CHECK(context != NULL && ssl != NULL);
}

void unmake(void)
{
    SSL_free(ssl);
    SSL_CTX_free(context);
}
