/* Sessions by themselves: their reference count, their way through DER, and the heap that they take. */
#include "awslc.h"
#include "support.h"

#include <malloc.h>
#include <string.h>

/* So many pairs make one operation, for a pair alone is too short to be called through a pointer.
 * Single steps are slow, but exact. */
#define PAIRS (options.step != NULL ? 20 : 1000)

/* Sessions whose heap is measured; the first ones fill caches of the library and the allocator. */
#define WARM_UP 20
#define SESSIONS 200
#define ALL (WARM_UP + SESSIONS)

/* Whose session, and how it came to be there. */
enum {
    CLIENT,
    SERVER,
    RESTORED
};

/* What is done with the reference count. */
enum {
    GET1_FREE,
    GET,
    UP_REF_FREE
};

/* An open connection whose client has a resumable session with the server's certificate. The
 * server's is resumable too if `stateful`. */
static void open_with_session(struct pair *pair, int version, int stateful)
{
    SSL_CTX *client = client_context(version), *server = server_context(version);

    if (stateful)
        SSL_CTX_set_options(server, SSL_OP_NO_TICKET);
    pair_open(pair, client, server, NULL);
    pair_handshake(pair);
    /* The connection holds its context. */
    SSL_CTX_free(client);
    SSL_CTX_free(server);
}

static void get1_and_free(void *argument)
{
    for (int i = 0; i < PAIRS; i++)
        SSL_SESSION_free(SSL_get1_session(argument));
}

static void get(void *argument)
{
    for (int i = 0; i < PAIRS; i++)
        REQUIRE(SSL_get_session(argument) != NULL);
}

static void up_ref_and_free(void *argument)
{
    SSL_SESSION *session = SSL_get_session(argument);

    for (int i = 0; i < PAIRS; i++) {
        REQUIRE(SSL_SESSION_up_ref(session) == 1);
        SSL_SESSION_free(session);
    }
}

static void reference_count(const struct measure *measure)
{
    static void (*const operations[])(void *) = { get1_and_free, get, up_ref_and_free };
    struct pair pair;

    open_with_session(&pair, measure->version, 0);
    SSL_SESSION *session = SSL_get_session(pair.client);
    REQUIRE(session != NULL);
    measure_rate(
        &(struct work){ measure->name, "/s", PAIRS, operations[measure->variant], NULL, pair.client });
    REQUIRE(SSL_get_session(pair.client) == session);
    pair_close(&pair);
}

static void new_and_free(void *argument)
{
    for (int i = 0; i < PAIRS; i++) {
        SSL_SESSION *session = empty_session(argument);

        REQUIRE(session != NULL);
        SSL_SESSION_free(session);
    }
}

static void creation(const struct measure *measure)
{
    SSL_CTX *context = client_context(0);

    measure_rate(&(struct work){ measure->name, "/s", PAIRS, new_and_free, NULL, context });
    SSL_CTX_free(context);
}

static SSL_SESSION *round_trip(SSL_SESSION *session)
{
    unsigned char *der = NULL;
    int length = i2d_SSL_SESSION(session, &der);
    const unsigned char *end = der;

    REQUIRE(length > 0);
    SSL_SESSION *copy = d2i_SSL_SESSION(NULL, &end, length);
    REQUIRE(copy != NULL && end == der + length);
    OPENSSL_free(der);
    return copy;
}

static void serialise(void *argument)
{
    SSL_SESSION_free(round_trip(argument));
}

static void check_bytes(SSL_SESSION *left, SSL_SESSION *right)
{
    unsigned char *left_der = NULL, *right_der = NULL;
    int length = i2d_SSL_SESSION(left, &left_der);

    REQUIRE(length > 0 && i2d_SSL_SESSION(right, &right_der) == length);
    REQUIRE(memcmp(left_der, right_der, (size_t)length) == 0);
    OPENSSL_free(left_der);
    OPENSSL_free(right_der);
}

static void serialisation(const struct measure *measure)
{
    struct pair pair;

    open_with_session(&pair, measure->version, measure->variant == SERVER);
    SSL_SESSION *session =
        measure->variant == SERVER ? SSL_get1_session(pair.server) : session_of(pair.client);
    REQUIRE(session != NULL && SSL_SESSION_is_resumable(session));
    REQUIRE((SSL_SESSION_get0_peer(session) != NULL) == (measure->variant == CLIENT));
    SSL_SESSION *copy = round_trip(session);
    check_bytes(session, copy);
    measure_rate(&(struct work){ measure->name, "/s", 1, serialise, NULL, session });
    SSL_SESSION_free(copy);
    SSL_SESSION_free(session);
    pair_close(&pair);
}

static double heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)(info.uordblks + info.hblkhd);
}

/* A client's session of a connection that is no more. */
static SSL_SESSION *new_session(SSL_CTX *client, SSL_CTX *server)
{
    struct pair pair;

    pair_open(&pair, client, server, NULL);
    pair_handshake(&pair);
    SSL_SESSION *session = session_of(pair.client);
    pair_close(&pair);
    REQUIRE(session != NULL && SSL_SESSION_is_resumable(session));
    return session;
}

/* All of one server, as a client has them that calls it again and again. */
static void heap(const struct measure *measure)
{
    SSL_CTX *client = client_context(measure->version), *server = server_context(measure->version);
    SSL_SESSION *sessions[ALL];
    double before = 0;

    SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_OFF);
    for (int i = 0; i < ALL; i++) {
        if (i == WARM_UP)
            before = heap_bytes();
        sessions[i] = new_session(client, server);
        if (measure->variant == RESTORED) {
            SSL_SESSION *original = sessions[i];

            sessions[i] = round_trip(original);
            SSL_SESSION_free(original);
        }
    }
    print_figure(measure->name, (heap_bytes() - before) / SESSIONS, "B");
    for (int i = 0; i < ALL; i++)
        SSL_SESSION_free(sessions[i]);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
}

const struct measure session_measures[] = {
    { "session.new-free", creation, 0, 0, NULL },
    { "session.get", reference_count, TLS1_3_VERSION, GET, NULL },
    { "session.get1-free", reference_count, TLS1_3_VERSION, GET1_FREE, NULL },
    { "session.up-ref-free", reference_count, TLS1_3_VERSION, UP_REF_FREE, NULL },
    { "session.tls13.client.i2d-d2i", serialisation, TLS1_3_VERSION, CLIENT, NULL },
    { "session.tls12.client.i2d-d2i", serialisation, TLS1_2_VERSION, CLIENT, NULL },
#if !IS_AWSLC
    /* AWS-LC's servers have no resumable sessions in TLS 1.3, only tickets. */
    { "session.tls13.server.i2d-d2i", serialisation, TLS1_3_VERSION, SERVER, NULL },
#endif
    { "session.tls12.server.i2d-d2i", serialisation, TLS1_2_VERSION, SERVER, NULL },
    { "session.tls13.client.heap", heap, TLS1_3_VERSION, CLIENT, NULL },
    { "session.tls12.client.heap", heap, TLS1_2_VERSION, CLIENT, NULL },
    { "session.tls13.client.heap-restored", heap, TLS1_3_VERSION, RESTORED, NULL },
    { "session.tls12.client.heap-restored", heap, TLS1_2_VERSION, RESTORED, NULL },
    { NULL, NULL, 0, 0, NULL },
};
