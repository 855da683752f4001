/*
 * The results of calls, as text that must be the same on both libraries.
 */
#ifndef CALL_REPORT_H
#define CALL_REPORT_H

#include <stdio.h>

#include "check.h"

/* Of the worker. */
extern FILE *report;

/* Bytes to pass, more than anything takes. */
extern unsigned char large[70000];

/* The call as it is written, its value, and the errors of libssl that it queued. */
void shown(const char *call, long long value);

#define SHOW(call) shown(#call, (long long)(call))
#define SHOW_IS(call) shown(#call " != NULL", (call) != NULL)
#define SHOW_DONE(call) ((call), shown(#call, 0))

void show_bytes(const char *what, const void *bytes, size_t length);

/* The worker: makes the calls and writes the report into a file. */
void report_calls(const char *directory, const char *name, void (*calls)(void));

/* The test: starts workers on both libraries with the arguments DIRECTORY NAME `what`, and
 * compares what they have written. */
void compare_calls(const char *what);

#endif
