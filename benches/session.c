/* Sessions by themselves: their reference count, and their way through DER. */
#include "support.h"

#include <string.h>

/* So many pairs make one operation, for a pair alone is too short to be called through a pointer. */
#define PAIRS 1000

/* An open connection whose client has a resumable session with the server's certificate. */
static void open_with_session(struct pair *pair, int version)
{
    SSL_CTX *client = client_context(version), *server = server_context(version);

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

static void reference_count(const struct measure *measure)
{
    struct pair pair;

    open_with_session(&pair, measure->version);
    SSL_SESSION *session = SSL_get_session(pair.client);
    REQUIRE(session != NULL);
    measure_rate(measure->name, "/s", PAIRS, get1_and_free, pair.client);
    REQUIRE(SSL_get_session(pair.client) == session);
    pair_close(&pair);
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

    open_with_session(&pair, measure->version);
    SSL_SESSION *session = SSL_get_session(pair.client);
    REQUIRE(session != NULL && SSL_SESSION_is_resumable(session));
    SSL_SESSION *copy = round_trip(session);
    check_bytes(session, copy);
    measure_rate(measure->name, "/s", 1, serialise, session);
    SSL_SESSION_free(copy);
    pair_close(&pair);
}

const struct measure session_measures[] = {
    {"session.get1-free", reference_count, TLS1_3_VERSION, 0, NULL},
    {"session.tls13.i2d-d2i", serialisation, TLS1_3_VERSION, 0, NULL},
    {"session.tls12.i2d-d2i", serialisation, TLS1_2_VERSION, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};
