/*
 * A clock that a test sets, for both libraries. To be included by one file of a program, which must export its
 * symbols (tests-c/CMakeLists.txt): then what the libraries call are the functions here.
 */
#ifndef STEADY_CLOCK_H
#define STEADY_CLOCK_H

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Seconds since 1970; 0: the real time. */
static time_t steady_time;

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (clock != CLOCK_REALTIME || steady_time == 0)
        return (int)syscall(SYS_clock_gettime, clock, out);
    *out = (struct timespec){ .tv_sec = steady_time };
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

#endif
