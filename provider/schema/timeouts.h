/*
 * The row of `timeouts = { create = "20m", ... }`, for resources that wait.
 * rpc/ reads it and gives the callback call->timeout_ms.
 */
#ifndef SCHEMA_TIMEOUTS_H
#define SCHEMA_TIMEOUTS_H

#include "schema/attr.h"

struct timeouts {
    struct field_string create, update, remove;
};

extern const struct attr timeouts_attrs[];

/* minutes: a plain number, where nothing else is said. It is the resource's default_timeout_ms
 * too, by TIMEOUTS_DEFAULT_MS. */
#define TIMEOUTS_DEFAULT_MS(minutes)  ((minutes)*INT64_C(60000))
#define TIMEOUTS_MINUTES_TEXT(number) #number
#define TIMEOUTS_ROW(model, member, minutes)                                                       \
    {                                                                                              \
        .name = "timeouts", .kind = ATTR_OBJECT, .flags = ATTR_OPTIONAL,                           \
        .offset = offsetof(model, member), .attrs = timeouts_attrs,                                \
        .nested_size = sizeof(struct timeouts),                                                    \
        .doc =                                                                                     \
            "How long to wait for the service to show what was asked of "                          \
            "it, " TIMEOUTS_MINUTES_TEXT(                                                          \
                minutes) " minutes where it is left out. Requests that fail are not tried again "  \
                         "after that.",                                                            \
    }

/* The time for one operation ("create", "update" or "delete") from an object value whose attribute
 * `timeouts` may be null, absent or unknown; fallback where it says nothing. */
int64_t timeouts_get(const struct value *object, const char *operation, int64_t fallback_ms);

#endif
