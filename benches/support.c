#include "support.h"

#include "awslc.h"
#include "step.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT fail("built without valgrind/callgrind.h: --count is of no use")
#endif

/* The suite and group of all connections, so that all libraries do the same work. P-256 is the curve
 * of the certificates, which OpenSSL expects among the groups. */
#define SUITE_TLS13 "TLS_AES_128_GCM_SHA256"
#define SUITES_TLS12 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
#define GROUPS "X25519:P-256"

/* More rounds than any handshake has flights: beyond it nothing moves any more. */
#define MOST_FLIGHTS 20

struct options options = { .seconds = 0.3, .key = KEY_ECDSA, .verify = 1 };

void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* ---- Connections ---- */

void pair_open(struct pair *pair, SSL_CTX *client, SSL_CTX *server, SSL_SESSION *offer)
{
    BIO *client_end, *server_end;

    *pair = (struct pair){ 0 };
    REQUIRE(BIO_new_bio_pair(&client_end, 0, &server_end, 0) == 1);
    step_side = CLIENT_SIDE;
    pair->client = client_new(client);
    SSL_set_bio(pair->client, client_end, client_end);
    SSL_set_connect_state(pair->client);
    REQUIRE(offer == NULL || SSL_set_session(pair->client, offer) == 1);
    step_side = SERVER_SIDE;
    pair->server = SSL_new(server);
    REQUIRE(pair->server != NULL);
    SSL_set_bio(pair->server, server_end, server_end);
    SSL_set_accept_state(pair->server);
    step_side = NEITHER;
}

/* One step of one end. Returns 1 when its handshake is complete. */
static int handshake_step(SSL *ssl, double *seconds)
{
    double start = options.sides ? wall_seconds() : 0;
    int result = SSL_do_handshake(ssl);

    if (options.sides)
        *seconds += wall_seconds() - start;
    if (result == 1)
        return 1;
    int error = SSL_get_error(ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        fail("%s: handshake failed, SSL_get_error() is %d",
             SSL_is_server(ssl) ? "server" : "client", error);
    return 0;
}

void pair_handshake(struct pair *pair)
{
    int client_done = 0, server_done = 0;
    char nothing;

    for (int flight = 0; !(client_done && server_done); flight++) {
        if (flight == MOST_FLIGHTS)
            fail("the handshake does not come to an end");
        step_side = CLIENT_SIDE;
        if (!client_done)
            client_done = handshake_step(pair->client, &pair->client_seconds);
        step_side = SERVER_SIDE;
        if (!server_done)
            server_done = handshake_step(pair->server, &pair->server_seconds);
    }
    step_side = SERVER_SIDE;
    send_tickets(pair->server);
    step_side = CLIENT_SIDE;
    /* In TLS 1.3 the tickets arrive after the handshake, and only a read takes them in. */
    double start = options.sides ? wall_seconds() : 0;
    int result = SSL_read(pair->client, &nothing, 1);
    if (options.sides)
        pair->client_seconds += wall_seconds() - start;
    REQUIRE(SSL_get_error(pair->client, result) == SSL_ERROR_WANT_READ);
    REQUIRE(!options.verify || SSL_get_verify_result(pair->client) == X509_V_OK);
    step_side = NEITHER;
}

void pair_close(struct pair *pair)
{
    step_side = CLIENT_SIDE;
    REQUIRE(SSL_shutdown(pair->client) >= 0);
    step_side = SERVER_SIDE;
    REQUIRE(SSL_shutdown(pair->server) >= 0);
    SSL_free(pair->server);
    step_side = CLIENT_SIDE;
    SSL_free(pair->client);
    step_side = NEITHER;
}

/* ---- Contexts ---- */

static SSL_CTX *context_new(const SSL_METHOD *method, int version)
{
    SSL_CTX *context = SSL_CTX_new(method);

    REQUIRE(context != NULL);
    REQUIRE(version == 0 || SSL_CTX_set_min_proto_version(context, version) == 1);
    REQUIRE(version == 0 || SSL_CTX_set_max_proto_version(context, version) == 1);
    if (!options.own_terms) {
        context_set_cipher(context, TLS1_3_VERSION, SUITE_TLS13);
        context_set_cipher(context, TLS1_2_VERSION, SUITES_TLS12);
        REQUIRE(SSL_CTX_set1_groups_list(context, GROUPS) == 1);
    }
    return context;
}

SSL_CTX *server_context(int version)
{
    return server_context_with(version, identity_get()->leaf);
}

SSL_CTX *server_context_with(int version, X509 *leaf)
{
    const struct identity *identity = identity_get();
    SSL_CTX *context = context_new(TLS_server_method(), version);

    REQUIRE(SSL_CTX_use_certificate(context, leaf) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context, identity->key) == 1);
    REQUIRE(SSL_CTX_set_session_id_context(context, (const unsigned char *)"bench", 5) == 1);
    return context;
}

SSL_CTX *client_context(int version)
{
    SSL_CTX *context = context_new(TLS_client_method(), version);

    keep_sessions(context);
    if (options.verify) {
        X509_STORE *store = SSL_CTX_get_cert_store(context);

        REQUIRE(store != NULL && X509_STORE_add_cert(store, identity_get()->authority) == 1);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    }
    return context;
}

void context_set_cipher(SSL_CTX *context, int version, const char *cipher)
{
    if (version == TLS1_3_VERSION)
        REQUIRE(SSL_CTX_set_ciphersuites(context, cipher) == 1);
    else
        REQUIRE(SSL_CTX_set_cipher_list(context, cipher) == 1);
}

SSL *client_new(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);

    REQUIRE(ssl != NULL);
    REQUIRE(SSL_set_tlsext_host_name(ssl, HOST_NAME) == 1);
    REQUIRE(!options.verify || SSL_set1_host(ssl, HOST_NAME) == 1);
    return ssl;
}

/* ---- Time ---- */

static double clock_seconds(clockid_t clock)
{
    struct timespec now;

    REQUIRE(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double cpu_seconds(void)
{
    return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double wall_seconds(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
}

void print_figure(const char *name, double value, const char *unit)
{
    printf("%s %.6g %s\n", name, value, unit);
    fflush(stdout);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double median(double *values, size_t count)
{
    REQUIRE(count > 0);
    qsort(values, count, sizeof *values, compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* CPU seconds that `count` operations take. */
static double batch(const struct work *work, long count)
{
    if (work->prepare != NULL)
        work->prepare(work->argument, count);
    double start = cpu_seconds();

    for (long i = 0; i < count; i++)
        work->operation(work->argument);
    return cpu_seconds() - start;
}

/* Exactly options.count operations under callgrind's eye or by single steps, after some that warm up. */
static void count_instructions(const struct work *work)
{
    /* What is counted: what the rate counts, or operations. */
    long each = strcmp(work->unit, "/s") == 0 ? (long)work->amount : 1;

    if (options.step != NULL) {
        if (work->prepare != NULL)
            work->prepare(work->argument, STEP_WARM_UP + options.count);
        step(options.step, options.count, each, work->operation, work->argument);
    } else {
        batch(work, options.count);
        if (work->prepare != NULL)
            work->prepare(work->argument, options.count);
        CALLGRIND_TOGGLE_COLLECT;
        for (long i = 0; i < options.count; i++)
            work->operation(work->argument);
        CALLGRIND_TOGGLE_COLLECT;
    }
    print_figure(work->name, (double)(options.count * each), "operations");
}

void measure_rate(const struct work *work)
{
    /* Neighbours on the machine can slow a batch down, never speed it up; so the fast ones tell
     * most. The very fastest may be luck. */
    enum {
        BATCHES = 30,
        CHOSEN = 27
    };
    double rates[BATCHES];
    long count = 1;

    if (options.count != 0) {
        count_instructions(work);
        return;
    }
    /* Warms up, and finds how many operations fill a batch. */
    double spent, wanted = options.seconds / (BATCHES + 1);
    for (double total = 0; (spent = batch(work, count)) < wanted / 2;) {
        total += spent;
        if (total > options.seconds / 4)
            break;
        count *= 2;
    }
    count = (long)((double)count * wanted / spent);
    count = count < 1 ? 1 : count;
    for (int i = 0; i < BATCHES; i++)
        rates[i] = (double)count * work->amount / batch(work, count);
    qsort(rates, BATCHES, sizeof *rates, compare);
    print_figure(work->name, rates[CHOSEN], work->unit);
}
