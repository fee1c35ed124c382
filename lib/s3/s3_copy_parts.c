/* A copy in parts. What parts do not carry is read from the source and said at the beginning. */
#include <stdio.h>
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_copy.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "s3/s3_tags.h"

#define MIB              ((uint64_t)1 << 20)
#define USUAL_PART       (512 * MIB)
#define MAX_ETAG         100
#define COUNT_OF(n, per) (((n) + (per)-1) / (per))

/* What tools write in, the most usual first. */
static const uint16_t usual_mib[] = {8,  5,  16,  10,  15,  64,  100, 20,  25,  32,
                                     50, 96, 128, 200, 250, 256, 500, 512, 1024};

uint64_t s3_copy_part_size(uint64_t size, uint64_t source_part_size, uint64_t source_parts)
{
    uint64_t least = COUNT_OF(COUNT_OF(size, S3_MULTIPART_MAX_PARTS), MIB) * MIB;
    bool usable =
        source_part_size >= S3_MULTIPART_MIN_PART && source_part_size <= S3_MULTIPART_MAX_PART;

    if (usable && COUNT_OF(size, source_part_size) <= S3_MULTIPART_MAX_PARTS) {
        return source_part_size;
    }
    for (size_t i = 0; source_parts > 0 && i < sizeof(usual_mib) / sizeof(*usual_mib); i++) {
        if (COUNT_OF(size, usual_mib[i] * MIB) == source_parts) {
            return usual_mib[i] * MIB;
        }
    }
    return least > USUAL_PART ? least : USUAL_PART;
}

/* What the object is to have, as far as the caller does not say. */
static enum rc look(struct ctx *cx, struct s3_client *client, const struct s3_copy *copy,
                    struct s3_multipart_options *options, struct s3_object_info *ret_info)
{
    const struct s3_head_options first_part = {.part = 1};
    struct s3_tags *tags = arena_alloc(cx->arena, sizeof(*tags));
    enum rc rc = s3_object_head(cx, client, &copy->from, &first_part, ret_info);

    if (rc == RC_OK && ret_info->state != S3_OBJECT_PRESENT) {
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK &&
        (ret_info->size != copy->size || (copy->etag && strcmp(ret_info->etag, copy->etag) != 0))) {
        return RC_CONFLICT;
    }
    if (rc == RC_OK && copy->tags == NULL) {
        rc = s3_tags_get(cx, client, &copy->from, tags);
    }
    if (rc == RC_OK) {
        *options = (struct s3_multipart_options){
            .meta = copy->meta ? copy->meta : &ret_info->meta,
            .settings = copy->settings,
            .tags = copy->tags ? copy->tags : tags,
        };
    }
    return rc;
}

/* All parts, one after the other, in memory that does not grow with them. */
static enum rc copy_all(struct ctx *cx, const struct s3_multipart *upload,
                        struct s3_multipart_range *range, uint64_t size, struct s3_part *parts)
{
    uint64_t part_size = range->n;
    enum rc rc = RC_OK;

    for (unsigned i = 0; rc == RC_OK && range->first < size; i++, range->first += range->n) {
        char *etag = arena_alloc(cx->arena, MAX_ETAG);
        struct arena_mark mark = arena_mark(cx->arena);
        parts[i].number = i + 1;
        range->n = size - range->first < part_size ? size - range->first : part_size;
        rc = s3_multipart_copy(cx, upload, range, &parts[i]);
        if (rc == RC_OK) {
            snprintf(etag, MAX_ETAG, "%s", parts[i].etag);
            parts[i].etag = etag;
        }
        arena_rewind(cx->arena, mark);
    }
    return rc;
}

static enum rc finish(struct ctx *cx, const struct s3_multipart *upload,
                      const struct s3_multipart_end *end, struct s3_written *ret_written)
{
    enum rc rc = s3_multipart_complete(cx, upload, end, ret_written);

    return rc == RC_NOT_FOUND ? s3_multipart_gone(cx, upload) : rc;
}

enum rc s3_copy_parts(struct ctx *cx, struct s3_client *client, const struct s3_copy *copy,
                      struct s3_written *ret_written)
{
    struct s3_multipart upload = {.client = client, .object = copy->to};
    struct s3_multipart_options options;
    struct s3_object_info info;
    struct s3_multipart_range range;
    struct s3_written written;
    struct s3_part *parts;
    enum rc rc = look(cx, client, copy, &options, &info);

    if (rc == RC_OK) {
        rc = s3_multipart_create(cx, &upload, &options);
    }
    if (rc != RC_OK) {
        return rc;
    }
    range = (struct s3_multipart_range){
        .from = copy->from,
        .etag = info.etag,
        .n = s3_copy_part_size(copy->size, info.part_size < info.size ? info.part_size : 0,
                               info.parts),
    };
    struct s3_multipart_end end = {
        .n_parts = (size_t)COUNT_OF(copy->size, range.n),
        .if_match = copy->if_match,
        .if_absent = copy->if_absent,
    };
    end.parts = parts = arena_array(cx->arena, end.n_parts, sizeof(*parts));
    if (copy->watch.began != NULL) {
        rc = copy->watch.began(cx, copy->watch.arg, upload.upload_id);
    }
    if (rc == RC_OK) {
        rc = copy_all(cx, &upload, &range, copy->size, parts);
    }
    if (rc == RC_OK) {
        rc = finish(cx, &upload, &end, &written);
    }
    if (rc != RC_OK) {
        s3_multipart_give_up(cx, &upload);
        return rc;
    }
    upload.object.version_id = written.version_id;
    rc = s3_tags_keep(cx, client, &upload.object, options.tags);
    if (rc == RC_OK) {
        *ret_written = written;
    }
    return rc;
}
