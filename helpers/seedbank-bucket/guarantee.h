/*
 * What the bucket's lifecycle rules leave of its past: how far back nothing can
 * have been removed, and what they would soon do to what a plan brings back. The
 * rules are those of now: what others did earlier cannot be known.
 *
 * Days are counted as if rules acted at once; servers act at the next midnight or
 * later, so that more may be left than is promised here. Conditions on tags and
 * sizes are taken for met.
 */
#ifndef SEEDBANK_BUCKET_GUARANTEE_H
#define SEEDBANK_BUCKET_GUARANTEE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "s3/s3.h"
#include "s3/s3_rules.h"

struct guarantee;
struct past_end;

/* In cx->arena; `now` is the server's. RC_NOT_FOUND: no such bucket. Without the permission
 * s3:GetLifecycleConfiguration nothing is guaranteed. */
enum rc guarantee_get(struct ctx *cx, const struct s3_target *target, int64_t now,
                      struct guarantee **ret_guarantee) RC_MUST_CHECK;

/* The same from rules that were read already; texts are borrowed. */
struct guarantee *guarantee_new(struct arena *a, const struct s3_rules *lifecycle, int64_t now);

/* The earliest moment at which nothing under these prefixes (none: any key) can have been removed
 * that was there; and the ID of the rule that makes it so, NULL where rules may not be read. 0 and
 * NULL: no rule removes anything. */
int64_t guarantee_since(const struct guarantee *g, const struct cli_texts *prefixes,
                        const char **ret_rule);

/* Versions of the key may have been removed that were there at that moment. */
bool guarantee_has_gap(const struct guarantee *g, const char *key, int64_t at);

/* Look at what a plan does to a key. */
void guarantee_look(struct guarantee *g, const struct past_end *end);

/* A warning for each rule that would soon undo some of what was looked at. */
void guarantee_warn(struct ctx *cx, const struct guarantee *g);

#endif
