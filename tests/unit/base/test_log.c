#include "unit.h"

#include "base/ctx.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/session.h"
#include "test_log.h"

static void test_levels(void **state)
{
    struct test_log sink;
    struct ctx *cx;

    (void)state;
    test_log_init(&sink, LOG_DEBUG);
    cx = ctx_new(&(struct ctx_options){.log = &sink.log});
    assert_false(log_wanted(cx, LOG_TRACE));
    assert_true(log_wanted(cx, LOG_DEBUG));
    log_event(cx, LOG_TRACE, "base", "unwanted", NULL);
    log_event(cx, LOG_DEBUG, "base", "wanted", "a", "1", "b", NULL, "c", "3", NULL);
    assert_string_equal(sink.text, "debug base: wanted a=1 b= c=3\n");
    sink.log.level = LOG_OFF;
    assert_false(log_wanted(cx, LOG_ERROR));
    ctx_free(cx);
    test_log_free(&sink);
}

static void test_values_are_redacted_clean_and_bounded(void **state)
{
    struct session *s = session_new();
    struct test_log sink;
    size_t footprint;
    struct ctx *cx;
    char *huge;

    (void)state;
    test_log_init(&sink, LOG_TRACE);
    redact_add(session_redact(s), "hunter2hunter2");
    cx = ctx_new(&(struct ctx_options){.log = &sink.log, .session = s});
    huge = arena_alloc(cx->arena, 100001);
    memset(huge, 'x', 100000);
    footprint = arena_footprint(cx->arena);
    log_event(cx, LOG_INFO, "http", "sent hunter2hunter2", "key", "=hunter2hunter2", "bad", "\xFF",
              "huge", huge, NULL);
    assert_true(test_log_has(&sink, "sent (redacted) key==(redacted) bad=\xEF\xBF\xBD huge=xxx"));
    assert_true(sink.len < 5000);
    assert_int_equal(arena_footprint(cx->arena), footprint);
    ctx_free(cx);
    session_free(s);
    test_log_free(&sink);
}

static void test_more_fields_than_there_is_room_for(void **state)
{
    struct test_log sink;
    struct ctx *cx;

    (void)state;
    test_log_init(&sink, LOG_TRACE);
    cx = ctx_new(&(struct ctx_options){.log = &sink.log});
#define FOUR "k", "v", "k", "v", "k", "v", "k", "v"
    log_event(cx, LOG_INFO, "m", "x", FOUR, FOUR, FOUR, FOUR, "last", "dropped", NULL);
    assert_false(test_log_has(&sink, "dropped"));
    ctx_free(cx);
    test_log_free(&sink);
}

static void test_without_a_sink(void **state)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});

    (void)state;
    assert_false(log_wanted(cx, LOG_ERROR));
    log_event(cx, LOG_ERROR, "base", "nowhere", NULL);
    ctx_free(cx);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(log_level_of("trace"), LOG_TRACE);
    assert_int_equal(log_level_of("DEBUG"), LOG_DEBUG);
    assert_int_equal(log_level_of("Info"), LOG_INFO);
    assert_int_equal(log_level_of("warn"), LOG_WARN);
    assert_int_equal(log_level_of("ERROR"), LOG_ERROR);
    assert_int_equal(log_level_of("JSON"), LOG_TRACE);
    assert_int_equal(log_level_of("off"), LOG_OFF);
    assert_int_equal(log_level_of(""), LOG_OFF);
    assert_int_equal(log_level_of("loud"), LOG_OFF);
    assert_int_equal(log_level_of(NULL), LOG_OFF);
    assert_string_equal(log_level_name(LOG_WARN), "warn");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_values_are_redacted_clean_and_bounded),
        cmocka_unit_test(test_more_fields_than_there_is_room_for),
        cmocka_unit_test(test_without_a_sink),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
