/*
 * Inside lib/s3: where a bucket is that is not where it was asked for.
 *
 * Keys and tokens go to the configured server, and from there only to hosts of
 * the same provider: S3's hosts under amazonaws.com, or under amazonaws.com.cn,
 * by whichever the configured one is under; those under digitaloceanspaces.com;
 * for any other server, names below its own. Never to another port, and never
 * from https to http.
 *
 * Sources: "Making requests using the REST API" (request redirection) in the
 * Amazon S3 API Reference; the redirectors of AWS SDKs, which go by
 * x-amz-bucket-region.
 */
#ifndef S3_S3_REDIRECT_H
#define S3_S3_REDIRECT_H

#include "base/rc.h"

struct ctx;
struct s3_error;
struct s3_place;
struct s3_request;
struct s3_trial;

/* RC_OK: the refusal says so, and it is another place than that of the last try. RC_NOT_FOUND: the
 * refusal has another reason, or tells nothing new. RC_FAIL, with a message that names both hosts:
 * it points to one that keys are not sent to. */
enum rc s3_redirect_place(struct ctx *cx, const struct s3_trial *trial,
                          const struct s3_request *request, const struct s3_error *error,
                          struct s3_place *ret_place) RC_MUST_CHECK;

#endif
