/*
 * Threads and processes that end: the library works in handlers of atexit(3), in destructors of pthread keys (in
 * each of their rounds), and in destructors of C++'s thread_local objects.
 */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>

extern "C" {
#include "pair.h"
}

namespace
{

/* Two contexts, a connection and a session that were made before, while all was there. */
struct things {
    const struct protocol *protocol;
    struct pair pair;
    SSL_SESSION *session;
    bool has_exited;
};

void make(struct things *things, const struct protocol *protocol)
{
    memset(things, 0, sizeof(*things));
    things->protocol = protocol;
    pair_init(&things->pair, protocol);
    things->session = pair_new_session(&things->pair);
    pair_connect(&things->pair);
}

/* Ends the old connection properly, then does all from the contexts to the resumption. */
void use_all(struct things *things)
{
    send_text(things->pair.client, things->pair.server, "still here");
    send_text(things->pair.server, things->pair.client, "so am I");
    CHECK_NO_ERROR();
    pair_close(&things->pair);
    CHECK(pair_resumes(&things->pair, things->session));
    pair_connect(&things->pair);
    pair_drop(&things->pair);
    SSL_CTX_flush_sessions(things->pair.server_ctx, 0);

    struct things fresh;
    make(&fresh, things->protocol);
    pair_drop(&fresh.pair);
    CHECK(pair_resumes(&fresh.pair, fresh.session));
    SSL_SESSION_free(fresh.session);
    pair_free(&fresh.pair);
    /* An error on the queue, and none of a panic. */
    CHECK(SSL_new(NULL) == NULL);
    CHECK_REASON(SSL_R_NULL_SSL_CTX);
    SSL_SESSION_free(things->session);
    pair_free(&things->pair);
    CHECK_NO_ERROR();
}

/* ---- destructors of pthread keys ---- */

const int ROUNDS = 4; /* PTHREAD_DESTRUCTOR_ITERATIONS */
pthread_key_t key;
struct things of_round[ROUNDS];
int round_number;

void destroy(void *value)
{
    use_all(static_cast<struct things *>(value));
    if (++round_number < ROUNDS)
        pthread_setspecific(key, &of_round[round_number]);
}

void *end_with_key(void *argument)
{
    for (struct things &things : of_round)
        make(&things, static_cast<const struct protocol *>(argument));
    pthread_setspecific(key, &of_round[0]);
    return NULL;
}

void *end_at_once(void *)
{
    pthread_setspecific(key, &of_round[0]);
    return NULL;
}

void run(void *(*body)(void *), const struct protocol *protocol)
{
    pthread_t thread;

    CHECK_EQ(pthread_create(&thread, NULL, body, const_cast<struct protocol *>(protocol)), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

void connections_work_in_destructors_of_keys(const struct protocol *protocol)
{
    CHECK_EQ(pthread_key_create(&key, destroy), 0);
    run(end_with_key, protocol);
    CHECK_EQ(round_number, ROUNDS);
    /* A thread whose first call is there. */
    round_number = 0;
    for (struct things &things : of_round)
        make(&things, protocol);
    run(end_at_once, protocol);
    CHECK_EQ(round_number, ROUNDS);
}

/* The key is older than the library's, whose are destroyed after it or before it. */
void connections_work_in_destructors_of_newer_keys(const struct protocol *protocol)
{
    struct things first;

    make(&first, protocol);
    use_all(&first);
    connections_work_in_destructors_of_keys(protocol);
}

/* ---- destructors of thread_local objects ---- */

int destroyed;

struct user {
    struct things things;
    bool ready = false;

    ~user()
    {
        if (ready) {
            use_all(&things);
            destroyed++;
        }
    }
};

thread_local user early; /* constructed before the thread has used the library: destroyed after its */
thread_local user late;

void *end_with_objects(void *argument)
{
    early.ready = false;
    make(&early.things, static_cast<const struct protocol *>(argument));
    early.ready = true;
    make(&late.things, static_cast<const struct protocol *>(argument));
    late.ready = true;
    return NULL;
}

void connections_work_in_destructors_of_thread_locals(const struct protocol *protocol)
{
    run(end_with_objects, protocol);
    CHECK_EQ(destroyed, 2);
}

/* ---- atexit ---- */

struct things at_exit;

/* exit(3) may not be called again, so failures of checks end the process at once in their own way. */
void handler()
{
    use_all(&at_exit);
    at_exit.has_exited = true;
    fflush(NULL);
    _exit(23);
}

void expect_exit_23(void (*child)(const struct protocol *), const struct protocol *protocol)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        child(protocol);
        exit(1);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 23 << 8);
}

void exit_after_use(const struct protocol *protocol)
{
    make(&at_exit, protocol);
    CHECK_EQ(atexit(handler), 0);
    exit(0);
}

void *exit_in_thread(void *argument)
{
    exit_after_use(static_cast<const struct protocol *>(argument));
    return NULL;
}

void exit_of_a_thread(const struct protocol *protocol)
{
    run(exit_in_thread, protocol);
}

void connections_work_in_handlers_of_atexit(const struct protocol *protocol)
{
    expect_exit_23(exit_after_use, protocol);
    expect_exit_23(exit_of_a_thread, protocol);
}

} // namespace

TEST_MAIN(TEST_EACH(connections_work_in_destructors_of_keys),
          TEST_EACH(connections_work_in_destructors_of_newer_keys),
          TEST_EACH(connections_work_in_destructors_of_thread_locals),
          TEST_EACH(connections_work_in_handlers_of_atexit))
