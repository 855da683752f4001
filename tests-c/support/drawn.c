#include "drawn.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "call_report.h"

static uint64_t state;

static unsigned long wanted(const char *name, unsigned long usual)
{
    const char *value = getenv(name);

    return value == NULL ? usual : strtoul(value, NULL, 0);
}

void draw_sequences(unsigned long usual_count, void (*sequence)(void))
{
    unsigned long first = wanted("DRAWN_SEED", 1), count = wanted("DRAWN_SEQUENCES", usual_count);

    for (unsigned long seed = first; seed < first + count; seed++) {
        fprintf(report, "-- sequence %lu\n", seed);
        draw_from(seed);
        sequence();
    }
}

void draw_from(unsigned long seed)
{
    state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

unsigned below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 20) % limit);
}

bool often(void)
{
    return below(4) != 0;
}
