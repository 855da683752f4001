/*
 * Sessions and tickets that one library made and the other one uses: S75, S78, S79, S87, S88.
 *
 * Each end of each connection is a process on the library that the test names. They share a
 * directory: `client.der` and `client.pem` are the client's session after its last connection, and
 * the files named by a session id are what the server's new_cb was given and its get_cb looks for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "key_forms.h"
#include "pair.h"
#include "worker.h"

/* Exit statuses of both workers, beyond those of a failure. */
enum {
    FULL = 10,
    RESUMED = 11
};

/* ---- what a session is kept in ---- */

struct kind {
    const char *name;
    int version;
    bool ticket; /* stateless */
};

static const struct kind KINDS[] = {
    { "TLS 1.2, id", TLS1_2_VERSION, false },
    { "TLS 1.2, ticket", TLS1_2_VERSION, true },
    { "TLS 1.3, stateful", TLS1_3_VERSION, false },
    { "TLS 1.3, stateless", TLS1_3_VERSION, true },
};

static const struct protocol *protocol_of(const struct kind *kind)
{
    return kind->version == TLS1_3_VERSION ? &TLS13 : &TLS12;
}

static int accept_anyone(int ok, X509_STORE_CTX *store)
{
    (void)ok, (void)store;
    return 1;
}

/* ---- application data in tickets ---- */

static int put_data_into_ticket(SSL *ssl, void *argument)
{
    return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), argument,
                                           strlen(argument));
}

static SSL_TICKET_RETURN find_data_in_ticket(SSL *ssl, SSL_SESSION *session,
                                             const unsigned char *name, size_t length,
                                             SSL_TICKET_STATUS status, void *argument)
{
    void *data;

    (void)ssl, (void)name;
    switch (status) {
    case SSL_TICKET_SUCCESS:
    case SSL_TICKET_SUCCESS_RENEW:
        CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
        CHECK_MEM(data, length, argument, strlen(argument));
        return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE
                                            : SSL_TICKET_RETURN_USE_RENEW;
    default: return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
}

/* ---- the server's sessions, in files ---- */

static const char *shelf;

static void name_of_id(char name[80], const unsigned char *id, size_t length)
{
    for (size_t i = 0; i < length; i++)
        snprintf(name + 2 * i, 3, "%02x", id[i]);
}

static int file_session(SSL *ssl, SSL_SESSION *session)
{
    unsigned char der[8192], *end = der;
    unsigned length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    char name[80];

    (void)ssl;
    CHECK_EQ(length, 32);
    name_of_id(name, id, length);
    write_file(shelf, name, der, (size_t)i2d_SSL_SESSION(session, &end));
    return 0;
}

static SSL_SESSION *find_session(SSL *ssl, const unsigned char *id, int length, int *copy)
{
    char name[80], path[512];
    SSL_SESSION *session;
    const unsigned char *start;
    unsigned char *der;
    size_t found;

    (void)ssl;
    name_of_id(name, id, (size_t)length);
    snprintf(path, sizeof(path), "%s/%s", shelf, name);
    if (access(path, R_OK) != 0)
        return NULL; /* a compatibility id (S96) */
    start = der = read_file(shelf, name, &found);
    session = d2i_SSL_SESSION(NULL, &start, (long)found);
    CHECK(session != NULL && start == der + found);
    free(der);
    *copy = 0;
    return session;
}

/* ---- the two ends ---- */

static int accept_name(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert, (void)argument;
    return SSL_TLSEXT_ERR_OK;
}

static int choose_h2(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                     const unsigned char *in, unsigned in_length, void *argument)
{
    (void)ssl, (void)argument;
    return SSL_select_next_proto((unsigned char **)out, out_length,
                                 (const unsigned char *)"\x02h2", 3, in, in_length)
                   == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL *on_socket(SSL_CTX *context, const char *number)
{
    SSL *ssl = SSL_new(context);

    CHECK(ssl != NULL);
    CHECK_EQ(SSL_set_fd(ssl, atoi(number)), 1);
    return ssl;
}

/* Whatever is the same on both ends, and after a resumption as before. */
static int check_outcome(SSL *ssl, const struct kind *kind)
{
    const unsigned char *alpn;
    unsigned length;
    X509 *peer = SSL_get1_peer_certificate(ssl);

    CHECK_EQ(SSL_version(ssl), kind->version);
    CHECK(peer != NULL);
    X509_free(peer);
    /* Each process has its own authority, and accepted the other's certificate nevertheless. */
    CHECK(SSL_get_verify_result(ssl) != X509_V_OK);
    CHECK_STR(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), "localhost");
    SSL_get0_alpn_selected(ssl, &alpn, &length);
    CHECK_MEM(alpn, length, "h2", 2);
    return SSL_session_reused(ssl) ? RESUMED : FULL;
}

/* KIND SOCKET KEYS ANSWER */
static int serve(const struct kind *kind, char **argv)
{
    SSL_CTX *context = server_context(protocol_of(kind));
    SSL *ssl;
    char byte;
    int outcome;

    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, accept_anyone);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"exchange", 8);
    SSL_CTX_set_tlsext_servername_callback(context, accept_name);
    SSL_CTX_set_alpn_select_cb(context, choose_h2, NULL);
    if (kind->ticket) {
        use_ticket_keys(context, argv[1], atoi(argv[2]));
        SSL_CTX_set_session_ticket_cb(context, put_data_into_ticket, find_data_in_ticket,
                                      "application data");
    } else {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER
                                                    | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, file_session);
        SSL_CTX_sess_set_get_cb(context, find_session);
    }
    ssl = on_socket(context, argv[0]);
    CHECK_EQ(SSL_accept(ssl), 1);
    outcome = check_outcome(ssl, kind);
    CHECK_EQ(SSL_write(ssl, "s", 1), 1);
    CHECK_EQ(SSL_read(ssl, &byte, 1), 1);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return outcome;
}

static SSL_SESSION *load_session(const char *file)
{
    SSL_SESSION *session = NULL;

    if (strstr(file, ".pem") != NULL) {
        char path[512];
        BIO *bio;

        snprintf(path, sizeof(path), "%s/%s", shelf, file);
        bio = BIO_new_file(path, "r");
        session = PEM_read_bio_SSL_SESSION(bio, NULL, NULL, NULL);
        BIO_free(bio);
    } else {
        size_t length;
        unsigned char *der = read_file(shelf, file, &length);
        const unsigned char *start = der;

        session = d2i_SSL_SESSION(NULL, &start, (long)length);
        free(der);
    }
    CHECK(session != NULL);
    return session;
}

static void save_session(SSL_SESSION *session, const char *name)
{
    unsigned char der[8192], *end = der;
    char path[512];
    BIO *bio;

    CHECK(SSL_SESSION_is_resumable(session));
    snprintf(path, sizeof(path), "%s.der", name);
    write_file(shelf, path, der, (size_t)i2d_SSL_SESSION(session, &end));
    snprintf(path, sizeof(path), "%s/%s.pem", shelf, name);
    bio = BIO_new_file(path, "w");
    CHECK_EQ(PEM_write_bio_SSL_SESSION(bio, session), 1);
    BIO_free(bio);
}

/* KIND SOCKET OFFERED SAVED: names of files, "" for none. */
static int call(const struct kind *kind, char **argv)
{
    SSL_CTX *context = client_context(protocol_of(kind));
    SSL *ssl;
    char byte;
    int outcome;

    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, accept_anyone);
    use_credentials(context, pki_client());
    ssl = on_socket(context, argv[0]);
    SSL_set_tlsext_host_name(ssl, "localhost");
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\x02h2", 3);
    if (argv[1][0] != '\0') {
        SSL_SESSION *session = load_session(argv[1]);

        CHECK_EQ(SSL_set_session(ssl, session), 1);
        SSL_SESSION_free(session);
    }
    CHECK_EQ(SSL_connect(ssl), 1);
    CHECK_EQ(SSL_read(ssl, &byte, 1), 1);
    outcome = check_outcome(ssl, kind);
    if (argv[2][0] != '\0')
        save_session(SSL_get_session(ssl), argv[2]);
    CHECK_EQ(SSL_write(ssl, "c", 1), 1);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return outcome;
}

/* serve|call DIRECTORY KIND ... */
static int work(int argc, char **argv)
{
    const struct kind *kind;

    CHECK(argc >= 6);
    shelf = argv[1];
    kind = &KINDS[atoi(argv[2])];
    return strcmp(argv[0], "serve") == 0 ? serve(kind, argv + 3) : call(kind, argv + 3);
}

/* ---- connections of the tests ---- */

/* The library of each end. */
struct ends {
    enum library client, server;
    const char *keys;   /* one of KEY_FORMS */
    const char *answer; /* to a ticket, "1" or "2" */
};

/* Only one process has each end, so that it ends with it. */
static void give_to_next_worker(const int sockets[2], int given)
{
    CHECK_EQ(fcntl(sockets[given], F_SETFD, 0), 0);
    CHECK_EQ(fcntl(sockets[1 - given], F_SETFD, FD_CLOEXEC), 0);
}

/* Offers the session of file `offered` and saves the one after it as `saved`.
 * Returns whether it was resumed; both ends must agree. */
static bool connection(size_t kind, const struct ends *ends, const char *offered,
                       const char *saved)
{
    int sockets[2], client, server;
    char number[4], socket[2][12];
    pid_t callee, caller;

    snprintf(number, sizeof(number), "%zu", kind);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    for (int i = 0; i < 2; i++)
        snprintf(socket[i], sizeof(socket[i]), "%d", sockets[i]);
    give_to_next_worker(sockets, 0);
    callee = worker_start(ends->server, "serve", shelf, number, socket[0], ends->keys,
                          ends->answer, NULL);
    give_to_next_worker(sockets, 1);
    caller = worker_start(ends->client, "call", shelf, number, socket[1], offered, saved,
                          NULL);
    close(sockets[0]);
    close(sockets[1]);
    client = worker_wait(caller);
    server = worker_wait(callee);
    if (client != server || (client != FULL && client != RESUMED)) {
        fprintf(stderr, "%s: client (%s) %d, server (%s, %s) %d\n", KINDS[kind].name,
                library_name(ends->client), client, library_name(ends->server), ends->keys,
                server);
        check_failed(__FILE__, __LINE__, "both ends come to the same");
    }
    return client == RESUMED;
}

static void check_resumed(size_t kind, const struct ends *first, const struct ends *second,
                          const char *offered, const char *saved)
{
    if (connection(kind, second, offered, saved))
        return;
    fprintf(stderr, "%s: made by client %s and server %s (%s), offered by %s to %s (%s)\n",
            KINDS[kind].name, library_name(first->client), library_name(first->server),
            first->keys, library_name(second->client), library_name(second->server),
            second->keys);
    check_failed(__FILE__, __LINE__, "the session is resumed");
}

/* ---- sessions: S13, S14, S81, S88, S92 ---- */

/* Every pair of ends makes a session that every pair of ends resumes. */
static void exchange(size_t kind)
{
    shelf = new_directory();
    for (int made = 0; made < 4; made++) {
        struct ends first = { LIBRARIES[made & 1], LIBRARIES[made >> 1], "keys", "1" };

        CHECK(!connection(kind, &first, "", "client"));
        for (int used = 0; used < 4; used++) {
            struct ends second = { LIBRARIES[used & 1], LIBRARIES[used >> 1], "keys", "1" };
            const char *file = (made ^ used) & 1 ? "client.pem" : "client.der";

            check_resumed(kind, &first, &second, file, "");
        }
    }
}

static void tls12_sessions_by_id(void)
{
    exchange(0);
}

static void tls12_sessions_with_a_ticket(void)
{
    exchange(1);
}

static void tls13_stateful_sessions(void)
{
    exchange(2);
}

static void tls13_stateless_sessions(void)
{
    exchange(3);
}

/* ---- tickets: S75, S79 ---- */

/* Keys and callbacks of both forms stand for the same keys. */
static void tickets_by(const struct protocol *protocol, enum library maker)
{
    size_t kind = protocol->version == TLS1_3_VERSION ? 3 : 1;

    shelf = new_directory();
    for (int made = 0; made < 3; made++) {
        struct ends first = { SYSTEM, maker, KEY_FORMS[made], "1" };

        CHECK(!connection(kind, &first, "", "client"));
        for (int used = 0; used < 3; used++) {
            struct ends second = { SYSTEM, maker == SYSTEM ? OTHER : SYSTEM,
                                   KEY_FORMS[used], "1" };

            check_resumed(kind, &first, &second, "client.der", "");
        }
    }
}

static void tickets_of_the_system(const struct protocol *protocol)
{
    tickets_by(protocol, SYSTEM);
}

static void tickets_of_the_other(const struct protocol *protocol)
{
    tickets_by(protocol, OTHER);
}

static long hint_of(const char *file)
{
    SSL_SESSION *session = load_session(file);
    long hint = (long)SSL_SESSION_get_ticket_lifetime_hint(session);

    SSL_SESSION_free(session);
    return hint;
}

/* S73, S78: each library renews the ticket of the other one. */
static void renewed_tickets(const struct protocol *protocol)
{
    size_t kind = protocol->version == TLS1_3_VERSION ? 3 : 1;
    struct ends ends = { SYSTEM, SYSTEM, "evp", "2" };

    shelf = new_directory();
    CHECK(!connection(kind, &ends, "", "client"));
    CHECK_EQ(hint_of("client.der"), 7200);
    for (int i = 1; i < 5; i++) {
        struct ends next = { LIBRARIES[i / 2 % 2], LIBRARIES[i % 2], i % 2 ? "hmac" : "evp",
                             "2" };
        size_t before, after;
        unsigned char *old = read_file(shelf, "client.der", &before), *renewed;

        check_resumed(kind, &ends, &next, "client.der", "client");
        renewed = read_file(shelf, "client.der", &after);
        if (before == after && memcmp(old, renewed, after) == 0) {
            fprintf(stderr, "client %s, server %s\n", library_name(next.client),
                    library_name(next.server));
            check_failed(__FILE__, __LINE__, "the client has a new ticket");
        }
        CHECK_EQ(hint_of("client.der"), kind == 3 ? 7200 : 0);
        free(old);
        free(renewed);
        ends = next;
    }
}

/* Other keys, and a full handshake follows. */
static void tickets_of_other_keys(const struct protocol *protocol)
{
    size_t kind = protocol->version == TLS1_3_VERSION ? 3 : 1;
    struct ends ends = { OTHER, SYSTEM, "keys", "1" }, next = { OTHER, OTHER, "keys", "1" };
    unsigned char *der, *ticket;
    size_t length;

    shelf = new_directory();
    CHECK(!connection(kind, &ends, "", "client"));
    der = read_file(shelf, "client.der", &length);
    ticket = memmem(der, length, ticket_keys, 16);
    CHECK(ticket != NULL);
    ticket[15] ^= 1;
    write_file(shelf, "client.der", der, length);
    CHECK(!connection(kind, &next, "client.der", ""));
    ticket[15] ^= 1;
    ticket[40] ^= 1;
    write_file(shelf, "client.der", der, length);
    CHECK(!connection(kind, &next, "client.der", ""));
    free(der);
}

WORKER_MAIN(work, TEST(tls12_sessions_by_id), TEST(tls12_sessions_with_a_ticket),
            TEST(tls13_stateful_sessions), TEST(tls13_stateless_sessions),
            TEST_EACH(tickets_of_the_system), TEST_EACH(tickets_of_the_other),
            TEST_EACH(renewed_tickets), TEST_EACH(tickets_of_other_keys))
