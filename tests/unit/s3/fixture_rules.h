/* What the tests of lifecycle and of replication documents share. Whoever includes it says which:
 * RULES_KIND, and as texts RULES_NAME, RULES_ROOT and RULES_ABSENT, the code for "there is none".
 */
#ifndef UNIT_S3_FIXTURE_RULES_H
#define UNIT_S3_FIXTURE_RULES_H

#include "base/buf.h"
#include "fixture.h"
#include "s3/s3_rule_edit.h"
#include "xml/xml.h"

#define OFF "Disabled"
#define ON  "Enabled"

/* Whoever includes it defines it. */
extern const struct s3_rules_kind *const fixture_kind;

static inline struct s3_target files_of(struct fixture *f)
{
    return (struct s3_target){f->client, .bucket = "files", .timeout_ms = 30000};
}

static inline struct xml_node *parsed(struct fixture *f, const char *text)
{
    const char *why = NULL;
    struct xml_node *root = xml_parse(f->cx->arena, str_of(text), &why);

    if (root == NULL) {
        fail_msg("%s: %s", text, why);
    }
    return root;
}

static inline const char *written(struct fixture *f, const struct xml_node *node)
{
    struct buf *out = buf_new(f->cx->arena, 65536);

    assert_true(xml_write(out, node));
    return out->data;
}

static inline void rules_expect(struct fixture *f, struct http_server_step step)
{
    step.target = arena_printf(f->cx->arena, "/files?%s", fixture_kind->param->name);
    http_server_expect(f->server, &step);
}
static inline void shows(struct fixture *f, const char *body)
{
    rules_expect(f, (struct http_server_step){.method = "GET", .reply = {.body = body}});
}
static inline void shows_none(struct fixture *f)
{
    const char *body = arena_printf(f->cx->arena, S3_ERROR("%s", "none"), fixture_kind->absent);

    rules_expect(
        f, (struct http_server_step){.method = "GET", .reply = {.status = 404, .body = body}});
}
static inline void takes(struct fixture *f, const char *body)
{
    rules_expect(f, (struct http_server_step){.method = "PUT", .body = body});
}
static inline void is_asked_to_delete(struct fixture *f)
{
    rules_expect(f, (struct http_server_step){.method = "DELETE", .reply = {.status = 204}});
}

/* The rule "ours". */
static inline void assert_removed(struct fixture *f, enum rc rc)
{
    struct s3_target target = files_of(f);

    assert_int_equal(s3_rule_edit_remove(f->cx, &target, fixture_kind, "ours"), rc);
    assert_int_equal(f->cx->diags.errors > 0, rc == RC_FAIL);
}

#endif
