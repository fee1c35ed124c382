/*
 * Messages about what is inside a set. Protocol paths cannot lead into one, so
 * theirs ends at the set; their text still names the attribute.
 */
#ifndef SCHEMA_SET_PATH_H
#define SCHEMA_SET_PATH_H

#include "base/diag.h"

/* Messages added since the point whose path leads beyond `set` get that path. */
void set_path_stop(struct ctx *cx, struct diag_point since, const struct path *set);

#endif
