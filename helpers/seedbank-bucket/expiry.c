#include "seedbank-bucket/expiry.h"

#include "base/arena.h"
#include "base/str.h"
#include "s3/s3_lifecycle_rule.h"
#include "s3/s3_rules.h"
#include "xml/xml.h"

#define DAY 86400

struct expiry {
    struct s3_lifecycle_rule *rules;
    size_t n;
};

static struct s3_lifecycle_rule deletes_all(const char *id)
{
    struct s3_lifecycle_rule r = s3_lifecycle_rule_new(id);

    r.enabled = true;
    r.expire_days = 0;
    return r;
}

struct expiry *expiry_new(struct arena *a, const struct s3_rules *lifecycle,
                          const char **ret_strange)
{
    struct expiry *e = arena_alloc(a, sizeof *e);
    size_t all = 0;

    *ret_strange = NULL;
    for (struct xml_node *n = xml_child(lifecycle->root, "Rule"); n; n = xml_next(n, "Rule")) {
        all++;
    }
    e->rules = arena_array(a, all, sizeof *e->rules);
    for (struct xml_node *n = xml_child(lifecycle->root, "Rule"); n; n = xml_next(n, "Rule")) {
        struct s3_lifecycle_rule r = deletes_all(s3_rules_id(n));
        const char *why;
        if (!s3_rules_enabled(n)) {
            continue;
        }
        if (!s3_lifecycle_rule_read(a, n, &r, &why)) {
            *ret_strange = s3_rules_id(n);
        }
        if (r.expire_days != S3_LIFECYCLE_RULE_NONE) {
            e->rules[e->n++] = r;
        }
    }
    return e;
}

static bool fits(const struct s3_lifecycle_rule *r, const struct expiry_version *v)
{
    int64_t size = v->size > INT64_MAX ? INT64_MAX : (int64_t)v->size;

    return str_starts(v->key, r->filter.prefix) &&
           (r->size_above == S3_LIFECYCLE_RULE_NONE || size > r->size_above) &&
           (r->size_below == S3_LIFECYCLE_RULE_NONE || size < r->size_below) &&
           (r->expire_keep == S3_LIFECYCLE_RULE_NONE || v->newer_old >= (uint64_t)r->expire_keep);
}

static int64_t next_midnight(int64_t s)
{
    return (s + DAY - 1) / DAY * DAY;
}

int64_t expiry_of(const struct expiry *e, const struct expiry_version *v, const char **ret_rule)
{
    int64_t first = EXPIRY_NEVER;

    for (size_t i = 0; i < e->n; i++) {
        const struct s3_lifecycle_rule *r = &e->rules[i];
        int64_t at = next_midnight(v->old_since_s + r->expire_days * DAY);
        if (fits(r, v) && at < first) {
            first = at;
            *ret_rule = r->id;
        }
    }
    return first;
}
