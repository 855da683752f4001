#include "kept_memory.h"

#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include <openssl/crypto.h>

#include "check.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

enum {
    MOST = 1 << 17
};

static struct block {
    unsigned char *start;
    bool freed;
} blocks[MOST];
static size_t count;
static bool keeping;

static void *note(void *memory)
{
    if (keeping && memory != NULL) {
        if (count == MOST)
            abort();
        blocks[count++] = (struct block){ memory, false };
    }
    return memory;
}

static struct block *find(const void *memory)
{
    for (size_t i = count; i-- > 0;)
        if (blocks[i].start == memory && !blocks[i].freed)
            return &blocks[i];
    return NULL;
}

void *malloc(size_t size)
{
    return note(__libc_malloc(size));
}

void *calloc(size_t number, size_t size)
{
    return note(__libc_calloc(number, size));
}

void free(void *memory)
{
    struct block *block = memory == NULL ? NULL : find(memory);

    if (block == NULL)
        __libc_free(memory);
    else
        block->freed = true;
}

void *realloc(void *memory, size_t size)
{
    struct block *block = memory == NULL ? NULL : find(memory);
    void *larger;
    size_t old;

    if (block == NULL)
        return memory == NULL ? malloc(size) : __libc_realloc(memory, size);
    larger = malloc(size);
    old = malloc_usable_size(memory);
    if (larger != NULL) {
        memcpy(larger, memory, old < size ? old : size);
        free(memory);
    }
    return larger;
}

static unsigned char stack[48 * 1024];

/* Byte by byte, as memcpy() would have a frame there, and without what the sanitizers know of frames. */
__attribute__((noinline, no_sanitize("address"))) static void copy_stack(void)
{
    const volatile unsigned char *from =
        (const volatile unsigned char *)((uintptr_t)__builtin_frame_address(0) - sizeof(stack));

    for (size_t i = 0; i < sizeof(stack); i++)
        stack[i] = from[i];
}

void keep_memory(bool keep)
{
    keeping = keep;
    if (!keep)
        copy_stack();
}

unsigned copies_on_stack(const void *bytes, size_t length)
{
    unsigned found = 0;
    const unsigned char *next = stack;

    while ((next = memmem(next, (size_t)(stack + sizeof(stack) - next), bytes, length)) != NULL) {
        found++;
        next++;
    }
    return found;
}

static unsigned blocks_with(const void *bytes, size_t length)
{
    unsigned found = 0;

    for (size_t i = 0; i < count; i++)
        if (memmem(blocks[i].start, malloc_usable_size(blocks[i].start), bytes, length) != NULL)
            found++;
    return found;
}

unsigned copies_left(const void *bytes, size_t length)
{
    static const char LOWER[] = "0123456789abcdef", UPPER[] = "0123456789ABCDEF";
    char lower[256], upper[256];

    CHECK(2 * length <= sizeof(lower));
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = ((const unsigned char *)bytes)[i];

        lower[2 * i] = LOWER[byte >> 4];
        lower[2 * i + 1] = LOWER[byte & 15];
        upper[2 * i] = UPPER[byte >> 4];
        upper[2 * i + 1] = UPPER[byte & 15];
    }
    return blocks_with(bytes, length) + blocks_with(lower, 2 * length) + blocks_with(upper, 2 * length);
}

size_t blocks_in_use(void)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        used += !blocks[i].freed;
    return used;
}

bool memory_can_be_kept(void)
{
    size_t before = count;
    bool was = keeping;

    keeping = true;
    OPENSSL_free(OPENSSL_malloc(10));
    keeping = was;
    return count > before;
}
