/* Sets that are none. */
#include "aws/credentials_private.h"
#include "fixture.h"

static void sets_must_be_whole_and_alive(void **state)
{
    static const struct {
        struct credentials_reply reply;
        const char *why; /* NULL: good */
    } rows[] = {
        {{"A", SECRET, TOKEN, SOON}, NULL},
        {{"A", SECRET, "", ""}, NULL},
        {{"A", SECRET, NULL, NULL}, NULL},
        {{NULL, SECRET, TOKEN, SOON}, "lacks"},
        {{"", SECRET, TOKEN, SOON}, "lacks"},
        {{"A", NULL, TOKEN, SOON}, "lacks"},
        {{"A", "", TOKEN, SOON}, "lacks"},
        {{"A", SECRET, TOKEN, "2026-11-24T03:16:18Z"}, "check the clock"},
        {{"A", SECRET, TOKEN, "soon"}, "malformed"},
        {{"A\r\nx: y", SECRET, TOKEN, SOON}, "line break"},
        {{"A", SECRET "\n", TOKEN, SOON}, "line break"},
        {{"A", SECRET, "\r" TOKEN, SOON}, "line break"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credentials_set set = {.expires = -1};
        const char *why = NULL;
        bool ok = credentials_reply_take(f->cx, &rows[i].reply, &set, &why);
        if (ok != (rows[i].why == NULL) || (why && !strstr(why, rows[i].why))) {
            fail_msg("row %zu: %s", i, why ? why : "accepted");
        }
        if (!ok) {
            assert_int_equal(set.expires, -1);
            assert_null(strstr(why, SECRET));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sets_must_be_whole_and_alive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
