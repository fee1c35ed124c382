/* Lifecycle documents with a rule of ours among others, and what a server is to answer with them.
 */
#ifndef UNIT_S3_FIXTURE_LIFECYCLE_H
#define UNIT_S3_FIXTURE_LIFECYCLE_H

#include "fixture_rules.h"
#include "s3/s3_lifecycle_edit.h"

#define TARGET    "/files?lifecycle"
#define DOC(body) "<LifecycleConfiguration xmlns=\"" S3_NS "\">" body "</LifecycleConfiguration>"
#define NO_RULES  S3_ERROR("NoSuchLifecycleConfiguration", "none")
#define WITH(status, filter, actions)                                                              \
    "<Rule><ID>ours</ID><Status>" status "</Status><Filter>" filter "</Filter>" actions "</Rule>"
#define DAYS(n)      "<NoncurrentDays>" n "</NoncurrentDays>"
#define KEEP(n)      "<NewerNoncurrentVersions>" n "</NewerNoncurrentVersions>"
#define EXPIRE(body) "<NoncurrentVersionExpiration>" body "</NoncurrentVersionExpiration>"
#define ABORT                                                                                      \
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"                 \
    "</AbortIncompleteMultipartUpload>"
#define OURS(status) WITH(status, "<Prefix/>", EXPIRE(DAYS("30")))
#define KEPT(status) WITH(status, "<Prefix/>", EXPIRE(DAYS("30") KEEP("3")))
#define THEIRS                                                                                     \
    "<Rule><ID>theirs</ID><Filter><Prefix>x</Prefix></Filter><Status>Enabled</Status>"             \
    "<Later a=\"1\">new</Later></Rule>"
#define NAMELESS                                                                                   \
    "<Rule><Filter><Prefix>y</Prefix></Filter><Status>Enabled</Status>"                            \
    "<Expiration><Days>400</Days></Expiration></Rule>"

const struct s3_rules_kind *const fixture_kind = &s3_lifecycle_kind;

static inline struct s3_lifecycle_rule ours(void)
{
    struct s3_lifecycle_rule rule = s3_lifecycle_rule_new("ours");

    rule.enabled = true;
    rule.expire_days = 30;
    return rule;
}

static inline enum rc run(struct fixture *f, struct s3_lifecycle_edit *edit)
{
    struct s3_target target = files_of(f);

    edit->id = "ours";
    return s3_lifecycle_edit_run(f->cx, &target, edit);
}

static inline void assert_run(struct fixture *f, struct s3_lifecycle_edit edit, enum rc rc,
                              bool changed)
{
    assert_int_equal(run(f, &edit), rc);
    assert_int_equal(edit.changed, changed);
    assert_int_equal(f->cx->diags.errors > 0, rc == RC_FAIL);
}

#endif
