/* What lets the same measures be built with AWS-LC's libssl, which differs from OpenSSL's in these
 * points. Without AWS-LC it adds nothing. */
#ifndef BENCH_AWSLC_H
#define BENCH_AWSLC_H

#include <openssl/ssl.h>

/* Makes a client keep the session that its connection brings, for session_of(). */
void keep_sessions(SSL_CTX *client);
/* The session to resume a client's connection with; the caller frees it. */
SSL_SESSION *session_of(SSL *client);
/* Sends the tickets that a server has made in its handshake. */
void send_tickets(SSL *server);
/* A server that sends no more tickets than OpenSSL's in a resumption, one. */
void send_one_ticket(SSL_CTX *server);
/* A new session, as a program makes it that fills in the fields by itself. */
SSL_SESSION *empty_session(SSL_CTX *context);
EVP_PKEY *rsa_key_new(void);
EVP_PKEY *ec_key_new(void);

#ifdef OPENSSL_IS_AWSLC
#define IS_AWSLC 1
#else
#define IS_AWSLC 0
#endif

#endif
