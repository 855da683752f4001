/*
 * Settings of contexts as rows of a table: how to set each to one of three values, and how to find which of them
 * counts for a connection. copied_settings.c has the tests.
 */
#ifndef SETTING_ROWS_H
#define SETTING_ROWS_H

#include <string.h>

#include <openssl/ssl.h>

#include "pair.h"

enum role {
    CLIENT,
    SERVER
};

/* Where a value comes from when it is needed. */
enum rule {
    COPIED,     /* in SSL_new() */
    LIVE,       /* the context that the connection has now */
    LIVE_FIRST, /* the context that was given to SSL_new(), as it is now */
};

enum switched {
    STAYS,       /* not touched by SSL_set_SSL_CTX() */
    TAKEN,       /* that of the other context, whatever the connection has set */
    UNLESS_OWN,  /* that of the other context, unless the connection has set its own */
    TAKEN_EARLY, /* TAKEN, but what the servername callback switches to comes too late */
    UNLESS_OWN_EARLY,
};

enum duplicated {
    OF_CONNECTION,
    OF_CONTEXT
};

enum cleared {
    KEPT,
    OF_CONTEXT_AGAIN
};

struct row {
    const char *name;
    enum role role;
    int version; /* the only one, or 0 */
    bool meets;  /* seen in a handshake only */
    bool binary; /* 1 and 3 are the same */
    void (*in_context)(SSL_CTX *context, int value);
    void (*in_connection)(SSL *ssl, int value);
    int (*get)(SSL *ssl);
    enum rule rule;
    enum switched switched;
    enum duplicated duplicated;
    enum cleared cleared;
};

/* All of them. */
struct rows {
    const struct row *rows;
    size_t count;
};
extern const struct rows setting_rows_of_numbers, setting_rows_of_peers, setting_rows_of_callbacks,
    setting_rows_of_certificates;

/* What callbacks have seen: the value of the one that was called. */
extern int seen;
int get_seen(SSL *ssl);

/* Functions for the three values. */
/* clang-format off */
#define THREE(type, name, parameters, ...)                                     \
    static type name##_1 parameters { seen = 1; __VA_ARGS__ }                  \
    static type name##_2 parameters { seen = 2; __VA_ARGS__ }                  \
    static type name##_3 parameters { seen = 3; __VA_ARGS__ }
#define OF_THREE(name, value) ((value) == 1 ? name##_1 : (value) == 2 ? name##_2 : name##_3)
#define WHICH(name, function) ((function) == name##_1 ? 1 : (function) == name##_2 ? 2 : (function) == name##_3 ? 3 : 0)
/* clang-format on */
#define NUMBER(argument) ((int)(size_t)(argument))
#define ARGUMENT(value) ((void *)(size_t)(value))

/* A row whose value a getter of the connection returns, for functions called context_NAME, connection_NAME, get_NAME. */
#define GETTER(function, role, rule, switched, duplicated) \
    role, 0, false, false, context_##function, connection_##function, get_##function, rule, switched, duplicated, KEPT

/* The version of all handshakes, and the other end of the last one. */
extern const struct protocol *spoken;
extern SSL *peer;
/* The peer offers a pre-shared key. */
extern bool with_psk;
/* A handshake with a new peer; it need not succeed. */
void meet(SSL *ssl, enum role role);
/* Frees the peer. */
void meet_no_more(void);

#endif
