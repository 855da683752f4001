/*
 * What a server shows its program of a ClientHello: callbacks that put it all into the report.
 */
#ifndef SHOWN_HELLO_H
#define SHOWN_HELLO_H

#include <openssl/ssl.h>

/* A server with these callbacks. */
SSL_CTX *showing_context(void);
/* Of the servername callback. */
extern int servername_answer;
/* What the status callback has seen. To be reported at the end: in TLS 1.2 Reprise asks it after the ALPN callback. */
extern long status_type;

#endif
