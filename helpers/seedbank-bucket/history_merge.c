#include "seedbank-bucket/history_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "s3/s3_list.h"
#include "seedbank-bucket/moment.h"

#define FIRST_ROOM 8
#define NOT_SHOWN  "the server took it, but does not show it"

/* ---- Lists ----------------------------------------------------------------------------------- */

void history_versions_add(struct arena *a, struct history_versions *v,
                          const struct s3_list_entry *e)
{
    if (v->n == v->room) {
        size_t room = v->room ? 2 * v->room : FIRST_ROOM;
        v->items = arena_grow(a, v->items, v->room * sizeof *v->items, room * sizeof *v->items);
        v->room = room;
    }
    v->items[v->n++] = (struct history_version){
        .id = arena_strdup(a, e->version_id),
        .etag = arena_strdup(a, e->etag),
        .modified = arena_strdup(a, e->last_modified),
        .size = e->size,
        .marker = e->marker,
    };
}

void history_lines_add(struct arena *a, struct history_lines *l, const struct history_line *line)
{
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : FIRST_ROOM;
        l->items = arena_grow(a, l->items, l->room * sizeof *l->items, room * sizeof *l->items);
        l->room = room;
    }
    l->items[l->n++] = history_line_copy(a, line);
}

bool history_lines_know(const struct history_lines *l, const char *id)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->items[i].destination != NULL && strcmp(l->items[i].destination, id) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Which version is which ------------------------------------------------------------------ */

/* A version of the source. One with an ID is that ID; those without replace one another. */
struct origin {
    const char *id, *modified, *etag;
    uint64_t size;
};

static int compare_origins(const void *x, const void *y)
{
    const struct origin *a = x, *b = y;
    int by = strcmp(a->id, b->id);

    if (by != 0 || strcmp(a->id, S3_NULL_VERSION) != 0) {
        return by;
    }
    by = strcmp(a->modified, b->modified);
    by = by ? by : strcmp(a->etag, b->etag);
    return by ? by : (a->size > b->size) - (a->size < b->size);
}

static struct origin origin_of_line(const struct history_line *l)
{
    return (struct origin){l->version, l->again ? l->again : l->modified, l->etag, l->size};
}

static struct origin origin_of(const struct history_version *v)
{
    return (struct origin){v->id, v->modified, v->etag, v->size};
}

static bool is_origin(const struct history_line *l, const struct history_version *v)
{
    struct origin a = origin_of_line(l), b = origin_of(v);

    return compare_origins(&a, &b) == 0;
}

struct origins {
    struct origin *items;
    size_t n;
};

static bool has(const struct origins *o, struct origin one)
{
    return o->n > 0 && bsearch(&one, o->items, o->n, sizeof one, compare_origins) != NULL;
}

static void sort(struct origins *o)
{
    if (o->n > 0) {
        qsort(o->items, o->n, sizeof *o->items, compare_origins);
    }
}

static struct origins origins_of_lines(struct arena *a, const struct history_lines *l)
{
    struct origins o = {arena_array(a, l->n, sizeof *o.items), l->n};

    for (size_t i = 0; i < l->n; i++) {
        o.items[i] = origin_of_line(&l->items[i]);
    }
    sort(&o);
    return o;
}

static struct origins origins_of(struct arena *a, const struct history_versions *v)
{
    struct origins o = {arena_array(a, v->n, sizeof *o.items), v->n};

    for (size_t i = 0; i < v->n; i++) {
        o.items[i] = origin_of(&v->items[i]);
    }
    sort(&o);
    return o;
}

/* ---- What is new ----------------------------------------------------------------------------- */

/* The lines are filled from behind: `lines` points behind the newest so far. */
struct merging {
    const struct history_merge *in;
    struct history_merged out;
    struct history_line *lines; /* room for all that there can be; the last are the old ones */
    size_t first;               /* the newest so far */
};

static bool is_open(const struct history_line *l)
{
    return l->destination == NULL && l->why == NULL;
}

static void put(struct merging *m, struct history_line line)
{
    size_t n = m->in->source.n + m->in->old.n + 1;

    line.key = m->in->key;
    line.place = m->first < n ? m->lines[m->first].place + 1 : 1;
    m->lines[--m->first] = line;
}

static struct history_line line_of(const struct history_version *v)
{
    return (struct history_line){
        .version = v->id,
        .modified = v->modified,
        .marker = v->marker,
        .size = v->marker ? 0 : v->size,
        .etag = v->marker ? "" : v->etag,
    };
}

/* The old lines as they are; those on top that were not carried are tried again while the source
 * has them. */
static void take_old(struct arena *a, struct merging *m)
{
    const struct history_lines *old = &m->in->old;
    struct origins source = origins_of(a, &m->in->source);
    bool top = true;

    for (size_t i = 0; i < old->n; i++) {
        struct history_line *l = &m->lines[m->first + i];
        *l = old->items[i];
        top = top && l->destination == NULL;
        if (top && has(&source, origin_of_line(l))) {
            l->why = NULL;
        }
        m->out.n_open += top;
    }
}

/* What is newer in the source than all that the manifest knows; what it does not know below that is
 * out of order. */
static void take_new(struct arena *a, struct merging *m)
{
    const struct history_versions *source = &m->in->source;
    struct origins known = origins_of_lines(a, &m->in->old);
    size_t n_new = 0;

    while (n_new < source->n && !has(&known, origin_of(&source->items[n_new]))) {
        n_new++;
    }
    for (size_t i = n_new; i < source->n; i++) {
        m->out.n_late += !has(&known, origin_of(&source->items[i]));
    }
    for (size_t i = n_new; i-- > 0;) {
        put(m, line_of(&source->items[i]));
    }
    m->out.n_open += n_new;
}

static bool is_alike(const struct history_line *l, const struct history_version *v)
{
    return l->marker == v->marker &&
           (l->marker || (l->size == v->size && strcmp(l->etag, v->etag) == 0));
}

/* How many of the copy's versions are newer than all that the manifest knows. */
static size_t unknown(const struct history_merge *in)
{
    size_t n = 0;

    while (n < in->copy.n && !history_lines_know(&in->old, in->copy.items[n].id)) {
        n++;
    }
    return n;
}

/* Ceph (as of 16) puts no delete marker on a delete marker: the one that is there does for both. */
static bool is_marker_on(const struct history_line *l, const struct history_line *older)
{
    return l->marker && older->marker && older->destination != NULL;
}

static void adopt(struct merging *m)
{
    size_t next = m->first + m->out.n_open; /* behind the oldest that is open */

    for (size_t i = unknown(m->in); i-- > 0 && next > m->first;) {
        while (next > m->first && !is_open(&m->lines[next - 1])) {
            next--;
        }
        if (next > m->first && is_alike(&m->lines[next - 1], &m->in->copy.items[i])) {
            m->lines[--next].destination = m->in->copy.items[i].id;
            m->out.n_adopted++;
        }
    }
}

/* ---- What a reader sees ---------------------------------------------------------------------- */

static const char *later(const char *time, const char *other)
{
    int64_t x = 0, y = 0;

    return moment_read(time, &x) && moment_read(other, &y) && y > x ? other : time;
}

static bool anything_to_carry(const struct merging *m)
{
    for (size_t i = 0; i < m->out.n_open; i++) {
        if (is_open(&m->lines[m->first + i])) {
            return true;
        }
    }
    return false;
}

/* The newest line is the newest of the copy, and of the source. */
static bool shows(const struct merging *m, size_t n)
{
    const struct history_merge *in = m->in;
    const struct history_line *top = m->first < n ? &m->lines[m->first] : NULL;

    return top != NULL && in->copy.n > 0 && top->destination != NULL &&
           strcmp(top->destination, in->copy.items[0].id) == 0 &&
           is_origin(top, &in->source.items[0]);
}

/* The source's newest once more. What is alike in the copy already is taken for it. */
static void again(struct merging *m, size_t n)
{
    const struct history_merge *in = m->in;
    bool lost = in->source.n == 0;
    struct history_line line =
        lost ? (struct history_line){.version = "", .modified = "", .marker = true, .etag = ""}
             : line_of(&in->source.items[0]);

    line.again = line.modified;
    line.modified = m->first < n ? later(in->found, m->lines[m->first].modified) : in->found;
    if (unknown(in) > 0 && m->out.n_adopted == 0 && is_alike(&line, &in->copy.items[0])) {
        line.destination = in->copy.items[0].id;
        m->out.n_adopted++;
    }
    put(m, line);
    m->out.n_open++;
}

static void look_at_newest(struct merging *m)
{
    const struct history_merge *in = m->in;
    size_t n = in->source.n + in->old.n + 1;
    bool live = in->copy.n > 0 && !in->copy.items[0].marker;

    if (anything_to_carry(m)) {
        return;
    }
    if (in->source.n > 0 ? !shows(m, n) : live && in->hide_lost) {
        again(m, n);
    }
}

/* What the copy shows now, as the source knew it where the manifest tells. */
static struct history_version shown(const struct history_merge *in)
{
    struct history_version v = in->copy.items[0];

    for (size_t i = 0; i < in->old.n; i++) {
        const struct history_line *l = &in->old.items[i];
        if (l->destination != NULL && strcmp(l->destination, v.id) == 0) {
            v.etag = l->etag;
            v.size = l->size;
        }
    }
    return v;
}

/* Left by a run that did not end: what it shows was the source's, on the way to what that is. */
static bool is_adopted(const struct merging *m, const char *id)
{
    for (size_t i = 0; i < m->out.n_open; i++) {
        const char *to = m->lines[m->first + i].destination;
        if (to != NULL && strcmp(to, id) == 0) {
            return true;
        }
    }
    return false;
}

static void look_at_change(struct merging *m)
{
    const struct history_merge *in = m->in;
    const struct history_line *top = &m->lines[m->first];
    struct history_version now;

    m->out.live = in->copy.n > 0 && !in->copy.items[0].marker;
    if (!m->out.live || m->out.n_carry == 0 || is_adopted(m, in->copy.items[0].id)) {
        return;
    }
    now = shown(in);
    m->out.hidden = top->marker;
    m->out.overwritten = !top->marker && !is_alike(top, &now);
}

struct history_merged history_merge(struct arena *a, const struct history_merge *key)
{
    size_t n = key->source.n + key->old.n + 1;
    struct merging m = {.in = key, .lines = arena_array(a, n, sizeof *m.lines)};

    m.first = key->source.n + 1;
    take_old(a, &m);
    take_new(a, &m);
    adopt(&m);
    look_at_newest(&m);
    for (size_t i = 0; i < m.out.n_open; i++) {
        m.out.n_carry += is_open(&m.lines[m.first + i]);
    }
    look_at_change(&m);
    m.out.lines = (struct history_lines){m.lines + m.first, n - m.first, n - m.first};
    return m.out;
}

/* ---- Afterwards ------------------------------------------------------------------------------ */

static bool is_told(const struct history_told *t, const struct history_line *l,
                    const struct history_version *v)
{
    if (t->id != NULL) {
        return strcmp(t->id, v->id) == 0;
    }
    return t->modified != NULL && strcmp(t->modified, v->modified) == 0 && l->marker == v->marker &&
           (l->marker || l->size == v->size);
}

/* Among the first `end` of the copy's versions, the oldest that was told of, else the oldest that
 * is alike (an answer got lost); `end`: none. A marker `on` another of which the server says that
 * it is done, and which does not show, was not made: one that came later is not it. */
static size_t find(const struct history_versions *copy, size_t end, const struct history_told *t,
                   const struct history_line *l, bool on)
{
    for (size_t i = end; i-- > 0;) {
        if (is_told(t, l, &copy->items[i])) {
            return i;
        }
    }
    for (size_t i = on && t->done ? 0 : end; i-- > 0;) {
        if (is_alike(l, &copy->items[i])) {
            return i;
        }
    }
    return end;
}

static size_t place_of(const struct history_versions *copy, size_t end, const char *id)
{
    size_t i = 0;

    while (i < end && strcmp(copy->items[i].id, id) != 0) {
        i++;
    }
    return i;
}

bool history_merge_settle(struct history_merged *merged, const struct history_told *told,
                          const struct history_versions *copy)
{
    struct history_line *lines = merged->lines.items;
    size_t end = copy->n;

    for (size_t i = merged->n_open; i-- > 0;) {
        size_t at;
        bool on;
        if (lines[i].destination != NULL) {
            end = place_of(copy, end, lines[i].destination);
        }
        if (!is_open(&lines[i]) || !told[i].tried) {
            continue;
        }
        on = i + 1 < merged->lines.n && is_marker_on(&lines[i], &lines[i + 1]);
        at = find(copy, end, &told[i], &lines[i], on);
        if (at < end) {
            lines[i].destination = copy->items[at].id;
            lines[i].sha256 = told[i].sha256;
            end = at;
        } else if (on) {
            lines[i].destination = lines[i + 1].destination;
        } else {
            lines[i].why = NOT_SHOWN;
        }
    }
    return copy->n > 0 && merged->lines.n > 0 && lines[0].destination != NULL &&
           strcmp(lines[0].destination, copy->items[0].id) == 0;
}
