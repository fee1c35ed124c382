/*
 * A small S3 command for the demo and the tests, on lib/s3.
 *
 *   s3 make-bucket B [--lock]    s3 remove-bucket B [--purge]
 *   s3 put B KEY FILE|- [PART-SIZE]                        in parts what is larger than that
 *   s3 get B KEY [VERSION]       s3 delete B KEY [VERSION]
 *   s3 head B KEY [VERSION]      print what is kept beside its bytes, a line each
 *   s3 tags B KEY [VERSION]      print its tags, as a query
 *   s3 copy B KEY VERSION B2 KEY2 [LIMIT]
 *                                in parts above LIMIT bytes; print what the server says of it
 *   s3 transfer B KEY VERSION B2 KEY2
 *                                through this program; print version, ETag, SHA-256, what is proven
 *   s3 uploads B KEY [--abort]   print the unfinished uploads of a key
 *   s3 delete-many B [--bypass]  KEY or KEY<tab>VERSION on each line of standard input, keys as
 *                                `versions` prints them; print what became of each
 *   s3 presign B METHOD KEY SECONDS [VERSION]    print a URL that grants this one request
 *   s3 versions B [PREFIX [START-AFTER [UNTIL]]]   every version and marker
 *   s3 objects B [PREFIX [START-AFTER [UNTIL]]]    what readers see
 *   s3 count B [PREFIX]          how many versions and markers there are
 *   s3 versioning B [Enabled|Suspended]
 *   s3 lock B [none|GOVERNANCE|COMPLIANCE [DAYS]]
 *   s3 lifecycle B [FILE|-]      print the lifecycle document, or replace it as a whole
 *   s3 replication B [FILE|-]    the same with the replication document
 *
 * Server and keys: SEEDBANK_S3_ENDPOINT, _REGION, _ACCESS_KEY, _SECRET_KEY,
 * _SESSION_TOKEN, _CA_FILE. SEEDBANK_S3_PAGE_SIZE makes listings fetch smaller
 * pages. Exit: 0 done, 1 error, 2 usage, 6 not found.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3_bucket.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_list_live.h"
#include "s3/s3_lock.h"
#include "s3/s3_object.h"
#include "s3/s3_presign.h"
#include "s3/s3_replication.h"
#include "s3/s3_versioning.h"
#include "s3_content.h"
#include "s3_objects.h"
#include "xml/xml.h"

#define WAIT_MS         60000
#define EXIT_USAGE      2
#define EXIT_NOT_FOUND  6
#define DEFAULT_RETRIES 4

static enum rc make_bucket(struct call *c)
{
    return c->args[0] ? s3_bucket_create_locked(c->cx, c->s3, c->bucket)
                      : s3_bucket_create(c->cx, c->s3, c->bucket);
}

static enum rc delete_object(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};

    return s3_object_delete(c->cx, c->s3, &object);
}

static enum rc presign(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[1]};
    struct s3_presign_options options = {
        .method = c->args[0],
        .expires_s = strtol(c->args[2], NULL, 10),
    };
    const char *url = NULL;
    enum rc rc;

    object.version_id = c->args[3];
    rc = s3_presign(c->cx, c->s3, &object, &options, &url);
    if (rc == RC_OK) {
        printf("%s\n", url);
    }
    return rc;
}

typedef enum rc visitor(struct call *c, const struct s3_list_entry *e);

static enum rc each(struct call *c, struct s3_list *l, visitor *visit)
{
    const struct s3_list_entry *e;
    enum rc rc;

    while ((rc = s3_list_next(c->cx, l, &e)) == RC_OK && e != NULL) {
        rc = visit(c, e);
        if (rc != RC_OK) {
            break;
        }
    }
    return rc;
}

static enum rc print_entry(struct call *c, const struct s3_list_entry *e)
{
    (void)c;
    call_print_key(e->key);
    printf("\t%s\t%s\t%s\t%llu\t%s\n", e->version_id, e->latest ? "latest" : "old",
           e->marker ? "marker" : "version", (unsigned long long)e->size, e->etag);
    return RC_OK;
}

static struct s3_list_options all_under(const struct call *c, const char *prefix)
{
    const char *page = getenv("SEEDBANK_S3_PAGE_SIZE");

    return (struct s3_list_options){
        .bucket = c->bucket,
        .prefix = prefix,
        .page_size = page ? (unsigned)strtoul(page, NULL, 10) : 0,
    };
}

/* The range of a listing from the arguments. */
static struct s3_list_options range(const struct call *c)
{
    struct s3_list_options options = all_under(c, c->args[0]);

    if (c->args[0] && c->args[1]) {
        options.start_after = c->args[1];
        options.until = c->args[2];
    }
    return options;
}

static enum rc versions(struct call *c)
{
    struct s3_list_options options = range(c);

    return each(c, s3_list_new(c->cx, c->s3, &options), print_entry);
}

static enum rc objects(struct call *c)
{
    struct s3_list_options options = range(c);

    return each(c, s3_list_live_new(c->cx, c->s3, &options), print_entry);
}

static unsigned long long counted;

static enum rc count_entry(struct call *c, const struct s3_list_entry *e)
{
    (void)c, (void)e;
    counted++;
    return RC_OK;
}

static enum rc count(struct call *c)
{
    struct s3_list_options options = all_under(c, c->args[0]);
    enum rc rc = each(c, s3_list_new(c->cx, c->s3, &options), count_entry);

    if (rc == RC_OK) {
        printf("%llu\n", counted);
    }
    return rc;
}

static enum rc versioning(struct call *c)
{
    struct s3_target target = {c->s3, .bucket = c->bucket, .timeout_ms = WAIT_MS};
    enum s3_versioning_status wanted = s3_versioning_status_of(c->args[0]);
    struct s3_versioning now;
    enum rc rc;

    if (c->args[0]) {
        rc = s3_versioning_put(c->cx, &target, wanted);
        if (rc == RC_OK) {
            rc = s3_versioning_wait(c->cx, &target, wanted, &now);
        }
    } else {
        rc = s3_versioning_get(c->cx, &target, &now);
    }
    if (rc == RC_OK) {
        printf("%s\n", s3_versioning_status_name(now.status));
    }
    return rc;
}

static enum rc lock(struct call *c)
{
    struct s3_target target = {c->s3, .bucket = c->bucket, .timeout_ms = WAIT_MS};
    struct s3_lock now = {.status = S3_LOCK_ENABLED, .mode = s3_lock_mode_of(c->args[0])};
    enum rc rc;

    if (c->args[0]) {
        now.days = now.mode == S3_LOCK_NONE ? 0 : c->args[1] ? strtol(c->args[1], NULL, 10) : 1;
        rc = s3_lock_put(c->cx, &target, &now);
        rc = rc == RC_OK ? s3_lock_wait(c->cx, &target, &now) : rc;
    } else {
        rc = s3_lock_get(c->cx, &target, &now);
    }
    if (rc == RC_OK) {
        printf("%s, %s\n", s3_lock_status_name(now.status), s3_lock_text(c->cx->arena, &now));
    }
    return rc;
}

/* As a tool does that knows nothing of the rules of others. */
static enum rc replace_rules(struct call *c, const struct s3_target *target,
                             const struct s3_rules_kind *kind)
{
    struct buf *content = buf_new(c->cx->arena, XML_MAX_BYTES);
    struct s3_rules rules = {.root = NULL};
    const char *why = NULL;

    if (call_read_file(c, c->args[0], content) != RC_OK) {
        return RC_FAIL;
    }
    rules.root = xml_parse(c->cx->arena, buf_str(content), &why);
    if (rules.root == NULL) {
        return diag_error(c->cx, NULL, "The document is no XML", "%s", why);
    }
    return s3_rules_put(c->cx, target, kind, &rules);
}

static enum rc rules(struct call *c, const struct s3_rules_kind *kind)
{
    struct s3_target target = {c->s3, .bucket = c->bucket, .timeout_ms = WAIT_MS};
    struct buf *text = buf_new(c->cx->arena, XML_MAX_BYTES);
    struct s3_rules now;
    enum rc rc;

    if (c->args[0]) {
        return replace_rules(c, &target, kind);
    }
    rc = s3_rules_get(c->cx, &target, kind, &now);
    if (rc == RC_OK && now.unsupported) {
        return s3_rules_missing(c->cx, &target, kind);
    }
    if (rc == RC_OK && xml_write(text, now.root)) {
        printf("%s\n", text->data);
    }
    return rc;
}

static enum rc lifecycle(struct call *c)
{
    return rules(c, &s3_lifecycle_kind);
}

static enum rc replication(struct call *c)
{
    return rules(c, &s3_replication_kind);
}

static enum rc purge_entry(struct call *c, const struct s3_list_entry *e)
{
    struct s3_object object = {.bucket = c->bucket, .key = e->key, .version_id = e->version_id};

    return s3_object_delete(c->cx, c->s3, &object);
}

static enum rc remove_bucket(struct call *c)
{
    struct s3_list_options options = all_under(c, NULL);
    enum rc rc = RC_OK;

    if (c->args[0]) {
        rc = each(c, s3_list_new(c->cx, c->s3, &options), purge_entry);
    }
    return rc == RC_OK ? s3_bucket_delete(c->cx, c->s3, c->bucket) : rc;
}

static const struct command {
    const char *name, *args;
    int least, most; /* arguments after the bucket */
    const char *last_one_of[3];
    enum rc (*run)(struct call *c);
} commands[] = {
    {"make-bucket", "BUCKET [--lock]", 0, 1, {"--lock"}, make_bucket},
    {"remove-bucket", "BUCKET [--purge]", 0, 1, {"--purge"}, remove_bucket},
    {"put", "BUCKET KEY FILE|- [PART-SIZE]", 2, 3, {0}, content_put},
    {"get", "BUCKET KEY [VERSION]", 1, 2, {0}, content_get},
    {"transfer", "BUCKET KEY VERSION BUCKET KEY", 4, 4, {0}, content_transfer},
    {"delete", "BUCKET KEY [VERSION]", 1, 2, {0}, delete_object},
    {"head", "BUCKET KEY [VERSION]", 1, 2, {0}, objects_head},
    {"copy", "BUCKET KEY VERSION BUCKET KEY [LIMIT]", 4, 5, {0}, objects_copy},
    {"tags", "BUCKET KEY [VERSION]", 1, 2, {0}, objects_tags},
    {"uploads", "BUCKET KEY [--abort]", 1, 2, {0}, objects_uploads},
    {"delete-many", "BUCKET [--bypass]", 0, 1, {"--bypass"}, objects_delete_many},
    {"presign", "BUCKET METHOD KEY SECONDS [VERSION]", 3, 4, {0}, presign},
    {"versions", "BUCKET [PREFIX [START-AFTER [UNTIL]]]", 0, 3, {0}, versions},
    {"objects", "BUCKET [PREFIX [START-AFTER [UNTIL]]]", 0, 3, {0}, objects},
    {"count", "BUCKET [PREFIX]", 0, 1, {0}, count},
    {"versioning", "BUCKET [Enabled|Suspended]", 0, 1, {"Enabled", "Suspended"}, versioning},
    {"lock", "BUCKET [none|GOVERNANCE|COMPLIANCE [DAYS]]", 0, 2, {0}, lock},
    {"lifecycle", "BUCKET [FILE|-]", 0, 1, {0}, lifecycle},
    {"replication", "BUCKET [FILE|-]", 0, 1, {0}, replication},
};

static int usage(void)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        fprintf(stderr, "%s s3 %s %s\n", i ? "      " : "usage:", commands[i].name,
                commands[i].args);
    }
    fprintf(stderr, "The server is named by SEEDBANK_S3_ENDPOINT, _REGION, _ACCESS_KEY and "
                    "_SECRET_KEY.\n");
    return EXIT_USAGE;
}

static bool allowed(const struct command *command, const char *last)
{
    if (last == NULL || command->last_one_of[0] == NULL) {
        return true;
    }
    for (size_t i = 0; command->last_one_of[i]; i++) {
        if (strcmp(command->last_one_of[i], last) == 0) {
            return true;
        }
    }
    return false;
}

static const struct command *command_of(int argc, char **argv)
{
    int n = argc - 3;

    for (size_t i = 0; n >= 0 && i < sizeof(commands) / sizeof(*commands); i++) {
        const struct command *c = &commands[i];
        if (strcmp(c->name, argv[1]) == 0) {
            return n >= c->least && n <= c->most && allowed(c, n ? argv[argc - 1] : NULL) ? c
                                                                                          : NULL;
        }
    }
    return NULL;
}

static enum rc connect_to(struct ctx *cx, struct session *session, struct s3_client **ret_s3)
{
    struct s3_options options = {
        .access_key = getenv("SEEDBANK_S3_ACCESS_KEY"),
        .secret_key = getenv("SEEDBANK_S3_SECRET_KEY"),
        .session_token = getenv("SEEDBANK_S3_SESSION_TOKEN"),
        .ca_file = getenv("SEEDBANK_S3_CA_FILE"),
        .max_retries = DEFAULT_RETRIES,
    };

    s3_options_complete(&options);
    return s3_client_new(cx, session, &options, ret_s3);
}

static int exit_code(const struct call *c, enum rc rc)
{
    for (const struct diag *d = c->cx->diags.first; d; d = d->next) {
        fprintf(stderr, "s3: %s\n%s\n", d->summary, d->detail);
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "s3: cannot write the answer: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    if (rc == RC_NOT_FOUND) {
        fprintf(stderr, "s3: not found in bucket %s\n", c->bucket);
        return EXIT_NOT_FOUND;
    }
    if (rc == RC_CONFLICT) {
        fprintf(stderr, "s3: bucket %s exists already, or is being changed\n", c->bucket);
    }
    return rc == RC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const struct command *command = command_of(argc, argv);
    struct session *session;
    struct call call;
    enum rc rc;
    int code;

    if (command == NULL) {
        return usage();
    }
    session = session_new();
    call = (struct call){
        .cx = ctx_new(&(struct ctx_options){.session = session}),
        .bucket = argv[2],
        .args = argv + 3,
    };
    rc = connect_to(call.cx, session, &call.s3);
    if (rc == RC_OK) {
        rc = command->run(&call);
    }
    code = exit_code(&call, rc);
    ctx_free(call.cx);
    session_free(session);
    return code;
}
