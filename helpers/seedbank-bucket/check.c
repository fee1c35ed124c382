#include "seedbank-bucket/check.h"

#include <string.h>

#include "seedbank-bucket/work.h"

static struct check_result result(enum check_verdict verdict, const char *why)
{
    return (struct check_result){verdict, why};
}

static struct check_result differs(const char *why)
{
    return result(CHECK_DIFFERS, why);
}

/* Equal ETags of objects of equal size are proof; different ones prove nothing where they were made
 * of parts, or encrypted by KMS. */
static struct check_result same_content(const struct step *s, const struct check_newest *newest)
{
    if (newest->id == NULL) {
        return differs("nothing is left of it");
    }
    if (newest->marker) {
        return differs("a delete marker hides it");
    }
    if (strcmp(newest->id, s->version) == 0) {
        return result(CHECK_FINE, NULL);
    }
    if (newest->size != s->size) {
        return differs("its newest version has another size");
    }
    return result(strcmp(newest->etag, s->etag) == 0 ? CHECK_FINE : CHECK_COMPARE, NULL);
}

static struct check_result is_version(const struct step *s, const struct check_newest *newest)
{
    if (newest->id != NULL && s->version != NULL && strcmp(newest->id, s->version) == 0) {
        return result(CHECK_FINE, NULL);
    }
    return newest->id != NULL && newest->marker
               ? differs("a delete marker hides it")
               : differs("its newest version is not the wanted one");
}

static struct check_result is_hidden(const struct check_newest *newest)
{
    return newest->id == NULL || newest->marker
               ? result(CHECK_ABSENT, NULL)
               : differs("it was not there then, and is there now");
}

struct check_result check_step(const struct step *s, const struct check_newest *newest)
{
    switch (s->kind) {
    case STEP_COPY:
        return same_content(s, newest);
    case STEP_REVEAL:
    case STEP_PURGE:
        return is_version(s, newest);
    case STEP_HIDE:
        return is_hidden(newest);
    case STEP_UNREACHABLE:
    case STEP_UNKNOWN:
    case STEP_KINDS:
        break;
    }
    return result(CHECK_IDLE, NULL);
}

struct check_result check_past(const struct past_end *end, const struct check_newest *newest)
{
    switch (end->verdict) {
    case PAST_ABSENT:
        return result(CHECK_ABSENT, NULL);
    case PAST_UNCHANGED:
        return result(CHECK_FINE, NULL);
    case PAST_NEWER:
        return result(CHECK_NEWER, NULL);
    case PAST_STEP:
        break;
    }
    return end->step.version != NULL ? same_content(&end->step, newest) : result(CHECK_IDLE, NULL);
}
