/* The sections "Required", "Optional" and "Read-Only" of a page, and the nested tables below them.
 */
#ifndef SCHEMA_DOCS_SCHEMA_H
#define SCHEMA_DOCS_SCHEMA_H

#include "schema/attr.h"

struct arena;
struct buf;

void docs_schema(struct arena *a, struct buf *out, const struct attr *attrs);

/* "String", "List of Number", "Attributes Set" ... */
const char *docs_schema_type(struct arena *a, const struct type *t);

#endif
