/*
 * A pair whose ends both cache their sessions and count what is removed. In TLS 1.2
 * the sessions are known by id, in TLS 1.3 by stateful tickets, one for each
 * connection, so that the server's object is in its cache too.
 */
#ifndef CACHING_PAIR_H
#define CACHING_PAIR_H

#include "pair.h"
#include "session_callbacks.h"

void caching_pair_init(struct pair *pair, const struct protocol *protocol);
/* Also connects, and ends with the session in both caches. */
void caching_pair_connect(struct pair *pair, const struct protocol *protocol);
/* Ends both connections in a way that touches no session, and frees everything. */
void caching_pair_free(struct pair *pair, SSL_SESSION *session);

/* The session is still in this cache, which holds nothing else, and resumable. */
void check_kept(SSL_CTX *context, SSL_SESSION *session);
/* It was removed once, and nothing else was; the cache is empty; it is not resumable. */
void check_lost(SSL_CTX *context, SSL_SESSION *session);

#endif
