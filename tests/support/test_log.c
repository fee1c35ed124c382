#include "test_log.h"

static void append(struct test_log *t, const char *s)
{
    size_t n = strlen(s);

    t->text = realloc(t->text, t->len + n + 1);
    if (t->text == NULL) {
        abort();
    }
    memcpy(t->text + t->len, s, n + 1);
    t->len += n;
}

static void test_write(const struct log *log, enum log_level level, const char *module,
                       const char *message, const struct log_field *fields)
{
    /* `log` is the first member of a struct test_log that is not const. */
    struct test_log *t = (struct test_log *)(uintptr_t)log;

    pthread_mutex_lock(&t->lock);
    append(t, log_level_name(level));
    append(t, " ");
    append(t, module);
    append(t, ": ");
    append(t, message);
    for (; fields->key != NULL; fields++) {
        append(t, " ");
        append(t, fields->key);
        append(t, "=");
        append(t, fields->value);
    }
    append(t, "\n");
    pthread_mutex_unlock(&t->lock);
}

void test_log_init(struct test_log *t, enum log_level level)
{
    memset(t, 0, sizeof *t);
    t->log = (struct log){.level = level, .write = test_write};
    pthread_mutex_init(&t->lock, NULL);
    append(t, "");
}

void test_log_free(struct test_log *t)
{
    pthread_mutex_destroy(&t->lock);
    free(t->text);
}

bool test_log_has(struct test_log *t, const char *text)
{
    bool has;

    pthread_mutex_lock(&t->lock);
    has = strstr(t->text, text) != NULL;
    pthread_mutex_unlock(&t->lock);
    return has;
}
