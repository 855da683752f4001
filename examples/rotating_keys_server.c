/*
 * A server that seals tickets with its own keys, by a callback, and changes the keys.
 *
 *     rotating_keys_server PORT CERTIFICATE-FILE KEY-FILE SECONDS
 *
 * It answers each line with one that says whether the session was resumed. After SECONDS a new key
 * seals the tickets; the key before it still opens those that it has sealed. A stolen key opens
 * every ticket that it has sealed, so a key lives for a short time, and only in memory. (Reprise
 * and OpenSSL have such keys of their own. A callback is for servers that share keys, which then
 * come from a common place instead of RAND_bytes.)
 *
 * With port 0 the system chooses one. The first line of output names the port.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

struct key {
    unsigned char name[16]; /* written at the beginning of a ticket */
    unsigned char cipher[32];
    unsigned char mac[32];
    time_t made; /* 0: there is no key here */
};

static struct key current, previous;
static time_t lifetime;

static void fail(const char *what)
{
    fprintf(stderr, "rotating_keys_server: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* A server with threads does this under a lock. */
static int rotate_keys(void)
{
    time_t now = time(NULL);

    if (current.made != 0 && now - current.made < lifetime)
        return 1;
    /* After two lifetimes without a client no key is young enough to open anything. */
    if (current.made != 0 && now - current.made < 2 * lifetime)
        previous = current;
    else
        OPENSSL_cleanse(&previous, sizeof(previous));
    if (RAND_bytes(current.name, sizeof(current.name)) != 1
        || RAND_priv_bytes(current.cipher, sizeof(current.cipher)) != 1
        || RAND_priv_bytes(current.mac, sizeof(current.mac)) != 1)
        return 0;
    current.made = now;
    return 1;
}

static const struct key *find_key(const unsigned char *name)
{
    if (CRYPTO_memcmp(name, current.name, sizeof(current.name)) == 0)
        return &current;
    if (previous.made != 0 && CRYPTO_memcmp(name, previous.name, sizeof(previous.name)) == 0)
        return &previous;
    return NULL;
}

/*
 * Prepares cipher and MAC for a ticket: a new one (sealing 1) or one that a client has sent (0).
 * Returns for sealing: 1, or -1, which ends the handshake; for opening: 0 if the key is unknown (a
 * full handshake follows), 1 to resume, 2 to resume and send a new ticket. We always return 2,
 * because a client should use a TLS 1.3 ticket once.
 */
static int ticket_key(SSL *ssl, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *cipher,
                      EVP_MAC_CTX *mac, int sealing)
{
    OSSL_PARAM parameters[3];
    const struct key *key;

    (void)ssl;
    if (!rotate_keys())
        return -1;
    if (sealing) {
        key = &current;
        memcpy(name, key->name, sizeof(key->name));
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
            return -1;
    } else {
        key = find_key(name);
        if (key == NULL)
            return 0;
    }
    parameters[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                                      (void *)key->mac, sizeof(key->mac));
    parameters[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                     (char *)"SHA256", 0);
    parameters[2] = OSSL_PARAM_construct_end();
    if (!EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, sealing)
        || !EVP_MAC_CTX_set_params(mac, parameters))
        return -1;
    return sealing ? 1 : 2;
}

static SSL_CTX *make_context(const char *certificate, const char *key)
{
    static const unsigned char domain[] = "rotating_keys_server";
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context == NULL
        || SSL_CTX_use_certificate_chain_file(context, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1
        || !SSL_CTX_set_session_id_context(context, domain, sizeof(domain) - 1)
        || !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION))
        fail("no context");
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key);
    /* A session that outlives both keys cannot be resumed, so its hint says no more. */
    SSL_CTX_set_timeout(context, 2 * lifetime);
    return context;
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

static void serve(SSL_CTX *context, int descriptor)
{
    struct timeval patience = { .tv_sec = 10 };
    char line[1024], answer[64];
    SSL *ssl = SSL_new(context);

    /* No client holds up the others for long. */
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    ERR_clear_error();
    if (ssl != NULL
        && SSL_set_fd(ssl, descriptor)
        && SSL_accept(ssl) == 1
        && SSL_read(ssl, line, sizeof(line)) > 0) {
        int length = snprintf(answer, sizeof(answer), "server: %s\n",
                              SSL_session_reused(ssl) ? "resumed" : "full handshake");

        SSL_write(ssl, answer, length);
        SSL_shutdown(ssl);
    } else {
        ERR_print_errors_fp(stderr);
    }
    SSL_free(ssl);
    close(descriptor);
}

int main(int argc, char **argv)
{
    SSL_CTX *context;
    int listener;

    if (argc != 5) {
        fprintf(stderr, "usage: rotating_keys_server PORT CERTIFICATE-FILE KEY-FILE SECONDS\n");
        return 2;
    }
    /* A client that goes away while we write is an error of that write, not our end. */
    signal(SIGPIPE, SIG_IGN);
    lifetime = atol(argv[4]);
    context = make_context(argv[2], argv[3]);
    listener = listen_on(argv[1]);
    for (;;) {
        int descriptor = accept(listener, NULL, NULL);

        if (descriptor >= 0)
            serve(context, descriptor);
    }
}
