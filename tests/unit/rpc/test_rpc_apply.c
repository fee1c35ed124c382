/*
 * ApplyResourceChange, an outcome a row: what is answered is what core stores, so it must be what
 * is really there, whatever the callback did.
 */
#include "unit.h"

#include <string.h>

#include "notation.h"
#include "rpc_fixture.h"

#define BASE    "zone=z name=n ttl=1h mode=on size=1"
#define PLANNED BASE " id=? etag=? weight=?"
#define STORED  BASE " id=i-1 etag=e-1 weight=0.1"
#define CHANGED "zone=z name=n ttl=2h mode=on size=2 id=i-1 etag=? weight=?"

/* Notation of an answer has its fields in order. */
#define AFTER_CREATE            "{etag=e-1 id=i-1 mode=on name=n size=1 ttl=1h weight=0.1 zone=z}"
#define AFTER_FAILURE           "{id=i-1 mode=on name=n size=1 ttl=1h zone=z}"
#define AFTER_FAILURE_WITH_ETAG "{etag=e-1 id=i-1 mode=on name=n size=1 ttl=1h zone=z}"
#define BEFORE                  "{etag=e-1 id=i-1 mode=on name=n size=1 ttl=1h weight=0.1 zone=z}"

struct row {
    const char *name;
    const char *prior, *planned;
    const char *config; /* NULL: BASE, or null for a destroy */
    struct rpc_script script;
    const char *state;    /* expected; NULL: null */
    const char *identity; /* "(none)" */
    const char *private;  /* planned is {"n":"before"} */
    const char *said;     /* a part of it; NULL: nothing at all */
};

#define KEPT "{\"n\":\"before\"}"
#define NEW  "{\"n\":\"new\"}"
#define MADE .id = VALUE_KNOWN, .etag = "e-1", .note = "new"

static const struct value weight = {.type = &type_number, .state = VALUE_KNOWN, .text = {"0.1", 3}};
static const struct value not_canonical = {
    .type = &type_number, .state = VALUE_KNOWN, .text = {"1e-1", 4}};
static const struct value not_a_number = {
    .type = &type_string, .state = VALUE_KNOWN, .text = {"much", 4}};

static const struct row creates[] = {
    {"ok",
     "null",
     PLANNED,
     NULL,
     {MADE, .weight = &weight, .changes = true},
     AFTER_CREATE,
     "z/n",
     NEW,
     NULL},
    {"ok, without saying that it changed anything",
     "null",
     PLANNED,
     NULL,
     {MADE, .weight = &weight},
     AFTER_CREATE,
     "z/n",
     NEW,
     NULL},
    {"ok beside a warning",
     "null",
     PLANNED,
     NULL,
     {MADE, .weight = &weight, .warns = "Slow"},
     AFTER_CREATE,
     "z/n",
     NEW,
     "W Slow: It is."},
    {"ok, spelled as the server does",
     "null",
     PLANNED,
     NULL,
     {MADE, .weight = &weight, .ttl = "60m"},
     AFTER_CREATE,
     "z/n",
     NEW,
     NULL},
    {"fails before a change",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_FAIL, .says = "Refused", MADE},
     NULL,
     "(none)",
     KEPT,
     "E Refused: Do better."},
    {"fails after a change",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_FAIL, .says = "Cut", .changes = true, .id = VALUE_KNOWN, .note = "new"},
     AFTER_FAILURE,
     "z/n",
     NEW,
     "E Cut: Do better."},
    {"fails after a change that it tells nothing of",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_FAIL, .says = "Cut", .changes = true},
     "{mode=on name=n size=1 ttl=1h zone=z}",
     "z/n",
     KEPT,
     "E Cut: Do better."},
    {"not found, silently",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_NOT_FOUND},
     NULL,
     "(none)",
     KEPT,
     "E Cannot create test_thing: The server says that what it belongs to does not exist."},
    {"a conflict, silently",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_CONFLICT},
     NULL,
     "(none)",
     KEPT,
     "E Cannot create test_thing: The server says that it was changed by somebody else"},
    {"a conflict after a change",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_CONFLICT, .changes = true, .id = VALUE_KNOWN},
     AFTER_FAILURE,
     "z/n",
     KEPT,
     "E Cannot create test_thing: "},
    {"not found, explained",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_NOT_FOUND, .says = "No bucket"},
     NULL,
     "(none)",
     KEPT,
     "E No bucket: Do better."},
    {"fails without saying why",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_FAIL},
     NULL,
     "(none)",
     KEPT,
     "E Provider defect: an operation failed without saying why"},
    {"fails with a mere warning",
     "null",
     PLANNED,
     NULL,
     {.rc = RC_FAIL, .warns = "Hm"},
     NULL,
     "(none)",
     KEPT,
     "E Provider defect: an operation failed without saying why"},
    {"leaves unknown values behind",
     "null",
     PLANNED,
     NULL,
     {.id = VALUE_UNKNOWN, .etag = "e-1"},
     "{etag=e-1 mode=on name=n size=1 ttl=1h zone=z}",
     "z/n",
     KEPT,
     "E Provider defect: the result still holds unknown values"},
    {"a number that is none",
     "null",
     PLANNED,
     NULL,
     {MADE, .weight = &not_a_number, .changes = true},
     AFTER_FAILURE_WITH_ETAG,
     "z/n",
     NEW,
     "E Provider defect: the new state does not fit its schema"},
    {"a number badly written",
     "null",
     PLANNED,
     NULL,
     {MADE, .weight = &not_canonical},
     AFTER_FAILURE_WITH_ETAG,
     "z/n",
     NEW,
     "a number that is not in canonical form"},
    {"text that is not UTF-8",
     "null",
     PLANNED,
     NULL,
     {.id = VALUE_KNOWN, .etag = "caf\xe9", .weight = &weight, .changes = true},
     "{id=i-1 mode=on name=n size=1 ttl=1h weight=0.1 zone=z}",
     "z/n",
     KEPT,
     "text that is not valid UTF-8"},
    {"identity parts may look like anything",
     "null",
     "zone='a/b' name='c/d' id=? etag=? weight=?",
     "zone='a/b' name='c/d'",
     {MADE, .weight = &weight},
     "{etag=e-1 id=i-1 name=c/d weight=0.1 zone=a/b}",
     "a/b/c/d",
     NEW,
     NULL},
};

static const struct row updates[] = {
    {"ok",
     STORED,
     CHANGED,
     NULL,
     {.etag = "e-2", .weight = &weight, .note = "new"},
     "{etag=e-2 id=i-1 mode=on name=n size=2 ttl=2h weight=0.1 zone=z}",
     "z/n",
     NEW,
     NULL},
    {"fails before a change",
     STORED,
     CHANGED,
     NULL,
     {.rc = RC_FAIL, .says = "Refused", .etag = "e-2", .note = "new"},
     BEFORE,
     "z/n",
     KEPT,
     "E Refused"},
    {"fails after a change",
     STORED,
     CHANGED,
     NULL,
     {.rc = RC_FAIL, .says = "Cut", .etag = "e-2", .changes = true, .note = "new"},
     "{etag=e-2 id=i-1 mode=on name=n size=2 ttl=2h zone=z}",
     "z/n",
     NEW,
     "E Cut"},
    {"not found, silently",
     STORED,
     CHANGED,
     NULL,
     {.rc = RC_NOT_FOUND},
     BEFORE,
     "z/n",
     KEPT,
     "E Cannot update test_thing: "},
    {"a conflict, silently",
     STORED,
     CHANGED,
     NULL,
     {.rc = RC_CONFLICT},
     BEFORE,
     "z/n",
     KEPT,
     "E Cannot update test_thing: "},
    {"fails without saying why",
     STORED,
     CHANGED,
     NULL,
     {.rc = RC_FAIL},
     BEFORE,
     "z/n",
     KEPT,
     "E Provider defect: an operation failed without saying why"},
    {"cannot be encoded",
     STORED,
     CHANGED,
     NULL,
     {.etag = "e-2", .weight = &not_a_number, .changes = true},
     "{etag=e-2 id=i-1 mode=on name=n size=2 ttl=2h zone=z}",
     "z/n",
     KEPT,
     "E Provider defect: the new state does not fit its schema"},
};

static const struct row deletes[] = {
    {"ok", STORED, "null", NULL, {0}, NULL, "(none)", KEPT, NULL},
    {"what is gone already",
     STORED,
     "null",
     NULL,
     {.rc = RC_NOT_FOUND},
     NULL,
     "(none)",
     KEPT,
     NULL},
    {"fails",
     STORED,
     "null",
     NULL,
     {.rc = RC_FAIL, .says = "Refused", .note = "new"},
     BEFORE,
     "z/n",
     KEPT,
     "E Refused"},
    {"fails half way",
     STORED,
     "null",
     NULL,
     {.rc = RC_FAIL, .says = "Cut", .changes = true, .note = "new"},
     BEFORE,
     "z/n",
     NEW,
     "E Cut"},
    {"fails without saying why",
     STORED,
     "null",
     NULL,
     {.rc = RC_FAIL},
     BEFORE,
     "z/n",
     KEPT,
     "E Provider defect: an operation failed without saying why"},
    {"a conflict, silently",
     STORED,
     "null",
     NULL,
     {.rc = RC_CONFLICT},
     BEFORE,
     "z/n",
     KEPT,
     "E Cannot delete test_thing: "},
    {"nothing of nothing", "null", "null", NULL, {0}, NULL, "(none)", KEPT, NULL},
};

/* What a host must not send. Nothing is done, and what was stored stays. */
static const struct row nonsense[] = {
    {"a plan that is unknown as a whole",
     "null",
     "?",
     BASE,
     {MADE},
     NULL,
     "(none)",
     KEPT,
     "E Cannot apply test_thing: "},
    {"a prior state with unknown values",
     PLANNED,
     CHANGED,
     BASE,
     {MADE},
     "{etag=? id=? mode=on name=n size=1 ttl=1h weight=? zone=z}",
     "z/n",
     KEPT,
     "E Cannot apply test_thing: "},
    {"a configuration with unknown values",
     "null",
     PLANNED,
     "zone=z name=?",
     {MADE},
     NULL,
     "(none)",
     KEPT,
     "E Cannot apply test_thing: "},
};

/* ---- Running a row --------------------------------------------------------------------------- */

static Tfplugin6__ApplyResourceChange__Response *apply(struct rpc_fixture *f, const struct row *row)
{
    struct ctx *cx = f->cx;
    Tfplugin6__ApplyResourceChange__Request req;
    Tfplugin6__ApplyResourceChange__Response *res = arena_alloc(cx->arena, sizeof(*res));
    bool is_destroy = strcmp(row->planned, "null") == 0;
    const char *config = row->config ? row->config : is_destroy ? "null" : BASE;

    tfplugin6__apply_resource_change__request__init(&req);
    tfplugin6__apply_resource_change__response__init(res);
    req.type_name = arena_strdup(cx->arena, "test_thing");
    req.prior_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, row->prior);
    req.planned_state = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, row->planned);
    req.config = rpc_fixture_wire(cx, rpc_fixture_thing_attrs, config);
    req.planned_private = rpc_fixture_bytes(cx, KEPT);
    req.planned_identity = rpc_fixture_identity_wire(cx, "zone=z name=n");
    f->script = row->script;
    rpc_apply_resource_change(cx, f->server, &req, res);
    return res;
}

static bool row_holds(struct rpc_fixture *f, const struct row *row)
{
    rpc_fixture_next(f);
    const Tfplugin6__ApplyResourceChange__Response *res = apply(f, row);
    const char *said = rpc_fixture_said(f->cx, res->n_diagnostics, res->diagnostics);
    const char *state = rpc_fixture_text(f->cx, rpc_fixture_thing_attrs, res->new_state);
    const char *identity = rpc_fixture_identity(f->cx, res->new_identity);
    const char *private = rpc_fixture_bytes_text(f->cx, res->private_);

    bool fits = row->said ? strstr(said, row->said) != NULL : *said == '\0';
    assert_false(res->legacy_type_system);
    if (fits && strcmp(state, row->state ? row->state : "null") == 0 &&
        strcmp(identity, row->identity) == 0 && strcmp(private, row->private) == 0) {
        return true;
    }
    print_error("%s:\n  state %s\n  identity %s\n  private %s\n  said %s\n", row->name, state,
                identity, private, said);
    return false;
}

static void run(struct rpc_fixture *f, const struct row *rows, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        wrong += row_holds(f, &rows[i]) ? 0 : 1;
    }
    assert_int_equal(wrong, 0);
}

static void create_outcomes(void **state)
{
    run(*state, creates, COUNT(creates));
}

static void update_outcomes(void **state)
{
    run(*state, updates, COUNT(updates));
}

static void delete_outcomes(void **state)
{
    run(*state, deletes, COUNT(deletes));
}

static void what_no_host_may_send_does_nothing(void **state)
{
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(nonsense); i++) {
        assert_true(row_holds(f, &nonsense[i]));
        assert_int_equal(f->seen.calls, 0);
    }
}

/* ---- Beside the outcome ---------------------------------------------------------------------- */

static void write_only_values_reach_the_callback_and_nothing_else(void **state)
{
    struct rpc_fixture *f = *state;
    const struct row row = {.prior = "null",
                            .planned = PLANNED,
                            .config = BASE " token=hunter2",
                            .script = {MADE, .weight = &weight}};
    const Tfplugin6__ApplyResourceChange__Response *res = apply(f, &row);
    assert_string_equal(f->seen.token, "hunter2");
    assert_string_equal(rpc_fixture_text(f->cx, rpc_fixture_thing_attrs, res->new_state),
                        AFTER_CREATE);
}

static void the_callback_sees_notes_and_times(void **state)
{
    static const struct {
        const char *prior, *planned;
        int64_t timeout_ms;
    } rows[] = {
        {"null", PLANNED, 7000},
        {"null", PLANNED " timeouts={create=2s}", 2000},
        {"null", PLANNED " timeouts={update=2s}", 7000},
        {STORED, CHANGED " timeouts={create=1s update=3s}", 3000},
        {STORED " timeouts={delete=4s}", "null", 4000},
    };
    struct rpc_fixture *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rpc_fixture_next(f);
        apply(f, &(struct row){.prior = rows[i].prior, .planned = rows[i].planned});
        assert_int_equal(f->seen.timeout_ms, rows[i].timeout_ms);
        assert_false(ctx_is_late(f->cx, 0));
        assert_true(ctx_is_late(f->cx, rows[i].timeout_ms));
        assert_string_equal(f->seen.note, "before");
    }
}

/* Bytes that cannot be read: the object may exist all the same. */
static void what_cannot_be_decoded_stays_stored(void **state)
{
    struct rpc_fixture *f = *state;
    for (int broken = 0; broken < 3; broken++) {
        rpc_fixture_next(f);
        RPC_MESSAGES(ApplyResourceChange, apply_resource_change);
        req.type_name = arena_strdup(f->cx->arena, broken == 2 ? "test_none" : "test_thing");
        req.prior_state = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, STORED);
        req.planned_state = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, CHANGED);
        req.config = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, BASE);
        req.planned_private = rpc_fixture_bytes(f->cx, KEPT);
        req.planned_identity = rpc_fixture_identity_wire(f->cx, "zone=z name=n");
        if (broken == 0) {
            req.planned_state->msgpack.len /= 2;
        }
        if (broken == 1) {
            req.config->msgpack.len /= 2;
        }
        rpc_apply_resource_change(f->cx, f->server, &req, &res);
        assert_int_equal(res.n_diagnostics, 1);
        assert_string_equal(rpc_fixture_text(f->cx, rpc_fixture_thing_attrs, res.new_state),
                            BEFORE);
        assert_string_equal(rpc_fixture_bytes_text(f->cx, res.private_), KEPT);
        assert_string_equal(rpc_fixture_identity(f->cx, res.new_identity), "z/n");
        assert_int_equal(f->seen.calls, 0);
    }
}

static void damaged_notes_are_a_warning(void **state)
{
    struct rpc_fixture *f = *state;
    RPC_MESSAGES(ApplyResourceChange, apply_resource_change);
    req.type_name = arena_strdup(f->cx->arena, "test_thing");
    req.prior_state = rpc_fixture_wire(f->cx, rpc_fixture_thing_attrs, STORED);
    req.planned_private = rpc_fixture_bytes(f->cx, "\xff not json");
    rpc_apply_resource_change(f->cx, f->server, &req, &res);
    assert_string_equal(rpc_fixture_text(f->cx, rpc_fixture_thing_attrs, res.new_state), "null");
    assert_int_equal(res.n_diagnostics, 1);
    assert_int_equal(res.diagnostics[0]->severity, TFPLUGIN6__DIAGNOSTIC__SEVERITY__WARNING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(create_outcomes),
        RPC_TEST(update_outcomes),
        RPC_TEST(delete_outcomes),
        RPC_TEST(what_no_host_may_send_does_nothing),
        RPC_TEST(write_only_values_reach_the_callback_and_nothing_else),
        RPC_TEST(the_callback_sees_notes_and_times),
        RPC_TEST(what_cannot_be_decoded_stays_stored),
        RPC_TEST(damaged_notes_are_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
