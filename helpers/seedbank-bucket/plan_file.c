#include "seedbank-bucket/plan_file.h"

#include "base/ctx.h"
#include "seedbank-bucket/sealed.h"
#include "seedbank-bucket/shards.h"
#include "json/json_member.h"

static const struct sealed_kind kind = {
    .name = "plan",
    .member = "seedbank_plan",
    .version = PLAN_FILE_VERSION,
    .unwritten = "Nothing was changed in the bucket. Choose another place with --output.",
    .unread = "A plan is carried out as it was written or not at all: make it anew with the "
              "command plan.",
};

struct plan_writer {
    struct sealed_writer *sealed;
    struct shards *shards; /* NULL: it is not cut */
    size_t n_shards;
};

struct plan_reader {
    struct sealed_reader *sealed;
    const struct shard *shards; /* NULL: it is not cut */
    const struct shard *piece;  /* what is read of it; NULL: all */
    uint64_t left;              /* steps of the piece that were not read */
};

/* ---- Writing --------------------------------------------------------------------------------- */

static json_t *texts(const struct cli_texts *t)
{
    json_t *list = json_array();

    for (size_t i = 0; i < t->n; i++) {
        if (json_array_append_new(list, json_string(t->items[i])) != 0) { /* no UTF-8 */
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *head_to_json(const struct plan_head *h)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:I, s:s*}",
        "endpoint", h->endpoint, "region", h->region, "bucket", h->bucket, "at", h->at, "made",
        h->made, "prefixes", texts(&h->prefixes), "excludes", texts(&h->excludes), "keep_history",
        h->keep_history, "hide_newer", h->hide_newer, "purge_newer", h->purge_newer, "accept_gaps",
        h->accept_gaps, "allow_unversioned", h->allow_unversioned, "undelete", h->undelete,
        "probed", h->probed, "shards", (json_int_t)h->shards, "to", h->to);
}

enum rc plan_file_create(struct ctx *cx, const char *path, const struct plan_head *head,
                         struct plan_writer **ret_writer)
{
    struct plan_writer *w = arena_alloc(cx->arena, sizeof *w);
    enum rc rc = sealed_create(cx, &kind, path, head_to_json(head), &w->sealed);

    w->n_shards = (size_t)head->shards;
    w->shards = w->n_shards > 0 ? shards_new(cx->arena, w->n_shards) : NULL;
    if (rc == RC_OK) {
        *ret_writer = w;
    }
    return rc;
}

enum rc plan_file_add(struct ctx *cx, struct plan_writer *w, const struct step *step)
{
    if (w->shards != NULL) {
        shards_add(w->shards, sealed_offset(w->sealed), !step_is_idle(step->kind));
    }
    return sealed_add(cx, w->sealed, step_to_json(step));
}

static json_t *count_to_json(const struct plan_count *c)
{
    return json_pack("{s:I, s:I}", "objects", (json_int_t)c->objects, "bytes",
                     (json_int_t)c->bytes);
}

enum rc plan_file_end(struct ctx *cx, struct plan_writer *w, const struct plan_totals *t)
{
    json_t *o = json_pack("{s:o, s:o, s:I}", "unchanged", count_to_json(&t->unchanged), "newer",
                          count_to_json(&t->newer), "doubtful", (json_int_t)t->doubtful);

    for (int i = 0; i < STEP_KINDS; i++) {
        json_object_set_new(o, step_name((enum step_kind)i), count_to_json(&t->steps[i]));
    }
    if (w->shards != NULL) {
        const struct shard *places = shards_end(w->shards, sealed_offset(w->sealed));
        json_object_set_new(o, "shards", shards_to_json(places, w->n_shards));
    }
    return sealed_end(cx, w->sealed, o);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static struct plan_count count(const json_t *o, const char *name)
{
    const json_t *member = json_object_get(o, name);

    return (struct plan_count){json_member_u64(member, "objects"),
                               json_member_u64(member, "bytes")};
}

static struct plan_totals totals_of(const json_t *o)
{
    struct plan_totals t = {.unchanged = count(o, "unchanged"),
                            .newer = count(o, "newer"),
                            .doubtful = json_member_u64(o, "doubtful")};

    for (int i = 0; i < STEP_KINDS; i++) {
        t.steps[i] = count(o, step_name((enum step_kind)i));
    }
    return t;
}

static struct cli_texts read_texts(struct arena *a, const json_t *list)
{
    struct cli_texts t = {.n = json_array_size(list)};

    t.items = arena_array(a, t.n, sizeof *t.items);
    for (size_t i = 0; i < t.n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        t.items[i] = text ? arena_strdup(a, text) : "";
    }
    return t;
}

static bool head_of(struct arena *a, const json_t *o, struct plan_head *ret_head)
{
    struct plan_head h = {
        .endpoint = json_member_text(a, o, "endpoint"),
        .region = json_member_text(a, o, "region"),
        .bucket = json_member_text(a, o, "bucket"),
        .to = json_member_text(a, o, "to"),
        .at = json_member_text(a, o, "at"),
        .made = json_member_text(a, o, "made"),
        .prefixes = read_texts(a, json_object_get(o, "prefixes")),
        .excludes = read_texts(a, json_object_get(o, "excludes")),
        .keep_history = json_is_true(json_object_get(o, "keep_history")),
        .hide_newer = json_is_true(json_object_get(o, "hide_newer")),
        .purge_newer = json_is_true(json_object_get(o, "purge_newer")),
        .accept_gaps = json_is_true(json_object_get(o, "accept_gaps")),
        .allow_unversioned = json_is_true(json_object_get(o, "allow_unversioned")),
        .undelete = json_is_true(json_object_get(o, "undelete")),
        .probed = json_is_true(json_object_get(o, "probed")),
        .shards = json_member_u64(o, "shards"),
    };
    *ret_head = h;
    return h.endpoint && h.region && h.bucket && h.at && h.made;
}

enum rc plan_file_open(struct ctx *cx, const char *path, struct plan_head *ret_head,
                       struct plan_totals *ret_totals, struct plan_reader **ret_reader)
{
    struct plan_reader *r = arena_alloc(cx->arena, sizeof *r);
    struct sealed_ends ends;
    struct plan_head head;
    enum rc rc = sealed_open(cx, &kind, path, &ends, &r->sealed);

    if (rc != RC_OK) {
        return rc;
    }
    if (!head_of(cx->arena, ends.head, &head)) {
        return sealed_refuse(cx, r->sealed, "Its first line is not whole");
    }
    if (head.shards > 0 && !shards_from_json(cx->arena, json_object_get(ends.end, "shards"),
                                             (size_t)head.shards, &r->shards)) {
        return sealed_refuse(cx, r->sealed, "Its end does not say where its pieces begin");
    }
    *ret_head = head;
    *ret_totals = totals_of(ends.end);
    *ret_reader = r;
    return RC_OK;
}

enum rc plan_file_next(struct ctx *cx, struct plan_reader *r, struct step *ret_step)
{
    const json_t *o = NULL;
    enum rc rc;

    if (r->piece != NULL && r->left-- == 0) {
        r->left = 0;
        return RC_NOT_FOUND;
    }
    rc = sealed_next(cx, r->sealed, &o);
    if (rc != RC_OK) {
        return rc;
    }
    return step_from_json(cx->arena, o, ret_step)
               ? RC_OK
               : sealed_refuse(cx, r->sealed, "A line is no step that this program knows");
}

const char *plan_file_sha256(const struct plan_reader *r)
{
    return sealed_sha256(r->sealed);
}

void plan_file_rewind(struct plan_reader *r)
{
    if (r->piece == NULL) {
        sealed_rewind(r->sealed);
        return;
    }
    sealed_seek(r->sealed, r->piece[0].offset);
    r->left = r->piece[1].first - r->piece[0].first;
}

struct plan_piece plan_file_piece(struct plan_reader *r, uint64_t piece)
{
    const struct shard *p = r->piece = &r->shards[piece];

    plan_file_rewind(r);
    return (struct plan_piece){p[0].first, p[1].first - p[0].first, p[1].active - p[0].active};
}
