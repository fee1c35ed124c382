/* The commands of tests/tools/s3.c on the content of objects, of any size. */
#ifndef TOOLS_S3_CONTENT_H
#define TOOLS_S3_CONTENT_H

#include <stdlib.h>

#include "s3/s3_object.h"
#include "s3/s3_object_read.h"
#include "s3/s3_tags.h"
#include "s3/s3_transfer.h"
#include "s3/s3_upload.h"
#include "s3_call.h"

static inline enum rc content_fill(struct call *c, FILE *in, struct s3_upload *upload)
{
    char *block = arena_alloc(c->cx->arena, 65536);
    enum rc rc = RC_OK;
    size_t n;

    while (rc == RC_OK && (n = fread(block, 1, 65536, in)) > 0) {
        rc = s3_upload_add(c->cx, upload, (struct str){block, n});
    }
    if (rc == RC_OK && ferror(in)) {
        rc = diag_error(c->cx, NULL, "Cannot read the file", "%s", strerror(errno));
    }
    return rc;
}

static inline enum rc content_put(struct call *c)
{
    const struct s3_object_meta meta = {.content_type = "application/octet-stream"};
    struct s3_upload_options options = {
        .client = c->s3,
        .to = {.bucket = c->bucket, .key = c->args[0]},
        .meta = &meta,
        .part_size = c->args[2] ? strtoull(c->args[2], NULL, 10) : 0,
    };
    struct s3_uploaded uploaded;
    struct s3_upload *upload;
    FILE *in = strcmp(c->args[1], "-") == 0 ? stdin : fopen(c->args[1], "rb");
    enum rc rc;

    if (in == NULL) {
        return diag_error(c->cx, NULL, "Cannot open the file", "%s: %s", c->args[1],
                          strerror(errno));
    }
    upload = s3_upload_new(&options);
    rc = content_fill(c, in, upload);
    if (in != stdin) {
        fclose(in);
    }
    if (rc != RC_OK) {
        s3_upload_abandon(c->cx, upload);
        return rc;
    }
    rc = s3_upload_end(c->cx, upload, &uploaded);
    if (rc == RC_OK && uploaded.written.version_id) {
        printf("%s\n", uploaded.written.version_id);
    }
    return rc;
}

static inline enum rc content_print(struct ctx *cx, void *arg, struct str piece)
{
    (void)arg;
    if (fwrite(piece.p, 1, piece.n, stdout) == piece.n) {
        return RC_OK;
    }
    return diag_error(cx, NULL, "Cannot write the object", "%s", strerror(errno));
}

static inline enum rc content_get(struct call *c)
{
    const struct s3_read read = {
        .from = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]}};
    struct s3_object_info info;

    return s3_object_read(c->cx, c->s3, &read, (struct s3_sink){content_print, NULL}, &info);
}

/* As a copy does: with all that is kept beside the source, and only if it is still the same. */
static inline enum rc content_transfer(struct call *c)
{
    struct s3_object_info info;
    struct s3_tags tags = {.n = 0};
    struct s3_transferred done;
    struct s3_transfer what = {
        .source = c->s3,
        .from = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]},
        .info = &info,
        .target = c->s3,
        .to = {.bucket = c->args[2], .key = c->args[3]},
        .meta = &info.meta,
        .settings = &info.settings,
        .tags = &tags,
        .sha256 = true,
    };
    enum rc rc =
        s3_object_head(c->cx, c->s3, &what.from, &(struct s3_head_options){.part = 1}, &info);

    if (rc == RC_OK && info.state == S3_OBJECT_PRESENT) {
        rc = s3_tags_get(c->cx, c->s3, &what.from, &tags);
    }
    if (rc == RC_OK) {
        rc = s3_transfer(c->cx, &what, &done);
    }
    if (rc == RC_OK) {
        printf("%s\t%s\t%s\t%s, %s\n", done.written.version_id ? done.written.version_id : "",
               done.written.etag, done.sha256, done.read_proven ? "read proven" : "read not proven",
               done.write_proven ? "write proven" : "write not proven");
    }
    return rc;
}

#endif
