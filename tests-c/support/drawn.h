/*
 * What a test draws at random, the same on every run: DRAWN_SEED draws something else, DRAWN_SEQUENCES
 * is for how much of it.
 */
#ifndef DRAWN_H
#define DRAWN_H

#include <stdbool.h>

/* Calls `sequence` so often, or as often as DRAWN_SEQUENCES says, each time with other numbers to come, and writes
 * a line about it into the report. */
void draw_sequences(unsigned long usual_count, void (*sequence)(void));

/* Draws from this seed from now on; beside draw_sequences(). */
void draw_from(unsigned long seed);

/* A number from 0 to limit - 1. */
unsigned below(unsigned limit);

/* Three times out of four. */
bool often(void);

#endif
