/*
 * What readers of a bucket see: the newest versions, without their IDs, but for
 * those that a delete marker hides. Servers without versions have this, too.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
#ifndef S3_S3_LIST_LIVE_H
#define S3_S3_LIST_LIVE_H

#include "s3/s3_list.h"

/* As s3_list_new; its entries have the version ID "" and are the latest. Needs s3:ListBucket. */
struct s3_list *s3_list_live_new(struct ctx *cx, struct s3_client *client,
                                 const struct s3_list_options *options);

#endif
