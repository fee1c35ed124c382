#include "s3/s3_upload.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/crew.h"
#include "base/ctx.h"
#include "s3/s3_etag.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "s3/s3_request.h"

#define MIB              ((uint64_t)1 << 20)
#define MAX_THREADS      4
#define MAX_ETAG         100
#define SLICE_MS         50 /* how soon a cancel is seen while waiting for room */
#define COUNT_OF(n, per) (((n) + (per)-1) / (per))

/* Room for the bytes of one part, used again and again. */
struct piece {
    struct buf *bytes;
    unsigned number;
    struct piece *next;
};

/* What is known of a part once it is sent. */
struct sent {
    unsigned char md5[DIGEST_MD5_SIZE];
    char etag[MAX_ETAG];
};

struct s3_upload {
    struct arena *arena;
    struct s3_upload_options options;
    uint64_t part_size;
    uint64_t size;                /* bytes taken */
    struct digest_stream *sha256; /* NULL: not wanted */
    struct piece *filling;        /* NULL: none */
    unsigned pieces, max_pieces;

    struct s3_multipart parts; /* no upload_id: not begun */
    struct crew *crew;         /* NULL: none, or joined */
    unsigned n_parts;          /* given to it */

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t room;
    struct piece *idle;
    struct sent *sent; /* by number */
    size_t sent_cap;
    bool failed;
};

static void destroy(void *arg)
{
    struct s3_upload *u = arg;

    pthread_cond_destroy(&u->room);
    pthread_mutex_destroy(&u->lock);
}

static uint64_t choose_part_size(const struct s3_upload_options *o)
{
    uint64_t least = COUNT_OF(COUNT_OF(o->size, S3_MULTIPART_MAX_PARTS), MIB) * MIB;

    if (o->part_size > 0) {
        return o->part_size;
    }
    return least > S3_UPLOAD_PART ? least : S3_UPLOAD_PART;
}

struct s3_upload *s3_upload_new(const struct s3_upload_options *options)
{
    struct arena *a = arena_new();
    struct s3_upload *u = arena_alloc(a, sizeof(*u));
    uint64_t memory = options->memory ? options->memory : S3_UPLOAD_MEMORY;
    uint64_t pieces;

    u->arena = a;
    u->options = *options;
    u->part_size = choose_part_size(options);
    pieces = memory / u->part_size;
    u->max_pieces = pieces > MAX_THREADS ? MAX_THREADS + 1 : pieces > 0 ? (unsigned)pieces : 1;
    u->sha256 = options->sha256 ? digest_stream_new(a) : NULL;
    u->parts = (struct s3_multipart){.client = options->client, .object = options->to};
    u->parts.object.version_id = NULL;
    pthread_mutex_init(&u->lock, NULL);
    clock_cond_init(&u->room);
    arena_defer(a, destroy, u);
    return u;
}

static enum rc refuse(struct ctx *cx, const struct s3_upload *u, const char *why)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot write object \"%s\" of bucket %s",
                                   u->options.to.key, u->options.to.bucket),
                      "%s", why);
}

/* ---- The threads ------------------------------------------------------------------------------
 */

static const void *copy_item(struct arena *a, const void *item)
{
    return arena_memdup(a, item, sizeof(struct piece *));
}

static enum rc put_part(struct ctx *cx, struct s3_upload *u, const struct piece *p,
                        struct s3_part *part)
{
    enum rc rc = s3_multipart_put(cx, &u->parts, buf_str(p->bytes), part);

    if (rc == RC_NOT_FOUND) {
        return s3_multipart_gone(cx, &u->parts);
    }
    if (rc == RC_CONFLICT) {
        return refuse(cx, u, "The server says that another change of it is under way.");
    }
    if (rc == RC_OK && strlen(part->etag) >= MAX_ETAG) {
        return refuse(cx, u, "The server's ETag of a part is longer than ETags are.");
    }
    return rc;
}

static enum rc send_part(struct ctx *cx, void *arg, const void *item)
{
    struct s3_upload *u = arg;
    struct piece *p = *(struct piece *const *)item;
    struct s3_part part = {.number = p->number};
    enum rc rc = put_part(cx, u, p, &part);

    pthread_mutex_lock(&u->lock);
    if (rc == RC_OK) {
        struct sent *sent = &u->sent[p->number - 1];
        memcpy(sent->md5, part.md5, sizeof(sent->md5));
        snprintf(sent->etag, sizeof(sent->etag), "%s", part.etag);
    }
    u->failed = u->failed || rc != RC_OK;
    p->next = u->idle;
    u->idle = p;
    pthread_cond_broadcast(&u->room);
    pthread_mutex_unlock(&u->lock);
    if (rc != RC_OK) {
        crew_stop(u->crew);
    }
    return rc;
}

/* Wait for what is under way. RC_FAIL: what went wrong is said now. */
static enum rc join(struct ctx *cx, struct s3_upload *u)
{
    enum rc rc = u->crew ? crew_end(cx, u->crew) : RC_OK;

    u->crew = NULL; /* only now: until it has ended, its threads may stop it */
    return rc;
}

/* ---- Taking -----------------------------------------------------------------------------------
 */

/* An empty piece; NULL: there will be none. */
static struct piece *wait_for_room(struct ctx *cx, struct s3_upload *u)
{
    struct piece *p = NULL;

    pthread_mutex_lock(&u->lock);
    while (u->idle == NULL && u->pieces == u->max_pieces && !u->failed &&
           !cancel_raised(cx->cancel)) {
        struct timespec slice = clock_deadline(SLICE_MS);
        pthread_cond_timedwait(&u->room, &u->lock, &slice);
    }
    if (!u->failed && u->idle) {
        p = u->idle;
        u->idle = p->next;
    } else if (!u->failed && u->pieces < u->max_pieces) {
        p = arena_alloc(u->arena, sizeof(*p));
        p->bytes = buf_new(u->arena, u->part_size);
        u->pieces++;
    }
    pthread_mutex_unlock(&u->lock);
    return p;
}

static enum rc begin_parts(struct ctx *cx, struct s3_upload *u)
{
    const struct s3_upload_options *o = &u->options;
    struct arena_mark mark = arena_mark(cx->arena);
    const struct crew_options options = {
        .threads = u->max_pieces > 1 ? u->max_pieces - 1 : 1,
        .queue = u->max_pieces,
        .run = send_part,
        .arg = u,
        .copy = copy_item,
    };
    enum rc rc = s3_multipart_create(
        cx, &u->parts,
        &(struct s3_multipart_options){.meta = o->meta, .settings = o->settings, .tags = o->tags});

    if (rc == RC_OK) { /* whoever calls may rewind */
        u->parts.upload_id = arena_strdup(u->arena, u->parts.upload_id);
    }
    arena_rewind(cx->arena, mark);
    if (rc == RC_OK && o->watch.began) {
        rc = o->watch.began(cx, o->watch.arg, u->parts.upload_id);
    }
    if (rc == RC_OK) {
        u->crew = crew_new(cx, &options);
    }
    return rc;
}

static void make_room_for_sent(struct s3_upload *u)
{
    pthread_mutex_lock(&u->lock);
    if (u->n_parts == u->sent_cap) {
        size_t cap = u->sent_cap ? 2 * u->sent_cap : 16;
        struct sent *longer = arena_array(u->arena, cap, sizeof(*longer));
        if (u->sent) {
            memcpy(longer, u->sent, u->sent_cap * sizeof(*longer));
        }
        u->sent = longer;
        u->sent_cap = cap;
    }
    pthread_mutex_unlock(&u->lock);
}

/* Have the piece sent as the next part. */
static enum rc give_part(struct ctx *cx, struct s3_upload *u)
{
    struct piece *p = u->filling;
    enum rc rc = u->parts.upload_id ? RC_OK : begin_parts(cx, u);

    if (rc != RC_OK) {
        return rc;
    }
    if (u->n_parts == S3_MULTIPART_MAX_PARTS) {
        return refuse(cx, u,
                      "It is larger than 10,000 of the parts that it is written in. Nothing of it "
                      "shows.");
    }
    make_room_for_sent(u);
    p->number = ++u->n_parts;
    u->filling = NULL;
    return crew_give(cx, u->crew, &p);
}

/* Somewhere to put the next byte. A full piece is sent only when there is more: it may be all. */
static enum rc make_room(struct ctx *cx, struct s3_upload *u)
{
    enum rc rc = RC_OK;

    if (u->filling && u->filling->bytes->len == u->part_size) {
        rc = give_part(cx, u);
    }
    if (rc != RC_OK || u->filling) {
        return rc;
    }
    u->filling = wait_for_room(cx, u);
    if (u->filling) {
        buf_truncate(u->filling->bytes, 0);
        return RC_OK;
    }
    rc = join(cx, u);
    return rc == RC_OK ? ctx_check(cx) : rc;
}

enum rc s3_upload_add(struct ctx *cx, struct s3_upload *u, struct str piece)
{
    const uint64_t size = u->options.size;

    if (size > 0 && piece.n > size - u->size) {
        return refuse(cx, u, "More bytes came than it was said to have. Nothing of it shows.");
    }
    if (u->options.sha256 && (u->sha256 == NULL || !digest_stream_add(u->sha256, piece))) {
        return s3_request_no_crypto(cx);
    }
    u->size += piece.n;
    while (piece.n > 0) {
        enum rc rc = make_room(cx, u);
        if (rc != RC_OK) {
            return rc;
        }
        uint64_t room = u->part_size - u->filling->bytes->len;
        size_t n = piece.n < room ? piece.n : (size_t)room;
        buf_append(u->filling->bytes, piece.p, n);
        piece = (struct str){piece.p + n, piece.n - n};
    }
    return RC_OK;
}

/* ---- The end ----------------------------------------------------------------------------------
 */

static struct str content_of(const struct s3_upload *u)
{
    return u->filling ? buf_str(u->filling->bytes) : STR_LIT("");
}

static enum rc put_whole(struct ctx *cx, struct s3_upload *u, const unsigned char *md5,
                         struct s3_written *ret_written)
{
    const struct s3_upload_options *o = &u->options;
    const struct s3_put put = {
        .to = o->to,
        .content = content_of(u),
        .md5 = md5,
        .meta = o->meta,
        .settings = o->settings,
        .tags = o->tags,
        .if_match = o->if_match,
        .if_absent = o->if_absent,
    };

    return s3_object_put(cx, o->client, &put, ret_written);
}

static struct s3_part *parts_of(struct arena *a, const struct s3_upload *u)
{
    struct s3_part *parts = arena_array(a, u->n_parts, sizeof(*parts));

    for (unsigned i = 0; i < u->n_parts; i++) {
        parts[i] = (struct s3_part){.number = i + 1, .etag = u->sent[i].etag};
    }
    return parts;
}

/* As the server makes it of the parts, unless it encrypts; checked before anything shows. */
static enum rc check_etag(struct ctx *cx, const struct s3_upload *u, const char *etag)
{
    const char *wanted = u->options.etag;

    if (wanted == NULL || strcmp(wanted, etag) == 0) {
        return RC_OK;
    }
    return refuse(cx, u,
                  arena_printf(cx->arena,
                               "Its bytes have the ETag %s instead of %s: they were changed on the "
                               "way here, or where they lay. Nothing of it shows.",
                               etag, wanted));
}

static enum rc etag_of_parts(struct ctx *cx, struct s3_upload *u, char etag[S3_ETAG_SIZE])
{
    struct s3_etag *all = s3_etag_new(u->arena, u->part_size);
    bool ok = all != NULL;

    for (unsigned i = 0; ok && i < u->n_parts; i++) {
        ok = s3_etag_add_part(all, u->sent[i].md5);
    }
    return ok && s3_etag_end(all, etag) ? check_etag(cx, u, etag) : s3_request_no_crypto(cx);
}

static enum rc complete(struct ctx *cx, struct s3_upload *u, const char *etag,
                        struct s3_written *ret_written)
{
    const struct s3_multipart_end end = {
        .parts = parts_of(u->arena, u),
        .n_parts = u->n_parts,
        .if_match = u->options.if_match,
        .if_absent = u->options.if_absent,
        .etag = etag,
    };
    enum rc rc = s3_multipart_complete(cx, &u->parts, &end, ret_written);

    if (rc == RC_OK) {
        u->parts.upload_id = NULL; /* there is nothing to give up any more */
    }
    return rc == RC_NOT_FOUND ? s3_multipart_gone(cx, &u->parts) : rc;
}

/* Its ETag is that of the bytes; or it cannot tell, as its headers say. */
static enum rc prove(struct ctx *cx, const struct s3_upload *u, struct s3_uploaded *uploaded)
{
    const char *etag = uploaded->etag;
    const char *theirs = uploaded->written.etag ? uploaded->written.etag : "";
    struct s3_object made = u->options.to;
    struct diag_point before = diag_point(cx);
    struct s3_object_info info;
    uint64_t part_size;
    enum rc rc;

    uploaded->proven = strcmp(etag, theirs) == 0;
    if (uploaded->proven) {
        return RC_OK;
    }
    made.version_id = uploaded->written.version_id;
    rc = s3_object_head(cx, u->options.client, &made, NULL, &info);
    if (rc != RC_OK || info.state != S3_OBJECT_PRESENT ||
        s3_etag_word(&info, &part_size) == S3_ETAG_SILENT) {
        diag_drop_since(cx, before);
        return RC_OK;
    }
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Object \"%s\" of bucket %s is not what was written", made.key,
                     made.bucket),
        "The ETag of version %s is %s; the bytes that were sent have %s. They were changed on the "
        "way, or somebody else wrote this key. Look at its versions, and write it again.",
        made.version_id ? made.version_id : S3_NULL_VERSION, theirs, etag);
}

static enum rc finish_whole(struct ctx *cx, struct s3_upload *u, char etag[S3_ETAG_SIZE],
                            struct s3_written *ret_written)
{
    unsigned char md5[DIGEST_MD5_SIZE];
    char hex[2 * DIGEST_MD5_SIZE + 1];
    enum rc rc;

    if (!digest_md5(content_of(u), md5)) {
        return s3_request_no_crypto(cx);
    }
    digest_hex(md5, sizeof(md5), hex);
    snprintf(etag, S3_ETAG_SIZE, "\"%s\"", hex);
    rc = check_etag(cx, u, etag);
    return rc == RC_OK ? put_whole(cx, u, md5, ret_written) : rc;
}

static enum rc finish_parts(struct ctx *cx, struct s3_upload *u, char etag[S3_ETAG_SIZE],
                            struct s3_written *ret_written)
{
    struct s3_object made = u->options.to;
    enum rc rc = RC_OK;

    if (u->filling == NULL) { /* no byte, and a part is wanted all the same */
        rc = make_room(cx, u);
    }
    if (rc == RC_OK) {
        rc = give_part(cx, u);
    }
    if (rc == RC_OK) {
        rc = join(cx, u);
    }
    if (rc == RC_OK) {
        rc = etag_of_parts(cx, u, etag);
    }
    if (rc == RC_OK) {
        rc = complete(cx, u, etag, ret_written);
    }
    if (rc == RC_OK) {
        made.version_id = ret_written->version_id;
        rc = s3_tags_keep(cx, u->options.client, &made, u->options.tags);
    }
    return rc;
}

static enum rc finish(struct ctx *cx, struct s3_upload *u, struct s3_uploaded *uploaded)
{
    bool in_parts = u->parts.upload_id || u->options.in_parts;
    enum rc rc;

    if (u->options.size > u->size) {
        return refuse(cx, u, "Fewer bytes came than it was said to have. Nothing of it shows.");
    }
    if (u->sha256 && !digest_stream_end(u->sha256, uploaded->sha256)) {
        return s3_request_no_crypto(cx);
    }
    rc = (in_parts ? finish_parts : finish_whole)(cx, u, uploaded->etag, &uploaded->written);
    return rc == RC_OK ? prove(cx, u, uploaded) : rc;
}

enum rc s3_upload_end(struct ctx *cx, struct s3_upload *u, struct s3_uploaded *ret_uploaded)
{
    struct s3_uploaded uploaded = {.size = u->size};
    enum rc rc = finish(cx, u, &uploaded);

    s3_upload_abandon(cx, u);
    if (rc == RC_OK) {
        *ret_uploaded = uploaded;
    }
    return rc;
}

void s3_upload_abandon(struct ctx *cx, struct s3_upload *u)
{
    if (u == NULL) {
        return;
    }
    if (u->crew) {
        struct diag_point before = diag_point(cx);
        crew_stop(u->crew);
        join(cx, u);
        diag_drop_since(cx, before);
    }
    if (u->parts.upload_id) {
        s3_multipart_give_up(cx, &u->parts);
    }
    arena_free(u->arena);
}
