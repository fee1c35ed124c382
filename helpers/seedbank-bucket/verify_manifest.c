/* By manifest: each object with the sum that it had. */
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "http/http.h"
#include "seedbank-bucket/verify_private.h"

/* Whether the manifest was made of this bucket: then its version IDs are the bucket's. */
static bool is_same_bucket(struct verifying *v)
{
    struct arena *a = v->cli->cx->arena;
    const struct manifest_head *h = &v->manifest_head;

    return strcmp(h->place.bucket, v->want.place.bucket) == 0 &&
           strcmp(http_origin(a, h->endpoint),
                  http_origin(a, s3_client_url(a, v->want.target.client))) == 0;
}

static enum rc open_manifest(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    struct manifest_head *h = &v->manifest_head;
    enum rc rc = verify_place_bucket(v);

    if (rc == RC_OK) {
        rc = manifest_open(cli->cx, s->manifest, h, &v->manifest);
    }
    if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
        return diag_error(cli->cx, NULL,
                          arena_printf(cli->cx->arena, "There is no manifest %s", s->manifest),
                          "verify --manifest-out makes one.");
    }
    if (rc == RC_OK) {
        rc = verify_place_now(v);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (v->prefixes.n == 0) { /* nothing else is in it */
        v->prefixes = h->prefixes;
        v->excludes = v->excludes.n == 0 ? h->excludes : v->excludes;
    }
    v->separate = v->versions = true;
    v->same_ids = is_same_bucket(v);
    v->want_texts = verify_texts_new(v);
    v->as = arena_printf(cli->cx->arena, "as in the manifest of %s", h->made);
    return RC_OK;
}

static bool is_taken(const struct verifying *v, const char *name)
{
    return (v->prefixes.n == 0 || cli_texts_begin(&v->prefixes, name)) &&
           !cli_texts_begin(&v->excludes, name);
}

/* The next object that is meant. */
static enum rc next_object(struct verifying *v, struct arena *a, struct verify_want *ret_want)
{
    struct ctx *cx = v->cli->cx;
    struct manifest_object o;
    enum rc rc;

    for (;;) {
        struct arena_mark mark = arena_mark(cx->arena);
        const char *name = NULL;
        rc = manifest_next(cx, v->manifest, &o);
        if (rc == RC_OK) {
            name = place_name(&v->manifest_head.place, o.key);
        }
        if (name != NULL && is_taken(v, name)) {
            *ret_want = (struct verify_want){
                .name = arena_strdup(a, name),
                .is = {.kind = CHECK_CONTENT,
                       .version = o.version ? arena_strdup(a, o.version) : NULL,
                       .sha256 = arena_strdup(a, o.sha256),
                       .size = o.size},
            };
            arena_rewind(cx->arena, mark);
            return RC_OK;
        }
        arena_rewind(cx->arena, mark);
        if (rc != RC_OK) {
            return rc;
        }
    }
}

static enum rc next_manifest(struct verifying *v, struct verify_want *ret_want)
{
    enum rc rc = next_object(v, verify_texts_begin(&v->want_texts), ret_want);

    if (rc == RC_NOT_FOUND) {
        *ret_want = (struct verify_want){.name = NULL};
        return RC_OK;
    }
    return rc;
}

const struct verify_mode verify_by_manifest = {
    .option = "--manifest",
    .offset = offsetof(struct verify, manifest),
    .open = open_manifest,
    .next = next_manifest,
};
