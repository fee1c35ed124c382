/* The help of a program and of a command, for a terminal of 80 columns. */
#include <string.h>

#include "base/str.h"
#include "cli/cli_private.h"

#define WIDTH  80
#define INDENT 26 /* where the explanations begin */

static void spaces(FILE *out, size_t n)
{
    fprintf(out, "%*s", (int)n, "");
}

/* A paragraph that begins with two spaces is an example: its lines stay as they are. Returns what
 * is behind it. */
static const char *example(FILE *out, const char *text)
{
    const char *end = strstr(text, "\n\n");
    size_t n = end != NULL ? (size_t)(end - text) : strlen(text);

    fprintf(out, "%.*s%s", (int)n, text, end != NULL ? "\n\n" : "");
    return text + n + strspn(text + n, "\n");
}

/* Words of a text in lines that begin at `indent`; the cursor is at `column`. A blank line between
 * paragraphs. */
static void wrapped(FILE *out, const char *text, size_t indent, size_t column)
{
    while (*text != '\0') {
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + word > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column < indent) {
            spaces(out, indent - column);
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)word, text);
        column += word;
        text += word;
        if (str_starts(text, "\n\n")) {
            fputs("\n\n", out);
            column = 0;
            text += 2;
            text = str_starts(text, "  ") ? example(out, text) : text;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

/* A term, and behind it (or below, where it is long) what it means. */
static void item(FILE *out, const char *term, const char *doc)
{
    size_t column = strlen(term) + 2;

    fprintf(out, "  %s", term);
    if (column + 2 > INDENT) {
        fputc('\n', out);
        column = 0;
    } else {
        spaces(out, INDENT - column);
        column = INDENT;
    }
    wrapped(out, doc, INDENT, column);
}

static void option(FILE *out, const struct cli_option *o)
{
    char term[128];
    char letter[] = "-x, ";

    letter[1] = o->letter;
    snprintf(term, sizeof term, "%s--%s%s%s", o->letter != 0 ? letter : "", o->name,
             o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
    item(out, term, o->doc);
}

static void usage(FILE *out, const struct cli_program *program, const struct cli_command *command)
{
    fprintf(out, "Usage: %s %s", program->name, command->name);
    for (const struct cli_argument *a = command->arguments; a->name != NULL; a++) {
        fprintf(out, a->optional ? " [%s]" : " %s", a->name);
    }
    for (size_t i = 0; i < cli_groups_n(command); i++) {
        for (const struct cli_option *o = cli_group(command, i)->options; o->name != NULL; o++) {
            if (o->required) {
                fprintf(out, " --%s %s", o->name, o->value);
            }
        }
    }
    fputs(" [OPTION]...\n\n", out);
}

static void command_help(FILE *out, const struct cli_program *program,
                         const struct cli_command *command)
{
    usage(out, program, command);
    wrapped(out, command->description, 0, 0);
    if (command->arguments->name != NULL) {
        fputs("\nArguments:\n", out);
    }
    for (const struct cli_argument *a = command->arguments; a->name != NULL; a++) {
        item(out, a->name, a->doc);
    }
    for (size_t i = 0; i < cli_groups_n(command); i++) {
        fprintf(out, "\n%s:\n", cli_group(command, i)->title);
        for (const struct cli_option *o = cli_group(command, i)->options; o->name != NULL; o++) {
            option(out, o);
        }
    }
}

static void program_help(FILE *out, const struct cli_program *program)
{
    char term[64];

    fprintf(out, "Usage: %s COMMAND [ARGUMENT]... [OPTION]...\n\n", program->name);
    wrapped(out, program->summary, 0, 0);
    fputs("\nCommands (each has its own --help):\n", out);
    for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
        item(out, (*c)->name, (*c)->summary);
    }
    fputs("\nInstead of a command:\n", out);
    item(out, "--version", "print the version");
    item(out, "--man", "print the manual page: pipe it into man -l -");
    item(out, "--completion", "print a completion for bash: source it");
    fputs("\nEnvironment:\n", out);
    for (const struct cli_option *o = program->environment; o->name != NULL; o++) {
        item(out, o->name, o->doc);
    }
    fputs("\nExit codes:\n", out);
    for (const struct cli_exit_row *e = cli_exit_rows; e->meaning != NULL; e++) {
        snprintf(term, sizeof term, "%d", (int)e->code);
        item(out, term, e->meaning);
    }
}

void cli_help(FILE *out, const struct cli_program *program, const struct cli_command *command)
{
    if (command != NULL) {
        command_help(out, program, command);
    } else {
        program_help(out, program);
    }
}
