#include "unit.h"

#include "base/arena.h"
#include "base/str.h"
#include "plugin/message.h"
#include "proto/tfplugin6.pb-c.h"

static char broken[] = "caf\xe9";
static char whole[] = "caf\xc3\xa9";
#define MENDED "caf\xef\xbf\xbd"

static void *again(struct arena *a, ProtobufCMessage *message)
{
    struct str bytes = message_pack(a, message);
    return message_unpack(a, message->descriptor, bytes);
}

static void test_texts_are_mended_wherever_they_are(void **state)
{
    struct arena *a = arena_new();
    Tfplugin6__AttributePath__Step step, *steps[] = {&step, NULL};
    Tfplugin6__AttributePath path;
    Tfplugin6__Diagnostic d, *ds[] = {&d, &d};
    Tfplugin6__ReadResource__Response response;
    const Tfplugin6__ReadResource__Response *r;

    (void)state;
    tfplugin6__attribute_path__step__init(&step);
    step.selector_case = TFPLUGIN6__ATTRIBUTE_PATH__STEP__SELECTOR_ELEMENT_KEY_STRING;
    step.element_key_string = broken;
    tfplugin6__attribute_path__init(&path);
    path.n_steps = 1;
    path.steps = steps;
    tfplugin6__diagnostic__init(&d);
    d.summary = broken;
    d.detail = whole;
    d.attribute = &path;
    tfplugin6__read_resource__response__init(&response);
    response.n_diagnostics = 2;
    response.diagnostics = ds;
    response.private_.data = (uint8_t *)broken; /* bytes, not text: kept */
    response.private_.len = strlen(broken);

    r = again(a, &response.base);
    assert_non_null(r);
    assert_int_equal(r->n_diagnostics, 2);
    assert_string_equal(r->diagnostics[1]->summary, MENDED);
    assert_string_equal(r->diagnostics[0]->detail, whole);
    assert_string_equal(r->diagnostics[0]->attribute->steps[0]->element_key_string, MENDED);
    assert_int_equal(r->private_.len, strlen(broken));
    assert_memory_equal(r->private_.data, broken, strlen(broken));
    arena_free(a);
}

static void test_map_keys_and_repeated_texts_are_mended(void **state)
{
    struct arena *a = arena_new();
    Tfplugin6__RawState__FlatmapEntry entry, *entries[] = {&entry};
    Tfplugin6__RawState raw;
    const Tfplugin6__RawState *r;
    char *ids[] = {whole, broken};
    Tfplugin6__GetStates__Response states;
    const Tfplugin6__GetStates__Response *s;

    (void)state;
    tfplugin6__raw_state__flatmap_entry__init(&entry);
    entry.key = broken;
    entry.value = broken;
    tfplugin6__raw_state__init(&raw);
    raw.n_flatmap = 1;
    raw.flatmap = entries;
    r = again(a, &raw.base);
    assert_string_equal(r->flatmap[0]->key, MENDED);
    assert_string_equal(r->flatmap[0]->value, MENDED);

    tfplugin6__get_states__response__init(&states);
    states.n_state_ids = 2;
    states.state_ids = ids;
    s = again(a, &states.base);
    assert_string_equal(s->state_ids[0], whole);
    assert_string_equal(s->state_ids[1], MENDED);
    arena_free(a);
}

/* A number in a oneof lies where a text would: it must not be taken for one. */
static void test_other_members_of_a_oneof_are_left_alone(void **state)
{
    struct arena *a = arena_new();
    Tfplugin6__AttributePath__Step step;
    const Tfplugin6__AttributePath__Step *s;

    (void)state;
    tfplugin6__attribute_path__step__init(&step);
    step.selector_case = TFPLUGIN6__ATTRIBUTE_PATH__STEP__SELECTOR_ELEMENT_KEY_INT;
    step.element_key_int = 7;
    s = again(a, &step.base);
    assert_int_equal(s->selector_case, TFPLUGIN6__ATTRIBUTE_PATH__STEP__SELECTOR_ELEMENT_KEY_INT);
    assert_int_equal(s->element_key_int, 7);
    arena_free(a);
}

static void test_presence_of_argument_zero(void **state)
{
    struct arena *a = arena_new();
    Tfplugin6__FunctionError e;
    const Tfplugin6__FunctionError *r;

    (void)state;
    tfplugin6__function_error__init(&e);
    r = again(a, &e.base);
    assert_int_equal(r->argument_case, TFPLUGIN6__FUNCTION_ERROR__ARGUMENT__NOT_SET);
    e.argument_case = TFPLUGIN6__FUNCTION_ERROR__ARGUMENT_FUNCTION_ARGUMENT;
    r = again(a, &e.base);
    assert_int_equal(r->argument_case, TFPLUGIN6__FUNCTION_ERROR__ARGUMENT_FUNCTION_ARGUMENT);
    assert_int_equal(r->function_argument, 0);
    arena_free(a);
}

static void test_unpack_refuses_what_is_cut(void **state)
{
    static const struct str rows[] = {STR_INIT("\x0a"), STR_INIT("\x0a\x05text"),
                                      STR_INIT("\x1a\x7f"), STR_INIT("\x12\x01\x0a"),
                                      STR_INIT("\x80")};
    struct arena *a = arena_new();
    const ProtobufCMessageDescriptor *d = &tfplugin6__read_resource__request__descriptor;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_null(message_unpack(a, d, rows[i]));
    }
    assert_non_null(message_unpack(a, d, (struct str){NULL, 0}));
    assert_non_null(message_unpack(a, d, STR_LIT("\xfa\x3f\x03new"))); /* field 1023 */
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_mended_wherever_they_are),
        cmocka_unit_test(test_map_keys_and_repeated_texts_are_mended),
        cmocka_unit_test(test_other_members_of_a_oneof_are_left_alone),
        cmocka_unit_test(test_presence_of_argument_zero),
        cmocka_unit_test(test_unpack_refuses_what_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
