#include "s3/s3_tags.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_request.h"

#define MAX_PARAMS 2
#define MAX_QUERY  ((size_t)64 << 10)
#define MAX_BODY   ((size_t)1 << 20)

static enum rc send(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                    struct s3_request *request, struct s3_reply *ret_reply)
{
    const struct sigv4_param params[MAX_PARAMS] = {{"tagging", NULL},
                                                   {"versionId", object->version_id}};

    request->params = params;
    request->n_params = object->version_id ? 2 : 1;
    return s3_request_object(cx, object, request) == RC_OK
               ? s3_request_send(cx, client, request, ret_reply)
               : RC_FAIL;
}

static const char *text(const struct xml_node *tag, const char *name)
{
    const char *found = xml_text(tag, name);

    return found ? found : "";
}

static struct s3_tags read_tags(struct arena *a, const struct xml_node *root)
{
    const struct xml_node *set = xml_child(root, "TagSet");
    struct s3_tag *list;
    size_t n = 0;

    for (const struct xml_node *tag = xml_child(set, "Tag"); tag; tag = xml_next(tag, "Tag")) {
        n++;
    }
    list = arena_array(a, n, sizeof(*list));
    n = 0;
    for (const struct xml_node *tag = xml_child(set, "Tag"); tag; tag = xml_next(tag, "Tag")) {
        list[n++] = (struct s3_tag){text(tag, "Key"), text(tag, "Value")};
    }
    return (struct s3_tags){list, n};
}

static enum rc not_tags(struct ctx *cx, const struct s3_request *request, const char *name)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot %s %s", request->doing,
                                   s3_request_target(cx->arena, request)),
                      "HTTP 200, but not as S3 does: a document <%s> came in place of <Tagging>. "
                      "Check that the endpoint is an S3 server.",
                      name);
}

/* Some servers answer so where there are none; Ceph (as of 16) answers nothing at all, with 200, of
 * an object written in parts. */
static const struct s3_refusal none[] = {
    {"NoSuchTagSet", RC_NOT_FOUND, NULL},
    {"NoSuchTagSetError", RC_NOT_FOUND, NULL},
    {NULL, RC_FAIL, NULL},
};

enum rc s3_tags_get(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                    struct s3_tags *ret_tags)
{
    struct s3_error error = {.code = ""};
    struct s3_request request = {
        .doing = "read the tags of",
        .permission = object->version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging",
        .method = "GET",
        .refusals = none,
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc = send(cx, client, object, &request, &reply);

    if (rc == RC_NOT_FOUND && str_starts(error.code, "NoSuchTagSet")) {
        rc = RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (reply.root && strcmp(reply.root->name, "Tagging") != 0) {
        return not_tags(cx, &request, reply.root->name);
    }
    *ret_tags = read_tags(cx->arena, reply.root);
    return RC_OK;
}

static bool write_body(struct arena *a, const struct s3_tags *tags, struct str *ret_body)
{
    struct xml_node *root = xml_new(a, "Tagging", S3_REQUEST_NAMESPACE);
    struct xml_node *set = xml_add(a, root, "TagSet", NULL);
    struct buf *body = buf_new(a, MAX_BODY);

    for (size_t i = 0; i < tags->n; i++) {
        struct xml_node *tag = xml_add(a, set, "Tag", NULL);
        xml_add(a, tag, "Key", tags->list[i].key);
        xml_add(a, tag, "Value", tags->list[i].value);
    }
    if (!xml_write(body, root)) {
        return false;
    }
    *ret_body = buf_str(body);
    return true;
}

enum rc s3_tags_put(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                    const struct s3_tags *tags)
{
    struct s3_request write = {
        .doing = "write the tags of",
        .permission = object->version_id ? "s3:PutObjectVersionTagging" : "s3:PutObjectTagging",
        .method = "PUT",
        .content_type = "application/xml",
        .content_md5 = true,
    };
    struct s3_request remove = {
        .doing = "remove the tags of",
        .permission =
            object->version_id ? "s3:DeleteObjectVersionTagging" : "s3:DeleteObjectTagging",
        .method = "DELETE",
    };
    struct s3_reply reply = {.root = NULL};

    if (tags->n == 0) {
        return send(cx, client, object, &remove, &reply);
    }
    if (!write_body(cx->arena, tags, &write.body)) {
        return diag_error(cx, NULL,
                          arena_printf(cx->arena,
                                       "Cannot write the tags of object \"%s\" of bucket %s",
                                       object->key ? object->key : "", object->bucket),
                          "They hold a character that XML cannot express, such as a control "
                          "character, or are larger than %zu bytes. Nothing was sent.",
                          MAX_BODY);
    }
    return send(cx, client, object, &write, &reply);
}

const char *s3_tags_query(struct arena *a, const struct s3_tags *tags)
{
    struct buf *out = buf_new(a, MAX_QUERY);

    for (size_t i = 0; i < tags->n; i++) {
        buf_printf(out, "%s%s=%s", i ? "&" : "", sigv4_encode(a, str_of(tags->list[i].key), false),
                   sigv4_encode(a, str_of(tags->list[i].value), false));
    }
    return out->data;
}

enum rc s3_tags_keep(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                     const struct s3_tags *tags)
{
    struct s3_tags now = {.n = 0};
    enum rc rc;

    if (tags == NULL || tags->n == 0) {
        return RC_OK;
    }
    rc = s3_tags_get(cx, client, object, &now);
    if (rc == RC_OK && now.n != tags->n) {
        rc = s3_tags_put(cx, client, object, tags);
    }
    return rc;
}
