/*
 * Tickets as a TLS 1.3 server announces them to its program, and as they arrive at the client.
 */
#ifndef ANNOUNCED_H
#define ANNOUNCED_H

#include "pair.h"
#include "session_callbacks.h"

/* What the server's callback for new sessions was given, how often, and what it found. */
extern int announced;
extern SSL *announced_on;
extern SSL_SESSION *last_announced;
extern int in_init_when_announced;
extern unsigned char exported_when_announced[16];
/* So often it calls SSL_new_session_ticket() itself, and this is what that returned. */
extern int more_when_announced;
extern int answers[8], answer_count;

/* A pair for TLS 1.3 that records all this, and counts the sessions at the client. */
void announced_init(struct pair *pair);
/* The client takes what of the server's is there to be read, without waiting. */
void client_reads(struct pair *pair);

#endif
