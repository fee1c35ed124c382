/* A log sink that keeps its lines as text: "level module: message key=value ...\n". Thread-safe. */
#ifndef SUPPORT_TEST_LOG_H
#define SUPPORT_TEST_LOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

struct test_log {
    struct log log;
    pthread_mutex_t lock;
    char *text; /* all lines, NUL-terminated */
    size_t len;
};

void test_log_init(struct test_log *t, enum log_level level);
void test_log_free(struct test_log *t);
bool test_log_has(struct test_log *t, const char *text);

#endif
