/*
 * How far a long piece of work is: on a terminal one line of standard error that
 * is redrawn (items, bytes, rate, time left), otherwise a plain line now and
 * then; with --json an event each second; nothing with --quiet.
 *
 * Any thread may add; begin and end belong to the command's thread.
 */
#ifndef CLI_CLI_PROGRESS_H
#define CLI_CLI_PROGRESS_H

#include <stdint.h>

struct cli;
struct cli_progress;

struct cli_progress_options {
    const char *doing;    /* "restoring", "listing" */
    const char *items;    /* "objects", "versions" */
    uint64_t total_items; /* 0: not known beforehand */
    uint64_t total_bytes; /* 0: bytes are not counted */
};

/* In cli->cx->arena, but it must be ended. */
struct cli_progress *cli_progress_begin(struct cli *cli,
                                        const struct cli_progress_options *options);
void cli_progress_add(struct cli_progress *p, uint64_t items, uint64_t bytes);
void cli_progress_end(struct cli_progress *p);

#endif
