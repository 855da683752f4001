/* client PORT REQUESTS tls12|tls13 full|resumed: makes that many HTTPS requests, one after the
 * other, each on a new connection, to 127.0.0.1.
 *
 * Ends with a message and status 1 when a connection is not of the kind asked for. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";

#define REQUIRE(condition) \
    ((condition) ? (void)0 : fail(__LINE__, #condition))

static _Noreturn void fail(int line, const char *condition)
{
    fprintf(stderr, "client.c:%d: not so: %s\n", line, condition);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), at_once = 1;

    REQUIRE(fd >= 0);
    /* Else the request would wait for the acknowledgement of the Finished message, for 40 ms. */
    REQUIRE(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) == 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* One request; returns the session to resume with, which the caller frees. */
static SSL_SESSION *fetch(SSL_CTX *context, int port, SSL_SESSION *offer)
{
    char answer[4096];
    int fd = connect_to(port), got, total = 0;
    SSL *ssl = SSL_new(context);

    REQUIRE(ssl != NULL && SSL_set_fd(ssl, fd) == 1);
    REQUIRE(offer == NULL || SSL_set_session(ssl, offer) == 1);
    REQUIRE(SSL_connect(ssl) == 1);
    REQUIRE(SSL_session_reused(ssl) == (offer != NULL));
    REQUIRE(SSL_write(ssl, request, sizeof request - 1) == (int)sizeof request - 1);
    while ((got = SSL_read(ssl, answer, sizeof answer)) > 0)
        total += got;
    REQUIRE(total > 0 && SSL_get_error(ssl, got) == SSL_ERROR_ZERO_RETURN);
    SSL_SESSION *session = SSL_get1_session(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
    return session;
}

int main(int argc, char **argv)
{
    REQUIRE(argc == 5);
    int port = atoi(argv[1]), requests = atoi(argv[2]);
    int version = strcmp(argv[3], "tls13") == 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
    int resumes = strcmp(argv[4], "resumed") == 0;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_SESSION *session = NULL;

    REQUIRE(context != NULL && SSL_CTX_set_min_proto_version(context, version) == 1);
    REQUIRE(SSL_CTX_set_max_proto_version(context, version) == 1);
    REQUIRE(SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1);
    REQUIRE(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1);
    REQUIRE(SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256") == 1);
    if (resumes)
        session = fetch(context, port, NULL);
    for (int i = 0; i < requests; i++) {
        SSL_SESSION *next = fetch(context, port, session);

        SSL_SESSION_free(resumes ? session : next);
        session = resumes ? next : NULL;
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
    return 0;
}
