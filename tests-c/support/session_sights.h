/*
 * The session of a server as each callback sees it during a handshake.
 */
#ifndef SESSION_SIGHTS_H
#define SESSION_SIGHTS_H

#include "pair.h"

/* What callbacks saw, in the order in which they were called. */
struct sight {
    const char *callback;
    const SSL_SESSION *session;
    unsigned id_length;
};

extern struct sight sights[64];
extern size_t sight_count;

/* Adds a sight: what a callback of the test may do too. */
void look(const char *callback, const SSL *ssl);
bool was_asked(const char *callback);

/* The callback for protocols fails the handshake. */
extern bool protocols_are_fatal;
/* The callback for verification attaches something to the session. */
extern int index_of_verdict;
extern bool keeps_verdict;

/* A server with all those callbacks, which count_removal() counts for. */
void sights_init(struct pair *pair, const struct protocol *protocol, bool tickets);

#endif
