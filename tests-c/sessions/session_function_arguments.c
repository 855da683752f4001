/*
 * Functions of SSL_SESSION with arguments at and beyond their limits: each answers as the system's
 * libssl does (S64, S88, S104).
 *
 * A worker makes the calls on each library and writes down the result of each; the two reports must
 * be equal. Calls that crash OpenSSL are in session_null.c.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "pair.h"
#include "worker.h"

/* ---- SSL_SESSION ---- */

static void show_identity(SSL_SESSION *session)
{
    unsigned length = 99;
    const unsigned char *bytes = SSL_SESSION_get_id(session, &length);

    show_bytes("id", bytes, length);
    bytes = SSL_SESSION_get0_id_context(session, &length);
    show_bytes("id context", bytes, length);
    SHOW_IS(SSL_SESSION_get_id(session, NULL));
    SHOW_IS(SSL_SESSION_get0_id_context(session, NULL));
    SHOW(SSL_SESSION_is_resumable(session));
}

static void ids(SSL_SESSION *session)
{
    static const unsigned lengths[] = { 32, 1, 33, 0, 31, 34, 1000, UINT_MAX };

    show_identity(session);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        SHOW(SSL_SESSION_set1_id(session, large, lengths[i]));
        SHOW(SSL_SESSION_set1_id_context(session, large + i, lengths[i]));
        show_identity(session);
    }
    SHOW(SSL_SESSION_set1_id(session, NULL, 0));
    SHOW(SSL_SESSION_set1_id_context(session, NULL, 0));
    show_identity(session);
}

static void master_keys(SSL_SESSION *session)
{
    static const size_t lengths[] = { 48, 1, 512, 513, 0, 32, 600, SIZE_MAX };
    unsigned char key[1000];

    SHOW(SSL_SESSION_get_master_key(session, NULL, 0));
    SHOW(SSL_SESSION_get_master_key(session, key, sizeof(key)));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        SHOW(SSL_SESSION_set1_master_key(session, large + i, lengths[i]));
        SHOW(SSL_SESSION_get_master_key(session, NULL, 0));
        SHOW(SSL_SESSION_get_master_key(session, key, 0));
        memset(key, 0xee, sizeof(key));
        SHOW(SSL_SESSION_get_master_key(session, key, 20));
        show_bytes("key", key, 30);
        SHOW(SSL_SESSION_get_master_key(session, key, sizeof(key)));
    }
    SHOW(SSL_SESSION_set1_master_key(session, NULL, 0));
    SHOW(SSL_SESSION_get_master_key(session, NULL, 0));
}

static void show_names(SSL_SESSION *session)
{
    const char *host = SSL_SESSION_get0_hostname(session);
    const unsigned char *bytes = large;
    size_t length = 99;
    void *data = large;

    show_bytes("host", host, host != NULL ? strlen(host) : 0);
    SSL_SESSION_get0_alpn_selected(session, &bytes, &length);
    show_bytes("ALPN", bytes, length);
    data = large, length = 99;
    SHOW(SSL_SESSION_get0_ticket_appdata(session, &data, &length));
    show_bytes("data", data, length);
    bytes = large, length = 99;
    SSL_SESSION_get0_ticket(session, &bytes, &length);
    show_bytes("ticket", bytes, length);
    length = 99;
    SSL_SESSION_get0_ticket(session, NULL, &length);
    show_bytes("ticket", "", 0 * length);
    SHOW(SSL_SESSION_has_ticket(session));
    SHOW(SSL_SESSION_get_ticket_lifetime_hint(session));
}

static void names(SSL_SESSION *session)
{
    static char long_name[1001];

    memset(long_name, 'n', 1000);
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, ""));
    SHOW(SSL_SESSION_set1_alpn_selected(session, large, 0));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, large, 0));
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, long_name));
    SHOW(SSL_SESSION_set1_alpn_selected(session, large, 256));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, large, sizeof(large)));
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, "a.example"));
    SHOW(SSL_SESSION_set1_alpn_selected(session, (const unsigned char *)"h2", 2));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, "data", 4));
    show_names(session);
    SHOW(SSL_SESSION_set1_hostname(session, NULL));
    SHOW(SSL_SESSION_set1_alpn_selected(session, NULL, 5));
    SHOW(SSL_SESSION_set1_ticket_appdata(session, NULL, 5));
    show_names(session);
}

static void numbers(SSL_SESSION *session)
{
    static const long values[] = { 0, 1, -1, 5000, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN };

    SHOW(SSL_SESSION_get_timeout(session));
    SHOW(SSL_SESSION_get_protocol_version(session));
    SHOW(SSL_SESSION_get_max_fragment_length(session));
    SHOW(SSL_SESSION_get_compress_id(session));
    SHOW_IS(SSL_SESSION_get0_cipher(session));
    SHOW_IS(SSL_SESSION_get0_peer(session));
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        SHOW(SSL_SESSION_set_time(session, values[i]));
        SHOW(SSL_SESSION_get_time(session));
        SHOW(SSL_SESSION_set_timeout(session, values[i]));
        SHOW(SSL_SESSION_get_timeout(session));
        SHOW(SSL_SESSION_set_protocol_version(session, (int)values[i]));
        SHOW(SSL_SESSION_get_protocol_version(session));
        SHOW(SSL_SESSION_set_max_early_data(session, (uint32_t)values[i]));
        SHOW(SSL_SESSION_get_max_early_data(session));
    }
    SHOW(SSL_SESSION_get_time(NULL));
    SHOW(SSL_SESSION_set_time(NULL, 1));
    SHOW(SSL_SESSION_get_timeout(NULL));
    SHOW(SSL_SESSION_set_timeout(NULL, 1));
}

static void data_of_programs(SSL_SESSION *session)
{
    int index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, NULL);

    SHOW_IS(SSL_SESSION_get_ex_data(session, index));
    SHOW(SSL_SESSION_set_ex_data(session, index, large));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index));
    SHOW(SSL_SESSION_set_ex_data(session, index, NULL));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index));
    SHOW_IS(SSL_SESSION_get_ex_data(session, -1));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index + 100));
    SHOW(SSL_SESSION_set_ex_data(session, index + 100, large));
    SHOW_IS(SSL_SESSION_get_ex_data(session, index + 100));
}

static void bytes_of_sessions(SSL_SESSION *session)
{
    const unsigned char *start = large;
    unsigned char *end = large;
    BIO *memory = BIO_new(BIO_s_mem());

    SHOW(i2d_SSL_SESSION(NULL, NULL));
    SHOW(i2d_SSL_SESSION(session, NULL)); /* without a cipher */
    SHOW(i2d_SSL_SESSION(session, &end));
    SHOW(end == large);
    SHOW_IS(d2i_SSL_SESSION(NULL, &start, 0));
    SHOW(start == large);
    SHOW(SSL_SESSION_print(memory, NULL));
    SHOW(SSL_SESSION_print_keylog(memory, NULL));
    SHOW(SSL_SESSION_print_keylog(memory, session));
    SHOW(PEM_write_bio_SSL_SESSION(memory, session));
    SHOW_IS(PEM_read_bio_SSL_SESSION(memory, NULL, NULL, NULL));
    SHOW(BIO_ctrl_pending(memory));
    BIO_free(memory);
}

static void objects(void)
{
    SSL_SESSION *session = SSL_SESSION_new(), *copy;
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    ids(session);
    master_keys(session);
    names(session);
    data_of_programs(session);
    SSL_SESSION_set1_id(session, NULL, 0);
    SSL_SESSION_set1_master_key(session, NULL, 0);
    bytes_of_sessions(session);
    numbers(session);
    SHOW(SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, (unsigned char *)"\x13\x02")));
    SHOW(i2d_SSL_SESSION(session, NULL) > 0);
    SHOW(SSL_SESSION_set_cipher(session, NULL));
    SHOW_IS(SSL_SESSION_get0_cipher(session));
    SHOW(i2d_SSL_SESSION(session, NULL));
    SHOW(SSL_SESSION_up_ref(session));
    copy = SSL_SESSION_dup(session);
    SHOW(SSL_SESSION_get_time(copy));
    SSL_SESSION_free(copy);
    SSL_SESSION_free(session);
    SSL_SESSION_free(session);
    SSL_SESSION_free(NULL);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* DIRECTORY NAME WHAT */
static int work(int argc, char **argv)
{
    CHECK_EQ(argc, 3);
    report_calls(argv[0], argv[1], objects);
    return 0;
}

/* S64, S88, S104 */
static void sessions_answer_alike(void)
{
    compare_calls("objects");
}

WORKER_MAIN(work, TEST(sessions_answer_alike))
