/*
 * Records the messages (SSL_CTX_set_msg_callback) and the states between them
 * (SSL_CB_LOOP) that a program sees, one line of words for each end:
 *
 *     start done(S) exit+ exit0 exit-   the handshake begins, is done, a call returns 1, 0, -1
 *     (S)                               state S, as SSL_state_string() calls it, is left
 *     >01 <0e >ccs                      a message sent, received, a change_cipher_spec
 *     >H17 <I16                         a record's type, and its inner content type (TLS 1.3)
 *     >!0230 >alert0230                 an alert: as a message, and for the info callback
 */
#ifndef REPORTED_H
#define REPORTED_H

#include "pair.h"

#define CLIENT 0
#define SERVER 1

/* The lines of both ends, for words that a test adds or looks for. */
extern char lines[2][8192];
void say(const SSL *ssl, const char *format, ...);

/* A pair of this version, which the callbacks expect. */
void reported_init(struct pair *pair, const struct protocol *protocol);
void record_context(SSL_CTX *context);
void record_both(struct pair *pair);
void record_messages(SSL_CTX *context);
void record_connection(SSL *ssl);

/* Checks the reports since the last check; check_reported() ignores those of records, because the engine puts
 * several messages into one. */
void check_reported_all(const char *client, const char *server);
void check_reported(const char *client, const char *server);
void leave_out_records(char *line);

#endif
