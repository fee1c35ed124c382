/*
 * A small S3 command for the demo and the tests, on lib/s3.
 *
 *   s3 make-bucket B [--lock]    s3 remove-bucket B [--purge]
 *   s3 put B KEY FILE|-          s3 get B KEY [VERSION]      s3 delete B KEY [VERSION]
 *   s3 head B KEY [VERSION]      print what is kept beside its bytes, a line each
 *   s3 copy B KEY VERSION B2 KEY2 [LIMIT]        in parts above so many bytes; print the new
 * version s3 tags B KEY [VERSION]      s3 uploads B KEY [--abort]   unfinished ones s3 delete-many
 * B [--bypass]  lines KEY or KEY<tab>VERSION on standard input, keys as `versions` prints them;
 * print a line for each: what became of it s3 presign B METHOD KEY SECONDS [VERSION]    print a URL
 * that grants this one request s3 versions B [PREFIX]       s3 versioning B [Enabled|Suspended] s3
 * lock B [none|GOVERNANCE|COMPLIANCE [DAYS]] s3 lifecycle B [FILE|-]      print the lifecycle
 * document, or replace it as a whole s3 replication B [FILE|-]    the same with the replication
 * document
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
#include "s3/s3_copy.h"
#include "s3/s3_delete.h"
#include "s3/s3_lifecycle.h"
#include "s3/s3_list.h"
#include "s3/s3_lock.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "s3/s3_presign.h"
#include "s3/s3_replication.h"
#include "s3/s3_tags.h"
#include "s3/s3_versioning.h"
#include "xml/xml.h"

#define MAX_CONTENT     ((size_t)64 << 20)
#define WAIT_MS         60000
#define EXIT_USAGE      2
#define EXIT_NOT_FOUND  6
#define DEFAULT_RETRIES 4

struct call {
    struct ctx *cx;
    struct s3_client *s3;
    const char *bucket;
    char **args; /* after the bucket, ended by NULL */
};

static enum rc make_bucket(struct call *c)
{
    return c->args[0] ? s3_bucket_create_locked(c->cx, c->s3, c->bucket)
                      : s3_bucket_create(c->cx, c->s3, c->bucket);
}

static enum rc read_file(struct call *c, const char *name, struct buf *content)
{
    char block[65536];
    size_t n;
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    bool failed;

    if (f == NULL) {
        return diag_error(c->cx, NULL, "Cannot open the file", "%s: %s", name, strerror(errno));
    }
    while ((n = fread(block, 1, sizeof(block), f)) > 0) {
        buf_append(content, block, n);
    }
    failed = ferror(f) != 0;
    if (f != stdin) {
        fclose(f);
    }
    if (failed || content->full) {
        return diag_error(c->cx, NULL, "Cannot read the file",
                          "%s: it cannot be read, or is larger than %zu bytes", name, MAX_CONTENT);
    }
    return RC_OK;
}

static enum rc put(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0]};
    struct buf *content = buf_new(c->cx->arena, MAX_CONTENT);
    const char *version = NULL;
    enum rc rc = read_file(c, c->args[1], content);

    if (rc == RC_OK) {
        rc = s3_object_put(c->cx, c->s3, &object, buf_str(content), &version);
    }
    if (rc == RC_OK && version) {
        printf("%s\n", version);
    }
    return rc;
}

static enum rc get(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};
    struct str content = {NULL, 0};
    enum rc rc = s3_object_get(c->cx, c->s3, &object, MAX_CONTENT, &content);

    if (rc == RC_OK && fwrite(content.p, 1, content.n, stdout) != content.n) {
        return diag_error(c->cx, NULL, "Cannot write the object", "%s", strerror(errno));
    }
    return rc;
}

static enum rc delete_object(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};

    return s3_object_delete(c->cx, c->s3, &object);
}

/* A line must stay a line whatever the key holds. */
static void print_key(const char *key)
{
    for (; *key; key++) {
        unsigned char byte = (unsigned char)*key;
        if (byte < 0x20 || byte == 0x7f || byte == '\\') {
            printf("\\x%02x", byte);
        } else {
            putchar(byte);
        }
    }
}

static void show(const char *name, const char *value)
{
    if (value) {
        printf("%s: %s\n", name, value);
    }
}

static void show_number(const char *name, uint64_t n)
{
    if (n > 0) {
        printf("%s: %llu\n", name, (unsigned long long)n);
    }
}

static enum rc head(struct call *c)
{
    static const char *const states[] = {"object", "marker", "needs its owner's key"};
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};
    struct s3_object_info i;
    struct http_header *rest;
    enum rc rc = s3_object_head(c->cx, c->s3, &object, &(struct s3_head_options){.part = 1}, &i);

    if (rc != RC_OK) {
        return rc;
    }
    show("state", states[i.state]);
    show("version", i.version_id);
    show("etag", i.etag);
    show("modified", i.last_modified);
    if (i.state == S3_OBJECT_PRESENT) {
        printf("size: %llu\n", (unsigned long long)i.size);
    }
    show_number("part size", i.part_size);
    show_number("parts", i.parts);
    show_number("tags", i.tags);
    show("replication", i.replication_status);
    show("key of its owner", i.sse_c);
    rest = arena_array(c->cx->arena, s3_object_info_headers(&i.meta), sizeof(*rest));
    for (size_t at = 0, n = s3_object_info_write_meta(&i.meta, rest); at < n; at++) {
        show(rest[at].name, rest[at].value);
    }
    for (size_t at = 0, n = s3_object_info_write_settings(&i.settings, rest); at < n; at++) {
        show(rest[at].name, rest[at].value);
    }
    return RC_OK;
}

/* As a restore does: with all that is kept beside the source, and only if it is still the same. */
static enum rc copy(struct call *c)
{
    struct s3_copy what = {
        .from = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]},
        .to = {.bucket = c->args[2], .key = c->args[3]},
        .limit = c->args[4] ? strtoull(c->args[4], NULL, 10) : 0,
    };
    struct s3_object_info info;
    struct s3_written written;
    enum rc rc = s3_object_head(c->cx, c->s3, &what.from, NULL, &info);

    if (rc == RC_OK && info.state != S3_OBJECT_PRESENT) {
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        what.etag = info.etag;
        what.size = info.size;
        what.settings = &info.settings;
        rc = s3_copy(c->cx, c->s3, &what, &written);
    }
    if (rc == RC_OK) {
        printf("%s\t%s\t%s\n", written.version_id ? written.version_id : "", written.etag,
               written.last_modified ? written.last_modified : "");
    }
    return rc;
}

static enum rc tags(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0], .version_id = c->args[1]};
    struct s3_tags tags;
    enum rc rc = s3_tags_get(c->cx, c->s3, &object, &tags);

    if (rc == RC_OK) {
        printf("%s\n", s3_tags_query(c->cx->arena, &tags));
    }
    return rc;
}

static enum rc uploads(struct call *c)
{
    struct s3_object object = {.bucket = c->bucket, .key = c->args[0]};
    struct s3_multipart_unfinished *at = NULL;
    enum rc rc = s3_multipart_list(c->cx, c->s3, &object, &at);

    for (; rc == RC_OK && at; at = at->next) {
        printf("%s\n", at->upload_id);
        if (c->args[1]) {
            rc = s3_multipart_abort(c->cx, &(struct s3_multipart){c->s3, object, at->upload_id});
        }
    }
    return rc;
}

/* print_key the other way round; the text ends at a tab. */
static const char *read_key(struct arena *a, const char **line)
{
    char *key = arena_strdup(a, *line), *w = key;
    const char *p = *line;

    for (; *p && *p != '\t'; p++) {
        if (p[0] == '\\' && p[1] == 'x' && p[2] && p[3]) {
            *w++ = (char)strtol((char[]){p[2], p[3], '\0'}, NULL, 16);
            p += 3;
        } else {
            *w++ = *p;
        }
    }
    *w = '\0';
    *line = *p ? p + 1 : NULL;
    return key;
}

static size_t read_items(struct call *c, struct buf *text, struct s3_delete_item *items)
{
    size_t n = 0;
    char *rest = text->data;

    for (char *line = strsep(&rest, "\n"); line && n < S3_DELETE_MAX; line = strsep(&rest, "\n")) {
        const char *at = line;
        if (*line) {
            items[n].key = read_key(c->cx->arena, &at);
            items[n++].version_id = at;
        }
    }
    return n;
}

static enum rc delete_many(struct call *c)
{
    static const char *const outcomes[] = {"unknown", "done", "refused"};
    struct buf *text = buf_new(c->cx->arena, MAX_CONTENT);
    struct s3_delete_item items[S3_DELETE_MAX];
    struct s3_delete_result results[S3_DELETE_MAX];
    struct s3_delete batch = {
        .bucket = c->bucket, .items = items, .bypass_governance = c->args[0] != NULL};
    enum rc rc = read_file(c, "-", text);

    if (rc == RC_OK) {
        batch.n_items = read_items(c, text, items);
        rc = s3_delete(c->cx, c->s3, &batch, results);
    }
    for (size_t i = 0; rc == RC_OK && i < batch.n_items; i++) {
        const struct s3_delete_result *r = &results[i];
        print_key(items[i].key);
        printf("\t%s\t%s\t%s%s\t%s\n", items[i].version_id ? items[i].version_id : "",
               outcomes[r->outcome], r->marker ? "marker " : "",
               r->marker_version_id ? r->marker_version_id : "", r->message);
    }
    return rc;
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

static enum rc print_entry(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    (void)cx, (void)arg;
    print_key(e->key);
    printf("\t%s\t%s\t%s\t%llu\t%s\n", e->version_id, e->latest ? "latest" : "old",
           e->marker ? "marker" : "version", (unsigned long long)e->size, e->etag);
    return RC_OK;
}

static enum rc list(struct call *c, const char *prefix, struct s3_list_visitor visitor)
{
    const char *page = getenv("SEEDBANK_S3_PAGE_SIZE");
    struct s3_list_options options = {
        .bucket = c->bucket,
        .prefix = prefix,
        .page_size = page ? (unsigned)strtoul(page, NULL, 10) : 0,
    };

    return s3_list_versions(c->cx, c->s3, &options, visitor);
}

static enum rc versions(struct call *c)
{
    return list(c, c->args[0], (struct s3_list_visitor){print_entry, NULL});
}

static enum rc count_entry(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    (void)cx, (void)e;
    ++*(unsigned long long *)arg;
    return RC_OK;
}

static enum rc count(struct call *c)
{
    unsigned long long n = 0;
    enum rc rc = list(c, c->args[0], (struct s3_list_visitor){count_entry, &n});

    if (rc == RC_OK) {
        printf("%llu\n", n);
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

    if (read_file(c, c->args[0], content) != RC_OK) {
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

static enum rc purge_entry(struct ctx *cx, void *arg, const struct s3_list_entry *e)
{
    struct call *c = arg;
    struct s3_object object = {.bucket = c->bucket, .key = e->key, .version_id = e->version_id};

    return s3_object_delete(cx, c->s3, &object);
}

static enum rc remove_bucket(struct call *c)
{
    enum rc rc = RC_OK;

    if (c->args[0]) {
        rc = list(c, NULL, (struct s3_list_visitor){purge_entry, c});
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
    {"put", "BUCKET KEY FILE|-", 2, 2, {0}, put},
    {"get", "BUCKET KEY [VERSION]", 1, 2, {0}, get},
    {"delete", "BUCKET KEY [VERSION]", 1, 2, {0}, delete_object},
    {"head", "BUCKET KEY [VERSION]", 1, 2, {0}, head},
    {"copy", "BUCKET KEY VERSION BUCKET KEY [LIMIT]", 4, 5, {0}, copy},
    {"tags", "BUCKET KEY [VERSION]", 1, 2, {0}, tags},
    {"uploads", "BUCKET KEY [--abort]", 1, 2, {0}, uploads},
    {"delete-many", "BUCKET [--bypass]", 0, 1, {"--bypass"}, delete_many},
    {"presign", "BUCKET METHOD KEY SECONDS [VERSION]", 3, 4, {0}, presign},
    {"versions", "BUCKET [PREFIX]", 0, 1, {0}, versions},
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
