#include "seedbank-bucket/keep.h"

#include <string.h>
#include <strings.h>

#include "base/ctx.h"

#define SECONDS strlen("2026-11-24T03:16:18") /* of RFC 3339 in UTC: text in order of time */

static bool is(const char *text, const char *other)
{
    return text != NULL && strcmp(text, other) == 0;
}

static bool holds_still(struct ctx *cx, const struct s3_object_settings *s)
{
    const char *now = clock_rfc3339(cx->arena, cx->clock->now(cx->clock));

    return s->retain_until != NULL && strncmp(s->retain_until, now, SECONDS) > 0;
}

struct s3_object_settings keep_settings(struct ctx *cx, const struct keep_options *o,
                                        const struct s3_object_info *info)
{
    struct s3_object_settings s = info->settings;

    if (s3_object_info_is_archive(s.storage_class)) {
        s.storage_class = NULL;
    }
    s.storage_class = o->storage_class ? o->storage_class : s.storage_class;
    if (!holds_still(cx, &s) || (is(s.lock_mode, "COMPLIANCE") && !o->keep_compliance)) {
        s.lock_mode = s.retain_until = NULL;
    }
    s.legal_hold = is(s.legal_hold, "ON") ? s.legal_hold : NULL;
    return s;
}

const char *keep_fault(const struct s3_object_info *info)
{
    if (info->state == S3_OBJECT_NEEDS_KEY) {
        return "it is encrypted with a key that only its owner has (SSE-C)";
    }
    if (s3_object_info_archived(info)) {
        return "it lies in an archive: have it restored there first, for some days, then run the "
               "same command again";
    }
    return NULL;
}

static bool same_text(const char *x, const char *y)
{
    return strcmp(x ? x : "", y ? y : "") == 0;
}

bool keep_same_meta(const struct s3_object_meta *x, const struct s3_object_meta *y)
{
    bool same = same_text(x->content_type, y->content_type) &&
                same_text(x->content_encoding, y->content_encoding) &&
                same_text(x->content_disposition, y->content_disposition) &&
                same_text(x->content_language, y->content_language) &&
                same_text(x->cache_control, y->cache_control) && x->n_user == y->n_user;

    for (size_t i = 0; same && i < x->n_user; i++) {
        size_t k = 0;
        while (k < y->n_user && strcasecmp(x->user[i].name, y->user[k].name) != 0) {
            k++;
        }
        same = k < y->n_user && strcmp(x->user[i].value, y->user[k].value) == 0;
    }
    return same;
}
