/*
 * A path to a place in a structured document: attribute names, map keys and
 * list indexes, outermost first. Immutable; extended by making a longer one, so
 * a walk can hold the path of its parent. Sets cannot be indexed: a path stops
 * at the set.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum path_kind { PATH_ATTRIBUTE, PATH_KEY, PATH_INDEX };

struct path {
    const struct path *parent; /* NULL at the outermost step; a NULL path is the whole document */
    enum path_kind kind;
    const char *name; /* PATH_ATTRIBUTE and PATH_KEY, NUL-terminated */
    int64_t index;    /* PATH_INDEX */
};

const struct path *path_attribute(struct arena *a, const struct path *parent, const char *name);
const struct path *path_key(struct arena *a, const struct path *parent, const char *key);
const struct path *path_index(struct arena *a, const struct path *parent, int64_t index);
const struct path *path_copy(struct arena *a, const struct path *p);
size_t path_depth(const struct path *p);
bool path_eq(const struct path *a, const struct path *b);
int path_cmp(const struct path *a, const struct path *b); /* a total order, for sorting */

/* Paths that come together one by one; all zero is none. */
struct path_list {
    const struct path **v;
    size_t n;
    size_t room;
};
void path_list_add(struct arena *a, struct path_list *list, const struct path *p);
void path_list_sort(struct path_list *list); /* by path_cmp; of equal ones one stays */

/* As Terraform writes it: destination.tags["a b"][0]. The whole document is "". */
char *path_text(struct arena *a, const struct path *p);

#endif
