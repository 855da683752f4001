/*
 * Callbacks of caches that count new sessions, and sessions that are removed.
 */
#ifndef SESSION_CALLBACKS_H
#define SESSION_CALLBACKS_H

#include <openssl/ssl.h>

/* Calls of either callback for new sessions; keep_new_session() takes a reference to each session. */
extern int new_sessions;
extern SSL_SESSION *kept_sessions[8];

int count_new_session(SSL *ssl, SSL_SESSION *session);
int keep_new_session(SSL *ssl, SSL_SESSION *session);
/* A client's cache that keeps nothing, but has its sessions arrive in keep_new_session(). */
void keep_new_sessions(SSL_CTX *context);
void free_new_sessions(void);

/* Calls of the callback for removed sessions, none of which may be resumable, and the last session. */
extern int removals;
extern SSL_SESSION *removed;

void count_removal(SSL_CTX *context, SSL_SESSION *session);

#endif
