/*
 * The command line of a restore program: a table of subcommands, each with a
 * struct of settings and rows for its arguments and options. A row gives
 * parsing, --help, the man page and completion; there is no second list.
 *
 * Who may use it: helpers. Everything here but cli_say, cli_event, cli_outcome
 * and cli_is_stopping belongs to the thread that runs the command.
 *
 * What is printed: results on standard output, as text, or with --json as one
 * object a line with a member "event"; messages (errors, warnings) on standard
 * error, with --json as events too. --quiet leaves results and messages.
 *
 * Ctrl-C: the first asks the command to stop where it can go on later, the
 * second cancels what is in flight.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"

struct cancel;
struct ctx;
struct session;

/* What a program says to whoever started it; where several hold, 1, then 4, then 3. */
enum cli_exit {
    CLI_DONE = 0,          /* and verified, where the command verifies */
    CLI_ERROR = 1,         /* explained in a message */
    CLI_USAGE = 2,         /* nothing was done */
    CLI_PARTLY = 3,        /* what is missing was listed */
    CLI_VERIFY_FAILED = 4, /* done, but the result is not what was promised */
    CLI_REFUSED = 5,       /* by a safety check; the message names the way to override */
    CLI_NOT_FOUND = 6,     /* the thing named on the command line does not exist */
    CLI_TIMED_OUT = 7,
    CLI_INTERRUPTED = 130,
};

/* ---- Declaring ------------------------------------------------------------------------------- */

enum cli_kind {
    CLI_FLAG,     /* bool; takes no value */
    CLI_TEXT,     /* const char *; NULL when not given */
    CLI_TEXTS,    /* struct cli_texts; may be given several times */
    CLI_NUMBER,   /* uint64_t; 0 when not given */
    CLI_DURATION, /* int64_t in ms, from Go's syntax; 0 when not given */
};

struct cli_texts {
    const char **items;
    size_t n;
};

/* One of the texts is how `text` begins. */
bool cli_texts_begin(const struct cli_texts *texts, const char *text);

struct cli_option {
    const char *name;  /* "at" for --at; NULL ends a table */
    char letter;       /* 'o' for -o; 0: none */
    const char *value; /* what the help calls its value, "TIME"; NULL for a flag */
    enum cli_kind kind;
    size_t offset; /* in the group's struct */
    bool required;
    const char *doc; /* a sentence */
};

/* Rows that several commands have in common stand in a group of their own, with a struct that is a
 * member of the command's settings, at `offset`. */
struct cli_group {
    const char *title; /* NULL ends the list */
    const struct cli_option *options;
    size_t offset;
};

/* Arguments in order; the last one may be optional. All are const char *. */
struct cli_argument {
    const char *name; /* "BUCKET"; NULL ends a table */
    const char *doc;
    size_t offset;
    bool optional;
};

struct cli;

struct cli_command {
    const char *name;        /* NULL ends the list */
    const char *summary;     /* one line, no full stop */
    const char *description; /* paragraphs, separated by "\n\n" */
    const struct cli_argument *arguments;
    const struct cli_group *groups;
    size_t size; /* of the settings' struct, handed over zeroed but for what was given */
    /* Does the work. RC_NOT_FOUND becomes CLI_NOT_FOUND, RC_FAIL CLI_ERROR, unless cli_outcome or
     * cli_refuse said why it failed (CLI_DONE, CLI_PARTLY and CLI_VERIFY_FAILED do not). */
    enum rc (*run)(struct cli *cli, const void *settings);
};

struct cli_program {
    const char *name;
    const char *summary;
    const struct cli_command *const *commands; /* ended by NULL */
    const struct cli_option *environment;      /* variables: name, value, doc alone; for the help */
};

/* ---- Running --------------------------------------------------------------------------------- */

/* Options that every command has. */
struct cli_common {
    bool json, quiet, verbose, help;
};

struct cli {
    const struct cli_program *program;
    const struct cli_command *command;
    struct ctx *cx; /* of the command; its cancel is `stop` */
    struct session *session;
    struct cancel *cancel; /* what is in flight must end: for the ctx of each thread at work */
    struct cancel *stop;   /* no more may be begun; raised with cancel too */
    FILE *out;
    struct cli_common common;
    bool terminal;         /* standard error is one: progress may redraw its line */
    enum cli_exit outcome; /* the gravest so far */
};

/* main of a program. Returns the exit code. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* Parse into `settings` (of the command's size, zeroed); argv[0] is the command's name. RC_FAIL
 * with a message that names the option; with --help, nothing is missed. For cli_main and tests. */
enum rc cli_parse(struct ctx *cx, const struct cli_command *command, char **argv, void *settings,
                  struct cli_common *ret_common) RC_MUST_CHECK;

/* The help of a command, of the program (command NULL); its manual page (troff, man(7)); a bash
 * completion. */
void cli_help(FILE *out, const struct cli_program *program, const struct cli_command *command);
void cli_man(FILE *out, const struct cli_program *program);
void cli_completion(FILE *out, const struct cli_program *program);

/* A line of the result for people; nothing with --json. The newline is added. */
void cli_say(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same line for programs, with --json alone: {"event": name, ...members}. Takes the reference
 * to `members`, an object; NULL for none. */
void cli_event(struct cli *cli, const char *name, json_t *members);

/* Remember how it went; the gravest counts. */
void cli_outcome(struct cli *cli, enum cli_exit outcome);

/* A safety check says no: an error like diag_error's, and CLI_REFUSED. The detail names the option
 * that overrides. Returns RC_FAIL. */
enum rc cli_refuse(struct cli *cli, const char *summary, const char *detail_format, ...)
    __attribute__((format(printf, 3, 4)));

/* The command line asks for what cannot be: an error, whose detail is ended by "Nothing was done.",
 * and CLI_USAGE. Returns RC_FAIL. */
enum rc cli_misuse(struct cli *cli, const char *summary, const char *detail);

/* The first Ctrl-C came. */
bool cli_is_stopping(const struct cli *cli);

/* Ask on the terminal; only "yes" is yes. RC_CONFLICT: the answer was another. Without a terminal
 * to ask on, RC_FAIL with a message that names --yes. */
enum rc cli_ask(struct cli *cli, const char *question) RC_MUST_CHECK;

#endif
