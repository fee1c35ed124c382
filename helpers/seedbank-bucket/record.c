#include "seedbank-bucket/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/json_bytes.h"
#include "json/json_line.h"
#include "json/json_member.h"

static const char *const names[RECORD_KINDS] = {
    [RECORD_BEGIN] = "begin", [RECORD_INTENT] = "intent", [RECORD_MADE] = "made",
    [RECORD_DONE] = "done",   [RECORD_LEFT] = "left",
};

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        abort(); /* out of memory */
    }
}

static void set_made(json_t *o, const struct record *r)
{
    json_t *made = json_array();

    for (size_t i = 0; i < r->n_made; i++) {
        if (json_array_append_new(made, json_string(r->made[i])) != 0) {
            abort();
        }
    }
    set(o, "made", made);
}

struct str record_write(struct arena *a, const struct record *r)
{
    json_t *o = json_object();

    set(o, r->undo ? "undo" : "did", json_string(names[r->kind]));
    if (r->kind == RECORD_BEGIN) {
        set(o, "seedbank_journal", json_integer(RECORD_VERSION));
        set(o, "plan", json_string(r->plan));
    } else {
        set(o, "n", json_integer((json_int_t)r->number));
    }
    if (r->kind == RECORD_DONE) {
        set(o, "step", json_string(step_name(r->step)));
        json_bytes_set(o, "key", r->key);
    }
    if (r->version != NULL) {
        set(o, "version", json_string(r->version));
    }
    if (r->n_made > 0) {
        set_made(o, r);
    }
    if (r->modified != NULL) {
        set(o, "modified", json_string(r->modified));
    }
    if (r->upload != NULL) {
        set(o, "upload", json_string(r->upload));
    }
    if (r->why != NULL) {
        set(o, "why", json_string(r->why));
    }
    return str_of(json_line(a, o));
}

static int index_of(const char *name, const char *const *list, int n)
{
    int i = 0;

    while (i < n && (name == NULL || strcmp(name, list[i]) != 0)) {
        i++;
    }
    return i;
}

static bool read_made(struct arena *a, const json_t *list, struct record *r)
{
    r->n_made = json_array_size(list);
    r->made = arena_array(a, r->n_made, sizeof *r->made);
    for (size_t i = 0; i < r->n_made; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (id == NULL) {
            return false;
        }
        r->made[i] = arena_strdup(a, id);
    }
    return true;
}

static bool read_step(struct arena *a, const json_t *o, struct record *r)
{
    return step_kind_of(json_string_value(json_object_get(o, "step")), &r->step) &&
           (r->key = json_bytes_get(a, o, "key")) != NULL;
}

bool record_read(struct arena *a, struct str line, struct record *ret_record)
{
    const char *why = NULL;
    const json_t *o = json_line_read(a, line, &why);
    const json_t *number = json_object_get(o, "n");
    struct record r = {.undo = json_object_get(o, "undo") != NULL};
    int kind = index_of(json_string_value(json_object_get(o, r.undo ? "undo" : "did")), names,
                        RECORD_KINDS);

    if (o == NULL || kind == RECORD_KINDS || !read_made(a, json_object_get(o, "made"), &r)) {
        return false;
    }
    r.kind = (enum record_kind)kind;
    r.plan = json_member_text(a, o, "plan");
    r.version = json_member_text(a, o, "version");
    r.modified = json_member_text(a, o, "modified");
    r.upload = json_member_text(a, o, "upload");
    r.why = json_member_text(a, o, "why");
    r.number = (uint64_t)json_integer_value(number);
    if (r.kind == RECORD_BEGIN
            ? r.plan == NULL ||
                  json_integer_value(json_object_get(o, "seedbank_journal")) != RECORD_VERSION
            : !json_is_integer(number) || json_integer_value(number) < 0) {
        return false;
    }
    if (r.kind == RECORD_DONE && !read_step(a, o, &r)) {
        return false;
    }
    *ret_record = r;
    return true;
}
