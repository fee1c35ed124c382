#include "seedbank-bucket/manifest.h"

#include <string.h>

#include "aws/digest.h"
#include "base/ctx.h"
#include "seedbank-bucket/sealed.h"
#include "json/json_bytes.h"
#include "json/json_member.h"

static const struct sealed_kind kind = {
    .name = "manifest",
    .member = "seedbank_manifest",
    .version = 1,
    .unwritten = "Nothing was changed in the bucket. Choose another place with --manifest-out.",
    .unread = "It proves nothing as it is: take another copy of it, or make one anew with "
              "verify --manifest-out.",
};

struct manifest_writer {
    struct sealed_writer *sealed;
    struct manifest_totals totals;
};

struct manifest_reader {
    struct sealed_reader *sealed;
    struct manifest_totals totals, seen;
};

/* ---- Writing --------------------------------------------------------------------------------- */

/* They may hold any byte, so each is an object. */
static json_t *texts(const struct cli_texts *t)
{
    json_t *list = json_array();

    for (size_t i = 0; i < t->n; i++) {
        json_t *o = json_object();
        json_bytes_set(o, "prefix", t->items[i]);
        json_array_append_new(list, o);
    }
    return list;
}

enum rc manifest_create(struct ctx *cx, const char *path, const struct manifest_head *h,
                        struct manifest_writer **ret_writer)
{
    struct manifest_writer *w = arena_alloc(cx->arena, sizeof *w);
    json_t *head = json_pack("{s:s, s:s, s:s, s:o, s:o}", "endpoint", h->endpoint, "bucket",
                             h->place.bucket, "made", h->made, "prefixes", texts(&h->prefixes),
                             "excludes", texts(&h->excludes));
    enum rc rc;

    json_bytes_set(head, "folder", h->place.prefix);
    rc = sealed_create(cx, &kind, path, head, &w->sealed);
    if (rc == RC_OK) {
        *ret_writer = w;
    }
    return rc;
}

enum rc manifest_add(struct ctx *cx, struct manifest_writer *w,
                     const struct manifest_object *object)
{
    json_t *o = json_object();

    json_bytes_set(o, "key", object->key);
    if (object->version != NULL) {
        json_object_set_new(o, "version", json_string(object->version));
    }
    json_object_set_new(o, "size", json_integer((json_int_t)object->size));
    json_object_set_new(o, "sha256", json_string(object->sha256));
    w->totals.objects++;
    w->totals.bytes += object->size;
    return sealed_add(cx, w->sealed, o);
}

enum rc manifest_end(struct ctx *cx, struct manifest_writer *w, struct manifest_totals *ret_totals)
{
    enum rc rc = sealed_end(cx, w->sealed,
                            json_pack("{s:I, s:I}", "objects", (json_int_t)w->totals.objects,
                                      "bytes", (json_int_t)w->totals.bytes));

    if (rc == RC_OK) {
        *ret_totals = w->totals;
    }
    return rc;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static struct cli_texts read_texts(struct arena *a, const json_t *list)
{
    struct cli_texts t = {arena_array(a, json_array_size(list), sizeof *t.items), 0};

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_bytes_get(a, json_array_get(list, i), "prefix");
        if (text != NULL) {
            t.items[t.n++] = text;
        }
    }
    return t;
}

enum rc manifest_open(struct ctx *cx, const char *path, struct manifest_head *ret_head,
                      struct manifest_reader **ret_reader)
{
    struct arena *a = cx->arena;
    struct manifest_reader *r = arena_alloc(a, sizeof *r);
    struct manifest_head h;
    struct sealed_ends ends;
    enum rc rc = sealed_open(cx, &kind, path, &ends, &r->sealed);

    if (rc != RC_OK) {
        return rc;
    }
    h = (struct manifest_head){
        .endpoint = json_member_text(a, ends.head, "endpoint"),
        .place = {json_member_text(a, ends.head, "bucket"), json_bytes_get(a, ends.head, "folder")},
        .made = json_member_text(a, ends.head, "made"),
        .prefixes = read_texts(a, json_object_get(ends.head, "prefixes")),
        .excludes = read_texts(a, json_object_get(ends.head, "excludes")),
    };
    if (!h.endpoint || !h.place.bucket || !h.place.prefix || !h.made) {
        return sealed_refuse(cx, r->sealed, "Its first line is not whole");
    }
    r->totals = (struct manifest_totals){json_member_u64(ends.end, "objects"),
                                         json_member_u64(ends.end, "bytes")};
    *ret_head = h;
    *ret_reader = r;
    return RC_OK;
}

enum rc manifest_next(struct ctx *cx, struct manifest_reader *r, struct manifest_object *ret_object)
{
    const json_t *line = NULL;
    struct manifest_object o;
    enum rc rc = sealed_next(cx, r->sealed, &line);

    if (rc == RC_NOT_FOUND &&
        (r->seen.objects != r->totals.objects || r->seen.bytes != r->totals.bytes)) {
        return sealed_refuse(cx, r->sealed, "It does not have the objects that its end counts");
    }
    if (rc != RC_OK) {
        return rc;
    }
    o = (struct manifest_object){.key = json_bytes_get(cx->arena, line, "key"),
                                 .version = json_member_text(cx->arena, line, "version"),
                                 .sha256 = json_member_text(cx->arena, line, "sha256"),
                                 .size = json_member_u64(line, "size")};
    if (o.key == NULL || !digest_is_sha256_hex(o.sha256) ||
        !json_is_integer(json_object_get(line, "size"))) {
        return sealed_refuse(cx, r->sealed, "A line is no object that this program knows");
    }
    r->seen.objects++;
    r->seen.bytes += o.size;
    *ret_object = o;
    return RC_OK;
}
