#include "seedbank-bucket/replay.h"

#include <string.h>

#include "base/ctx.h"
#include "base/journal.h"

/* Two states in a byte: the step's, and that of its being taken back. */
#define UNDO_SHIFT 4
#define STATE_MASK 0xfu

struct made {
    uint64_t number;
    bool undo;
    const char *id, *modified, *upload; /* one of them */
    struct made *next;                  /* made after it */
};

struct replay {
    const char *path, *sha256;
    uint8_t *states;
    uint64_t first, steps, lines;
    uint64_t counts[2][REPLAY_STATES];
    bool undoing;
    struct arena *kept; /* of the list below, which outlives each line */
    struct made *made, **end;
};

static enum rc refuse(struct ctx *cx, const struct replay *r, uint64_t line, const char *why)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "The journal %s does not fit the plan", r->path),
                      "Line %ju: %s. What it tells is not to be guessed at: bring back plan and "
                      "journal as they were, or make a new plan.",
                      (uintmax_t)line, why);
}

static bool has(const struct replay *r, uint64_t number)
{
    return number >= r->first && number - r->first < r->steps;
}

enum replay_state replay_state(const struct replay *r, bool undo, uint64_t number)
{
    unsigned both = has(r, number) ? r->states[number - r->first] : 0;

    return (enum replay_state)((both >> (undo ? UNDO_SHIFT : 0)) & STATE_MASK);
}

static void set_state(struct replay *r, bool undo, uint64_t number, enum replay_state state)
{
    unsigned shift = undo ? UNDO_SHIFT : 0;
    unsigned kept = r->states[number - r->first] & ~(STATE_MASK << shift);

    r->counts[undo][replay_state(r, undo, number)]--;
    r->counts[undo][state]++;
    r->states[number - r->first] = (uint8_t)(kept | ((unsigned)state << shift));
}

static enum rc begin(struct ctx *cx, struct replay *r, const struct record *record, uint64_t line)
{
    if (strcmp(record->plan, r->sha256) != 0) {
        return refuse(cx, r, line, "it belongs to another plan of the same name");
    }
    r->undoing = r->undoing || record->undo;
    return RC_OK;
}

static enum rc take(struct ctx *cx, void *arg, struct str text, uint64_t line)
{
    struct replay *r = arg;
    struct arena_mark mark = arena_mark(cx->arena);
    struct record record;
    enum rc rc = RC_OK;

    r->lines = line;
    if (!record_read(cx->arena, text, &record)) {
        rc = refuse(cx, r, line, "this program did not write it");
    } else if ((line == 1) != (record.kind == RECORD_BEGIN && !record.undo)) {
        rc = refuse(cx, r, line, "it does not begin as a journal does, or begins twice");
    } else if (record.kind == RECORD_BEGIN) {
        rc = begin(cx, r, &record, line);
    } else if (!has(r, record.number)) {
        rc = refuse(cx, r, line, "the plan, or this piece of it, has no such step");
    } else if (record.kind != RECORD_MADE) {
        static const enum replay_state states[RECORD_KINDS] = {[RECORD_INTENT] = REPLAY_OPEN,
                                                               [RECORD_DONE] = REPLAY_DONE,
                                                               [RECORD_LEFT] = REPLAY_LEFT};
        set_state(r, record.undo, record.number, states[record.kind]);
    }
    arena_rewind(cx->arena, mark);
    return rc;
}

/* Of what is OPEN in the end: few, whatever the size of the plan. */
static enum rc take_made(struct ctx *cx, void *arg, struct str text, uint64_t line)
{
    struct replay *r = arg;
    struct arena_mark mark = arena_mark(cx->arena);
    struct record record;

    if (line <= r->lines && record_read(cx->arena, text, &record) && record.kind == RECORD_MADE &&
        replay_state(r, record.undo, record.number) == REPLAY_OPEN) {
        struct made *made = arena_alloc(r->kept, sizeof *made);
        made->number = record.number;
        made->undo = record.undo;
        made->id = record.n_made > 0 ? arena_strdup(r->kept, record.made[0]) : NULL;
        made->modified = record.modified ? arena_strdup(r->kept, record.modified) : NULL;
        made->upload = record.upload ? arena_strdup(r->kept, record.upload) : NULL;
        *r->end = made;
        r->end = &made->next;
    }
    arena_rewind(cx->arena, mark);
    return RC_OK;
}

static void free_kept(void *arena)
{
    arena_free(arena);
}

enum rc replay_read(struct ctx *cx, const struct replay_plan *plan, struct replay **ret_replay)
{
    struct replay *r = arena_alloc(cx->arena, sizeof *r);
    enum rc rc;

    *r = (struct replay){
        .path = plan->path, .sha256 = plan->sha256, .first = plan->first, .steps = plan->steps};
    r->states = arena_alloc(cx->arena, plan->steps);
    r->counts[0][REPLAY_NONE] = r->counts[1][REPLAY_NONE] = plan->steps;
    r->end = &r->made;
    r->kept = arena_new();
    arena_defer(cx->arena, free_kept, r->kept);
    rc = journal_read(cx, plan->path, (struct journal_visitor){take, r});
    if (rc == RC_OK && (r->counts[0][REPLAY_OPEN] > 0 || r->counts[1][REPLAY_OPEN] > 0)) {
        rc = journal_read(cx, plan->path, (struct journal_visitor){take_made, r});
    }
    if (rc == RC_NOT_FOUND) {
        rc = RC_OK;
    }
    if (rc == RC_OK) {
        *ret_replay = r;
    }
    return rc;
}

bool replay_is_new(const struct replay *r)
{
    return r->lines == 0;
}

bool replay_is_undoing(const struct replay *r)
{
    return r->undoing;
}

uint64_t replay_count(const struct replay *r, bool undo, enum replay_state state)
{
    return r->counts[undo][state];
}

void replay_made(const struct replay *r, struct arena *a, const struct replay_step *step,
                 struct judge_own *ret_own)
{
    struct judge_own own = {.begun = true};
    const char **ids;
    size_t room = 0;

    for (const struct made *m = r->made; m != NULL; m = m->next) {
        room += m->number == step->number && m->undo == step->undo;
    }
    ids = arena_array(a, room, sizeof *ids);
    for (const struct made *m = r->made; m != NULL; m = m->next) {
        bool wanted = m->number == step->number && m->undo == step->undo;
        if (wanted && m->id != NULL) {
            ids[own.n_ids++] = m->id;
        }
        if (wanted && m->modified != NULL) {
            own.modified = m->modified;
        }
        if (wanted && m->upload != NULL) {
            own.upload = m->upload; /* whoever began this one had given up those before */
        }
    }
    own.ids = ids;
    *ret_own = own;
}

struct done {
    const struct replay *replay;
    struct replay_visitor visitor;
};

static enum rc take_done(struct ctx *cx, void *arg, struct str text, uint64_t line)
{
    const struct done *d = arg;
    struct arena_mark mark = arena_mark(cx->arena);
    struct record record;
    enum rc rc = RC_OK;

    if (line > d->replay->lines) {
        return RC_CONFLICT; /* written since; the reading ends here */
    }
    if (record_read(cx->arena, text, &record) && record.kind == RECORD_DONE && !record.undo) {
        rc = d->visitor.visit(cx, d->visitor.arg, &record);
    }
    arena_rewind(cx->arena, mark);
    return rc;
}

enum rc replay_done(struct ctx *cx, const struct replay *r, struct replay_visitor visitor)
{
    struct done d = {r, visitor};
    enum rc rc = journal_read(cx, r->path, (struct journal_visitor){take_done, &d});

    return rc == RC_CONFLICT || rc == RC_NOT_FOUND ? RC_OK : rc;
}
