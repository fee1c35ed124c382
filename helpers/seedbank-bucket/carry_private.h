/* What the files carry*.c share; for them alone. */
#ifndef SEEDBANK_BUCKET_CARRY_PRIVATE_H
#define SEEDBANK_BUCKET_CARRY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "seedbank-bucket/carry.h"
#include "seedbank-bucket/guard.h"
#include "seedbank-bucket/judge.h"
#include "seedbank-bucket/look.h"

struct arena;
struct cli_progress;
struct crew;
struct ctx;

#define CARRY_BATCH   1000  /* steps, at most */
#define CARRY_LEAST   100   /* of the first batch, and of the last */
#define CARRY_IDS     20000 /* to be removed by them, more or less */
#define CARRY_BATCHES 6     /* being looked up, written, looked up again */
#define CARRY_THREADS 128   /* how many requests are in the air is the client's to find out */
#define CARRY_QUEUE   512   /* jobs that wait for a thread, while the next batch is looked up */
#define CARRY_JOB     100 /* deletions in one request, at most: the server does them one by one, */
#define CARRY_JOB_MIN 20  /* so that a batch's are spread */
#define CARRY_SPREAD  32  /* over so many requests */

/* A step on its way. */
struct slot {
    struct step step;
    const char *key; /* in the bucket that is written */
    uint64_t number;
    enum replay_state state; /* before this run */
    struct judge_own own;
    const char *told[2]; /* room for own.ids of this run */
    struct judge_result before;
    struct look_key *look;
    const char *newest;         /* go: as struct condition_copy has it */
    bool go;                    /* it is to be written */
    bool ran;                   /* its write was sent */
    struct write_result result; /* of that */
};

struct batch {
    struct carry *carry;
    struct arena *arena; /* of all below; threads take its lock */
    pthread_mutex_t lock;
    struct slot *slots;
    size_t n, full;
    size_t ids; /* that its steps remove */
    struct look_key *keys;
    atomic_size_t left; /* jobs that are not done */
    bool busy;
};

struct carry {
    struct carry_options options;
    struct ctx *cx; /* its cancel is the hard one: what has begun ends */
    struct guard guard;
    struct condition condition;
    struct crew *crew;
    struct cli_progress *progress;
    struct batch batches[CARRY_BATCHES];
    struct batch *filling;
    uint64_t given;      /* steps that went into batches */
    atomic_size_t apart; /* how far from one another the keys lie, as looks found it */
    atomic_bool broken;  /* nothing more may be begun; a message says why */

    pthread_mutex_t lock; /* guards all below, and `busy` of the batches */
    pthread_cond_t freed;
    struct carry_tally tally;
    unsigned failures; /* one after the other */
};

/* A job: the slots that one request, or one copy, is for. */
enum job_kind { JOB_COPY, JOB_MARKERS, JOB_REMOVALS };
struct job {
    struct batch *batch;
    enum job_kind kind;
    struct slot **slots;
    size_t n;
};

/* Look the batch up, judge, make intents durable, give its jobs to the crew. On the thread of the
 * command. */
enum rc carry_batch_begin(struct carry *c, struct batch *b) RC_MUST_CHECK;

/* Read back what ran, take back what must not stay, record. The batch is free then. On any thread,
 * once: after its last job, or when no job of it runs any more. */
enum rc carry_batch_end(struct ctx *cx, struct batch *b) RC_MUST_CHECK;

/* Cut the batch into jobs and give them. */
enum rc carry_jobs_give(struct carry *c, struct batch *b) RC_MUST_CHECK;

/* For the crew. */
enum rc carry_jobs_run(struct ctx *cx, void *arg, const void *item);
const void *carry_jobs_copy(struct arena *a, const void *job);
unsigned carry_jobs_useful(void *arg);

/* A line of the journal about a slot. */
enum rc carry_record(struct ctx *cx, const struct slot *s, struct batch *b,
                     struct record record) RC_MUST_CHECK;

/* That its write will be sent: with all lines before it, on the disk when this returns. */
enum rc carry_record_intent(struct ctx *cx, const struct slot *s, struct batch *b) RC_MUST_CHECK;

/* What became of a slot, told once. */
void carry_report_done(struct batch *b, const struct slot *s);
void carry_report_lost(struct batch *b, const struct slot *s, const char *lost); /* before that */
void carry_report_conflict(struct batch *b, const struct slot *s, const char *why);
/* RC_FAIL with a message: so many failed one after the other that going on is pointless. */
enum rc carry_report_failure(struct ctx *cx, struct batch *b, const struct slot *s,
                             const char *why) RC_MUST_CHECK;

#endif
