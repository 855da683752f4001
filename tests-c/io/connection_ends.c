/*
 * How connections end, and what each call returns then and afterwards: the value, SSL_get_error(3), the error
 * queue, SSL_want(3), the shutdown flags. Every end that a transport or a peer can make meets every call, before
 * and after the handshake, at both roles. A worker does the same on each library; the reports must be equal.
 *
 * Before each call EAGAIN is in errno, as an event loop leaves it there: a program that goes by errno after
 * SSL_ERROR_SYSCALL would call again for ever.
 */
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "call_report.h"
#include "pair.h"
#include "worker.h"

static struct pair pair;
static const struct protocol *protocol;
/* The connection that meets the end, and where it reads and writes; its peer likewise. */
static SSL *ssl, *peer;
static BIO *in, *out, *peer_in, *peer_out;

/* ---- the transport's ends ---- */

static int fail_read(BIO *bio, char *bytes, int length)
{
    (void)bytes;
    (void)length;
    BIO_clear_retry_flags(bio);
    errno = ECONNRESET;
    return -1;
}

static int read_nothing(BIO *bio, char *bytes, int length)
{
    (void)bytes;
    (void)length;
    BIO_clear_retry_flags(bio);
    return 0;
}

static int fail_write(BIO *bio, const char *bytes, int length)
{
    (void)bytes;
    (void)length;
    BIO_clear_retry_flags(bio);
    errno = EPIPE;
    return -1;
}

static long answer_flush(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO *new_transport(int (*read)(BIO *, char *, int))
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | 98, "broken");
    BIO *bio;

    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, fail_write);
    BIO_meth_set_ctrl(method, answer_flush);
    bio = BIO_new(method);
    BIO_set_init(bio, 1);
    return bio;
}

static void put(const char *bytes, int length)
{
    CHECK_EQ(BIO_write(in, bytes, length), length);
}

static void carry_to(BIO *from, BIO *to, int flipped)
{
    unsigned char bytes[4096];
    int length = BIO_read(from, bytes, sizeof(bytes));

    if (length <= 0)
        return;
    if (flipped)
        bytes[length - 1] ^= 1;
    CHECK_EQ(BIO_write(to, bytes, length), length);
}

static void end_of_file(void)
{
    BIO_set_mem_eof_return(in, 0);
}

static void end_of_file_that_is_ignored(void)
{
    SSL_set_options(ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
    end_of_file();
}

static void failing_transport(void)
{
    SSL_set0_rbio(ssl, new_transport(fail_read));
}

static void silent_transport(void)
{
    SSL_set0_rbio(ssl, new_transport(read_nothing));
}

static void no_transport(void)
{
    SSL_set0_rbio(ssl, NULL);
}

static void transport_that_takes_nothing(void)
{
    SSL_set0_wbio(ssl, new_transport(read_nothing));
}

static void part_of_a_record(void)
{
    put("\x17\x03\x03\x00\x20........", 13);
    end_of_file();
}

static void part_of_a_header(void)
{
    put("\x17\x03", 2);
    end_of_file();
}

static void nothing(void)
{
}

/* ---- the peer's ends ---- */

static void proper_close(void)
{
    SSL_shutdown(peer);
    carry_to(peer_out, in, 0);
}

static void data_and_proper_close(void)
{
    SSL_write(peer, "data", 4);
    proper_close();
}

static void fatal_alert(void)
{
    char byte;

    if (SSL_in_init(ssl)) {
        put("\x15\x03\x03\x00\x02\x02\x28", 7);
        return;
    }
    SSL_write(ssl, "x", 1);
    carry_to(out, peer_in, 1);
    SSL_read(peer, &byte, 1);
    ERR_clear_error();
    carry_to(peer_out, in, 0);
}

static void damaged_record(void)
{
    SSL_write(peer, "data", 4);
    carry_to(peer_out, in, 1);
}

static void unprotected_fatal_alert(void)
{
    put("\x15\x03\x03\x00\x02\x02\x28", 7);
}

static void unprotected_close(void)
{
    put("\x15\x03\x03\x00\x02\x01\x00", 7);
}

static void no_tls(void)
{
    put("SSH-2.0-OpenSSH_9.2\r\n", 21);
}

static void http(void)
{
    put("GET / HTTP/1.0\r\n\r\n", 18);
}

static void unknown_record_type(void)
{
    put("\x63\x03\x03\x00\x01x", 6);
}

static void too_long_a_record(void)
{
    put("\x17\x03\x03\xff\xff", 5);
}

static void unprotected_data(void)
{
    put("\x17\x03\x03\x00\x04"
        "data",
        9);
}

struct end {
    const char *name;
    void (*make)(void);
};

/* clang-format off */
#define END(name) { #name, name }

static const struct end ends[] = {
    END(nothing), END(end_of_file), END(end_of_file_that_is_ignored), END(failing_transport), END(silent_transport),
    END(no_transport), END(transport_that_takes_nothing), END(part_of_a_record), END(part_of_a_header),
    END(proper_close), END(data_and_proper_close), END(fatal_alert), END(damaged_record), END(unprotected_fatal_alert),
    END(unprotected_close), END(no_tls), END(http), END(unknown_record_type), END(too_long_a_record),
    END(unprotected_data),
};
/* clang-format on */

/* ---- calls ---- */

static char buffer[64];
static size_t moved;

static int call_read(void) { return SSL_read(ssl, buffer, sizeof(buffer)); }
static int call_peek(void) { return SSL_peek(ssl, buffer, sizeof(buffer)); }
static int call_read_ex(void) { return SSL_read_ex(ssl, buffer, sizeof(buffer), &moved); }
static int call_peek_ex(void) { return SSL_peek_ex(ssl, buffer, sizeof(buffer), &moved); }
static int call_write(void) { return SSL_write(ssl, "bytes", 5); }
static int call_write_ex(void) { return SSL_write_ex(ssl, "bytes", 5, &moved); }
static int call_shutdown(void) { return SSL_shutdown(ssl); }
static int call_handshake(void) { return SSL_do_handshake(ssl); }
static int call_key_update(void) { return SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED); }
static int call_renegotiate(void) { return SSL_renegotiate_pending(ssl) - 1; }

struct call {
    const char *name;
    int (*make)(void);
    bool moves_data;
};

/* clang-format off */
#define CALL(name) { #name, call_##name, false }
#define DATA_CALL(name) { #name, call_##name, true }

static const struct call calls[] = {
    DATA_CALL(read), DATA_CALL(peek), DATA_CALL(read_ex), DATA_CALL(peek_ex), DATA_CALL(write), DATA_CALL(write_ex),
    CALL(shutdown), CALL(handshake),
    CALL(key_update), CALL(renegotiate),
};
/* clang-format on */

enum {
    CALLS = sizeof(calls) / sizeof(calls[0]),
    ENDS = sizeof(ends) / sizeof(ends[0])
};

static void make(const struct call *call)
{
    bool over = strcmp(SSL_state_string(ssl), "SSLERR") == 0 || SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN;
    size_t before = BIO_ctrl_pending(out);
    size_t sent;
    unsigned long code;
    int value, error;

    ERR_clear_error();
    errno = EAGAIN;
    value = call->make();
    error = SSL_get_error(ssl, value);
    fprintf(report, "   %s = %d, SSL_get_error %d", call->name, value, error);
    /* OpenSSL does not see to it in the others, after an earlier failure. */
    if (error == SSL_ERROR_SYSCALL && call->moves_data)
        fprintf(report, ", errno %s", errno == 0 ? "0" : strerror(errno));
    while ((code = ERR_get_error()) != 0)
        if (ERR_GET_LIB(code) == ERR_LIB_SSL)
            fprintf(report, ", reason %d", ERR_GET_REASON(code));
    sent = BIO_ctrl_pending(out) - before;
    /* Later OpenSSL leaves it. */
    if (!over)
        fprintf(report, "; want %d", SSL_want(ssl));
    if (SSL_is_init_finished(ssl))
        fprintf(report, ", finished, pending %d", SSL_pending(ssl));
    fprintf(report, ", shutdown %d, %s, %s sent\n", SSL_get_shutdown(ssl), SSL_state_string_long(ssl),
            sent == 0 ? "nothing" : sent < 40 ? "little"
                                              : "much");
}

static void on_info(const SSL *of, int where, int value)
{
    if (of == ssl && (where == SSL_CB_WRITE_ALERT || where == SSL_CB_READ_ALERT))
        fprintf(report, "   %s alert %d %d\n", where == SSL_CB_WRITE_ALERT ? "sent" : "received", value >> 8,
                value & 255);
}

static void take_role(int role)
{
    ssl = role == 0 ? pair.client : pair.server;
    peer = role == 0 ? pair.server : pair.client;
    in = role == 0 ? pair.at_client : pair.at_server;
    out = role == 0 ? pair.to_server : pair.to_client;
    peer_in = role == 0 ? pair.at_server : pair.at_client;
    peer_out = role == 0 ? pair.to_client : pair.to_server;
}

static void open_held(bool connected)
{
    struct outcome client, server;
    char byte;

    pair.transport = HELD;
    pair_open(&pair);
    if (!connected)
        return;
    pair_try_handshake(&pair, &client, &server);
    CHECK(client.ret == 1 && server.ret == 1);
    SSL_write(pair.server, "s", 1);
    carry_to(pair.to_client, pair.at_client, 0);
    CHECK_EQ(SSL_read(pair.client, &byte, 1), 1);
}

/* Whether OpenSSL can be asked again. Without a BIO its SSL_get_error() crashes, after data that comes instead of
 * close_notify its connection has failed (docs/differences.md), and an end of file that is ignored takes back that
 * close_notify was sent. With a KeyUpdate that cannot be sent it is in the state of that message for good. */
static bool may_go_on(const struct end *end, const struct call *call, bool connected)
{
    if (end->make == no_transport)
        return connected;
    if (end->make == transport_that_takes_nothing && call->make == call_key_update)
        return false;
    if (call->make == call_shutdown)
        return end->make != data_and_proper_close && end->make != end_of_file_that_is_ignored;
    return true;
}

/* The engine does not decrypt records of types that it does not know, so does not see that this one is none. */
static bool is_alike(const struct end *end, bool connected)
{
    /* Of a ClientHello that may be any byte; and in a handshake Reprise is in the state of an error after a close. */
    if (end->make == damaged_record || end->make == unprotected_close)
        return connected;
    return end->make != unknown_record_type || protocol != &TLS12 || !connected;
}

static void meet(const struct end *end, const struct call *call, int role, bool connected)
{
    open_held(connected);
    take_role(role);
    BIO_up_ref(in);
    BIO_up_ref(out);
    BIO_up_ref(peer_in);
    BIO_up_ref(peer_out);
    end->make();
    SSL_set_info_callback(ssl, on_info);
    fprintf(report, "-- %s, %s %s, %s:\n", end->name, protocol->name, role == 0 ? "client" : "server",
            connected ? "connected" : "before");
    make(call);
    for (size_t i = 0; i < 2 + CALLS && may_go_on(end, call, connected); i++)
        make(i < 2 ? call : &calls[i - 2]);
    pair_drop(&pair);
    BIO_free(in);
    BIO_free(out);
    BIO_free(peer_in);
    BIO_free(peer_out);
    ERR_clear_error();
}

static void meet_all(bool connected)
{
    pair_init(&pair, protocol);
    for (int role = 0; role < 2; role++)
        for (size_t end = 0; end < ENDS; end++)
            for (size_t call = 0; is_alike(&ends[end], connected) && call < CALLS; call++)
                meet(&ends[end], &calls[call], role, connected);
    pair_free(&pair);
}

static void before(void)
{
    meet_all(false);
}

static void connected(void)
{
    meet_all(true);
}

/* DIRECTORY NAME WHAT */
static int work(int argc, char **argv)
{
    CHECK_EQ(argc, 3);
    protocol = strstr(argv[2], TLS12.name) != NULL ? &TLS12 : &TLS13;
    report_calls(argv[0], argv[1], strstr(argv[2], "before") != NULL ? before : connected);
    return 0;
}

static void compare(const char *when, const struct protocol *version)
{
    char what[64];

    snprintf(what, sizeof(what), "%s %s", when, version->name);
    compare_calls(what);
}

static void an_open_connection_ends_as_openssls(const struct protocol *version)
{
    compare("connected", version);
}

static void a_handshake_ends_as_openssls(const struct protocol *version)
{
    compare("before", version);
}

/* RFC 8446, section 6.1; it is no error, and no call waits for more. */
static void a_close_in_a_handshake_is_an_end(const struct protocol *version)
{
    struct pair one;

    pair_init(&one, version);
    pair_open(&one);
    CHECK_EQ(BIO_write(one.to_client, "\x15\x03\x03\x00\x02\x01\x00", 7), 7);
    CHECK_EQ(SSL_connect(one.client), -1);
    CHECK_EQ(SSL_get_error(one.client, -1), SSL_ERROR_ZERO_RETURN);
    CHECK_EQ(SSL_get_shutdown(one.client), SSL_RECEIVED_SHUTDOWN);
    CHECK_NO_ERROR();
    pair_free(&one);
}

/* SSL_read(3): errno does not ask to repeat the call. */
static void a_handshake_that_has_failed_leaves_no_old_errno(const struct protocol *version)
{
    struct pair one;

    if (!on_reprise())
        return;
    pair_init(&one, version);
    pair_open(&one);
    CHECK_EQ(BIO_write(one.to_client, "\x63\x03\x03\x00\x01x", 6), 6);
    CHECK_EQ(SSL_connect(one.client), -1);
    ERR_clear_error();
    errno = EAGAIN;
    CHECK_EQ(SSL_connect(one.client), -1);
    CHECK_EQ(SSL_get_error(one.client, -1), SSL_ERROR_SYSCALL);
    CHECK_EQ(errno, 0);
    pair_free(&one);
}

WORKER_MAIN(work, TEST_EACH(a_close_in_a_handshake_is_an_end),
            TEST_EACH(a_handshake_that_has_failed_leaves_no_old_errno),
            TEST_EACH(an_open_connection_ends_as_openssls), TEST_EACH(a_handshake_ends_as_openssls))
