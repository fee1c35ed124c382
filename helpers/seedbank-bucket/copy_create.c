/*
 * A destination that is not there yet. What it was made of is told by an object
 * beside the copied ones, so that a run that was killed is gone on with, and a bucket
 * of somebody else is not touched.
 */
#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "cli/cli_words.h"
#include "s3/s3_bucket.h"
#include "s3/s3_config.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_lock.h"
#include "s3/s3_object.h"
#include "seedbank-bucket/config.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/walk.h"
#include "xml/xml.h"
#include "json/json_line.h"

#define MARK     WALK_RESERVED "created.json"
#define MAX_MARK 65536
#define LOCK     "object-lock"
#define MAX_DOC  ((size_t)4 << 20)

/* ---- The mark ----------------------------------------------------------------------------------
 */

enum made { MADE_NOT, MADE_OPEN, MADE_ENDED };

static struct s3_object mark_of(const struct copy *c)
{
    return (struct s3_object){
        .bucket = c->to.bucket, .key = MARK, .expected_owner = c->to.expected_owner};
}

/* "ended": its lifecycle rules act again, and are not to be put back to sleep. */
static enum rc read_mark(struct copy *c, enum made *ret_made)
{
    struct ctx *cx = c->cli->cx;
    const struct s3_object mark = mark_of(c);
    const char *why;
    struct str text;
    const json_t *o;
    enum rc rc = s3_object_get(cx, c->to.client, &mark, MAX_MARK, &text);

    *ret_made = MADE_NOT;
    if (rc == RC_NOT_FOUND) {
        return RC_OK;
    }
    if (rc == RC_OK) {
        o = json_line_read(cx->arena, text, &why);
        if (o != NULL && json_integer_value(json_object_get(o, "seedbank_created")) == 1) {
            *ret_made = json_is_true(json_object_get(o, "ended")) ? MADE_ENDED : MADE_OPEN;
        }
    }
    return rc;
}

static enum rc write_mark(struct copy *c, bool ended)
{
    struct ctx *cx = c->cli->cx;
    struct s3_written written;
    const char *text =
        json_line(cx->arena, json_pack("{s:i, s:s, s:b}", "seedbank_created", 1, "settings_of",
                                       c->config ? config_bucket(c->config) : "", "ended", ended));
    const struct s3_put put = {.to = mark_of(c), .content = str_of(text)};

    return s3_object_put(cx, c->to.client, &put, &written);
}

/* ---- The bucket --------------------------------------------------------------------------------
 */

static bool wants_lock(struct copy *c)
{
    struct str document;
    const char *why, *enabled;
    const struct xml_node *root;

    if (c->config == NULL || !config_document(c->config, LOCK, &document)) {
        return false;
    }
    root = xml_parse(c->cli->cx->arena, document, &why);
    enabled = xml_text(root, "ObjectLockEnabled");
    return enabled != NULL && strcmp(enabled, "Enabled") == 0;
}

static enum rc make(struct copy *c)
{
    struct ctx *cx = c->cli->cx;
    enum rc rc = wants_lock(c) ? s3_bucket_create_locked(cx, c->to.client, c->to.bucket)
                               : s3_bucket_create(cx, c->to.client, c->to.bucket);

    if (rc == RC_CONFLICT) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot make bucket %s", c->to.bucket),
                          "%s says that there is one of this name, which these keys do not see: "
                          "names are shared by all customers of a server, and one that was "
                          "deleted a moment ago may be taken still. Choose another, or wait.",
                          s3_client_url(cx->arena, c->to.client));
    }
    if (rc == RC_OK) {
        cli_say(c->cli, "Made bucket %s%s%s%s%s.", c->to.bucket,
                c->config ? " with the settings of " : "",
                c->config ? config_bucket(c->config) : "", c->config ? " as of " : "",
                c->config ? config_saved(c->config) : "");
        cli_event(c->cli, "created", json_pack("{s:s}", "bucket", c->to.bucket));
    }
    return rc;
}

static enum rc enable_versioning(struct copy *c)
{
    struct ctx *cx = c->cli->cx;
    struct s3_versioning seen;
    enum rc rc = s3_versioning_get(cx, &c->to, &seen);

    if (rc == RC_OK && seen.status == S3_VERSIONING_ENABLED) {
        return RC_OK;
    }
    rc = s3_versioning_put(cx, &c->to, S3_VERSIONING_ENABLED);
    return rc == RC_OK ? s3_versioning_wait(cx, &c->to, S3_VERSIONING_ENABLED, &seen) : rc;
}

static enum rc is_empty(struct copy *c, bool *ret_empty)
{
    struct ctx *cx = c->cli->cx;
    const struct s3_list_options options = {
        .bucket = c->to.bucket, .expected_owner = c->to.expected_owner, .page_size = 1};
    struct s3_list *list = s3_list_new(cx, c->to.client, &options);
    const struct s3_list_entry *entry = NULL;
    enum rc rc = s3_list_next(cx, list, &entry);

    *ret_empty = entry == NULL;
    return rc;
}

static enum rc refuse_other(struct copy *c)
{
    struct arena *a = c->cli->cx->arena;

    return cli_refuse(c->cli, arena_printf(a, "Bucket %s exists, and is not empty", c->to.bucket),
                      "--create makes a bucket, or goes on with one that it made. This one holds "
                      "what others put there, and its settings are theirs. Leave out --create to "
                      "copy into it as it is.");
}

/* ---- Its settings ------------------------------------------------------------------------------
 */

static const struct s3_config_part *part_of(const char *name)
{
    const struct s3_config_part *part = s3_config_parts;

    while (strcmp(part->name, name) != 0) {
        part++;
    }
    return part;
}

static void not_put(struct copy *c, const char *name, const char *why)
{
    struct ctx *cx = c->cli->cx;

    cli_outcome(c->cli, CLI_PARTLY);
    diag_warning(cx, NULL, arena_printf(cx->arena, "The setting %s was not put", name),
                 "%s The file has the document: put it by hand where it is wanted.", why);
}

/* The bucket's own name in a policy is that of the lost one. */
static struct str renamed(struct copy *c, struct str document)
{
    struct arena *a = c->cli->cx->arena;
    const char *old = arena_printf(a, ":s3:::%s", config_bucket(c->config));
    size_t n = strlen(old);
    struct buf *out = buf_new(a, MAX_DOC);
    const char *p = document.p, *hit;

    while ((hit = strstr(p, old)) != NULL) {
        buf_append(out, p, (size_t)(hit - p));
        buf_printf(out, "%s", hit[n] == '"' || hit[n] == '/' ? ":s3:::" : old);
        if (hit[n] == '"' || hit[n] == '/') {
            buf_puts(out, c->to.bucket);
        }
        p = hit + n;
    }
    buf_puts(out, p);
    return out->full ? document : buf_str(out);
}

/* Nothing is said in it: an empty element, a list of permissions with the owner's alone, rules
 * without a rule, or what blocks nothing. */
static bool is_default(struct arena *a, const char *name, struct str document)
{
    const char *why;
    const struct xml_node *root = xml_parse(a, document, &why), *node;

    if (strcmp(name, "acl") == 0) {
        node = xml_child(xml_child(root, "AccessControlList"), "Grant");
        return xml_next(node, "Grant") == NULL;
    }
    if (strcmp(name, "replication") == 0) {
        return xml_child(root, "Rule") == NULL;
    }
    node = root != NULL ? root->first : NULL;
    if (strcmp(name, "publicAccessBlock") == 0) {
        while (node != NULL && strcmp(node->text, "true") != 0) {
            node = node->next;
        }
    }
    return root != NULL && node == NULL;
}

static enum rc put(struct copy *c, const char *name, struct str document)
{
    struct ctx *cx = c->cli->cx;
    struct diag_point before = diag_point(cx);
    enum rc rc = s3_config_put(cx, &c->to, part_of(name), document);

    if (rc == RC_NOT_FOUND) {
        not_put(c, name, "This server has no such setting.");
    } else if (rc != RC_OK && ctx_check(cx) == RC_OK) {
        const char *why = diag_line_since(cx, before);
        not_put(c, name, why ? why : "The server's answer made no sense.");
        rc = RC_OK;
    }
    return rc == RC_FAIL ? rc : RC_OK;
}

/* In this order: what protects first; what a policy might forbid before it. */
static const char *const order[] = {
    "cors",    "encryption",   "tagging",           "ownershipControls", "website", "acl",
    "logging", "notification", "publicAccessBlock", "replication",       "policy",  NULL,
};

static enum rc put_all(struct copy *c)
{
    struct arena *a = c->cli->cx->arena;
    struct str document;
    enum rc rc = RC_OK;

    if (wants_lock(c) && config_document(c->config, LOCK, &document)) {
        rc = put(c, LOCK, document);
    }
    for (const char *const *name = order; rc == RC_OK && *name != NULL; name++) {
        if (config_document(c->config, *name, &document) && !is_default(a, *name, document)) {
            rc = put(c, *name, strcmp(*name, "policy") == 0 ? renamed(c, document) : document);
        }
    }
    return rc;
}

/* Rules that delete are there, and asleep, until everything was copied and proven. */
static bool lifecycle(struct copy *c, bool asleep, struct s3_rules *ret_rules)
{
    struct arena *a = c->cli->cx->arena;
    struct str document;
    const char *why;
    struct xml_node *root;

    if (c->config == NULL || !config_document(c->config, "lifecycle", &document) ||
        (root = xml_parse(a, document, &why)) == NULL) {
        return false;
    }
    for (struct xml_node *rule = xml_child(root, "Rule"); rule != NULL && asleep;
         rule = xml_next(rule, "Rule")) {
        struct xml_node *status = xml_child(rule, "Status");
        if (status != NULL) {
            status->text = "Disabled";
        }
    }
    *ret_rules = (struct s3_rules){.root = root};
    return xml_child(root, "Rule") != NULL;
}

/* *ret_put: the server took them, or there are none. */
static enum rc put_lifecycle(struct copy *c, bool asleep, bool *ret_put)
{
    struct ctx *cx = c->cli->cx;
    struct diag_point before = diag_point(cx);
    struct s3_rules rules;
    enum rc rc;

    *ret_put = true;
    if (!lifecycle(c, asleep, &rules)) {
        return RC_OK;
    }
    rc = s3_rules_put(cx, &c->to, &s3_lifecycle_kind, &rules);
    *ret_put = rc == RC_OK;
    if (rc != RC_OK && ctx_check(cx) == RC_OK) {
        const char *why = diag_line_since(cx, before);
        not_put(c, "lifecycle", why ? why : "The bucket is gone again.");
        rc = RC_OK;
    }
    return rc;
}

/* ---- From end to end ---------------------------------------------------------------------------
 */

static enum rc prepare(struct copy *c, enum made made)
{
    enum rc rc = enable_versioning(c);
    bool put;

    if (rc == RC_OK && made == MADE_NOT) {
        rc = write_mark(c, c->config == NULL);
    }
    if (rc == RC_OK && c->config != NULL && made != MADE_ENDED) {
        rc = put_lifecycle(c, true, &put);
    }
    if (rc == RC_OK && c->config != NULL && made != MADE_ENDED) {
        rc = put_all(c);
    }
    c->created = made != MADE_ENDED;
    return rc;
}

static enum rc use_existing(struct copy *c)
{
    enum made made;
    bool empty = false;
    enum rc rc = read_mark(c, &made);

    if (rc == RC_OK && made == MADE_NOT) {
        rc = is_empty(c, &empty);
        if (rc == RC_OK && !empty) {
            return refuse_other(c);
        }
    }
    if (rc != RC_OK || c->settings->dry_run) {
        return rc;
    }
    if (made == MADE_ENDED && c->config != NULL) {
        diag_warning(c->cli->cx, NULL,
                     arena_printf(c->cli->cx->arena,
                                  "The settings of bucket %s are left as they are", c->to.bucket),
                     "It was made by an earlier run, which ended. --config is put only into a "
                     "bucket that is being made: put what is missing of the file by hand.");
    }
    return prepare(c, made);
}

enum rc copy_create(struct copy *c)
{
    struct ctx *cx = c->cli->cx;
    struct config *config = NULL;
    enum rc rc = RC_OK;

    if (c->settings->config != NULL) {
        rc = config_read(cx, c->settings->config, &config);
        c->config = config;
    }
    if (rc == RC_OK) {
        rc = s3_bucket_head(cx, c->to.client, c->to.bucket);
    }
    if (rc == RC_OK) {
        return use_existing(c);
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    if (c->settings->dry_run) {
        cli_say(c->cli, "Bucket %s would be made.", c->to.bucket);
        return RC_OK;
    }
    rc = make(c);
    return rc == RC_OK ? prepare(c, MADE_NOT) : rc;
}

enum rc copy_create_end(struct copy *c, bool proven)
{
    struct s3_rules rules;
    bool put;
    enum rc rc;

    if (!c->created || c->config == NULL) {
        return RC_OK;
    }
    if (!lifecycle(c, false, &rules)) {
        return write_mark(c, true);
    }
    if (!proven) {
        cli_say(c->cli,
                "Its lifecycle rules are there, disabled: not everything is proven. The same "
                "command enables them once it is; to do it sooner, put the document "
                "lifecycle of the file.");
        return RC_OK;
    }
    rc = put_lifecycle(c, false, &put);
    if (rc == RC_OK && put) {
        cli_say(c->cli, "Its lifecycle rules act again: everything is there, and proven.");
        cli_event(c->cli, "lifecycle", json_pack("{s:b}", "enabled", true));
        rc = write_mark(c, true);
    }
    return rc;
}
