/*
 * What `make install` is for: a program in C11, and in C++17, that is built with the installed header and linked
 * with the installed library. It makes a handshake in memory, and prints the file that SSL_new is in.
 */
#ifndef _GNU_SOURCE /* for dladdr; C++ defines it anyway */
#define _GNU_SOURCE
#endif

#include <reprise/ssl.h>

#include <dlfcn.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>

static X509 *self_signed(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"one.test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    return X509_sign(certificate, key, EVP_sha256()) > 0 ? certificate : NULL;
}

static int handshake(SSL *client, SSL *server)
{
    for (int turn = 0; turn < 20; turn++) {
        int one = SSL_connect(client), other = SSL_accept(server);

        if (one == 1 && other == 1)
            return 1;
    }
    return 0;
}

int main(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = self_signed(key);
    SSL_CTX *client_ctx = SSL_CTX_new(TLS_client_method()), *server_ctx = SSL_CTX_new(TLS_server_method());
    SSL *client = SSL_new(client_ctx), *server = SSL_new(server_ctx);
    BIO *client_end, *server_end;
    char answer[6] = "";
    Dl_info where;

    if (SSL_use_certificate(server, certificate) != 1 || SSL_use_PrivateKey(server, key) != 1)
        return 2;
    if (BIO_new_bio_pair(&client_end, 0, &server_end, 0) != 1)
        return 3;
    SSL_set_bio(client, client_end, client_end);
    SSL_set_bio(server, server_end, server_end);
    if (!handshake(client, server))
        return 4;
    if (SSL_write(server, "hello", 5) != 5 || SSL_read(client, answer, 5) != 5)
        return 5;
    if (dladdr((void *)SSL_new, &where) == 0)
        return 6;
    printf("%s %s %s\n", SSL_get_version(client), answer, where.dli_fname);

    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(client_ctx);
    SSL_CTX_free(server_ctx);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return 0;
}
