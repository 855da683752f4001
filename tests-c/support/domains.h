/*
 * Resumption where a server has domains: connections to names, and sessions that stand or do not stand for another name.
 */
#ifndef DOMAINS_H
#define DOMAINS_H

#include "pair.h"

/* The four kinds of resumption. */
struct kind {
    const struct protocol *protocol;
    bool tickets; /* TLS 1.3: stateless ones */
};

enum {
    KINDS = 4
};
extern const struct kind kinds[KINDS];

#define FOR_EACH_KIND(kind) for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++)

/* What change_domain() does, as the servername callback does for "b.example": each entry is a way of being another domain. */
struct domain {
    SSL_CTX *context; /* switch to it */
    int verify_mode;  /* ask for a client's certificate */
    const char *id_context;
};
extern struct domain for_b;

void change_domain(SSL *ssl);
/* Of the servername callback. */
extern int name_answer;

enum {
    REQUIRED = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
};

/* A server with the id context "shop"; a client that accepts every name. */
void domain_init(struct pair *pair, const struct kind *kind);
/* A connection to `name` that offers `session` is open and settled. */
void connect_to(struct pair *pair, const char *name, SSL_SESSION *session);
/* The session of a full handshake with `name`; the caller's. */
SSL_SESSION *session_of(struct pair *pair, const char *name);
bool resumes_at(struct pair *pair, const char *name, SSL_SESSION *session);
/* The client has no certificate: only a resumption could let it in. */
bool is_let_in(struct pair *pair, const char *name, SSL_SESSION *session);

#endif
