/* The commands of tests/tools/s3.c on objects, as a restore makes them. */
#ifndef TOOLS_S3_OBJECTS_H
#define TOOLS_S3_OBJECTS_H

#include <stdlib.h>

#include "s3/s3_copy.h"
#include "s3/s3_delete.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "s3/s3_tags.h"
#include "s3_call.h"

static inline void objects_show(const char *name, const char *value)
{
    if (value) {
        printf("%s: %s\n", name, value);
    }
}

static inline void objects_show_number(const char *name, uint64_t n)
{
    if (n > 0) {
        printf("%s: %llu\n", name, (unsigned long long)n);
    }
}

static inline enum rc objects_head(struct call *c)
{
    static const char *const states[] = {"object", "marker", "needs its owner's key"};
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};
    struct s3_object_info i;
    struct http_header *rest;
    enum rc rc = s3_object_head(c->cx, c->s3, &object, &(struct s3_head_options){.part = 1}, &i);

    if (rc != RC_OK) {
        return rc;
    }
    objects_show("state", states[i.state]);
    objects_show("version", i.version_id);
    objects_show("etag", i.etag);
    objects_show("modified", i.last_modified);
    if (i.state == S3_OBJECT_PRESENT) {
        printf("size: %llu\n", (unsigned long long)i.size);
    }
    objects_show_number("part size", i.part_size);
    objects_show_number("parts", i.parts);
    objects_show_number("tags", i.tags);
    objects_show("replication", i.replication_status);
    objects_show("key of its owner", i.sse_c);
    rest = arena_array(c->cx->arena, s3_object_info_headers(&i.meta), sizeof(*rest));
    for (size_t at = 0, n = s3_object_info_write_meta(&i.meta, rest); at < n; at++) {
        objects_show(rest[at].name, rest[at].value);
    }
    for (size_t at = 0, n = s3_object_info_write_settings(&i.settings, rest); at < n; at++) {
        objects_show(rest[at].name, rest[at].value);
    }
    return RC_OK;
}

/* As a restore does: with all that is kept beside the source, and only if it is still the same. */
static inline enum rc objects_copy(struct call *c)
{
    struct s3_copy what = {
        .from = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]},
        .to = {.bucket = c->args[2], .key = c->args[3]},
        .limit = c->args[4] ? strtoull(c->args[4], NULL, 10) : 0,
    };
    struct s3_object_info info;
    struct s3_written written;
    enum rc rc = s3_object_head(c->cx, c->s3, &what.from, NULL, &info);

    if (rc == RC_OK && info.state != S3_OBJECT_PRESENT) {
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        what.etag = info.etag;
        what.size = info.size;
        what.settings = &info.settings;
        rc = s3_copy(c->cx, c->s3, &what, &written);
    }
    if (rc == RC_OK) {
        printf("%s\t%s\t%s\n", written.version_id ? written.version_id : "", written.etag,
               written.last_modified ? written.last_modified : "");
    }
    return rc;
}

static inline enum rc objects_tags(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};
    struct s3_tags tags;
    enum rc rc = s3_tags_get(c->cx, c->s3, &object, &tags);

    if (rc == RC_OK) {
        printf("%s\n", s3_tags_query(c->cx->arena, &tags));
    }
    return rc;
}

static inline enum rc objects_uploads(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0]};
    struct s3_multipart_unfinished *at = NULL;
    enum rc rc = s3_multipart_list(c->cx, c->s3, &object, &at);

    for (; rc == RC_OK && at; at = at->next) {
        printf("%s\n", at->upload_id);
        if (c->args[1]) {
            rc = s3_multipart_abort(c->cx, &(struct s3_multipart){c->s3, object, at->upload_id});
        }
    }
    return rc;
}

/* call_print_key the other way round; the text ends at a tab. */
static const char *objects_read_key(struct arena *a, const char **line)
{
    char *key = arena_strdup(a, *line), *w = key;
    const char *p = *line;

    for (; *p && *p != '\t'; p++) {
        if (p[0] == '\\' && p[1] == 'x' && p[2] && p[3]) {
            *w++ = (char)strtol((char[]){p[2], p[3], '\0'}, NULL, 16);
            p += 3;
        } else {
            *w++ = *p;
        }
    }
    *w = '\0';
    *line = *p ? p + 1 : NULL;
    return key;
}

static inline size_t objects_read_items(struct call *c, struct buf *text,
                                        struct s3_delete_item *items)
{
    size_t n = 0;
    char *rest = text->data;

    for (char *line = strsep(&rest, "\n"); line && n < S3_DELETE_MAX; line = strsep(&rest, "\n")) {
        const char *at = line;
        if (*line) {
            items[n].key = objects_read_key(c->cx->arena, &at);
            items[n++].version_id = at;
        }
    }
    return n;
}

static inline enum rc objects_delete_many(struct call *c)
{
    static const char *const outcomes[] = {"unknown", "done", "refused"};
    struct buf *text = buf_new(c->cx->arena, MAX_CONTENT);
    struct s3_delete_item items[S3_DELETE_MAX];
    struct s3_delete_result results[S3_DELETE_MAX];
    struct s3_delete batch = {
        .bucket = c->bucket, .items = items, .bypass_governance = c->args[0] != NULL};
    enum rc rc = call_read_file(c, "-", text);

    if (rc == RC_OK) {
        batch.n_items = objects_read_items(c, text, items);
        rc = s3_delete(c->cx, c->s3, &batch, results);
    }
    for (size_t i = 0; rc == RC_OK && i < batch.n_items; i++) {
        const struct s3_delete_result *r = &results[i];
        call_print_key(items[i].key);
        printf("\t%s\t%s\t%s%s\t%s\n", items[i].version_id ? items[i].version_id : "",
               outcomes[r->outcome], r->marker ? "marker " : "",
               r->marker_version_id ? r->marker_version_id : "", r->message);
    }
    return rc;
}

#endif
