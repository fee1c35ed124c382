/*
 * Ready checks for attribute rows.
 *   .checks = (const struct attr_check[]){CHECK_ONE_OF("Enabled", "Suspended"), {0}}
 * Those of a text (one of, duration, URL, name) look at each element of a list, set or map of
 * texts. None but that of a name quotes the value in its message.
 */
#ifndef SCHEMA_CHECKS_H
#define SCHEMA_CHECKS_H

#include "schema/attr.h"

void checks_one_of(struct ctx *, const struct attr_check *, const struct path *,
                   const struct value *);
void checks_length(struct ctx *, const struct attr_check *, const struct path *,
                   const struct value *);
void checks_range(struct ctx *, const struct attr_check *, const struct path *,
                  const struct value *);
void checks_duration(struct ctx *, const struct attr_check *, const struct path *,
                     const struct value *);
void checks_url(struct ctx *, const struct attr_check *, const struct path *, const struct value *);
void checks_name(struct ctx *, const struct attr_check *, const struct path *,
                 const struct value *);

#define CHECK_ONE_OF(...)                                                                          \
    {                                                                                              \
        .run = checks_one_of, .words = (const char *const[])                                       \
        {                                                                                          \
            __VA_ARGS__, NULL                                                                      \
        }                                                                                          \
    }
/* "1 to 255", "at least 1" ..., for messages and docs/. */
const char *checks_bounds(struct arena *a, const struct attr_check *check);

/* Bytes of a text, elements of a collection. INT64_MAX as hi: no upper bound. */
#define CHECK_LENGTH(lo, hi)                                                                       \
    {                                                                                              \
        .run = checks_length, .min = (lo), .max = (hi)                                             \
    }
#define CHECK_RANGE(lo, hi)                                                                        \
    {                                                                                              \
        .run = checks_range, .min = (lo), .max = (hi)                                              \
    }
#define CHECK_DURATION                                                                             \
    {                                                                                              \
        .run = checks_duration, .doc = "a duration such as `30m` or `1h30m`"                       \
    }
/* Of a server: scheme, host, port; a "/" may end it. */
#define CHECK_URL                                                                                  \
    {                                                                                              \
        .run = checks_url, .doc = "an `http://` or `https://` URL without a path"                  \
    }
/* A name as its service's client has it: what it names ("a bucket name"), the client's judgement,
 * and its rule, which follows "must be". Not for secrets. */
#define CHECK_NAME(thing, judge, rule)                                                             \
    {                                                                                              \
        .run = checks_name, .what = (thing), .fault = (judge), .doc = (rule)                       \
    }

#endif
