/* What all measures share: certificates, contexts, a client and a server in one process, the clock.
 *
 * Everything here ends the process with a message when something is not as it should be, so a
 * figure that is printed always stands for work that was really done. */
#ifndef BENCH_SUPPORT_H
#define BENCH_SUPPORT_H

#include <openssl/ssl.h>

#define HOST_NAME "server.example"
/* The most plaintext that one TLS record carries (RFC 8446 section 5.1). */
#define RECORD_SIZE 16384

enum key_type {
    KEY_ECDSA,
    KEY_RSA
};

struct options {
    double seconds;    /* how long to measure each thing */
    long count;        /* if not 0: do exactly this often, for callgrind or by single steps */
    const char *step;  /* file for what single steps find, or NULL */
    int threads;       /* are the single steps for two threads? */
    int own_terms;     /* may the library choose suite and group? */
    enum key_type key; /* of the server's certificate */
    int verify;        /* does the client verify the server? */
    int sides;         /* also print each side's share of a handshake? */
};

/* A certificate authority and a server certificate that it issued for HOST_NAME. */
struct identity {
    EVP_PKEY *key;
    X509 *leaf;
    EVP_PKEY *authority_key;
    X509 *authority;
};

/* A figure that can be asked for by name. The lists end with an entry without name. */
struct measure {
    const char *name;
    void (*run)(const struct measure *measure);
    int version;        /* TLS1_2_VERSION, TLS1_3_VERSION, or 0 where it does not matter */
    int variant;        /* its meaning is the measure's own */
    const char *cipher; /* name of the cipher suite, NULL for the libraries' own choice */
};

extern const struct measure handshake_measures[];
extern const struct measure bulk_measures[];
extern const struct measure memory_measures[];
extern const struct measure session_measures[];
extern const struct measure cache_measures[];
extern const struct measure start_measures[];

extern struct options options;

/* What the fresh processes that start.c runs are to do, by its hidden option --child. */
enum start {
    NO_CHILD,
    CONTEXT,
    CONNECTION
};
int start_child(enum start what);

/* Prints the message and the error queue to stderr, and exits with 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* fail() with the condition's text, unless it holds. */
#define REQUIRE(condition) \
    ((condition) ? (void)0 : fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition))

/* Made at the first call, then always the same. */
const struct identity *identity_get(void);
/* Another certificate for the same key, from the same authority; the caller frees it. */
X509 *leaf_new(const struct identity *identity, long serial);

/* New contexts for exactly one protocol version; the caller frees them. */
SSL_CTX *server_context(int version);
/* The same with another certificate for the identity's key. */
SSL_CTX *server_context_with(int version, X509 *leaf);
SSL_CTX *client_context(int version);
/* Allows exactly this suite, whichever protocol version it belongs to. */
void context_set_cipher(SSL_CTX *context, int version, const char *cipher);
/* A client that sends HOST_NAME and expects it in the certificate. */
SSL *client_new(SSL_CTX *context);

/* A client and a server, joined by a BIO pair. */
struct pair {
    SSL *client;
    SSL *server;
    double client_seconds; /* spent in each side's handshake; only with options.sides */
    double server_seconds;
};

/* `offer`, which may be NULL, stays the caller's. */
void pair_open(struct pair *pair, SSL_CTX *client, SSL_CTX *server, SSL_SESSION *offer);
/* Drives both ends to the end of the handshake, and lets the client take the tickets. */
void pair_handshake(struct pair *pair);
/* Both send close_notify, so that sessions stay resumable; then frees both. */
void pair_close(struct pair *pair);

/* CPU seconds of the whole process, every thread of it: what the neighbours do counts little. */
double cpu_seconds(void);
/* Seconds on the clock that a person would look at. */
double wall_seconds(void);
double median(double *values, size_t count);

/* Prints the line that `run` reads. */
void print_figure(const char *name, double value, const char *unit);
/* An operation whose rate is to be measured. */
struct work {
    const char *name;
    const char *unit; /* "/s", or what an operation has an amount of, a second */
    double amount;    /* so much of the unit does one operation stand for */
    void (*operation)(void *argument);
    /* NULL, or what must be done before `count` operations, unmeasured. */
    void (*prepare)(void *argument, long count);
    void *argument;
};
/* Does the operation in batches for options.seconds and prints how much of the unit a fast batch
 * (nine in ten are slower) did in a second of CPU time. */
void measure_rate(const struct work *work);

#endif
