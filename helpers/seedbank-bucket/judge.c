#include "seedbank-bucket/judge.h"

#include <string.h>

#include "base/arena.h"

#define MORE 64 /* entries beyond those that the plan saw: so many may be ours, sent again */

static bool removes(const struct step *s)
{
    return s->kind == STEP_REVEAL || s->kind == STEP_PURGE;
}

const char *judge_last(const struct step *s)
{
    return removes(s) ? s->version : s->latest;
}

size_t judge_depth(const struct step *s)
{
    bool none = removes(s) && s->version == NULL; /* whatever is left of it, one entry tells */

    return (removes(s) ? s->n_newer : 0) + (none ? 1 : MORE);
}

static struct judge_result result(enum judge_verdict verdict, const char *why)
{
    return (struct judge_result){.verdict = verdict, .why = why};
}

/* How many entries are newer than that one; view->n when it is not there, or was none. */
static size_t place_of(const struct judge_view *view, const char *id)
{
    size_t i = 0;

    while (i < view->n && (id == NULL || strcmp(view->entries[i].id, id) != 0)) {
        i++;
    }
    return i;
}

/* What a write of this step looks like, whoever made it. */
static bool is_alike(const struct step *s, const struct judge_entry *e)
{
    if (s->kind == STEP_HIDE) {
        return e->marker;
    }
    return !e->marker && e->size == s->size && (e->same || strcmp(e->etag, s->etag) == 0);
}

static bool is_told(const struct step *s, const struct judge_entry *e, const struct judge_own *own)
{
    for (size_t i = 0; i < own->n_ids; i++) {
        if (strcmp(own->ids[i], e->id) == 0) {
            return true;
        }
    }
    return own->modified != NULL && strcmp(own->modified, e->modified) == 0 && is_alike(s, e);
}

static bool is_ours(const struct step *s, const struct judge_entry *e, const struct judge_own *own)
{
    return is_told(s, e, own) || ((own->begun || own->retried) && is_alike(s, e));
}

/* A copy that the server says it made, of which ETags prove nothing. */
static bool is_other_size(const struct step *s, const struct judge_entry *e)
{
    return s->kind == STEP_COPY && (e->marker || e->size != s->size);
}

/* ---- Steps that write -------------------------------------------------------------------------
 */

/* The first `newer` entries: all ours, or some foreign among them. A copy of the same content right
 * below one of ours is of a request that was sent again, because its answer was lost. */
static struct judge_result weigh(struct arena *a, const struct step *s,
                                 const struct judge_view *view, size_t newer,
                                 const struct judge_own *own)
{
    const char **ours = arena_array(a, newer, sizeof *ours);
    const char **told = arena_array(a, newer, sizeof *told);
    const char *foreign = NULL, *wrong = NULL;
    size_t n_ours = 0, n_told = 0;
    struct judge_result r = {.verdict = JUDGE_DONE};

    for (size_t i = 0; i < newer; i++) {
        const struct judge_entry *e = &view->entries[i];
        bool again = n_told > 0 && s->kind == STEP_COPY && is_alike(s, e);
        if (is_told(s, e, own)) {
            told[n_told++] = e->id;
            wrong = is_other_size(s, e) ? e->id : wrong;
        }
        if (again || is_ours(s, e, own)) {
            ours[n_ours++] = e->id;
        } else {
            foreign = e->id;
        }
    }
    if (foreign == NULL && wrong == NULL) {
        r.ids = ours;
        r.n_ids = n_ours;
        return r;
    }
    r.verdict = n_told > 0 ? JUDGE_TAKE_BACK : JUDGE_CONFLICT;
    r.ids = told;
    r.n_ids = n_told;
    r.why = foreign != NULL
                ? arena_printf(a, "changed since: version %s is not ours", foreign)
                : arena_printf(a,
                               "the server's copy, version %s, has another size than the wanted "
                               "version",
                               wrong);
    return r;
}

/* The version that the plan saw as the newest is not there any more. */
static struct judge_result gone(struct arena *a, const struct step *s,
                                const struct judge_view *view, const struct judge_own *own)
{
    const char **told = arena_array(a, view->n, sizeof *told);
    struct judge_result r = {.ids = told};

    for (size_t i = 0; i < view->n; i++) {
        if (is_told(s, &view->entries[i], own)) {
            told[r.n_ids++] = view->entries[i].id;
        }
    }
    r.verdict = r.n_ids > 0 ? JUDGE_TAKE_BACK : JUDGE_CONFLICT;
    r.why = arena_printf(a, "changed since: version %s, then the newest, is gone", s->latest);
    return r;
}

/* It is not there any more, though the plan saw one. */
static bool is_gone(const struct step *s, const struct judge_view *view, size_t newer)
{
    return s->latest != NULL && newer == view->n;
}

static struct judge_result write_before(struct arena *a, const struct step *s,
                                        const struct judge_view *view, const struct judge_own *own)
{
    size_t newer = place_of(view, s->latest);

    if (is_gone(s, view, newer)) {
        return gone(a, s, view, own);
    }
    return newer == 0 ? result(JUDGE_GO, NULL) : weigh(a, s, view, newer, own);
}

static struct judge_result write_after(struct arena *a, const struct step *s,
                                       const struct judge_view *view, const struct judge_own *own)
{
    size_t newer = place_of(view, s->latest);

    if (is_gone(s, view, newer)) {
        return gone(a, s, view, own);
    }
    if (newer == 0 && own->replaces && is_alike(s, &view->entries[0])) {
        return result(JUDGE_DONE, NULL);
    }
    if (newer == 0) {
        return result(JUDGE_MISSING, "the server took the write, but does not show it");
    }
    return weigh(a, s, view, newer, own);
}

size_t judge_unsure(const struct step *s, const struct judge_view *view,
                    const struct judge_own *own)
{
    size_t newer = place_of(view, s->latest);

    for (size_t i = 0; s->kind == STEP_COPY && !is_gone(s, view, newer) && i < newer; i++) {
        const struct judge_entry *e = &view->entries[i];
        if (!e->marker && e->size == s->size && !is_ours(s, e, own)) {
            return i;
        }
    }
    return view->n;
}

/* ---- Steps that remove ------------------------------------------------------------------------
 */

static bool lists(const struct step *s, const char *id)
{
    for (size_t i = 0; i < s->n_newer; i++) {
        if (strcmp(s->newer[i], id) == 0) {
            return true;
        }
    }
    return false;
}

/* How many of step->newer are gone from its front; n_newer + 1: something else is on top. */
static size_t removed(const struct step *s, const struct judge_view *view)
{
    size_t done = 0, left;

    while (done < s->n_newer &&
           (view->n == 0 || strcmp(view->entries[0].id, s->newer[done]) != 0)) {
        done++;
    }
    left = s->n_newer - done;
    for (size_t i = 0; i < left; i++) {
        if (i >= view->n || strcmp(view->entries[i].id, s->newer[done + i]) != 0) {
            return s->n_newer + 1;
        }
    }
    if (s->version != NULL &&
        (left >= view->n || strcmp(view->entries[left].id, s->version) != 0)) {
        return s->n_newer + 1;
    }
    for (size_t i = left; i < view->n; i++) {
        if (lists(s, view->entries[i].id)) {
            return s->n_newer + 1;
        }
    }
    return done;
}

static struct judge_result remove_before(const struct step *s, const struct judge_view *view,
                                         const struct judge_own *own)
{
    size_t done = removed(s, view), left;
    struct judge_result r = {.verdict = JUDGE_GO};

    if (done > s->n_newer || (done > 0 && !own->begun)) {
        return result(JUDGE_CONFLICT, "changed since: its newest versions are others");
    }
    left = s->n_newer - done;
    r.verdict = left > 0 ? JUDGE_GO : JUDGE_DONE;
    r.ids = s->newer + done;
    r.n_ids = left;
    r.below = left < view->n ? view->entries[left].id : NULL;
    return r;
}

static struct judge_result remove_after(struct arena *a, const struct step *s,
                                        const struct judge_view *view, const char *below)
{
    const char *newest = view->n > 0 ? view->entries[0].id : NULL;

    if (newest == NULL || below == NULL ? newest == below : strcmp(newest, below) == 0) {
        return result(JUDGE_DONE, NULL);
    }
    if (newest == NULL) {
        return result(JUDGE_CONFLICT, "changed since: nothing is left of it");
    }
    if (lists(s, newest)) {
        return result(JUDGE_MISSING,
                      arena_printf(a, "version %s was to be removed, and is still there", newest));
    }
    return result(JUDGE_CONFLICT, arena_printf(a, "changed since: version %s is not ours", newest));
}

/* ---- Both -------------------------------------------------------------------------------------
 */

struct judge_result judge_before(struct arena *a, const struct step *s,
                                 const struct judge_view *view, const struct judge_own *own)
{
    return removes(s) ? remove_before(s, view, own) : write_before(a, s, view, own);
}

struct judge_result judge_after(struct arena *a, const struct step *s,
                                const struct judge_view *view, const struct judge_own *own)
{
    return removes(s) ? remove_after(a, s, view, own->below) : write_after(a, s, view, own);
}
