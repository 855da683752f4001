/* Operations, one processor instruction at a time: what the processor really executes, and which
 * memory it locks. Only on x86-64.
 *
 * The trap flag makes the processor stop after each instruction; a signal handler on a stack of
 * its own counts and lets it go on. An instruction with a rep prefix counts once, however much it
 * moves. */
#ifndef BENCH_STEP_H
#define BENCH_STEP_H

/* Whose work is being done, as the code that drives both ends says. */
enum side {
    NEITHER,
    CLIENT_SIDE,
    SERVER_SIDE,
    SIDES
};

/* The calling program sets it around its calls. */
extern volatile enum side step_side;

/* Operations that warm up, on each thread. */
#define STEP_WARM_UP 20

/* Does the operation STEP_WARM_UP times, and then `count` times by single steps. The file `out`
 * then has what `stepping.py` reads; an operation counts as `each`. */
void step(const char *out, long count, long each, void (*operation)(void *), void *argument);

/* The same on two threads with an argument each, first on one and then on the other, while both
 * live: what both have locked is what they would contend for. `prepare` comes before the warm-up. */
void step_on_two_threads(const char *out, long count, void (*prepare)(void *),
                         void (*operation)(void *), void *arguments[2]);

#endif
