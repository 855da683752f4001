/*
 * All that a library shows of sessions, as text that is the same on another library.
 */
#ifndef SESSION_REPORT_H
#define SESSION_REPORT_H

/* Reads the sessions of the files 0.der, 1.der, ... in a directory, and writes a report into it. */
void report_sessions(const char *directory, int count, const char *name);

#endif
