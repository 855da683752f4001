/*
 * What a TLS 1.3 server's tickets are, and in what order they are made: S8, S72, S73, S76, S78,
 * S79, S81, S112, S114, S123.
 */
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "session_callbacks.h"
#include "ticket_recorder.h"

/* S114 */
static void the_callbacks_are_called_in_order_for_each_ticket(void)
{
    struct pair pair;

    recording_pair_init(&pair);
    pair_connect(&pair);
    CHECK_STR(sequence, "igknigkn");
    CHECK(generated == kept[1]);
    CHECK(kept[0] != kept[1]);

    memset(sequence, 0, sizeof(sequence));
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_STR(sequence, "");
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_STR(sequence, "igkn");

    /* A ticket that is an id is not sealed, but generated (S81). */
    memset(sequence, 0, sizeof(sequence));
    SSL_set_options(pair.server, SSL_OP_NO_TICKET);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    CHECK_EQ(SSL_do_handshake(pair.server), 1);
    CHECK_STR(sequence, "ign");
    pair_settle(&pair);
    CHECK_EQ(new_sessions, 4);
    {
        const unsigned char *ticket;
        size_t length;

        SSL_SESSION_get0_ticket(kept_sessions[3], &ticket, &length);
        CHECK_EQ(length, 5);
        CHECK_EQ(ticket[0], next_id - 1);
    }
    recording_pair_free(&pair);
}

/* S8, S114, S123 */
static void each_ticket_has_its_own_session(void)
{
    struct pair pair;
    unsigned char one[48], two[48], later[48];
    unsigned int length;
    const unsigned char *id;

    recording_pair_init(&pair);
    next_id = 1;
    pair_connect(&pair);
    CHECK_EQ(kept_count, 2);
    CHECK_EQ(SSL_SESSION_get_master_key(kept[0], one, sizeof(one)), 48);
    CHECK_EQ(SSL_SESSION_get_master_key(kept[1], two, sizeof(two)), 48);
    CHECK(memcmp(one, two, sizeof(one)) != 0);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(kept_count, 3);
    for (int i = 0; i < 3; i++) {
        id = SSL_SESSION_get_id(kept[i], &length);
        CHECK_EQ(length, 5);
        CHECK_EQ(id[0], i + 1);
        CHECK_EQ(SSL_SESSION_has_ticket(kept[i]), 0);
        CHECK_EQ(SSL_SESSION_is_resumable(kept[i]), 1);
        SSL_SESSION_get_master_key(kept[i], one, sizeof(one));
        SSL_SESSION_get_master_key(kept_sessions[i], later, sizeof(later));
        CHECK_MEM(one, sizeof(one), later, sizeof(later));
    }
    SSL_SESSION_get_master_key(kept[1], later, sizeof(later));
    CHECK_MEM(later, sizeof(later), two, sizeof(two));
    recording_pair_free(&pair);
}

static int copies;

static int copy_data(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void **data, int index,
                     long number, void *pointer)
{
    (void)to, (void)from, (void)index, (void)number, (void)pointer;
    copies++;
    *data = (char *)*data + 1;
    return 1;
}

static int ex_index;
static char marks[8];

static void mark_session(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where & SSL_CB_HANDSHAKE_DONE)
        CHECK_EQ(SSL_SESSION_set_ex_data(SSL_get_session(ssl), ex_index, marks), 1);
}

/* S114: the first ticket gets the connection's session itself, the others copies. */
static void application_data_of_the_session_is_handed_on_from_ticket_to_ticket(void)
{
    struct pair pair;

    ex_index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_SESSION, 0, NULL, NULL, copy_data,
                                       NULL);
    recording_pair_init(&pair);
    SSL_CTX_set_info_callback(pair.server_ctx, mark_session);
    SSL_CTX_set_num_tickets(pair.server_ctx, 3);
    pair_connect(&pair);
    CHECK_EQ(kept_count, 3);
    CHECK_EQ(copies, 2);
    for (int i = 0; i < 3; i++)
        CHECK_EQ((char *)SSL_SESSION_get_ex_data(kept[i], ex_index) - marks, i);
    recording_pair_free(&pair);
}

static void a_resumed_session_is_not_changed_by_the_new_ticket(void)
{
    struct pair pair;
    SSL_SESSION *resumed;
    unsigned char before[48], after[48];
    long made;

    recording_pair_init(&pair);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_generate_session_id(pair.server_ctx, NULL);
    pair_connect(&pair);
    pair_settle(&pair);
    pair.offered = kept_sessions[1];
    resumed = kept[1];
    SSL_SESSION_get_master_key(resumed, before, sizeof(before));
    SSL_SESSION_set_time(resumed, made = time(NULL) - 100);
    SSL_SESSION_set_timeout(resumed, 777); /* S73: the new ticket's hint is of the old one */
    SSL_CTX_set_timeout(pair.server_ctx, 55);
    pair_close(&pair);
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_EQ(kept_count, 3);
    CHECK(kept[2] != resumed);
    SSL_SESSION_get_master_key(resumed, after, sizeof(after));
    CHECK_MEM(before, sizeof(before), after, sizeof(after));
    CHECK_EQ(SSL_SESSION_get_time(resumed), made);
    CHECK(SSL_SESSION_get_time(kept[2]) >= made + 100);
    CHECK_EQ(SSL_SESSION_get_timeout(kept[2]), 777);
    pair_settle(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(kept_sessions[2]), 777);
    recording_pair_free(&pair);
}

/* S73, S79 */
static void the_ticket_callback_may_set_the_timeout(void)
{
    struct pair pair;

    recording_pair_init(&pair);
    generated_timeout = 99;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(kept_sessions[0]), 99);
    generated_timeout = 1000000;
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(kept_sessions[2]), 604800);
    recording_pair_free(&pair);
}

/* S76 */
static void without_a_key_there_is_no_ticket_and_no_callback(void)
{
    struct pair pair;
    unsigned int length;

    recording_pair_init(&pair);
    key_answer = 0;
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_STR(sequence, "igkigk");
    CHECK_EQ(new_sessions, 0);
    SSL_SESSION_get_id(SSL_get_session(pair.server), &length);
    CHECK_EQ(length, 5);

    key_answer = 1;
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(kept_count, 1);
    CHECK_EQ(new_sessions, 1);
    recording_pair_free(&pair);
}

/* S78 */
static void a_ticket_that_stays_valid_is_not_renewed(void)
{
    struct pair pair;

    recording_pair_init(&pair);
    pair_connect(&pair);
    pair_settle(&pair);
    pair.offered = kept_sessions[1];
    pair_close(&pair);
    memset(sequence, 0, sizeof(sequence));
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_STR(sequence, "K");
    /* It can have one if the program wants. */
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_STR(sequence, "Kigkn");
    CHECK_EQ(new_sessions, 3);
    recording_pair_free(&pair);
}

/* The server fails to make a ticket that was asked for. */
static void check_fails(struct pair *pair, int reason)
{
    SSL_SESSION *session = SSL_get1_session(pair->server);
    char byte;

    CHECK_EQ(SSL_new_session_ticket(pair->server), 1);
    CHECK_EQ(SSL_do_handshake(pair->server), -1);
    CHECK_EQ(SSL_get_error(pair->server, -1), SSL_ERROR_SSL);
    CHECK_REASON(reason);
    CHECK_EQ(SSL_in_init(pair->server), 1);
    CHECK(SSL_read(pair->client, &byte, 1) <= 0);
    CHECK_REASON(SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
    CHECK_EQ(SSL_do_handshake(pair->server), -1);
    SSL_SESSION_free(session);
}

static int refuse_id(SSL *ssl, unsigned char *id, unsigned int *length)
{
    (void)ssl, (void)id, (void)length;
    return 0;
}

static int bad_length(SSL *ssl, unsigned char *id, unsigned int *length)
{
    (void)ssl, (void)id;
    *length = 0;
    return 1;
}

static int same_id(SSL *ssl, unsigned char *id, unsigned int *length)
{
    (void)ssl;
    memset(id, 's', *length);
    return 1;
}

/* S72, S77, S79 */
static void a_ticket_that_cannot_be_made_ends_the_connection(void)
{
    for (int i = 0; i < 5; i++) {
        struct pair pair;

        recording_pair_init(&pair);
        /* S39: sessions with tickets are cached for this only. */
        SSL_CTX_set_options(pair.server_ctx, i == 4 ? SSL_OP_NO_TICKET : 0);
        generate_answer = key_answer = 1;
        pair_connect(&pair);
        pair_settle(&pair);
        switch (i) {
        case 0:
            generate_answer = 0;
            check_fails(&pair, ERR_R_INTERNAL_ERROR);
            break;
        case 1:
            key_answer = -1;
            check_fails(&pair, SSL_R_CALLBACK_FAILED);
            break;
        case 2:
            SSL_set_generate_session_id(pair.server, refuse_id);
            check_fails(&pair, SSL_R_SSL_SESSION_ID_CALLBACK_FAILED);
            break;
        case 3:
            SSL_set_generate_session_id(pair.server, bad_length);
            check_fails(&pair, SSL_R_SSL_SESSION_ID_HAS_BAD_LENGTH);
            break;
        case 4:
            SSL_set_generate_session_id(pair.server, same_id);
            CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
            CHECK_EQ(SSL_do_handshake(pair.server), 1);
            pair_settle(&pair);
            check_fails(&pair, SSL_R_SSL_SESSION_ID_CONFLICT);
            break;
        }
        recording_pair_free(&pair);
    }
}

/* S112 */
static void a_ticket_may_be_longer_than_a_record_but_not_too_long(const struct protocol *protocol)
{
    static char data[0x10000];

    for (int i = 0; i < 3; i++) {
        struct pair pair;
        struct outcome client, server;
        SSL_SESSION *session;

        pair_init(&pair, protocol);
        SSL_CTX_set_session_ticket_cb(pair.server_ctx,
                                      protocol->version == TLS1_3_VERSION ? generate : NULL,
                                      NULL, NULL);
        SSL_CTX_set_num_tickets(pair.server_ctx, 1);
        appdata = data;
        appdata_length = i == 0 ? 20000 : i == 1 ? 0xff00 - 600
                                                 : 0xff00;
        if (protocol->version == TLS1_3_VERSION && i == 2) {
            pair_open(&pair);
            pair_try_handshake(&pair, &client, &server);
            CHECK_EQ(server.error, SSL_ERROR_SSL);
            CHECK_EQ(server.reason, ERR_R_INTERNAL_ERROR);
            CHECK_EQ(client.ret, 1);
        } else {
            session = pair_new_session(&pair);
            CHECK(pair_resumes(&pair, session));
            SSL_SESSION_free(session);
        }
        pair_free(&pair);
    }
}

static unsigned short protocol_of(SSL_SESSION *session)
{
    const unsigned char *name;
    size_t length;

    SSL_SESSION_get0_alpn_selected(session, &name, &length);
    return length == 2 ? name[0] << 8 | name[1] : 0;
}

static int choose_protocol(SSL *ssl, const unsigned char **name, unsigned char *length,
                           const unsigned char *offered, unsigned int offered_length,
                           void *argument)
{
    (void)ssl, (void)offered_length, (void)argument;
    *name = offered + 1;
    *length = offered[0];
    return SSL_TLSEXT_ERR_OK;
}

/* S114 */
static void a_session_has_the_protocol_and_the_early_data_of_its_connection(void)
{
    struct pair pair;

    recording_pair_init(&pair);
    SSL_CTX_set_alpn_select_cb(pair.server_ctx, choose_protocol, NULL);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_ANTI_REPLAY);
    pair_open(&pair);
    CHECK_EQ(SSL_set_alpn_protos(pair.client, (const unsigned char *)"\2h2", 3), 0);
    pair_handshake(&pair);
    CHECK_EQ(SSL_SESSION_get_max_early_data(kept[1]), 0);
    CHECK_EQ(protocol_of(kept[1]), 'h' << 8 | '2');
    CHECK_EQ(SSL_set_max_early_data(pair.server, 1234), 1);
    CHECK_EQ(SSL_new_session_ticket(pair.server), 1);
    pair_settle(&pair);
    CHECK_EQ(SSL_SESSION_get_max_early_data(kept[2]), 1234);
    CHECK_EQ(SSL_SESSION_get_max_early_data(kept_sessions[0]), 0);
    pair.offered = kept_sessions[1];
    pair_close(&pair);

    /* On resumption the protocol is that of the new connection. */
    pair_open(&pair);
    CHECK_EQ(SSL_set_alpn_protos(pair.client, (const unsigned char *)"\2h3", 3), 0);
    key_answer = 2;
    pair_handshake(&pair);
    CHECK_EQ(SSL_session_reused(pair.server), 1);
    CHECK_EQ(kept_count, 4);
    CHECK_EQ(protocol_of(kept[3]), 'h' << 8 | '3');
    CHECK_EQ(protocol_of(kept[1]), 'h' << 8 | '2');
    recording_pair_free(&pair);
}

TEST_MAIN(TEST(the_callbacks_are_called_in_order_for_each_ticket),
          TEST(each_ticket_has_its_own_session),
          TEST(application_data_of_the_session_is_handed_on_from_ticket_to_ticket),
          TEST(a_resumed_session_is_not_changed_by_the_new_ticket),
          TEST(the_ticket_callback_may_set_the_timeout),
          TEST(without_a_key_there_is_no_ticket_and_no_callback),
          TEST(a_ticket_that_stays_valid_is_not_renewed),
          TEST(a_ticket_that_cannot_be_made_ends_the_connection),
          TEST_EACH(a_ticket_may_be_longer_than_a_record_but_not_too_long),
          TEST(a_session_has_the_protocol_and_the_early_data_of_its_connection))
