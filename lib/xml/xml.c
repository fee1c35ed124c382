#include "xml/xml.h"

#include <string.h>

#include "base/arena.h"

struct str xml_trim(struct str document)
{
    while (document.n > 0 && (*document.p == ' ' || *document.p == '\t' || *document.p == '\r' ||
                              *document.p == '\n')) {
        document.p++;
        document.n--;
    }
    return document;
}

static bool named(const struct xml_node *node, const char *name, size_t len)
{
    return strlen(node->name) == len && memcmp(node->name, name, len) == 0;
}

static struct xml_node *first_named(struct xml_node *node, const char *name, size_t len)
{
    while (node && !named(node, name, len)) {
        node = node->next;
    }
    return node;
}

struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
    return node ? first_named(node->first, name, strlen(name)) : NULL;
}

struct xml_node *xml_next(const struct xml_node *node, const char *name)
{
    return node ? first_named(node->next, name, strlen(name)) : NULL;
}

struct xml_node *xml_find(const struct xml_node *node, const char *path)
{
    struct xml_node *at = NULL;
    struct xml_node *from = node ? node->first : NULL;

    for (;;) {
        size_t len = strcspn(path, "/");
        at = first_named(from, path, len);
        if (at == NULL || path[len] == '\0') {
            return at;
        }
        path += len + 1;
        from = at->first;
    }
}

const char *xml_text(const struct xml_node *node, const char *path)
{
    const struct xml_node *found = xml_find(node, path);

    return found ? found->text : NULL;
}

const char *xml_attribute(const struct xml_node *node, const char *local_name)
{
    for (const struct xml_attribute *at = node ? node->attributes : NULL; at; at = at->next) {
        if (strcmp(at->name, local_name) == 0) {
            return at->value;
        }
    }
    return NULL;
}

struct xml_node *xml_new(struct arena *a, const char *name, const char *ns)
{
    struct xml_node *node = arena_alloc(a, sizeof(*node));

    *node = (struct xml_node){.name = name, .ns = ns, .text = ""};
    return node;
}

struct xml_node *xml_add(struct arena *a, struct xml_node *parent, const char *name,
                         const char *text)
{
    struct xml_node *node = xml_new(a, name, parent->ns);

    if (text) {
        node->text = text;
    }
    xml_append(parent, node);
    return node;
}

static struct xml_node *copy_alone(struct arena *a, const struct xml_node *node)
{
    struct xml_node *copy = arena_memdup(a, node, sizeof(*node));

    copy->parent = copy->previous = copy->next = copy->first = copy->last = NULL;
    return copy;
}

/* A walk without recursion; `to` is the copy of what stands above `at`. */
struct xml_node *xml_copy(struct arena *a, const struct xml_node *node)
{
    struct xml_node *root = copy_alone(a, node), *to = root;
    const struct xml_node *at = node->first;

    while (at) {
        struct xml_node *copy = copy_alone(a, at);
        xml_append(to, copy);
        if (at->first) {
            to = copy;
            at = at->first;
            continue;
        }
        while (at->next == NULL && to->parent) {
            at = at->parent;
            to = to->parent;
        }
        at = at->next;
    }
    return root;
}

void xml_append(struct xml_node *parent, struct xml_node *child)
{
    child->parent = parent;
    child->previous = parent->last;
    if (parent->last) {
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
}

/* Make the neighbours of a place point at what now stands there. */
static void relink(struct xml_node *parent, struct xml_node *left, struct xml_node *right)
{
    if (left) {
        left->next = right;
    } else {
        parent->first = right;
    }
    if (right) {
        right->previous = left;
    } else {
        parent->last = left;
    }
}

void xml_remove(struct xml_node *node)
{
    if (node->parent == NULL) {
        return;
    }
    relink(node->parent, node->previous, node->next);
    node->parent = node->previous = node->next = NULL;
}

void xml_replace(struct xml_node *old, struct xml_node *new_node)
{
    new_node->parent = old->parent;
    new_node->previous = old->previous;
    new_node->next = old->next;
    if (old->parent) {
        relink(old->parent, old->previous, new_node);
        relink(old->parent, new_node, old->next);
    }
    old->parent = old->previous = old->next = NULL;
}
