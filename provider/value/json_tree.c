#include "value/json_tree.h"

#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/diag.h"

/* One open array or object. */
struct level {
    struct level *outer;
    struct json_tree *node;
    struct json_tree *last; /* its newest item */
    struct str key;         /* of the item to come */
};

struct builder {
    struct arena *arena;
    struct level *open;
    struct level *spare; /* closed levels, used again */
    size_t depth, max_depth;
    const struct json_tree *root;
    const char *refusal; /* why a callback stopped the parser */
};

static int refuse(struct builder *b, const char *why)
{
    b->refusal = why;
    return 0;
}

static bool copy_text(struct builder *b, const void *p, size_t n, struct str *ret_text)
{
    struct str s = {p, n};
    if (!str_utf8_valid(s)) {
        return false;
    }
    *ret_text = (struct str){arena_memdup(b->arena, n > 0 ? p : "", n), n};
    return true;
}

static struct json_tree *add(struct builder *b, enum json_tree_kind kind)
{
    struct json_tree *node = arena_alloc(b->arena, sizeof *node);
    node->kind = kind;
    struct level *in = b->open;
    if (in == NULL) {
        b->root = node;
        return node;
    }
    node->key = in->key;
    if (in->last == NULL) {
        in->node->first = node;
    } else {
        in->last->next = node;
    }
    in->last = node;
    in->node->n++;
    return node;
}

static int start(struct builder *b, enum json_tree_kind kind)
{
    if (b->depth == b->max_depth) {
        return refuse(b, "it is nested too deeply");
    }
    struct level *l = b->spare;
    if (l != NULL) {
        b->spare = l->outer;
    } else {
        l = arena_alloc(b->arena, sizeof *l);
    }
    struct json_tree *node = add(b, kind);
    *l = (struct level){.outer = b->open, .node = node};
    b->open = l;
    b->depth++;
    return 1;
}

static int end(void *arg)
{
    struct builder *b = arg;
    struct level *l = b->open;
    b->open = l->outer;
    l->outer = b->spare;
    b->spare = l;
    b->depth--;
    return 1;
}

static int on_null(void *arg)
{
    add(arg, JSON_TREE_NULL);
    return 1;
}

static int on_boolean(void *arg, int is_true)
{
    add(arg, is_true ? JSON_TREE_TRUE : JSON_TREE_FALSE);
    return 1;
}

static int on_number(void *arg, const char *p, size_t n)
{
    struct builder *b = arg;
    struct str text;
    if (!copy_text(b, p, n, &text)) {
        return refuse(b, "a number holds invalid bytes");
    }
    add(b, JSON_TREE_NUMBER)->text = text;
    return 1;
}

static int on_string(void *arg, const unsigned char *p, size_t n)
{
    struct builder *b = arg;
    struct str text;
    if (!copy_text(b, p, n, &text)) {
        return refuse(b, "a string is not valid UTF-8");
    }
    add(b, JSON_TREE_STRING)->text = text;
    return 1;
}

static int on_key(void *arg, const unsigned char *p, size_t n)
{
    struct builder *b = arg;
    if (!copy_text(b, p, n, &b->open->key)) {
        return refuse(b, "a key is not valid UTF-8");
    }
    return 1;
}

static int on_object(void *arg)
{
    return start(arg, JSON_TREE_OBJECT);
}

static int on_array(void *arg)
{
    return start(arg, JSON_TREE_ARRAY);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_key,
    .yajl_end_map = end,
    .yajl_start_array = on_array,
    .yajl_end_array = end,
};

/* yajl's memory comes from the arena too: it is wiped with it, and cannot leak (yajl 2.1 loses its
 * buffer on some malformed texts). The size of a block stands before it. */
enum { BLOCK_HEAD = 16 };

static void *block_alloc(void *arena, size_t size)
{
    char *block = arena_alloc(arena, BLOCK_HEAD + size);
    memcpy(block, &size, sizeof size);
    return block + BLOCK_HEAD;
}

static void *block_realloc(void *arena, void *old, size_t size)
{
    char *block = block_alloc(arena, size);
    if (old != NULL) {
        size_t old_size;
        memcpy(&old_size, (char *)old - BLOCK_HEAD, sizeof old_size);
        memcpy(block, old, old_size < size ? old_size : size);
    }
    return block;
}

static void block_free(void *arena, void *block)
{
    (void)arena;
    (void)block;
}

enum rc json_tree_parse(struct ctx *cx, const char *what, struct str text, size_t max_depth,
                        const struct json_tree **ret_root)
{
    struct builder b = {.arena = cx->arena, .max_depth = max_depth};
    yajl_alloc_funcs memory = {block_alloc, block_realloc, block_free, cx->arena};
    yajl_handle parser = yajl_alloc(&callbacks, &memory, &b);
    yajl_status status =
        yajl_parse(parser, (const unsigned char *)(text.n > 0 ? text.p : ""), text.n);
    size_t at = yajl_get_bytes_consumed(parser);
    if (status == yajl_status_ok) {
        at = text.n;
        status = yajl_complete_parse(parser);
    }
    yajl_free(parser);
    if (status != yajl_status_ok || b.root == NULL) {
        /* yajl's own message quotes the text, which may hold secrets. */
        return diag_error(cx, NULL, "Malformed JSON", "%s cannot be read near byte %zu: %s.", what,
                          at, b.refusal != NULL ? b.refusal : "it is not JSON, or was cut short");
    }
    *ret_root = b.root;
    return RC_OK;
}

const char *json_tree_kind_text(enum json_tree_kind kind)
{
    static const char *const names[] = {
        [JSON_TREE_NULL] = "null",        [JSON_TREE_FALSE] = "a boolean",
        [JSON_TREE_TRUE] = "a boolean",   [JSON_TREE_NUMBER] = "a number",
        [JSON_TREE_STRING] = "a string",  [JSON_TREE_ARRAY] = "an array",
        [JSON_TREE_OBJECT] = "an object",
    };
    return names[kind];
}

/* The bytes at p that must not stand as they are: their number and their escape. */
static size_t escape(const char *p, size_t left, char ret_text[static 8])
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    static const char hex[] = "0123456789abcdef";
    unsigned char c = (unsigned char)*p;
    memset(ret_text, 0, 8);
    if (c < sizeof letters && letters[c] != 0) {
        ret_text[0] = '\\';
        ret_text[1] = letters[c];
        return 1;
    }
    if (c < 0x20 || c == '<' || c == '>' || c == '&') {
        memcpy(ret_text, "\\u00", 4);
        ret_text[4] = hex[c >> 4];
        ret_text[5] = hex[c & 15];
        return 1;
    }
    /* U+2028 and U+2029 end a line in JavaScript. */
    if (left >= 3 && memcmp(p, "\xe2\x80", 2) == 0 && (p[2] & ~1) == (char)0xa8) {
        memcpy(ret_text, (p[2] & 1) != 0 ? "\\u2029" : "\\u2028", 6);
        return 3;
    }
    return 0;
}

void json_tree_quote(struct buf *b, struct str s)
{
    char text[8];
    size_t from = 0, i = 0;
    buf_putc(b, '"');
    while (i < s.n) {
        size_t bytes = escape(s.p + i, s.n - i, text);
        if (bytes == 0) {
            i++;
            continue;
        }
        buf_append(b, s.p + from, i - from);
        buf_puts(b, text);
        i += bytes;
        from = i;
    }
    if (s.n > from) {
        buf_append(b, s.p + from, s.n - from);
    }
    buf_putc(b, '"');
}
