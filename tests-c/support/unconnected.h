/*
 * A context and a connection of it that no test connects: what can be set on them and read from them.
 */
#ifndef UNCONNECTED_H
#define UNCONNECTED_H

#include <openssl/ssl.h>

#include "check.h"

extern SSL_CTX *context;
extern SSL *ssl;

void make(void);
void unmake(void);

#endif
