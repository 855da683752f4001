/*
 * Sessions that numbers identify, in the order in which they are first seen, so that a report says the same on
 * another library.
 */
#ifndef NUMBERED_H
#define NUMBERED_H

#include <openssl/ssl.h>

#include "check.h"

/* Once, before the first session is made. */
void numbered_init(void);
/* Numbers begin with 1 again; there is no session. */
void numbered_begin(void);

/* 0 for NULL. A copy is another session. */
long number_of(const SSL_SESSION *session);
bool is_numbered(const SSL_SESSION *session);

/* Writes into the report what a session shows, or that there is none. */
void show_session(const char *what, SSL_SESSION *session);

/* Writes into the report which sessions with numbers were freed since the last call, in which order. */
void show_freed(void);

#endif
