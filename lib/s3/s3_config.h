/*
 * The settings of a bucket as the documents that the server keeps them in: to
 * save them, and to make a lost bucket again. They are not looked into here.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
#ifndef S3_S3_CONFIG_H
#define S3_S3_CONFIG_H

#include "base/str.h"
#include "s3/s3.h"

struct s3_config_part {
    const char *name;       /* as S3's query names it: "cors"; NULL ends the table */
    const char *permission; /* to read it */
    const char *absent;     /* S3's code for: there is none */
    const char *put_permission;
};

extern const struct s3_config_part s3_config_parts[];

/* The document, in cx->arena: XML, but for the policy, which is JSON. RC_NOT_FOUND: the bucket has
 * none, or the server has no such setting (or there is no such bucket: ask that first).
 * RC_CONFLICT: target->may_be_denied, and it is. */
enum rc s3_config_get(struct ctx *cx, const struct s3_target *target,
                      const struct s3_config_part *part, struct str *ret_document) RC_MUST_CHECK;

/* Put a document in place of the one that the bucket has. Tried again while another change of the
 * bucket is under way. RC_NOT_FOUND: no such bucket, or the server has no such setting. */
enum rc s3_config_put(struct ctx *cx, const struct s3_target *target,
                      const struct s3_config_part *part, struct str document) RC_MUST_CHECK;

#endif
