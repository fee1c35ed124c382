#include "seedbank-bucket/history_store.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "cli/cli_words.h"
#include "s3/s3_list.h"
#include "s3/s3_object.h"
#include "seedbank-bucket/history_file.h"

#define END        ".ndjson"
#define FIRST_ROOM 4
#define MAX_WHOLE  ((size_t)1 << 30)

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

enum rc history_store_get(struct ctx *cx, const struct s3_target *target,
                          const struct history_object *object, FILE **ret_file)
{
    const struct s3_object from = {.bucket = target->bucket,
                                   .key = object->key,
                                   .version_id = object->version_id,
                                   .expected_owner = target->expected_owner};
    FILE *file = tmpfile();
    struct str content = {NULL, 0};
    enum rc rc;

    if (file == NULL) {
        return no_room(cx);
    }
    arena_defer(cx->arena, close_file, file);
    rc = s3_object_get(cx, target->client, &from, MAX_WHOLE, &content);
    if (rc == RC_OK && (fwrite(content.p, 1, content.n, file) != content.n || fflush(file) != 0)) {
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
    struct s3_put put = {.to = {.bucket = target->bucket,
                                .key = key,
                                .expected_owner = target->expected_owner}};
    struct s3_written written;
    struct buf *all = buf_new(cx->arena, MAX_WHOLE);
    char block[65536];
    size_t n;

    rewind(file);
    while ((n = fread(block, 1, sizeof block, file)) > 0) {
        buf_append(all, block, n);
    }
    put.content = buf_str(all);
    return s3_object_put(cx, target->client, &put, &written);
}
