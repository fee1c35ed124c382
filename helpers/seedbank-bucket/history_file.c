#include "seedbank-bucket/history_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/digest.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/sealed.h"
#include "json/json_bytes.h"
#include "json/json_member.h"

#define MAX_KEY  ((size_t)16 << 20) /* as much as a page of a listing; S3's have 1,024 bytes */
#define MAX_NAME 1024               /* bytes of a key, as S3 has it */

static const struct sealed_kind kind = {
    .name = "history manifest",
    .member = "seedbank_history",
    .version = HISTORY_FILE_VERSION,
    .unwritten = "Nothing is lost: what was copied is found again by the same command. Look for "
                 "room where temporary files go (TMPDIR).",
    .unread = "Without it nobody knows the times of the versions of this copy. Older manifests are "
              "the older versions of the same object: make the newest whole one the newest again, "
              "then run copy --versions once more.",
};

/* Where one is in the order of the lines. */
struct order {
    struct buf *key;
    uint64_t place; /* 0: before the first line */
};

struct history_writer {
    struct sealed_writer *sealed;
    struct order order;
    struct history_totals totals;
    const char *title;
};

struct history_reader {
    struct sealed_reader *sealed;
    struct order order;
};

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool is_time(const char *text)
{
    int64_t some;

    return text != NULL && moment_read(text, &some);
}

/* A line without a version of the source is a marker that says so. */
static bool has_origin(const struct history_line *l)
{
    bool none = *l->version == '\0';

    if (l->again != NULL && (none ? *l->again != '\0' : !is_time(l->again))) {
        return false;
    }
    return !none || (l->marker && l->again != NULL);
}

/* A marker has no content. */
static bool has_content(const struct history_line *l)
{
    if (l->etag == NULL || (l->sha256 != NULL && !digest_is_sha256_hex(l->sha256))) {
        return false;
    }
    return l->marker ? l->size == 0 && *l->etag == '\0' && l->sha256 == NULL : *l->etag != '\0';
}

bool history_line_is_whole(const struct history_line *l)
{
    return l->key != NULL && *l->key != '\0' && l->place > 0 && l->version != NULL &&
           is_time(l->modified) && has_origin(l) && has_content(l) &&
           (l->destination != NULL ? *l->destination != '\0' && l->why == NULL : l->why != NULL);
}

struct history_line history_line_copy(struct arena *a, const struct history_line *l)
{
    struct history_line copy = *l;

    copy.key = arena_strdup_if(a, l->key);
    copy.version = arena_strdup_if(a, l->version);
    copy.modified = arena_strdup_if(a, l->modified);
    copy.again = arena_strdup_if(a, l->again);
    copy.etag = arena_strdup_if(a, l->etag);
    copy.destination = arena_strdup_if(a, l->destination);
    copy.sha256 = arena_strdup_if(a, l->sha256);
    copy.why = arena_strdup_if(a, l->why);
    return copy;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        abort(); /* out of memory */
    }
}

static json_t *line_to_json(const struct history_line *l)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"version", l->version},
                 {"modified", l->modified},
                 {"again", l->again},
                 {"etag", l->marker ? NULL : l->etag},
                 {"destination", l->destination},
                 {"sha256", l->sha256},
                 {"why", l->why}};
    json_t *o = json_object();

    json_bytes_set(o, "key", l->key);
    set(o, "place", json_integer((json_int_t)l->place));
    if (l->marker) {
        set(o, "marker", json_true());
    } else {
        set(o, "size", json_integer((json_int_t)l->size));
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value != NULL) {
            json_bytes_set(o, texts[i].name, texts[i].value);
        }
    }
    return o;
}

static bool line_of(struct arena *a, const json_t *o, struct history_line *ret_line)
{
    struct history_line l = {
        .key = json_bytes_get(a, o, "key"),
        .place = json_member_u64(o, "place"),
        .version = json_bytes_get(a, o, "version"),
        .modified = json_bytes_get(a, o, "modified"),
        .again = json_bytes_get(a, o, "again"),
        .marker = json_is_true(json_object_get(o, "marker")),
        .size = json_member_u64(o, "size"),
        .etag = json_bytes_get(a, o, "etag"),
        .destination = json_bytes_get(a, o, "destination"),
        .sha256 = json_bytes_get(a, o, "sha256"),
        .why = json_bytes_get(a, o, "why"),
    };

    l.etag = l.etag ? l.etag : "";
    *ret_line = l;
    return history_line_is_whole(&l);
}

static struct order order_new(struct arena *a)
{
    return (struct order){.key = buf_new(a, MAX_KEY)};
}

/* Whether the line may come next, and then it is where we are. Places of a key go down by one, to
 * the first. */
static bool follows(struct order *at, const struct history_line *l)
{
    int by = at->place == 0 ? 1 : strcmp(l->key, at->key->data);

    if (by == 0 ? l->place + 1 != at->place : by < 0 || at->place > 1) {
        return false;
    }
    if (by > 0) {
        buf_truncate(at->key, 0);
        buf_puts(at->key, l->key);
    }
    at->place = l->place;
    return !at->key->full;
}

static void count(struct history_totals *t, const struct history_line *l, bool first_of_key)
{
    t->keys += first_of_key;
    t->versions += !l->marker;
    t->markers += l->marker;
    t->bytes += l->destination ? l->size : 0;
    t->missing += l->destination == NULL;
}

/* All but what no folder name should hold, so that each manifest lies at the top. */
const char *history_file_key(struct arena *a, const char *copy_prefix)
{
    static const char digits[] = "0123456789ABCDEF";
    struct buf *name = buf_new(a, 4 * MAX_NAME);
    char sum[DIGEST_SHA256_HEX_SIZE];

    buf_puts(name, HISTORY_FOLDER);
    if (*copy_prefix == '\0') {
        buf_puts(name, "all");
    }
    for (const char *p = copy_prefix; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 128 && (strchr("-._~", c) != NULL || (c >= '0' && c <= '9') ||
                        ((c | 32) >= 'a' && (c | 32) <= 'z'))) {
            buf_putc(name, *p);
        } else {
            buf_printf(name, "%%%c%c", digits[c >> 4], digits[c & 15]);
        }
    }
    buf_puts(name, ".ndjson");
    if (name->len > MAX_NAME && digest_sha256_hex(str_of(copy_prefix), sum)) {
        return arena_printf(a, HISTORY_FOLDER "sha256-%s.ndjson", sum);
    }
    return name->data;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static json_t *head_to_json(const struct history_head *h)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "endpoint", h->endpoint, "bucket", h->bucket,
                          "made", h->made, "since", h->since);

    json_bytes_set(o, "prefix", h->prefix);
    json_bytes_set(o, "copy_prefix", h->copy_prefix);
    return o;
}

enum rc history_file_begin(struct ctx *cx, const char *title, const struct history_head *head,
                           struct history_writer **ret_writer)
{
    struct history_writer *w = arena_alloc(cx->arena, sizeof *w);
    enum rc rc;

    w->title = title;
    w->order = order_new(cx->arena);
    rc = sealed_begin(cx, &kind, title, head_to_json(head), &w->sealed);
    if (rc == RC_OK) {
        *ret_writer = w;
    }
    return rc;
}

enum rc history_file_add(struct ctx *cx, struct history_writer *w, const struct history_line *line)
{
    uint64_t before = w->order.place;

    if (!history_line_is_whole(line) || !follows(&w->order, line)) {
        return diag_error(
            cx, NULL, arena_printf(cx->arena, "Cannot write the %s %s", kind.name, w->title),
            "What the two listings say of a key does not fit together. %s", kind.unwritten);
    }
    count(&w->totals, line, before <= 1);
    return sealed_add(cx, w->sealed, line_to_json(line));
}

enum rc history_file_end(struct ctx *cx, struct history_writer *w,
                         struct history_totals *ret_totals, FILE **ret_file)
{
    const struct history_totals *t = &w->totals;
    json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I}", "keys", (json_int_t)t->keys, "versions",
                          (json_int_t)t->versions, "markers", (json_int_t)t->markers, "bytes",
                          (json_int_t)t->bytes, "missing", (json_int_t)t->missing);
    enum rc rc = sealed_end(cx, w->sealed, o);

    if (rc == RC_OK) {
        *ret_totals = *t;
        *ret_file = sealed_file(w->sealed);
    }
    return rc;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static bool head_of(struct arena *a, const json_t *o, struct history_head *ret_head)
{
    struct history_head h = {
        .endpoint = json_member_text(a, o, "endpoint"),
        .bucket = json_member_text(a, o, "bucket"),
        .made = json_member_text(a, o, "made"),
        .since = json_member_text(a, o, "since"),
        .prefix = json_bytes_get(a, o, "prefix"),
        .copy_prefix = json_bytes_get(a, o, "copy_prefix"),
    };

    *ret_head = h;
    return h.endpoint && h.bucket && h.prefix && h.copy_prefix && is_time(h.made) && h.since &&
           (*h.since == '\0' || is_time(h.since));
}

enum rc history_file_read(struct ctx *cx, const char *title, FILE *file,
                          struct history_head *ret_head, struct history_totals *ret_totals,
                          struct history_reader **ret_reader)
{
    struct history_reader *r = arena_alloc(cx->arena, sizeof *r);
    struct sealed_ends ends;
    struct history_head head;
    enum rc rc = sealed_read(cx, &kind, title, file, &ends, &r->sealed);

    if (rc != RC_OK) {
        return rc;
    }
    if (!head_of(cx->arena, ends.head, &head)) {
        return sealed_refuse(cx, r->sealed, "Its first line is not whole");
    }
    r->order = order_new(cx->arena);
    *ret_head = head;
    *ret_totals = (struct history_totals){
        .keys = json_member_u64(ends.end, "keys"),
        .versions = json_member_u64(ends.end, "versions"),
        .markers = json_member_u64(ends.end, "markers"),
        .bytes = json_member_u64(ends.end, "bytes"),
        .missing = json_member_u64(ends.end, "missing"),
    };
    *ret_reader = r;
    return RC_OK;
}

enum rc history_file_next(struct ctx *cx, struct history_reader *r, struct history_line *ret_line)
{
    const json_t *o = NULL;
    struct history_line line;
    enum rc rc = sealed_next(cx, r->sealed, &o);

    if (rc == RC_NOT_FOUND && r->order.place > 1) {
        return sealed_refuse(cx, r->sealed, "The oldest versions of its last key are missing");
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (!line_of(cx->arena, o, &line) || !follows(&r->order, &line)) {
        return sealed_refuse(cx, r->sealed, "A line is no version, or not in its place");
    }
    *ret_line = line;
    return RC_OK;
}

void history_file_rewind(struct history_reader *r)
{
    sealed_rewind(r->sealed);
    r->order.place = 0;
}
