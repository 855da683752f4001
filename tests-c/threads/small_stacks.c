/* Connections of coroutines, whose stacks are small (makecontext(3)). */
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "pair.h"

enum {
    FOR_HANDSHAKES = 32 * 1024,
    FOR_READING = 16 * 1024
};

static ucontext_t outside, inside;
static struct pair *pair;
static SSL_SESSION *session;

static void connect_inside(void)
{
    session = pair_new_session(pair);
}

static void resume_inside(void)
{
    CHECK(pair_resumes(pair, session));
}

static void read_inside(void)
{
    char got[4];

    CHECK_EQ(SSL_read(pair->client, got, sizeof(got)), 4);
    CHECK_EQ(SSL_read(pair->client, got, sizeof(got)), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_WANT_READ);
}

/* Below the stack lies a page that cannot be used. */
static void run_on_stack(size_t size, void (*function)(void))
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    char *area = mmap(NULL, guard + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(area != MAP_FAILED);
    CHECK_EQ(mprotect(area, guard, PROT_NONE), 0);
    CHECK_EQ(getcontext(&inside), 0);
    inside.uc_stack.ss_sp = area + guard;
    inside.uc_stack.ss_size = size;
    inside.uc_link = &outside;
    makecontext(&inside, function, 0);
    CHECK_EQ(swapcontext(&outside, &inside), 0);
    CHECK_EQ(munmap(area, guard + size), 0);
}

static void a_coroutine_connects_and_resumes(const struct protocol *protocol)
{
    struct pair joined;

    pair = &joined;
    pair_init(pair, protocol);
    run_on_stack(FOR_HANDSHAKES, connect_inside);
    run_on_stack(FOR_HANDSHAKES, resume_inside);
    SSL_SESSION_free(session);
    pair_free(pair);
}

/* What comes first are the tickets of TLS 1.3. */
static void a_coroutine_reads(const struct protocol *protocol)
{
    struct pair joined;

    pair = &joined;
    pair_init(pair, protocol);
    pair_open(pair);
    pair_handshake(pair);
    CHECK_EQ(SSL_write(pair->server, "text", 4), 4);
    run_on_stack(FOR_READING, read_inside);
    session = SSL_get1_session(pair->client);
    CHECK(SSL_SESSION_is_resumable(session));
    SSL_SESSION_free(session);
    pair_drop(pair);
    pair_free(pair);
}

TEST_MAIN(TEST_EACH(a_coroutine_connects_and_resumes), TEST_EACH(a_coroutine_reads))
