/*
 * What a resource, a data source, a function and the provider block declare. Services fill these
 * structs and nothing else; rpc/ calls them.
 */
#ifndef SCHEMA_RESOURCE_H
#define SCHEMA_RESOURCE_H

#include "base/ctx.h"
#include "schema/attr.h"

struct clients;
struct private_state;
struct session;

/* What the callbacks of one call share. */
struct call {
    struct clients *clients;       /* configured service clients; NULL in a plan before any
                                      configuration */
    struct private_state *private; /* opaque notes kept beside the state: private_state.h */
    int64_t timeout_ms;            /* from `timeouts`, for waiting; the default when not given */
    /* Create and update set it as soon as the server was changed: from then on what stands in
     * `state` is stored even when the call fails. Before, a failed create stores nothing and a
     * failed update keeps the prior state. */
    bool changed;
};

/* A resource's own step after plan_resource: may change `planned` (through its typed model) and add
 * (path_list_add) further attributes that force replacement. */
struct resource_plan {
    const void *config; /* models of the resource's struct; values may be unknown */
    const void *prior;  /* NULL on create */
    void *planned;
    struct path_list replace; /* what the rows found already; in any order */
};

struct resource {
    const char *type_name; /* "seedbank_bucket_versioning" */
    const char *summary;   /* one line, plain text */
    const char *doc;       /* Markdown */
    int64_t version;       /* of the state's schema */
    const struct attr *attrs;
    size_t model_size;
    /* Names of the attributes that identify one, NULL-ended; they must be required strings. Both
     * the identity schema and the import ID (parts joined by '/') come from them. */
    const char *const *identity;
    int64_t default_timeout_ms;

    /* Required. `state` arrives as the planned (read: the stored) model, with write-only values
     * from the configuration, and is filled with what is really there: that is what gets stored. */
    enum rc (*create)(struct ctx *cx, struct call *call, void *state);
    enum rc (*read)(struct ctx *cx, struct call *call, void *state); /* RC_NOT_FOUND: gone */
    enum rc (*update)(struct ctx *cx, struct call *call, const void *prior, void *state);
    enum rc (*remove)(struct ctx *cx, struct call *call, const void *prior);

    /* Optional. */
    enum rc (*validate)(struct ctx *cx, const void *config);
    enum rc (*plan)(struct ctx *cx, struct call *call, struct resource_plan *plan);
    /* What a plan that destroys must say, in warnings. A replacement does not come here: it is an
     * ordinary plan. */
    enum rc (*plan_remove)(struct ctx *cx, struct call *call, const void *prior);
    /* State of an older schema version, already decoded by name into today's type: fix it up. */
    enum rc (*upgrade)(struct ctx *cx, int64_t from_version, void *state);
};

struct data_source {
    const char *type_name;
    const char *summary, *doc;
    const struct attr *attrs;
    size_t model_size;
    enum rc (*read)(struct ctx *cx, struct call *call, void *model); /* required; RC_NOT_FOUND is
                                                                       reported as an error */
    enum rc (*validate)(struct ctx *cx, const void *config);         /* optional */
};

/* A pure function; results are hashed by core between plan and apply. */
struct function {
    const char *name;
    const char *summary, *doc;
    struct function_parameter {
        const char *name, *doc;
        const struct type *type;
        bool allow_null, allow_unknown;
    } parameters[6]; /* ended by a NULL name */
    const struct type *result;
    /* On RC_FAIL the first error's summary and detail become the FunctionError; *ret_argument is
     * the index of the argument at fault, or stays -1. */
    enum rc (*call)(struct ctx *cx, const struct value *const *arguments, int64_t *ret_argument,
                    const struct value **ret_result);
};

struct provider_block {
    const struct attr *attrs;
    size_t model_size;
    const char *doc;
    /* From the decoded block to what callbacks find in call->clients; owned by the session. Must
     * accept unknown values: they are an error only when an operation needs them. */
    enum rc (*configure)(struct ctx *cx, struct session *session, const void *model,
                         struct clients **ret_clients);
};

/* The provider block and everything it serves: the one list (services/registry.c). */
struct registry {
    const struct provider_block *provider;
    const struct resource *const *resources; /* NULL-ended, as are the others */
    const struct data_source *const *data_sources;
    const struct function *const *functions;
};

#endif
