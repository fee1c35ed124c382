#include "rpc/rpc_schema.h"

#include "rpc/rpc_wire.h"

static ProtobufCBinaryData wire_type(struct arena *a, const struct type *t)
{
    return rpc_wire_bytes(a, str_of(type_json(a, t)));
}

static size_t count(const struct attr *attrs)
{
    size_t n = 0;
    while (attrs[n].name) {
        n++;
    }
    return n;
}

static Tfplugin6__Schema__Attribute **wire_attributes(struct arena *a, const struct attr *attrs,
                                                      size_t *ret_n);

/* The nesting mode of a nested kind, or INVALID for a plain one. */
static Tfplugin6__Schema__Object__NestingMode nesting(const struct attr *attr)
{
    switch (attr->kind) {
    case ATTR_OBJECT:
        return TFPLUGIN6__SCHEMA__OBJECT__NESTING_MODE__SINGLE;
    case ATTR_OBJECT_LIST:
        return TFPLUGIN6__SCHEMA__OBJECT__NESTING_MODE__LIST;
    case ATTR_OBJECT_SET:
        return TFPLUGIN6__SCHEMA__OBJECT__NESTING_MODE__SET;
    case ATTR_OBJECT_MAP:
        return TFPLUGIN6__SCHEMA__OBJECT__NESTING_MODE__MAP;
    case ATTR_STRING:
    case ATTR_BOOL:
    case ATTR_INT:
    case ATTR_VALUE:
    case ATTR_STRINGS:
    case ATTR_STRING_MAP:
        break;
    }
    return TFPLUGIN6__SCHEMA__OBJECT__NESTING_MODE__INVALID;
}

static Tfplugin6__Schema__Attribute *wire_attribute(struct arena *a, const struct attr *attr)
{
    Tfplugin6__Schema__Attribute *w =
        rpc_wire_message(a, &tfplugin6__schema__attribute__descriptor);
    w->name = rpc_wire_text(a, attr->name);
    w->description = rpc_wire_text(a, attr->doc);
    w->description_kind = TFPLUGIN6__STRING_KIND__MARKDOWN;
    w->required = (attr->flags & ATTR_REQUIRED) != 0;
    w->optional = (attr->flags & ATTR_OPTIONAL) != 0;
    w->computed = (attr->flags & ATTR_COMPUTED) != 0;
    w->sensitive = (attr->flags & ATTR_SENSITIVE) != 0;
    w->write_only = (attr->flags & ATTR_WRITE_ONLY) != 0;
    w->deprecated = (attr->flags & ATTR_DEPRECATED) != 0;
    w->deprecation_message = rpc_wire_text(a, attr->deprecation);
    if (nesting(attr) == TFPLUGIN6__SCHEMA__OBJECT__NESTING_MODE__INVALID) {
        w->type = wire_type(a, attr_type(a, attr));
    } else {
        w->nested_type = rpc_wire_message(a, &tfplugin6__schema__object__descriptor);
        w->nested_type->nesting = nesting(attr);
        w->nested_type->attributes = wire_attributes(a, attr->attrs, &w->nested_type->n_attributes);
    }
    return w;
}

static Tfplugin6__Schema__Attribute **wire_attributes(struct arena *a, const struct attr *attrs,
                                                      size_t *ret_n)
{
    size_t n = count(attrs);
    Tfplugin6__Schema__Attribute **list = arena_array(a, n, sizeof(*list));
    for (size_t i = 0; i < n; i++) {
        list[i] = wire_attribute(a, &attrs[i]);
    }
    *ret_n = n;
    return list;
}

Tfplugin6__Schema *rpc_schema_of(struct arena *a, const struct attr *attrs, int64_t version,
                                 const char *doc)
{
    Tfplugin6__Schema *schema = rpc_wire_message(a, &tfplugin6__schema__descriptor);
    schema->version = version;
    schema->block = rpc_wire_message(a, &tfplugin6__schema__block__descriptor);
    schema->block->description = rpc_wire_text(a, doc);
    schema->block->description_kind = TFPLUGIN6__STRING_KIND__MARKDOWN;
    schema->block->attributes = wire_attributes(a, attrs, &schema->block->n_attributes);
    return schema;
}

Tfplugin6__ResourceIdentitySchema *rpc_schema_identity(struct arena *a, const struct resource *r)
{
    Tfplugin6__ResourceIdentitySchema *schema =
        rpc_wire_message(a, &tfplugin6__resource_identity_schema__descriptor);
    size_t n = 0;
    while (r->identity[n]) {
        n++;
    }
    schema->n_identity_attributes = n;
    schema->identity_attributes = arena_array(a, n, sizeof(*schema->identity_attributes));
    for (size_t i = 0; i < n; i++) {
        const struct attr *attr = attr_find(r->attrs, r->identity[i]);
        Tfplugin6__ResourceIdentitySchema__IdentityAttribute *w = rpc_wire_message(
            a, &tfplugin6__resource_identity_schema__identity_attribute__descriptor);
        w->name = rpc_wire_text(a, attr->name);
        w->type = wire_type(a, attr_type(a, attr));
        w->required_for_import = true;
        w->description = rpc_wire_text(a, attr->doc);
        schema->identity_attributes[i] = w;
    }
    return schema;
}

Tfplugin6__Function *rpc_schema_function(struct arena *a, const struct function *f)
{
    Tfplugin6__Function *w = rpc_wire_message(a, &tfplugin6__function__descriptor);
    size_t n = 0;
    while (n < sizeof(f->parameters) / sizeof(f->parameters[0]) && f->parameters[n].name) {
        n++;
    }
    w->summary = rpc_wire_text(a, f->summary);
    w->description = rpc_wire_text(a, f->doc);
    w->description_kind = TFPLUGIN6__STRING_KIND__MARKDOWN;
    w->n_parameters = n;
    w->parameters = arena_array(a, n, sizeof(*w->parameters));
    for (size_t i = 0; i < n; i++) {
        Tfplugin6__Function__Parameter *p =
            rpc_wire_message(a, &tfplugin6__function__parameter__descriptor);
        p->name = rpc_wire_text(a, f->parameters[i].name);
        p->type = wire_type(a, f->parameters[i].type);
        p->allow_null_value = f->parameters[i].allow_null;
        p->allow_unknown_values = f->parameters[i].allow_unknown;
        p->description = rpc_wire_text(a, f->parameters[i].doc);
        p->description_kind = TFPLUGIN6__STRING_KIND__MARKDOWN;
        w->parameters[i] = p;
    }
    w->return_ = rpc_wire_message(a, &tfplugin6__function__return__descriptor);
    w->return_->type = wire_type(a, f->result);
    return w;
}
