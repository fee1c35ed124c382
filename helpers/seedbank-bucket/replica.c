#include "seedbank-bucket/replica.h"

#include "base/ctx.h"
#include "base/str.h"
#include "s3/s3_replication.h"
#include "s3/s3_replication_rule.h"
#include "xml/xml.h"

struct rule {
    const char *id, *prefix;
};

struct replica {
    struct rule *rules;
    size_t n;
};

/* What cannot be understood counts as: all keys. */
static struct rule rule_of(struct arena *a, const struct xml_node *node)
{
    struct s3_replication_rule read;
    const char *why = NULL;
    bool known = s3_replication_rule_read(a, node, &read, &why);

    return (struct rule){s3_rules_id(node), known ? read.filter.prefix : ""};
}

struct replica *replica_new(struct arena *a, const struct s3_rules *replication)
{
    struct replica *r = arena_alloc(a, sizeof *r);
    size_t n = 0;

    for (const struct xml_node *node = xml_child(replication->root, "Rule"); node != NULL;
         node = xml_next(node, "Rule")) {
        n++;
    }
    r->rules = arena_array(a, n, sizeof *r->rules);
    for (const struct xml_node *node = xml_child(replication->root, "Rule"); node != NULL;
         node = xml_next(node, "Rule")) {
        if (s3_rules_enabled(node)) {
            r->rules[r->n++] = rule_of(a, node);
        }
    }
    return r;
}

enum rc replica_get(struct ctx *cx, const struct s3_target *target, struct replica **ret_replica)
{
    struct s3_target asked = *target;
    struct s3_rules rules = {.root = NULL};
    enum rc rc;

    asked.may_be_denied = true;
    rc = s3_rules_get(cx, &asked, &s3_replication_kind, &rules);
    if (rc == RC_CONFLICT) {
        diag_warning(cx, NULL, "Whether the bucket is replicated cannot be told",
                     "The access key lacks the permission s3:GetReplicationConfiguration. Removing "
                     "a delete marker is not replicated: where there is a replica, it goes on "
                     "hiding what is revealed here. With --keep-history nothing is revealed.");
    } else if (rc != RC_OK) {
        return rc;
    }
    *ret_replica = replica_new(cx->arena, &rules);
    return RC_OK;
}

const char *replica_rule(const struct replica *r, const char *key)
{
    for (size_t i = 0; i < r->n; i++) {
        if (str_starts(key, r->rules[i].prefix)) {
            return r->rules[i].id;
        }
    }
    return NULL;
}
