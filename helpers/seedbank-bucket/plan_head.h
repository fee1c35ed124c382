/* The first line of a plan: where, when and how it was made. */
#ifndef SEEDBANK_BUCKET_PLAN_HEAD_H
#define SEEDBANK_BUCKET_PLAN_HEAD_H

#include <jansson.h>

#include "seedbank-bucket/plan_file.h"

struct arena;

/* A new object; NULL: a text is no UTF-8. Read back it is the same, in the arena. False: something
 * that no plan is without is missing. */
json_t *plan_head_to_json(const struct plan_head *head);
bool plan_head_from_json(struct arena *a, const json_t *object, struct plan_head *ret_head);

#endif
