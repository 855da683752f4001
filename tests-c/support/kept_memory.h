/*
 * Memory as a thief would find it: while it is kept nothing that is freed is used again, so that what its
 * owner left in it can be looked for.
 *
 *     keep_memory(true);
 *     ...                              what is allocated from here on, and freed
 *     keep_memory(false);
 *     copies_left(secret, length)
 *
 * For one thread, and for programs that link nothing else which defines malloc().
 */
#ifndef KEPT_MEMORY_H
#define KEPT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

void keep_memory(bool keep);
/* In how many blocks that were allocated while memory was kept these bytes lie, or their hexadecimal digits. */
unsigned copies_left(const void *bytes, size_t length);
/* The same for what calls have left on the stack below the frame of keep_memory(false). */
unsigned copies_on_stack(const void *bytes, size_t length);
/* How many of the blocks have not been freed. */
size_t blocks_in_use(void);
/* False where another malloc() is in the way, such as valgrind's or a sanitizer's. */
bool memory_can_be_kept(void);

#endif
