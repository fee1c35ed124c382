/* The same rows as a manual page, in man(7). */
#include <string.h>

#include "base/str.h"
#include "cli/cli_private.h"

/* Text as troff takes it: no line begins with a request, no backslash or hyphen is lost. */
static void text(FILE *out, const char *t)
{
    for (bool begins = true; *t != '\0'; t++) {
        if (begins && (*t == '.' || *t == '\'')) {
            fputs("\\&", out);
        }
        begins = *t == '\n';
        if (str_starts(t, "\n\n")) {
            fputs("\n.PP", out);
        } else if (*t == '\\') {
            fputs("\\e", out);
        } else if (*t == '-') {
            fputs("\\-", out);
        } else {
            fputc(*t, out);
        }
    }
    fputc('\n', out);
}

static void bold(FILE *out, const char *prefix, const char *word, const char *italic)
{
    fputs("\\fB", out);
    for (; *prefix != '\0'; prefix++) {
        fputs("\\-", out);
    }
    for (; *word != '\0'; word++) {
        if (*word == '-') {
            fputs("\\-", out);
        } else {
            fputc(*word, out);
        }
    }
    fputs("\\fR", out);
    if (italic != NULL) {
        fprintf(out, " \\fI%s\\fR", italic);
    }
}

static void option(FILE *out, const struct cli_option *o)
{
    char letter[] = {o->letter, '\0'};

    fputs(".TP\n", out);
    if (o->letter != 0) {
        bold(out, "-", letter, NULL);
        fputs(", ", out);
    }
    bold(out, "--", o->name, o->value);
    fputc('\n', out);
    text(out, o->doc);
}

static void command(FILE *out, const struct cli_command *c)
{
    fputs(".SS ", out);
    bold(out, "", c->name, NULL);
    for (const struct cli_argument *a = c->arguments; a->name != NULL; a++) {
        fprintf(out, a->optional ? " [\\fI%s\\fR]" : " \\fI%s\\fR", a->name);
    }
    fputc('\n', out);
    text(out, c->description);
    for (size_t i = 0; c->groups[i].title != NULL; i++) {
        for (const struct cli_option *o = c->groups[i].options; o->name != NULL; o++) {
            option(out, o);
        }
    }
}

void cli_man(FILE *out, const struct cli_program *program)
{
    fputs(".TH ", out);
    for (const char *c = program->name; *c != '\0'; c++) {
        fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
    }
    fputs(" 1 \"\" \"seedbank\" \"User Commands\"\n.SH NAME\n", out);
    bold(out, "", program->name, NULL);
    fputs(" \\- ", out);
    text(out, program->summary);
    fputs(".SH SYNOPSIS\n", out);
    bold(out, "", program->name, "COMMAND");
    fputs(" [\\fIARGUMENT\\fR]... [\\fIOPTION\\fR]...\n.SH COMMANDS\n", out);
    for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
        command(out, *c);
    }
    fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
    for (const struct cli_option *o = cli_common_options; o->name != NULL; o++) {
        option(out, o);
    }
    fputs(".SH ENVIRONMENT\n", out);
    for (const struct cli_option *o = program->environment; o->name != NULL; o++) {
        fputs(".TP\n", out);
        bold(out, "", o->name, NULL);
        fputc('\n', out);
        text(out, o->doc);
    }
    fputs(".SH EXIT STATUS\n", out);
    for (const struct cli_exit_row *e = cli_exit_rows; e->meaning != NULL; e++) {
        fprintf(out, ".TP\n%d\n", (int)e->code);
        text(out, e->meaning);
    }
}
