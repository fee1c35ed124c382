#include "unit.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/redact.h"

static const char *redacted(struct arena *a, const char *secret, const char *text)
{
    struct redact *r = redact_new();
    const char *out;

    redact_add(r, secret);
    out = redact_text(r, a, text);
    redact_free(r);
    return out;
}

static void test_every_spelling_of_a_secret(void **state)
{
    static const char secret[] = "wJalr/XU+tn\"FE<MI\\K7>\n";
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"key wJalr/XU+tn\"FE<MI\\K7>\n end", "key (redacted) end"},
        {"?k=wJalr%2FXU%2Btn%22FE%3CMI%5CK7%3E%0A&x", "?k=(redacted)&x"},
        {"?k=wJalr%2fXU%2btn%22FE%3cMI%5cK7%3e%0a&x", "?k=(redacted)&x"},
        {"/wJalr/XU%2Btn%22FE%3CMI%5CK7%3E%0A/x", "/(redacted)/x"},
        {"{\"k\":\"wJalr/XU+tn\\\"FE<MI\\\\K7>\\n\"}", "{\"k\":\"(redacted)\"}"},
        {"{\"k\":\"wJalr\\/XU+tn\\\"FE<MI\\\\K7>\\n\"}", "{\"k\":\"(redacted)\"}"},
        {"{\"k\":\"wJalr/XU+tn\\\"FE\\u003cMI\\\\K7\\u003e\\n\"}", "{\"k\":\"(redacted)\"}"},
    };
    struct arena *a = arena_new();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        assert_string_equal(redacted(a, secret, rows[i].text), rows[i].clean);
    }
    arena_free(a);
}

/* Made with: printf 'PREFIXhunter2hunter2SUFFIX' | base64 */
static void test_base64_at_each_offset(void **state)
{
    static const char *const rows[] = {
        "aHVudGVyMmh1bnRlcjI=",         /* alone */
        "dTpodW50ZXIyaHVudGVyMg==",     /* u: before it */
        "YTpodW50ZXIyaHVudGVyMgo=",     /* a: before, a newline after */
        "YWI6aHVudGVyMmh1bnRlcjI=",     /* ab: before it */
        "dXNlcjpodW50ZXIyaHVudGVyMg==", /* user: before it */
        "eDpodW50ZXIyaHVudGVyMjp5eg==", /* on both sides */
    };
    struct arena *a = arena_new();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        const char *out = redacted(a, "hunter2hunter2", arena_printf(a, "Basic %s.", rows[i]));

        assert_non_null(strstr(out, "(redacted)"));
        assert_true(strlen(out) <= strlen("Basic ") + strlen("(redacted)") + 14);
    }
    assert_string_equal(redacted(a, "\xFF\xFE\xFB\xFF\xFE\xFB", "t=__77__77."), "t=(redacted).");
    assert_string_equal(redacted(a, "\xFF\xFE\xFB\xFF\xFE\xFB", "t=//77//77."), "t=(redacted).");
    arena_free(a);
}

static void test_text_without_secrets_is_returned_itself(void **state)
{
    static const char text[] = "nothing to hide";
    struct arena *a = arena_new();
    struct redact *r = redact_new();

    (void)state;
    assert_ptr_equal(redact_text(NULL, a, text), text);
    assert_ptr_equal(redact_text(r, a, text), text);
    redact_add(r, NULL);
    redact_add(r, "");
    redact_add(r, "short"); /* five bytes would blank ordinary words */
    redact_add(r, "hunter2");
    assert_ptr_equal(redact_text(r, a, text), text);
    assert_ptr_equal(redact_text(r, a, ""), redact_text(r, a, ""));
    assert_string_equal(redact_text(r, a, "a short one"), "a short one");
    redact_free(r);
    redact_free(NULL);
    arena_free(a);
}

static void test_overlapping_and_nested_secrets(void **state)
{
    struct arena *a = arena_new();
    struct redact *r = redact_new();

    (void)state;
    redact_add(r, "abcdefgh");
    redact_add(r, "efghijkl");
    redact_add(r, "abcdefghXYZ");
    assert_string_equal(redact_text(r, a, "<abcdefghijkl>"), "<(redacted)>");
    assert_string_equal(redact_text(r, a, "<abcdefghXYZ>"), "<(redacted)>");
    assert_string_equal(redact_text(r, a, "<abcdefgh abcdefgh>"), "<(redacted) (redacted)>");
    assert_string_equal(redact_text(r, a, "abcdefghabcdefgh"), "(redacted)");
    redact_free(r);
    arena_free(a);
}

struct job {
    struct redact *r;
    int number;
    int failures;
};

static void *add_and_read(void *arg)
{
    struct job *job = arg;
    struct arena *a = arena_new();
    int i;

    for (i = 0; i < 200; i++) {
        const char *secret = arena_printf(a, "secret-%d-%d!", job->number, i);

        redact_add(job->r, secret);
        if (strcmp(redact_text(job->r, a, secret), "(redacted)") != 0) {
            job->failures++;
        }
    }
    arena_free(a);
    return NULL;
}

static void test_threads(void **state)
{
    struct redact *r = redact_new();
    struct job jobs[4];
    pthread_t threads[COUNT(jobs)];
    int i;

    (void)state;
    for (i = 0; i < (int)COUNT(jobs); i++) {
        jobs[i] = (struct job){r, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, add_and_read, &jobs[i]), 0);
    }
    for (i = 0; i < (int)COUNT(jobs); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(jobs[i].failures, 0);
    }
    redact_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_spelling_of_a_secret),
        cmocka_unit_test(test_base64_at_each_offset),
        cmocka_unit_test(test_text_without_secrets_is_returned_itself),
        cmocka_unit_test(test_overlapping_and_nested_secrets),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
