/*
 * A registry whose callbacks do what a test tells them, and short ways to call the handlers of
 * rpc/rpc.h with it: protobuf messages, no socket. Values are written in the notation of
 * notation.h.
 */
#ifndef SUPPORT_RPC_FIXTURE_H
#define SUPPORT_RPC_FIXTURE_H

#include "base/ctx.h"
#include "proto/tfplugin6.pb-c.h"
#include "rpc/rpc.h"
#include "schema/resource.h"

/* The model of test_thing. */
struct rpc_thing {
    struct field_string zone, name; /* the identity */
    struct field_string ttl;        /* a duration: 60m means 1h */
    struct field_string mode;       /* default "on" */
    struct field_string token;      /* write-only */
    struct field_string id;         /* computed, kept */
    struct field_string etag;       /* computed, anew with each change */
    struct field_value weight;      /* computed number */
    struct field_int size;
    struct field_objects parts;
    struct field_object timeouts;
};

/* An element of parts. */
struct rpc_part {
    struct field_string key, grade /* default "low" */, serial /* computed */;
};

/* What the next callbacks do. All zero: succeed and leave the model as it came. */
struct rpc_script {
    enum rc rc;
    const char *says;    /* an error with that summary */
    const char *warns;   /* a warning before it */
    bool changes;        /* the server was changed: sets call->changed */
    const char *note;    /* kept as private note "n" */
    enum value_state id; /* VALUE_KNOWN: "i-1"; VALUE_UNKNOWN: left unknown */
    const char *etag, *ttl;
    const struct value *weight;
    const char *replace[4];  /* of the plan step, NULL-ended */
    bool tells_token;        /* the plan step copies the write-only token into the plan */
    bool (*hold)(void *arg); /* called in the middle of each callback of a resource */
    void *hold_arg;
};

/* What the callbacks saw; for tests of one thread. */
struct rpc_seen {
    int calls;
    char token[64], note[64];
    int64_t timeout_ms, from_version;
};

/* What `configure` of the provider block makes: found in call->clients. */
struct clients {
    char endpoint[64];
    bool unknown;
    int *freed; /* counts the configurations that went */
};

struct rpc_fixture {
    struct cancel *root;
    struct rpc_server *server;
    struct ctx *cx; /* of the call at hand: rpc_fixture_next gives a new one */
    struct rpc_script script;
    struct rpc_seen seen;
    int configurations_freed;
};

extern const struct registry rpc_fixture_registry;
extern const struct attr rpc_fixture_thing_attrs[], rpc_fixture_single_attrs[],
    rpc_fixture_lookup_attrs[];

/* For cmocka: *state is the fixture. One at a time: the callbacks find it in a variable. */
int rpc_fixture_open(void **state);
int rpc_fixture_close(void **state);
/* Free the call's ctx and everything answered in it, and make a new one. */
void rpc_fixture_next(struct rpc_fixture *f);

/* Declares the messages of an RPC, empty: RPC_MESSAGES(ReadResource, read_resource) gives req, res.
 */
#define RPC_MESSAGES(Name, name)                                                                   \
    Tfplugin6__##Name##__Request req;                                                              \
    Tfplugin6__##Name##__Response res;                                                             \
    tfplugin6__##name##__request__init(&req);                                                      \
    tfplugin6__##name##__response__init(&res)

#define RPC_TEST(name) cmocka_unit_test_setup_teardown(name, rpc_fixture_open, rpc_fixture_close)

/* An object of the table on the wire, and back to notation ("(none)": no message at all). */
Tfplugin6__DynamicValue *rpc_fixture_wire(struct ctx *cx, const struct attr *attrs,
                                          const char *text);
const char *rpc_fixture_text(struct ctx *cx, const struct attr *attrs,
                             const Tfplugin6__DynamicValue *wire);
/* Of a value of any type. */
Tfplugin6__DynamicValue *rpc_fixture_value(struct ctx *cx, const struct type *t, const char *text);
const char *rpc_fixture_value_text(struct ctx *cx, const struct type *t,
                                   const Tfplugin6__DynamicValue *wire);
/* The identity of test_thing: "zone/name", "?" for an unknown and "-" for a null part; "(none)". */
const char *rpc_fixture_identity(struct ctx *cx, const Tfplugin6__ResourceIdentityData *wire);
Tfplugin6__ResourceIdentityData *rpc_fixture_identity_wire(struct ctx *cx, const char *text);

ProtobufCBinaryData rpc_fixture_bytes(struct ctx *cx, const char *text); /* NULL: empty */
const char *rpc_fixture_bytes_text(struct ctx *cx, ProtobufCBinaryData bytes);

/* All diagnostics as "E summary: detail | W ..."; "" when there are none. */
const char *rpc_fixture_said(struct ctx *cx, size_t n, Tfplugin6__Diagnostic **list);

/* ConfigureProvider with that block ("endpoint=a"); what it said. */
const char *rpc_fixture_configure(struct rpc_fixture *f, struct ctx *cx, const char *block,
                                  const char *host_version);

#endif
