/*
 * A pair whose ends both cache their sessions and count the sessions removed. In TLS 1.2
 * the sessions are known by id, in TLS 1.3 by stateful tickets, one for each
 * connection, so that the server's object is in its cache too.
 */
#ifndef CACHING_PAIR_H
#define CACHING_PAIR_H

#include "pair.h"
#include "session_callbacks.h"

void caching_pair_init(struct pair *pair, const struct protocol *protocol);
/* Also connects; afterwards both caches have the session. */
void caching_pair_connect(struct pair *pair, const struct protocol *protocol);
/* Closes both connections without affecting a session, and frees everything. */
void caching_pair_free(struct pair *pair, SSL_SESSION *session);

/* This cache holds the session and no other, and the session is resumable. */
void check_kept(SSL_CTX *context, SSL_SESSION *session);
/* The session was removed once, and no other was; the cache is empty; the session is not resumable. */
void check_lost(SSL_CTX *context, SSL_SESSION *session);

#endif
