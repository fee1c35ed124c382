#include "seedbank-bucket/plan_head.h"

#include "base/arena.h"

static json_t *texts(const struct cli_texts *t)
{
    json_t *list = json_array();

    for (size_t i = 0; i < t->n; i++) {
        json_array_append_new(list, json_string(t->items[i]));
    }
    return list;
}

json_t *plan_head_to_json(const struct plan_head *h)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:b, "
                     "s:b, s:b, s:I}",
                     "seedbank_plan", PLAN_FILE_VERSION, "endpoint", h->endpoint, "region",
                     h->region, "bucket", h->bucket, "at", h->at, "made", h->made, "prefixes",
                     texts(&h->prefixes), "excludes", texts(&h->excludes), "keep_history",
                     h->keep_history, "hide_newer", h->hide_newer, "purge_newer", h->purge_newer,
                     "accept_gaps", h->accept_gaps, "allow_unversioned", h->allow_unversioned,
                     "undelete", h->undelete, "probed", h->probed, "shards", (json_int_t)h->shards);
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

static const char *member(struct arena *a, const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text ? arena_strdup(a, text) : NULL;
}

bool plan_head_from_json(struct arena *a, const json_t *o, struct plan_head *ret_head)
{
    json_int_t shards = json_integer_value(json_object_get(o, "shards"));
    struct plan_head h = (struct plan_head){
        .endpoint = member(a, o, "endpoint"),
        .region = member(a, o, "region"),
        .bucket = member(a, o, "bucket"),
        .at = member(a, o, "at"),
        .made = member(a, o, "made"),
        .prefixes = read_texts(a, json_object_get(o, "prefixes")),
        .excludes = read_texts(a, json_object_get(o, "excludes")),
        .keep_history = json_is_true(json_object_get(o, "keep_history")),
        .hide_newer = json_is_true(json_object_get(o, "hide_newer")),
        .purge_newer = json_is_true(json_object_get(o, "purge_newer")),
        .accept_gaps = json_is_true(json_object_get(o, "accept_gaps")),
        .allow_unversioned = json_is_true(json_object_get(o, "allow_unversioned")),
        .undelete = json_is_true(json_object_get(o, "undelete")),
        .probed = json_is_true(json_object_get(o, "probed")),
        .shards = shards > 0 ? (uint64_t)shards : 0,
    };

    if (!h.endpoint || !h.region || !h.bucket || !h.at || !h.made || shards < 0) {
        return false;
    }
    *ret_head = h;
    return true;
}
