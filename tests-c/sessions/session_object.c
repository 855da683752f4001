/*
 * The session object: S62 to S65, S104 to S106, and its lifetime.
 * Also run under valgrind.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* S62 */
static void a_new_session_is_empty(void)
{
    time_t before = time(NULL);
    SSL_SESSION *session = SSL_SESSION_new();
    BIO *text = BIO_new(BIO_s_mem());
    char *printed;
    long length;
    unsigned char key[1];

    CHECK(session != NULL);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 304);
    CHECK(SSL_SESSION_get_time(session) >= (long)before);
    CHECK(SSL_SESSION_get_time(session) <= (long)time(NULL));
    CHECK_EQ(id_length(session), 0);
    CHECK(SSL_SESSION_get0_cipher(session) == NULL);
    CHECK_EQ(SSL_SESSION_get_protocol_version(session), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 0);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(session), 0);
    CHECK_EQ(SSL_SESSION_get_max_early_data(session), 0);
    CHECK_EQ(SSL_SESSION_get_compress_id(session), 0);
    CHECK(SSL_SESSION_get0_peer(session) == NULL);
    CHECK(SSL_SESSION_get0_hostname(session) == NULL);
    CHECK_EQ(SSL_SESSION_get_master_key(session, NULL, 0), 0);
    CHECK_EQ(SSL_SESSION_get_master_key(session, key, sizeof(key)), 0);
    CHECK_EQ(i2d_SSL_SESSION(session, NULL), 0);
    CHECK(SSL_SESSION_print(text, session));
    length = BIO_get_mem_data(text, &printed);
    CHECK(memmem(printed, (size_t)length, "Verify return code: 1 ", 22) != NULL);
    BIO_free(text);
    SSL_SESSION_free(session);
}

/* S64 */
static void ids_longer_than_32_bytes_are_refused(void)
{
    SSL_SESSION *session = SSL_SESSION_new();
    unsigned char id[33];
    unsigned length;

    memset(id, 'i', sizeof(id));
    CHECK_EQ(SSL_SESSION_set1_id(session, id, 32), 1);
    CHECK_MEM(SSL_SESSION_get_id(session, &length), 32, id, 32);
    CHECK_EQ(length, 32);
    CHECK_EQ(SSL_SESSION_set1_id(session, id, 33), 0);
    CHECK_REASON(SSL_R_SSL_SESSION_ID_TOO_LONG);
    CHECK_EQ(id_length(session), 32);
    CHECK_EQ(SSL_SESSION_set1_id(session, id, 0), 1);
    CHECK_EQ(id_length(session), 0);

    CHECK_EQ(SSL_SESSION_set1_id_context(session, id, 32), 1);
    CHECK_MEM(SSL_SESSION_get0_id_context(session, &length), 32, id, 32);
    CHECK_EQ(length, 32);
    CHECK_EQ(SSL_SESSION_set1_id_context(session, id, 33), 0);
    CHECK_REASON(SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG);
    CHECK_EQ(SSL_SESSION_set1_id_context(session, id, 0), 1);
    SSL_SESSION_get0_id_context(session, &length);
    CHECK_EQ(length, 0);
    SSL_SESSION_free(session);
}

/* S64 */
static void a_master_key_has_at_most_512_bytes(void)
{
    SSL_SESSION *session = SSL_SESSION_new();
    unsigned char key[513], got[513];

    memset(key, 'k', sizeof(key));
    CHECK_EQ(SSL_SESSION_set1_master_key(session, key, 48), 1);
    CHECK_EQ(SSL_SESSION_get_master_key(session, NULL, 0), 48);
    CHECK_EQ(SSL_SESSION_set1_master_key(session, key, 512), 1);
    CHECK_EQ(SSL_SESSION_get_master_key(session, got, sizeof(got)), 512);
    CHECK_MEM(got, 512, key, 512);
    CHECK_EQ(SSL_SESSION_set1_master_key(session, key, 513), 0);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_SESSION_get_master_key(session, NULL, 0), 512);
    SSL_SESSION_free(session);
}

/* S64 */
static void time_and_timeout_are_stored_as_given(void)
{
    SSL_SESSION *session = SSL_SESSION_new();

    CHECK_EQ(SSL_SESSION_set_time(session, 1234567), 1234567);
    CHECK_EQ(SSL_SESSION_get_time(session), 1234567);
    CHECK_EQ(SSL_SESSION_set_time(session, 0), 0);
    CHECK_EQ(SSL_SESSION_get_time(session), 0);
    CHECK_EQ(SSL_SESSION_set_timeout(session, 99), 1);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 99);
    CHECK_EQ(SSL_SESSION_set_timeout(session, 0), 1);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 0);
    CHECK_EQ(SSL_SESSION_set_timeout(session, 50), 1);
    CHECK_EQ(SSL_SESSION_set_timeout(session, -1), 0);
    CHECK_EQ(SSL_SESSION_get_timeout(session), 50);
    SSL_SESSION_free(session);
}

/* S64 */
static void no_session_is_tolerated_where_time_is_asked_or_freed(void)
{
    CHECK_EQ(SSL_SESSION_get_time(NULL), 0);
    CHECK_EQ(SSL_SESSION_set_time(NULL, 1), 0);
    CHECK_EQ(SSL_SESSION_get_timeout(NULL), 0);
    CHECK_EQ(SSL_SESSION_set_timeout(NULL, 1), 0);
    SSL_SESSION_free(NULL);
    CHECK_NO_ERROR();
}

/* S64 */
static void host_name_and_alpn_are_copied_and_cleared(void)
{
    SSL_SESSION *session = SSL_SESSION_new();
    char name[] = "first.example";
    unsigned char alpn[] = "h2";
    const unsigned char *got = NULL;
    size_t length = 12345;

    CHECK_EQ(SSL_SESSION_set1_hostname(session, name), 1);
    name[0] = 'X';
    CHECK_STR(SSL_SESSION_get0_hostname(session), "first.example");
    CHECK_EQ(SSL_SESSION_set1_hostname(session, NULL), 1);
    CHECK(SSL_SESSION_get0_hostname(session) == NULL);

    CHECK_EQ(SSL_SESSION_set1_alpn_selected(session, alpn, 2), 1);
    alpn[0] = 'X';
    SSL_SESSION_get0_alpn_selected(session, &got, &length);
    CHECK_MEM(got, length, "h2", 2);
    CHECK_EQ(SSL_SESSION_set1_alpn_selected(session, NULL, 0), 1);
    SSL_SESSION_get0_alpn_selected(session, &got, &length);
    CHECK(got == NULL);
    CHECK_EQ(length, 0);
    SSL_SESSION_free(session);
}

static void application_data_for_tickets_is_copied_and_replaced(void)
{
    SSL_SESSION *session = SSL_SESSION_new();
    void *data = &session;
    size_t length = 12345;

    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK_EQ(length, 0);
    CHECK(data == NULL);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, "hello", 5), 1);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK_MEM(data, length, "hello", 5);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, "again!", 6), 1);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK_MEM(data, length, "again!", 6);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, NULL, 0), 1);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
    CHECK_EQ(length, 0);
    SSL_SESSION_free(session);
}

/* S104 */
static void getters_take_no_place_for_what_is_not_asked(void)
{
    struct pair pair;
    SSL_SESSION *session;
    const unsigned char *ticket;
    size_t length = 0, again = 0;

    pair_init(&pair, &TLS12);
    session = pair_new_session(&pair);
    SSL_SESSION_get0_ticket(session, NULL, &length);
    CHECK(length > 0);
    SSL_SESSION_get0_ticket(session, &ticket, &again);
    CHECK_EQ(again, length);
    CHECK(ticket != NULL);
    CHECK(SSL_SESSION_get_id(session, NULL) != NULL);
    CHECK(SSL_SESSION_get0_id_context(session, NULL) != NULL);
    SSL_SESSION_free(session);

    session = SSL_SESSION_new();
    CHECK(SSL_SESSION_get_id(session, NULL) != NULL);
    CHECK(SSL_SESSION_get0_id_context(session, NULL) != NULL);
    SSL_SESSION_get0_ticket(session, &ticket, &length);
    CHECK(ticket == NULL);
    CHECK_EQ(length, 0);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* S106 */
static void setters_do_not_judge(void)
{
    SSL_SESSION *session = SSL_SESSION_new();
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(context), 0);

    CHECK_EQ(SSL_SESSION_set_protocol_version(session, 0x1234), 1);
    CHECK_EQ(SSL_SESSION_get_protocol_version(session), 0x1234);
    CHECK_EQ(SSL_SESSION_set_cipher(session, cipher), 1);
    CHECK(SSL_SESSION_get0_cipher(session) == cipher);
    CHECK_EQ(SSL_SESSION_set_cipher(session, NULL), 1);
    CHECK(SSL_SESSION_get0_cipher(session) == NULL);
    CHECK_EQ(SSL_SESSION_set_max_early_data(session, 0xffffffff), 1);
    CHECK_EQ(SSL_SESSION_get_max_early_data(session), 0xffffffff);
    SSL_CTX_free(context);
    SSL_SESSION_free(session);
}

/* S65 */
static void a_session_with_an_id_is_resumable_at_any_age(void)
{
    SSL_SESSION *session = SSL_SESSION_new();

    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(SSL_SESSION_set1_id(session, (const unsigned char *)"id", 2), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_SESSION_set_time(session, 1);
    SSL_SESSION_set_timeout(session, 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_SESSION_free(session);
}

/* S65 */
static void the_not_resumable_mark_stays_when_added_again(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_SESSION *session = SSL_SESSION_new();

    SSL_SESSION_set1_id(session, (const unsigned char *)"id", 2);
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK_EQ(SSL_CTX_remove_session(context, session), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    CHECK_EQ(SSL_CTX_add_session(context, session), 1);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 0);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

/* S63 */
static void a_duplicate_is_a_deep_copy(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *copy;
    const unsigned char *one_ticket, *other_ticket;
    size_t one_length, other_length;
    unsigned char one[4096], other[4096];
    unsigned char *end_one = one, *end_other = other;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    copy = SSL_SESSION_dup(session);
    CHECK(copy != NULL && copy != session);
    SSL_SESSION_get0_ticket(session, &one_ticket, &one_length);
    SSL_SESSION_get0_ticket(copy, &other_ticket, &other_length);
    CHECK(one_ticket != other_ticket);
    CHECK_MEM(one_ticket, one_length, other_ticket, other_length);
    CHECK(SSL_SESSION_get0_peer(session) != NULL);
    CHECK(SSL_SESSION_get0_peer(session) == SSL_SESSION_get0_peer(copy));
    one_length = (size_t)i2d_SSL_SESSION(session, &end_one);
    other_length = (size_t)i2d_SSL_SESSION(copy, &end_other);
    CHECK_MEM(one, one_length, other, other_length);

    /* What happens to the one does not touch the other. */
    SSL_SESSION_set1_id(copy, (const unsigned char *)"copy", 4);
    CHECK_EQ(id_length(session), 32);
    SSL_SESSION_set1_id(copy, SSL_SESSION_get_id(session, NULL), 32);
    SSL_SESSION_free(session);
    CHECK(pair_resumes(&pair, copy));
    SSL_SESSION_free(copy);
    pair_free(&pair);
}

/* S63 */
static void a_duplicate_copies_the_mark(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_SESSION *session = SSL_SESSION_new();
    SSL_SESSION *copy;

    SSL_SESSION_set1_id(session, (const unsigned char *)"id", 2);
    SSL_CTX_remove_session(context, session);
    copy = SSL_SESSION_dup(session);
    CHECK_EQ(SSL_SESSION_is_resumable(copy), 0);
    SSL_SESSION_free(copy);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

/* ---- ex_data, S105 ---- */

static int made, copied, freed;
static void *freed_value;

static void on_new(void *parent, void *value, CRYPTO_EX_DATA *data, int index,
                   long argl, void *argp)
{
    (void)parent, (void)value, (void)data, (void)index;
    CHECK_EQ(argl, 17);
    CHECK_STR(argp, "argument");
    made++;
}

static int on_copy(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void **value,
                   int index, long argl, void *argp)
{
    (void)to, (void)from, (void)index, (void)argl, (void)argp;
    copied++;
    if (*value != NULL)
        *value = "of the copy";
    return 1;
}

static void on_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index,
                    long argl, void *argp)
{
    (void)parent, (void)data, (void)index, (void)argl, (void)argp;
    freed++;
    freed_value = value;
}

static void ex_data_lives_and_dies_with_the_object(void)
{
    int index = SSL_SESSION_get_ex_new_index(17, "argument", on_new, on_copy, on_free);
    SSL_SESSION *session, *copy;

    CHECK(index >= 0);
    session = SSL_SESSION_new();
    CHECK_EQ(made, 1);
    CHECK(SSL_SESSION_get_ex_data(session, index) == NULL);
    CHECK_EQ(SSL_SESSION_set_ex_data(session, index, "of the first"), 1);
    CHECK_STR(SSL_SESSION_get_ex_data(session, index), "of the first");

    copy = SSL_SESSION_dup(session);
    CHECK_EQ(copied, 1);
    CHECK_STR(SSL_SESSION_get_ex_data(copy, index), "of the copy");
    CHECK_STR(SSL_SESSION_get_ex_data(session, index), "of the first");

    SSL_SESSION_up_ref(session);
    SSL_SESSION_free(session);
    CHECK_EQ(freed, 0);
    SSL_SESSION_free(session);
    CHECK_EQ(freed, 1);
    CHECK_STR(freed_value, "of the first");
    SSL_SESSION_free(copy);
    CHECK_EQ(freed, 2);
    CHECK_STR(freed_value, "of the copy");
}

static void an_index_made_later_works_on_an_older_session(void)
{
    SSL_SESSION *session = SSL_SESSION_new();
    int index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, on_free);

    CHECK(SSL_SESSION_get_ex_data(session, index) == NULL);
    CHECK_EQ(SSL_SESSION_set_ex_data(session, index, "late"), 1);
    CHECK_STR(SSL_SESSION_get_ex_data(session, index), "late");
    SSL_SESSION_free(session);
    CHECK_EQ(freed, 1);
}

/* ---- reference counts ---- */

static int watch_frees(void)
{
    return SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, on_free);
}

static void a_session_outlives_its_ssl_and_its_context(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session, *servers;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    session = SSL_get1_session(pair.client);
    servers = SSL_get1_session(pair.server);
    pair_close(&pair);
    pair_free(&pair);

    CHECK_EQ(SSL_SESSION_get_protocol_version(session), protocol->version);
    CHECK_EQ(SSL_SESSION_is_resumable(session), 1);
    CHECK(SSL_SESSION_get0_peer(session) != NULL);
    CHECK(SSL_CIPHER_get_name(SSL_SESSION_get0_cipher(session)) != NULL);
    CHECK(i2d_SSL_SESSION(session, NULL) > 0);
    CHECK(i2d_SSL_SESSION(servers, NULL) > 0);
    SSL_SESSION_free(session);
    SSL_SESSION_free(servers);
}

static void a_lent_session_goes_with_its_connection(const struct protocol *protocol)
{
    struct pair pair;
    int index, lent;

    pair_init(&pair, protocol);
    index = watch_frees();
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK(SSL_get_session(pair.client) == SSL_get0_session(pair.client));
    SSL_SESSION_set_ex_data(SSL_get0_session(pair.client), index, "lent");
    pair_close(&pair);
    lent = freed;
    CHECK(lent >= 1);
    pair_free(&pair);
}

static void every_reference_counts(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    int index;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    index = watch_frees();
    session = SSL_get1_session(pair.client); /* two: the connection's and this */
    SSL_SESSION_set_ex_data(session, index, "counted");
    CHECK_EQ(SSL_SESSION_up_ref(session), 1);                   /* three */
    pair_close(&pair);                                          /* two */
    CHECK_EQ(SSL_CTX_add_session(pair.client_ctx, session), 1); /* three */
    SSL_SESSION_free(session);                                  /* two */
    SSL_SESSION_free(session);                                  /* the cache's */
    freed_value = NULL;
    SSL_CTX_free(pair.client_ctx);
    CHECK_STR(freed_value, "counted");
    pair.client_ctx = NULL;
    pair_free(&pair);
}

static void a_session_set_on_many_connections_is_freed_once(void)
{
    struct pair pair;
    SSL *connections[5];
    SSL_SESSION *session = SSL_SESSION_new();
    int index = watch_frees();

    pair_init(&pair, &TLS13);
    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION);
    SSL_SESSION_set_ex_data(session, index, "shared");
    for (int i = 0; i < 5; i++) {
        connections[i] = SSL_new(pair.client_ctx);
        CHECK_EQ(SSL_set_session(connections[i], session), 1);
    }
    SSL_SESSION_free(session);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(freed, 0);
        SSL_free(connections[i]);
    }
    CHECK_EQ(freed, 1);
    pair_free(&pair);
}

TEST_MAIN(TEST(a_new_session_is_empty), TEST(ids_longer_than_32_bytes_are_refused),
          TEST(a_master_key_has_at_most_512_bytes),
          TEST(time_and_timeout_are_stored_as_given),
          TEST(no_session_is_tolerated_where_time_is_asked_or_freed),
          TEST(host_name_and_alpn_are_copied_and_cleared),
          TEST(application_data_for_tickets_is_copied_and_replaced),
          TEST(getters_take_no_place_for_what_is_not_asked), TEST(setters_do_not_judge),
          TEST(a_session_with_an_id_is_resumable_at_any_age),
          TEST(the_not_resumable_mark_stays_when_added_again),
          TEST_EACH(a_duplicate_is_a_deep_copy), TEST(a_duplicate_copies_the_mark),
          TEST(ex_data_lives_and_dies_with_the_object),
          TEST(an_index_made_later_works_on_an_older_session),
          TEST_EACH(a_session_outlives_its_ssl_and_its_context),
          TEST_EACH(a_lent_session_goes_with_its_connection),
          TEST_EACH(every_reference_counts),
          TEST(a_session_set_on_many_connections_is_freed_once))
