/*
 * Early data within one process: a pair of TLS 1.3 whose server allows it.
 */
#ifndef EARLY_H
#define EARLY_H

#include "pair.h"

enum {
    LIMIT = 16384,
    LARGE = 100000
};

/* Contexts for TLS 1.3, with LIMIT at the server. */
void early_init(struct pair *pair);
/* A session that allows early data, from a full handshake. */
SSL_SESSION *early_session(struct pair *pair);
/* Both ends, with the session set at the client, which is given up. */
void open_with(struct pair *pair, SSL_SESSION *session);
/* SSL_write_early_data() of the client, which must succeed. */
void send_early(struct pair *pair, const void *data, size_t length);
/* What SSL_read_early_data() gives for a large buffer. */
int read_early(struct pair *pair, char *buffer, size_t *count);
/* SSL_read_early_data() gives this text, or reports that there is no more. */
void expect_early(struct pair *pair, const char *text);
void expect_finish(struct pair *pair);
/* No more can be read, as the client has not gone on. */
void expect_none_yet(struct pair *pair);
/* SSL_get_early_data_status(), the same at both ends, or of each. */
void expect_statuses(struct pair *pair, int status);
void expect_statuses_of(struct pair *pair, int client, int server);
/* A call that failed as it should not have been made. */
void expect_misuse(int ret);
/* The client continues, then the server; both must succeed. */
void complete(struct pair *pair);
/* A connection on which `text` was sent early, which must have this status at both ends. */
void exchange(struct pair *pair, SSL_SESSION *session, const char *text, int status);

#endif
