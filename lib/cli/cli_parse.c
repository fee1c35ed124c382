/* From words to a command's settings, over getopt_long. */
#include <getopt.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_private.h"

#define FIRST_LONG 256 /* values of getopt_long above every letter */
#define MAX_ROWS   100

/* A row and where its value goes. */
struct slot {
    const struct cli_option *row;
    char *at;
    bool given;
};

struct parse {
    struct ctx *cx;
    const struct cli_command *command;
    char *settings;
    struct cli_common common;
    struct slot slots[MAX_ROWS];
    struct option longs[MAX_ROWS + 1];
    char letters[2 * MAX_ROWS + 3];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static enum rc wrong(const struct parse *p,
                                                           const char *format, ...)
{
    va_list ap;
    const char *summary;

    va_start(ap, format);
    summary = arena_vprintf(p->cx->arena, format, ap);
    va_end(ap);
    return diag_error(p->cx, NULL, summary, "See --help of the command %s. Nothing was done.",
                      p->command->name);
}

static void add_row(struct parse *p, const struct cli_option *row, char *base)
{
    bool flag = row->kind == CLI_FLAG;
    size_t n = strlen(p->letters);

    if (p->n == MAX_ROWS) {
        abort(); /* a table of ours */
    }
    p->slots[p->n] = (struct slot){row, base + row->offset, false};
    p->longs[p->n] = (struct option){row->name, flag ? no_argument : required_argument, NULL,
                                     FIRST_LONG + (int)p->n};
    p->n++;
    if (row->letter != 0) {
        p->letters[n] = row->letter;
        p->letters[n + 1] = flag ? '\0' : ':';
    }
}

static void add_rows(struct parse *p)
{
    p->letters[0] = '+'; /* stop at an argument; take_all goes on behind it */
    p->letters[1] = ':'; /* tell a missing value from an unknown option */
    for (const struct cli_option *row = cli_common_options; row->name != NULL; row++) {
        add_row(p, row, (char *)&p->common);
    }
    for (const struct cli_group *g = p->command->groups; g->title != NULL; g++) {
        for (const struct cli_option *row = g->options; row->name != NULL; row++) {
            add_row(p, row, p->settings + g->offset);
        }
    }
}

static void add_text(struct ctx *cx, struct cli_texts *texts, const char *value)
{
    texts->items = arena_grow(cx->arena, texts->items, texts->n * sizeof *texts->items,
                              (texts->n + 1) * sizeof *texts->items);
    texts->items[texts->n++] = value;
}

static enum rc set(struct parse *p, struct slot *s, const char *value)
{
    bool again = s->given && s->row->kind != CLI_TEXTS && s->row->kind != CLI_FLAG;

    s->given = true;
    if (again) {
        return wrong(p, "--%s is given twice", s->row->name);
    }
    switch (s->row->kind) {
    case CLI_FLAG:
        *(bool *)(void *)s->at = true;
        return RC_OK;
    case CLI_TEXT:
        *(const char **)(void *)s->at = value;
        return RC_OK;
    case CLI_TEXTS:
        add_text(p->cx, (struct cli_texts *)(void *)s->at, value);
        return RC_OK;
    case CLI_NUMBER:
        return str_to_u64(str_of(value), (uint64_t *)(void *)s->at)
                   ? RC_OK
                   : wrong(p, "--%s takes a whole number", s->row->name);
    case CLI_DURATION:
        return str_to_duration_ms(str_of(value), (int64_t *)(void *)s->at)
                   ? RC_OK
                   : wrong(p, "--%s takes a duration such as 90s, 30m or 36h", s->row->name);
    }
    abort();
}

static struct slot *slot_of(struct parse *p, int found)
{
    size_t i;

    if (found >= FIRST_LONG) {
        return &p->slots[found - FIRST_LONG];
    }
    for (i = 0; i < p->n && p->slots[i].row->letter != (char)found; i++) {
    }
    return &p->slots[i];
}

/* optopt is the letter, or for a long option its number, 0 for one that is not known. */
static enum rc refuse(struct parse *p, int found, const char *word)
{
    if (found == ':') {
        return wrong(p, "--%s needs a value", slot_of(p, optopt)->row->name);
    }
    if (optopt >= FIRST_LONG) {
        return wrong(p, "--%s takes no value", slot_of(p, optopt)->row->name);
    }
    return wrong(p, "%s is no option, or short for several", word);
}

static enum rc take_argument(struct parse *p, const struct cli_argument **next, const char *word)
{
    if ((*next)->name == NULL) {
        return wrong(p, "\"%s\" is one argument too many", word);
    }
    if (*word == '\0') {
        return wrong(p, "%s is empty", (*next)->name);
    }
    *(const char **)(void *)(p->settings + (*next)->offset) = word;
    (*next)++;
    return RC_OK;
}

/* Options may stand before, between and after the arguments; after "--" there are only arguments.
 */
static enum rc take_all(struct parse *p, int argc, char **argv)
{
    const struct cli_argument *next = p->command->arguments;
    enum rc rc = RC_OK;
    bool only_arguments = false;

    optind = 0; /* glibc: begin anew */
    opterr = 0;
    while (rc == RC_OK) {
        int before = optind > 0 ? optind : 1;
        int found = only_arguments ? -1 : getopt_long(argc, argv, p->letters, p->longs, NULL);
        if (found == '?' || found == ':') {
            rc = refuse(p, found, argv[before]);
        } else if (found != -1) {
            struct slot *s = slot_of(p, found);
            rc = set(p, s, optarg);
        } else if (optind >= argc) {
            break;
        } else {
            only_arguments =
                only_arguments || (optind > before && strcmp(argv[optind - 1], "--") == 0);
            rc = take_argument(p, &next, argv[optind++]);
        }
    }
    if (rc == RC_OK && next->name != NULL && !next->optional && !p->common.help) {
        return wrong(p, "%s is missing", next->name);
    }
    return rc;
}

static enum rc all_given(const struct parse *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->slots[i].row->required && !p->slots[i].given && !p->common.help) {
            return wrong(p, "--%s is missing", p->slots[i].row->name);
        }
    }
    return RC_OK;
}

enum rc cli_parse(struct ctx *cx, const struct cli_command *command, char **argv, void *settings,
                  struct cli_common *ret_common)
{
    struct parse *p = arena_alloc(cx->arena, sizeof *p);
    int argc = 0;
    enum rc rc;

    p->cx = cx;
    p->command = command;
    p->settings = settings;
    add_rows(p);
    while (argv[argc] != NULL) {
        argc++;
    }
    rc = take_all(p, argc, argv);
    if (rc == RC_OK) {
        rc = all_given(p);
    }
    if (rc == RC_OK) {
        *ret_common = p->common;
    }
    return rc;
}

bool cli_texts_begin(const struct cli_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (str_starts(text, texts->items[i])) {
            return true;
        }
    }
    return false;
}
