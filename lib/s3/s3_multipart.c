#include "s3/s3_multipart.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_copy.h"
#include "s3/s3_list.h"
#include "s3/s3_object.h"
#include "s3/s3_request.h"

#define MAX_BODY     ((size_t)4 << 20) /* 10,000 parts with their ETags */
#define MAX_PAGE     ((size_t)16 << 20)
#define PART_PARAMS  2
#define PART_MS      60 /* that a server may take to put a part in its place */
#define COPY_HEADERS 4
#define END_HEADERS  2
#define LIST_PARAMS  6

/* Many servers say it with a plain 404, and mean the upload, not the object. */
static const struct s3_refusal no_upload[] = {
    {"NoSuchUpload", RC_NOT_FOUND, NULL},
    {NULL, RC_FAIL, NULL},
};

static enum rc send(struct ctx *cx, const struct s3_multipart *upload, struct s3_request *request,
                    struct s3_reply *ret_reply)
{
    request->refusals = no_upload;
    return s3_request_object(cx, &upload->object, request) == RC_OK
               ? s3_request_send(cx, upload->client, request, ret_reply)
               : RC_FAIL;
}

/* Success without what was asked for is none. */
static enum rc lacking(struct ctx *cx, const struct s3_request *request, const char *what)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot %s %s", request->doing,
                     s3_request_target(cx->arena, request)),
        "The server says that it is done, but not %s. Try again; if it stays, report it to the "
        "server's makers.",
        what);
}

enum rc s3_multipart_create(struct ctx *cx, struct s3_multipart *upload,
                            const struct s3_multipart_options *options)
{
    const struct sigv4_param uploads = {"uploads", NULL};
    struct http_header *headers =
        arena_array(cx->arena, 1 + s3_object_info_headers(options->meta), sizeof(*headers));
    struct s3_request request = {
        .doing = "begin to write",
        .permission = "s3:PutObject",
        .method = "POST",
        .params = &uploads,
        .n_params = 1,
        .headers = headers,
        .root = "InitiateMultipartUploadResult",
    };
    struct s3_reply reply = {.root = NULL};
    const char *id, *tags;
    enum rc rc;

    tags = options->tags ? s3_tags_query(cx->arena, options->tags) : "";
    headers[0] = (struct http_header){"x-amz-tagging", *tags ? tags : NULL};
    request.n_headers = 1 + s3_object_info_write_meta(options->meta, headers + 1);
    request.n_headers +=
        s3_object_info_write_settings(options->settings, headers + request.n_headers);
    rc = send(cx, upload, &request, &reply);
    if (rc != RC_OK) {
        return rc;
    }
    id = xml_text(reply.root, "UploadId");
    if (id == NULL || *id == '\0') {
        return lacking(cx, &request, "under which ID");
    }
    upload->upload_id = id;
    return RC_OK;
}

static void part_params(struct arena *a, const struct s3_multipart *upload,
                        const struct s3_part *part, struct sigv4_param out[PART_PARAMS])
{
    out[0] = (struct sigv4_param){"partNumber", arena_printf(a, "%u", part->number)};
    out[1] = (struct sigv4_param){"uploadId", upload->upload_id};
}

static enum rc keep_etag(struct ctx *cx, const struct s3_request *request, const char *etag,
                         struct s3_part *part)
{
    if (etag == NULL || *etag == '\0') {
        return lacking(cx, request, "with which ETag");
    }
    part->etag = s3_object_info_etag(cx->arena, etag);
    return RC_OK;
}

enum rc s3_multipart_put(struct ctx *cx, const struct s3_multipart *upload, struct str content,
                         struct s3_part *part)
{
    struct sigv4_param params[PART_PARAMS];
    struct s3_request request = {
        .doing = "write a part of",
        .permission = "s3:PutObject",
        .method = "PUT",
        .params = params,
        .n_params = PART_PARAMS,
        .body = content.p ? content : STR_LIT(""),
        .md5 = part->md5,
        .unsigned_payload = true,
        .extra_ms = s3_copy_extra_ms(content.n),
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc;

    if (!digest_md5(content, part->md5)) {
        return s3_request_no_crypto(cx);
    }
    part_params(cx->arena, upload, part, params);
    rc = send(cx, upload, &request, &reply);
    return rc == RC_OK ? keep_etag(cx, &request, http_header_get(&reply.http, "etag"), part) : rc;
}

enum rc s3_multipart_copy(struct ctx *cx, const struct s3_multipart *upload,
                          const struct s3_multipart_range *range, struct s3_part *part)
{
    const char *owner = range->from.expected_owner;
    const struct http_header headers[COPY_HEADERS] = {
        {"x-amz-copy-source", s3_copy_source(cx->arena, &range->from)},
        {"x-amz-copy-source-range",
         arena_printf(cx->arena, "bytes=%llu-%llu", (unsigned long long)range->first,
                      (unsigned long long)(range->first + range->n - 1))},
        {"x-amz-source-expected-bucket-owner", owner && *owner ? owner : NULL},
        {"x-amz-copy-source-if-match", range->etag},
    };
    struct sigv4_param params[PART_PARAMS];
    struct s3_request request = {
        .doing = "copy a part of a version onto",
        .permission = "s3:PutObject (on the source s3:GetObjectVersion)",
        .method = "PUT",
        .params = params,
        .n_params = PART_PARAMS,
        .headers = headers,
        .n_headers = COPY_HEADERS,
        .root = "CopyPartResult",
        .extra_ms = s3_copy_extra_ms(range->n),
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc;

    part_params(cx->arena, upload, part, params);
    rc = send(cx, upload, &request, &reply);
    return rc == RC_OK ? keep_etag(cx, &request, xml_text(reply.root, "ETag"), part) : rc;
}

static struct str end_body(struct arena *a, const struct s3_multipart_end *end)
{
    struct xml_node *root = xml_new(a, "CompleteMultipartUpload", S3_REQUEST_NAMESPACE);
    struct buf *body = buf_new(a, MAX_BODY);

    for (size_t i = 0; i < end->n_parts; i++) {
        struct xml_node *part = xml_add(a, root, "Part", NULL);
        xml_add(a, part, "PartNumber", arena_printf(a, "%u", end->parts[i].number));
        xml_add(a, part, "ETag", end->parts[i].etag);
    }
    xml_write(body, root);
    return buf_str(body);
}

/* Ask for the ETag of the version that the answer names. */
static bool look_up(struct ctx *cx, const struct s3_multipart *upload, size_t n_parts,
                    struct s3_written *written)
{
    struct s3_object object = upload->object;
    struct diag_point before = diag_point(cx);
    struct s3_object_info info = {.parts = 0};

    object.version_id = written->version_id;
    if (written->version_id == NULL ||
        s3_object_head(cx, upload->client, &object, NULL, &info) != RC_OK) {
        diag_drop_since(cx, before);
        return false;
    }
    written->etag = info.etag;
    return info.state == S3_OBJECT_PRESENT && info.parts == n_parts;
}

enum rc s3_multipart_complete(struct ctx *cx, const struct s3_multipart *upload,
                              const struct s3_multipart_end *end, struct s3_written *ret_written)
{
    const struct sigv4_param id = {"uploadId", upload->upload_id};
    const struct http_header headers[END_HEADERS] = {
        {"if-match", end->if_match},
        {"if-none-match", end->if_absent ? "*" : NULL},
    };
    struct s3_error error = {.status = 0};
    struct s3_request request = {
        .doing = "finish writing",
        .permission = "s3:PutObject",
        .method = "POST",
        .params = &id,
        .n_params = 1,
        .headers = headers,
        .n_headers = END_HEADERS,
        .content_type = "application/xml",
        .body = end_body(cx->arena, end),
        .root = "CompleteMultipartUploadResult",
        .extra_ms = PART_MS * (int64_t)end->n_parts,
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    struct s3_written written = {.etag = NULL};
    const char *etag;
    enum rc rc = send(cx, upload, &request, &reply);

    if (rc == RC_NOT_FOUND || rc == RC_CONFLICT) {
        bool done = error.http.repeated && end->etag &&
                    s3_object_has(cx, upload->client, &upload->object, end->etag, ret_written);
        return done ? RC_OK : rc;
    }
    if (rc != RC_OK) {
        return rc;
    }
    written.version_id = http_header_get(&reply.http, "x-amz-version-id");
    written.repeated = reply.http.repeated;
    etag = xml_text(reply.root, "ETag");
    if (etag && *etag) {
        written.etag = s3_object_info_etag(cx->arena, etag);
    } else if (!look_up(cx, upload, end->n_parts, &written)) {
        return lacking(cx, &request, "with which ETag");
    }
    *ret_written = written;
    return RC_OK;
}

enum rc s3_multipart_abort(struct ctx *cx, const struct s3_multipart *upload)
{
    const struct sigv4_param id = {"uploadId", upload->upload_id};
    struct s3_error error = {.code = ""};
    struct s3_request request = {
        .doing = "give up writing",
        .permission = "s3:AbortMultipartUpload",
        .method = "DELETE",
        .params = &id,
        .n_params = 1,
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc = send(cx, upload, &request, &reply);

    return rc == RC_NOT_FOUND && strcmp(error.code, "NoSuchUpload") == 0 ? RC_OK : rc;
}

void s3_multipart_give_up(struct ctx *cx, const struct s3_multipart *upload)
{
    struct diag_point before = diag_point(cx);

    if (s3_multipart_abort(cx, upload) != RC_OK) {
        diag_drop_since(cx, before);
        diag_warning(cx, NULL,
                     arena_printf(cx->arena,
                                  "An unfinished upload of object \"%s\" is left in bucket %s",
                                  upload->object.key, upload->object.bucket),
                     "Its parts do not show, and are stored until the upload of the ID %s is "
                     "aborted (AbortMultipartUpload). A lifecycle rule that aborts incomplete "
                     "uploads removes it, too.",
                     upload->upload_id);
    }
}

enum rc s3_multipart_gone(struct ctx *cx, const struct s3_multipart *upload)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot finish writing object \"%s\" of bucket %s",
                     upload->object.key, upload->object.bucket),
        "The server knows no upload of the ID %s any more: somebody gave it up, or it was finished "
        "and the answer was lost. List the versions of this key to see whether it is there.",
        upload->upload_id);
}

/* ---- What is unfinished -----------------------------------------------------------------------
 */

static enum rc fetch(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                     const char *after, struct xml_node **ret_page)
{
    struct sigv4_param params[LIST_PARAMS] = {{"uploads", NULL},
                                              {"encoding-type", "url"},
                                              {"max-uploads", "1000"},
                                              {"prefix", object->key}};
    struct s3_request request = {
        .doing = "list the unfinished uploads of",
        .permission = "s3:ListBucketMultipartUploads",
        .method = "GET",
        .bucket = object->bucket,
        .expected_owner = object->expected_owner,
        .params = params,
        .n_params = 4,
        .root = "ListMultipartUploadsResult",
        .mend = true,
        .max_response = MAX_PAGE,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc;

    if (after) {
        params[request.n_params++] = (struct sigv4_param){"key-marker", object->key};
        params[request.n_params++] = (struct sigv4_param){"upload-id-marker", after};
    }
    rc = s3_request_send(cx, client, &request, &reply);
    if (rc == RC_OK) {
        *ret_page = reply.root;
    }
    return rc;
}

/* Take those of the key from a page; *ret_more: the next page may have more of them. The key is the
 * prefix, so that all of its own come first. */
static void take(struct arena *a, const struct xml_node *page, const char *key,
                 struct s3_multipart_unfinished ***end, bool *ret_more)
{
    const char *truncated = xml_text(page, "IsTruncated");

    *ret_more = truncated && strcmp(truncated, "true") == 0;
    for (const struct xml_node *at = xml_child(page, "Upload"); at; at = xml_next(at, "Upload")) {
        const char *name = xml_text(at, "Key");
        const char *id = xml_text(at, "UploadId");
        if (name == NULL || !s3_list_is_key(a, name, key)) {
            *ret_more = false;
        } else if (id && *id) {
            **end = arena_alloc(a, sizeof(***end));
            ***end = (struct s3_multipart_unfinished){id, xml_text(at, "Initiated"), NULL};
            *end = &(**end)->next;
        }
    }
}

enum rc s3_multipart_list(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                          struct s3_multipart_unfinished **ret_list)
{
    struct s3_multipart_unfinished *list = NULL, **end = &list;
    const char *after = NULL;
    bool more = true;

    while (more) {
        struct xml_node *page = NULL;
        const char *next;
        enum rc rc = fetch(cx, client, object, after, &page);
        if (rc != RC_OK) {
            return rc;
        }
        take(cx->arena, page, object->key, &end, &more);
        next = xml_text(page, "NextUploadIdMarker");
        if (more && (next == NULL || *next == '\0' || (after && strcmp(after, next) == 0))) {
            return diag_error(cx, NULL,
                              arena_printf(cx->arena,
                                           "Cannot list the unfinished uploads of bucket %s",
                                           object->bucket),
                              "The server's list is broken: a page says that more follow, but not "
                              "from where. Try again; if it stays, report it to the server's "
                              "makers.");
        }
        after = next;
    }
    *ret_list = list;
    return RC_OK;
}
