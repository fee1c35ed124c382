#include "base/log.h"

#include <stdarg.h>
#include <strings.h>

#include "base/ctx.h"
#include "base/redact.h"
#include "base/session.h"
#include "base/str.h"

#define FIELDS_MAX 16
#define VALUE_MAX  4096

static const char *const level_names[] = {
    [LOG_TRACE] = "trace", [LOG_DEBUG] = "debug", [LOG_INFO] = "info",
    [LOG_WARN] = "warn",   [LOG_ERROR] = "error", [LOG_OFF] = "off",
};

bool log_wanted(const struct ctx *cx, enum log_level level)
{
    return cx->log != NULL && level >= cx->log->level;
}

static const char *presentable(const struct ctx *cx, const char *text)
{
    struct redact *secrets = cx->session == NULL ? NULL : session_redact(cx->session);

    if (text == NULL) {
        return "";
    }
    return str_utf8_clean(cx->arena, str_of(redact_text(secrets, cx->arena, text)), VALUE_MAX);
}

void log_event(const struct ctx *cx, enum log_level level, const char *module, const char *message,
               ...)
{
    struct log_field fields[FIELDS_MAX + 1] = {{NULL, NULL}};
    struct arena_mark mark;
    const char *key;
    size_t n = 0;
    va_list ap;

    if (!log_wanted(cx, level)) {
        return;
    }
    mark = arena_mark(cx->arena);
    va_start(ap, message);
    while ((key = va_arg(ap, const char *)) != NULL) {
        const char *value = va_arg(ap, const char *);

        if (n < FIELDS_MAX) {
            fields[n++] = (struct log_field){key, presentable(cx, value)};
        }
    }
    va_end(ap);
    cx->log->write(cx->log, level, module, presentable(cx, message), fields);
    arena_rewind(cx->arena, mark);
}

enum log_level log_level_of(const char *text)
{
    enum log_level level;

    if (text == NULL) {
        return LOG_OFF;
    }
    if (strcasecmp(text, "json") == 0) { /* Terraform: every level, as JSON */
        return LOG_TRACE;
    }
    for (level = LOG_TRACE; level < LOG_OFF; level++) {
        if (strcasecmp(text, level_names[level]) == 0) {
            return level;
        }
    }
    return LOG_OFF;
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}
