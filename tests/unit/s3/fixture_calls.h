/* Every request that lib/s3 offers, as rows: how it is called, what a good server shows, and what a
 * message about it must name. A new function of lib/s3 that talks to a server gets its row here. */
#ifndef UNIT_S3_FIXTURE_CALLS_H
#define UNIT_S3_FIXTURE_CALLS_H

#include "fixture_lifecycle.h"
#include "s3/s3_bucket.h"
#include "s3/s3_config.h"
#include "s3/s3_copy.h"
#include "s3/s3_delete.h"
#include "s3/s3_list_live.h"
#include "s3/s3_lock.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "s3/s3_replication_edit.h"
#include "s3/s3_tags.h"
#include "s3/s3_versioning.h"

/* What success looks like; the server's lies differ in what they can do to it. */
enum call_kind { CALL_DOCUMENT, CALL_PLAIN, CALL_CONTENT, CALL_HEAD, CALL_KINDS };

/* Whether "no such bucket" is waited out, and what becomes of it when it stays. */
enum call_patience { CALL_HASTY, CALL_WAITS_THEN_ABSENT, CALL_WAITS_THEN_STOPS };

struct call {
    const char *name;
    enum rc (*run)(struct ctx *cx, const struct s3_target *target);
    const char *method; /* of the request in it that meets the fault */
    enum call_kind kind;
    const char *doing; /* for messages: "Cannot <doing> ... bucket files" */
    const char *permission;
    const char *shows; /* what GET is answered until something is put; NULL: 404, no rules */
    const char *first; /* what the first GET is answered, before the fault; NULL: it meets it */
    enum call_patience patience;
    struct http_server_reply good; /* what the method is answered when all is well; GET: `shows` */
};

#define GOOD_VERSIONING                                                                            \
    XML("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
#define GOOD_LOCK                                                                                  \
    XML("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"            \
        "<DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule>"       \
        "</ObjectLockConfiguration>")
#define GOOD_LIST      "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>"
#define GOOD_LIVE_LIST "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
#define GOOD_FIRST_PAGE                                                                            \
    "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"          \
    "</ListVersionsResult>"

#define GOOD_HEAD                                                                                  \
    "Content-Length: 5\r\nETag: \"e\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
#define GOOD_CONTENT "ETag: \"e\"\r\nLast-Modified: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
#define GOOD_COPY                                                                                  \
    XML("<CopyObjectResult><LastModified>2015-08-30T12:36:00.000Z</LastModified>"                  \
        "<ETag>&quot;e&quot;</ETag></CopyObjectResult>")
#define GOOD_DELETED                                                                               \
    XML("<DeleteResult><Deleted><Key>k</Key><VersionId>v1</VersionId></Deleted>"                   \
        "<Deleted><Key>k</Key></Deleted></DeleteResult>")

#define GOOD_UPLOAD                                                                                \
    XML("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
#define GOOD_PART XML("<CopyPartResult><ETag>&quot;p&quot;</ETag></CopyPartResult>")
#define GOOD_END                                                                                   \
    XML("<CompleteMultipartUploadResult><ETag>&quot;e&quot;</ETag>"                                \
        "</CompleteMultipartUploadResult>")
#define GOOD_UPLOADS                                                                               \
    XML("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>"                             \
        "</ListMultipartUploadsResult>")
#define GOOD_TAGS XML("<Tagging><TagSet/></Tagging>")

static const struct s3_lock call_lock = {S3_LOCK_ENABLED, S3_LOCK_GOVERNANCE, 30, 0};
static const struct s3_object call_object = {.bucket = "files", .key = "k"};
static const struct s3_object call_version = {.bucket = "files", .key = "k", .version_id = "v1"};

static inline enum rc call_bucket_create(struct ctx *cx, const struct s3_target *t)
{
    return s3_bucket_create(cx, t->client, t->bucket);
}
static inline enum rc call_bucket_create_locked(struct ctx *cx, const struct s3_target *t)
{
    return s3_bucket_create_locked(cx, t->client, t->bucket);
}
static inline enum rc call_bucket_head(struct ctx *cx, const struct s3_target *t)
{
    return s3_bucket_head(cx, t->client, t->bucket);
}
static inline enum rc call_bucket_delete(struct ctx *cx, const struct s3_target *t)
{
    return s3_bucket_delete(cx, t->client, t->bucket);
}
static inline enum rc call_versioning_get(struct ctx *cx, const struct s3_target *t)
{
    struct s3_versioning seen;

    return s3_versioning_get(cx, t, &seen);
}
static inline enum rc call_versioning_put(struct ctx *cx, const struct s3_target *t)
{
    return s3_versioning_put(cx, t, S3_VERSIONING_ENABLED);
}
static inline enum rc call_versioning_suspend(struct ctx *cx, const struct s3_target *t)
{
    return s3_versioning_put(cx, t, S3_VERSIONING_SUSPENDED);
}
static inline enum rc call_versioning_wait(struct ctx *cx, const struct s3_target *t)
{
    struct s3_versioning seen;

    return s3_versioning_wait(cx, t, S3_VERSIONING_ENABLED, &seen);
}
static inline enum rc call_config_put(struct ctx *cx, const struct s3_target *t)
{
    const struct s3_config_part *part = s3_config_parts;

    while (strcmp(part->name, "cors") != 0) {
        part++;
    }
    return s3_config_put(cx, t, part, STR_LIT("<CORSConfiguration/>"));
}
static inline enum rc call_lock_get(struct ctx *cx, const struct s3_target *t)
{
    struct s3_lock seen;

    return s3_lock_get(cx, t, &seen);
}
static inline enum rc call_lock_put(struct ctx *cx, const struct s3_target *t)
{
    return s3_lock_put(cx, t, &call_lock);
}
static inline enum rc call_lock_wait(struct ctx *cx, const struct s3_target *t)
{
    return s3_lock_wait(cx, t, &call_lock);
}
/* One request about a document of rules. */
#define RULES_CALLS(name, kind)                                                                    \
    static inline enum rc call_##name##_get(struct ctx *cx, const struct s3_target *t)             \
    {                                                                                              \
        struct s3_rules seen;                                                                      \
        return s3_rules_get(cx, t, &(kind), &seen);                                                \
    }                                                                                              \
    static inline enum rc call_##name##_get_cached(struct ctx *cx, const struct s3_target *t)      \
    {                                                                                              \
        struct s3_rules seen;                                                                      \
        return s3_rules_get_cached(cx, t, &(kind), &seen);                                         \
    }                                                                                              \
    static inline enum rc call_##name##_put(struct ctx *cx, const struct s3_target *t)             \
    {                                                                                              \
        struct s3_rules document = {.root = xml_new(cx->arena, (kind).root, S3_NS)};               \
        xml_add(cx->arena, document.root, "Rule", NULL);                                           \
        return s3_rules_put(cx, t, &(kind), &document);                                            \
    }                                                                                              \
    static inline enum rc call_##name##_delete(struct ctx *cx, const struct s3_target *t)          \
    {                                                                                              \
        struct s3_rules document = {.root = xml_new(cx->arena, (kind).root, S3_NS)};               \
        return s3_rules_put(cx, t, &(kind), &document);                                            \
    }

RULES_CALLS(lifecycle, s3_lifecycle_kind)
RULES_CALLS(replication, s3_replication_kind)

static inline enum rc call_rule_set(struct ctx *cx, const struct s3_target *t)
{
    struct s3_lifecycle_rule rule = ours();

    return s3_lifecycle_edit_run(cx, t, &(struct s3_lifecycle_edit){.id = "ours", .wanted = &rule});
}
static inline enum rc call_rule_remove(struct ctx *cx, const struct s3_target *t)
{
    return s3_rule_edit_remove(cx, t, &s3_lifecycle_kind, "ours");
}
static inline enum rc call_finds(struct ctx *cx, const struct s3_target *t)
{
    bool any;

    return s3_replication_edit_finds(cx, t, "", &any);
}
static inline enum rc call_list(struct ctx *cx, const struct s3_target *t, bool live)
{
    const struct s3_list_options options = {.bucket = t->bucket};
    struct s3_list *list =
        live ? s3_list_live_new(cx, t->client, &options) : s3_list_new(cx, t->client, &options);
    const struct s3_list_entry *entry;
    enum rc rc;

    while ((rc = s3_list_next(cx, list, &entry)) == RC_OK && entry != NULL) {
    }
    return rc;
}
static inline enum rc call_list_versions(struct ctx *cx, const struct s3_target *t)
{
    return call_list(cx, t, false);
}
static inline enum rc call_list_live(struct ctx *cx, const struct s3_target *t)
{
    return call_list(cx, t, true);
}
static inline enum rc call_object_put(struct ctx *cx, const struct s3_target *t)
{
    struct s3_written written;

    return s3_object_put(
        cx, t->client, &(struct s3_put){.to = call_object, .content = STR_LIT("hello")}, &written);
}
static inline enum rc call_object_get(struct ctx *cx, const struct s3_target *t)
{
    struct str content;

    return s3_object_get(cx, t->client, &call_object, (size_t)1 << 20, &content);
}
static inline enum rc call_version_get(struct ctx *cx, const struct s3_target *t)
{
    struct str content;

    return s3_object_get(cx, t->client, &call_version, (size_t)1 << 20, &content);
}
static inline enum rc call_object_delete(struct ctx *cx, const struct s3_target *t)
{
    return s3_object_delete(cx, t->client, &call_object);
}
static inline enum rc call_version_delete(struct ctx *cx, const struct s3_target *t)
{
    return s3_object_delete(cx, t->client, &call_version);
}

static inline enum rc call_object_head(struct ctx *cx, const struct s3_target *t)
{
    struct s3_object_info info;

    return s3_object_head(cx, t->client, &call_object, NULL, &info);
}
static inline enum rc call_version_head(struct ctx *cx, const struct s3_target *t)
{
    struct s3_object_info info;

    return s3_object_head(cx, t->client, &call_version, NULL, &info);
}
static inline enum rc call_copy(struct ctx *cx, const struct s3_target *t)
{
    struct s3_written copied;

    return s3_copy(cx, t->client, &(struct s3_copy){.from = call_version, .to = call_object},
                   &copied);
}
static inline struct s3_multipart call_upload(const struct s3_target *t)
{
    return (struct s3_multipart){t->client, call_object, "u"};
}
static inline enum rc call_multipart_create(struct ctx *cx, const struct s3_target *t)
{
    struct s3_multipart upload = call_upload(t);

    return s3_multipart_create(cx, &upload, &(struct s3_multipart_options){.meta = NULL});
}
static inline enum rc call_multipart_put(struct ctx *cx, const struct s3_target *t)
{
    const struct s3_multipart upload = call_upload(t);
    struct s3_part part = {.number = 1};

    return s3_multipart_put(cx, &upload, STR_LIT("hello"), &part);
}
static inline enum rc call_multipart_copy(struct ctx *cx, const struct s3_target *t)
{
    const struct s3_multipart upload = call_upload(t);
    struct s3_part part = {.number = 1};

    return s3_multipart_copy(cx, &upload,
                             &(struct s3_multipart_range){.from = call_version, .n = 5}, &part);
}
static inline enum rc call_multipart_complete(struct ctx *cx, const struct s3_target *t)
{
    const struct s3_multipart upload = call_upload(t);
    struct s3_part part = {.number = 1, .etag = "p"};
    struct s3_written written;

    return s3_multipart_complete(
        cx, &upload, &(struct s3_multipart_end){.parts = &part, .n_parts = 1}, &written);
}
static inline enum rc call_multipart_abort(struct ctx *cx, const struct s3_target *t)
{
    const struct s3_multipart upload = call_upload(t);

    return s3_multipart_abort(cx, &upload);
}
static inline enum rc call_multipart_list(struct ctx *cx, const struct s3_target *t)
{
    struct s3_multipart_unfinished *list;

    return s3_multipart_list(cx, t->client, &call_object, &list);
}
static inline enum rc call_tags_get(struct ctx *cx, const struct s3_target *t)
{
    struct s3_tags tags;

    return s3_tags_get(cx, t->client, &call_version, &tags);
}
static inline enum rc call_tags_put(struct ctx *cx, const struct s3_target *t)
{
    static const struct s3_tag tag = {"a", "b"};

    return s3_tags_put(cx, t->client, &call_version, &(struct s3_tags){&tag, 1});
}
static inline enum rc call_tags_remove(struct ctx *cx, const struct s3_target *t)
{
    return s3_tags_put(cx, t->client, &call_object, &(struct s3_tags){NULL, 0});
}
static inline enum rc call_delete(struct ctx *cx, const struct s3_target *t)
{
    const struct s3_delete_item items[] = {{"k", "v1"}, {"k", NULL}};
    struct s3_delete_result results[2] = {{.outcome = S3_DELETE_UNKNOWN}};
    enum rc rc =
        s3_delete(cx, t->client,
                  &(struct s3_delete){.bucket = t->bucket, .items = items, .n_items = 2}, results);

    assert_true(rc != RC_OK || results[1].outcome == S3_DELETE_DONE);
    return rc;
}

#define READS_RULES   "read the lifecycle rules of", "s3:GetLifecycleConfiguration"
#define WRITES_RULES  "write the lifecycle rules of", "s3:PutLifecycleConfiguration"
#define READS_COPIES  "read the replication rules of", "s3:GetReplicationConfiguration"
#define WRITES_COPIES "write the replication rules of", "s3:PutReplicationConfiguration"
#define COPIES                                                                                     \
    XML("<ReplicationConfiguration><Rule><ID>theirs</ID><Status>Enabled</Status>"                  \
        "<Priority>1</Priority><Filter/><DeleteMarkerReplication><Status>Disabled</Status>"        \
        "</DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::copies</Bucket>"              \
        "</Destination></Rule></ReplicationConfiguration>")

static const struct call calls[] = {
    {"create a bucket", call_bucket_create, "PUT", CALL_PLAIN, "create", "s3:CreateBucket", NULL,
     NULL, .patience = CALL_HASTY},
    {"create one with lock", call_bucket_create_locked, "PUT", CALL_PLAIN, "create",
     "s3:CreateBucket", NULL, NULL, .patience = CALL_HASTY},
    {"look at a bucket", call_bucket_head, "HEAD", CALL_HEAD, "look at", "s3:ListBucket", NULL,
     NULL, .patience = CALL_HASTY},
    {"delete a bucket", call_bucket_delete, "DELETE", CALL_PLAIN, "delete", "s3:DeleteBucket", NULL,
     NULL, .patience = CALL_HASTY},
    {"get versioning", call_versioning_get, "GET", CALL_DOCUMENT, "read the versioning of",
     "s3:GetBucketVersioning", GOOD_VERSIONING, NULL, .patience = CALL_HASTY},
    {"put versioning", call_versioning_put, "PUT", CALL_PLAIN, "enable versioning of",
     "s3:PutBucketVersioning", NULL, NULL, .patience = CALL_HASTY},
    {"suspend versioning", call_versioning_suspend, "PUT", CALL_PLAIN, "suspend versioning of",
     "s3:PutBucketVersioning", NULL, NULL, .patience = CALL_HASTY},
    {"wait for versioning", call_versioning_wait, "GET", CALL_DOCUMENT, "read the versioning of",
     "s3:GetBucketVersioning", GOOD_VERSIONING, NULL, .patience = CALL_WAITS_THEN_STOPS},
    {"put a setting", call_config_put, "PUT", CALL_PLAIN, "put the setting cors of",
     "s3:PutBucketCORS", NULL, NULL, .patience = CALL_HASTY},
    {"get the lock", call_lock_get, "GET", CALL_DOCUMENT, "read the Object Lock of",
     "s3:GetBucketObjectLockConfiguration", GOOD_LOCK, NULL, .patience = CALL_HASTY},
    {"put the lock", call_lock_put, "PUT", CALL_PLAIN, "set the default retention of",
     "s3:PutBucketObjectLockConfiguration", NULL, NULL, .patience = CALL_HASTY},
    {"wait for the lock", call_lock_wait, "GET", CALL_DOCUMENT, "read the Object Lock of",
     "s3:GetBucketObjectLockConfiguration", GOOD_LOCK, NULL, .patience = CALL_WAITS_THEN_STOPS},
    {"get lifecycle", call_lifecycle_get, "GET", CALL_DOCUMENT, READS_RULES, DOC(THEIRS), NULL,
     .patience = CALL_HASTY},
    {"get lifecycle, cached", call_lifecycle_get_cached, "GET", CALL_DOCUMENT, READS_RULES,
     DOC(THEIRS), NULL, .patience = CALL_HASTY},
    {"put lifecycle", call_lifecycle_put, "PUT", CALL_PLAIN, WRITES_RULES, NULL, NULL,
     .patience = CALL_HASTY},
    {"delete lifecycle", call_lifecycle_delete, "DELETE", CALL_PLAIN, WRITES_RULES, NULL, NULL,
     .patience = CALL_HASTY},
    {"set a rule: read", call_rule_set, "GET", CALL_DOCUMENT, READS_RULES, DOC(THEIRS), NULL,
     .patience = CALL_HASTY},
    {"set a rule: read back", call_rule_set, "GET", CALL_DOCUMENT, READS_RULES, DOC(THEIRS),
     DOC(THEIRS), .patience = CALL_WAITS_THEN_ABSENT},
    {"set a rule: write", call_rule_set, "PUT", CALL_PLAIN, WRITES_RULES, DOC(THEIRS), NULL,
     .patience = CALL_HASTY},
    {"remove a rule: write", call_rule_remove, "PUT", CALL_PLAIN, WRITES_RULES,
     DOC(OURS(ON) THEIRS), NULL, .patience = CALL_HASTY},
    {"remove the last rule", call_rule_remove, "DELETE", CALL_PLAIN, WRITES_RULES, DOC(OURS(ON)),
     NULL, .patience = CALL_HASTY},
    {"get replication", call_replication_get, "GET", CALL_DOCUMENT, READS_COPIES, COPIES, NULL,
     .patience = CALL_HASTY},
    {"get replication, cached", call_replication_get_cached, "GET", CALL_DOCUMENT, READS_COPIES,
     COPIES, NULL, .patience = CALL_HASTY},
    {"put replication", call_replication_put, "PUT", CALL_PLAIN, WRITES_COPIES, NULL, NULL,
     .patience = CALL_HASTY},
    {"delete replication", call_replication_delete, "DELETE", CALL_PLAIN, WRITES_COPIES, NULL, NULL,
     .patience = CALL_HASTY},
    {"look for objects", call_finds, "GET", CALL_DOCUMENT, "list the versions of",
     "s3:ListBucketVersions", GOOD_LIST, NULL, .patience = CALL_HASTY},
    {"list versions", call_list_versions, "GET", CALL_DOCUMENT, "list the versions of",
     "s3:ListBucketVersions", GOOD_LIST, NULL, .patience = CALL_HASTY},
    {"list versions: page 2", call_list_versions, "GET", CALL_DOCUMENT, "list the versions of",
     "s3:ListBucketVersions", GOOD_LIST, GOOD_FIRST_PAGE, .patience = CALL_HASTY},
    {"list objects", call_list_live, "GET", CALL_DOCUMENT, "list the objects of", "s3:ListBucket",
     GOOD_LIVE_LIST, NULL, .patience = CALL_HASTY},
    {"put an object", call_object_put, "PUT", CALL_PLAIN, "write object", "s3:PutObject", NULL,
     NULL, .patience = CALL_HASTY, .good = {.headers = "ETag: \"e\"\r\n"}},
    {"get an object", call_object_get, "GET", CALL_CONTENT, "read", "s3:GetObject", "hello", NULL,
     .patience = CALL_HASTY, .good = {.headers = GOOD_CONTENT, .body = "hello"}},
    {"get a version", call_version_get, "GET", CALL_CONTENT, "read", "s3:GetObjectVersion", "hello",
     NULL, .patience = CALL_HASTY, .good = {.headers = GOOD_CONTENT, .body = "hello"}},
    {"delete an object", call_object_delete, "DELETE", CALL_PLAIN, "delete object",
     "s3:DeleteObject", NULL, NULL, .patience = CALL_HASTY},
    {"delete a version", call_version_delete, "DELETE", CALL_PLAIN, "delete object",
     "s3:DeleteObjectVersion", NULL, NULL, .patience = CALL_HASTY},
    {"look at an object", call_object_head, "HEAD", CALL_HEAD, "look at object", "s3:GetObject",
     NULL, NULL, .patience = CALL_HASTY, .good = {.headers = GOOD_HEAD}},
    {"look at a version", call_version_head, "HEAD", CALL_HEAD, "look at object",
     "s3:GetObjectVersion", NULL, NULL, .patience = CALL_HASTY, .good = {.headers = GOOD_HEAD}},
    {"copy a version", call_copy, "PUT", CALL_DOCUMENT, "copy a version onto object",
     "s3:PutObject", NULL, NULL, .patience = CALL_HASTY, .good = {.body = GOOD_COPY}},
    {"delete many", call_delete, "POST", CALL_DOCUMENT, "delete objects of", "s3:DeleteObject",
     NULL, NULL, .patience = CALL_HASTY, .good = {.body = GOOD_DELETED}},
    {"begin parts", call_multipart_create, "POST", CALL_DOCUMENT, "begin to write object",
     "s3:PutObject", NULL, NULL, .good = {.body = GOOD_UPLOAD}},
    {"write a part", call_multipart_put, "PUT", CALL_PLAIN, "write a part of object",
     "s3:PutObject", NULL, NULL, .good = {.headers = "ETag: \"p\"\r\n"}},
    {"copy a part", call_multipart_copy, "PUT", CALL_DOCUMENT, "copy a part of a version onto",
     "s3:GetObjectVersion", NULL, NULL, .good = {.body = GOOD_PART}},
    {"end parts", call_multipart_complete, "POST", CALL_DOCUMENT, "finish writing object",
     "s3:PutObject", NULL, NULL, .good = {.body = GOOD_END}},
    {"give up parts", call_multipart_abort, "DELETE", CALL_PLAIN, "give up writing object",
     "s3:AbortMultipartUpload", NULL, NULL, .patience = CALL_HASTY},
    {"list parts begun", call_multipart_list, "GET", CALL_DOCUMENT,
     "list the unfinished uploads of", "s3:ListBucketMultipartUploads", GOOD_UPLOADS, NULL,
     .patience = CALL_HASTY},
    {"get tags", call_tags_get, "GET", CALL_PLAIN, "read the tags of object",
     "s3:GetObjectVersionTagging", GOOD_TAGS, NULL, .patience = CALL_HASTY},
    {"put tags", call_tags_put, "PUT", CALL_PLAIN, "write the tags of object",
     "s3:PutObjectVersionTagging", NULL, NULL, .patience = CALL_HASTY},
    {"remove tags", call_tags_remove, "DELETE", CALL_PLAIN, "remove the tags of object",
     "s3:DeleteObjectTagging", NULL, NULL, .patience = CALL_HASTY},
};

#endif
