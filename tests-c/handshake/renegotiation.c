/*
 * A peer that asks for a renegotiation waits for the answer: the call that reads the request sends it, as the program may
 * have nothing to write for a long time. The peer is on the system's libssl.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "worker.h"

static SSL *connection(SSL_CTX *context, const char *descriptor)
{
    SSL *ssl = SSL_new(context);

    CHECK_EQ(SSL_set_fd(ssl, atoi(descriptor)), 1);
    return ssl;
}

/* Reads until the peer gives up. */
static void read_on(SSL *ssl)
{
    char bytes[16];

    while (SSL_read(ssl, bytes, sizeof(bytes)) > 0)
        ;
}

/* Asks for a renegotiation, and exits with success when that was declined. */
static void ask(SSL *ssl)
{
    char byte;

    CHECK_EQ(SSL_renegotiate(ssl), 1);
    if (SSL_do_handshake(ssl) == 1)
        CHECK(SSL_read(ssl, &byte, 1) <= 0);
    CHECK_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
    ERR_clear_error();
}

/* WHAT DESCRIPTOR */
static int work(int argc, char **argv)
{
    bool client = strstr(argv[0], "client") != NULL;
    SSL_CTX *context = client ? client_context(&TLS12) : server_context(&TLS12);
    SSL *ssl;

    CHECK_EQ(argc, 2);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    if (strstr(argv[0], "declines") != NULL)
        SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    ssl = connection(context, argv[1]);
    CHECK_EQ(client ? SSL_connect(ssl) : SSL_accept(ssl), 1);
    if (strstr(argv[0], "asks") != NULL)
        ask(ssl);
    else
        read_on(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return 0;
}

static void check_declined(const char *asks, const char *declines)
{
    for (int i = 0; i < 2; i++) {
        int ends[2];
        char names[2][12];
        pid_t asking, declining;

        CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        for (int k = 0; k < 2; k++)
            snprintf(names[k], sizeof(names[k]), "%d", ends[k]);
        asking = worker_start(SYSTEM, asks, names[0], NULL);
        declining = worker_start(LIBRARIES[i], declines, names[1], NULL);
        close(ends[0]);
        close(ends[1]);
        CHECK_EQ(worker_wait(asking), 0);
        CHECK_EQ(worker_wait(declining), 0);
    }
}

/* RFC 5246, section 7.2.2 */
static void a_server_declines_a_renegotiation_at_once(void)
{
    check_declined("client asks", "server declines");
}

static void a_client_declines_a_renegotiation_at_once(void)
{
    check_declined("server asks", "client declines");
}

WORKER_MAIN(work, TEST(a_server_declines_a_renegotiation_at_once), TEST(a_client_declines_a_renegotiation_at_once))
