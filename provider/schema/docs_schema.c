#include "schema/docs_schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "schema/checks.h"

#define WRITE_ONLY_URL                                                                             \
    "https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments"

struct writer {
    struct arena *a;
    struct buf *out;
};

/* The table being written: where it hangs, as "x--y" and "x.y"; both empty at the root. */
struct table {
    const struct attr *attrs;
    const char *anchor, *title;
};

static const struct group {
    const char *root, *nested;
    unsigned mask, flags; /* attributes whose flags under the mask are these */
} groups[] = {
    {"### Required", "Required:", ATTR_REQUIRED, ATTR_REQUIRED},
    {"### Optional", "Optional:", ATTR_OPTIONAL, ATTR_OPTIONAL},
    {"### Read-Only", "Read-Only:", ATTR_REQUIRED | ATTR_OPTIONAL, 0},
};

/* ---- Types ------------------------------------------------------------------------------------
 */

const char *docs_schema_type(struct arena *a, const struct type *t)
{
    switch (t->kind) {
    case TYPE_BOOL:
        return "Boolean";
    case TYPE_NUMBER:
        return "Number";
    case TYPE_STRING:
        return "String";
    case TYPE_DYNAMIC:
        return "Dynamic";
    case TYPE_LIST:
        return arena_printf(a, "List of %s", docs_schema_type(a, t->element));
    case TYPE_SET:
        return arena_printf(a, "Set of %s", docs_schema_type(a, t->element));
    case TYPE_MAP:
        return arena_printf(a, "Map of %s", docs_schema_type(a, t->element));
    case TYPE_OBJECT:
        return "Object";
    case TYPE_TUPLE:
        return "Tuple";
    }
    return "";
}

static const char *type_of(struct arena *a, const struct attr *attr)
{
    if (attr->kind == ATTR_OBJECT) {
        return "Attributes";
    }
    if (attr->kind == ATTR_OBJECT_LIST) {
        return "Attributes List";
    }
    if (attr->kind == ATTR_OBJECT_SET) {
        return "Attributes Set";
    }
    if (attr->kind == ATTR_OBJECT_MAP) {
        return "Attributes Map";
    }
    return docs_schema_type(a, attr_type(a, attr));
}

/* ---- What a row says beside its text ----------------------------------------------------------
 */

static void write_words(struct writer *w, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) {
        const char *separator = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        buf_printf(w->out, "%s`%s`", separator, words[i]);
    }
}

static void write_check(struct writer *w, const struct attr *attr, const struct attr_check *check)
{
    const char *subject =
        attr->kind == ATTR_STRINGS || attr->kind == ATTR_STRING_MAP ? "Each must be " : "Must be ";
    if (check->doc) {
        buf_printf(w->out, " %s%s.", subject, check->doc);
    } else if (check->run == checks_one_of) {
        buf_printf(w->out, " %s", subject);
        write_words(w, check->words);
        buf_puts(w->out, ".");
    } else {
        const char *label = check->run == checks_range  ? "Must be"
                            : attr->kind == ATTR_STRING ? "Length in bytes:"
                                                        : "Number of elements:";
        buf_printf(w->out, " %s %s.", label, checks_bounds(w->a, check));
    }
}

static void write_rules(struct writer *w, const struct attr *attr)
{
    for (const struct attr_check *check = attr->checks; check && check->run; check++) {
        write_check(w, attr, check);
    }
    if (attr->default_text) {
        buf_printf(w->out, " Default: `%s`.", attr->default_text[0] ? attr->default_text : "\"\"");
    }
    if (attr->flags & ATTR_REPLACE) {
        buf_puts(w->out, " Changing it replaces the resource.");
    }
    if (attr->flags & ATTR_REPLACE_IF_CONFIGURED) {
        buf_puts(w->out, " Giving it another value replaces the resource.");
    }
    if (attr->flags & ATTR_DEPRECATED) {
        buf_printf(w->out, " Deprecated: %s", attr->deprecation);
    }
}

/* ---- Attributes -------------------------------------------------------------------------------
 */

static const char *join(struct arena *a, const char *outer, const char *separator, const char *name)
{
    return *outer ? arena_printf(a, "%s%s%s", outer, separator, name) : name;
}

static void write_attr(struct writer *w, const struct table *table, const struct attr *attr)
{
    buf_printf(w->out, "- `%s` (%s", attr->name, type_of(w->a, attr));
    if (attr->flags & ATTR_SENSITIVE) {
        buf_puts(w->out, ", Sensitive");
    }
    if (attr->flags & ATTR_DEPRECATED) {
        buf_puts(w->out, ", Deprecated");
    }
    if (attr->flags & ATTR_WRITE_ONLY) {
        buf_puts(w->out, ", [Write-only](" WRITE_ONLY_URL ")");
    }
    buf_printf(w->out, ") %s", attr->doc);
    write_rules(w, attr);
    if (attr_is_nested(attr)) {
        buf_printf(w->out, " (see [below for nested schema](#nestedatt--%s))",
                   join(w->a, table->anchor, "--", attr->name));
    }
    buf_putc(w->out, '\n');
}

static int by_name(const void *a, const void *b)
{
    const struct attr *const *x = a;
    const struct attr *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* The rows of a group by name, NULL-ended. */
static const struct attr **sorted_group(struct arena *a, const struct attr *attrs,
                                        const struct group *group)
{
    size_t n = 0;
    while (attrs[n].name) {
        n++;
    }
    const struct attr **rows = arena_array(a, n + 1, sizeof(const struct attr *));
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if ((attrs[i].flags & group->mask) == group->flags) {
            rows[k++] = &attrs[i];
        }
    }
    if (k > 0) {
        qsort(rows, k, sizeof(const struct attr *), by_name);
    }
    return rows;
}

static void write_group(struct writer *w, const struct table *table, const struct group *group)
{
    const struct attr **rows = sorted_group(w->a, table->attrs, group);
    if (!rows[0]) {
        return;
    }
    buf_printf(w->out, "%s\n\n", *table->anchor ? group->nested : group->root);
    for (; *rows; rows++) {
        write_attr(w, table, *rows);
    }
    buf_putc(w->out, '\n');
}

static void write_table(struct writer *w, const struct table *table);

static void write_nested(struct writer *w, const struct table *table, const struct attr *attr)
{
    struct table inner = {
        .attrs = attr->attrs,
        .anchor = join(w->a, table->anchor, "--", attr->name),
        .title = join(w->a, table->title, ".", attr->name),
    };
    buf_printf(w->out, "<a id=\"nestedatt--%s\"></a>\n### Nested Schema for `%s`\n\n", inner.anchor,
               inner.title);
    write_table(w, &inner);
}

static void write_table(struct writer *w, const struct table *table)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        write_group(w, table, &groups[i]);
    }
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (const struct attr **row = sorted_group(w->a, table->attrs, &groups[i]); *row; row++) {
            if (attr_is_nested(*row)) {
                write_nested(w, table, *row);
            }
        }
    }
}

void docs_schema(struct arena *a, struct buf *out, const struct attr *attrs)
{
    struct writer w = {a, out};
    buf_puts(out, "## Schema\n\n");
    write_table(&w, &(struct table){attrs, "", ""});
}
