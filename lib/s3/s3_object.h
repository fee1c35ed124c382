/*
 * Single objects: what is kept beside their content, and the content of small
 * ones, whole and in memory (s3_object_read.h has it piece by piece).
 */
#ifndef S3_S3_OBJECT_H
#define S3_S3_OBJECT_H

#include <stddef.h>

#include "base/str.h"
#include "s3/s3.h"
#include "s3/s3_object_info.h"
#include "s3/s3_tags.h"

struct s3_put {
    struct s3_object to; /* version_id is ignored */
    struct str content;
    const unsigned char *md5; /* of the content, where it is known; NULL: it is worked out */

    const struct s3_object_meta *meta;         /* NULL: none */
    const struct s3_object_settings *settings; /* NULL: none */
    const struct s3_tags *tags;                /* NULL: none */
    const char *if_match;                      /* as struct s3_copy has them */
    bool if_absent;
};

/* In one request, with Content-MD5. RC_CONFLICT: a condition does not hold; not where an earlier
 * try whose answer was lost made it so: the ETag tells. Needs s3:PutObject, for tags
 * s3:PutObjectTagging, for retention and legal hold s3:PutObjectRetention, s3:PutObjectLegalHold.
 */
enum rc s3_object_put(struct ctx *cx, struct s3_client *client, const struct s3_put *put,
                      struct s3_written *ret_written) RC_MUST_CHECK;

/* Inside lib/s3: whether the latest version has that ETag, and so is what a request made whose
 * answer was lost. Adds no message. */
bool s3_object_has(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                   const char *etag, struct s3_written *ret_written);

/* At most max bytes (more is an error); RC_NOT_FOUND also when the latest is a delete marker. Needs
 * s3:GetObject, of a version s3:GetObjectVersion. */
enum rc s3_object_get(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                      size_t max, struct str *ret_content) RC_MUST_CHECK;

/* Without version: in a versioned bucket this adds a delete marker. With one: that version is gone
 * for good. Deleting what is not there is RC_OK, as S3 has it. Needs s3:DeleteObject, of a version
 * s3:DeleteObjectVersion. */
enum rc s3_object_delete(struct ctx *cx, struct s3_client *client,
                         const struct s3_object *object) RC_MUST_CHECK;

struct s3_head_options {
    bool checksums; /* of an object encrypted by KMS this needs kms:Decrypt, too */
    unsigned part;  /* whose size is wanted, counted from 1; 0: none */
    /* Status 403 is RC_CONFLICT, silently; HEAD cannot tell a missing permission from other reasons
     * for it: s3_object_peek can. */
    bool may_be_denied;
};

/* Everything that a copy must preserve but the tags (s3_tags.h). Look at ret_info->state: RC_OK is
 * also the answer for a delete marker and for a version that cannot be read without its owner's
 * key. RC_NOT_FOUND: no such key or version; and the latest is a delete marker, where the server
 * does not say so. Needs s3:GetObject, of a version s3:GetObjectVersion; retention,
 * legal hold and the number of tags are shown to those alone who have s3:GetObjectRetention,
 * s3:GetObjectLegalHold, s3:GetObjectTagging, s3:GetObjectVersionTagging too. */
enum rc s3_object_head(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                       const struct s3_head_options *options,
                       struct s3_object_info *ret_info) RC_MUST_CHECK;

/* Whether the content can be had: asks for one byte of it. RC_CONFLICT: not as things stand, for
 * the reason in *ret_why (one line: a missing permission, a key of KMS, an archive). Needs
 * s3:GetObject, of a version s3:GetObjectVersion. */
enum rc s3_object_peek(struct ctx *cx, struct s3_client *client, const struct s3_object *object,
                       const char **ret_why) RC_MUST_CHECK;

#endif
