#include "session_report.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "check.h"
#include "worker.h"

static void report_hex(FILE *report, const char *title, const void *bytes, size_t length)
{
    fprintf(report, "%s (%zu) ", title, length);
    for (size_t i = 0; i < length; i++)
        fprintf(report, "%02x", ((const unsigned char *)bytes)[i]);
    fprintf(report, "\n");
}

static void report_der(FILE *report, const char *title, SSL_SESSION *session)
{
    unsigned char *der = NULL;
    int length = i2d_SSL_SESSION(session, &der);

    report_hex(report, title, der, length > 0 ? (size_t)length : 0);
    OPENSSL_free(der);
}

/* Reasons of libssl; how its ASN.1 reader puts a fault is its own business. */
static void report_errors(FILE *report)
{
    unsigned long code;

    while ((code = ERR_get_error()) != 0) {
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) < 1000
            && ERR_GET_REASON(code) >= 100)
            fprintf(report, "error %d\n", ERR_GET_REASON(code));
    }
}

static void report_text(FILE *report, SSL_SESSION *session)
{
    BIO *text = BIO_new(BIO_s_mem());
    char *contents;
    long length;
    int printed = SSL_SESSION_print(text, session);

    fprintf(report, "print %d\n", printed);
    fprintf(report, "keylog %d\n", SSL_SESSION_print_keylog(text, session));
    fprintf(report, "PEM %d\n", PEM_write_bio_SSL_SESSION(text, session));
    length = BIO_get_mem_data(text, &contents);
    fwrite(contents, 1, (size_t)length, report);
    fprintf(report, "\n");
    BIO_free(text);
    report_errors(report);
}

static void report_fields(FILE *report, SSL_SESSION *session)
{
    const SSL_CIPHER *cipher = SSL_SESSION_get0_cipher(session);
    const unsigned char *bytes;
    unsigned short_length;
    unsigned char key[600];
    size_t length;
    void *data;
    X509 *peer = SSL_SESSION_get0_peer(session);
    const char *host = SSL_SESSION_get0_hostname(session);

    fprintf(report, "version %d, cipher %s %x\n", SSL_SESSION_get_protocol_version(session),
            SSL_CIPHER_get_name(cipher), cipher != NULL ? SSL_CIPHER_get_id(cipher) : 0);
    fprintf(report, "time %ld, timeout %ld, hint %lu\n", SSL_SESSION_get_time(session),
            SSL_SESSION_get_timeout(session), SSL_SESSION_get_ticket_lifetime_hint(session));
    fprintf(report, "early data %u, fragment %d, compression %u\n",
            SSL_SESSION_get_max_early_data(session),
            SSL_SESSION_get_max_fragment_length(session),
            SSL_SESSION_get_compress_id(session));
    fprintf(report, "resumable %d, has ticket %d\n", SSL_SESSION_is_resumable(session),
            SSL_SESSION_has_ticket(session));
    fprintf(report, "host %s, peer %d\n", host != NULL ? host : "-",
            peer != NULL ? (int)X509_subject_name_hash(peer) : -1);
    bytes = SSL_SESSION_get_id(session, &short_length);
    report_hex(report, "id", bytes, short_length);
    bytes = SSL_SESSION_get0_id_context(session, &short_length);
    report_hex(report, "id context", bytes, short_length);
    length = SSL_SESSION_get_master_key(session, key, sizeof(key));
    report_hex(report, "key", key, length);
    SSL_SESSION_get0_ticket(session, &bytes, &length);
    report_hex(report, bytes != NULL ? "ticket" : "no ticket", bytes, length);
    SSL_SESSION_get0_alpn_selected(session, &bytes, &length);
    report_hex(report, bytes != NULL ? "ALPN" : "no ALPN", bytes, length);
    SSL_SESSION_get0_ticket_appdata(session, &data, &length);
    report_hex(report, data != NULL ? "data" : "no data", data, length);
    ERR_clear_error();
}

/* OpenSSL cannot copy bytes that are there and none, nor print such a ticket; Reprise can. */
static bool has_empty_bytes(SSL_SESSION *session)
{
    const unsigned char *ticket, *alpn;
    void *data;
    size_t lengths[3];

    SSL_SESSION_get0_ticket(session, &ticket, &lengths[0]);
    SSL_SESSION_get0_alpn_selected(session, &alpn, &lengths[1]);
    SSL_SESSION_get0_ticket_appdata(session, &data, &lengths[2]);
    return (ticket != NULL && lengths[0] == 0) || (alpn != NULL && lengths[1] == 0)
           || (data != NULL && lengths[2] == 0);
}

static void report_session(FILE *report, SSL_SESSION *session)
{

    report_der(report, "DER", session);
    report_fields(report, session);
    if (!has_empty_bytes(session)) {
        SSL_SESSION *copy = SSL_SESSION_dup(session);

        report_der(report, "copy", copy);
        SSL_SESSION_free(copy);
        report_text(report, session);
    }
}

/* Into a session that holds something else already. */
static void report_filled(FILE *report, const unsigned char *der, size_t length)
{
    static const unsigned char full[] = { 1, 2, 3 };
    const unsigned char *start = der;
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set1_id_context(session, full, 3);
    SSL_SESSION_set1_hostname(session, "before");
    SSL_SESSION_set1_alpn_selected(session, full, 3);
    SSL_SESSION_set1_ticket_appdata(session, full, 3);
    CHECK(d2i_SSL_SESSION(&session, &start, (long)length) == session);
    report_der(report, "filled", session);
    SSL_SESSION_free(session);
}

void report_sessions(const char *directory, int count, const char *name)
{
    char path[512];
    FILE *report;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    report = fopen(path, "w");
    CHECK(report != NULL);
    for (int i = 0; i < count; i++) {
        size_t length;
        unsigned char *der;
        const unsigned char *start;
        SSL_SESSION *session;

        snprintf(path, sizeof(path), "%d.der", i);
        start = der = read_file(directory, path, &length);
        session = d2i_SSL_SESSION(NULL, &start, (long)length);
        fprintf(report, "---- %d: %s, %td bytes\n", i, session != NULL ? "taken" : "refused",
                start - der);
        report_errors(report);
        if (session != NULL) {
            report_session(report, session);
            report_filled(report, der, length);
        }
        SSL_SESSION_free(session);
        free(der);
    }
    CHECK_EQ(fclose(report), 0);
}
