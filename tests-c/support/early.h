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
/* Opens both ends; the client takes the caller's reference to the session. */
void open_with(struct pair *pair, SSL_SESSION *session);
/* SSL_write_early_data() of the client, which must succeed. */
void send_early(struct pair *pair, const void *data, size_t length);
/* Calls SSL_read_early_data() with a large buffer. */
int read_early(struct pair *pair, char *buffer, size_t *count);
/* SSL_read_early_data() returns this text, or reports the end. */
void expect_early(struct pair *pair, const char *text);
void expect_finish(struct pair *pair);
/* No more can be read, because the client has not continued. */
void expect_none_yet(struct pair *pair);
/* Checks SSL_get_early_data_status(): the same at both ends, or one for each. */
void expect_statuses(struct pair *pair, int status);
void expect_statuses_of(struct pair *pair, int client, int server);
/* The call failed with ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED. */
void expect_misuse(int ret);
/* The client continues, then the server; both must succeed. */
void complete(struct pair *pair);
/* A connection on which `text` was sent early, which must have this status at both ends. */
void exchange(struct pair *pair, SSL_SESSION *session, const char *text, int status);

#endif
