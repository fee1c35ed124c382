#include "rpc/rpc_identity.h"

#include <string.h>

#include "base/buf.h"
#include "rpc/rpc_wire.h"

size_t rpc_identity_count(const struct resource *r)
{
    size_t n = 0;
    while (r->identity[n]) {
        n++;
    }
    return n;
}

const struct type *rpc_identity_type(struct arena *a, const struct resource *r)
{
    size_t n = rpc_identity_count(r);
    struct type_field *fields = arena_array(a, n, sizeof(*fields));
    for (size_t i = 0; i < n; i++) {
        fields[i] =
            (struct type_field){r->identity[i], attr_type(a, attr_find(r->attrs, r->identity[i]))};
    }
    return type_object(a, fields, n);
}

enum rc rpc_identity_encode(struct ctx *cx, const struct resource *r, const struct value *object,
                            Tfplugin6__ResourceIdentityData **ret_wire)
{
    const struct type *t = rpc_identity_type(cx->arena, r);
    const struct value **items = arena_array(cx->arena, t->n_fields, sizeof(const struct value *));
    for (size_t i = 0; i < t->n_fields; i++) {
        items[i] = value_field(object, t->fields[i].name);
    }
    const struct value *identity = value_object(cx->arena, t, items);
    if (!value_is_wholly_known(identity)) {
        return RC_OK;
    }
    Tfplugin6__ResourceIdentityData *wire =
        rpc_wire_message(cx->arena, &tfplugin6__resource_identity_data__descriptor);
    if (rpc_wire_encode(cx, identity, t, "identity", &wire->identity_data) != RC_OK) {
        return RC_FAIL;
    }
    *ret_wire = wire;
    return RC_OK;
}

const char *rpc_identity_text(struct arena *a, const struct resource *r, const struct value *object)
{
    const char *text = "";
    for (size_t i = 0; r->identity[i]; i++) {
        const struct value *part = value_field(object, r->identity[i]);
        const char *known = part && value_is_known(part) ? str_dup(a, part->text) : "";
        text = arena_printf(a, "%s%s%s", text, i ? "/" : "", known);
    }
    return text;
}

/* "bucket/rule_id": how the import ID is made. */
static char *form_of(struct arena *a, const struct resource *r)
{
    struct buf *b = buf_new(a, 1024);
    for (size_t i = 0; r->identity[i]; i++) {
        buf_printf(b, "%s%s", i ? "/" : "", r->identity[i]);
    }
    return b->data;
}

enum rc rpc_identity_from_id(struct ctx *cx, const struct resource *r, const char *id,
                             const char **ret_parts)
{
    size_t n = rpc_identity_count(r);
    const char *rest = id;
    if (!str_utf8_valid(str_of(id))) {
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot import %s", r->type_name),
                          "The import ID is not valid UTF-8. Check its spelling.");
    }
    for (size_t i = 0; i < n; i++) {
        const char *slash = i + 1 < n ? strchr(rest, '/') : NULL;
        size_t length = slash ? (size_t)(slash - rest) : strlen(rest);
        if (length == 0 || (i + 1 < n && !slash)) {
            return diag_error(cx, NULL,
                              arena_printf(cx->arena, "Cannot import %s \"%s\"", r->type_name, id),
                              "The import ID must have the form %s.", form_of(cx->arena, r));
        }
        ret_parts[i] = arena_strndup(cx->arena, rest, length);
        rest += length + (slash ? 1 : 0);
    }
    return RC_OK;
}

enum rc rpc_identity_from_wire(struct ctx *cx, const struct resource *r,
                               const Tfplugin6__ResourceIdentityData *wire, const char **ret_parts)
{
    const struct value *v = NULL;
    if (rpc_wire_decode(cx, wire->identity_data, rpc_identity_type(cx->arena, r), "identity", &v) !=
        RC_OK) {
        return RC_FAIL;
    }
    for (size_t i = 0; r->identity[i]; i++) {
        const struct value *part = value_is_known(v) ? value_field(v, r->identity[i]) : NULL;
        bool given = part && value_is_known(part) && part->text.n > 0;
        if (given && memchr(part->text.p, '\0', part->text.n)) {
            return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot import %s", r->type_name),
                              "The identity's %s must not hold the character U+0000. Remove it.",
                              r->identity[i]);
        }
        if (!given) {
            return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot import %s", r->type_name),
                              "The identity must give a value for %s.", r->identity[i]);
        }
        ret_parts[i] = str_dup(cx->arena, part->text);
    }
    return RC_OK;
}
