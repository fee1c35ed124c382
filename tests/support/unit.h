/* What every unit test includes: cmocka with the headers it wants before it. */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A message of the ctx holds that text in its summary or detail. */
#define assert_diag(cx, text) assert_true(unit_has_diag((cx), (text)))

/* The scripted server (http_server.h) got all it wanted and nothing else. */
#define assert_satisfied(server)                                                                   \
    do {                                                                                           \
        const char *wrong_ = http_server_wrong(server);                                            \
        if (wrong_ != NULL)                                                                        \
            fail_msg("%s", wrong_);                                                                \
    } while (0)

struct ctx;
bool unit_has_diag(const struct ctx *cx,
                   const char *text); /* prints the messages when it does not */

#endif
