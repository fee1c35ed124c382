/* What the bytes of two versions prove. */
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_etag.h"
#include "s3/s3_object.h"
#include "s3/s3_object_read.h"
#include "seedbank-bucket/proof_private.h"

#define DAMAGED "%s is damaged: its bytes are not those that it was stored with (by its ETag)"

static struct s3_object object_of(const struct proof_side *side)
{
    return (struct s3_object){.bucket = side->target.bucket,
                              .key = side->key,
                              .version_id = side->version,
                              .expected_owner = side->target.expected_owner};
}

/* ---- One version ----------------------------------------------------------------------------- */

/* An ETag that bytes may turn out to have. */
struct expected {
    enum s3_etag_word word;
    uint64_t part_size;
    const char *etag;
};

struct sums {
    struct digest_stream *sha256;
    struct s3_etag *etag; /* NULL: none is expected */
};

struct found {
    const char *why; /* it could not be read; NULL: it was */
    bool failed;
    bool matches; /* the ETag expected */
    char sha256[DIGEST_SHA256_HEX_SIZE];
};

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    struct sums *s = arg;

    if (!digest_stream_add(s->sha256, piece) || (s->etag && !s3_etag_add(s->etag, piece))) {
        return diag_error(cx, NULL, "OpenSSL refuses a digest", "Nothing can be compared.");
    }
    return RC_OK;
}

/* What keeps it from being read, as far as that shows before it is tried. RC_CONFLICT: *ret_why. */
static enum rc may_read(struct ctx *cx, const struct proof_side *side, const char **ret_why)
{
    const struct s3_object object = object_of(side);
    const char *said = NULL;
    enum rc rc;

    if (s3_object_info_archived(side->info)) {
        *ret_why = arena_printf(cx->arena, "%s lies in an archive: have it restored there first",
                                proof_called(side));
        return RC_CONFLICT;
    }
    if (side->info->sse_c != NULL) {
        *ret_why = arena_printf(cx->arena, PROOF_OWN_KEY, proof_called(side));
        return RC_CONFLICT;
    }
    if (side->info->settings.kms_key_id == NULL) {
        return RC_OK;
    }
    rc = s3_object_peek(cx, side->target.client, &object, &said);
    if (rc == RC_CONFLICT) {
        *ret_why = arena_printf(cx->arena, "%s cannot be read: %s", proof_called(side), said);
    }
    return rc;
}

static enum rc read_all(struct ctx *cx, const struct proof_side *side, struct sums *s)
{
    const struct s3_read read = {.from = object_of(side), .etag = side->info->etag};
    struct s3_object_info info;

    if (side->size == 0) {
        return RC_OK;
    }
    return s3_object_read(cx, side->target.client, &read, (struct s3_sink){take, s}, &info);
}

static enum rc end_sums(struct ctx *cx, struct sums *s, const struct expected *expected,
                        struct found *f)
{
    char etag[S3_ETAG_SIZE];

    if (!digest_stream_end(s->sha256, f->sha256)) {
        return diag_error(cx, NULL, "OpenSSL refuses SHA-256", "Nothing can be compared.");
    }
    f->matches = s->etag && s3_etag_end(s->etag, etag) && proof_same_etag(etag, expected->etag);
    return RC_OK;
}

/* RC_FAIL: interrupted, or OpenSSL refuses. */
static enum rc read_side(struct ctx *cx, const struct proof_side *side,
                         const struct expected *expected, struct found *ret_found)
{
    struct found f = {.why = NULL};
    struct sums s = {.sha256 = digest_stream_new(cx->arena)};
    struct diag_point before = diag_point(cx);
    enum rc rc;

    if (s.sha256 == NULL) {
        return diag_error(cx, NULL, "OpenSSL refuses SHA-256", "Nothing can be compared.");
    }
    s.etag = expected->word != S3_ETAG_SILENT ? s3_etag_new(cx->arena, expected->part_size) : NULL;
    rc = may_read(cx, side, &f.why);
    if (rc == RC_OK) {
        rc = read_all(cx, side, &s);
    }
    if (rc == RC_OK) {
        rc = end_sums(cx, &s, expected, &f);
    } else if (rc == RC_FAIL) {
        f.failed = true;
        rc = proof_excuse(cx, side, before, &f.why);
    } else if (f.why == NULL) {
        f.why = arena_printf(cx->arena, "%s %s", proof_called(side),
                             rc == RC_NOT_FOUND ? "is not there any more"
                                                : "changed while it was read");
    }
    if (rc != RC_FAIL) {
        *ret_found = f;
    }
    return rc == RC_FAIL ? RC_FAIL : RC_OK;
}

/* ---- The ETag of one from the bytes of the other --------------------------------------------- */

/* Asks for the size of its parts, where it has some. RC_FAIL: interrupted. */
static enum rc expect(struct ctx *cx, const struct proof_side *side, struct expected *ret_expected)
{
    const struct s3_object object = object_of(side);
    const struct s3_head_options first = {.part = 1};
    struct s3_object_info info = *side->info;
    struct expected e = {.etag = info.etag};
    struct diag_point before = diag_point(cx);
    const char *why;

    e.word = s3_etag_word(&info, &e.part_size);
    if (s3_object_info_etag_parts(info.etag) > 0) {
        enum rc rc = s3_object_head(cx, side->target.client, &object, &first, &info);
        if (rc == RC_FAIL && proof_excuse(cx, side, before, &why) != RC_OK) {
            return RC_FAIL;
        }
        if (rc == RC_OK && info.state == S3_OBJECT_PRESENT) {
            e.word = s3_etag_word(&info, &e.part_size);
        }
    }
    *ret_expected = e;
    return RC_OK;
}

/* Its own, where it is the MD5 of its bytes. */
static struct expected own_md5(const struct proof_side *side)
{
    struct expected e = {.etag = side->info->etag};

    e.word = s3_etag_word(side->info, &e.part_size);
    e.word = e.word == S3_ETAG_TELLS ? e.word : S3_ETAG_SILENT;
    return e;
}

/* ---- Both ------------------------------------------------------------------------------------ */

static struct proof none(const struct found *f)
{
    return (struct proof){.answer = PROOF_NONE, .why = f->why, .failed = f->failed};
}

static struct proof answer(bool same, const struct found *f)
{
    struct proof p = {.answer = same ? PROOF_SAME : PROOF_DIFFERENT,
                      .by = PROOF_BY_READING,
                      .why = same ? NULL : "other content"};

    memcpy(p.sha256, f->sha256, sizeof p.sha256);
    return p;
}

/* Its bytes are not those of an ETag that is their MD5. */
static bool is_damaged(const struct expected *own, const struct found *f)
{
    return own->word == S3_ETAG_TELLS && !f->matches;
}

static struct proof damaged(struct ctx *cx, const struct proof_side *side)
{
    return (struct proof){.answer = PROOF_DIFFERENT,
                          .by = PROOF_BY_READING,
                          .why = arena_printf(cx->arena, DAMAGED, proof_called(side))};
}

static enum rc read_both(struct ctx *cx, const struct proof_side *a, const struct proof_side *b,
                         struct proof *ret_proof)
{
    const struct proof_side *sides[] = {a, b};
    struct found f[2] = {{.why = NULL}, {.why = NULL}};

    for (int i = 0; i < 2; i++) {
        struct expected own = own_md5(sides[i]);
        if (read_side(cx, sides[i], &own, &f[i]) != RC_OK) {
            return RC_FAIL;
        }
        if (f[i].why != NULL) {
            *ret_proof = none(&f[i]);
            return RC_OK;
        }
        if (is_damaged(&own, &f[i])) {
            *ret_proof = damaged(cx, sides[i]);
            return RC_OK;
        }
    }
    *ret_proof = answer(strcmp(f[0].sha256, f[1].sha256) == 0, &f[1]);
    return RC_OK;
}

/* One is read, held against the ETag of the other; and where that does not tell, the other too. */
static enum rc read_one(struct ctx *cx, const struct proof_side *one,
                        const struct proof_side *other, const struct expected *expected,
                        struct proof *ret_proof)
{
    static const struct expected nothing = {.word = S3_ETAG_SILENT};
    struct found f = {.why = NULL}, g = {.why = NULL};
    enum rc rc = read_side(cx, one, expected, &f);

    if (rc != RC_OK) {
        return rc;
    }
    if (f.why != NULL || f.matches || expected->word == S3_ETAG_TELLS) {
        *ret_proof = f.why ? none(&f) : answer(f.matches, &f);
        return RC_OK;
    }
    rc = read_side(cx, other, &nothing, &g);
    if (rc == RC_OK) {
        *ret_proof = g.why ? none(&g) : answer(strcmp(f.sha256, g.sha256) == 0, &g);
    }
    return rc;
}

enum rc proof_read(struct ctx *cx, struct proof_side *a, struct proof_side *b, bool both,
                   struct proof *ret_proof)
{
    struct expected of[2] = {{.etag = NULL}, {.etag = NULL}};
    struct proof_side *sides[] = {a, b};
    int first;

    if (both) {
        return read_both(cx, a, b, ret_proof);
    }
    if (expect(cx, a, &of[0]) != RC_OK || expect(cx, b, &of[1]) != RC_OK) {
        return RC_FAIL;
    }
    first = of[1].word >= of[0].word ? 0 : 1; /* the one that the other's ETag says more of */
    if (s3_object_info_archived(sides[first]->info) && of[first].word != S3_ETAG_SILENT) {
        first = 1 - first; /* the one that cannot be read is proven by the bytes of the other */
    }
    return read_one(cx, sides[first], sides[1 - first], &of[1 - first], ret_proof);
}

enum rc proof_read_sum(struct ctx *cx, struct proof_side *side, struct proof *ret_proof)
{
    struct expected own = own_md5(side);
    struct found f = {.why = NULL};

    if (read_side(cx, side, &own, &f) != RC_OK) {
        return RC_FAIL;
    }
    if (f.why != NULL) {
        *ret_proof = none(&f);
    } else {
        *ret_proof = is_damaged(&own, &f) ? damaged(cx, side) : answer(true, &f);
    }
    return RC_OK;
}
