/* What every unit test includes: cmocka with the headers it wants before it. */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A message of the ctx holds that text in its summary or detail. */
#define assert_diag(cx, text) assert_true(unit_has_diag((cx), (text)))

#include <stdbool.h>
struct ctx;
bool unit_has_diag(const struct ctx *cx,
                   const char *text); /* prints the messages when it does not */

#endif
