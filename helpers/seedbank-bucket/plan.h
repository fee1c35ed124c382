/* Making a plan, and showing it: for the command plan, and for those that plan first. */
#ifndef SEEDBANK_BUCKET_PLAN_H
#define SEEDBANK_BUCKET_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "seedbank-bucket/plan_file.h"
#include "seedbank-bucket/settings.h"
#include "seedbank-bucket/step.h"

#define PLAN_SHOWN 10         /* steps of each kind that are kept to be shown */
#define PLAN_NEWER STEP_KINDS /* among them, beside the kinds: born later, left alone */

struct plan_settings {
    struct settings server;
    const char *bucket, *at;
    const char *to;     /* BUCKET[/PREFIX] that is written into; NULL: `bucket` itself */
    const char *output; /* NULL: plan_make names it */
    struct cli_texts prefixes, excludes;
    bool keep_history, hide_newer, purge_newer;
    bool accept_gaps, no_probe, allow_unversioned;
    /* Not a time: whatever a delete marker hides now, if `since` (NULL: ever) is not after it. */
    bool undelete;
    const char *since;
    uint64_t shards; /* pieces that the plan is cut into; 0: none */
};

struct plan_shown {
    struct step steps[PLAN_SHOWN];
    size_t n;
};

struct plan_result {
    const char *path;
    struct plan_head head;
    struct plan_totals totals;
    int64_t at, now;     /* moment.h; now: the server's */
    int64_t since;       /* of an undeletion; 0: ever */
    int64_t first, last; /* when the first and the last of what is revealed was deleted */
    struct plan_shown shown[STEP_KINDS + 1];
    uint64_t multipart_near;   /* see past.h */
    const char *multipart_key; /* one of them */
    uint64_t kept_markers;     /* copies that stand in for reveals */
    const char *replica_rule;  /* because of a rule of replication, one of them; NULL: others */
};

/* Of struct plan_settings, but for what says where the bucket is and `allow_unversioned`. */
extern const struct cli_option plan_options[];

/* Look at the bucket, decide, write the plan. Nothing is changed in the bucket, and no file is left
 * unless RC_OK is returned. What is refused: see the command's description. */
enum rc plan_make(struct cli *cli, const struct plan_settings *settings,
                  struct plan_result *ret_result) RC_MUST_CHECK;

/* What it comes to, for whoever decides. */
void plan_show(struct cli *cli, const struct plan_result *result);

#endif
