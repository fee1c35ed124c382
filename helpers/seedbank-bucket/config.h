/*
 * The settings of a bucket in a file: what audit --save-config wrote, and copy
 * --create makes a bucket of.
 */
#ifndef SEEDBANK_BUCKET_CONFIG_H
#define SEEDBANK_BUCKET_CONFIG_H

#include <stdbool.h>

#include "base/rc.h"
#include "base/str.h"

struct ctx;
struct config;

/* In cx->arena. RC_FAIL: there is no such file, or it is none that audit wrote. */
enum rc config_read(struct ctx *cx, const char *path, struct config **ret_config) RC_MUST_CHECK;

/* The bucket that it was saved of; and when, RFC 3339. */
const char *config_bucket(const struct config *config);
const char *config_saved(const struct config *config);

/* The document of that part (see s3_config.h). False: the bucket had none. */
bool config_document(const struct config *config, const char *part, struct str *ret_document);

#endif
