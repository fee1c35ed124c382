/*
 * A document of rules of a bucket (lifecycle, replication), which S3 reads and writes only as a
 * whole. s3_rule_edit.h changes one rule in it.
 */
#ifndef S3_S3_RULES_H
#define S3_S3_RULES_H

#include "s3/s3.h"

struct arena;
struct s3_refusal;
struct sigv4_param;
struct xml_node;

/* What one kind of document is to S3. */
struct s3_rules_kind {
    const char *name;                /* "lifecycle", as in "lifecycle rules of bucket b" */
    const char *root;                /* its root element; each <Rule> in it has an <ID> */
    const struct sigv4_param *param; /* one */
    const char *get_permission, *put_permission;
    const char *absent;                    /* S3's code for: there is no document */
    const char *header;                    /* of the setting beside the body; NULL: none */
    const struct s3_refusal *get_refusals; /* beside NoSuchBucket, RC_NOT_FOUND says: no document,
                                              or, if not `absent`, no such operation */
    const struct s3_refusal *put_refusals; /* NULL: as usual */
    const char *alternative;               /* where the server has no such document: what to do */
    const char *other_writers;             /* that write the whole document */
};

struct s3_rules {
    struct xml_node *root; /* in cx->arena; a bucket without rules has one without <Rule> */
    const char *setting;   /* the value of kind->header; NULL: the server has none */
    bool unsupported;      /* the server has no such document for any bucket */
};

/* RC_NOT_FOUND: no such bucket. */
enum rc s3_rules_get(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rules_kind *kind, struct s3_rules *ret_rules) RC_MUST_CHECK;

/* The same through the session's cache, without the setting: for refresh and plan, never before a
 * put. */
enum rc s3_rules_get_cached(struct ctx *cx, const struct s3_target *target,
                            const struct s3_rules_kind *kind,
                            struct s3_rules *ret_rules) RC_MUST_CHECK;

/* Write the whole document; one without rules is deleted. Tried again while another change of the
 * bucket is under way. RC_NOT_FOUND: no such bucket. */
enum rc s3_rules_put(struct ctx *cx, const struct s3_target *target,
                     const struct s3_rules_kind *kind, const struct s3_rules *rules) RC_MUST_CHECK;

/* The error for a caller that needs the document where it is unsupported: names the alternative.
 * Returns RC_FAIL. */
enum rc s3_rules_missing(struct ctx *cx, const struct s3_target *target,
                         const struct s3_rules_kind *kind);

/* A copy whose rules can be changed. */
struct s3_rules s3_rules_copy(struct arena *a, const struct s3_rules *rules);

/* The <Rule> of that ID, or NULL. */
struct xml_node *s3_rules_find(const struct s3_rules *rules, const char *id);

/* A rule's ID; "" when it has none. */
const char *s3_rules_id(const struct xml_node *rule);

/* Whether the server acts on a rule: anything but the word Disabled counts as yes. */
bool s3_rules_enabled(const struct xml_node *rule);

/* For messages: the IDs of all rules, quoted, comma-separated; or "none". */
const char *s3_rules_ids(struct arena *a, const struct s3_rules *rules);

#endif
