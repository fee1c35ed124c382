/*
 * A number as it stands in go-cty's hash text, for raw_set.c: ten digits, as Go's
 * big.Float prints itself (%.10g). Decides the order of sets, is never a value.
 */
#ifndef SCHEMA_RAW_SET_NUMBER_H
#define SCHEMA_RAW_SET_NUMBER_H

#include "base/buf.h"

void raw_set_number(struct buf *key, struct str canonical);

#endif
