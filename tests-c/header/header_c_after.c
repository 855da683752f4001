/* In C: both headers, OpenSSL's first: every prototype is checked against OpenSSL's own. */
#include <openssl/ssl.h>

#include <reprise/ssl.h>

#include "header_units.h"

SSL_SESSION *session_by_header_after(SSL *ssl)
{
    SSL_SESSION *session = SSL_get1_session(ssl);

    SSL_SESSION_free(session);
    return SSL_get0_session(ssl);
}
