#include "s3/s3_lifecycle.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_wait.h"

#define ROOT           "LifecycleConfiguration"
#define MINIMUM_HEADER "x-amz-transition-default-minimum-object-size"
#define MAX_IDS        2048
#define MAX_ID         64 /* of one, in a message */

static const struct sigv4_param lifecycle_param[] = {{"lifecycle", NULL}};

static struct s3_request request_of(const struct s3_target *target, const char *method)
{
    return (struct s3_request){
        .doing = "write the lifecycle rules of",
        .permission = "s3:PutLifecycleConfiguration",
        .method = method,
        .bucket = target->bucket,
        .expected_owner = target->expected_owner,
        .params = lifecycle_param,
        .n_params = 1,
    };
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* RC_OK with a reply that has no root: no rules. */
static enum rc fetch(struct ctx *cx, const struct s3_target *target, struct s3_reply *ret_reply)
{
    struct s3_request request = request_of(target, "GET");
    struct s3_error error = {.code = ""};
    enum rc rc;

    request.doing = "read the lifecycle rules of";
    request.permission = "s3:GetLifecycleConfiguration";
    request.root = ROOT;
    request.max_response = XML_MAX_BYTES;
    request.error = &error;
    rc = s3_request_send(cx, target->client, &request, ret_reply);
    if (rc == RC_NOT_FOUND && strcmp(error.code, "NoSuchLifecycleConfiguration") == 0) {
        *ret_reply = (struct s3_reply){.root = NULL};
        return RC_OK;
    }
    return rc;
}

static struct xml_node *root_or_new(struct ctx *cx, struct xml_node *root)
{
    if (root == NULL) {
        return xml_new(cx->arena, ROOT, S3_REQUEST_NAMESPACE);
    }
    root->name = ROOT; /* some servers answer with another, and would not take it back */
    return root;
}

enum rc s3_lifecycle_get(struct ctx *cx, const struct s3_target *target,
                         struct s3_lifecycle *ret_lifecycle)
{
    struct s3_reply reply = {.root = NULL};
    enum rc rc = fetch(cx, target, &reply);

    if (rc == RC_OK) {
        ret_lifecycle->root = root_or_new(cx, reply.root);
        ret_lifecycle->move_minimum =
            reply.root ? http_header_get(&reply.http, MINIMUM_HEADER) : NULL;
    }
    return rc;
}

static const char *cache_key(struct ctx *cx, const struct s3_target *target)
{
    return arena_printf(cx->arena, "lifecycle of bucket %s of %s", target->bucket,
                        target->expected_owner ? target->expected_owner : "");
}

static enum rc fetch_body(struct ctx *cx, void *arg, struct session_document *ret_body)
{
    struct s3_reply reply = {.root = NULL};
    enum rc rc = fetch(cx, arg, &reply);

    if (rc == RC_OK) {
        *ret_body = reply.root ? (struct session_document){reply.http.body.p, reply.http.body.n}
                               : (struct session_document){"", 0};
    }
    return rc;
}

enum rc s3_lifecycle_get_cached(struct ctx *cx, const struct s3_target *target,
                                struct s3_lifecycle *ret_lifecycle)
{
    struct s3_target borrowed = *target;
    struct session_document body = {NULL, 0};
    const struct session_fetch from = {fetch_body, &borrowed};
    const char *why;
    enum rc rc = session_cached(cx, cache_key(cx, target), from, &body);

    if (rc == RC_OK) { /* what was fetched is XML */
        struct str text = {body.body, body.len};
        *ret_lifecycle = (struct s3_lifecycle){
            root_or_new(cx, body.len ? xml_parse(cx->arena, text, &why) : NULL), NULL};
    }
    return rc;
}

/* ---- Writing --------------------------------------------------------------------------------- */

enum rc s3_lifecycle_put(struct ctx *cx, const struct s3_target *target,
                         const struct s3_lifecycle *lifecycle)
{
    bool empty = xml_child(lifecycle->root, "Rule") == NULL;
    struct s3_request request = request_of(target, empty ? "DELETE" : "PUT");
    struct s3_error error = {.code = ""};
    struct buf *body = buf_new(cx->arena, XML_MAX_BYTES);
    enum rc rc;

    if (!empty && !xml_write(body, lifecycle->root)) {
        return diag_error(
            cx, NULL,
            arena_printf(cx->arena, "Cannot write the lifecycle rules of bucket %s",
                         target->bucket),
            "They hold a character that XML cannot express, such as a control character in a "
            "prefix or a tag, or are larger than %zu bytes. Nothing was sent.",
            XML_MAX_BYTES);
    }
    if (!empty) {
        request.content_type = "application/xml";
        request.content_md5 = true;
        request.body = buf_str(body);
        request.setting = (struct http_header){MINIMUM_HEADER, lifecycle->move_minimum};
    }
    request.error = &error;
    rc = s3_wait_put(cx, target, &request);
    session_forget(cx, cache_key(cx, target));
    /* Deleting what is not there. */
    return rc == RC_NOT_FOUND && strcmp(error.code, "NoSuchLifecycleConfiguration") == 0 ? RC_OK
                                                                                         : rc;
}

/* ---- Rules ----------------------------------------------------------------------------------- */

struct s3_lifecycle s3_lifecycle_copy(struct arena *a, const struct s3_lifecycle *lifecycle)
{
    return (struct s3_lifecycle){xml_copy(a, lifecycle->root), lifecycle->move_minimum};
}

static const char *id_of(const struct xml_node *rule)
{
    const char *id = xml_text(rule, "ID");

    return id ? id : "";
}

struct xml_node *s3_lifecycle_find(const struct s3_lifecycle *lifecycle, const char *id)
{
    struct xml_node *rule = xml_child(lifecycle->root, "Rule");

    while (rule && strcmp(id_of(rule), id) != 0) {
        rule = xml_next(rule, "Rule");
    }
    return rule;
}

const char *s3_lifecycle_ids(struct arena *a, const struct s3_lifecycle *lifecycle)
{
    struct buf *ids = buf_new(a, MAX_IDS);

    for (const struct xml_node *rule = xml_child(lifecycle->root, "Rule"); rule;
         rule = xml_next(rule, "Rule")) {
        buf_printf(ids, "%s\"%s\"", ids->len ? ", " : "",
                   str_utf8_clean(a, str_of(id_of(rule)), MAX_ID));
    }
    return ids->len ? ids->data : "none";
}

/* What deletes old versions. The last two are MinIO's own. */
static const struct deletion {
    const char *part, *days;
    const char *only_if; /* an element that must say "true"; NULL: always */
} deletions[] = {
    {"NoncurrentVersionExpiration", "NoncurrentDays", NULL},
    {"Expiration", "Days", "ExpiredObjectAllVersions"},
    {"DelMarkerExpiration", "Days", NULL},
};

static int64_t days_of(const struct xml_node *rule, const struct deletion *d)
{
    const struct xml_node *part = xml_child(rule, d->part);
    const char *condition = d->only_if ? xml_text(part, d->only_if) : "true";
    const char *text = xml_text(part, d->days);
    int64_t days = 0;

    if (part == NULL || condition == NULL || strcmp(condition, "true") != 0) {
        return S3_LIFECYCLE_RULE_NONE;
    }
    return text && str_to_i64(str_of(text), &days) && days > 0 ? days : 0;
}

static bool is_disabled(const struct xml_node *rule)
{
    const char *status = xml_text(rule, "Status");

    return status && strcmp(status, "Disabled") == 0;
}

struct s3_lifecycle_window s3_lifecycle_window_of(const struct s3_lifecycle *lifecycle)
{
    struct s3_lifecycle_window window = {S3_LIFECYCLE_RULE_NONE, NULL};

    for (const struct xml_node *rule = xml_child(lifecycle->root, "Rule"); rule;
         rule = xml_next(rule, "Rule")) {
        for (size_t i = 0; i < sizeof(deletions) / sizeof(*deletions) && !is_disabled(rule); i++) {
            int64_t days = days_of(rule, &deletions[i]);
            if (days != S3_LIFECYCLE_RULE_NONE &&
                (window.days == S3_LIFECYCLE_RULE_NONE || days < window.days)) {
                window = (struct s3_lifecycle_window){days, id_of(rule)};
            }
        }
    }
    return window;
}
