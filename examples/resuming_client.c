/*
 * A client that keeps its session in a file and resumes it in its next run.
 *
 *     resuming_client HOST PORT CA-FILE SESSION-FILE
 *
 * It verifies the server, sends a line, prints the answer, and says whether its handshake was a
 * full one. The file holds the secret of the session: only its owner can read it.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

static const char *session_file;

static void fail(const char *what)
{
    fprintf(stderr, "resuming_client: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* The library calls this for each new session: in TLS 1.2 at the end of a full handshake, in
 * TLS 1.3 for each ticket, inside SSL_read. The last one is the one to keep. We return 0, so the
 * library keeps the reference. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    char name[4096];
    FILE *file = NULL;
    int descriptor;

    (void)ssl;
    /* A new file takes the place of the old one at once, so that no reader sees half of it. mkstemp
     * makes it readable for its owner only. */
    snprintf(name, sizeof(name), "%s.XXXXXX", session_file);
    descriptor = mkstemp(name);
    if (descriptor >= 0)
        file = fdopen(descriptor, "w");
    if (file == NULL) {
        perror(name);
        return 0;
    }
    if (!PEM_write_SSL_SESSION(file, session) | (fclose(file) != 0)
        || rename(name, session_file) != 0) {
        perror(session_file);
        unlink(name);
    }
    return 0;
}

/* The session of the last run, or NULL. A TLS 1.3 session should be used once: an observer who sees
 * the same ticket twice can link the two connections. So we remove the file before we use it. */
static SSL_SESSION *take_session(void)
{
    FILE *file = fopen(session_file, "r");
    SSL_SESSION *session;

    if (file == NULL)
        return NULL;
    session = PEM_read_SSL_SESSION(file, NULL, NULL, NULL);
    fclose(file);
    unlink(session_file);
    ERR_clear_error();
    if (session != NULL && !SSL_SESSION_is_resumable(session)) {
        SSL_SESSION_free(session);
        return NULL;
    }
    return session;
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *addresses;
    int descriptor = -1;

    if (getaddrinfo(host, port, &hints, &addresses) != 0)
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

static SSL_CTX *make_context(const char *ca_file)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (context == NULL
        || !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
        || SSL_CTX_load_verify_locations(context, ca_file, NULL) != 1)
        fail("no context");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    /* Without the client's bit the callback is not called. The file is our only cache. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    return context;
}

int main(int argc, char **argv)
{
    static const char line[] = "hello\n";
    char answer[1024];
    SSL_CTX *context;
    SSL_SESSION *session;
    SSL *ssl;
    int descriptor, length;

    if (argc != 5) {
        fprintf(stderr, "usage: resuming_client HOST PORT CA-FILE SESSION-FILE\n");
        return 2;
    }
    session_file = argv[4];
    context = make_context(argv[3]);
    descriptor = connect_to(argv[1], argv[2]);
    if (descriptor < 0)
        fail("no connection");

    ssl = SSL_new(context);
    if (ssl == NULL
        || !SSL_set_fd(ssl, descriptor)
        || !SSL_set1_host(ssl, argv[1])
        || !SSL_set_tlsext_host_name(ssl, argv[1]))
        fail("no SSL");
    session = take_session();
    if (session != NULL) {
        SSL_set_session(ssl, session); /* takes its own reference */
        SSL_SESSION_free(session);
    }
    if (SSL_connect(ssl) != 1)
        fail("the handshake failed");
    printf("%s: %s\n", SSL_get_version(ssl),
           SSL_session_reused(ssl) ? "resumed" : "full handshake");

    if (SSL_write(ssl, line, sizeof(line) - 1) <= 0)
        fail("the line cannot be sent");
    while ((length = SSL_read(ssl, answer, sizeof(answer))) > 0)
        fwrite(answer, 1, (size_t)length, stdout);
    /* Only this says that the server has ended its answer; anything else may have cut it off. */
    if (SSL_get_error(ssl, length) != SSL_ERROR_ZERO_RETURN)
        fail("the answer is incomplete");

    /* Without a close of our own the session would count as broken. */
    SSL_shutdown(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(descriptor);
    return 0;
}
