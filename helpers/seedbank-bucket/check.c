#include "seedbank-bucket/check.h"

#include <string.h>

static struct check_result result(enum check_verdict verdict, const char *why)
{
    return (struct check_result){verdict, why};
}

static struct check_want want_of_version(const struct step *s)
{
    return (struct check_want){
        .kind = CHECK_CONTENT, .version = s->version, .etag = s->etag, .size = s->size};
}

struct check_want check_want_of_step(const struct step *s)
{
    switch (s->kind) {
    case STEP_COPY:
    case STEP_REVEAL:
    case STEP_PURGE:
        return want_of_version(s);
    case STEP_HIDE:
        return (struct check_want){.kind = CHECK_HIDDEN};
    case STEP_UNREACHABLE:
    case STEP_UNKNOWN:
    case STEP_KINDS:
        break;
    }
    return (struct check_want){.kind = CHECK_UNKNOWN};
}

struct check_want check_want_of_past(const struct past_end *end, const struct check_found *newest)
{
    switch (end->verdict) {
    case PAST_ABSENT:
    case PAST_NEWER:
        return (struct check_want){.kind = CHECK_NOTHING};
    case PAST_UNCHANGED:
        return (struct check_want){.kind = CHECK_CONTENT,
                                   .version = newest->id,
                                   .etag = newest->etag,
                                   .size = newest->size};
    case PAST_STEP:
        break;
    }
    return end->step.version != NULL ? want_of_version(&end->step)
                                     : (struct check_want){.kind = CHECK_UNKNOWN};
}

static struct check_result check_content(const struct check_want *want,
                                         const struct check_found *found,
                                         struct check_options options)
{
    bool same = options.same_ids && want->version != NULL && found->id != NULL &&
                strcmp(want->version, found->id) == 0;

    if (!found->there) {
        return result(CHECK_DIFFERS,
                      found->id != NULL ? "a delete marker hides it" : "it is not there");
    }
    if (want->size != found->size) {
        return result(CHECK_DIFFERS, "what is there has another size");
    }
    if (same && strcmp(want->version, S3_NULL_VERSION) == 0) { /* it may have been written again */
        if (want->etag != NULL && found->etag != NULL && strcmp(want->etag, found->etag) != 0) {
            return result(CHECK_DIFFERS, "it was written again, without a version ID");
        }
        same = want->sha256 == NULL;
    }
    return result(same && !options.deep ? CHECK_FINE : CHECK_COMPARE, NULL);
}

struct check_result check(const struct check_want *want, const struct check_found *found,
                          struct check_options options)
{
    switch (want->kind) {
    case CHECK_NOTHING:
        return result(found->there ? CHECK_NEWER : CHECK_ABSENT, NULL);
    case CHECK_HIDDEN:
        return found->there ? result(CHECK_DIFFERS, "it was not there then, and is there now")
                            : result(CHECK_ABSENT, NULL);
    case CHECK_CONTENT:
        return check_content(want, found, options);
    case CHECK_UNKNOWN:
        break;
    }
    return result(CHECK_IDLE, NULL);
}
