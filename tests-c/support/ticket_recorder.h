/*
 * A TLS 1.3 server whose ticket callbacks record the order of their calls, and a client that keeps
 * the sessions it gets (session_callbacks.h).
 */
#ifndef TICKET_RECORDER_H
#define TICKET_RECORDER_H

#include "pair.h"
#include "session_callbacks.h"

/* Letters of the callbacks in the order in which they were called: i(d), g(enerate), k(ey) or K(ey of a ticket that is
 * opened), n(ew session). */
extern char sequence[32];

/* The first byte of the next session's id. */
extern unsigned char next_id;

/* The callback that generates tickets: the session it saw, its answer, and the fields it sets on the session. */
extern SSL_SESSION *generated;
extern int generate_answer;
extern long generated_timeout;
extern const char *appdata;
extern size_t appdata_length;
int generate(SSL *ssl, void *argument);

/* The callback for keys: its answer, and how often it was called to seal. */
extern int key_answer, key_calls;

/* The server's new sessions, each with a reference. */
extern int kept_count;
extern SSL_SESSION *kept[8];

void recording_pair_init(struct pair *pair);
void recording_pair_free(struct pair *pair);

#endif
