#include "plugin/log_json.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define LINE_MAX_BYTES 65536
#define FOR_FIELDS     512 /* of the line, when the message is long */
#define LONGEST_ESCAPE 6   /* \u00xx */

/* A line under construction: `end` is where the current value must stop. */
struct line {
    char *bytes;
    size_t len, end;
};

static bool put(struct line *l, const char *text, size_t n)
{
    if (n > l->end - l->len) {
        return false;
    }
    memcpy(l->bytes + l->len, text, n);
    l->len += n;
    return true;
}

static size_t escape(unsigned char c, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        ret[0] = '\\';
        ret[1] = (char)c;
        return 2;
    }
    if (c == '\n') {
        memcpy(ret, "\\n", 2);
        return 2;
    }
    if (c < 0x20) {
        memcpy(ret, "\\u00", 4);
        ret[4] = digits[c >> 4];
        ret[5] = digits[c & 15];
        return 6;
    }
    ret[0] = (char)c;
    return 1;
}

/* A JSON string; cut where no room is left, between characters. Text is valid UTF-8 (log.h). */
static void put_string(struct line *l, const char *text)
{
    char escaped[LONGEST_ESCAPE];
    size_t boundary;

    l->bytes[l->len++] = '"';
    for (boundary = l->len; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c & 0xc0) != 0x80) {
            boundary = l->len;
        }
        size_t n = escape(c, escaped);
        /* One byte stays free for the closing quote. */
        if (l->len + n >= l->end) {
            l->len = boundary;
            break;
        }
        put(l, escaped, n);
    }
    l->bytes[l->len++] = '"';
}

/* Leaves a field out unless its name and some of its value fit. */
static void put_member(struct line *l, const char *key, const char *value)
{
    size_t n = strlen(key);
    if (l->len + n + 32 > l->end) {
        return;
    }
    put(l, l->len > 1 ? "," : "", l->len > 1 ? 1 : 0);
    put_string(l, key);
    put(l, ":", 1);
    put_string(l, value);
}

/* Exactly six fractional digits: the host shows the line raw otherwise. */
static void format_time(struct timespec t, char *ret, size_t size)
{
    struct tm tm;
    char day[32];
    if (!gmtime_r(&t.tv_sec, &tm)) {
        memset(&tm, 0, sizeof tm);
    }
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret, size, "%s.%06ldZ", day, t.tv_nsec / 1000);
}

size_t log_json_line(char *bytes, size_t size, const struct log_json_entry *entry)
{
    char time[64], module[64];
    struct line l = {.end = size - FOR_FIELDS};

    l.bytes = bytes;
    format_time(entry->time, time, sizeof time);
    snprintf(module, sizeof module, "seedbank.%s", entry->module);
    put(&l, "{", 1);
    put_member(&l, "@level", log_level_name(entry->level));
    put_member(&l, "@timestamp", time);
    put_member(&l, "@module", module);
    put_member(&l, "@message", entry->message);
    l.end = size - 2;
    for (const struct log_field *f = entry->fields; f && f->key; f++) {
        put_member(&l, f->key, f->value);
    }
    l.end = size;
    put(&l, "}\n", 2);
    return l.len;
}

/* Lines of several threads must not mix: a pipe keeps only 4 KiB together. */
static pthread_mutex_t one_writer = PTHREAD_MUTEX_INITIALIZER;

static void write_line(const struct log *log, enum log_level level, const char *module,
                       const char *message, const struct log_field *fields)
{
    char line[LINE_MAX_BYTES];
    struct log_json_entry entry = {.level = level,
                                   .module = module,
                                   .message = message,
                                   .fields = fields,
                                   .time = clock_system.now(&clock_system)};
    size_t n = log_json_line(line, sizeof line, &entry);
    (void)log;
    pthread_mutex_lock(&one_writer);
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line, n);
    } while (written < 0 && errno == EINTR);
    pthread_mutex_unlock(&one_writer);
}

struct log log_json_from_environment(void)
{
    static const char *const names[] = {"TF_LOG_PROVIDER_SEEDBANK", "TF_LOG_PROVIDER", "TF_LOG"};
    struct log log = {.level = LOG_OFF, .write = write_line};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = getenv(names[i]);
        if (text && text[0]) {
            log.level = log_level_of(text);
            break;
        }
    }
    return log;
}
