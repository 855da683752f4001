/*
 * What a connection copies from its context, and when: SSL_new(3), SSL_set_SSL_CTX(3), SSL_dup(3), SSL_clear(3).
 *
 * Each row is a setting with three values, 1 to 3. The context has 1, another context 2, the connection sets 3 for
 * itself; the same few tests then ask of each row which of them counts. tables/copied.tsv lists the rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "made.h"
#include "pair.h"

enum role { CLIENT, SERVER };

/* Where a value comes from when it is needed. */
enum rule {
    COPIED,      /* in SSL_new() */
    LIVE,        /* the context that the connection has now */
    LIVE_FIRST,  /* the context that was given to SSL_new(), as it is now */
};

enum switched {
    STAYS,       /* not touched by SSL_set_SSL_CTX() */
    TAKEN,       /* that of the other context, whatever the connection has set */
    UNLESS_OWN,  /* that of the other context, unless the connection has set its own */
    TAKEN_EARLY, /* TAKEN, but what the servername callback switches to comes too late */
    UNLESS_OWN_EARLY,
};

enum duplicated { OF_CONNECTION, OF_CONTEXT };

enum cleared { KEPT, OF_CONTEXT_AGAIN };

struct row {
    const char *name;
    enum role role;
    int version; /* the only one, or 0 */
    bool meets;  /* seen in a handshake only */
    bool binary; /* 1 and 3 are the same */
    void (*in_context)(SSL_CTX *context, int value);
    void (*in_connection)(SSL *ssl, int value);
    int (*get)(SSL *ssl);
    enum rule rule;
    enum switched switched;
    enum duplicated duplicated;
    enum cleared cleared;
};

/* What callbacks have seen: the value of the one that was called. */
static int seen;

#define THREE(type, name, parameters, ...)                                     \
    static type name##_1 parameters { seen = 1; __VA_ARGS__ }                  \
    static type name##_2 parameters { seen = 2; __VA_ARGS__ }                  \
    static type name##_3 parameters { seen = 3; __VA_ARGS__ }
#define OF_THREE(name, value) ((value) == 1 ? name##_1 : (value) == 2 ? name##_2 : name##_3)
#define WHICH(name, function) ((function) == name##_1 ? 1 : (function) == name##_2 ? 2 : (function) == name##_3 ? 3 : 0)
#define NUMBER(argument) ((int)(size_t)(argument))
#define ARGUMENT(value) ((void *)(size_t)(value))

static int get_seen(SSL *ssl)
{
    (void)ssl;
    return seen;
}

/* The other end of a handshake. */
static const struct protocol *spoken;
static SSL *peer;

static int take_first(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                      unsigned in_length, void *argument)
{
    (void)ssl, (void)in_length, (void)argument;
    *out = in + 1;
    *length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *peer_context(enum role role)
{
    static SSL_CTX *contexts[2];
    SSL_CTX *context = contexts[role];

    if (context != NULL)
        return context;
    context = contexts[role] = role == CLIENT ? client_context(spoken) : server_context(spoken);
    SSL_CTX_set_security_level(context, 0);
    if (role == CLIENT) {
        static const unsigned char names[] = { 1, 'a' };

        CHECK_EQ(SSL_CTX_set_alpn_protos(context, names, sizeof(names)), 0);
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        use_credentials(context, pki_client());
        CHECK_EQ(SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp), 1);
    } else {
        SSL_CTX_set_alpn_select_cb(context, take_first, NULL);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_cert_cb(context, NULL, NULL);
    }
    return context;
}

static SSL_SESSION *peer_psk;

static int use_peer_psk(SSL *ssl, const EVP_MD *digest, const unsigned char **id, size_t *length, SSL_SESSION **session)
{
    static const unsigned char key[32] = { 5 };
    static const unsigned char suite[] = { 0x13, 0x02 };

    (void)digest;
    if (peer_psk == NULL) {
        peer_psk = SSL_SESSION_new();
        CHECK(SSL_SESSION_set1_master_key(peer_psk, key, sizeof(key)));
        CHECK(SSL_SESSION_set_cipher(peer_psk, SSL_CIPHER_find(ssl, suite)));
        CHECK(SSL_SESSION_set_protocol_version(peer_psk, TLS1_3_VERSION));
    }
    SSL_SESSION_up_ref(peer_psk);
    *session = peer_psk;
    *id = (const unsigned char *)"peer";
    *length = 4;
    return 1;
}

static bool with_psk;

/* A handshake with the peer; it need not succeed. */
static void meet(SSL *ssl, enum role role)
{
    BIO *to_peer = BIO_new(BIO_s_mem()), *to_ssl = BIO_new(BIO_s_mem());

    SSL_free(peer);
    peer = SSL_new(peer_context(role == CLIENT ? SERVER : CLIENT));
    CHECK(peer != NULL);
    if (role == SERVER) {
        CHECK_EQ(SSL_set_tlsext_host_name(peer, "localhost"), 1);
        if (with_psk)
            SSL_set_psk_use_session_callback(peer, use_peer_psk);
    }
    BIO_up_ref(to_peer);
    BIO_up_ref(to_ssl);
    SSL_set_bio(ssl, to_ssl, to_peer);
    SSL_set_bio(peer, to_peer, to_ssl);
    if (role == CLIENT) {
        SSL_set_connect_state(ssl);
        SSL_set_accept_state(peer);
    } else {
        SSL_set_accept_state(ssl);
        SSL_set_connect_state(peer);
    }
    for (int round = 0; round < 6; round++) {
        SSL_do_handshake(ssl);
        SSL_do_handshake(peer);
    }
    ERR_clear_error();
}

static int observe(const struct row *row, SSL *ssl, bool meeting)
{
    seen = 0;
    with_psk = strstr(row->name, "psk_find") != NULL || strstr(row->name, "psk_server") != NULL;
    if (row->meets || meeting)
        meet(ssl, row->role);
    return row->get(ssl);
}

static void expect(const struct row *row, const char *when, int got, int wanted)
{
    if (row->binary ? (got != 0) && (got & 1) == (wanted & 1) : got == wanted)
        return;
    fprintf(stderr, "%s, %s: got %d, want %d\n", row->name, when, got, wanted);
    if (getenv("GO_ON") == NULL)
        check_failed(__FILE__, __LINE__, when);
}

static SSL_CTX *new_context(const struct row *row, int value)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK(context != NULL);
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, spoken->version), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, spoken->version), 1);
    SSL_CTX_set_security_level(context, 0);
    if (row->role == SERVER) {
        use_credentials(context, pki_server());
        trust(context, pki_ca());
        SSL_CTX_set_session_id_context(context, (const unsigned char *)"0", 1);
    }
    row->in_context(context, value);
    return context;
}

static SSL *new_connection(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);

    CHECK(ssl != NULL);
    return ssl;
}

/* Tests. */

static void check_new(const struct row *row)
{
    SSL_CTX *context = new_context(row, 1);
    SSL *ssl = new_connection(context);

    row->in_context(context, 2);
    expect(row, "changed in the context after SSL_new", observe(row, ssl, false), row->rule == COPIED ? 1 : 2);
    SSL_free(ssl);
    if (row->in_connection != NULL) {
        ssl = new_connection(context);
        row->in_connection(ssl, 3);
        row->in_context(context, 1);
        expect(row, "set for the connection", observe(row, ssl, false), 3);
        SSL_free(ssl);
    }
    SSL_CTX_free(context);
}

static void check_switch(const struct row *row)
{
    for (int own = 0; own < 2; own++) {
        SSL_CTX *first = new_context(row, 1), *second = new_context(row, 2);
        SSL *ssl = new_connection(first);
        bool stays = row->switched == STAYS;
        bool taken = row->switched == TAKEN || row->switched == TAKEN_EARLY;

        if (own && row->in_connection != NULL)
            row->in_connection(ssl, 3);
        CHECK(SSL_set_SSL_CTX(ssl, second) == second);
        if (!own || row->in_connection == NULL)
            expect(row, "context switched", observe(row, ssl, false), stays ? 1 : 2);
        else
            expect(row, "context switched, own value", observe(row, ssl, false), taken ? 2 : 3);
        SSL_free(ssl);
        SSL_CTX_free(first);
        SSL_CTX_free(second);
    }
}

static SSL_CTX *switch_to;

static int switch_context(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    CHECK(SSL_set_SSL_CTX(ssl, switch_to) == switch_to);
    return SSL_TLSEXT_ERR_OK;
}

static int get_method(SSL *ssl);
static int get_max(SSL *ssl);

static void check_switch_in_callback(const struct row *row)
{
    /* With some versions there is no handshake, and after one the method is that of the version. */
    if (row->get == get_method || row->get == get_max)
        return;
    for (int own = 0; own < 2; own++) {
        SSL_CTX *first = new_context(row, 1), *second = new_context(row, 2);
        SSL *ssl;
        bool early = row->switched == TAKEN_EARLY || row->switched == UNLESS_OWN_EARLY;

        SSL_CTX_set_tlsext_servername_callback(first, switch_context);
        switch_to = second;
        ssl = new_connection(first);
        if (own && row->in_connection != NULL)
            row->in_connection(ssl, 3);
        if (!own || row->in_connection == NULL)
            expect(row, "context switched in the servername callback", observe(row, ssl, true),
                   row->switched == STAYS || early ? 1 : 2);
        else
            expect(row, "context switched in the servername callback, own value", observe(row, ssl, true),
                   row->switched == TAKEN ? 2 : 3);
        expect(row, "context after the servername callback", SSL_get_SSL_CTX(ssl) == second, 1);
        SSL_free(ssl);
        SSL_CTX_free(first);
        SSL_CTX_free(second);
    }
}

static void check_duplicate(const struct row *row)
{
    for (int own = 0; own < 2; own++) {
        SSL_CTX *context = new_context(row, 1);
        SSL *ssl = new_connection(context), *copy;
        bool of_connection = row->duplicated == OF_CONNECTION;

        if (own && row->in_connection != NULL)
            row->in_connection(ssl, 3);
        row->in_context(context, 2);
        copy = SSL_dup(ssl);
        CHECK(copy != NULL && copy != ssl);
        SSL_free(ssl);
        if (own && row->in_connection != NULL)
            expect(row, "duplicated, own value", observe(row, copy, false), of_connection ? 3 : 2);
        else
            expect(row, "duplicated", observe(row, copy, false), of_connection && row->rule == COPIED ? 1 : 2);
        SSL_free(copy);
        SSL_CTX_free(context);
    }
}

static void check_clear(const struct row *row)
{
    for (int own = 0; own < 2; own++) {
        SSL_CTX *context = new_context(row, 1);
        SSL *ssl = new_connection(context);
        int wanted = row->rule == COPIED ? 1 : 2;

        if (own && row->in_connection != NULL) {
            row->in_connection(ssl, 3);
            wanted = 3;
        }
        meet(ssl, row->role);
        SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        row->in_context(context, 2);
        CHECK_EQ(SSL_clear(ssl), 1);
        SSL_set_session(ssl, NULL);
        expect(row, "cleared", observe(row, ssl, false), row->cleared == KEPT ? wanted : 2);
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
}

/* Rows. */

static const uint64_t options[] = { 0, SSL_OP_CIPHER_SERVER_PREFERENCE, SSL_OP_PRIORITIZE_CHACHA, SSL_OP_NO_RENEGOTIATION };

static void context_options(SSL_CTX *context, int value)
{
    SSL_CTX_clear_options(context, options[1] | options[2] | options[3]);
    SSL_CTX_set_options(context, options[value]);
}

static void connection_options(SSL *ssl, int value)
{
    SSL_clear_options(ssl, options[1] | options[2] | options[3]);
    SSL_set_options(ssl, options[value]);
}

static int get_options(SSL *ssl)
{
    uint64_t set = SSL_get_options(ssl) & (options[1] | options[2] | options[3]);

    return set == options[1] ? 1 : set == options[2] ? 2 : set == options[3] ? 3 : 0;
}

static const long modes[] = { 0, SSL_MODE_ENABLE_PARTIAL_WRITE, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, SSL_MODE_RELEASE_BUFFERS };

static void context_mode(SSL_CTX *context, int value)
{
    SSL_CTX_clear_mode(context, modes[1] | modes[2] | modes[3]);
    SSL_CTX_set_mode(context, modes[value]);
}

static void connection_mode(SSL *ssl, int value)
{
    SSL_clear_mode(ssl, modes[1] | modes[2] | modes[3]);
    SSL_set_mode(ssl, modes[value]);
}

static int get_mode(SSL *ssl)
{
    long set = SSL_get_mode(ssl) & (modes[1] | modes[2] | modes[3]);

    return set == modes[1] ? 1 : set == modes[2] ? 2 : set == modes[3] ? 3 : 0;
}

static const int lowest[] = { 0, TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

static void context_min(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, lowest[value]), 1);
}

static void connection_min(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_min_proto_version(ssl, lowest[value]), 1);
}

static int get_min(SSL *ssl)
{
    int version = (int)SSL_get_min_proto_version(ssl);

    return version == lowest[1] ? 1 : version == lowest[2] ? 2 : version == lowest[3] ? 3 : 0;
}

static const int highest[] = { 0, TLS1_2_VERSION, 0, TLS1_3_VERSION };

static void context_max(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, 0), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, highest[value]), 1);
}

static void connection_max(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_max_proto_version(ssl, highest[value]), 1);
}

static int get_max(SSL *ssl)
{
    int version = (int)SSL_get_max_proto_version(ssl);

    return version == highest[1] ? 1 : version == highest[2] ? 2 : version == highest[3] ? 3 : 0;
}

/* Plain numbers: a setter for each side, and a getter. */
#define NUMBERS(name, of_context, of_connection, getter, base)                 \
    static void context_##name(SSL_CTX *context, int value)                    \
    {                                                                          \
        of_context(context, (base) + value);                                   \
    }                                                                          \
    static void connection_##name(SSL *ssl, int value)                         \
    {                                                                          \
        of_connection(ssl, (base) + value);                                    \
    }                                                                          \
    static int get_##name(SSL *ssl)                                            \
    {                                                                          \
        long got = (long)getter(ssl) - (base);                                 \
        return got >= 1 && got <= 3 ? (int)got : 0;                            \
    }

NUMBERS(max_cert_list, SSL_CTX_set_max_cert_list, SSL_set_max_cert_list, SSL_get_max_cert_list, 50000)
NUMBERS(read_ahead, SSL_CTX_set_read_ahead, SSL_set_read_ahead, SSL_get_read_ahead, 0)
NUMBERS(verify_depth, SSL_CTX_set_verify_depth, SSL_set_verify_depth, SSL_get_verify_depth, 10)
NUMBERS(num_tickets, SSL_CTX_set_num_tickets, SSL_set_num_tickets, SSL_get_num_tickets, 0)
NUMBERS(max_early_data, SSL_CTX_set_max_early_data, SSL_set_max_early_data, SSL_get_max_early_data, 1000)
NUMBERS(recv_max_early_data, SSL_CTX_set_recv_max_early_data, SSL_set_recv_max_early_data, SSL_get_recv_max_early_data, 17000)
/* Levels that take the certificates. */
NUMBERS(security_level, SSL_CTX_set_security_level, SSL_set_security_level, SSL_get_security_level, -1)
#define DATA(setter) setter##_number
static void SSL_CTX_set0_security_ex_data_number(SSL_CTX *context, int value)
{
    SSL_CTX_set0_security_ex_data(context, ARGUMENT(value));
}
static void SSL_set0_security_ex_data_number(SSL *ssl, int value)
{
    SSL_set0_security_ex_data(ssl, ARGUMENT(value));
}
static long security_ex_data_number(SSL *ssl)
{
    return NUMBER(SSL_get0_security_ex_data(ssl));
}
NUMBERS(security_ex_data, DATA(SSL_CTX_set0_security_ex_data), DATA(SSL_set0_security_ex_data), security_ex_data_number, 0)
static void SSL_CTX_passwd_number(SSL_CTX *context, int value)
{
    SSL_CTX_set_default_passwd_cb_userdata(context, ARGUMENT(value));
}
static void SSL_passwd_number(SSL *ssl, int value)
{
    SSL_set_default_passwd_cb_userdata(ssl, ARGUMENT(value));
}
static long passwd_number(SSL *ssl)
{
    return NUMBER(SSL_get_default_passwd_cb_userdata(ssl));
}
NUMBERS(password_data, SSL_CTX_passwd_number, SSL_passwd_number, passwd_number, 0)

static void context_quiet(SSL_CTX *context, int value)
{
    SSL_CTX_set_quiet_shutdown(context, value & 1);
}
static void connection_quiet(SSL *ssl, int value)
{
    SSL_set_quiet_shutdown(ssl, value & 1);
}
static int get_quiet(SSL *ssl)
{
    return SSL_get_quiet_shutdown(ssl) ? 1 : 2;
}

static void context_status_type(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_tlsext_status_type(context, value & 1 ? TLSEXT_STATUSTYPE_ocsp : -1), 1);
}
static void connection_status_type(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_tlsext_status_type(ssl, value & 1 ? TLSEXT_STATUSTYPE_ocsp : -1), 1);
}
static int get_status_type(SSL *ssl)
{
    return SSL_get_tlsext_status_type(ssl) == TLSEXT_STATUSTYPE_ocsp ? 1 : 2;
}

static const int verify_modes[] = { 0, SSL_VERIFY_PEER, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE,
                                    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT };
THREE(int, judge, (int ok, X509_STORE_CTX *store), (void)ok; (void)store; return 1;)
static void context_verify(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, verify_modes[value], OF_THREE(judge, value));
}
static void connection_verify(SSL *ssl, int value)
{
    SSL_set_verify(ssl, verify_modes[value], OF_THREE(judge, value));
}
static int get_verify_mode(SSL *ssl)
{
    int mode = SSL_get_verify_mode(ssl);

    return mode == verify_modes[1] ? 1 : mode == verify_modes[2] ? 2 : mode == verify_modes[3] ? 3 : 0;
}
static int get_verify_callback(SSL *ssl)
{
    return WHICH(judge, SSL_get_verify_callback(ssl));
}

static const unsigned long flags[] = { 0, X509_V_FLAG_ALLOW_PROXY_CERTS, X509_V_FLAG_POLICY_CHECK, X509_V_FLAG_NOTIFY_POLICY };
static void context_param(SSL_CTX *context, int value)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);

    X509_VERIFY_PARAM_clear_flags(param, flags[1] | flags[2] | flags[3]);
    X509_VERIFY_PARAM_set_flags(param, flags[value]);
}
static void context_set_param(SSL_CTX *context, int value)
{
    X509_VERIFY_PARAM *given = X509_VERIFY_PARAM_new();

    X509_VERIFY_PARAM_clear_flags(SSL_CTX_get0_param(context), flags[1] | flags[2] | flags[3]);
    X509_VERIFY_PARAM_set_flags(given, flags[value]);
    CHECK_EQ(SSL_CTX_set1_param(context, given), 1);
    X509_VERIFY_PARAM_free(given);
}
static int get_param(SSL *ssl)
{
    unsigned long set = X509_VERIFY_PARAM_get_flags(SSL_get0_param(ssl));

    /* A duplicate has those of the context and those of the connection. */
    return set & flags[3] ? 3 : set & flags[2] ? 2 : set & flags[1] ? 1 : 0;
}
static void context_auth_level(SSL_CTX *context, int value)
{
    X509_VERIFY_PARAM_set_auth_level(SSL_CTX_get0_param(context), value);
}
static void connection_auth_level(SSL *ssl, int value)
{
    X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(ssl), value);
}
static int get_auth_level(SSL *ssl)
{
    return X509_VERIFY_PARAM_get_auth_level(SSL_get0_param(ssl));
}

THREE(int, security, (const SSL *s, const SSL_CTX *c, int op, int bits, int nid, void *other, void *ex),
      (void)s; (void)c; (void)op; (void)bits; (void)nid; (void)other; (void)ex; return 1;)
static void context_security(SSL_CTX *context, int value)
{
    SSL_CTX_set_security_callback(context, OF_THREE(security, value));
}
static void connection_security(SSL *ssl, int value)
{
    SSL_set_security_callback(ssl, OF_THREE(security, value));
}
static int get_security(SSL *ssl)
{
    return WHICH(security, SSL_get_security_callback(ssl));
}

THREE(int, password, (char *buffer, int size, int rwflag, void *data), (void)buffer; (void)size; (void)rwflag; (void)data; return 0;)
static void context_password(SSL_CTX *context, int value)
{
    SSL_CTX_set_default_passwd_cb(context, OF_THREE(password, value));
}
static void connection_password(SSL *ssl, int value)
{
    SSL_set_default_passwd_cb(ssl, OF_THREE(password, value));
}
static int get_password(SSL *ssl)
{
    return WHICH(password, SSL_get_default_passwd_cb(ssl));
}

static const char *const lists[] = { NULL, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                     "ECDHE-ECDSA-CHACHA20-POLY1305" };
static const char *const suites[] = { NULL, "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                      "TLS_CHACHA20_POLY1305_SHA256" };
static int among(const char *name, const char *const *names)
{
    for (int i = 1; i <= 3 && name != NULL; i++) {
        if (strcmp(name, names[i]) == 0)
            return i;
    }
    return 0;
}
static void context_list(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_ciphersuites(context, ""), 1);
    CHECK_EQ(SSL_CTX_set_cipher_list(context, lists[value]), 1);
}
static void connection_list(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_cipher_list(ssl, lists[value]), 1);
}
static int get_list(SSL *ssl)
{
    return among(SSL_get_cipher_list(ssl, 0), lists);
}
static int get_cipher(SSL *ssl)
{
    return among(SSL_get_cipher_name(ssl), lists);
}
static void context_suites(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_ciphersuites(context, suites[value]), 1);
}
static void connection_suites(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_ciphersuites(ssl, suites[value]), 1);
}
static int get_suites(SSL *ssl)
{
    return among(SSL_get_cipher_list(ssl, 0), suites);
}
static int get_suite(SSL *ssl)
{
    return among(SSL_get_cipher_name(ssl), suites);
}

/* With the curve of the server's certificate. */
static const char *const groups[] = { NULL, "P-256", "P-384:P-256", "X25519:P-256" };
static void context_groups(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_groups_list(context, groups[value]), 1);
}
static const char *const server_groups[] = { NULL, "P-256", "P-384", "X25519" };
static void context_server_groups(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_groups_list(context, server_groups[value]), 1);
}
static void connection_server_groups(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_groups_list(ssl, server_groups[value]), 1);
}
static void connection_groups(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_groups_list(ssl, groups[value]), 1);
}
static int get_groups(SSL *ssl)
{
    int nid = SSL_get_negotiated_group(ssl);

    return nid == NID_X9_62_prime256v1 ? 1 : nid == NID_secp384r1 ? 2 : nid == NID_X25519 ? 3 : 0;
}

/* All have what the certificate of the server needs. */
static const char *const sigalgs[] = { NULL, "ECDSA+SHA384:ECDSA+SHA256", "ECDSA+SHA512:ECDSA+SHA256", "RSA+SHA256:ECDSA+SHA256" };
static void context_sigalgs(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, sigalgs[value]), 1);
}
static void connection_sigalgs(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_sigalgs_list(ssl, sigalgs[value]), 1);
}
/* As the peer has seen them. */
static int get_sigalgs(SSL *ssl)
{
    unsigned char signature = 0, hash = 0;

    (void)ssl;
    if (SSL_get_sigalgs(peer, 0, NULL, NULL, NULL, &signature, &hash) <= 0)
        return 0;
    return signature == 1 ? 3 : hash == 5 ? 1 : hash == 6 ? 2 : 0;
}
static void context_client_sigalgs(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_set1_client_sigalgs_list(context, sigalgs[value]), 1);
}
static void connection_client_sigalgs(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_client_sigalgs_list(ssl, sigalgs[value]), 1);
}

static void context_alpn(SSL_CTX *context, int value)
{
    const unsigned char names[] = { 1, (unsigned char)('0' + value) };

    CHECK_EQ(SSL_CTX_set_alpn_protos(context, names, 2), 0);
}
static void connection_alpn(SSL *ssl, int value)
{
    const unsigned char names[] = { 1, (unsigned char)('0' + value) };

    CHECK_EQ(SSL_set_alpn_protos(ssl, names, 2), 0);
}
static int get_alpn(SSL *ssl)
{
    const unsigned char *name = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(ssl, &name, &length);
    return length == 1 ? name[0] - '0' : 0;
}

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                           unsigned in_length, void *argument)
{
    (void)ssl, (void)out, (void)length, (void)in, (void)in_length;
    seen = NUMBER(argument);
    return SSL_TLSEXT_ERR_NOACK;
}
static void context_alpn_select(SSL_CTX *context, int value)
{
    SSL_CTX_set_alpn_select_cb(context, select_protocol, ARGUMENT(value));
}

THREE(void, info, (const SSL *ssl, int where, int value), (void)ssl; (void)where; (void)value;)
static void context_info(SSL_CTX *context, int value)
{
    SSL_CTX_set_info_callback(context, OF_THREE(info, value));
}
static void connection_info(SSL *ssl, int value)
{
    SSL_set_info_callback(ssl, OF_THREE(info, value));
}

static void message(int sent, int version, int type, const void *bytes, size_t length, SSL *ssl, void *argument)
{
    (void)sent, (void)version, (void)type, (void)bytes, (void)length, (void)ssl;
    seen = NUMBER(argument);
}
static void context_message(SSL_CTX *context, int value)
{
    SSL_CTX_set_msg_callback(context, message);
    SSL_CTX_set_msg_callback_arg(context, ARGUMENT(value));
}
static void connection_message(SSL *ssl, int value)
{
    SSL_set_msg_callback(ssl, message);
    SSL_set_msg_callback_arg(ssl, ARGUMENT(value));
}

static int choose_certificate(SSL *ssl, void *argument)
{
    (void)ssl;
    seen = NUMBER(argument);
    return 1;
}
static void context_cert_cb(SSL_CTX *context, int value)
{
    SSL_CTX_set_cert_cb(context, choose_certificate, ARGUMENT(value));
}
static void connection_cert_cb(SSL *ssl, int value)
{
    SSL_set_cert_cb(ssl, choose_certificate, ARGUMENT(value));
}

static int note_name(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert;
    seen = NUMBER(argument);
    return SSL_TLSEXT_ERR_OK;
}
static void context_servername(SSL_CTX *context, int value)
{
    SSL_CTX_set_tlsext_servername_callback(context, note_name);
    SSL_CTX_set_tlsext_servername_arg(context, ARGUMENT(value));
}

static int note_hello(SSL *ssl, int *alert, void *argument)
{
    (void)ssl, (void)alert;
    seen = NUMBER(argument);
    return SSL_CLIENT_HELLO_SUCCESS;
}
static void context_hello(SSL_CTX *context, int value)
{
    SSL_CTX_set_client_hello_cb(context, note_hello, ARGUMENT(value));
}

static int verify_all(X509_STORE_CTX *store, void *argument)
{
    (void)store;
    seen = NUMBER(argument);
    return 1;
}
static void context_cert_verify(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify_all, ARGUMENT(value));
}

THREE(int, client_cert, (SSL *ssl, X509 **certificate, EVP_PKEY **key), (void)ssl; (void)certificate; (void)key; return 0;)
static void context_client_cert(SSL_CTX *context, int value)
{
    SSL_CTX_set_client_cert_cb(context, OF_THREE(client_cert, value));
}

THREE(void, key_log, (const SSL *ssl, const char *line), (void)ssl; (void)line;)
static void context_key_log(SSL_CTX *context, int value)
{
    SSL_CTX_set_keylog_callback(context, OF_THREE(key_log, value));
}

static int staple(SSL *ssl, void *argument)
{
    (void)ssl;
    seen = NUMBER(argument);
    return SSL_TLSEXT_ERR_NOACK;
}
static void context_staple(SSL_CTX *context, int value)
{
    SSL_CTX_set_tlsext_status_cb(context, staple);
    SSL_CTX_set_tlsext_status_arg(context, ARGUMENT(value));
}

THREE(int, not_resumable, (SSL *ssl, int forward), (void)ssl; (void)forward; return 0;)
static void context_not_resumable(SSL_CTX *context, int value)
{
    SSL_CTX_set_not_resumable_session_callback(context, OF_THREE(not_resumable, value));
}
static void connection_not_resumable(SSL *ssl, int value)
{
    SSL_set_not_resumable_session_callback(ssl, OF_THREE(not_resumable, value));
}

THREE(int, make_id, (SSL *ssl, unsigned char *id, unsigned *length),
      (void)ssl; memset(id, 7, *length); id[0] = (unsigned char)seen; return 1;)
static void context_make_id(SSL_CTX *context, int value)
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_CTX_set_generate_session_id(context, OF_THREE(make_id, value)), 1);
}
static void connection_make_id(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_generate_session_id(ssl, OF_THREE(make_id, value)), 1);
}

THREE(int, find_session, (SSL *ssl, const unsigned char *id, size_t length, SSL_SESSION **session),
      (void)ssl; (void)id; (void)length; *session = NULL; return 1;)
static void context_find(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_find_session_callback(context, OF_THREE(find_session, value));
}
static void connection_find(SSL *ssl, int value)
{
    SSL_set_psk_find_session_callback(ssl, OF_THREE(find_session, value));
}
THREE(unsigned, psk_server, (SSL *ssl, const char *identity, unsigned char *key, unsigned most),
      (void)ssl; (void)identity; (void)key; (void)most; return 0;)
static void context_psk_server(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_server_callback(context, OF_THREE(psk_server, value));
}
static void connection_psk_server(SSL *ssl, int value)
{
    SSL_set_psk_server_callback(ssl, OF_THREE(psk_server, value));
}
THREE(int, use_session, (SSL *ssl, const EVP_MD *digest, const unsigned char **id, size_t *length, SSL_SESSION **session),
      (void)ssl; (void)digest; (void)id; (void)length; *session = NULL; return 1;)
static void context_use(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_use_session_callback(context, OF_THREE(use_session, value));
}
static void connection_use(SSL *ssl, int value)
{
    SSL_set_psk_use_session_callback(ssl, OF_THREE(use_session, value));
}
THREE(unsigned, psk_client, (SSL *ssl, const char *hint, char *identity, unsigned most, unsigned char *key, unsigned most_key),
      (void)ssl; (void)hint; (void)identity; (void)most; (void)key; (void)most_key; return 0;)
static void context_psk_client(SSL_CTX *context, int value)
{
    SSL_CTX_set_psk_client_callback(context, OF_THREE(psk_client, value));
}
static void connection_psk_client(SSL *ssl, int value)
{
    SSL_set_psk_client_callback(ssl, OF_THREE(psk_client, value));
}

static X509_STORE *store_number(int value)
{
    static X509_STORE *stores[4];

    if (stores[value] == NULL)
        stores[value] = X509_STORE_new();
    return stores[value];
}
static int number_of_store(const X509_STORE *store)
{
    return store == NULL ? 0 : store == store_number(1) ? 1 : store == store_number(2) ? 2 : store == store_number(3) ? 3 : 0;
}
static void context_verify_store(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_verify_cert_store(context, store_number(value)), 1);
}
static void connection_verify_store(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_verify_cert_store(ssl, store_number(value)), 1);
}
static int get_verify_store(SSL *ssl)
{
    X509_STORE *store = NULL;

    CHECK_EQ(SSL_get0_verify_cert_store(ssl, &store), 1);
    return number_of_store(store);
}
static void context_chain_store(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set1_chain_cert_store(context, store_number(value)), 1);
}
static void connection_chain_store(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set1_chain_cert_store(ssl, store_number(value)), 1);
}
static int get_chain_store(SSL *ssl)
{
    X509_STORE *store = NULL;

    CHECK_EQ(SSL_get0_chain_cert_store(ssl, &store), 1);
    return number_of_store(store);
}

/* A server for a store that trusts the authority, and one for a store that does not. */
static void context_store(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    if (value & 1)
        trust(context, pki_ca());
}
static void context_set1_store(SSL_CTX *context, int value)
{
    X509_STORE *store = X509_STORE_new();

    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set1_cert_store(context, store);
    if (value & 1)
        CHECK(X509_STORE_add_cert(store, pki_ca()->certificate));
    X509_STORE_free(store);
}
static void context_load(SSL_CTX *context, int value)
{
    context_store(context, 2);
    if (value & 1)
        CHECK_EQ(SSL_CTX_load_verify_locations(context, pki_certificate_file(pki_ca()), NULL), 1);
}
static int get_trust(SSL *ssl)
{
    return SSL_get_verify_result(ssl) == X509_V_OK ? 1 : 2;
}

static const struct credentials *credentials_number(int value)
{
    return value == 1 ? pki_server() : value == 2 ? pki_other_server() : pki_middle_server();
}
static void context_certificate(SSL_CTX *context, int value)
{
    use_credentials(context, credentials_number(value));
}
static void connection_certificate(SSL *ssl, int value)
{
    CHECK_EQ(SSL_use_certificate(ssl, credentials_number(value)->certificate), 1);
    CHECK_EQ(SSL_use_PrivateKey(ssl, credentials_number(value)->key), 1);
}
static int number_of_certificate(const X509 *certificate)
{
    for (int i = 1; i <= 3 && certificate != NULL; i++) {
        if (X509_cmp(certificate, credentials_number(i)->certificate) == 0)
            return i;
    }
    return 0;
}
static int get_certificate(SSL *ssl)
{
    return number_of_certificate(SSL_get_certificate(ssl));
}
static int get_shown_certificate(SSL *ssl)
{
    (void)ssl;
    return number_of_certificate(SSL_get0_peer_certificate(peer));
}
static void context_certificate_and_key(SSL_CTX *context, int value)
{
    const struct credentials *credentials = credentials_number(value);

    CHECK_EQ(SSL_CTX_use_cert_and_key(context, credentials->certificate, credentials->key, NULL, 1), 1);
}
static void context_certificate_file(SSL_CTX *context, int value)
{
    const struct credentials *credentials = credentials_number(value);

    CHECK_EQ(SSL_CTX_use_certificate_chain_file(context, pki_certificate_file(credentials)), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(context, pki_key_file(credentials), SSL_FILETYPE_PEM), 1);
}

static void context_chain(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_clear_chain_certs(context), 1);
    for (int i = 0; i < value; i++)
        CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_middle()->certificate), 1);
}
static void connection_chain(SSL *ssl, int value)
{
    CHECK_EQ(SSL_clear_chain_certs(ssl), 1);
    for (int i = 0; i < value; i++)
        CHECK_EQ(SSL_add1_chain_cert(ssl, pki_middle()->certificate), 1);
}
static int get_chain(SSL *ssl)
{
    STACK_OF(X509) *chain = NULL;

    CHECK_EQ(SSL_get0_chain_certs(ssl, &chain), 1);
    return sk_X509_num(chain);
}
static void context_extra_chain(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_clear_extra_chain_certs(context), 1);
    for (int i = 0; i < value; i++) {
        X509_up_ref(pki_middle()->certificate);
        CHECK_EQ(SSL_CTX_add_extra_chain_cert(context, pki_middle()->certificate), 1);
    }
}
static int get_shown_chain(SSL *ssl)
{
    (void)ssl;
    return sk_X509_num(SSL_get_peer_cert_chain(peer)) - 1;
}

static STACK_OF(X509_NAME) *names(int count)
{
    STACK_OF(X509_NAME) *list = sk_X509_NAME_new_null();

    for (int i = 0; i < count; i++)
        sk_X509_NAME_push(list, X509_NAME_dup(X509_get_subject_name(pki_ca()->certificate)));
    return list;
}
static void context_client_ca(SSL_CTX *context, int value)
{
    SSL_CTX_set_client_CA_list(context, names(value));
}
static void connection_client_ca(SSL *ssl, int value)
{
    SSL_set_client_CA_list(ssl, names(value));
}
static int get_client_ca(SSL *ssl)
{
    SSL_set_accept_state(ssl);
    return sk_X509_NAME_num(SSL_get_client_CA_list(ssl));
}
static void context_ca(SSL_CTX *context, int value)
{
    SSL_CTX_set0_CA_list(context, names(value));
}
static void connection_ca(SSL *ssl, int value)
{
    SSL_set0_CA_list(ssl, names(value));
}
static int get_ca(SSL *ssl)
{
    return sk_X509_NAME_num(SSL_get0_CA_list(ssl));
}
/* As the client is told. */
static void context_client_ca_asking(SSL_CTX *context, int value)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    context_client_ca(context, value);
}
static int get_told_ca(SSL *ssl)
{
    (void)ssl;
    return sk_X509_NAME_num(SSL_get0_peer_CA_list(peer));
}

static const unsigned cert_flags[] = { 0, SSL_CERT_FLAG_TLS_STRICT, SSL_CERT_FLAG_BROKEN_PROTOCOL, 0x2 };
static void context_cert_flags(SSL_CTX *context, int value)
{
    SSL_CTX_clear_cert_flags(context, cert_flags[1] | cert_flags[2] | cert_flags[3]);
    SSL_CTX_set_cert_flags(context, cert_flags[value]);
}
static void connection_cert_flags(SSL *ssl, int value)
{
    SSL_clear_cert_flags(ssl, cert_flags[1] | cert_flags[2] | cert_flags[3]);
    SSL_set_cert_flags(ssl, cert_flags[value]);
}
static int get_cert_flags(SSL *ssl)
{
    unsigned set = (unsigned)SSL_set_cert_flags(ssl, 0);

    return set == cert_flags[1] ? 1 : set == cert_flags[2] ? 2 : set == cert_flags[3] ? 3 : 0;
}

static const SSL_METHOD *method_number(int value)
{
    return value == 1 ? TLS_method() : value == 2 ? TLSv1_2_method() : TLS_server_method();
}
static void context_method(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_ssl_version(context, method_number(value)), 1);
}
static void connection_method(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_ssl_method(ssl, method_number(value)), 1);
}
static int get_method(SSL *ssl)
{
    const SSL_METHOD *method = SSL_get_ssl_method(ssl);

    return method == method_number(1) ? 1 : method == method_number(2) ? 2 : method == method_number(3) ? 3 : 0;
}

static void context_id_context(SSL_CTX *context, int value)
{
    unsigned char id = (unsigned char)value;

    CHECK_EQ(SSL_CTX_set_session_id_context(context, &id, 1), 1);
}
static void connection_id_context(SSL *ssl, int value)
{
    unsigned char id = (unsigned char)value;

    CHECK_EQ(SSL_set_session_id_context(ssl, &id, 1), 1);
}
static int get_id_context(SSL *ssl)
{
    unsigned length = 0;
    const unsigned char *id = SSL_SESSION_get0_id_context(SSL_get_session(ssl), &length);

    return length == 1 ? id[0] : 0;
}

THREE(int, new_session, (SSL *ssl, SSL_SESSION *session), (void)ssl; (void)session; return 0;)
static void context_new_session(SSL_CTX *context, int value)
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH);
    SSL_CTX_sess_set_new_cb(context, OF_THREE(new_session, value));
}
static void context_timeout(SSL_CTX *context, int value)
{
    SSL_CTX_set_timeout(context, 100 + value);
}
static int get_timeout(SSL *ssl)
{
    return (int)SSL_SESSION_get_timeout(SSL_get_session(ssl)) - 100;
}
static int ticket(SSL *ssl, void *argument)
{
    (void)ssl;
    seen = NUMBER(argument);
    return 1;
}
static void context_ticket(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_session_ticket_cb(context, ticket, NULL, ARGUMENT(value)), 1);
}
THREE(int, ticket_key, (SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc),
      (void)ssl; (void)name; (void)iv; (void)cipher; (void)mac; (void)enc; return 0;)
static void context_ticket_key(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, OF_THREE(ticket_key, value)), 1);
}

/* The first bytes of a ticket are the name of its key. */
static void context_ticket_keys(SSL_CTX *context, int value)
{
    unsigned char keys[80];

    memset(keys, value, sizeof(keys));
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_keys(context, keys, sizeof(keys)), 1);
}
static int get_ticket_keys(SSL *ssl)
{
    const unsigned char *bytes = NULL;
    size_t length = 0;
    char byte;

    (void)ssl;
    SSL_read(peer, &byte, 1);
    SSL_SESSION_get0_ticket(SSL_get_session(peer), &bytes, &length);
    return length > 16 ? bytes[0] : 0;
}

/* The one is never above the other, and both limit records. */
static void context_fragment(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_max_send_fragment(context, 1000 * value), 1);
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 1000 * value), 1);
}
static void connection_fragment(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_max_send_fragment(ssl, 1000 * value), 1);
    CHECK_EQ(SSL_set_split_send_fragment(ssl, 1000 * value), 1);
}
static void context_split(SSL_CTX *context, int value)
{
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 1000 * value), 1);
}
static void connection_split(SSL *ssl, int value)
{
    CHECK_EQ(SSL_set_split_send_fragment(ssl, 1000 * value), 1);
}
/* The length of the first record of many bytes. */
static int get_fragment(SSL *ssl)
{
    static const char bytes[9000];
    BIO *wire = SSL_get_wbio(ssl);
    unsigned char *record;

    CHECK_EQ(BIO_reset(wire), 1);
    CHECK_EQ(SSL_write(ssl, bytes, sizeof(bytes)), sizeof(bytes));
    CHECK(BIO_get_mem_data(wire, (char **)&record) > 5);
    return (record[3] << 8 | record[4]) / 1000;
}

#define GETTER(function, role, rule, switched, duplicated) \
    role, 0, false, false, context_##function, connection_##function, get_##function, rule, switched, duplicated, KEPT

static const struct row rows[] = {
    { "SSL_CTX_set_options", GETTER(options, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_mode", GETTER(mode, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_min_proto_version", GETTER(min, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_max_proto_version", GETTER(max, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_max_cert_list", GETTER(max_cert_list, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_read_ahead", GETTER(read_ahead, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_verify_depth", GETTER(verify_depth, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_num_tickets", GETTER(num_tickets, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_max_early_data", GETTER(max_early_data, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_recv_max_early_data", GETTER(recv_max_early_data, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_security_level", GETTER(security_level, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set0_security_ex_data", GETTER(security_ex_data, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_security_callback", GETTER(security, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_default_passwd_cb", GETTER(password, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_default_passwd_cb_userdata", GETTER(password_data, SERVER, COPIED, STAYS, OF_CONNECTION) },
    { "SSL_CTX_set_quiet_shutdown", SERVER, 0, false, true, context_quiet, connection_quiet, get_quiet, COPIED, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_status_type", SERVER, 0, false, true, context_status_type, connection_status_type,
      get_status_type, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_verify: mode", SERVER, 0, false, false, context_verify, connection_verify, get_verify_mode, COPIED,
      STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_verify: callback", SERVER, 0, false, false, context_verify, connection_verify, get_verify_callback,
      COPIED, STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_verify: callback in use", SERVER, 0, true, false, context_verify, connection_verify, get_seen, COPIED,
      STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_get0_param", SERVER, 0, false, false, context_param, NULL, get_param, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_param", SERVER, 0, false, false, context_set_param, NULL, get_param, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_get0_param: level", GETTER(auth_level, SERVER, COPIED, STAYS, OF_CONTEXT) },
    { "SSL_CTX_set_cipher_list", SERVER, TLS1_2_VERSION, false, false, context_list, connection_list, get_list, LIVE,
      UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cipher_list: server", SERVER, TLS1_2_VERSION, true, false, context_list, connection_list, get_cipher,
      LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cipher_list: client", CLIENT, TLS1_2_VERSION, true, false, context_list, connection_list, get_cipher,
      LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_ciphersuites", SERVER, TLS1_3_VERSION, false, false, context_suites, connection_suites, get_suites,
      LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_ciphersuites: server", SERVER, TLS1_3_VERSION, true, false, context_suites, connection_suites,
      get_suite, LIVE, UNLESS_OWN_EARLY, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_ciphersuites: client", CLIENT, TLS1_3_VERSION, true, false, context_suites, connection_suites,
      get_suite, LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set1_groups_list: client", CLIENT, 0, true, false, context_groups, connection_groups, get_groups, COPIED,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_groups_list: server", SERVER, 0, true, false, context_server_groups, connection_server_groups,
      get_groups, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_sigalgs_list", CLIENT, 0, true, false, context_sigalgs, connection_sigalgs, get_sigalgs, COPIED,
      TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set1_client_sigalgs_list", SERVER, TLS1_2_VERSION, true, false, context_client_sigalgs,
      connection_client_sigalgs, get_sigalgs, COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_alpn_protos", CLIENT, 0, true, false, context_alpn, connection_alpn, get_alpn, COPIED, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_alpn_select_cb", SERVER, 0, true, false, context_alpn_select, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_info_callback", SERVER, 0, true, false, context_info, connection_info, get_seen, LIVE, UNLESS_OWN,
      OF_CONNECTION, KEPT },
    { "SSL_CTX_set_msg_callback", SERVER, 0, true, false, context_message, connection_message, get_seen, COPIED, STAYS,
      OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cert_cb", SERVER, 0, true, false, context_cert_cb, connection_cert_cb, get_seen, COPIED, TAKEN,
      OF_CONNECTION, KEPT },
    { "SSL_CTX_set_cert_cb: client", CLIENT, 0, true, false, context_cert_cb, connection_cert_cb, get_seen, COPIED,
      TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_client_hello_cb", SERVER, 0, true, false, context_hello, NULL, get_seen, LIVE, TAKEN_EARLY, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_cert_verify_callback", CLIENT, 0, true, false, context_cert_verify, NULL, get_seen, LIVE, TAKEN,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_cert_verify_callback: server", SERVER, 0, true, false, context_cert_verify, NULL, get_seen, LIVE,
      TAKEN, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_client_cert_cb", CLIENT, 0, true, false, context_client_cert, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_keylog_callback", SERVER, 0, true, false, context_key_log, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_tlsext_status_cb", SERVER, 0, true, false, context_staple, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_not_resumable_session_callback", SERVER, 0, true, false, context_not_resumable,
      connection_not_resumable, get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_generate_session_id", SERVER, TLS1_2_VERSION, true, false, context_make_id, connection_make_id,
      get_seen, COPIED, STAYS, OF_CONNECTION, KEPT },
    { "SSL_CTX_set_psk_find_session_callback", SERVER, TLS1_3_VERSION, true, false, context_find, connection_find,
      get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_psk_server_callback", SERVER, TLS1_3_VERSION, true, false, context_psk_server, connection_psk_server,
      get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_psk_use_session_callback", CLIENT, TLS1_3_VERSION, true, false, context_use, connection_use, get_seen,
      COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_psk_client_callback", CLIENT, TLS1_3_VERSION, true, false, context_psk_client, connection_psk_client,
      get_seen, COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_verify_cert_store", GETTER(verify_store, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set1_chain_cert_store", GETTER(chain_store, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_cert_store", CLIENT, 0, true, true, context_store, NULL, get_trust, LIVE, TAKEN, OF_CONTEXT, KEPT },
    { "SSL_CTX_set1_cert_store", CLIENT, 0, true, true, context_set1_store, NULL, get_trust, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_load_verify_locations", CLIENT, 0, true, true, context_load, NULL, get_trust, LIVE, TAKEN, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_use_certificate", SERVER, 0, false, false, context_certificate, connection_certificate, get_certificate,
      COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_use_certificate: shown", SERVER, 0, true, false, context_certificate, connection_certificate,
      get_shown_certificate, COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_use_cert_and_key", SERVER, 0, true, false, context_certificate_and_key, NULL, get_shown_certificate,
      COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_use_certificate_chain_file", SERVER, 0, true, false, context_certificate_file, NULL,
      get_shown_certificate, COPIED, TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_add1_chain_cert", GETTER(chain, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_add1_chain_cert: shown", SERVER, 0, true, false, context_chain, connection_chain, get_shown_chain, COPIED,
      TAKEN, OF_CONNECTION, KEPT },
    { "SSL_CTX_add_extra_chain_cert", SERVER, 0, true, false, context_extra_chain, NULL, get_shown_chain, LIVE, TAKEN,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_client_CA_list", GETTER(client_ca, SERVER, LIVE, UNLESS_OWN, OF_CONNECTION) },
    { "SSL_CTX_set_client_CA_list: told", SERVER, 0, true, false, context_client_ca_asking, connection_client_ca,
      get_told_ca, LIVE, UNLESS_OWN, OF_CONNECTION, KEPT },
    { "SSL_CTX_set0_CA_list", GETTER(ca, SERVER, LIVE, UNLESS_OWN, OF_CONNECTION) },
    { "SSL_CTX_set_cert_flags", GETTER(cert_flags, SERVER, COPIED, TAKEN, OF_CONNECTION) },
    { "SSL_CTX_set_session_id_context", SERVER, 0, true, false, context_id_context, connection_id_context,
      get_id_context, COPIED, UNLESS_OWN_EARLY, OF_CONNECTION, KEPT },
    { "SSL_CTX_sess_set_new_cb", SERVER, 0, true, false, context_new_session, NULL, get_seen, LIVE_FIRST, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_timeout", SERVER, 0, true, false, context_timeout, NULL, get_timeout, LIVE_FIRST, STAYS, OF_CONTEXT,
      KEPT },
    { "SSL_CTX_set_session_ticket_cb", SERVER, 0, true, false, context_ticket, NULL, get_seen, LIVE_FIRST, STAYS,
      OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_ticket_key_evp_cb", SERVER, 0, true, false, context_ticket_key, NULL, get_seen, LIVE_FIRST,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_tlsext_ticket_keys", SERVER, 0, true, false, context_ticket_keys, NULL, get_ticket_keys, LIVE_FIRST,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_max_send_fragment", SERVER, 0, true, false, context_fragment, connection_fragment, get_fragment,
      COPIED, STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_split_send_fragment", SERVER, 0, true, false, context_split, connection_split, get_fragment, COPIED,
      STAYS, OF_CONTEXT, KEPT },
    { "SSL_CTX_set_ssl_version", SERVER, 0, false, false, context_method, connection_method, get_method, COPIED, STAYS,
      OF_CONNECTION, OF_CONTEXT_AGAIN },
};

/* Those that have no place in a switch within the servername callback, which they are. */
static const struct row servername_row = { "SSL_CTX_set_tlsext_servername_callback", SERVER, 0, true, false,
                                           context_servername, NULL, get_seen, LIVE, TAKEN, OF_CONTEXT, KEPT };

static void each_row(const struct protocol *protocol, void (*check)(const struct row *), enum role only_of)
{
    spoken = protocol;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].version != 0 && rows[i].version != protocol->version)
            continue;
        if (only_of == SERVER && rows[i].role != SERVER)
            continue;
        if (getenv("ROW") != NULL && strcmp(getenv("ROW"), rows[i].name) != 0)
            continue;
        check(&rows[i]);
    }
    SSL_free(peer);
    SSL_SESSION_free(peer_psk);
}

static void what_is_changed_in_the_context_after_SSL_new(const struct protocol *protocol)
{
    each_row(protocol, check_new, CLIENT);
}

static void what_a_switch_of_context_takes_over(const struct protocol *protocol)
{
    each_row(protocol, check_switch, CLIENT);
}

static void what_a_switch_in_the_servername_callback_takes_over(const struct protocol *protocol)
{
    each_row(protocol, check_switch_in_callback, SERVER);
}

static void what_a_duplicate_has(const struct protocol *protocol)
{
    each_row(protocol, check_duplicate, CLIENT);
}

static void what_is_left_after_SSL_clear(const struct protocol *protocol)
{
    each_row(protocol, check_clear, CLIENT);
}

static void the_servername_callback_is_that_of_the_context_of_now(const struct protocol *protocol)
{
    spoken = protocol;
    check_new(&servername_row);
    check_switch(&servername_row);
    check_duplicate(&servername_row);
    check_clear(&servername_row);
}

static void a_session_id_callback_of_the_context_counts_while_the_connection_has_none(void)
{
    static const struct row row = { "SSL_CTX_set_generate_session_id", SERVER, 0, true, false, context_make_id, NULL,
                                    get_seen, COPIED, STAYS, OF_CONTEXT, KEPT };
    SSL_CTX *context, *other;
    SSL *ssl;

    spoken = &TLS12;
    context = new_context(&row, 1);
    other = new_context(&row, 2);
    CHECK_EQ(SSL_CTX_set_generate_session_id(context, NULL), 1);
    ssl = new_connection(context);
    CHECK_EQ(SSL_CTX_set_generate_session_id(context, make_id_3), 1);
    /* The context that was given to SSL_new(). */
    CHECK(SSL_set_SSL_CTX(ssl, other) == other);
    CHECK_EQ(observe(&row, ssl, true), 3);
    SSL_free(ssl);
    SSL_CTX_free(context);
    SSL_CTX_free(other);
    SSL_free(peer);
}

static void what_SSL_clear_forgets_and_keeps(const struct protocol *protocol)
{
    const unsigned char *name = NULL;
    unsigned length = 7;
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    SSL_CTX_set_alpn_select_cb(pair.server_ctx, take_first, NULL);
    CHECK_EQ(SSL_CTX_set_alpn_protos(pair.client_ctx, (const unsigned char *)"\1a", 2), 0);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    pair_open(&pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
    SSL_set_ex_data(pair.client, 0, &pair);
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK(SSL_shutdown(pair.server) >= 0);
    for (int side = 0; side < 2; side++) {
        SSL *ssl = side ? pair.server : pair.client;
        long result = SSL_get_verify_result(ssl);

        CHECK_EQ(result, side ? X509_V_OK : X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        SSL_get0_alpn_selected(ssl, &name, &length);
        CHECK_EQ(length, 1);
        CHECK_EQ(SSL_clear(ssl), 1);
        /* Forgotten. */
        SSL_get0_alpn_selected(ssl, &name, &length);
        CHECK_EQ(length, 0);
        CHECK_EQ(SSL_get_shutdown(ssl), 0);
        CHECK_EQ(SSL_session_reused(ssl), 0);
        CHECK_EQ(SSL_in_before(ssl), 1);
        CHECK(SSL_get_current_cipher(ssl) == NULL || SSL_get_session(ssl) != NULL);
        CHECK_EQ(SSL_get_secure_renegotiation_support(ssl), 0);
        CHECK_EQ(SSL_get_peer_finished(ssl, &length, 4), 0);
        /* Kept. */
        CHECK_EQ(SSL_get_verify_result(ssl), result);
        CHECK_EQ(SSL_is_server(ssl), side);
        CHECK(SSL_get_rbio(ssl) != NULL);
    }
    CHECK(SSL_get_ex_data(pair.client, 0) == &pair);
    CHECK_STR(SSL_get_servername(pair.client, TLSEXT_NAMETYPE_host_name), "localhost");
    CHECK(SSL_get_session(pair.client) != NULL);
    pair_free(&pair);
}

static void what_else_a_duplicate_has(const struct protocol *protocol)
{
    struct pair pair;
    int index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    SSL *copy;

    pair_init(&pair, protocol);
    pair.offer = pair_new_session(&pair);
    pair_open(&pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
    SSL_set_ex_data(pair.client, index, &pair);
    SSL_set_shutdown(pair.client, SSL_RECEIVED_SHUTDOWN);
    SSL_set_verify_result(pair.client, X509_V_ERR_APPLICATION_VERIFICATION);
    copy = SSL_dup(pair.client);
    CHECK(copy != NULL && copy != pair.client);
    CHECK(SSL_get_session(copy) == pair.offer);
    CHECK(SSL_get_ex_data(copy, index) == &pair);
    CHECK_EQ(SSL_is_server(copy), 0);
    CHECK_EQ(SSL_get_shutdown(copy), SSL_get_shutdown(pair.client));
    CHECK_EQ(SSL_get_verify_result(copy), SSL_SESSION_get0_peer(pair.offer) != NULL ? X509_V_OK : -1);
    CHECK(SSL_get_rbio(copy) == NULL);
    CHECK(SSL_get_servername(copy, TLSEXT_NAMETYPE_host_name) == NULL);
    SSL_free(copy);
    SSL_SESSION_free(pair.offer);
    pair.offer = NULL;
    pair_drop(&pair);
    pair_free(&pair);
}

THREE(SSL_SESSION *, look_up, (SSL *ssl, const unsigned char *id, int length, int *copy),
      (void)ssl; (void)id; (void)length; *copy = 0; return NULL;)
THREE(void, removed, (SSL_CTX *context, SSL_SESSION *session), (void)context; (void)session;)

static void sessions_stay_with_the_context_given_to_SSL_new(void)
{
    SSL_SESSION *session;
    struct pair pair;

    pair_init(&pair, &TLS12);
    switch_to = server_context(&TLS12);
    for (int i = 0; i < 2; i++) {
        SSL_CTX *context = i ? switch_to : pair.server_ctx;

        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
        SSL_CTX_sess_set_get_cb(context, OF_THREE(look_up, i + 1));
        SSL_CTX_sess_set_remove_cb(context, OF_THREE(removed, i + 1));
    }
    for (int in_callback = 0; in_callback < 2; in_callback++) {
        if (in_callback)
            SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, switch_context);
        pair_open(&pair);
        if (!in_callback)
            CHECK(SSL_set_SSL_CTX(pair.server, switch_to) == switch_to);
        CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
        pair_handshake(&pair);
        CHECK(SSL_get_SSL_CTX(pair.server) == switch_to);
        CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
        CHECK_EQ(SSL_CTX_sess_number(switch_to), 0);
        session = SSL_get1_session(pair.client);
        seen = 0;
        CHECK_EQ(SSL_CTX_remove_session(pair.server_ctx, SSL_get_session(pair.server)), 1);
        CHECK_EQ(seen, 1);
        pair_close(&pair);
        /* What is offered now is looked for where it was. */
        pair.offer = session;
        pair_open(&pair);
        if (!in_callback)
            CHECK(SSL_set_SSL_CTX(pair.server, switch_to) == switch_to);
        seen = 0;
        pair_handshake(&pair);
        CHECK_EQ(seen, 1);
        CHECK_EQ(SSL_CTX_remove_session(pair.server_ctx, SSL_get_session(pair.server)), 1);
        pair_close(&pair);
        pair.offer = NULL;
        SSL_SESSION_free(session);
    }
    SSL_CTX_free(switch_to);
    pair_free(&pair);
}

/* SSL_copy_session_id(3) takes all that goes with the certificates, and the method. */
static void what_SSL_copy_session_id_takes(void)
{
    static const struct row row = { "", SERVER, 0, false, false, context_certificate, NULL, get_certificate, COPIED, STAYS,
                                    OF_CONTEXT, KEPT };
    SSL_CTX *first, *second;
    SSL *from, *to;

    spoken = &TLS12;
    first = new_context(&row, 1);
    second = new_context(&row, 2);
    context_cert_flags(first, 1);
    context_cert_flags(second, 2);
    context_verify_store(first, 1);
    context_verify_store(second, 2);
    context_security(first, 1);
    context_security(second, 2);
    context_id_context(second, 2);
    from = new_connection(second);
    connection_method(from, 2);
    to = new_connection(first);
    CHECK_EQ(SSL_copy_session_id(to, from), 1);
    CHECK_EQ(get_certificate(to), 2);
    CHECK_EQ(get_cert_flags(to), 2);
    CHECK_EQ(get_verify_store(to), 2);
    CHECK_EQ(get_security(to), 2);
    CHECK_EQ(get_method(to), 2);
    CHECK(SSL_get_SSL_CTX(to) == first);
    SSL_free(from);
    SSL_free(to);
    SSL_CTX_free(first);
    SSL_CTX_free(second);
}

TEST_MAIN(TEST(a_session_id_callback_of_the_context_counts_while_the_connection_has_none),
          TEST_EACH(what_SSL_clear_forgets_and_keeps),
          TEST_EACH(what_else_a_duplicate_has),
          TEST(sessions_stay_with_the_context_given_to_SSL_new),
          TEST(what_SSL_copy_session_id_takes),
          TEST_EACH(what_is_changed_in_the_context_after_SSL_new),
          TEST_EACH(what_a_switch_of_context_takes_over),
          TEST_EACH(what_a_switch_in_the_servername_callback_takes_over),
          TEST_EACH(what_a_duplicate_has),
          TEST_EACH(what_is_left_after_SSL_clear),
          TEST_EACH(the_servername_callback_is_that_of_the_context_of_now))
