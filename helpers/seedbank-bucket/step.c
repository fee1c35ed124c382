#include "seedbank-bucket/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/json_bytes.h"
#include "json/json_member.h"

static const char *const names[STEP_KINDS] = {
    [STEP_REVEAL] = "reveal", [STEP_COPY] = "copy",       [STEP_HIDE] = "hide",
    [STEP_PURGE] = "purge",   [STEP_UNKNOWN] = "unknown", [STEP_UNREACHABLE] = "unreachable",
};

const char *step_name(enum step_kind kind)
{
    return names[kind];
}

bool step_is_idle(enum step_kind kind)
{
    return kind == STEP_UNREACHABLE || kind == STEP_UNKNOWN;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        abort(); /* out of memory */
    }
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && *text != '\0') {
        set(object, name, json_string(text));
    }
}

json_t *step_to_json(const struct step *s)
{
    json_t *o = json_object();

    set(o, "step", json_string(names[s->kind]));
    json_bytes_set(o, "key", s->key);
    set_text(o, "latest", s->latest);
    if (s->version != NULL) {
        set_text(o, "version", s->version);
        set_text(o, "etag", s->etag);
        set_text(o, "modified", s->modified);
        set_text(o, "storage_class", s->storage_class);
        set(o, "size", json_integer((json_int_t)s->size));
        if (s->plain) {
            set(o, "plain", json_true());
        }
    }
    if (s->n_newer > 0) {
        json_t *newer = json_array();
        for (size_t i = 0; i < s->n_newer; i++) {
            if (json_array_append_new(newer, json_string(s->newer[i])) != 0) {
                abort();
            }
        }
        set(o, "newer", newer);
    }
    set_text(o, "why", s->why);
    return o;
}

bool step_kind_of(const char *name, enum step_kind *ret_kind)
{
    for (int i = 0; name != NULL && i < STEP_KINDS; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_kind = (enum step_kind)i;
            return true;
        }
    }
    return false;
}

static bool read_newer(struct arena *a, const json_t *list, struct step *s)
{
    s->n_newer = json_array_size(list);
    s->newer = arena_array(a, s->n_newer, sizeof *s->newer);
    for (size_t i = 0; i < s->n_newer; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (id == NULL) {
            return false;
        }
        s->newer[i] = arena_strdup(a, id);
    }
    return true;
}

/* What a step of that kind cannot do without. */
static bool is_whole(const struct step *s)
{
    bool wanted = s->kind == STEP_REVEAL || s->kind == STEP_COPY;
    bool removes = s->kind == STEP_REVEAL || s->kind == STEP_PURGE;
    bool idle = step_is_idle(s->kind);

    return s->key != NULL && *s->key != '\0' &&
           (s->latest != NULL || s->kind == STEP_COPY || idle) &&
           (!wanted || (s->version != NULL && s->etag != NULL)) && removes == (s->n_newer > 0) &&
           (s->kind != STEP_HIDE || s->version == NULL) && (!idle || s->why != NULL);
}

bool step_from_json(struct arena *a, const json_t *o, struct step *ret_step)
{
    const char *class = json_member_text(a, o, "storage_class");
    struct step s = {
        .key = json_bytes_get(a, o, "key"),
        .latest = json_member_text(a, o, "latest"),
        .version = json_member_text(a, o, "version"),
        .etag = json_member_text(a, o, "etag"),
        .modified = json_member_text(a, o, "modified"),
        .storage_class = class ? class : "",
        .why = json_member_text(a, o, "why"),
        .plain = json_is_true(json_object_get(o, "plain")),
    };
    json_int_t size = json_integer_value(json_object_get(o, "size"));

    s.size = size > 0 ? (uint64_t)size : 0;
    if (!step_kind_of(json_string_value(json_object_get(o, "step")), &s.kind) || size < 0 ||
        !read_newer(a, json_object_get(o, "newer"), &s) || !is_whole(&s)) {
        return false;
    }
    *ret_step = s;
    return true;
}

struct step step_copy(struct arena *a, const struct step *s)
{
    struct step copy = *s;

    copy.key = arena_strdup_if(a, s->key);
    copy.latest = arena_strdup_if(a, s->latest);
    copy.version = arena_strdup_if(a, s->version);
    copy.etag = arena_strdup_if(a, s->etag);
    copy.modified = arena_strdup_if(a, s->modified);
    copy.storage_class = arena_strdup_if(a, s->storage_class);
    copy.why = arena_strdup_if(a, s->why);
    copy.newer = arena_array(a, s->n_newer, sizeof *copy.newer);
    for (size_t i = 0; i < s->n_newer; i++) {
        copy.newer[i] = arena_strdup(a, s->newer[i]);
    }
    return copy;
}
