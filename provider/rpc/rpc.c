#include "rpc/rpc.h"

#include <pthread.h>
#include <string.h>

#include "base/session.h"
#include "rpc/rpc_schema.h"
#include "rpc/rpc_server.h"
#include "rpc/rpc_wire.h"

/* What ConfigureProvider made; freed when the last call that uses it ends. */
struct configuration {
    struct rpc_server *server;
    struct session *session;
    struct clients *clients;
    size_t users; /* the server itself, and each call */
};

struct rpc_server {
    const struct registry *registry;
    const struct log *log;
    struct cancel *root;
    struct arena *arena;
    pthread_mutex_t lock; /* of all that follows */
    struct configuration *current;
    Tfplugin6__GetProviderSchema__Response *schema;
};

/* rpc.h */
struct rpc_server *rpc_server_new(const struct registry *registry, const struct log *log,
                                  struct cancel *root)
{
    struct arena *arena = arena_new();
    struct rpc_server *s = arena_alloc(arena, sizeof(*s));
    s->registry = registry;
    s->log = log;
    s->root = root;
    s->arena = arena;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

/* One user less; the last one frees. Not under the lock: closing connections takes time, and no
 * other call should wait for it. */
static void drop(struct configuration *c)
{
    if (!c) {
        return;
    }
    pthread_mutex_lock(&c->server->lock);
    bool last = --c->users == 0;
    pthread_mutex_unlock(&c->server->lock);
    if (last) {
        session_free(c->session);
    }
}

void rpc_server_free(struct rpc_server *s)
{
    if (!s) {
        return;
    }
    drop(s->current);
    pthread_mutex_destroy(&s->lock);
    arena_free(s->arena);
}

const struct registry *rpc_server_registry(const struct rpc_server *s)
{
    return s->registry;
}

/* ---- Configuration --------------------------------------------------------------------------- */

static void give_back(void *arg)
{
    drop(arg);
}

enum rc rpc_server_configure(struct ctx *cx, struct rpc_server *s, const void *model)
{
    struct session *session = session_new();
    struct clients *clients = NULL;
    cx->session = session;
    if (s->registry->provider->configure &&
        s->registry->provider->configure(cx, session, model, &clients) != RC_OK) {
        cx->session = NULL;
        session_free(session);
        return RC_FAIL;
    }
    pthread_mutex_lock(&s->lock);
    /* Never more than a few: the server's arena may keep the small record. */
    struct configuration *c = arena_alloc(s->arena, sizeof(*c));
    struct configuration *former = s->current;
    *c =
        (struct configuration){s, session, clients, 2}; /* the server, and this call: cx->session */
    s->current = c;
    pthread_mutex_unlock(&s->lock);
    arena_defer(cx->arena, give_back, c);
    drop(former);
    return RC_OK;
}

struct clients *rpc_server_clients(struct ctx *cx, struct rpc_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct configuration *c = s->current;
    if (c) {
        c->users++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!c) {
        return NULL;
    }
    arena_defer(cx->arena, give_back, c);
    cx->session = c->session;
    return c->clients;
}

/* ---- Declarations ---------------------------------------------------------------------------- */

const struct resource *rpc_server_find_resource(const struct rpc_server *s, const char *type_name)
{
    const struct resource *const *r = s->registry->resources;
    while (*r && strcmp((*r)->type_name, type_name) != 0) {
        r++;
    }
    return *r;
}

enum rc rpc_server_resource(struct ctx *cx, const struct rpc_server *s, const char *type_name,
                            const struct resource **ret_resource)
{
    const struct resource *r = rpc_server_find_resource(s, type_name);
    if (r) {
        *ret_resource = r;
        return RC_OK;
    }
    return diag_error(cx, NULL, arena_printf(cx->arena, "No resource type %s", type_name),
                      "This version of the provider (%s) does not have it. Check the spelling, or "
                      "the version that the lock file selects.",
                      SEEDBANK_VERSION);
}

enum rc rpc_server_data_source(struct ctx *cx, const struct rpc_server *s, const char *type_name,
                               const struct data_source **ret_data_source)
{
    for (size_t i = 0; s->registry->data_sources[i]; i++) {
        if (strcmp(s->registry->data_sources[i]->type_name, type_name) == 0) {
            *ret_data_source = s->registry->data_sources[i];
            return RC_OK;
        }
    }
    return diag_error(cx, NULL, arena_printf(cx->arena, "No data source %s", type_name),
                      "This version of the provider (%s) does not have it. Check the spelling, or "
                      "the version that the lock file selects.",
                      SEEDBANK_VERSION);
}

/* ---- Schema ---------------------------------------------------------------------------------- */

/* Protobuf-c spells a map as a list of entries; all of them look alike. */
#define FILL_MAP(list, entry_descriptor, name_of, value_of)                                        \
    do {                                                                                           \
        size_t n_ = 0;                                                                             \
        while ((list)[n_]) {                                                                       \
            n_++;                                                                                  \
        }                                                                                          \
        entries = arena_array(a, n_, sizeof(*entries));                                            \
        for (size_t i = 0; i < n_; i++) {                                                          \
            entries[i] = rpc_wire_message(a, entry_descriptor);                                    \
            entries[i]->key = rpc_wire_text(a, (list)[i]->name_of);                                \
            entries[i]->value = (value_of);                                                        \
        }                                                                                          \
        n_entries = n_;                                                                            \
    } while (0)

static void fill_resources(struct arena *a, const struct registry *r,
                           Tfplugin6__GetProviderSchema__Response *w)
{
    Tfplugin6__GetProviderSchema__Response__ResourceSchemasEntry **entries;
    size_t n_entries;
    FILL_MAP(
        r->resources, &tfplugin6__get_provider_schema__response__resource_schemas_entry__descriptor,
        type_name,
        rpc_schema_of(a, r->resources[i]->attrs, r->resources[i]->version, r->resources[i]->doc));
    w->resource_schemas = entries;
    w->n_resource_schemas = n_entries;
}

static void fill_data_sources(struct arena *a, const struct registry *r,
                              Tfplugin6__GetProviderSchema__Response *w)
{
    Tfplugin6__GetProviderSchema__Response__DataSourceSchemasEntry **entries;
    size_t n_entries;
    FILL_MAP(r->data_sources,
             &tfplugin6__get_provider_schema__response__data_source_schemas_entry__descriptor,
             type_name, rpc_schema_of(a, r->data_sources[i]->attrs, 0, r->data_sources[i]->doc));
    w->data_source_schemas = entries;
    w->n_data_source_schemas = n_entries;
}

static void fill_functions(struct arena *a, const struct registry *r,
                           Tfplugin6__GetProviderSchema__Response *w)
{
    Tfplugin6__GetProviderSchema__Response__FunctionsEntry **entries;
    size_t n_entries;
    FILL_MAP(r->functions, &tfplugin6__get_provider_schema__response__functions_entry__descriptor,
             name, rpc_schema_function(a, r->functions[i]));
    w->functions = entries;
    w->n_functions = n_entries;
}

const Tfplugin6__GetProviderSchema__Response *rpc_server_schema(struct rpc_server *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->schema) {
        struct arena *a = s->arena;
        Tfplugin6__GetProviderSchema__Response *w =
            rpc_wire_message(a, &tfplugin6__get_provider_schema__response__descriptor);
        w->provider = rpc_schema_of(a, s->registry->provider->attrs, 0, s->registry->provider->doc);
        fill_resources(a, s->registry, w);
        fill_data_sources(a, s->registry, w);
        fill_functions(a, s->registry, w);
        w->server_capabilities = rpc_wire_message(a, &tfplugin6__server_capabilities__descriptor);
        w->server_capabilities->plan_destroy = true;
        w->server_capabilities->get_provider_schema_optional = true;
        w->server_capabilities->generate_resource_config = true;
        s->schema = w;
    }
    pthread_mutex_unlock(&s->lock);
    return s->schema;
}
