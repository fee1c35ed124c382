/*
 * The torture resources: attributes of every kind with every flag that planning looks at. The
 * provider's own main program, runtime and planning serve them, in a program of their own that only
 * the conformance test starts. reference/schema.go has the same tables for HashiCorp's framework;
 * `compare` fails when the two are not equal.
 *
 * Nothing is created anywhere. What the configuration leaves to the provider, it decides to be
 * null.
 */
#include <stdio.h>
#include <string.h>

#include "base/ctx.h"
#include "plugin/serve.h"
#include "schema/checks.h"
#include "schema/resource.h"

#define AT(member) .name = #member, .offset = offsetof(MODEL, member), .doc = "Tortures."
#define WORDS                                                                                      \
    (const struct attr_check[])                                                                    \
    {                                                                                              \
        CHECK_ONE_OF("red", "green", "blue"),                                                      \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
#define NESTED(of) .attrs = of##_attrs, .nested_size = sizeof(struct of)

enum {
    REQUIRED = ATTR_REQUIRED,
    OPTIONAL = ATTR_OPTIONAL,
    COMPUTED = ATTR_COMPUTED,
    EITHER = ATTR_OPTIONAL | ATTR_COMPUTED,
    KEEP = ATTR_KEEP,
    REPLACE = ATTR_REPLACE,
    REPLACE_IF = ATTR_REPLACE_IF_CONFIGURED,
    WRITE_ONLY = ATTR_WRITE_ONLY,
};

/* ---- Texts ------------------------------------------------------------------------------------
 */

struct texts {
    struct field_string name, text_required, text_optional, text_computed, text_either,
        text_default, text_kept, text_either_kept, text_replace, text_computed_replace,
        text_replace_configured, text_default_replace, text_default_kept, text_kept_replace,
        text_kept_replace_configured, text_sensitive, text_write_only, text_write_only_replace,
        text_word, text_length, text_deprecated;
};

#define MODEL struct texts
static const struct attr texts_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(text_required), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(text_optional), .kind = ATTR_STRING, .flags = OPTIONAL},
    {AT(text_computed), .kind = ATTR_STRING, .flags = COMPUTED},
    {AT(text_either), .kind = ATTR_STRING, .flags = EITHER},
    {AT(text_default), .kind = ATTR_STRING, .flags = EITHER, .default_text = "by default"},
    {AT(text_kept), .kind = ATTR_STRING, .flags = COMPUTED | KEEP},
    {AT(text_either_kept), .kind = ATTR_STRING, .flags = EITHER | KEEP},
    {AT(text_replace), .kind = ATTR_STRING, .flags = OPTIONAL | REPLACE},
    {AT(text_computed_replace), .kind = ATTR_STRING, .flags = COMPUTED | REPLACE},
    {AT(text_replace_configured), .kind = ATTR_STRING, .flags = EITHER | REPLACE_IF},
    {AT(text_default_replace), .kind = ATTR_STRING, .flags = EITHER | REPLACE,
     .default_text = "whole"},
    {AT(text_default_kept), .kind = ATTR_STRING, .flags = EITHER | KEEP, .default_text = ""},
    {AT(text_kept_replace), .kind = ATTR_STRING, .flags = EITHER | KEEP | REPLACE},
    {AT(text_kept_replace_configured), .kind = ATTR_STRING, .flags = EITHER | KEEP | REPLACE_IF},
    {AT(text_sensitive), .kind = ATTR_STRING, .flags = OPTIONAL | ATTR_SENSITIVE},
    {AT(text_write_only), .kind = ATTR_STRING, .flags = OPTIONAL | WRITE_ONLY},
    {AT(text_write_only_replace), .kind = ATTR_STRING, .flags = OPTIONAL | WRITE_ONLY | REPLACE},
    {AT(text_word), .kind = ATTR_STRING, .flags = OPTIONAL, .checks = WORDS},
    {AT(text_length), .kind = ATTR_STRING, .flags = OPTIONAL,
     .checks = (const struct attr_check[]){CHECK_LENGTH(2, 5), {0}}},
    {AT(text_deprecated), .kind = ATTR_STRING, .flags = OPTIONAL | ATTR_DEPRECATED,
     .deprecation = "Use text_optional."},
    {0},
};
#undef MODEL

/* ---- Scalars ----------------------------------------------------------------------------------
 */

struct scalars {
    struct field_string name;
    struct field_bool flag_optional, flag_computed, flag_default, flag_kept;
    struct field_int whole_optional, whole_default, whole_kept, whole_replace, whole_range;
    struct field_value number_optional, number_default, number_kept;
};

#define MODEL struct scalars
static const struct attr scalars_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(flag_optional), .kind = ATTR_BOOL, .flags = OPTIONAL},
    {AT(flag_computed), .kind = ATTR_BOOL, .flags = COMPUTED},
    {AT(flag_default), .kind = ATTR_BOOL, .flags = EITHER, .default_text = "true"},
    {AT(flag_kept), .kind = ATTR_BOOL, .flags = EITHER | KEEP},
    {AT(whole_optional), .kind = ATTR_INT, .flags = OPTIONAL},
    {AT(whole_default), .kind = ATTR_INT, .flags = EITHER, .default_text = "7"},
    {AT(whole_kept), .kind = ATTR_INT, .flags = COMPUTED | KEEP},
    {AT(whole_replace), .kind = ATTR_INT, .flags = OPTIONAL | REPLACE},
    {AT(whole_range), .kind = ATTR_INT, .flags = OPTIONAL,
     .checks = (const struct attr_check[]){CHECK_RANGE(1, 10), {0}}},
    {AT(number_optional), .kind = ATTR_VALUE, .type = &type_number, .flags = OPTIONAL},
    {AT(number_default), .kind = ATTR_VALUE, .type = &type_number, .flags = EITHER,
     .default_text = "0.1"},
    {AT(number_kept), .kind = ATTR_VALUE, .type = &type_number, .flags = EITHER | KEEP},
    {0},
};
#undef MODEL

struct dynamics {
    struct field_string name;
    struct field_value dynamic_optional, dynamic_either, dynamic_kept, dynamic_replace;
};

#define MODEL struct dynamics
static const struct attr dynamics_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(dynamic_optional), .kind = ATTR_VALUE, .type = &type_dynamic, .flags = OPTIONAL},
    {AT(dynamic_either), .kind = ATTR_VALUE, .type = &type_dynamic, .flags = EITHER},
    {AT(dynamic_kept), .kind = ATTR_VALUE, .type = &type_dynamic, .flags = EITHER | KEEP},
    {AT(dynamic_replace), .kind = ATTR_VALUE, .type = &type_dynamic, .flags = OPTIONAL | REPLACE},
    {0},
};
#undef MODEL

/* ---- Collections ------------------------------------------------------------------------------
 */

static const struct type number_list = {.kind = TYPE_LIST, .element = &type_number};
static const struct type matrix = {.kind = TYPE_LIST, .element = &number_list};
static const struct type number_set = {.kind = TYPE_SET, .element = &type_number};
static const struct type flag_map = {.kind = TYPE_MAP, .element = &type_bool};
static const struct type_field record_fields[] = {{"name", &type_string}, {"sizes", &number_list}};
static const struct type record = {.kind = TYPE_OBJECT, .fields = record_fields, .n_fields = 2};

struct collections {
    struct field_string name;
    struct field_strings texts_list, texts_list_computed, texts_list_default, texts_list_replace;
    struct field_strings texts_set, texts_set_default, texts_set_kept, texts_set_replace;
    struct field_string_map texts_map, texts_map_default, texts_map_either, texts_map_replace;
    struct field_value matrix, matrix_default, numbers_set, flags_map, record, record_kept;
};

#define MODEL struct collections
#define LIST  .kind = ATTR_STRINGS, .type = &type_list_of_string
#define SET   .kind = ATTR_STRINGS, .type = &type_set_of_string
static const struct attr collections_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(texts_list), LIST, .flags = OPTIONAL},
    {AT(texts_list_computed), LIST, .flags = COMPUTED},
    {AT(texts_list_default), LIST, .flags = EITHER, .default_text = "[\"a\",\"b\"]"},
    {AT(texts_list_replace), LIST, .flags = OPTIONAL | REPLACE},
    {AT(texts_set), SET, .flags = OPTIONAL},
    {AT(texts_set_default), SET, .flags = EITHER, .default_text = "[\"b\",\"a\"]"},
    {AT(texts_set_kept), SET, .flags = EITHER | KEEP},
    {AT(texts_set_replace), SET, .flags = OPTIONAL | REPLACE},
    {AT(texts_map), .kind = ATTR_STRING_MAP, .flags = OPTIONAL},
    {AT(texts_map_default), .kind = ATTR_STRING_MAP, .flags = EITHER,
     .default_text = "{\"k\":\"v\"}"},
    {AT(texts_map_either), .kind = ATTR_STRING_MAP, .flags = EITHER},
    {AT(texts_map_replace), .kind = ATTR_STRING_MAP, .flags = OPTIONAL | REPLACE},
    {AT(matrix), .kind = ATTR_VALUE, .type = &matrix, .flags = OPTIONAL},
    {AT(matrix_default), .kind = ATTR_VALUE, .type = &matrix, .flags = EITHER,
     .default_text = "[[1,0.5],[]]"},
    {AT(numbers_set), .kind = ATTR_VALUE, .type = &number_set, .flags = OPTIONAL},
    {AT(flags_map), .kind = ATTR_VALUE, .type = &flag_map, .flags = OPTIONAL},
    {AT(record), .kind = ATTR_VALUE, .type = &record, .flags = OPTIONAL},
    {AT(record_kept), .kind = ATTR_VALUE, .type = &record, .flags = EITHER | KEEP},
    {0},
};
#undef MODEL

/* ---- What stands inside nested attributes -----------------------------------------------------
 */

/* One attribute of each behaviour, for nesting where everything is allowed. */
struct rich {
    struct field_string required, computed, either, kept, filled, secret, replace, word;
    struct field_int whole;
    struct field_value dynamic; /* in `one` only */
};

#define MODEL struct rich
#define RICH_ROWS                                                                                  \
    {AT(required), .kind = ATTR_STRING, .flags = REQUIRED},                                        \
        {AT(whole), .kind = ATTR_INT, .flags = OPTIONAL},                                          \
        {AT(computed), .kind = ATTR_STRING, .flags = COMPUTED},                                    \
        {AT(either), .kind = ATTR_STRING, .flags = EITHER},                                        \
        {AT(kept), .kind = ATTR_STRING, .flags = COMPUTED | KEEP},                                 \
        {AT(filled), .kind = ATTR_STRING, .flags = EITHER, .default_text = "inner"},               \
        {AT(secret), .kind = ATTR_STRING, .flags = OPTIONAL | WRITE_ONLY},                         \
        {AT(replace), .kind = ATTR_STRING, .flags = OPTIONAL | REPLACE},                           \
    {                                                                                              \
        AT(word), .kind = ATTR_STRING, .flags = OPTIONAL, .checks = WORDS                          \
    }
static const struct attr rich_attrs[] = {RICH_ROWS, {0}};
static const struct attr rich_dynamic_attrs[] = {
    RICH_ROWS,
    {AT(dynamic), .kind = ATTR_VALUE, .type = &type_dynamic, .flags = OPTIONAL},
    {0},
};
#undef MODEL

/* For nesting that is computed itself: nothing write-only may stand there. */
struct plain {
    struct field_string required, computed;
    struct field_value optional;
};

#define MODEL struct plain
static const struct attr plain_attrs[] = {
    {AT(required), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(optional), .kind = ATTR_VALUE, .type = &type_number, .flags = OPTIONAL},
    {AT(computed), .kind = ATTR_STRING, .flags = COMPUTED},
    {0},
};
#undef MODEL

/* All computed, so that core may carry all of it over. */
struct mild {
    struct field_string computed;
    struct field_bool either;
    struct field_int whole;
};

#define MODEL struct mild
#define MILD_ROWS                                                                                  \
    {AT(computed), .kind = ATTR_STRING, .flags = COMPUTED},                                        \
    {                                                                                              \
        AT(either), .kind = ATTR_BOOL, .flags = EITHER                                             \
    }
static const struct attr mild_attrs[] = {
    MILD_ROWS,
    {AT(whole), .kind = ATTR_INT, .flags = EITHER | KEEP},
    {0},
};
static const struct attr mild_set_attrs[] = {MILD_ROWS, {0}}; /* nothing is kept inside a set */
#undef MODEL

struct pair {
    struct field_string text;
    struct field_int whole;
};

#define MODEL struct pair
static const struct attr computed_pair_attrs[] = {
    {AT(text), .kind = ATTR_STRING, .flags = COMPUTED},
    {AT(whole), .kind = ATTR_INT, .flags = COMPUTED},
    {0},
};
static const struct attr pair_attrs[] = {
    {AT(text), .kind = ATTR_STRING, .flags = OPTIONAL},
    {AT(whole), .kind = ATTR_INT, .flags = OPTIONAL},
    {0},
};
#undef MODEL

/* ---- Nested attributes ------------------------------------------------------------------------
 */

struct singles {
    struct field_string name;
    struct field_object one, one_required, one_either, one_mild, one_kept, one_computed,
        one_default;
};

#define MODEL struct singles
static const struct attr singles_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(one), .kind = ATTR_OBJECT, .flags = OPTIONAL, .attrs = rich_dynamic_attrs,
     .nested_size = sizeof(struct rich)},
    {AT(one_required), .kind = ATTR_OBJECT, .flags = REQUIRED, NESTED(plain)},
    {AT(one_either), .kind = ATTR_OBJECT, .flags = EITHER, NESTED(plain)},
    {AT(one_mild), .kind = ATTR_OBJECT, .flags = EITHER, NESTED(mild)},
    {AT(one_kept), .kind = ATTR_OBJECT, .flags = EITHER | KEEP | REPLACE, NESTED(mild)},
    {AT(one_computed), .kind = ATTR_OBJECT, .flags = COMPUTED, .attrs = computed_pair_attrs,
     .nested_size = sizeof(struct pair)},
    {AT(one_default), .kind = ATTR_OBJECT, .flags = EITHER, NESTED(pair),
     .default_text = "{\"text\":\"t\",\"whole\":null}"},
    {0},
};
#undef MODEL

struct lists {
    struct field_string name;
    struct field_objects list, list_either, list_mild, list_replace;
};

#define MODEL struct lists
static const struct attr lists_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(list), .kind = ATTR_OBJECT_LIST, .flags = OPTIONAL, NESTED(rich)},
    {AT(list_either), .kind = ATTR_OBJECT_LIST, .flags = EITHER, NESTED(plain)},
    {AT(list_mild), .kind = ATTR_OBJECT_LIST, .flags = EITHER, NESTED(mild)},
    {AT(list_replace), .kind = ATTR_OBJECT_LIST, .flags = OPTIONAL | REPLACE, NESTED(plain)},
    {0},
};
#undef MODEL

struct maps {
    struct field_string name;
    struct field_objects map, map_kept, map_replace;
};

#define MODEL struct maps
static const struct attr maps_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(map), .kind = ATTR_OBJECT_MAP, .flags = OPTIONAL, NESTED(rich)},
    {AT(map_kept), .kind = ATTR_OBJECT_MAP, .flags = EITHER | KEEP, NESTED(mild)},
    {AT(map_replace), .kind = ATTR_OBJECT_MAP, .flags = OPTIONAL | REPLACE, NESTED(plain)},
    {0},
};
#undef MODEL

struct given {
    struct field_string required, replace, word;
    struct field_value optional;
};

#define MODEL struct given
static const struct attr given_attrs[] = {
    {AT(required), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(optional), .kind = ATTR_VALUE, .type = &type_number, .flags = OPTIONAL},
    {AT(replace), .kind = ATTR_STRING, .flags = OPTIONAL | REPLACE},
    {AT(word), .kind = ATTR_STRING, .flags = OPTIONAL, .checks = WORDS},
    {0},
};
#undef MODEL

struct sets {
    struct field_string name;
    struct field_objects set, set_computed, set_kept, set_replace;
};

#define MODEL struct sets
static const struct attr sets_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(set), .kind = ATTR_OBJECT_SET, .flags = OPTIONAL, NESTED(given)},
    {AT(set_computed), .kind = ATTR_OBJECT_SET, .flags = OPTIONAL, NESTED(plain)},
    {AT(set_kept), .kind = ATTR_OBJECT_SET, .flags = EITHER | KEEP, .attrs = mild_set_attrs,
     .nested_size = sizeof(struct mild)},
    {AT(set_replace), .kind = ATTR_OBJECT_SET, .flags = OPTIONAL | REPLACE, NESTED(plain)},
    {0},
};
#undef MODEL

/* ---- Two deep ---------------------------------------------------------------------------------
 */

struct deep_one {
    struct field_string name;
    struct field_object one;
    struct field_objects list, set;
};

#define MODEL struct deep_one
static const struct attr deep_one_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(one), .kind = ATTR_OBJECT, .flags = OPTIONAL, NESTED(rich)},
    {AT(list), .kind = ATTR_OBJECT_LIST, .flags = EITHER, NESTED(plain)},
    {AT(set), .kind = ATTR_OBJECT_SET, .flags = OPTIONAL, NESTED(plain)},
    {0},
};
#undef MODEL

struct deep_list {
    struct field_string name;
    struct field_objects map;
    struct field_object one;
};

#define MODEL struct deep_list
static const struct attr deep_list_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(map), .kind = ATTR_OBJECT_MAP, .flags = OPTIONAL, NESTED(rich)},
    {AT(one), .kind = ATTR_OBJECT, .flags = EITHER | KEEP, NESTED(mild)},
    {0},
};
#undef MODEL

struct deep_map {
    struct field_string name;
    struct field_objects list;
    struct field_strings tags;
};

#define MODEL struct deep_map
static const struct attr deep_map_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(list), .kind = ATTR_OBJECT_LIST, .flags = OPTIONAL, NESTED(rich)},
    {AT(tags), SET, .flags = EITHER, .default_text = "[\"x\"]"},
    {0},
};
#undef MODEL

struct deep_set {
    struct field_string name;
    struct field_objects list;
};

#define MODEL struct deep_set
static const struct attr deep_set_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(list), .kind = ATTR_OBJECT_LIST, .flags = OPTIONAL, NESTED(plain)},
    {0},
};
#undef MODEL

struct deep {
    struct field_string name;
    struct field_object deep_one;
    struct field_objects deep_list, deep_map, deep_set;
};

#define MODEL struct deep
static const struct attr deep_attrs[] = {
    {AT(name), .kind = ATTR_STRING, .flags = REQUIRED},
    {AT(deep_one), .kind = ATTR_OBJECT, .flags = OPTIONAL, NESTED(deep_one)},
    {AT(deep_list), .kind = ATTR_OBJECT_LIST, .flags = OPTIONAL, NESTED(deep_list)},
    {AT(deep_map), .kind = ATTR_OBJECT_MAP, .flags = OPTIONAL, NESTED(deep_map)},
    {AT(deep_set), .kind = ATTR_OBJECT_SET, .flags = OPTIONAL, NESTED(deep_set)},
    {0},
};
#undef MODEL

/* ---- Callbacks --------------------------------------------------------------------------------
 */

static void decide(const struct attr *attrs, void *model);

static void decide_elements(const struct attr *attr, struct field_objects *field)
{
    for (size_t i = 0; field->state == VALUE_KNOWN && i < field->n; i++) {
        decide(attr->attrs, (char *)field->v + i * attr->nested_size);
    }
}

/* The state is the first member of every field but ATTR_VALUE's; a field of zeros is null. */
#define DECIDE(type)                                                                               \
    if (((struct type *)field)->state == VALUE_UNKNOWN) {                                          \
        memset(field, 0, sizeof(struct type));                                                     \
    }                                                                                              \
    break

static void decide_field(const struct attr *attr, void *field)
{
    switch (attr->kind) {
    case ATTR_STRING:
        DECIDE(field_string);
    case ATTR_BOOL:
        DECIDE(field_bool);
    case ATTR_INT:
        DECIDE(field_int);
    case ATTR_STRINGS:
        DECIDE(field_strings);
    case ATTR_STRING_MAP:
        DECIDE(field_string_map);
    case ATTR_VALUE: {
        struct field_value *value = field;
        if (value->v && value_is_unknown(value->v)) {
            value->v = NULL;
        }
        break;
    }
    case ATTR_OBJECT: {
        struct field_object *object = field;
        if (object->state == VALUE_KNOWN) {
            decide(attr->attrs, object->v);
        }
        DECIDE(field_object);
    }
    case ATTR_OBJECT_LIST:
    case ATTR_OBJECT_SET:
    case ATTR_OBJECT_MAP:
        decide_elements(attr, field);
        DECIDE(field_objects);
    }
}

static void decide(const struct attr *attrs, void *model)
{
    for (const struct attr *attr = attrs; attr->name; attr++) {
        decide_field(attr, (char *)model + attr->offset);
    }
}

static enum rc read_nothing(struct ctx *cx, struct call *call, void *state)
{
    (void)cx;
    (void)call;
    (void)state;
    return RC_OK;
}

static enum rc remove_nothing(struct ctx *cx, struct call *call, const void *prior)
{
    (void)cx;
    (void)call;
    (void)prior;
    return RC_OK;
}

static const char *const identity[] = {"name", NULL};

#define RESOURCE(of)                                                                               \
    static enum rc of##_create(struct ctx *cx, struct call *call, void *state)                     \
    {                                                                                              \
        (void)cx;                                                                                  \
        (void)call;                                                                                \
        decide(of##_attrs, state);                                                                 \
        return RC_OK;                                                                              \
    }                                                                                              \
    static enum rc of##_update(struct ctx *cx, struct call *call, const void *prior, void *state)  \
    {                                                                                              \
        (void)prior;                                                                               \
        return of##_create(cx, call, state);                                                       \
    }                                                                                              \
    static const struct resource of##_resource = {                                                 \
        .type_name = "torture_" #of,                                                               \
        .summary = "Tortures",                                                                     \
        .doc = "Tortures.",                                                                        \
        .version = 1,                                                                              \
        .attrs = of##_attrs,                                                                       \
        .model_size = sizeof(struct of),                                                           \
        .identity = identity,                                                                      \
        .default_timeout_ms = 1000,                                                                \
        .create = of##_create,                                                                     \
        .read = read_nothing,                                                                      \
        .update = of##_update,                                                                     \
        .remove = remove_nothing,                                                                  \
    }

RESOURCE(texts);
RESOURCE(scalars);
RESOURCE(dynamics);
RESOURCE(collections);
RESOURCE(singles);
RESOURCE(lists);
RESOURCE(maps);
RESOURCE(sets);
RESOURCE(deep);

/* ---- Provider ---------------------------------------------------------------------------------
 */

static enum rc configure(struct ctx *cx, struct session *session, const void *model,
                         struct clients **ret_clients)
{
    (void)cx;
    (void)session;
    (void)model;
    *ret_clients = NULL; /* no callback here looks at them */
    return RC_OK;
}

static const struct attr provider_attrs[] = {{0}};
static const struct provider_block provider = {
    .attrs = provider_attrs, .model_size = 1, .doc = "Tortures.", .configure = configure};
static const struct resource *const resources[] = {
    &texts_resource,    &scalars_resource,
    &dynamics_resource, &collections_resource,
    &singles_resource,  &lists_resource,
    &maps_resource,     &sets_resource,
    &deep_resource,     NULL,
};
static const struct data_source *const data_sources[] = {NULL};
static const struct function *const functions[] = {NULL};
static const struct registry registry = {
    .provider = &provider,
    .resources = resources,
    .data_sources = data_sources,
    .functions = functions,
};

/* -check: a mistake in a table would show as a difference that is none. */
static int check_tables(void)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){0});
    for (const struct resource *const *r = resources; *r; r++) {
        if (attr_table_check(cx, (*r)->type_name, (*r)->attrs) != RC_OK) {
            fprintf(stderr, "%s: the table is wrong\n", (*r)->type_name);
        }
    }
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        fprintf(stderr, "%s\n", d->summary);
    }
    int wrong = cx->diags.errors > 0;
    ctx_free(cx);
    return wrong;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "-check") == 0) {
        return check_tables();
    }
    return serve_run(&registry, argc == 2 && strcmp(argv[1], "-debug") == 0);
}
