/* Values for a person: as HCL would write them, cut when long. */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "value/place.h"
#include "value/type.h"
#include "value/value.h"

enum { LENGTH_MAX = 240 };

static void write_text(struct buf *b, struct str s)
{
    buf_putc(b, '"');
    for (size_t i = 0; i < s.n && !b->full; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') {
            buf_putc(b, '\\');
        }
        if (c < 0x20 || c == 0x7f) {
            buf_printf(b, "\\u%04x", c);
        } else {
            buf_putc(b, (char)c);
        }
    }
    buf_putc(b, '"');
}

static void write_value(struct buf *b, const struct value *v);

static void write_items(struct buf *b, const struct value *v)
{
    bool named = v->type->kind == TYPE_MAP || v->type->kind == TYPE_OBJECT;
    buf_puts(b, named ? "{" : "[");
    for (size_t i = 0; i < v->n && !b->full; i++) {
        if (i > 0) {
            buf_puts(b, ", ");
        }
        if (v->type->kind == TYPE_OBJECT) {
            buf_printf(b, "%s = ", v->type->fields[i].name);
        } else if (v->type->kind == TYPE_MAP) {
            write_text(b, v->keys[i]);
            buf_puts(b, " = ");
        }
        write_value(b, v->items[i]);
    }
    buf_puts(b, named ? "}" : "]");
}

static void write_value(struct buf *b, const struct value *v)
{
    switch (place_content(v, v->type)) {
    case PLACE_NULL:
        buf_puts(b, "null");
        break;
    case PLACE_UNKNOWN:
        buf_puts(b, "(known after apply)");
        break;
    case PLACE_BOOL:
        buf_puts(b, v->boolean ? "true" : "false");
        break;
    case PLACE_NUMBER:
        buf_append(b, v->text.p, v->text.n);
        break;
    case PLACE_STRING:
        write_text(b, v->text);
        break;
    case PLACE_SEQUENCE:
    case PLACE_ENTRIES:
        write_items(b, v);
        break;
    case PLACE_MISFIT:
    case PLACE_TYPED:
        break; /* never in a place of the value's own type */
    }
}

char *value_describe(struct arena *a, const struct value *v)
{
    struct buf *b = buf_new(a, LENGTH_MAX);
    write_value(b, v);
    char *clean = str_utf8_clean(a, buf_str(b), LENGTH_MAX + 1);
    return b->full ? arena_printf(a, "%s...", clean) : clean;
}
