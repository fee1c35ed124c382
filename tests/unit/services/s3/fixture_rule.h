/* What the tests of resources that are one rule of a bucket's document share: their models, rows of
 * changes, and the tests that are the same for every kind. */
#ifndef UNIT_SERVICES_S3_FIXTURE_RULE_H
#define UNIT_SERVICES_S3_FIXTURE_RULE_H

#include "aws/sigv4.h"
#include "fixture.h"
#include "s3/s3_rules.h"

#define GET(code, text)                                                                            \
    {                                                                                              \
        .method = "GET", .target = TARGET, .reply = {.status = (code), .body = (text) }            \
    }
#define PUT(text)                                                                                  \
    {                                                                                              \
        .method = "PUT", .target = TARGET, .body = (text)                                          \
    }
#define ON  "Enabled"
#define OFF "Disabled"

/* Whoever includes it defines it. */
extern const struct rule_fixture {
    const struct resource *resource;
    const struct s3_rules_kind *kind;
    const char *config;       /* a model, as planned: bucket=files rule_id=r ... */
    const char *head;         /* of the document, before the rules */
    const char *ours, *other; /* elements: the rule of that model, and one with the ID x */
} rule_fixture;

static inline void *model_of(struct fixture *f, const char *text)
{
    return fixture_model(f, *rule_fixture.resource, text);
}

static inline const char *text_of(struct fixture *f, const void *model)
{
    return notation_text(f->cx->arena,
                         model_encode(f->cx->arena, rule_fixture.resource->attrs, model));
}

static inline void begin(struct fixture *f)
{
    fixture_begin(f, NULL);
    session_claims_free(f->session); /* a run of its own */
    session_forget(f->cx,
                   arena_printf(f->cx->arena, "%s of bucket files of ", rule_fixture.kind->name));
}

static inline void expect_request(struct fixture *f, struct http_server_step step)
{
    step.target = arena_printf(f->cx->arena, "/files?%s", rule_fixture.kind->param->name);
    fixture_expect(f, step);
}

/* What the document holds is shown, or must be what is put. */
static inline void expect_document(struct fixture *f, const char *method, const char *inside)
{
    const char *root = rule_fixture.kind->root;
    const char *body = arena_printf(f->cx->arena, "<%s>%s</%s>", root, inside, root);
    bool shown = strcmp(method, "GET") == 0;
    expect_request(f, (struct http_server_step){.method = method,
                                                .body = shown ? NULL : body,
                                                .reply = {.body = shown ? body : NULL}});
}

static inline enum rc read_back(struct fixture *f, void *model)
{
    return rule_fixture.resource->read(f->cx, &f->call, model);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* said: a part of the one error's summary; NULL: fine. */
static inline void assert_validated(struct fixture *f, const char *config, const char *said)
{
    size_t errors = f->cx->diags.errors;
    const void *model =
        model_of(f, arena_printf(f->cx->arena, "bucket=files rule_id=r %s", config));
    enum rc rc = rule_fixture.resource->validate(f->cx, model);
    if (rc != (said ? RC_FAIL : RC_OK) || f->cx->diags.errors - errors != (said ? 1 : 0)) {
        fail_msg("%s: rc %d", config, rc);
    }
    if (said) {
        assert_non_null(strstr(f->cx->diags.last->summary, said));
        assert_non_null(f->cx->diags.last->path);
    }
}

struct change {
    const char *what, *prior, *wanted;
    struct http_server_step steps[10];
    const char *said, *path;
    bool changed;
};

static inline void assert_change(struct fixture *f, const struct change *row)
{
    const struct resource *r = rule_fixture.resource;
    void *state = model_of(f, row->wanted);
    const char *before = text_of(f, state);
    begin(f);
    for (size_t i = 0; i < COUNT(row->steps) && row->steps[i].method; i++) {
        fixture_expect(f, row->steps[i]);
    }
    enum rc rc = row->prior ? r->update(f->cx, &f->call, model_of(f, row->prior), state)
                            : r->create(f->cx, &f->call, state);
    const struct diag *last = f->cx->diags.last;
    if (rc != (row->said ? RC_FAIL : RC_OK) || f->call.changed != row->changed) {
        fail_msg("%s: rc %d, changed %d: %s", row->what, rc, f->call.changed,
                 last ? last->detail : "");
    }
    assert_string_equal(text_of(f, state), before);
    if (row->said) {
        const char *said = arena_printf(f->cx->arena, "%s: %s", last->summary, last->detail);
        if (!strstr(said, row->said)) {
            fail_msg("%s: %s", row->what, said);
        }
    }
    if (row->path) {
        assert_string_equal(path_text(f->cx->arena, last->path), row->path);
    }
}

/* What a stored model becomes when the document has those rules. */
static inline void assert_read(struct fixture *f, const char *stored, const char *rules,
                               const char *state)
{
    void *model = model_of(f, stored);
    begin(f);
    expect_document(f, "GET", rules);
    assert_int_equal(read_back(f, model), RC_OK);
    assert_string_equal(text_of(f, model), text_of(f, model_of(f, state)));
    assert_int_equal(f->cx->diags.warnings, 0);
}

static inline void assert_unreadable(struct fixture *f, struct http_server_reply reply,
                                     const char *said)
{
    begin(f);
    expect_request(f, (struct http_server_step){.method = "GET", .reply = reply});
    assert_int_equal(read_back(f, model_of(f, rule_fixture.config)), RC_FAIL);
    assert_diag(f->cx, said);
}

/* A rule that also has `element`, which the model knows nothing of. */
static inline void assert_does_more(struct fixture *f, const char *rules, const char *element)
{
    begin(f);
    expect_document(f, "GET", rules);
    assert_int_equal(read_back(f, model_of(f, rule_fixture.config)), RC_OK);
    assert_diag(f->cx, arena_printf(f->cx->arena, "It also holds %s", element));
    assert_int_equal(f->cx->diags.warnings, 1);
}

static inline enum rc plan(struct fixture *f, const char *prior, const char *planned, bool replaced)
{
    struct resource_plan step = {
        .prior = prior ? model_of(f, prior) : NULL,
        .planned = model_of(f, planned),
    };
    if (replaced) {
        path_list_add(f->cx->arena, &step.replace, path_attribute(f->cx->arena, NULL, "rule_id"));
    }
    step.config = step.planned;
    return rule_fixture.resource->plan(f->cx, &f->call, &step);
}

/* ---- Tests of every kind --------------------------------------------------------------------- */

static inline void removing_takes_only_ours(void **state)
{
    struct fixture *f = *state;
    const struct rule_fixture *r = &rule_fixture;
    const char *rest = arena_printf(f->cx->arena, "%s%s", r->head, r->other);
    begin(f);
    expect_document(f, "GET", arena_printf(f->cx->arena, "%s%s%s", r->head, r->ours, r->other));
    expect_document(f, "PUT", rest);
    expect_document(f, "GET", rest);
    expect_document(f, "GET", rest);
    assert_int_equal(r->resource->remove(f->cx, &f->call, model_of(f, r->config)), RC_OK);
    expect_request(f, (struct http_server_step){
                          .method = "GET", .reply = {.status = 404, .body = NO("NoSuchBucket")}});
    assert_int_equal(r->resource->remove(f->cx, &f->call, model_of(f, r->config)), RC_OK);
    const void *kept = model_of(f, "bucket=files rule_id=r on_destroy=keep");
    assert_int_equal(r->resource->remove(f->cx, &f->call, kept), RC_OK);
    assert_int_equal(f->cx->diags.errors, 0);
}

/* One GET serves both: refresh goes through the cache. */
static inline void a_vanished_rule_is_gone_and_explained(void **state)
{
    struct fixture *f = *state;
    const struct rule_fixture *r = &rule_fixture;
    begin(f);
    expect_document(f, "GET", r->other);
    assert_int_equal(read_back(f, model_of(f, r->config)), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.warnings, 0); /* never seen: an import of what is not there */
    private_state_set(f->call.private, "rule_seen", "yes");
    assert_int_equal(read_back(f, model_of(f, r->config)), RC_NOT_FOUND);
    assert_int_equal(f->cx->diags.warnings, 1);
    assert_diag(f->cx,
                arena_printf(f->cx->arena, "Another program replaced the %s rules of bucket files",
                             r->kind->name));
    assert_diag(f->cx, "Rules that are there now: \"x\"");
    assert_diag(f->cx, r->kind->other_writers);
}

static inline void a_rule_that_stays_behind_is_told(void **state)
{
    struct fixture *f = *state;
    const struct rule_fixture *r = &rule_fixture;
    const char *at = strstr(r->config, "on_destroy=remove");
    const char *kept = arena_printf(f->cx->arena, "%.*s on_destroy=keep %s", (int)(at - r->config),
                                    r->config, at + strlen("on_destroy=remove"));
    assert_int_equal(plan(f, kept, r->config, false), RC_OK);
    assert_int_equal(f->cx->diags.warnings, 0);
    assert_int_equal(plan(f, kept, r->config, true), RC_OK);
    assert_diag(f->cx, arena_printf(f->cx->arena, "The former %s rule stays", r->kind->name));
}

#endif
