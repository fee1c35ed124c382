#include "seedbank-bucket/history_store.h"

#include <errno.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "s3/s3_list.h"
#include "s3/s3_object_read.h"
#include "s3/s3_upload.h"
#include "seedbank-bucket/history_file.h"

#define END        ".ndjson"
#define FIRST_ROOM 4

/* ---- Which there are ------------------------------------------------------------------------- */

static int hex(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* The prefix that a manifest of that key is of. */
static const char *prefix_of(struct arena *a, const char *key)
{
    const char *name = key + strlen(HISTORY_FOLDER);
    size_t n = strlen(name) - strlen(END);
    char *prefix = arena_alloc(a, n + 1), *w = prefix;

    if (strcmp(name, "all" END) == 0) {
        return "";
    }
    for (size_t i = 0; i < n; i++) {
        if (name[i] == '%' && i + 2 < n && hex(name[i + 1]) >= 0 && hex(name[i + 2]) >= 0) {
            *w++ = (char)(hex(name[i + 1]) * 16 + hex(name[i + 2]));
            i += 2;
        } else {
            *w++ = name[i];
        }
    }
    return strcmp(history_file_key(a, prefix), key) == 0 ? prefix : NULL;
}

static bool is_manifest(const char *key)
{
    return strlen(key) > strlen(HISTORY_FOLDER END) && str_ends(key, END);
}

static void add(struct arena *a, struct history_objects *o, const struct s3_list_entry *e)
{
    if (o->n == o->room) {
        size_t room = o->room ? 2 * o->room : FIRST_ROOM;
        o->items = arena_grow(a, o->items, o->room * sizeof *o->items, room * sizeof *o->items);
        o->room = room;
    }
    o->items[o->n++] = (struct history_object){
        .key = arena_strdup(a, e->key),
        .version_id = arena_strdup(a, e->version_id),
        .etag = arena_strdup(a, e->etag),
        .copy_prefix = prefix_of(a, e->key),
    };
}

/* By the listing of versions, which every command may read. */
enum rc history_store_list(struct ctx *cx, const struct s3_target *target,
                           struct history_objects *ret_objects)
{
    const struct s3_list_options options = {.bucket = target->bucket,
                                            .prefix = HISTORY_FOLDER,
                                            .expected_owner = target->expected_owner};
    struct s3_list *list = s3_list_new(cx, target->client, &options);
    struct arena *kept = arena_within(cx->arena);
    struct history_objects found = {.n = 0};
    const struct s3_list_entry *e;
    enum rc rc;

    while ((rc = s3_list_next(cx, list, &e)) == RC_OK && e != NULL) {
        if (!e->latest || e->marker) {
            continue;
        }
        if (!is_manifest(e->key)) {
            return diag_error(cx, NULL, "Something else lies among the history manifests",
                              "Bucket %s has %s, which this program did not write. Remove it.",
                              target->bucket, cli_words_key(cx->arena, e->key));
        }
        add(kept, &found, e);
    }
    if (rc == RC_OK) {
        *ret_objects = found;
    }
    return rc;
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

static void close_file(void *file)
{
    fclose(file);
}

static enum rc no_room(struct ctx *cx)
{
    return diag_error(cx, NULL, "Cannot write a temporary file",
                      "%s. A history manifest needs its size of room where temporary files go.",
                      strerror(errno));
}

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    return fwrite(piece.p, 1, piece.n, arg) == piece.n ? RC_OK : no_room(cx);
}

enum rc history_store_get(struct ctx *cx, const struct s3_target *target,
                          const struct history_object *object, FILE **ret_file)
{
    const struct s3_read read = {.from = {.bucket = target->bucket,
                                          .key = object->key,
                                          .version_id = object->version_id,
                                          .expected_owner = target->expected_owner},
                                 .etag = object->etag};
    FILE *file = tmpfile();
    struct s3_object_info info;
    enum rc rc;

    if (file == NULL) {
        return no_room(cx);
    }
    arena_defer(cx->arena, close_file, file);
    rc = s3_object_read(cx, target->client, &read, (struct s3_sink){take, file}, &info);
    if (rc == RC_NOT_FOUND || rc == RC_CONFLICT) {
        return diag_error(cx, NULL,
                          arena_printf(cx->arena, "%s/%s is gone", target->bucket, object->key),
                          "It was there a moment ago; somebody removed it. Try again.");
    }
    if (rc == RC_OK && fflush(file) != 0) {
        rc = no_room(cx);
    }
    if (rc == RC_OK) {
        rewind(file);
        *ret_file = file;
    }
    return rc;
}

enum rc history_store_put(struct ctx *cx, const struct s3_target *target, const char *key,
                          FILE *file)
{
    static const struct s3_object_meta meta = {.content_type = "application/x-ndjson"};
    const struct s3_upload_options options = {
        .client = target->client,
        .to = {.bucket = target->bucket, .key = key, .expected_owner = target->expected_owner},
        .meta = &meta,
    };
    struct s3_upload *u = s3_upload_new(&options);
    struct s3_uploaded uploaded;
    char block[65536];
    enum rc rc = RC_OK;
    size_t n = 1;

    rewind(file);
    while (rc == RC_OK && (n = fread(block, 1, sizeof block, file)) > 0) {
        rc = s3_upload_add(cx, u, (struct str){block, n});
    }
    if (rc == RC_OK && ferror(file)) {
        rc = no_room(cx);
    }
    if (rc != RC_OK) {
        s3_upload_abandon(cx, u);
        return rc;
    }
    return s3_upload_end(cx, u, &uploaded);
}
