#include "rpc/rpc_wire.h"

#include <string.h>

#include "value/value_msgpack.h"

void *rpc_wire_message(struct arena *a, const ProtobufCMessageDescriptor *descriptor)
{
    void *m = arena_alloc(a, descriptor->sizeof_message);
    descriptor->message_init(m);
    return m;
}

char *rpc_wire_text(struct arena *a, const char *s)
{
    return arena_strdup(a, s ? s : "");
}

ProtobufCBinaryData rpc_wire_bytes(struct arena *a, struct str s)
{
    return (ProtobufCBinaryData){s.n, s.n ? arena_memdup(a, s.p, s.n) : NULL};
}

struct str rpc_wire_str(ProtobufCBinaryData b)
{
    return (struct str){(const char *)b.data, b.len};
}

enum rc rpc_wire_decode(struct ctx *cx, const Tfplugin6__DynamicValue *wire, const struct type *t,
                        const char *what, const struct value **ret_v)
{
    if (wire && !wire->msgpack.len && wire->json.len) {
        return diag_error(cx, NULL,
                          arena_printf(cx->arena, "Cannot decode the %s sent by core", what),
                          "It came as JSON where the protocol has MessagePack.");
    }
    struct diag_point point = diag_point(cx);
    struct str bytes = wire ? rpc_wire_str(wire->msgpack) : (struct str){0};
    if (value_msgpack_decode(cx, bytes, t, ret_v) != RC_OK) {
        return diag_wrap(cx, point, "Cannot decode the %s sent by core", what);
    }
    return RC_OK;
}

enum rc rpc_wire_encode(struct ctx *cx, const struct value *v, const struct type *t,
                        const char *what, Tfplugin6__DynamicValue **ret_wire)
{
    struct diag_point point = diag_point(cx);
    struct str bytes = {0};
    if (value_conforms(cx, v, t) != RC_OK || value_msgpack_encode(cx, v, t, &bytes) != RC_OK) {
        return diag_wrap(cx, point, "Provider defect: the %s does not fit its schema", what);
    }
    Tfplugin6__DynamicValue *wire =
        rpc_wire_message(cx->arena, &tfplugin6__dynamic_value__descriptor);
    wire->msgpack = rpc_wire_bytes(cx->arena, bytes);
    *ret_wire = wire;
    return RC_OK;
}

static Tfplugin6__AttributePath__Step *wire_step(struct arena *a, const struct path *p)
{
    Tfplugin6__AttributePath__Step *step =
        rpc_wire_message(a, &tfplugin6__attribute_path__step__descriptor);
    switch (p->kind) {
    case PATH_ATTRIBUTE:
        step->selector_case = TFPLUGIN6__ATTRIBUTE_PATH__STEP__SELECTOR_ATTRIBUTE_NAME;
        step->attribute_name = rpc_wire_text(a, p->name);
        break;
    case PATH_KEY:
        step->selector_case = TFPLUGIN6__ATTRIBUTE_PATH__STEP__SELECTOR_ELEMENT_KEY_STRING;
        step->element_key_string = rpc_wire_text(a, p->name);
        break;
    case PATH_INDEX:
        step->selector_case = TFPLUGIN6__ATTRIBUTE_PATH__STEP__SELECTOR_ELEMENT_KEY_INT;
        step->element_key_int = p->index;
        break;
    }
    return step;
}

Tfplugin6__AttributePath *rpc_wire_path(struct arena *a, const struct path *path)
{
    Tfplugin6__AttributePath *wire = rpc_wire_message(a, &tfplugin6__attribute_path__descriptor);
    wire->n_steps = path_depth(path);
    wire->steps = arena_array(a, wire->n_steps, sizeof(*wire->steps));
    size_t i = wire->n_steps;
    for (const struct path *p = path; p; p = p->parent) {
        wire->steps[--i] = wire_step(a, p);
    }
    return wire;
}

void rpc_wire_diagnostics(struct ctx *cx, enum rc rc, size_t *ret_n,
                          Tfplugin6__Diagnostic ***ret_list)
{
    if (rc != RC_OK && cx->diags.errors == 0) {
        diag_error(cx, NULL, "Provider defect: an operation failed without saying why",
                   "Please report this with the output of TF_LOG=debug.");
    }
    size_t n = 0;
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        n++;
    }
    Tfplugin6__Diagnostic **list = arena_array(cx->arena, n, sizeof(*list));
    size_t i = 0;
    for (const struct diag *d = cx->diags.first; d; d = d->next) {
        Tfplugin6__Diagnostic *wire =
            rpc_wire_message(cx->arena, &tfplugin6__diagnostic__descriptor);
        wire->severity = d->severity == DIAG_ERROR ? TFPLUGIN6__DIAGNOSTIC__SEVERITY__ERROR
                                                   : TFPLUGIN6__DIAGNOSTIC__SEVERITY__WARNING;
        wire->summary = rpc_wire_text(cx->arena, d->summary);
        wire->detail = rpc_wire_text(cx->arena, d->detail);
        wire->attribute = d->path ? rpc_wire_path(cx->arena, d->path) : NULL;
        list[i++] = wire;
    }
    *ret_n = n;
    *ret_list = list;
}
