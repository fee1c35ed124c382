/*
 * What a table of rows must not say. Core crashes, or answers "this is a bug in the provider", on
 * most of it; the rest surprises users.
 */
#include <string.h>

#include "base/ctx.h"
#include "schema/attr.h"
#include "schema/checks.h"

/* Where the walk is. Members hold for all rows of the table being looked at. */
struct place {
    struct ctx *cx;
    const char *owner; /* "seedbank_x: destination.", for messages */
    const struct place *parent;
    const struct attr *within; /* the row that holds the table; NULL at the root */
    bool in_set;               /* this table, or one around it, is a set's */
    bool in_collection;        /* likewise of a list, set or map */
};

static void find(const struct place *p, const struct attr *attr, const char *what)
{
    diag_error(p->cx, NULL, arena_printf(p->cx->arena, "%s%s: %s", p->owner, attr->name, what),
               "A row of the attribute table is wrong. This is a defect of the provider; please "
               "report it.");
}

static void find_if(bool wrong, const struct place *p, const struct attr *attr, const char *what)
{
    if (wrong) {
        find(p, attr, what);
    }
}

/* ---- Names ------------------------------------------------------------------------------------
 */

/* Meta-arguments of resource blocks. */
static bool name_is_reserved(const char *name)
{
    static const char *const reserved[] = {"connection", "count",    "depends_on", "for_each",
                                           "lifecycle",  "provider", "provisioner"};
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (str_is(str_of(name), reserved[i])) {
            return true;
        }
    }
    return false;
}

static bool name_is_identifier(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    return *name && strchr(letters, *name) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static void check_name(const struct place *p, const struct attr *attrs, const struct attr *attr)
{
    find_if(!name_is_identifier(attr->name), p, attr,
            "the name must be of lower-case letters, digits and '_', starting with a letter");
    find_if(!p->within && name_is_reserved(attr->name), p, attr, "the name is a meta-argument");
    find_if(attr_find(attrs, attr->name) != attr, p, attr, "the name is there twice");
}

/* ---- Flags ------------------------------------------------------------------------------------
 */

static void check_presence(const struct place *p, const struct attr *attr)
{
    unsigned presence = attr->flags & (ATTR_REQUIRED | ATTR_OPTIONAL | ATTR_COMPUTED);
    find_if(presence == 0, p, attr, "must be required, optional or computed");
    find_if((presence & ATTR_REQUIRED) && presence != ATTR_REQUIRED, p, attr,
            "a required attribute is neither optional nor computed");
    bool parent_read_only = p->within && !(p->within->flags & (ATTR_REQUIRED | ATTR_OPTIONAL));
    find_if(parent_read_only && presence != ATTR_COMPUTED, p, attr,
            "inside a read-only attribute all must be read-only");
}

static void check_write_only(const struct place *p, const struct attr *attr)
{
    bool write_only = attr->flags & ATTR_WRITE_ONLY;
    find_if(write_only && (attr->flags & ATTR_COMPUTED), p, attr,
            "a write-only attribute cannot be computed");
    find_if(write_only && p->in_set, p, attr, "write-only is not possible inside a set");
    find_if(write_only && attr->kind == ATTR_OBJECT_SET, p, attr,
            "a set of objects cannot be write-only");
    find_if(p->within && (p->within->flags & ATTR_WRITE_ONLY) && !write_only, p, attr,
            "inside a write-only attribute all must be write-only");
    find_if(write_only && attr->default_text, p, attr,
            "a write-only attribute cannot have a default");
}

static void check_plan_flags(const struct place *p, const struct attr *attr)
{
    unsigned f = attr->flags;
    find_if((f & ATTR_REPLACE) && (f & ATTR_REPLACE_IF_CONFIGURED), p, attr,
            "choose between replace and replace-if-configured");
    find_if((f & ATTR_KEEP) && !(f & ATTR_COMPUTED), p, attr, "only what is computed can be kept");
    find_if((f & ATTR_KEEP) && p->in_set, p, attr,
            "keep inside a set takes the value of another element");
    find_if(!!(f & ATTR_DEPRECATED) != !!attr->deprecation, p, attr,
            "the deprecated flag and the deprecation text belong together");
}

/* ---- Types ------------------------------------------------------------------------------------
 */

/* A collection of dynamic values may hold mixed types, which core cannot represent. */
static bool holds_dynamic(const struct type *t)
{
    if (t->kind == TYPE_DYNAMIC || (t->element && holds_dynamic(t->element))) {
        return true;
    }
    for (size_t i = 0; i < t->n_fields; i++) {
        if (holds_dynamic(t->fields[i].type)) {
            return true;
        }
    }
    return false;
}

static void check_given_type(const struct place *p, const struct attr *attr)
{
    const struct type *t = attr->type;
    const struct type *parsed = NULL;
    if (!t) {
        find(p, attr, "needs a type");
        return;
    }
    find_if(type_parse(p->cx, str_of(type_json(p->cx->arena, t)), &parsed) != RC_OK ||
                !type_eq(t, parsed),
            p, attr, "the type does not survive being written and read");
    find_if(t->kind != TYPE_DYNAMIC && holds_dynamic(t), p, attr,
            "dynamic cannot be part of another type");
    find_if(t->kind == TYPE_DYNAMIC && p->in_collection, p, attr,
            "dynamic is not possible inside a list, set or map");
    find_if(attr->kind == ATTR_STRINGS && !type_eq(t, &type_list_of_string) &&
                !type_eq(t, &type_set_of_string),
            p, attr, "the type must be list or set of string");
}

static void check_type(const struct place *p, const struct attr *attr)
{
    bool takes_type = attr->kind == ATTR_VALUE || attr->kind == ATTR_STRINGS;
    bool nested = attr_is_nested(attr);
    if (takes_type) {
        check_given_type(p, attr);
    }
    find_if(!takes_type && attr->type, p, attr, "this kind takes no type");
    find_if(nested && (!attr->attrs || !attr->attrs->name), p, attr,
            "needs a table of nested attributes");
    find_if(nested != (attr->nested_size > 0), p, attr,
            "nested_size belongs to nested kinds, which need it");
    find_if(!nested && attr->attrs, p, attr, "this kind takes no nested attributes");
    find_if(attr->same && attr->kind != ATTR_STRING && attr->kind != ATTR_STRINGS &&
                attr->kind != ATTR_STRING_MAP,
            p, attr, "\"same\" compares texts only");
}

/* ---- Checks and default -----------------------------------------------------------------------
 */

static bool check_fits(const struct attr_check *check, const struct attr *attr)
{
    bool texts = attr->kind == ATTR_STRING || attr->kind == ATTR_STRINGS ||
                 attr->kind == ATTR_STRING_MAP || attr->kind == ATTR_VALUE;
    if (check->run == checks_one_of || check->run == checks_duration || check->run == checks_url ||
        check->run == checks_name || check->run == checks_text) {
        return texts;
    }
    if (check->run == checks_length) {
        return attr->kind != ATTR_BOOL && attr->kind != ATTR_INT && attr->kind != ATTR_OBJECT;
    }
    return check->run != checks_range || attr->kind == ATTR_INT || attr->kind == ATTR_VALUE;
}

static void check_checks(const struct place *p, const struct attr *attr)
{
    for (const struct attr_check *check = attr->checks; check && check->run; check++) {
        find_if(!check_fits(check, attr), p, attr, "a check does not fit the kind");
        find_if(check->run == checks_one_of && (!check->words || !check->words[0]), p, attr,
                "one-of allows no word");
        find_if(check->run == checks_name && (!check->what || !check->fault), p, attr,
                "a name's check lacks what it names or its rule");
        find_if(check->run == checks_text && !check->fault, p, attr,
                "a text's check lacks its rule");
        find_if(check->run == checks_name && attr->flags & (ATTR_SENSITIVE | ATTR_WRITE_ONLY), p,
                attr, "a name's check would show a secret");
        find_if((check->run == checks_length || check->run == checks_range) &&
                    check->min > check->max,
                p, attr, "a check's minimum is above its maximum");
        find_if(!check->doc && check->run != checks_one_of && check->run != checks_length &&
                    check->run != checks_range,
                p, attr, "a check has no text for the documentation");
    }
}

static void check_default(const struct place *p, const struct attr *attr)
{
    if (!attr->default_text) {
        return;
    }
    find_if((attr->flags & (ATTR_OPTIONAL | ATTR_COMPUTED)) != (ATTR_OPTIONAL | ATTR_COMPUTED), p,
            attr, "a default makes an attribute optional and computed");
    find_if(p->in_set, p, attr,
            "a default inside a set overrides what the configuration gives, once stored");
    const struct value *v = NULL;
    struct diag_point start = diag_point(p->cx);
    if (attr_default(p->cx, attr, &v) != RC_OK || !value_is_known(v) ||
        value_conforms(p->cx, v, attr_type(p->cx->arena, attr)) != RC_OK) {
        find(p, attr, "the default is not a value of the attribute's type");
        return;
    }
    for (const struct attr_check *check = attr->checks; check && check->run; check++) {
        check->run(p->cx, check, NULL, v);
    }
    find_if(diag_failed_since(p->cx, start), p, attr, "the default does not pass the checks");
}

/* ---- Memory -----------------------------------------------------------------------------------
 */

static size_t field_size(enum attr_kind kind)
{
    switch (kind) {
    case ATTR_STRING:
        return sizeof(struct field_string);
    case ATTR_BOOL:
        return sizeof(struct field_bool);
    case ATTR_INT:
        return sizeof(struct field_int);
    case ATTR_VALUE:
        return sizeof(struct field_value);
    case ATTR_STRINGS:
        return sizeof(struct field_strings);
    case ATTR_STRING_MAP:
        return sizeof(struct field_string_map);
    case ATTR_OBJECT:
        return sizeof(struct field_object);
    case ATTR_OBJECT_LIST:
    case ATTR_OBJECT_SET:
    case ATTR_OBJECT_MAP:
        return sizeof(struct field_objects);
    }
    return 0;
}

static void check_memory(const struct place *p, const struct attr *attrs, const struct attr *attr)
{
    size_t end = attr->offset + field_size(attr->kind);
    find_if(p->within && end > p->within->nested_size, p, attr, "lies outside the nested struct");
    for (const struct attr *other = attrs; other != attr; other++) {
        find_if(attr->offset < other->offset + field_size(other->kind) && other->offset < end, p,
                attr, "shares its member with another row");
    }
}

/* ---- Documentation ----------------------------------------------------------------------------
 */

static void check_doc(const struct place *p, const struct attr *attr)
{
    struct str doc = str_of(attr->doc);
    find_if(doc.n == 0, p, attr, "has no documentation");
    find_if(doc.n > 0 && doc.p[doc.n - 1] != '.', p, attr,
            "the documentation must end with a full stop");
    find_if(!str_utf8_valid(doc), p, attr, "the documentation is not UTF-8");
    find_if(doc.n > 0 && memchr(doc.p, '\n', doc.n), p, attr,
            "the documentation must be one line of Markdown");
}

/* ---- Walk -------------------------------------------------------------------------------------
 */

static void check_table(const struct place *p, const struct attr *attrs);

static void check_nested(const struct place *p, const struct attr *attr)
{
    bool set = attr->kind == ATTR_OBJECT_SET;
    struct place inner = {
        .cx = p->cx,
        .owner = arena_printf(p->cx->arena, "%s%s.", p->owner, attr->name),
        .parent = p,
        .within = attr,
        .in_set = p->in_set || set,
        .in_collection = p->in_collection || attr->kind != ATTR_OBJECT,
    };
    for (const struct place *outer = p; outer; outer = outer->parent) {
        if (outer->within && outer->within->attrs == attr->attrs) {
            find(p, attr, "the table holds itself");
            return;
        }
    }
    check_table(&inner, attr->attrs);
}

static void check_table(const struct place *p, const struct attr *attrs)
{
    for (const struct attr *attr = attrs; attr->name; attr++) {
        check_name(p, attrs, attr);
        check_presence(p, attr);
        check_write_only(p, attr);
        check_plan_flags(p, attr);
        check_type(p, attr);
        check_checks(p, attr);
        check_memory(p, attrs, attr);
        check_doc(p, attr);
        if (!attr_is_nested(attr)) {
            if (attr->type || (attr->kind != ATTR_VALUE && attr->kind != ATTR_STRINGS)) {
                check_default(p, attr);
            }
        } else if (attr->attrs) {
            check_nested(p, attr);
            check_default(p, attr);
        }
    }
}

enum rc attr_table_check(struct ctx *cx, const char *owner, const struct attr *attrs)
{
    struct diag_point start = diag_point(cx);
    struct place root = {.cx = cx, .owner = arena_printf(cx->arena, "%s: ", owner)};
    check_table(&root, attrs);
    return diag_failed_since(cx, start) ? RC_FAIL : RC_OK;
}
