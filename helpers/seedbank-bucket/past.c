#include "seedbank-bucket/past.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seedbank-bucket/moment.h"

#define MAX_KEY  ((size_t)16 << 20) /* as much as a page of the listing; S3's have 1,024 bytes */
#define MAX_IDS  ((size_t)16 << 20) /* bytes of the IDs that one step names: half a million */
#define FIRST_ID 8                  /* IDs that have room at first */

#define WHY_GAP                                                                                    \
    "no version as old as the chosen time is left, and rules or missing versioning may have "      \
    "removed one"
#define WHY_NULL                                                                                   \
    "a version without an ID is newer than the chosen time; an older one that it replaced is lost"

#define WHY_MANY                                                                                   \
    "more versions are newer than a plan can name one by one; plan without --purge-newer"

struct past {
    struct past_options options;
    struct past_seen seen;
    struct buf *key;
    bool begun;

    /* Of the key at hand. Texts and IDs are in `arena`, which each key begins anew. */
    struct arena *arena;
    struct arena_mark fresh;
    struct s3_list_entry wanted; /* the first entry that is not younger than the chosen time */
    int64_t modified;            /* its time */
    bool found, multipart;
    uint64_t n_newer;
    const char *latest;    /* ID of the newest entry, where it is younger */
    uint64_t latest_size;  /* its size */
    int64_t newest;        /* its time */
    bool latest_is_marker; /* what it is */
    int64_t superseded;    /* time of the oldest of the younger ones */
    bool null_newer;       /* one of them has no ID */
    bool data_newer;       /* one of them is no delete marker */
    const char **ids;      /* of the younger ones, as long as they may be to be removed */
    size_t n_ids, room, id_bytes;
    const char *doubt; /* see past_doubt; NULL: none */
};

struct past *past_new(struct arena *a, const struct past_options *options)
{
    struct past *p = arena_alloc(a, sizeof *p);

    p->options = *options;
    p->seen.oldest_of_id = INT64_MAX;
    p->key = buf_new(a, MAX_KEY);
    p->arena = arena_within(a);
    p->fresh = arena_mark(p->arena);
    return p;
}

void past_begin(struct past *p, const char *key)
{
    struct past next = {
        .options = p->options, .seen = p->seen, .key = p->key, .begun = true, .arena = p->arena};

    arena_rewind(p->arena, p->fresh);
    next.fresh = arena_mark(p->arena);
    *p = next;
    buf_truncate(p->key, 0);
    buf_puts(p->key, key);
}

const char *past_key(const struct past *p)
{
    return p->key->data;
}

/* ---- Entries --------------------------------------------------------------------------------- */

static bool has_too_many(const struct past *p)
{
    return p->id_bytes > MAX_IDS;
}

static void keep_id(struct past *p, const char *id)
{
    p->id_bytes += strlen(id);
    if (has_too_many(p)) {
        return;
    }
    if (p->n_ids == p->room) {
        size_t room = p->room ? 2 * p->room : FIRST_ID;
        const char **more = arena_array(p->arena, room, sizeof *more);
        for (size_t i = 0; i < p->n_ids; i++) {
            more[i] = p->ids[i];
        }
        p->ids = more;
        p->room = room;
    }
    p->ids[p->n_ids++] = arena_strdup(p->arena, id);
}

static void add_newer(struct past *p, const struct s3_list_entry *e, int64_t time, bool null)
{
    if (p->n_newer++ == 0) {
        p->latest = arena_strdup(p->arena, e->version_id);
        p->latest_size = e->size;
        p->latest_is_marker = e->marker;
        p->newest = time;
    }
    p->superseded = time;
    p->null_newer = p->null_newer || null;
    p->data_newer = p->data_newer || !e->marker;
    if (!p->options.elsewhere && (p->options.purge_newer || !p->data_newer)) {
        keep_id(p, e->version_id);
    }
}

/* Texts are copied only where something is newer or goes elsewhere: else nothing is done. */
static void take_wanted(struct past *p, const struct s3_list_entry *e, int64_t time)
{
    p->found = true;
    p->modified = time;
    p->wanted = *e;
    p->wanted.key = p->key->data;
    if (p->n_newer == 0) {
        p->newest = time;
        p->latest_is_marker = e->marker;
    }
    if (p->n_newer == 0 && !p->options.elsewhere) {
        p->wanted.version_id = p->wanted.etag = p->wanted.last_modified = "";
        p->wanted.storage_class = "";
        return;
    }
    p->wanted.version_id = arena_strdup(p->arena, e->version_id);
    p->wanted.etag = arena_strdup(p->arena, e->etag);
    p->wanted.last_modified = arena_strdup(p->arena, e->last_modified);
    p->wanted.storage_class = arena_strdup(p->arena, e->storage_class);
}

/* "...-3", as a multipart object's; nothing else of ours has a hyphen there. */
static bool is_multipart(const char *etag)
{
    return strchr(etag, '-') != NULL;
}

static bool is_newer(const struct past *p, const struct s3_list_entry *e, int64_t time)
{
    if (!p->options.undelete) {
        return time > p->options.at;
    }
    return e->marker && (p->n_newer > 0 || time >= p->options.since);
}

void past_add(struct past *p, const struct s3_list_entry *e)
{
    bool null = e->null_origin || strcmp(e->version_id, S3_NULL_VERSION) == 0;
    int64_t time = moment_of(e->modified);

    p->seen.entries++;
    p->seen.null = p->seen.null || null;
    if (!null && time < p->seen.oldest_of_id) {
        p->seen.oldest_of_id = time;
    }
    if (p->found && p->wanted.gone && p->n_newer == 0 && !e->gone) {
        add_newer(p, e, time, null); /* older, but it is what shows now */
    }
    if (p->found) {
        return;
    }
    if (is_newer(p, e, time)) {
        if (!e->gone) {
            add_newer(p, e, time, null);
        }
    } else {
        take_wanted(p, e, time);
        p->multipart = !e->marker && is_multipart(e->etag);
    }
}

struct past_seen past_seen(const struct past *p)
{
    return p->seen;
}

size_t past_footprint(const struct past *p)
{
    return arena_footprint(p->arena);
}

void past_doubt(struct past *p, const char *why)
{
    p->doubt = why;
}

/* ---- The verdict ----------------------------------------------------------------------------- */

static struct step step_of(const struct past *p, enum step_kind kind)
{
    return (struct step){
        .kind = kind,
        .key = p->key->data,
        .latest = p->options.elsewhere ? NULL : p->latest,
        .storage_class = "",
    };
}

static struct past_end unknown(const struct past *p, struct past_end end, const char *why)
{
    end.verdict = PAST_STEP;
    end.step = step_of(p, STEP_UNKNOWN);
    end.step.why = why;
    end.bytes = 0;
    return end;
}

/* There was nothing, or nothing of it is left. */
static struct past_end was_absent(const struct past *p, struct past_end end)
{
    const struct past_asker *ask = &p->options.ask;

    if (p->null_newer) {
        return unknown(p, end, WHY_NULL);
    }
    if (!p->found && ask->has_gap(ask->arg, p->key->data)) {
        return unknown(p, end, WHY_GAP);
    }
    if (p->latest_is_marker || p->options.elsewhere) {
        end.verdict = PAST_ABSENT;
        return end;
    }
    end.verdict = p->options.hide_newer ? PAST_STEP : PAST_NEWER;
    end.bytes = p->latest_size;
    end.step = step_of(p, STEP_HIDE);
    return end;
}

/* The version is there, and something is newer. What is doubtful removes nothing. */
static struct past_end bring_back(const struct past *p, struct past_end end)
{
    const struct past_asker *ask = &p->options.ask;
    struct step s = step_of(p, STEP_COPY);

    s.version = p->wanted.version_id;
    s.etag = p->wanted.etag;
    s.modified = p->wanted.last_modified;
    s.storage_class = p->wanted.storage_class;
    s.size = p->wanted.size;
    if (p->null_newer) {
        s.why = WHY_NULL;
    } else if (p->options.purge_newer) {
        s.kind = has_too_many(p) ? STEP_UNREACHABLE : STEP_PURGE;
        s.why = has_too_many(p) ? WHY_MANY : NULL;
    } else if (!p->data_newer && !p->options.elsewhere) {
        end.kept_markers = has_too_many(p) || ask->keeps_markers(ask->arg, p->key->data);
        s.kind = end.kept_markers ? STEP_COPY : STEP_REVEAL;
    }
    if (s.kind == STEP_REVEAL || s.kind == STEP_PURGE) {
        s.newer = p->ids;
        s.n_newer = p->n_ids;
    }
    end.verdict = PAST_STEP;
    end.step = s;
    return end;
}

struct past_end past_end(struct past *p)
{
    struct past_end end = {
        .bytes = p->wanted.size,
        .modified = p->modified,
        .superseded = p->superseded,
        .newest = p->newest,
        .elsewhere = p->options.elsewhere,
    };

    p->begun = false;
    if (p->doubt != NULL && !p->options.undelete) {
        return unknown(p, end, p->doubt);
    }
    if (!p->found || p->wanted.marker) {
        end.multipart_near = false;
        if (p->n_newer == 0 || p->options.undelete) {
            end.verdict = PAST_ABSENT;
            return end;
        }
        return was_absent(p, end);
    }
    end.multipart_near =
        !p->options.undelete && p->multipart && p->options.at - p->modified < MOMENT_DAY;
    if (p->n_newer == 0 && !p->options.elsewhere) {
        end.verdict = PAST_UNCHANGED;
        return end;
    }
    return bring_back(p, end);
}
