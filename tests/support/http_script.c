#include "http_script.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#define FILE_MAX (64u << 20)

/* One directive: takes its value, false when that is wrong. */
struct directive {
    const char *word;
    bool (*take)(struct http_script *s, const char *value);
    bool in_step;
};

static struct http_server_step *current(struct http_script *s)
{
    return &s->steps[s->n_steps - 1];
}

static struct http_server_reply *reply(struct http_script *s)
{
    return &current(s)->reply;
}

/* ---- Values -----------------------------------------------------------------------------------
 */

static bool read_file(struct http_script *s, const char *path, struct buf **ret_content)
{
    struct buf *b = buf_new(s->arena, FILE_MAX);
    FILE *f = fopen(path, "rb");
    char block[4096];
    size_t n;

    if (f == NULL) {
        return false;
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0) {
        buf_append(b, block, n);
    }
    fclose(f);
    *ret_content = b;
    return !b->full;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

    return at == NULL ? -1 : (int)(at - digits);
}

static bool unescape(struct http_script *s, const char *value, struct buf **ret_text)
{
    static const char letters[] = "nrt\\", bytes[] = "\n\r\t\\";
    struct buf *b = buf_new(s->arena, FILE_MAX);
    const char *known;

    for (; *value != '\0'; value++) {
        if (*value != '\\') {
            buf_putc(b, *value);
            continue;
        }
        value++;
        known = *value == '\0' ? NULL : strchr(letters, *value);
        if (known != NULL) {
            buf_putc(b, bytes[known - letters]);
        } else if (*value == 'x' && hex_digit(value[1]) >= 0 && hex_digit(value[2]) >= 0) {
            buf_putc(b, (char)(hex_digit(value[1]) * 16 + hex_digit(value[2])));
            value += 2;
        } else {
            return false;
        }
    }
    *ret_text = b;
    return true;
}

static bool number(const char *value, int64_t max, int64_t *ret_n)
{
    return str_to_i64(str_of(value), ret_n) && *ret_n >= 0 && *ret_n <= max;
}

static bool size(const char *value, size_t *ret_n)
{
    int64_t n;

    if (!number(value, FILE_MAX, &n)) {
        return false;
    }
    *ret_n = (size_t)n;
    return true;
}

/* The place of a word in a list that NULL ends. */
static bool choice(const char *value, const char *const *words, int *ret_i)
{
    int i;

    for (i = 0; words[i] != NULL; i++) {
        if (strcmp(value, words[i]) == 0) {
            *ret_i = i;
            return true;
        }
    }
    return false;
}

/* Take the first word off *rest. */
static const char *first_word(struct http_script *s, const char **rest)
{
    size_t n = strcspn(*rest, " ");
    const char *word = arena_strndup(s->arena, *rest, n);

    *rest += n;
    *rest += strspn(*rest, " ");
    return word;
}

/* ---- Directives -------------------------------------------------------------------------------
 */

static bool take_tls(struct http_script *s, const char *value)
{
    static const char *const words[] = {"none",    "good",        "wrong-host", "self-signed",
                                        "expired", "old-version", NULL};
    int i;

    if (!choice(value, words, &i)) {
        return false;
    }
    s->options.tls = (enum test_tls)i;
    return true;
}

static bool take_any_order(struct http_script *s, const char *value)
{
    s->options.any_order = true;
    return *value == '\0';
}

static bool take_limit(struct http_script *s, const char *value)
{
    int64_t n;

    if (!number(value, 1000000, &n) || n == 0) {
        return false;
    }
    s->options.limit = (uint32_t)n;
    return true;
}

static bool take_upstream(struct http_script *s, const char *value)
{
    s->upstream = value;
    return strncmp(value, "http://", 7) == 0;
}

static bool take_hold(struct http_script *s, const char *value)
{
    return size(value, &s->hold) && s->upstream != NULL;
}

static bool take_step(struct http_script *s, const char *value)
{
    const char *method = first_word(s, &value);

    s->steps = arena_grow(s->arena, s->steps, s->n_steps * sizeof *s->steps,
                          (s->n_steps + 1) * sizeof *s->steps);
    s->n_steps++;
    s->n_expect = 0;
    *current(s) = (struct http_server_step){0};
    current(s)->method = strcmp(method, "*") == 0 ? NULL : method;
    current(s)->target = strcmp(value, "*") == 0 ? NULL : value;
    return *method != '\0' && *value != '\0';
}

static bool take_times(struct http_script *s, const char *value)
{
    int64_t n = HTTP_SERVER_ANY_TIMES;

    if (strcmp(value, "any") != 0 && (!number(value, 1000000, &n) || n == 0)) {
        return false;
    }
    current(s)->times = (uint32_t)n;
    return true;
}

static bool take_expect(struct http_script *s, const char *value)
{
    if (s->n_expect == HTTP_SERVER_EXPECTATIONS || *value == '\0') {
        return false;
    }
    current(s)->expect[s->n_expect++] = value;
    return true;
}

static bool take_expect_body(struct http_script *s, const char *value)
{
    struct buf *text;

    if (!unescape(s, value, &text)) {
        return false;
    }
    current(s)->body = text->data;
    return true;
}

static bool take_status(struct http_script *s, const char *value)
{
    int64_t n;

    if (!number(value, 999, &n) || n < 100) {
        return false;
    }
    reply(s)->status = (int)n;
    return true;
}

static bool take_status_line(struct http_script *s, const char *value)
{
    struct buf *text;

    if (!unescape(s, value, &text)) {
        return false;
    }
    reply(s)->status_line = text->data;
    return true;
}

static bool take_header(struct http_script *s, const char *value)
{
    const char *before = reply(s)->headers == NULL ? "" : reply(s)->headers;
    struct buf *text;

    if (!unescape(s, value, &text)) {
        return false;
    }
    reply(s)->headers = arena_printf(s->arena, "%s%s\r\n", before, text->data);
    return true;
}

static bool take_body(struct http_script *s, const char *value)
{
    struct buf *text;

    if (!unescape(s, value, &text)) {
        return false;
    }
    reply(s)->body = text->data;
    reply(s)->body_len = text->len;
    return true;
}

static bool take_body_file(struct http_script *s, const char *value)
{
    struct buf *content;

    if (!read_file(s, value, &content)) {
        return false;
    }
    reply(s)->body = content->data;
    reply(s)->body_len = content->len;
    return true;
}

static bool take_body_repeat(struct http_script *s, const char *value)
{
    return size(value, &reply(s)->body_repeat);
}

static bool take_chunked(struct http_script *s, const char *value)
{
    return size(value, &reply(s)->chunked) && reply(s)->chunked > 0;
}

static bool take_delay(struct http_script *s, const char *value)
{
    return number(value, 86400000, &reply(s)->delay_ms);
}

static bool take_drip(struct http_script *s, const char *value)
{
    return number(value, 86400000, &reply(s)->drip_ms);
}

static bool take_close(struct http_script *s, const char *value)
{
    reply(s)->close = true;
    return *value == '\0';
}

static bool take_fault(struct http_script *s, const char *value)
{
    static const char *const faults[] = {"none", "close", "reset", "stall", NULL};
    static const char *const places[] = {"start", "head", "body", "end", NULL};
    const char *fault_word = first_word(s, &value), *place_word = first_word(s, &value);
    int fault, place;

    if (!choice(fault_word, faults, &fault) || !choice(place_word, places, &place)) {
        return false;
    }
    reply(s)->fault = (enum http_server_fault)fault;
    reply(s)->where = (enum http_server_where)place;
    return *value == '\0' || size(value, &reply(s)->after);
}

static const struct directive directives[] = {
    {"tls", take_tls, false},
    {"any-order", take_any_order, false},
    {"limit", take_limit, false},
    {"upstream", take_upstream, false},
    {"hold", take_hold, false},
    {"step", take_step, false},
    {"times", take_times, true},
    {"expect", take_expect, true},
    {"expect-body", take_expect_body, true},
    {"status", take_status, true},
    {"status-line", take_status_line, true},
    {"header", take_header, true},
    {"body", take_body, true},
    {"body-file", take_body_file, true},
    {"body-repeat", take_body_repeat, true},
    {"chunked", take_chunked, true},
    {"delay", take_delay, true},
    {"drip", take_drip, true},
    {"close", take_close, true},
    {"fault", take_fault, true},
};

/* ---- The script -------------------------------------------------------------------------------
 */

static bool take_line(struct http_script *s, const char *line)
{
    const char *word;
    size_t i;

    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#') {
        return true;
    }
    word = first_word(s, &line);
    for (i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (strcmp(word, directives[i].word) == 0) {
            return (!directives[i].in_step || s->n_steps > 0) && directives[i].take(s, line);
        }
    }
    return false;
}

const char *http_script_read(struct http_script *s, const char *path)
{
    unsigned number_of_line = 1;
    struct buf *content;
    char *line, *end;

    if (!read_file(s, path, &content)) {
        return arena_printf(s->arena, "%s: cannot be read", path);
    }
    for (line = content->data; line != NULL; line = end, number_of_line++) {
        end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = '\0';
        }
        if (!take_line(s, line)) {
            return arena_printf(s->arena, "%s:%u: not a directive with a good value", path,
                                number_of_line);
        }
    }
    return NULL;
}
