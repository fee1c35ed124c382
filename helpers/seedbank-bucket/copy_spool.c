/* What is to be done, in a file without a name: memory does not grow with the buckets. */
#include <string.h>

#include "base/ctx.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/sealed.h"
#include "json/json_bytes.h"

static const struct sealed_kind kind = {
    .name = "list",
    .member = "seedbank_copy",
    .version = 1,
    .unwritten = "Nothing was copied. It is kept in the folder for temporary files (/tmp): make "
                 "room there.",
    .unread = "Nothing more is copied. Run the same command again.",
};

#define TITLE "of what is to be copied"

enum rc copy_spool_begin(struct copy *c)
{
    return sealed_begin(c->cli->cx, &kind, TITLE, json_object(), &c->writer);
}

static json_t *to_json(const struct copy_item *item)
{
    json_t *o = json_pack("{s:i, s:I}", "kind", (int)item->kind, "size", (json_int_t)item->size);

    json_bytes_set(o, "name", item->name);
    json_bytes_set(o, "etag", item->etag);
    json_bytes_set(o, "there", item->there);
    return o;
}

enum rc copy_spool_add(struct ctx *cx, struct copy *c, const struct copy_item *item)
{
    enum rc rc = RC_OK;

    pthread_mutex_lock(&c->lock);
    c->counts[item->kind].objects++;
    c->counts[item->kind].bytes += item->size;
    if (item->kind != COPY_SAME) {
        rc = sealed_add(cx, c->writer, to_json(item));
    }
    pthread_mutex_unlock(&c->lock);
    return rc;
}

enum rc copy_spool_end(struct copy *c)
{
    struct sealed_ends ends;
    enum rc rc = sealed_end(c->cli->cx, c->writer, json_object());

    return rc == RC_OK
               ? sealed_read(c->cli->cx, &kind, TITLE, sealed_file(c->writer), &ends, &c->reader)
               : rc;
}

void copy_spool_rewind(struct copy *c)
{
    sealed_rewind(c->reader);
}

enum rc copy_spool_next(struct copy *c, struct copy_item *ret_item)
{
    struct arena *a = c->cli->cx->arena;
    const json_t *o;
    struct copy_item item;
    enum rc rc = sealed_next(c->cli->cx, c->reader, &o);

    if (rc != RC_OK) {
        return rc;
    }
    item = (struct copy_item){
        .kind = (enum copy_kind)json_integer_value(json_object_get(o, "kind")),
        .size = (uint64_t)json_integer_value(json_object_get(o, "size")),
        .name = json_bytes_get(a, o, "name"),
        .etag = json_bytes_get(a, o, "etag"),
        .there = json_bytes_get(a, o, "there"),
    };
    if (item.kind <= COPY_SAME || item.kind >= COPY_KINDS || item.name == NULL ||
        item.etag == NULL || item.there == NULL) {
        return sealed_refuse(c->cli->cx, c->reader, "A line of it is none");
    }
    *ret_item = item;
    return RC_OK;
}
