/*
 * What a test draws at random, the same on every run: DRAWN_SEED draws something else, DRAWN_SEQUENCES
 * is for how much of it.
 */
#ifndef DRAWN_H
#define DRAWN_H

#include <stdbool.h>

#include "call_report.h"
#include "numbered.h"
#include "worker.h"

/* Calls `sequence` so often, or DRAWN_SEQUENCES times, each time with other numbers, and writes
 * a line about it into the report. */
void draw_sequences(unsigned long usual_count, void (*sequence)(void));

/* Draws from this seed from now on; beside draw_sequences(). */
void draw_from(unsigned long seed);

/* `main` of a program that draws: a worker on each library does `begin` and then `count` times `sequence`, and
 * `test` compares the two reports. */
#define DRAWN_MAIN(test, count, begin, sequence)     \
    static void drawn_calls(void)                    \
    {                                                \
        numbered_init();                             \
        begin;                                       \
        draw_sequences(count, sequence);             \
    }                                                \
    static int drawn_worker(int argc, char **argv)   \
    {                                                \
        CHECK_EQ(argc, 3);                           \
        report_calls(argv[0], argv[1], drawn_calls); \
        return 0;                                    \
    }                                                \
    static void test(void)                           \
    {                                                \
        compare_calls("drawn");                      \
    }                                                \
    WORKER_MAIN(drawn_worker, TEST(test))

/* The same for calls of operate(), so many between begin() and end(), with a steady clock that begins now. */
#define DRAWN_OPERATIONS_MAIN(test, count, operations) \
    static void drawn_sequence(void)                   \
    {                                                  \
        numbered_begin();                              \
        begin();                                       \
        for (int i = 0; i < (operations); i++)         \
            operate();                                 \
        end();                                         \
    }                                                  \
    DRAWN_MAIN(test, count, steady_time = time(NULL), drawn_sequence)

/* A number from 0 to limit - 1. */
unsigned below(unsigned limit);

/* Three times out of four. */
bool often(void);

#endif
