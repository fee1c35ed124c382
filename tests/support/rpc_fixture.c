#include "rpc_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/session.h"
#include "notation.h"
#include "schema/private_state.h"
#include "schema/timeouts.h"
#include "value/value_msgpack.h"

/* Where the callbacks find their script. */
static struct rpc_fixture *current;

/* ---- The registry ---------------------------------------------------------------------------- */

static bool hours_same(struct str a, struct str b)
{
    int64_t x = 0;
    int64_t y = 1;
    return str_to_duration_ms(a, &x) && str_to_duration_ms(b, &y) && x == y;
}

#define R ATTR_REQUIRED
#define O ATTR_OPTIONAL
#define C ATTR_COMPUTED
#define ROW(model, member, row_kind, ...)                                                          \
    {                                                                                              \
        .name = #member, .kind = (row_kind), .offset = offsetof(struct model, member),             \
        .doc = "Text.", .flags = __VA_ARGS__                                                       \
    }

static const struct attr part_attrs[] = {
    ROW(rpc_part, key, ATTR_STRING, R),
    ROW(rpc_part, grade, ATTR_STRING, O | C, .default_text = "low"),
    ROW(rpc_part, serial, ATTR_STRING, C),
    {0},
};

const struct attr rpc_fixture_thing_attrs[] = {
    ROW(rpc_thing, zone, ATTR_STRING, R | ATTR_REPLACE),
    ROW(rpc_thing, name, ATTR_STRING, R | ATTR_REPLACE),
    ROW(rpc_thing, ttl, ATTR_STRING, O, .same = hours_same),
    ROW(rpc_thing, mode, ATTR_STRING, O | C, .default_text = "on"),
    ROW(rpc_thing, token, ATTR_STRING, O | ATTR_WRITE_ONLY),
    ROW(rpc_thing, id, ATTR_STRING, C | ATTR_KEEP),
    ROW(rpc_thing, etag, ATTR_STRING, C),
    ROW(rpc_thing, weight, ATTR_VALUE, C, .type = &type_number),
    ROW(rpc_thing, size, ATTR_INT, O),
    ROW(rpc_thing, parts, ATTR_OBJECT_LIST, O, .attrs = part_attrs,
        .nested_size = sizeof(struct rpc_part)),
    TIMEOUTS_ROW(struct rpc_thing, timeouts, 1),
    {0},
};

static void remember(char (*ret_text)[64], const char *text)
{
    snprintf(*ret_text, sizeof(*ret_text), "%s", text ? text : "");
}

static void fill(const struct rpc_script *s, struct rpc_thing *m)
{
    if (s->id != VALUE_NULL) {
        m->id = (struct field_string){s->id, s->id == VALUE_KNOWN ? "i-1" : NULL};
    }
    if (s->etag) {
        m->etag = (struct field_string){VALUE_KNOWN, s->etag};
    }
    if (s->ttl) {
        m->ttl = (struct field_string){VALUE_KNOWN, s->ttl};
    }
    if (s->weight) {
        m->weight.v = s->weight;
    }
}

/* Every callback of a resource. `state` is NULL for remove. */
static enum rc act(struct ctx *cx, struct call *call, struct rpc_thing *state)
{
    const struct rpc_script *s = &current->script;
    if (s->hold) { /* of tests with threads: they look at nothing below */
        return s->hold(s->hold_arg) ? RC_OK : RC_FAIL;
    }
    current->seen.calls++;
    current->seen.timeout_ms = call->timeout_ms;
    remember(&current->seen.note, private_state_get(call->private, "n"));
    if (call->clients && call->clients->unknown) {
        return diag_error(cx, NULL, "Provider setting endpoint is not known yet", "Apply first.");
    }
    if (s->note) {
        private_state_set(call->private, "n", s->note);
    }
    if (state) {
        remember(&current->seen.token, state->token.v);
        fill(s, state);
    }
    call->changed = s->changes;
    if (s->warns) {
        diag_warning(cx, NULL, s->warns, "It is.");
    }
    if (s->says) {
        diag_error(cx, NULL, s->says, "Do better.");
    }
    return s->rc;
}

static enum rc thing_create(struct ctx *cx, struct call *call, void *state)
{
    return act(cx, call, state);
}

static enum rc thing_update(struct ctx *cx, struct call *call, const void *prior, void *state)
{
    (void)prior;
    return act(cx, call, state);
}

static enum rc thing_remove(struct ctx *cx, struct call *call, const void *prior)
{
    (void)prior;
    return act(cx, call, NULL);
}

static enum rc thing_validate(struct ctx *cx, const void *config)
{
    const struct rpc_thing *m = config;
    return m->size.state == VALUE_KNOWN && m->size.v < 0
               ? diag_error(cx, path_attribute(cx->arena, NULL, "size"), "Negative", "Give more.")
               : RC_OK;
}

static enum rc thing_plan(struct ctx *cx, struct call *call, struct resource_plan *plan)
{
    const struct rpc_script *s = &current->script;
    const struct rpc_thing *config = plan->config;
    struct rpc_thing *planned = plan->planned;
    if (s->hold) {
        return RC_OK;
    }
    for (const char *const *name = s->replace; *name; name++) {
        path_list_add(cx->arena, &plan->replace, path_attribute(cx->arena, NULL, *name));
    }
    if (s->note) {
        private_state_set(call->private, "n", s->note);
    }
    if (s->tells_token) {
        planned->token = config->token;
    }
    return s->rc;
}

static enum rc thing_plan_remove(struct ctx *cx, struct call *call, const void *prior)
{
    const struct rpc_script *s = &current->script;
    const struct rpc_thing *m = prior;
    (void)call;
    if (s->warns) {
        diag_warning(cx, NULL, s->warns, "%s", m->name.v);
    }
    return s->rc;
}

static enum rc thing_upgrade(struct ctx *cx, int64_t from_version, void *state)
{
    struct rpc_thing *m = state;
    (void)cx;
    current->seen.from_version = from_version;
    if (m->mode.state == VALUE_NULL) {
        m->mode = (struct field_string){VALUE_KNOWN, "upgraded"};
    }
    return current->script.rc;
}

static const struct resource thing = {
    .type_name = "test_thing",
    .summary = "A thing.",
    .doc = "A thing.",
    .version = 2,
    .attrs = rpc_fixture_thing_attrs,
    .model_size = sizeof(struct rpc_thing),
    .identity = (const char *const[]){"zone", "name", NULL},
    .default_timeout_ms = 7000,
    .create = thing_create,
    .read = thing_create,
    .update = thing_update,
    .remove = thing_remove,
    .validate = thing_validate,
    .plan = thing_plan,
    .plan_remove = thing_plan_remove,
    .upgrade = thing_upgrade,
};

/* Nothing optional: no upgrade, no plan step, no validation; named by one attribute. */
struct single {
    struct field_string name;
};

const struct attr rpc_fixture_single_attrs[] = {
    ROW(single, name, ATTR_STRING, R | ATTR_REPLACE),
    {0},
};

static enum rc single_act(struct ctx *cx, struct call *call, void *state)
{
    (void)state;
    return act(cx, call, NULL);
}

static enum rc single_update(struct ctx *cx, struct call *call, const void *prior, void *state)
{
    (void)prior;
    return single_act(cx, call, state);
}

static const struct resource single = {
    .type_name = "test_single",
    .summary = "One.",
    .doc = "One.",
    .version = 1,
    .attrs = rpc_fixture_single_attrs,
    .model_size = sizeof(struct single),
    .identity = (const char *const[]){"name", NULL},
    .create = single_act,
    .read = single_act,
    .update = single_update,
    .remove = thing_remove,
};

struct lookup {
    struct field_string name, found;
};

const struct attr rpc_fixture_lookup_attrs[] = {
    ROW(lookup, name, ATTR_STRING, R),
    ROW(lookup, found, ATTR_STRING, C),
    {0},
};

static enum rc lookup_read(struct ctx *cx, struct call *call, void *model)
{
    struct lookup *m = model;
    const struct rpc_script *s = &current->script;
    (void)cx;
    current->seen.calls++;
    m->found = (struct field_string){s->id, s->id == VALUE_KNOWN ? "it" : NULL};
    if (call->clients) {
        remember(&current->seen.note, call->clients->endpoint);
    }
    return s->rc;
}

static const struct data_source lookup = {
    .type_name = "test_lookup",
    .summary = "Looks.",
    .doc = "Looks.",
    .attrs = rpc_fixture_lookup_attrs,
    .model_size = sizeof(struct lookup),
    .read = lookup_read,
};

/* glue(a, b, c) = a and b; b may be null, c unknown. */
static enum rc glue_call(struct ctx *cx, const struct value *const *arguments,
                         int64_t *ret_argument, const struct value **ret_result)
{
    const struct value *a = arguments[0];
    struct str b = value_is_known(arguments[1]) ? arguments[1]->text : STR_LIT("nothing");
    if (str_is(b, "lost")) { /* a defect: success without a result */
        return RC_OK;
    }
    if (str_is(b, "silent")) {
        return RC_FAIL;
    }
    if (str_is(b, "bad")) {
        diag_warning(cx, NULL, "Only a warning", "Not the reason.");
        *ret_argument = 1;
        return diag_error(cx, NULL, "Cannot glue", "It is bad.");
    }
    *ret_result = value_text(
        cx->arena, arena_printf(cx->arena, "%.*s+%.*s", (int)a->text.n, a->text.p, (int)b.n, b.p));
    return RC_OK;
}

static const struct function glue = {
    .name = "glue",
    .summary = "Glues.",
    .doc = "Glues.",
    .parameters = {{.name = "a", .doc = "A.", .type = &type_string},
                   {.name = "b", .doc = "B.", .type = &type_string, .allow_null = true},
                   {.name = "c", .doc = "C.", .type = &type_list_of_string, .allow_unknown = true}},
    .result = &type_string,
    .call = glue_call,
};

/* As many parameters as there can be: their list has no end mark. */
static enum rc six_call(struct ctx *cx, const struct value *const *arguments, int64_t *ret_argument,
                        const struct value **ret_result)
{
    (void)ret_argument;
    *ret_result = value_text(cx->arena, str_dup(cx->arena, arguments[5]->text));
    return RC_OK;
}

#define PARAMETER(parameter_name)                                                                  \
    {                                                                                              \
        .name = (parameter_name), .doc = "P.", .type = &type_string                                \
    }
static const struct function six = {
    .name = "six",
    .summary = "Takes six.",
    .doc = "Takes six.",
    .parameters = {PARAMETER("a"), PARAMETER("b"), PARAMETER("c"), PARAMETER("d"), PARAMETER("e"),
                   PARAMETER("f")},
    .result = &type_string,
    .call = six_call,
};

struct block {
    struct field_string endpoint;
};

static const struct attr block_attrs[] = {
    ROW(block, endpoint, ATTR_STRING, O),
    {0},
};

/* The mark of what is gone: a call that still uses it would see it, and the sanitizers the use. */
static void clients_free(void *object)
{
    struct clients *c = object;
    __atomic_add_fetch(c->freed, 1, __ATOMIC_SEQ_CST);
    memset(c, 'x', sizeof(*c));
    free(c);
}

static enum rc block_configure(struct ctx *cx, struct session *session, const void *model,
                               struct clients **ret_clients)
{
    const struct block *m = model;
    if (m->endpoint.v && strcmp(m->endpoint.v, "refuse") == 0) {
        return diag_error(cx, NULL, "Refused", "That endpoint is refused.");
    }
    struct clients *c = calloc(1, sizeof(*c));
    if (!c) {
        abort();
    }
    c->freed = &current->configurations_freed;
    c->unknown = m->endpoint.state == VALUE_UNKNOWN;
    snprintf(c->endpoint, sizeof(c->endpoint), "%s", m->endpoint.v ? m->endpoint.v : "");
    session_own(session, c, clients_free);
    *ret_clients = c;
    return RC_OK;
}

static const struct provider_block block = {
    .attrs = block_attrs,
    .model_size = sizeof(struct block),
    .doc = "For tests.",
    .configure = block_configure,
};

const struct registry rpc_fixture_registry = {
    .provider = &block,
    .resources = (const struct resource *const[]){&thing, &single, NULL},
    .data_sources = (const struct data_source *const[]){&lookup, NULL},
    .functions = (const struct function *const[]){&glue, &six, NULL},
};

/* ---- Life ------------------------------------------------------------------------------------ */

static struct ctx *new_ctx(struct rpc_fixture *f)
{
    return ctx_new(&(struct ctx_options){.cancel = f->root});
}

int rpc_fixture_open(void **state)
{
    struct rpc_fixture *f = calloc(1, sizeof(*f));
    if (!f) {
        abort();
    }
    f->root = cancel_new(NULL);
    f->server = rpc_server_new(&rpc_fixture_registry, NULL, f->root);
    f->cx = new_ctx(f);
    current = f;
    *state = f;
    return 0;
}

int rpc_fixture_close(void **state)
{
    struct rpc_fixture *f = *state;
    ctx_free(f->cx);
    rpc_server_free(f->server);
    cancel_free(f->root);
    current = NULL;
    free(f);
    return 0;
}

void rpc_fixture_next(struct rpc_fixture *f)
{
    ctx_free(f->cx);
    f->cx = new_ctx(f);
    f->seen = (struct rpc_seen){0};
}

/* ---- Values ---------------------------------------------------------------------------------- */

static Tfplugin6__DynamicValue *to_wire(struct ctx *cx, const struct value *v)
{
    Tfplugin6__DynamicValue *wire = arena_alloc(cx->arena, sizeof(*wire));
    struct str bytes = {0};
    tfplugin6__dynamic_value__init(wire);
    if (value_msgpack_encode(cx, v, v->type, &bytes) != RC_OK) {
        abort();
    }
    wire->msgpack.data = arena_memdup(cx->arena, bytes.p, bytes.n);
    wire->msgpack.len = bytes.n;
    return wire;
}

static const struct value *from_wire(struct ctx *cx, const struct type *t,
                                     const Tfplugin6__DynamicValue *wire)
{
    const struct value *v = NULL;
    struct str bytes = {(const char *)wire->msgpack.data, wire->msgpack.len};
    if (value_msgpack_decode(cx, bytes, t, &v) != RC_OK || value_conforms(cx, v, t) != RC_OK) {
        return value_text(cx->arena, "(does not conform)");
    }
    return v;
}

Tfplugin6__DynamicValue *rpc_fixture_wire(struct ctx *cx, const struct attr *attrs,
                                          const char *text)
{
    return to_wire(cx, notation_object(cx->arena, attr_object_type(cx->arena, attrs), text));
}

Tfplugin6__DynamicValue *rpc_fixture_value(struct ctx *cx, const struct type *t, const char *text)
{
    return to_wire(cx, notation_value(cx->arena, t, text));
}

const char *rpc_fixture_value_text(struct ctx *cx, const struct type *t,
                                   const Tfplugin6__DynamicValue *wire)
{
    return wire ? notation_text(cx->arena, from_wire(cx, t, wire)) : "(none)";
}

const char *rpc_fixture_text(struct ctx *cx, const struct attr *attrs,
                             const Tfplugin6__DynamicValue *wire)
{
    return rpc_fixture_value_text(cx, attr_object_type(cx->arena, attrs), wire);
}

static const struct type *identity_type(struct arena *a)
{
    const struct type_field fields[] = {{"zone", &type_string}, {"name", &type_string}};
    return type_object(a, fields, 2);
}

static const char *part(struct arena *a, const struct value *v)
{
    return value_is_unknown(v) ? "?" : value_is_null(v) ? "-" : str_dup(a, v->text);
}

const char *rpc_fixture_identity(struct ctx *cx, const Tfplugin6__ResourceIdentityData *wire)
{
    if (!wire || !wire->identity_data) {
        return "(none)";
    }
    const struct value *v = from_wire(cx, identity_type(cx->arena), wire->identity_data);
    if (v->type->kind != TYPE_OBJECT || !value_is_known(v)) {
        return "(no object)";
    }
    return arena_printf(cx->arena, "%s/%s", part(cx->arena, value_field(v, "zone")),
                        part(cx->arena, value_field(v, "name")));
}

Tfplugin6__ResourceIdentityData *rpc_fixture_identity_wire(struct ctx *cx, const char *text)
{
    Tfplugin6__ResourceIdentityData *wire = arena_alloc(cx->arena, sizeof(*wire));
    tfplugin6__resource_identity_data__init(wire);
    wire->identity_data = to_wire(cx, notation_object(cx->arena, identity_type(cx->arena), text));
    return wire;
}

/* ---- Bytes and messages ---------------------------------------------------------------------- */

ProtobufCBinaryData rpc_fixture_bytes(struct ctx *cx, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    return (ProtobufCBinaryData){n, arena_memdup(cx->arena, text ? text : "", n)};
}

const char *rpc_fixture_bytes_text(struct ctx *cx, ProtobufCBinaryData bytes)
{
    return bytes.len ? arena_strndup(cx->arena, (const char *)bytes.data, bytes.len) : "";
}

const char *rpc_fixture_said(struct ctx *cx, size_t n, Tfplugin6__Diagnostic **list)
{
    struct buf *b = buf_new(cx->arena, (size_t)1 << 20);
    for (size_t i = 0; i < n; i++) {
        const char *kind = list[i]->severity == TFPLUGIN6__DIAGNOSTIC__SEVERITY__ERROR ? "E" : "W";
        buf_printf(b, "%s%s %s: %s", i ? " | " : "", kind, list[i]->summary, list[i]->detail);
    }
    return n ? b->data : "";
}

const char *rpc_fixture_configure(struct rpc_fixture *f, struct ctx *cx, const char *block_text,
                                  const char *host_version)
{
    Tfplugin6__ConfigureProvider__Request req;
    Tfplugin6__ConfigureProvider__Response res;
    tfplugin6__configure_provider__request__init(&req);
    tfplugin6__configure_provider__response__init(&res);
    req.config = rpc_fixture_wire(cx, block_attrs, block_text);
    req.terraform_version = arena_strdup(cx->arena, host_version);
    rpc_configure_provider(cx, f->server, &req, &res);
    return rpc_fixture_said(cx, res.n_diagnostics, res.diagnostics);
}
