/*
 * What a session lends is held until OpenSSL's end of it: until that very field is replaced, or the
 * session is freed. Setting and reading in turn takes no more memory, and threads may do both at once.
 * Also run under valgrind.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "check.h"
#include "pair.h"
#include "pki.h"

static SSL_SESSION *with_all_fields(void)
{
    static const unsigned char protocol[] = { 'h', '2' };
    SSL_SESSION *session = SSL_SESSION_new();

    CHECK_EQ(SSL_SESSION_set1_id(session, (const unsigned char *)"an id", 5), 1);
    CHECK_EQ(SSL_SESSION_set1_id_context(session, (const unsigned char *)"context", 7), 1);
    CHECK_EQ(SSL_SESSION_set1_hostname(session, "host.example"), 1);
    CHECK_EQ(SSL_SESSION_set1_alpn_selected(session, protocol, 2), 1);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, "application", 11), 1);
    return session;
}

struct lent {
    const unsigned char *id, *context, *protocol;
    const char *host_name;
    void *data;
};

static struct lent look(SSL_SESSION *session)
{
    struct lent lent;
    unsigned int length;
    size_t size;

    lent.id = SSL_SESSION_get_id(session, &length);
    CHECK_EQ(length, 5);
    lent.context = SSL_SESSION_get0_id_context(session, &length);
    CHECK_EQ(length, 7);
    lent.host_name = SSL_SESSION_get0_hostname(session);
    SSL_SESSION_get0_alpn_selected(session, &lent.protocol, &size);
    CHECK_EQ(size, 2);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &lent.data, &size), 1);
    CHECK_EQ(size, 11);
    return lent;
}

static void each_field_stays_while_the_others_are_replaced(void)
{
    SSL_SESSION *session = with_all_fields();
    struct lent lent = look(session);
    char text[20];

    for (int round = 0; round < 300; round++) {
        snprintf(text, sizeof(text), "%d.example", round);
        CHECK_EQ(SSL_SESSION_set1_hostname(session, text), 1);
        CHECK_STR(SSL_SESSION_get0_hostname(session), text);
        CHECK_EQ(SSL_SESSION_set1_master_key(session, (unsigned char *)text, strlen(text)), 1);
        CHECK_EQ(SSL_SESSION_set_time(session, round), round);
    }
    CHECK_MEM(lent.id, 5, "an id", 5);
    CHECK_MEM(lent.context, 7, "context", 7);
    CHECK_MEM(lent.protocol, 2, "h2", 2);
    CHECK_MEM(lent.data, 11, "application", 11);

    lent = look(session);
    for (int round = 0; round < 300; round++) {
        snprintf(text, sizeof(text), "%d", round);
        CHECK_EQ(SSL_SESSION_set1_alpn_selected(session, (unsigned char *)text, strlen(text)), 1);
        CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, text, strlen(text)), 1);
    }
    CHECK_MEM(lent.id, 5, "an id", 5);
    CHECK_MEM(lent.context, 7, "context", 7);
    CHECK_STR(lent.host_name, "299.example");

    /* A copy has its own memory, and outlives the original. */
    SSL_SESSION *copy = SSL_SESSION_dup(session);
    CHECK(SSL_SESSION_get0_hostname(copy) != lent.host_name);
    const char *of_copy = SSL_SESSION_get0_hostname(copy);
    SSL_SESSION_free(session);
    CHECK_STR(of_copy, "299.example");
    SSL_SESSION_free(copy);
}

/* What an id that was set later looks like through the former pointer differs (docs/differences.md): it may
 * be read, and a new call returns the present one. */
static void id_and_id_context_are_lent_as_long_as_the_session(void)
{
    SSL_SESSION *session = with_all_fields();
    struct lent lent = look(session);
    unsigned int length;
    const unsigned char *bytes;
    char copy[SSL_MAX_SSL_SESSION_ID_LENGTH];

    CHECK_EQ(SSL_SESSION_set1_id(session, (const unsigned char *)"another", 7), 1);
    bytes = SSL_SESSION_get_id(session, &length);
    CHECK_MEM(bytes, length, "another", 7);
    CHECK(SSL_SESSION_get_id(session, &length) == bytes);
    CHECK_EQ(SSL_SESSION_set1_id_context(session, (const unsigned char *)"other", 5), 1);
    bytes = SSL_SESSION_get0_id_context(session, &length);
    CHECK_MEM(bytes, length, "other", 5);
    CHECK(SSL_SESSION_get0_id_context(session, &length) == bytes);
    /* Also what was lent may be set. */
    bytes = SSL_SESSION_get_id(session, &length);
    CHECK_EQ(SSL_SESSION_set1_id(session, bytes, 4), 1);
    bytes = SSL_SESSION_get_id(session, &length);
    CHECK_MEM(bytes, length, "anot", 4);
    for (int round = 0; round < 300; round++) {
        CHECK_EQ(SSL_SESSION_set1_id(session, (unsigned char *)&round, sizeof(round)), 1);
        bytes = SSL_SESSION_get_id(session, &length);
        CHECK_MEM(bytes, length, &round, sizeof(round));
        CHECK_EQ(SSL_SESSION_set1_id_context(session, (unsigned char *)&round, sizeof(round)), 1);
        bytes = SSL_SESSION_get0_id_context(session, &length);
        CHECK_MEM(bytes, length, &round, sizeof(round));
        CHECK_EQ(SSL_SESSION_set1_hostname(session, "a.example"), 1);
        /* valgrind sees whether the memory is the session's still. */
        memcpy(copy, lent.id, sizeof(copy));
        memcpy(copy, lent.context, sizeof(copy));
    }
    SSL_SESSION_free(session);
}

/* mallinfo2() is for the allocator that both libraries use; valgrind has its own, which it does not count. */
static size_t in_use(void)
{
    return mallinfo2().uordblks;
}

static void setting_and_reading_again_and_again_takes_no_more_memory(void)
{
    SSL_SESSION *session = with_all_fields();
    unsigned char large[1024] = { 0 };
    void *data;
    size_t length;
    char text[40];

    const unsigned char *id = SSL_SESSION_get_id(session, NULL);
    size_t before = in_use();
    for (int round = 0; round < 5000; round++) {
        memcpy(large, &round, sizeof(round));
        CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, large, sizeof(large)), 1);
        CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &data, &length), 1);
        CHECK_MEM(data, length, large, sizeof(large));
        snprintf(text, sizeof(text), "%d.example", round);
        CHECK_EQ(SSL_SESSION_set1_hostname(session, text), 1);
    }
    CHECK(in_use() < before + 1024 * 1024);
    CHECK_MEM(id, 5, "an id", 5);
    CHECK_STR(SSL_SESSION_get0_hostname(session), "4999.example");
    SSL_SESSION_free(session);
}

static void a_session_may_be_read_into_again_and_again(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char *der = NULL;

    pair_init(&pair, protocol);
    SSL_SESSION *session = pair_new_session(&pair);
    int length = i2d_SSL_SESSION(session, &der);
    size_t before = in_use();
    for (int round = 0; round < 300; round++) {
        const unsigned char *at = der;
        CHECK(d2i_SSL_SESSION(&session, &at, length) == session);
        CHECK_EQ(X509_cmp(SSL_SESSION_get0_peer(session), pki_server()->certificate), 0);
        CHECK(SSL_SESSION_get_id(session, NULL) != NULL);
    }
    CHECK(in_use() < before + 1024 * 1024);
    SSL_SESSION_free(session);
    OPENSSL_free(der);
    pair_free(&pair);
}

static SSL_SESSION *shared;

static void *read_on(void *argument)
{
    unsigned int length;
    size_t size;
    const unsigned char *ticket;
    (void)argument;
    for (int round = 0; round < 2000; round++) {
        CHECK_MEM(SSL_SESSION_get_id(shared, &length), 5, "an id", 5);
        CHECK_MEM(SSL_SESSION_get0_id_context(shared, &length), 7, "context", 7);
        SSL_SESSION_get0_ticket(shared, &ticket, &size);
        CHECK(ticket == NULL && size == 0);
        SSL_SESSION_free(SSL_SESSION_dup(shared));
    }
    return NULL;
}

/* Fields that no other thread reads: OpenSSL allows that too. */
static void *set_on(void *argument)
{
    char text[30];
    for (int round = 0; round < 2000; round++) {
        snprintf(text, sizeof(text), "%d.example", round);
        if (argument == NULL)
            SSL_SESSION_set1_hostname(shared, text);
        else
            SSL_SESSION_set1_ticket_appdata(shared, text, strlen(text));
    }
    return NULL;
}

/* On OpenSSL the copy would race with the setters, so there threads only read. */
static void threads_read_while_others_set(void)
{
    pthread_t threads[4];
    shared = with_all_fields();
    for (int i = 0; i < 4; i++) {
        void *(*work)(void *) = i >= 2 && on_reprise() ? set_on : read_on;
        CHECK_EQ(pthread_create(&threads[i], NULL, work, i == 3 ? shared : NULL), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    SSL_SESSION_free(shared);
}

/* On Reprise also the field that is being set may be read. */
static void *read_what_is_set(void *argument)
{
    (void)argument;
    for (int round = 0; round < 2000; round++) {
        char copy[30] = "";
        const char *name = SSL_SESSION_get0_hostname(shared);
        strncpy(copy, name, sizeof(copy) - 1);
        CHECK(strstr(copy, ".example") != NULL);
    }
    return NULL;
}

static void what_a_thread_reads_is_not_freed_by_one_that_sets(void)
{
    pthread_t threads[2];
    shared = with_all_fields();
    if (on_reprise()) {
        CHECK_EQ(pthread_create(&threads[0], NULL, read_what_is_set, NULL), 0);
        CHECK_EQ(pthread_create(&threads[1], NULL, set_on, NULL), 0);
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
    }
    CHECK(SSL_SESSION_get0_hostname(shared) != NULL);
    SSL_SESSION_free(shared);
}

TEST_MAIN(TEST(each_field_stays_while_the_others_are_replaced),
          TEST(id_and_id_context_are_lent_as_long_as_the_session),
          TEST(setting_and_reading_again_and_again_takes_no_more_memory),
          TEST_EACH(a_session_may_be_read_into_again_and_again),
          TEST(threads_read_while_others_set),
          TEST(what_a_thread_reads_is_not_freed_by_one_that_sets))
