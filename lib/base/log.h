/*
 * Log lines for whoever debugs. lib/ logs at debug and trace only and never
 * prints. The sink is chosen by the program: go-plugin's JSON lines on stderr in
 * the provider, plain text in a helper. A line that is not wanted costs one
 * comparison. Values are redacted (redact.h) and made valid UTF-8.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

struct ctx;

enum log_level { LOG_TRACE, LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };

struct log_field {
    const char *key, *value;
};

struct log {
    enum log_level level; /* lines below it are not built */
    /* One finished line; called from any thread. `fields` ends with a NULL key. */
    void (*write)(const struct log *log, enum log_level level, const char *module,
                  const char *message, const struct log_field *fields);
};

bool log_wanted(const struct ctx *cx, enum log_level level);

/* Pairs of key and value, ended by NULL: log_event(cx, LOG_DEBUG, "http", "sent", "url", u, NULL)
 */
void log_event(const struct ctx *cx, enum log_level level, const char *module, const char *message,
               ...) __attribute__((sentinel));

/* "trace".."error", "off", "json"; case ignored; NULL or anything else gives LOG_OFF. */
enum log_level log_level_of(const char *text);
const char *log_level_name(enum log_level level);

#endif
