/*
 * A proxy that ends the TLS of its clients and speaks TLS with a server behind it.
 *
 *     proxy PORT CERTIFICATE-FILE KEY-FILE SERVER-HOST SERVER-PORT CA-FILE
 *
 * Each client has a thread. All threads share the two contexts, so clients resume their sessions
 * whichever thread serves them; and they share the session with the server, so that only the first
 * connection there makes a full handshake.
 *
 * With port 0 the system chooses one. The first line of output names the port.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
    PATIENCE = 30 * 1000 /* milliseconds without data until a connection is closed */
};

static SSL_CTX *to_clients, *to_server;
static const char *server_host, *server_port;

/* The last session with the server. The lock protects the pointer; the session itself may be used
 * by many threads at the same time, each with its own reference. */
static pthread_mutex_t session_lock = PTHREAD_MUTEX_INITIALIZER;
static SSL_SESSION *session;

static void fail(const char *what)
{
    fprintf(stderr, "proxy: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* Called for each new session with the server, on the thread that reads. Returning 1 keeps the
 * reference, which then takes the place of the one before. */
static int keep_session(SSL *ssl, SSL_SESSION *arrived)
{
    SSL_SESSION *former;

    (void)ssl;
    pthread_mutex_lock(&session_lock);
    former = session;
    session = arrived;
    pthread_mutex_unlock(&session_lock);
    SSL_SESSION_free(former);
    return 1;
}

/* Lets a connection to the server resume. SSL_set_session takes its own reference, so ours is
 * given back; without it another thread could free the session in between. */
static void offer_session(SSL *ssl)
{
    SSL_SESSION *offered;

    pthread_mutex_lock(&session_lock);
    offered = session;
    if (offered != NULL)
        SSL_SESSION_up_ref(offered);
    pthread_mutex_unlock(&session_lock);
    if (offered != NULL)
        SSL_set_session(ssl, offered);
    SSL_SESSION_free(offered);
}

static int connect_to_server(void)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *addresses;
    int descriptor = -1;

    if (getaddrinfo(server_host, server_port, &hints, &addresses) != 0)
        return -1;
    for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
        descriptor = socket(address->ai_family, address->ai_socktype, 0);
        if (descriptor >= 0 && connect(descriptor, address->ai_addr, address->ai_addrlen) == 0)
            break;
        if (descriptor >= 0)
            close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(addresses);
    return descriptor;
}

/* One direction: what has been read at one end and not yet been written at the other. */
struct direction {
    SSL *from, *to;
    char data[16384];
    int length;
};

enum progress {
    MOVED,   /* something was read or written */
    WAITING, /* nothing moves until one of the events */
    ENDED,   /* the sender has closed its side properly */
    FAILED,
};

/* What a call that moved nothing waits for: adds it to the events of its socket. */
static enum progress waiting(SSL *ssl, int result, short *events)
{
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ: *events |= POLLIN; return WAITING;
    case SSL_ERROR_WANT_WRITE: *events |= POLLOUT; return WAITING;
    case SSL_ERROR_ZERO_RETURN: return ENDED;
    default: return FAILED;
    }
}

static enum progress move(struct direction *direction, short *from_events, short *to_events)
{
    int result;

    ERR_clear_error();
    if (direction->length == 0) {
        result = SSL_read(direction->from, direction->data, sizeof(direction->data));
        if (result <= 0)
            return waiting(direction->from, result, from_events);
        direction->length = result;
        return MOVED;
    }
    /* All of it or nothing: a write that waits is repeated with the same data. */
    result = SSL_write(direction->to, direction->data, direction->length);
    if (result <= 0)
        return waiting(direction->to, result, to_events);
    direction->length = 0;
    return MOVED;
}

/* Moves data both ways until one end closes. */
static void relay(SSL *client, SSL *server)
{
    struct direction up = { .from = client, .to = server };
    struct direction down = { .from = server, .to = client };
    struct pollfd sockets[] = { { .fd = SSL_get_fd(client) }, { .fd = SSL_get_fd(server) } };
    enum progress first, second;

    fcntl(sockets[0].fd, F_SETFL, O_NONBLOCK);
    fcntl(sockets[1].fd, F_SETFL, O_NONBLOCK);
    for (;;) {
        sockets[0].events = sockets[1].events = 0;
        first = move(&up, &sockets[0].events, &sockets[1].events);
        second = move(&down, &sockets[1].events, &sockets[0].events);
        if (first == MOVED || second == MOVED)
            continue;
        if (first != WAITING || second != WAITING || poll(sockets, 2, PATIENCE) <= 0)
            return;
    }
}

/* The thread of one client, which owns `argument`. */
static void *serve(void *argument)
{
    struct timeval patience = { .tv_sec = PATIENCE / 1000 };
    int descriptor = *(int *)argument, other = connect_to_server();
    SSL *client = SSL_new(to_clients), *server = SSL_new(to_server);

    free(argument);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(other, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (client != NULL
        && server != NULL
        && other >= 0
        && SSL_set_fd(client, descriptor)
        && SSL_set_fd(server, other)
        && SSL_set1_host(server, server_host)
        && SSL_set_tlsext_host_name(server, server_host)) {
        offer_session(server);
        if (SSL_accept(client) == 1 && SSL_connect(server) == 1) {
            relay(client, server);
            /* Tells both that this was all, and keeps the sessions resumable. */
            SSL_shutdown(client);
            SSL_shutdown(server);
        } else {
            ERR_print_errors_fp(stderr);
        }
    }
    SSL_free(client);
    SSL_free(server);
    close(descriptor);
    if (other >= 0)
        close(other);
    return NULL;
}

static void make_contexts(const char *certificate, const char *key, const char *ca_file)
{
    static const unsigned char domain[] = "proxy";

    to_clients = SSL_CTX_new(TLS_server_method());
    to_server = SSL_CTX_new(TLS_client_method());
    if (to_clients == NULL
        || SSL_CTX_use_certificate_chain_file(to_clients, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(to_clients, key, SSL_FILETYPE_PEM) != 1
        || !SSL_CTX_set_session_id_context(to_clients, domain, sizeof(domain) - 1))
        fail("no context for clients");
    if (to_server == NULL || SSL_CTX_load_verify_locations(to_server, ca_file, NULL) != 1)
        fail("no context for the server");
    SSL_CTX_set_verify(to_server, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(to_server, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(to_server, keep_session);
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
    socklen_t length = sizeof(address);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0
        || bind(descriptor, (struct sockaddr *)&address, length) != 0
        || listen(descriptor, 16) != 0
        || getsockname(descriptor, (struct sockaddr *)&address, &length) != 0)
        fail("cannot listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return descriptor;
}

int main(int argc, char **argv)
{
    int listener;

    if (argc != 7) {
        fprintf(stderr, "usage: proxy PORT CERTIFICATE-FILE KEY-FILE "
                        "SERVER-HOST SERVER-PORT CA-FILE\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    server_host = argv[4];
    server_port = argv[5];
    make_contexts(argv[2], argv[3], argv[6]);
    listener = listen_on(argv[1]);
    for (;;) {
        int descriptor = accept(listener, NULL, NULL), *argument = malloc(sizeof(*argument));
        pthread_t thread;

        if (descriptor < 0 || argument == NULL)
            fail("cannot accept");
        *argument = descriptor;
        if (pthread_create(&thread, NULL, serve, argument) != 0)
            fail("no thread");
        pthread_detach(thread);
    }
}
