/* Handshakes: full, and resumed in each of the ways that there are.
 *
 * One operation is what a connection costs both ends without its data: SSL_new(), handshake, the
 * client takes the tickets, SSL_shutdown(), SSL_free(). */
#include "awslc.h"
#include "step.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

/* So many connections stay open, if they are kept: more than are stepped, so that no address comes
 * again only because a connection before has given it back. */
#define KEPT (STEP_WARM_UP / 2)

/* FULL: with the same certificates each time. FIRST_CONTACT: each time with a certificate that the
 * client has never seen. STATEFUL: the ticket names a session in the server's cache. */
enum {
    FULL,
    FIRST_CONTACT,
    BY_ID,
    BY_TICKET,
    STATEFUL
};

struct handshakes {
    const struct measure *measure;
    SSL_CTX *client;
    SSL_CTX *server;
    SSL_SESSION *session; /* what the next connection offers, or NULL for full handshakes */
    double client_seconds;
    double server_seconds;
    long done;
    struct pair kept[KEPT]; /* a ring, with options.threads */
    SSL_CTX **fresh;        /* for first contacts: servers whose certificates are new */
    long freshes;
    long used; /* of them */
};

static int resumes(const struct handshakes *run)
{
    return run->measure->variant >= BY_ID;
}

/* What was negotiated, so that two libraries can be seen to do the same work. */
static void print_terms(const char *name, SSL *ssl)
{
    long group = SSL_get_negotiated_group(ssl);

    printf("# %s: %s %s %s\n", name, SSL_get_version(ssl), SSL_get_cipher_name(ssl),
           group > 0 ? OBJ_nid2sn((int)group) : "unknown-group");
}

/* Closes the connection, or keeps it and closes the one that has been kept longest. */
static void dispose(struct handshakes *run, struct pair *pair)
{
    struct pair oldest = *pair;

    if (options.threads) {
        oldest = run->kept[run->done % KEPT];
        run->kept[run->done % KEPT] = *pair;
    }
    if (oldest.client != NULL)
        pair_close(&oldest);
}

static void connect_once(void *argument)
{
    struct handshakes *run = argument;
    struct pair pair;

    SSL_CTX *server = run->server;

    if (run->measure->variant == FIRST_CONTACT) {
        REQUIRE(run->used < run->freshes);
        server = run->fresh[run->used++];
    }
    pair_open(&pair, run->client, server, run->session);
    pair_handshake(&pair);
    REQUIRE(SSL_session_reused(pair.client) == resumes(run));
    REQUIRE(SSL_session_reused(pair.server) == resumes(run));
    if (resumes(run)) {
        /* TLS 1.3 asks for a new ticket each time (RFC 8446 appendix C.4); TLS 1.2 keeps its one. */
        SSL_SESSION *next = session_of(pair.client);
        REQUIRE(next != NULL && SSL_SESSION_is_resumable(next));
        REQUIRE(SSL_version(pair.client) != TLS1_3_VERSION || next != run->session);
        SSL_SESSION_free(run->session);
        run->session = next;
    }
    run->client_seconds += pair.client_seconds;
    run->server_seconds += pair.server_seconds;
    dispose(run, &pair);
    run->done++;
}

/* A full handshake that leaves a session of the kind wanted. */
static void first_connection(void *argument)
{
    struct handshakes *run = argument;
    const struct measure *measure = run->measure;
    struct pair pair;

    pair_open(&pair, run->client, run->server, NULL);
    pair_handshake(&pair);
    REQUIRE(!SSL_session_reused(pair.client) && !SSL_session_reused(pair.server));
    REQUIRE(SSL_version(pair.client) == measure->version);
    print_terms(measure->name, pair.client);
    if (resumes(run)) {
        run->session = session_of(pair.client);
        REQUIRE(run->session != NULL && SSL_SESSION_is_resumable(run->session));
        /* In TLS 1.3 the client gets a ticket that only the server can tell from a name. */
        REQUIRE(SSL_SESSION_has_ticket(run->session) == (measure->variant != BY_ID));
    }
    pair_close(&pair);
}

static void free_fresh(struct handshakes *run)
{
    for (long i = 0; i < run->freshes; i++)
        SSL_CTX_free(run->fresh[i]);
    free(run->fresh);
    run->fresh = NULL;
    run->freshes = run->used = 0;
}

/* As many servers as first contacts are to come. Each has served another client already, so only
 * to the client under measurement is anything new. */
static void make_fresh(void *argument, long count)
{
    static long serial = 1000;
    struct handshakes *run = argument;
    int version = run->measure->version, verify = options.verify;
    struct pair pair;

    free_fresh(run);
    REQUIRE((run->fresh = calloc((size_t)count, sizeof(SSL_CTX *))) != NULL);
    options.verify = 0;
    SSL_CTX *other = client_context(version);
    for (; run->freshes < count; run->freshes++) {
        X509 *leaf = leaf_new(identity_get(), serial++);
        SSL_CTX *server = server_context_with(version, leaf);

        run->fresh[run->freshes] = server;
        X509_free(leaf);
        pair_open(&pair, other, server, NULL);
        pair_handshake(&pair);
        pair_close(&pair);
    }
    SSL_CTX_free(other);
    options.verify = verify;
}

static void print_sides(const char *name, const struct handshakes *run)
{
    char side[128];

    snprintf(side, sizeof side, "%s.client", name);
    print_figure(side, run->client_seconds / (double)run->done * 1e6, "us");
    snprintf(side, sizeof side, "%s.server", name);
    print_figure(side, run->server_seconds / (double)run->done * 1e6, "us");
}

/* Two threads that have the contexts in common, but each its own sessions. */
static void step_both(const struct handshakes *run)
{
    struct handshakes runs[2] = { *run, *run };
    void *arguments[2] = { &runs[0], &runs[1] };

    step_on_two_threads(options.step, options.count, first_connection, connect_once, arguments);
    print_figure(run->measure->name, (double)options.count, "operations");
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < KEPT; k++)
            if (runs[i].kept[k].client != NULL)
                pair_close(&runs[i].kept[k]);
        SSL_SESSION_free(runs[i].session);
    }
}

static void handshakes(const struct measure *measure)
{
    struct handshakes run = {
        .measure = measure,
        .client = client_context(measure->version),
        .server = server_context(measure->version),
    };

    if (measure->variant == BY_ID || measure->variant == STATEFUL)
        SSL_CTX_set_options(run.server, SSL_OP_NO_TICKET);
    else if (measure->variant == BY_TICKET)
        send_one_ticket(run.server);
    if (options.threads) {
        REQUIRE(resumes(&run));
        step_both(&run);
    } else {
        first_connection(&run);
        measure_rate(&(struct work){ measure->name, "/s", 1, connect_once,
                                     measure->variant == FIRST_CONTACT ? make_fresh : NULL, &run });
    }
    if (options.sides)
        print_sides(measure->name, &run);
    free_fresh(&run);
    SSL_SESSION_free(run.session);
    SSL_CTX_free(run.client);
    SSL_CTX_free(run.server);
}

const struct measure handshake_measures[] = {
    { "handshake.tls13.full", handshakes, TLS1_3_VERSION, FULL, NULL },
    { "handshake.tls13.full.first-contact", handshakes, TLS1_3_VERSION, FIRST_CONTACT, NULL },
    { "handshake.tls13.resumed.ticket", handshakes, TLS1_3_VERSION, BY_TICKET, NULL },
#if !IS_AWSLC
    /* AWS-LC's servers have no such sessions in TLS 1.3. */
    { "handshake.tls13.resumed.stateful", handshakes, TLS1_3_VERSION, STATEFUL, NULL },
#endif
    { "handshake.tls12.full", handshakes, TLS1_2_VERSION, FULL, NULL },
    { "handshake.tls12.full.first-contact", handshakes, TLS1_2_VERSION, FIRST_CONTACT, NULL },
    { "handshake.tls12.resumed.id", handshakes, TLS1_2_VERSION, BY_ID, NULL },
    { "handshake.tls12.resumed.ticket", handshakes, TLS1_2_VERSION, BY_TICKET, NULL },
    { NULL, NULL, 0, 0, NULL },
};
