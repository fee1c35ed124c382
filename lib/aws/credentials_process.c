/* A program that prints keys (credential_process of a profile): run without a shell, its words
 * split as a shell would split them, nothing expanded. */
#include "aws/credentials_private.h"

#include <string.h>

#include "base/buf.h"
#include "base/process.h"
#include "json/json_flat.h"

#define WORDS_MAX  64
#define OUTPUT_MAX ((size_t)64 << 10)

/* One word, its quotes taken off; false when one stays open. */
static bool take_word(const char **at, struct buf *word)
{
    const char *p = *at;
    char quote = '\0';

    for (; *p && (quote || !strchr(" \t", *p)); p++) {
        if (quote ? *p == quote : *p == '"' || *p == '\'') {
            quote = quote ? '\0' : *p;
        } else if (*p == '\\' && quote != '\'' && p[1]) {
            buf_putc(word, *++p);
        } else {
            buf_putc(word, *p);
        }
    }
    *at = p;
    return quote == '\0';
}

bool credentials_process_split(struct arena *a, const char *command, const char *const **ret_argv)
{
    const char **argv = arena_array(a, WORDS_MAX + 1, sizeof(*argv));
    size_t n = 0, max = strlen(command);

    for (const char *at = command + strspn(command, " \t"); *at; at += strspn(at, " \t")) {
        struct buf *word = buf_new(a, max);
        if (n == WORDS_MAX || !take_word(&at, word)) {
            return false;
        }
        argv[n++] = word->data;
    }
    if (n == 0 || *argv[0] == '\0') {
        return false;
    }
    *ret_argv = argv;
    return true;
}

enum rc credentials_process(struct ctx *cx, const struct credentials_search *s, const char *command,
                            struct credentials_set *ret_set)
{
    struct diag_point before = diag_point(cx);
    const char *const *argv;
    const char *why = NULL, *version;
    struct str output;

    if (!credentials_process_split(cx->arena, command, &argv)) {
        return credentials_failed(cx, s,
                                  "credential_process is no command: it is empty, too long, "
                                  "or a quote stays open.");
    }
    if (process_run(cx,
                    &(struct process){
                        .argv = argv,
                        .timeout_ms = s->of->options.timeout_ms,
                        .max_output = OUTPUT_MAX,
                    },
                    &output) != RC_OK) {
        return diag_wrap(cx, before, "Cannot get S3 credentials from %s", s->source);
    }
    version = json_flat_text(json_flat_read(cx->arena, output, &why), "Version");
    if (!why && (!version || strcmp(version, "1") != 0)) {
        why = "its Version is not 1";
    }
    if (why || !credentials_reply_json(cx, s, output, "SessionToken", ret_set, &why)) {
        return credentials_failed(cx, s, "The program %s (credential_process) printed no keys: %s.",
                                  argv[0], why);
    }
    return RC_OK;
}
