/* The order of values, and what follows from it: equality. */
#include <string.h>

#include "value/number.h"
#include "value/value.h"

static int sign(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* What names the i-th item, where names may differ. */
static int compare_names(const struct value *a, const struct value *b, size_t i)
{
    if (a->type->kind == TYPE_MAP) {
        return str_cmp(a->keys[i], b->keys[i]);
    }
    if (a->type->kind == TYPE_OBJECT && a->type != b->type) {
        return strcmp(a->type->fields[i].name, b->type->fields[i].name);
    }
    return 0;
}

static int compare_items(const struct value *a, const struct value *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = compare_names(a, b, i);
        if (c == 0) {
            c = value_cmp(a->items[i], b->items[i]);
        }
        if (c != 0) {
            return c;
        }
    }
    if (a->n != b->n) {
        return sign(a->n, b->n);
    }
    /* The items' own types were compared; of empty collections only the type is left. */
    return a->n == 0 ? type_cmp(a->type, b->type) : 0;
}

static int compare_known(const struct value *a, const struct value *b)
{
    enum type_kind kind = a->type->kind;
    if (kind != b->type->kind) {
        return kind < b->type->kind ? -1 : 1;
    }
    if (kind == TYPE_BOOL) {
        return a->boolean - b->boolean;
    }
    if (kind == TYPE_NUMBER) {
        return number_cmp(a->text, b->text);
    }
    return kind == TYPE_STRING ? str_cmp(a->text, b->text) : compare_items(a, b);
}

int value_cmp(const struct value *a, const struct value *b)
{
    if (a == b) {
        return 0;
    }
    if (a->state != b->state) {
        return a->state > b->state ? -1 : 1;
    }
    return a->state == VALUE_KNOWN ? compare_known(a, b) : type_cmp(a->type, b->type);
}

bool value_eq(const struct value *a, const struct value *b)
{
    return value_cmp(a, b) == 0;
}
