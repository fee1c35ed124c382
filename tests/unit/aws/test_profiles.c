/* The shared files as AWS tools write them, and as people do. */
#include "unit.h"

#include <string.h>

#include "aws/profiles.h"
#include "base/arena.h"

static const char config[] = "\xef\xbb\xbf# a comment\r\n"
                             "; another\n"
                             "\n"
                             "[default]\r\n"
                             "region = eu-central-1\r\n"
                             "Role_ARN=arn:x  ; why\n"
                             "s3 =\n"
                             "  region = nested\n"
                             "  max_concurrent_requests = 10\n"
                             "output=json#kept\n"
                             "[ profile  a b ] # comment\n"
                             "    region = indented\n"
                             "    aws_access_key_id = A = B \n"
                             "      more = nested\n"
                             "[profile \"quoted\"]\n"
                             "region = q\n"
                             "empty =  # nothing\n"
                             "[sso-session s]\n"
                             "region = skipped\n"
                             "[stray]\n"
                             "region = skipped\n"
                             "[profile twice]\n"
                             "region = one\n"
                             "region = two\n"
                             "[profile twice]\n"
                             "output = text";
static const char credentials[] =
    "[a b]\naws_access_key_id = C\n[profile x]\nregion = odd\n[only]\n";

static const char *none(const char *text)
{
    return text ? text : "-";
}

static void settings_are_found(void **state)
{
    static const struct {
        const char *profile, *name, *value;
    } rows[] = {
        {"default", "region", "eu-central-1"},
        {"default", "role_arn", "arn:x"},
        {"default", "s3", "-"},
        {"default", "max_concurrent_requests", "-"},
        {"default", "output", "json#kept"},
        {"a b", "region", "indented"},
        {"a b", "more", "-"},
        {"a b", "aws_access_key_id", "C"},
        {"quoted", "region", "q"},
        {"quoted", "empty", "-"},
        {"s", "region", "-"},
        {"sso-session s", "region", "-"},
        {"stray", "region", "-"},
        {"twice", "region", "two"},
        {"twice", "output", "text"},
        {"profile x", "region", "odd"},
        {"x", "region", "-"},
    };
    struct arena *a = arena_new();
    struct profiles *p = profiles_new(a);
    const char *why = NULL;

    (void)state;
    assert_true(profiles_add(p, PROFILES_CONFIG, str_of(config), &why));
    assert_true(profiles_add(p, PROFILES_CREDENTIALS, str_of(credentials), &why));
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(none(profiles_any(p, rows[i].profile, rows[i].name)), rows[i].value);
    }
    assert_string_equal(profiles_get(p, PROFILES_CONFIG, "a b", "aws_access_key_id"), "A = B");
    assert_true(profiles_has(p, "only"));
    assert_false(profiles_has(p, "stray"));
    assert_false(profiles_has(p, ""));
    arena_free(a);
}

static void what_is_no_such_file_is_refused(void **state)
{
    static const char *const rows[] = {
        "hunter2",
        "region = hunter2",
        "[default]\n= hunter2",
        "[default]\nhunter2",
        "[default",
        "[]\n",
        "[ ]\n",
        "[default] hunter2",
        "[default]\nregion = x\n\"hunter2\n",
        "{\"region\": \"hunter2\"}",
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;
        if (profiles_add(profiles_new(a), PROFILES_CREDENTIALS, str_of(rows[i]), &why)) {
            fail_msg("accepted %s", rows[i]);
        }
        assert_non_null(strstr(why, "line "));
        assert_null(strstr(why, "hunter2"));
    }
    for (enum profiles_file file = PROFILES_CONFIG; file < PROFILES_N_FILES; file++) {
        const char *why = NULL;
        assert_false(profiles_add(profiles_new(a), file, STR_LIT("[default]\n\0"), &why));
        assert_true(profiles_add(profiles_new(a), file, STR_LIT(""), &why));
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_found),
        cmocka_unit_test(what_is_no_such_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
