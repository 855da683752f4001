/*
 * The last ClientHello that a server has seen: what it offers.
 */
#ifndef SEEN_HELLO_H
#define SEEN_HELLO_H

#include "pair.h"

struct seen_hello {
    bool seen;
    unsigned char suites[512];
    size_t suites_length;
    unsigned char groups[128];
    size_t groups_length; /* with the length in front */
    unsigned char sigalgs[128];
    size_t sigalgs_length;
    bool ticket;
    bool version13;
};

extern struct seen_hello hello;

/* For SSL_CTX_set_client_hello_cb(): notes the ClientHello. */
int see_hello(SSL *ssl, int *alert, void *argument);

bool has_number(const unsigned char *numbers, size_t length, unsigned number);

#define OFFERS_SUITE(number) has_number(hello.suites, hello.suites_length, number)
#define OFFERS_GROUP(number) has_number(hello.groups + 2, hello.groups_length - 2, number)
#define OFFERS_SIGALG(number) has_number(hello.sigalgs + 2, hello.sigalgs_length - 2, number)

#endif
