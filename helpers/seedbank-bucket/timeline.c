#include "seedbank-bucket/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define MAX_SLOTS   ((size_t)1 << 17)
#define MAX_FOLDERS 200
#define OTHERS      MAX_FOLDERS /* the number of all folders that came too late for a row */
#define PER_SLOT    4           /* folders that a slot tells apart */
#define GAP_S       600         /* losses that are farther apart are two */
#define PAUSE_S     60          /* and within one, waves */
#define MIN_LOSS    10          /* fewer are everyday work */
#define STANDS_OUT  8           /* times the usual slot */

struct share {
    uint16_t folder;
    uint32_t n; /* 0: free */
};

/* Events of one stretch of `length_s`. */
struct slot {
    int64_t number;          /* at_s / length_s */
    int64_t first_s, last_s; /* of its losses */
    uint32_t writes, deleted, overwritten;
    struct share shares[PER_SLOT];
    bool used;
};

struct timeline {
    struct arena *arena;
    const char *prefix;
    struct timeline_sums sums;
    int64_t length_s;
    struct slot *slots; /* a hash table of MAX_SLOTS; sorted by time once asked */
    size_t n;
    bool sorted;
    const char *folders[MAX_FOLDERS + 1];
    size_t n_folders;
    /* The entry before, whose fate the next one tells. */
    struct {
        const char *key; /* NULL: none */
        size_t room;
        int64_t at_s;
        bool marker;
        char *bytes;
    } newer;
};

struct timeline *timeline_new(struct arena *a, const char *prefix)
{
    struct timeline *t = arena_alloc(a, sizeof *t);

    t->arena = a;
    t->prefix = prefix;
    t->length_s = 60;
    t->slots = arena_array(a, MAX_SLOTS, sizeof *t->slots);
    t->folders[OTHERS] = "other folders";
    return t;
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static struct slot *probe(struct timeline *t, int64_t number)
{
    size_t i = (size_t)(((uint64_t)number * UINT64_C(0x9e3779b97f4a7c15)) >> 40) % MAX_SLOTS;

    while (t->slots[i].used && t->slots[i].number != number) {
        i = (i + 1) % MAX_SLOTS;
    }
    return &t->slots[i];
}

static void add_share(struct slot *s, uint16_t folder, uint32_t n)
{
    for (size_t i = 0; i < PER_SLOT; i++) {
        struct share *share = &s->shares[i];
        bool last = i + 1 == PER_SLOT;
        if (share->n == 0 || share->folder == folder || last) {
            share->folder = last && share->n > 0 && share->folder != folder ? OTHERS : folder;
            share->n += n;
            return;
        }
    }
}

static void merge(struct slot *into, const struct slot *from)
{
    bool lost = from->deleted + from->overwritten > 0;

    if (lost && (into->deleted + into->overwritten == 0 || from->first_s < into->first_s)) {
        into->first_s = from->first_s;
    }
    if (lost && (into->deleted + into->overwritten == 0 || from->last_s > into->last_s)) {
        into->last_s = from->last_s;
    }
    into->writes += from->writes;
    into->deleted += from->deleted;
    into->overwritten += from->overwritten;
    for (size_t i = 0; i < PER_SLOT && from->shares[i].n > 0; i++) {
        add_share(into, from->shares[i].folder, from->shares[i].n);
    }
}

static void put(struct timeline *t, const struct slot *from, int64_t number)
{
    struct slot *s = probe(t, number);

    if (!s->used) {
        *s = (struct slot){.number = number, .used = true};
        t->n++;
    }
    merge(s, from);
}

/* Too many stretches of time: twice as long ones. */
static void coarsen(struct timeline *t)
{
    struct slot *old = t->slots;

    t->slots = arena_array(t->arena, MAX_SLOTS, sizeof *t->slots);
    t->length_s *= 2;
    t->n = 0;
    for (size_t i = 0; i < MAX_SLOTS; i++) {
        if (old[i].used) {
            put(t, &old[i], old[i].number >= 0 ? old[i].number / 2 : (old[i].number - 1) / 2);
        }
    }
}

static void count(struct timeline *t, int64_t at_s, const struct slot *event)
{
    while (t->n >= MAX_SLOTS / 2) {
        coarsen(t);
    }
    put(t, event, at_s / t->length_s);
}

/* ---- Entries --------------------------------------------------------------------------------- */

static uint16_t folder_of(struct timeline *t, const char *key)
{
    size_t skip = str_starts(key, t->prefix) ? strlen(t->prefix) : 0;
    const char *slash = strchr(key + skip, '/');
    size_t n = slash ? (size_t)(slash - key) + 1 : skip;

    for (size_t i = t->n_folders; i-- > 0;) { /* keys come sorted: it is the last one mostly */
        if (strncmp(t->folders[i], key, n) == 0 && t->folders[i][n] == '\0') {
            return (uint16_t)i;
        }
    }
    if (t->n_folders == MAX_FOLDERS) {
        return OTHERS;
    }
    t->folders[t->n_folders] = arena_strndup(t->arena, key, n);
    return (uint16_t)t->n_folders++;
}

/* The entry before was newer than this version of the same key: it deleted or replaced it. */
static void count_loss(struct timeline *t, const char *key)
{
    int64_t at = t->newer.at_s;
    struct slot event = {
        .first_s = at,
        .last_s = at,
        .deleted = t->newer.marker,
        .overwritten = !t->newer.marker,
        .shares = {{folder_of(t, key), 1}},
    };

    count(t, at, &event);
}

static void remember(struct timeline *t, const struct timeline_entry *e)
{
    size_t n = strlen(e->key) + 1;

    if (n > t->newer.room) {
        t->newer.room = n < 2048 ? 2048 : 2 * n;
        t->newer.bytes = arena_alloc(t->arena, t->newer.room);
    }
    memcpy(t->newer.bytes, e->key, n);
    t->newer.key = t->newer.bytes;
    t->newer.at_s = e->at_s;
    t->newer.marker = e->marker;
}

static void sum(struct timeline_sums *s, const struct timeline_entry *e, bool first_of_key)
{
    s->keys += first_of_key;
    s->null_versions += e->null_version;
    if (e->marker) {
        s->markers++;
        s->deleted += e->latest;
    } else if (e->latest) {
        s->live++;
        s->live_bytes += e->size;
    } else {
        s->old++;
        s->old_bytes += e->size;
    }
    s->first_s = s->first_s == 0 || e->at_s < s->first_s ? e->at_s : s->first_s;
    s->last_s = e->at_s > s->last_s ? e->at_s : s->last_s;
    if (!e->null_version && (s->id_first_s == 0 || e->at_s < s->id_first_s)) {
        s->id_first_s = e->at_s;
    }
}

void timeline_add(struct timeline *t, const struct timeline_entry *e)
{
    bool same = t->newer.key != NULL && strcmp(t->newer.key, e->key) == 0;

    sum(&t->sums, e, !same);
    if (same && !e->marker) {
        count_loss(t, e->key);
    }
    if (!e->marker) {
        count(t, e->at_s, &(struct slot){.writes = 1});
    }
    remember(t, e);
}

struct timeline_sums timeline_sums(const struct timeline *t)
{
    return t->sums;
}

/* ---- What stands out ------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;

    if (x->used != y->used) {
        return x->used ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

static void sort(struct timeline *t)
{
    if (!t->sorted) {
        qsort(t->slots, MAX_SLOTS, sizeof *t->slots, by_time);
        t->sorted = true;
    }
}

static uint32_t lost(const struct slot *s)
{
    return s->deleted + s->overwritten;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* What a slot with losses usually loses: the median; 0 where there are too few to say. */
static uint32_t usual(struct timeline *t)
{
    uint32_t *all = arena_array(t->arena, t->n, sizeof *all);
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (lost(&t->slots[i]) > 0) {
            all[n++] = lost(&t->slots[i]);
        }
    }
    if (n < 20) {
        return 0;
    }
    qsort(all, n, sizeof *all, by_size);
    return all[n / 2];
}

static int by_share(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    return (x->n < y->n) - (x->n > y->n);
}

/* Slots come newest first. */
static void add_wave(struct timeline_loss *l, const struct slot *s)
{
    struct timeline_wave *w = l->n_waves > 0 ? &l->waves[l->n_waves - 1] : NULL;

    if (w == NULL || w->first_s - s->last_s > PAUSE_S) {
        l->more_waves = l->more_waves || l->n_waves == TIMELINE_WAVES;
        if (l->more_waves) {
            return;
        }
        w = &l->waves[l->n_waves++];
        w->last_s = s->last_s;
    }
    w->first_s = s->first_s;
    w->deleted += s->deleted;
    w->overwritten += s->overwritten;
}

/* Slots from..to as one loss. */
static struct timeline_loss loss_of(struct timeline *t, size_t from, size_t to, uint32_t noise)
{
    struct timeline_loss l = {.first_s = t->slots[from].first_s, .last_s = t->slots[to].last_s};
    struct share all[MAX_FOLDERS + 1] = {{0, 0}};

    for (size_t i = to + 1; i-- > from;) {
        if (lost(&t->slots[i]) > noise) {
            add_wave(&l, &t->slots[i]);
        }
    }

    for (size_t i = from; i <= to; i++) {
        l.deleted += t->slots[i].deleted;
        l.overwritten += t->slots[i].overwritten;
        for (size_t k = 0; k < PER_SLOT && t->slots[i].shares[k].n > 0; k++) {
            const struct share *s = &t->slots[i].shares[k];
            all[s->folder].folder = s->folder;
            all[s->folder].n += s->n;
        }
    }
    qsort(all, MAX_FOLDERS + 1, sizeof *all, by_share);
    for (size_t i = 0; i + 1 < sizeof l.folders / sizeof *l.folders && all[i].n > 0; i++) {
        l.folders[i] = (struct timeline_folder){t->folders[all[i].folder], all[i].n};
    }
    return l;
}

/* The first slot of the loss that ends with `to`: back in time while there is no pause, because the
 * losses of one accident come in waves; everyday ones (at most `noise`) do not count. */
static size_t begin_of(const struct timeline *t, size_t to, uint32_t noise)
{
    size_t from = to;

    for (size_t i = to; i-- > 0;) {
        const struct slot *s = &t->slots[i];
        if ((s->number + 1) * t->length_s < t->slots[from].first_s - GAP_S) {
            break;
        }
        from = lost(s) > noise ? i : from;
    }
    return from;
}

size_t timeline_losses(struct timeline *t, struct timeline_loss *ret, size_t max)
{
    uint32_t everyday;
    size_t n = 0;

    sort(t);
    everyday = usual(t);
    for (size_t to = t->n; to-- > 0 && n < max;) {
        size_t from;
        struct timeline_loss loss;
        if (lost(&t->slots[to]) <= 2 * everyday) {
            continue;
        }
        from = begin_of(t, to, 2 * everyday);
        loss = loss_of(t, from, to, 2 * everyday);
        if (loss.deleted + loss.overwritten >= (uint64_t)everyday * STANDS_OUT &&
            loss.deleted + loss.overwritten >= MIN_LOSS) {
            ret[n++] = loss;
        }
        to = from;
    }
    return n;
}

/* ---- Over time ------------------------------------------------------------------------------- */

static int64_t round_length(int64_t span_s, size_t max)
{
    static const int64_t lengths[] = {60,    300,   900,       3600,       3 * 3600,
                                      21600, 86400, 7 * 86400, 30 * 86400, 365 * 86400};
    size_t i = 0;

    while (i + 1 < sizeof lengths / sizeof *lengths && span_s / lengths[i] + 2 > (int64_t)max) {
        i++;
    }
    return lengths[i];
}

size_t timeline_bins(struct timeline *t, int64_t since_s, int64_t until_s,
                     struct timeline_bin *ret_bins, size_t max, int64_t *ret_length_s)
{
    int64_t length = round_length(until_s - since_s, max);
    int64_t first = since_s / length;
    size_t n = (size_t)(until_s / length - first) + 1;

    sort(t);
    n = n > max ? max : n;
    for (size_t i = 0; i < n; i++) {
        ret_bins[i] = (struct timeline_bin){(first + (int64_t)i) * length, 0, 0};
    }
    for (size_t i = 0; i < t->n; i++) {
        int64_t at = t->slots[i].number * t->length_s / length - first;
        if (at >= 0 && at < (int64_t)n) {
            ret_bins[at].writes += t->slots[i].writes;
            ret_bins[at].losses += lost(&t->slots[i]);
        }
    }
    *ret_length_s = length;
    return n;
}
