#include "base/diag.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/redact.h"
#include "base/session.h"
#include "base/str.h"

#define SUMMARY_MAX 400
#define DETAIL_MAX  8192

/* Terminals obey control characters, those of C1 (U+0080 to U+009F) too, and a text may come from a
 * server. Lines and tabs stay, unless it is to be one line. Text is valid UTF-8. */
static void blank_controls(char *text, bool one_line)
{
    for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
        bool layout = *p == '\n' || *p == '\t';

        if (p[0] == 0xC2 && p[1] < 0xA0) {
            *p++ = ' ';
            *p = ' ';
        } else if ((*p < 0x20 || *p == 0x7F) && (one_line || !layout)) {
            *p = ' ';
        }
    }
}

/* What a person and a protocol may see of a text: no secret, valid UTF-8, bounded, no control
 * characters. The summary is one line by contract, whatever a server put into it. */
static char *presentable(struct ctx *cx, const char *text, size_t max, bool one_line)
{
    struct redact *secrets = cx->session == NULL ? NULL : session_redact(cx->session);
    const char *safe = redact_text(secrets, cx->diags.arena, text);
    char *clean = str_utf8_clean(cx->diags.arena, str_of(safe), max);

    blank_controls(clean, one_line);
    return clean;
}

__attribute__((format(printf, 3, 0))) static void add(struct ctx *cx, struct diag message,
                                                      const char *format, va_list ap)
{
    struct diags *all = &cx->diags;
    struct diag *d;

    if (all->arena == NULL) {
        all->arena = arena_new();
    }
    message.summary = presentable(cx, message.summary, SUMMARY_MAX, true);
    message.detail = presentable(cx, arena_vprintf(all->arena, format, ap), DETAIL_MAX, false);
    message.path = path_copy(all->arena, message.path);
    d = arena_memdup(all->arena, &message, sizeof message);
    if (all->last == NULL) {
        all->first = d;
    } else {
        all->last->next = d;
    }
    all->last = d;
    if (d->severity == DIAG_ERROR) {
        all->errors++;
    } else {
        all->warnings++;
    }
}

enum rc diag_error(struct ctx *cx, const struct path *path, const char *summary,
                   const char *detail_format, ...)
{
    va_list ap;

    va_start(ap, detail_format);
    add(cx, (struct diag){.severity = DIAG_ERROR, .summary = summary, .path = path}, detail_format,
        ap);
    va_end(ap);
    return RC_FAIL;
}

void diag_warning(struct ctx *cx, const struct path *path, const char *summary,
                  const char *detail_format, ...)
{
    va_list ap;

    va_start(ap, detail_format);
    add(cx, (struct diag){.severity = DIAG_WARNING, .summary = summary, .path = path},
        detail_format, ap);
    va_end(ap);
}

struct diag_point diag_point(const struct ctx *cx)
{
    return (struct diag_point){cx->diags.last};
}

static struct diag *first_since(const struct ctx *cx, struct diag_point since)
{
    return since.last == NULL ? cx->diags.first : since.last->next;
}

enum rc diag_wrap(struct ctx *cx, struct diag_point since, const char *prefix_format, ...)
{
    struct diag *d = first_since(cx, since);
    va_list ap;
    char *prefix;

    if (d == NULL) {
        return RC_FAIL;
    }
    va_start(ap, prefix_format);
    prefix = arena_vprintf(cx->diags.arena, prefix_format, ap);
    va_end(ap);
    for (; d != NULL; d = d->next) {
        d->summary = presentable(cx, arena_printf(cx->diags.arena, "%s: %s", prefix, d->summary),
                                 SUMMARY_MAX, true);
    }
    return RC_FAIL;
}

void diag_path_since(struct ctx *cx, struct diag_point since, const struct path *path)
{
    struct diag *d;

    for (d = first_since(cx, since); d != NULL; d = d->next) {
        if (d->path == NULL) {
            d->path = path_copy(cx->diags.arena, path);
        }
    }
}

void diag_drop_since(struct ctx *cx, struct diag_point since)
{
    struct diags *all = &cx->diags;
    const struct diag *d;

    for (d = first_since(cx, since); d != NULL; d = d->next) {
        if (d->severity == DIAG_ERROR) {
            all->errors--;
        } else {
            all->warnings--;
        }
    }
    all->last = since.last;
    if (all->last == NULL) {
        all->first = NULL;
    } else {
        all->last->next = NULL;
    }
}

void diag_set_status(struct ctx *cx, int status)
{
    if (cx->diags.last != NULL) {
        cx->diags.last->status = status;
    }
}

int diag_status_since(const struct ctx *cx, struct diag_point since)
{
    int status = 0;

    for (const struct diag *d = first_since(cx, since); d != NULL; d = d->next) {
        status = d->status != 0 ? d->status : status;
    }
    return status;
}

const char *diag_line_since(struct ctx *cx, struct diag_point since)
{
    struct buf *line = buf_new(cx->arena, DETAIL_MAX);

    for (const struct diag *d = first_since(cx, since); d != NULL; d = d->next) {
        buf_printf(line, "%s%s: %s", line->len > 0 ? " " : "", d->summary, d->detail);
    }
    diag_drop_since(cx, since);
    for (size_t i = 0; i < line->len; i++) {
        line->data[i] = line->data[i] == '\n' ? ' ' : line->data[i];
    }
    return line->len > 0 ? line->data : NULL;
}

bool diag_failed_since(const struct ctx *cx, struct diag_point since)
{
    const struct diag *d;

    for (d = first_since(cx, since); d != NULL; d = d->next) {
        if (d->severity == DIAG_ERROR) {
            return true;
        }
    }
    return false;
}

void diag_copy(struct ctx *cx, const struct diag *d)
{
    if (d->severity == DIAG_ERROR) {
        diag_error(cx, d->path, d->summary, "%s", d->detail);
    } else {
        diag_warning(cx, d->path, d->summary, "%s", d->detail);
    }
}

void diag_clear(struct ctx *cx)
{
    arena_free(cx->diags.arena);
    cx->diags = (struct diags){0};
}
