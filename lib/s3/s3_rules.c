#include "s3/s3_rules.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_request.h"
#include "s3/s3_wait.h"

#define MAX_IDS     2048
#define MAX_ID      64  /* of one, in a message */
#define UNSUPPORTED "-" /* in the cache, for a document that the server does not have */

static const char *doing(struct ctx *cx, const struct s3_rules_kind *kind, const char *verb)
{
    return arena_printf(cx->arena, "%s the %s rules of", verb, kind->name);
}

static struct s3_request request_of(const struct s3_target *target,
                                    const struct s3_rules_kind *kind, const char *method)
{
    return (struct s3_request){
        .method = method,
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = kind->param,
        .n_params = 1,
    };
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* RC_OK with a reply that has no root: no rules. A server that does not know the query answers it
 * as a listing. */
static enum rc fetch(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rules_kind *kind, struct s3_reply *ret_reply,
                     bool *ret_unsupported)
{
    struct s3_request request = request_of(target, kind, "GET");
    struct s3_error error = {.code = ""};
    struct s3_reply reply = {.root = NULL};
    enum rc rc;

    request.doing = doing(cx, kind, "read");
    request.permission = kind->get_permission;
    request.may_be_denied = target->may_be_denied;
    request.root = kind->root;
    request.max_response = XML_MAX_BYTES;
    request.refusals = kind->get_refusals;
    request.error = &error;
    rc = s3_request_send(cx, target->client, &request, &reply);
    *ret_unsupported = false;
    if (rc == RC_NOT_FOUND && strcmp(error.code, "NoSuchBucket") != 0) {
        *ret_unsupported = strcmp(error.code, kind->absent) != 0;
        rc = RC_OK;
    } else if (rc == RC_OK && strcmp(reply.root->name, "ListBucketResult") == 0) {
        *ret_unsupported = true;
        reply.root = NULL;
    }
    if (rc == RC_OK) {
        *ret_reply = reply;
    }
    return rc;
}

static struct xml_node *root_or_new(struct ctx *cx, const struct s3_rules_kind *kind,
                                    struct xml_node *root)
{
    if (root == NULL) {
        return xml_new(cx->arena, kind->root, S3_REQUEST_NAMESPACE);
    }
    root->name = kind->root; /* some servers answer with another, and would not take it back */
    return root;
}

enum rc s3_rules_get(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rules_kind *kind, struct s3_rules *ret_rules)
{
    struct s3_reply reply = {.root = NULL};
    bool unsupported;
    enum rc rc = fetch(cx, target, kind, &reply, &unsupported);

    if (rc == RC_OK) {
        bool beside = reply.root && kind->header;
        *ret_rules = (struct s3_rules){root_or_new(cx, kind, reply.root),
                                       beside ? http_header_get(&reply.http, kind->header) : NULL,
                                       unsupported};
    }
    return rc;
}

static const char *cache_key(struct ctx *cx, const struct s3_target *target,
                             const struct s3_rules_kind *kind)
{
    return arena_printf(cx->arena, "%s of bucket %s of %s", kind->name, target->bucket,
                        target->expected_owner ? target->expected_owner : "");
}

struct fetching {
    const struct s3_target *target;
    const struct s3_rules_kind *kind;
};

static enum rc fetch_body(struct ctx *cx, void *arg, struct session_document *ret_body)
{
    const struct fetching *f = arg;
    struct s3_reply reply = {.root = NULL};
    bool unsupported;
    enum rc rc = fetch(cx, f->target, f->kind, &reply, &unsupported);

    if (rc == RC_OK && reply.root) {
        *ret_body = (struct session_document){reply.http.body.p, reply.http.body.n};
    } else if (rc == RC_OK) {
        *ret_body = (struct session_document){UNSUPPORTED, unsupported};
    }
    return rc;
}

enum rc s3_rules_get_cached(struct ctx *cx, const struct s3_target *target,
                            const struct s3_rules_kind *kind, struct s3_rules *ret_rules)
{
    struct fetching fetching = {target, kind};
    struct session_document body = {NULL, 0};
    const struct session_fetch from = {fetch_body, &fetching};
    const char *why;
    enum rc rc = session_cached(cx, cache_key(cx, target, kind), from, &body);

    if (rc == RC_OK) { /* what was fetched is XML, else nothing is longer than one byte */
        struct str text = {body.body, body.len};
        *ret_rules = (struct s3_rules){
            .root = root_or_new(cx, kind, body.len > 1 ? xml_parse(cx->arena, text, &why) : NULL),
            .unsupported = body.len == 1,
        };
    }
    return rc;
}

/* ---- Writing --------------------------------------------------------------------------------- */

enum rc s3_rules_put(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rules_kind *kind, const struct s3_rules *rules)
{
    bool empty = xml_child(rules->root, "Rule") == NULL;
    struct s3_request request = request_of(target, kind, empty ? "DELETE" : "PUT");
    struct http_header setting = {kind->header, rules->setting};
    struct s3_error error = {.code = ""};
    struct buf *body = buf_new(cx->arena, XML_MAX_BYTES);
    enum rc rc;

    if (!empty && !xml_write(body, rules->root)) {
        return diag_error(
            cx, NULL,
            arena_printf(cx->arena, "Cannot write the %s rules of bucket %s", kind->name,
                         target->bucket),
            "They hold a character that XML cannot express, such as a control character in a "
            "prefix or a tag, or are larger than %zu bytes. Nothing was sent.",
            XML_MAX_BYTES);
    }
    if (!empty) {
        request.content_type = "application/xml";
        request.content_md5 = true;
        request.body = buf_str(body);
        request.headers = &setting;
        request.n_headers = 1;
    }
    request.doing = doing(cx, kind, "write");
    request.permission = kind->put_permission;
    request.refusals = kind->put_refusals;
    request.error = &error;
    rc = s3_wait_put(cx, target, &request);
    session_forget(cx, cache_key(cx, target, kind));
    /* Deleting what is not there. */
    return rc == RC_NOT_FOUND && strcmp(error.code, kind->absent) == 0 ? RC_OK : rc;
}

enum rc s3_rules_missing(struct ctx *cx, const struct s3_target *target,
                         const struct s3_rules_kind *kind)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "The server of bucket %s has no %s rules",
                                   target->bucket, kind->name),
                      "The server %s://%s does not offer them. %s", target->client->scheme,
                      target->client->host, kind->alternative);
}

/* ---- Rules ----------------------------------------------------------------------------------- */

struct s3_rules s3_rules_copy(struct arena *a, const struct s3_rules *rules)
{
    return (struct s3_rules){xml_copy(a, rules->root), rules->setting, rules->unsupported};
}

const char *s3_rules_id(const struct xml_node *rule)
{
    const char *id = xml_text(rule, "ID");

    return id ? id : "";
}

bool s3_rules_enabled(const struct xml_node *rule)
{
    const char *status = xml_text(rule, "Status");

    return status == NULL || strcmp(status, "Disabled") != 0;
}

struct xml_node *s3_rules_find(const struct s3_rules *rules, const char *id)
{
    struct xml_node *rule = xml_child(rules->root, "Rule");

    while (rule && strcmp(s3_rules_id(rule), id) != 0) {
        rule = xml_next(rule, "Rule");
    }
    return rule;
}

const char *s3_rules_ids(struct arena *a, const struct s3_rules *rules)
{
    struct buf *ids = buf_new(a, MAX_IDS);

    for (const struct xml_node *rule = xml_child(rules->root, "Rule"); rule;
         rule = xml_next(rule, "Rule")) {
        buf_printf(ids, "%s\"%s\"", ids->len ? ", " : "",
                   str_utf8_clean(a, str_of(s3_rules_id(rule)), MAX_ID));
    }
    return ids->len ? ids->data : "none";
}
