/* What the files ferry*.c share; for them alone. */
#ifndef SEEDBANK_BUCKET_FERRY_PRIVATE_H
#define SEEDBANK_BUCKET_FERRY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "s3/s3_object_info.h"
#include "s3/s3_tags.h"
#include "seedbank-bucket/ferry.h"

/* What a destination may not be able to hold. */
enum ferry_part {
    FERRY_TAGS,
    FERRY_ENCRYPTION,
    FERRY_CLASS,
    FERRY_LOCK,
    FERRY_REDIRECT,
    FERRY_PARTS
};

enum ferry_copies { FERRY_UNTRIED, FERRY_COPIES, FERRY_STREAMS };

struct ferry {
    struct ferry_options options;
    pthread_mutex_t first; /* held by who finds out whether the server copies by itself */
    struct arena *arena;   /* of what comes of that; under the same lock */
    const char *why_streamed;
    atomic_int copies; /* enum ferry_copies */

    pthread_mutex_t lock; /* guards the memory */
    pthread_cond_t freed;
    uint64_t memory;              /* that is free */
    atomic_uint never;            /* bits of ferry_part: the server has no such thing */
    atomic_bool unconditional[2]; /* of keys that are not there, and that are: its conditions hold
                                     where they should not, or the reverse */
};

/* One version on its way. */
struct ferry_cargo {
    const struct ferry_load *load;
    struct s3_object from, to;
    struct s3_object_info info;
    struct s3_tags tags;
    struct s3_object_settings settings;
    unsigned has;         /* bits of ferry_part */
    const char *lost_key; /* the KMS key that only the source's server knows; NULL: none */
};

/* ferry_look.c: what it is, and what belongs to it. FERRY_DONE: it can be carried. */
struct ferry_result ferry_look(struct ctx *cx, struct ferry *f, const struct ferry_load *load,
                               struct ferry_cargo *ret_cargo);

/* What a request without those parts has. */
struct s3_object_settings ferry_look_settings(const struct ferry_cargo *cargo, unsigned without);

/* "tags, storage class"; NULL: nothing. What was streamed lacks metadata that no header can hold.
 */
const char *ferry_look_lost(struct ctx *cx, const struct ferry_cargo *cargo, unsigned without,
                            bool streamed);

/* ferry_send.c: once, without those parts. As s3_copy and s3_transfer; messages are added. */
struct ferry_sending {
    unsigned without;
    bool unconditional;
};
enum rc ferry_send(struct ctx *cx, struct ferry *f, const struct ferry_cargo *cargo,
                   const struct ferry_sending *how, struct ferry_result *ret_result) RC_MUST_CHECK;

#endif
