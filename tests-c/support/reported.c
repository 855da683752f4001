#include "reported.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char lines[2][8192];
static int version;

void say(const SSL *ssl, const char *format, ...)
{
    char *line = lines[SSL_is_server(ssl) ? SERVER : CLIENT];
    size_t length = strlen(line);
    va_list arguments;

    if (length > 0)
        line[length++] = ' ';
    va_start(arguments, format);
    CHECK(vsnprintf(line + length, sizeof(lines[0]) - length, format, arguments) > 0);
    va_end(arguments);
}

static void check_state(const SSL *ssl)
{
    int state = SSL_get_state(ssl);

    CHECK_EQ(SSL_is_init_finished(ssl), !SSL_in_init(ssl) && state == TLS_ST_OK);
    CHECK_EQ(SSL_in_connect_init((SSL *)ssl), SSL_in_init(ssl) && !SSL_is_server(ssl));
}

static void on_info(const SSL *ssl, int where, int value)
{
    int role = SSL_is_server(ssl) ? SSL_ST_ACCEPT : SSL_ST_CONNECT;

    check_state(ssl);
    CHECK_EQ(SSL_in_before(ssl),
             where == SSL_CB_HANDSHAKE_START && SSL_get_state(ssl) == TLS_ST_BEFORE);
    if (where == SSL_CB_HANDSHAKE_START)
        say(ssl, "start");
    else if (where == SSL_CB_HANDSHAKE_DONE)
        say(ssl, "done(%s)", SSL_state_string(ssl));
    else if (where == (role | SSL_CB_LOOP))
        say(ssl, "(%s)", SSL_state_string(ssl));
    else if (where == (role | SSL_CB_EXIT))
        say(ssl, "exit%c", value > 0 ? '+' : value < 0 ? '-'
                                                       : '0');
    else if (where == SSL_CB_READ_ALERT || where == SSL_CB_WRITE_ALERT)
        say(ssl, "%calert%04x", where == SSL_CB_READ_ALERT ? '<' : '>', value);
    else
        CHECK(!"a known kind");
}

static void on_message(int sent, int of_version, int kind, const void *buffer,
                       size_t length, SSL *ssl, void *argument)
{
    const unsigned char *bytes = buffer;
    char way = sent ? '>' : '<';

    CHECK_STR(argument, "argument");
    check_state(ssl);
    switch (kind) {
    case SSL3_RT_HEADER:
        CHECK_EQ(length, 5);
        CHECK_EQ(of_version, bytes[1] << 8 | bytes[2]);
        say(ssl, "%cH%02x", way, bytes[0]);
        return;
    case SSL3_RT_INNER_CONTENT_TYPE:
        CHECK_EQ(length, 1);
        CHECK_EQ(of_version, sent ? TLS1_2_VERSION : TLS1_3_VERSION);
        say(ssl, "%cI%02x", way, bytes[0]);
        return;
    case SSL3_RT_HANDSHAKE:
        CHECK(length >= 4);
        CHECK_EQ(length - 4, bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
        say(ssl, "%c%02x", way, bytes[0]);
        break;
    case SSL3_RT_CHANGE_CIPHER_SPEC:
        CHECK_MEM(bytes, length, "\1", 1);
        say(ssl, "%cccs", way);
        break;
    case SSL3_RT_ALERT:
        CHECK_EQ(length, 2);
        say(ssl, "%c!%02x%02x", way, bytes[0], bytes[1]);
        break;
    default:
        CHECK(!"a known kind");
    }
    /* A server that has read a ClientHello has not chosen yet. */
    if (kind == SSL3_RT_HANDSHAKE && !sent && bytes[0] == SSL3_MT_CLIENT_HELLO)
        CHECK_EQ(of_version, TLS1_3_VERSION);
    else
        CHECK_EQ(of_version, version);
}

void record_messages(SSL_CTX *context)
{
    SSL_CTX_set_msg_callback(context, on_message);
    SSL_CTX_set_msg_callback_arg(context, "argument");
}

void record_context(SSL_CTX *context)
{
    record_messages(context);
    SSL_CTX_set_info_callback(context, on_info);
}

void record_connection(SSL *ssl)
{
    SSL_set_msg_callback(ssl, on_message);
    SSL_set_msg_callback_arg(ssl, "argument");
    SSL_set_info_callback(ssl, on_info);
}

void reported_init(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    version = protocol->version;
}

void record_both(struct pair *pair)
{
    record_context(pair->client_ctx);
    record_context(pair->server_ctx);
}

void leave_out_records(char *line)
{
    char *to = line;

    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        size_t length = strlen(word);

        if (word[1] == 'H' || word[1] == 'I')
            continue;
        if (to != line)
            *to++ = ' ';
        memmove(to, word, length);
        to += length;
    }
    *to = '\0';
}

void check_reported_all(const char *client, const char *server)
{
    CHECK_STR(lines[CLIENT], client);
    CHECK_STR(lines[SERVER], server);
    lines[CLIENT][0] = lines[SERVER][0] = '\0';
}

void check_reported(const char *client, const char *server)
{
    leave_out_records(lines[CLIENT]);
    leave_out_records(lines[SERVER]);
    check_reported_all(client, server);
}
