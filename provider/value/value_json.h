/*
 * Dynamic values in JSON: stored state handed to UpgradeResourceState and
 * MoveResourceState. Numbers keep their text (yajl's number callback; a parser
 * that makes doubles would lose digits). dynamic = {"value":...,"type":...}.
 */
#ifndef VALUE_VALUE_JSON_H
#define VALUE_VALUE_JSON_H

#include <stdbool.h>

#include "base/rc.h"
#include "base/str.h"

struct ctx;
struct type;
struct value;

enum value_json_extras { VALUE_JSON_REFUSE_EXTRAS, VALUE_JSON_IGNORE_EXTRAS };

/* Stored state of another schema version may hold attributes that are gone (ignored when asked) and
 * lack new ones (null). Bounded in depth (128). */
enum rc value_json_decode(struct ctx *cx, struct str text, const struct type *t,
                          enum value_json_extras extras, const struct value **ret_v) RC_MUST_CHECK;

/* v must be wholly known. Keys in order, no spaces: the same value gives the same text. */
enum rc value_json_encode(struct ctx *cx, const struct value *v, const struct type *t,
                          struct str *ret_text) RC_MUST_CHECK;

#endif
