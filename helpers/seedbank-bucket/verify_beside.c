/* What two versions of the same content have beside it: what a copy keeps (keep.h), by name. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/ctx.h"
#include "s3/s3_tags.h"
#include "seedbank-bucket/keep.h"
#include "seedbank-bucket/proof.h"
#include "seedbank-bucket/verify_private.h"

#define MAX_NAMES ((size_t)64 << 10)
#define NO_TAGS   501 /* the server does not know them */

struct headers {
    struct http_header *list;
    size_t n;
};

static void add_name(struct buf *names, const char *name)
{
    buf_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
}

static const char *value_of(const struct headers *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++) {
        if (strcasecmp(h->list[i].name, name) == 0) {
            return h->list[i].value;
        }
    }
    return NULL;
}

/* Servers write Expires as they like: that there is one must do. STANDARD need not be said. */
static bool is_same(const char *name, const char *x, const char *y)
{
    if (strcasecmp(name, "expires") == 0) {
        return x != NULL && y != NULL;
    }
    if (strcasecmp(name, "x-amz-storage-class") == 0) {
        return strcmp(x ? x : "STANDARD", y ? y : "STANDARD") == 0;
    }
    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static void compare(struct buf *names, const struct headers *want, const struct headers *found)
{
    for (size_t i = 0; i < want->n; i++) {
        const char *name = want->list[i].name;
        if (!is_same(name, want->list[i].value, value_of(found, name))) {
            add_name(names, name);
        }
    }
}

/* What the one has that the other must not have. */
static void compare_rest(struct buf *names, const struct headers *want, const struct headers *found)
{
    for (size_t i = 0; i < found->n; i++) {
        if (value_of(want, found->list[i].name) == NULL) {
            add_name(names, found->list[i].name);
        }
    }
}

static struct headers meta_of(struct arena *a, const struct s3_object_info *info)
{
    struct headers h = {
        arena_array(a, s3_object_info_headers(&info->meta), sizeof(struct http_header)), 0};

    h.n = s3_object_info_write_meta(&info->meta, h.list);
    return h;
}

static struct headers settings_of(struct arena *a, const struct s3_object_settings *s)
{
    struct headers h = {arena_array(a, s3_object_info_headers(NULL), sizeof(struct http_header)),
                        0};

    h.n = s3_object_info_write_settings(s, h.list);
    return h;
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static bool has_tag(const struct s3_tags *tags, const struct s3_tag *tag)
{
    for (size_t i = 0; i < tags->n; i++) {
        if (strcmp(tags->list[i].key, tag->key) == 0) {
            return strcmp(tags->list[i].value, tag->value) == 0;
        }
    }
    return false;
}

static bool same_tags(const struct s3_tags *x, const struct s3_tags *y)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!has_tag(y, &x->list[i])) {
            return false;
        }
    }
    return x->n == y->n;
}

static enum rc get_tags(struct ctx *cx, const struct proof_side *side, struct s3_tags *ret_tags,
                        const char **ret_why)
{
    const struct s3_object object = {.bucket = side->target.bucket,
                                     .key = side->key,
                                     .version_id = side->version,
                                     .expected_owner = side->target.expected_owner};
    struct diag_point before = diag_point(cx);
    enum rc rc = s3_tags_get(cx, side->target.client, &object, ret_tags);

    if (rc == RC_NOT_FOUND) {
        *ret_why = arena_printf(cx->arena, "%s is not there any more", side->called);
        return RC_OK;
    }
    if (rc == RC_CONFLICT) {
        *ret_why = arena_printf(cx->arena, "%s is being changed", side->called);
        return RC_OK;
    }
    if (rc != RC_FAIL || cancel_raised(cx->cancel)) {
        return rc;
    }
    if (diag_status_since(cx, before) == NO_TAGS) {
        *ret_tags = (struct s3_tags){.n = 0};
        diag_drop_since(cx, before);
        return RC_OK;
    }
    *ret_why = arena_printf(cx->arena, "the same content, but the tags of %s could not be read: %s",
                            side->called, diag_line_since(cx, before));
    return RC_OK;
}

enum rc verify_beside(struct ctx *cx, const struct proof_side *want, const struct proof_side *found,
                      bool one_server, const char **ret_names, const char **ret_why)
{
    static const struct keep_options keep = {.keep_compliance = false};
    struct buf *names = buf_new(cx->arena, MAX_NAMES);
    struct headers w = meta_of(cx->arena, want->info), f = meta_of(cx->arena, found->info);
    struct s3_object_settings kept = keep_settings(cx, &keep, want->info);
    struct s3_tags x = {.n = 0}, y = {.n = 0};
    enum rc rc;

    compare(names, &w, &f);
    compare_rest(names, &w, &f);
    if (one_server) { /* what another one has of these is its own matter */
        w = settings_of(cx->arena, &kept);
        f = settings_of(cx->arena, &found->info->settings);
        compare(names, &w, &f);
    }
    rc = get_tags(cx, want, &x, ret_why);
    if (rc == RC_OK && *ret_why == NULL) {
        rc = get_tags(cx, found, &y, ret_why);
    }
    if (rc == RC_OK && *ret_why == NULL && !same_tags(&x, &y)) {
        add_name(names, "tags");
    }
    *ret_names = names->len > 0 ? names->data : NULL;
    return rc;
}
