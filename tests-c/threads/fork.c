/* A child process uses what its parent made. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "pair.h"

static void check_in_child(void (*body)(struct pair *pair, SSL_SESSION *session),
                           struct pair *pair, SSL_SESSION *session)
{
    int status;
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        body(pair, session);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

static void connect_twice(struct pair *pair, SSL_SESSION *session)
{
    SSL_SESSION *own = pair_new_session(pair);

    CHECK(pair_resumes(pair, own));
    SSL_SESSION_free(own);
    if (session != NULL)
        CHECK(pair_resumes(pair, session));
}

static void a_child_connects_in_its_parents_contexts(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    check_in_child(connect_twice, &pair, NULL);
    connect_twice(&pair, NULL);
    pair_free(&pair);
}

static void parent_and_child_both_resume(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    session = pair_new_session(&pair);
    check_in_child(connect_twice, &pair, session);
    connect_twice(&pair, session);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void talk(struct pair *pair, SSL_SESSION *session)
{
    (void)session;
    send_text(pair->client, pair->server, "from the child");
    send_text(pair->server, pair->client, "to the child");
    pair_close(pair);
}

static void a_child_carries_on_with_an_open_connection(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    check_in_child(talk, &pair, NULL);
    talk(&pair, NULL);
    pair_free(&pair);
}

static void empty_the_cache(struct pair *pair, SSL_SESSION *session)
{
    (void)session;
    SSL_CTX_flush_sessions(pair->server_ctx, 0);
    CHECK_EQ(SSL_CTX_sess_number(pair->server_ctx), 0);
    connect_twice(pair, NULL);
    SSL_CTX_free(pair->server_ctx);
}

/*
 * A thread that is inside the cache at the moment of the fork is not in the child. It
 * only adds and removes: what else it could hold at that moment, such as libcrypto's
 * locks, is not what is tested here.
 */
enum {
    STIRRED = 20
};

struct stirring {
    SSL_CTX *context;
    SSL_SESSION *sessions[STIRRED];
    atomic_bool stop;
};

static void *stir(void *argument)
{
    struct stirring *stirring = argument;

    while (!stirring->stop) {
        for (int i = 0; i < STIRRED; i++)
            SSL_CTX_add_session(stirring->context, stirring->sessions[i]);
        for (int i = 0; i < STIRRED; i++)
            SSL_CTX_remove_session(stirring->context, stirring->sessions[i]);
    }
    return NULL;
}

static void a_childs_cache_is_its_own(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    session = pair_new_session(&pair);
    check_in_child(empty_the_cache, &pair, session);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void a_child_of_a_process_with_threads_connects(const struct protocol *protocol)
{
    struct pair pair;
    struct stirring stirring = { .context = SSL_CTX_new(TLS_method()) };
    pthread_t thread;

    for (unsigned i = 0; i < STIRRED; i++) {
        stirring.sessions[i] = SSL_SESSION_new();
        SSL_SESSION_set1_id(stirring.sessions[i], (const unsigned char *)&i, sizeof(i));
    }
    pair_init(&pair, protocol);
    CHECK_EQ(pthread_create(&thread, NULL, stir, &stirring), 0);
    for (int i = 0; i < 20; i++)
        check_in_child(connect_twice, &pair, NULL);
    stirring.stop = true;
    CHECK_EQ(pthread_join(thread, NULL), 0);
    for (int i = 0; i < STIRRED; i++)
        SSL_SESSION_free(stirring.sessions[i]);
    SSL_CTX_free(stirring.context);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_child_connects_in_its_parents_contexts),
          TEST_EACH(parent_and_child_both_resume),
          TEST_EACH(a_child_carries_on_with_an_open_connection),
          TEST_EACH(a_childs_cache_is_its_own),
          TEST_EACH(a_child_of_a_process_with_threads_connects))
