/*
 * Memory functions that a program gives to libcrypto (CRYPTO_set_mem_functions(3)) serve the whole library.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* Blocks with a header of their size and their caller, aligned to 8 and no more, as some allocators do. */
struct header {
    size_t size;
    size_t of_libssl;
    size_t filler;
};

static atomic_long in_use, all_of_libssl, of_libssl_in_use;
static bool shared;
static char *shared_next, *shared_end;

/* libcrypto's files lie in crypto/ and providers/, libssl's in ssl/. Reprise gives its own name. */
static bool is_of_libssl(const char *file)
{
    return file != NULL && (strstr(file, "ssl/") != NULL || strcmp(file, "reprise") == 0)
           && strstr(file, "crypto/") == NULL && strstr(file, "providers/") == NULL;
}

/* Never given back: for a test or two. */
static void *allocate_shared(size_t size)
{
    char *memory = shared_next;

    if (memory == NULL || size > (size_t)(shared_end - memory)) {
        enum {
            AREA = 16 << 20
        };

        memory = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return NULL;
        shared_end = memory + AREA;
    }
    shared_next = memory + (size + 15) / 16 * 16;
    return memory;
}

static void *allocate(size_t size, const char *file, int line)
{
    struct header *header;

    (void)line;
    if (size == 0)
        return NULL;
    header = shared ? allocate_shared(sizeof(*header) + size) : malloc(sizeof(*header) + size);
    if (header == NULL)
        return NULL;
    header->size = size;
    header->filler = shared;
    header->of_libssl = is_of_libssl(file);
    in_use++;
    of_libssl_in_use += (long)header->of_libssl;
    all_of_libssl += (long)header->of_libssl;
    return header + 1;
}

static void release(void *memory, const char *file, int line)
{
    struct header *header = memory;

    (void)file;
    (void)line;
    if (memory == NULL)
        return;
    header--;
    in_use--;
    of_libssl_in_use -= (long)header->of_libssl;
    if (!header->filler)
        free(header);
}

static void *resize(void *memory, size_t size, const char *file, int line)
{
    void *larger = allocate(size, file, line);

    if (memory != NULL && (larger != NULL || size == 0)) {
        size_t old = ((struct header *)memory)[-1].size;

        if (larger != NULL)
            memcpy(larger, memory, old < size ? old : size);
        release(memory, file, line);
    }
    return larger;
}

/* Before main(), where programs do it at the earliest: no library has asked for memory yet. */
static int accepted;

__attribute__((constructor)) static void set_functions(void)
{
    accepted = CRYPTO_set_mem_functions(allocate, resize, release);
}

static void a_program_comes_before_the_first_allocation(void)
{
    CHECK_EQ(accepted, 1);
}

/* A connection with a session, some data and its end. */
static void use_all(const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;

    pair_init(&pair, protocol);
    session = pair_new_session(&pair);
    CHECK(pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_connect(&pair);
    send_pattern(pair.client, pair.server, 100000, 1);
    pair_close(&pair);
    pair_free(&pair);
    ERR_clear_error();
}

static void objects_and_connections_live_in_the_programs_memory(const struct protocol *protocol)
{
    long before = all_of_libssl;
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl;
    SSL_SESSION *session;

    CHECK(all_of_libssl > before);
    before = all_of_libssl;
    ssl = SSL_new(context);
    CHECK(all_of_libssl > before);
    before = all_of_libssl;
    session = SSL_SESSION_new();
    CHECK(all_of_libssl > before);
    SSL_SESSION_free(session);
    SSL_free(ssl);
    SSL_CTX_free(context);
    before = all_of_libssl;
    use_all(protocol);
    CHECK(all_of_libssl - before > 100);
}

static void all_memory_is_given_back(const struct protocol *protocol)
{
    /* Some of Reprise's wait until no other thread may be reading them: not more of them with time. */
    enum {
        ROUNDS = 600,
        WAITING = 500
    };
    long before;

    /* What belongs to the process and the thread. */
    for (int i = 0; i < 3; i++)
        use_all(protocol);
    before = of_libssl_in_use;
    for (int i = 0; i < ROUNDS; i++)
        use_all(protocol);
    if (on_reprise())
        CHECK(of_libssl_in_use < before + WAITING);
    else
        CHECK_EQ(of_libssl_in_use, before);
}

/* A server that has used up its descriptors, or lives where there is no /proc. */
static void files_that_cannot_be_opened_do_not_matter(const struct protocol *protocol)
{
    struct rlimit before, none;

    /* What is read once is read. */
    use_all(protocol);
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    CHECK_EQ(open("/proc/self/maps", O_RDONLY), -1);
    use_all(protocol);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* OpenSSL shares its objects, and what its threads and processes should have for themselves as well. */
static void memory_that_processes_share_is_refused(void)
{
    SSL_CTX *context;

    shared = true;
    ERR_clear_error();
    context = SSL_CTX_new(TLS_method());
    if (on_reprise()) {
        const char *data;
        int flags;
        unsigned long error = ERR_peek_error_data(&data, &flags);

        CHECK(context == NULL);
        CHECK_STR(ERR_reason_error_string(error), "memory shared between processes");
        CHECK(flags & ERR_TXT_STRING);
        CHECK(strstr(data, "CRYPTO_set_mem_functions") != NULL);
    } else {
        CHECK(context != NULL);
    }
    SSL_CTX_free(context);
    ERR_clear_error();
}

static void memory_that_processes_share_is_refused_without_looking_at_files(void)
{
    struct rlimit limit;

    SSL_CTX_free(SSL_CTX_new(TLS_method()));
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 0;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    memory_that_processes_share_is_refused();
}

TEST_MAIN(TEST(a_program_comes_before_the_first_allocation),
          TEST_EACH(objects_and_connections_live_in_the_programs_memory),
          TEST_EACH(all_memory_is_given_back),
          TEST_EACH(files_that_cannot_be_opened_do_not_matter),
          TEST(memory_that_processes_share_is_refused),
          TEST(memory_that_processes_share_is_refused_without_looking_at_files))
