/*
 * The provider's log: go-plugin's JSON lines on stderr, which the host merges into its own log. One
 * write per line, none longer than 64 KiB (the host's limit). @message, @level and @timestamp are
 * strings whatever happens: anything else there crashes the host.
 */
#ifndef PLUGIN_LOG_JSON_H
#define PLUGIN_LOG_JSON_H

#include <stddef.h>
#include <time.h>

#include "base/log.h"

/* Level from the first of TF_LOG_PROVIDER_SEEDBANK, TF_LOG_PROVIDER and TF_LOG that is set. */
struct log log_json_from_environment(void);

/* One finished line, for the caller to write. `size` is at least 1 KiB; values
 * that do not fit are cut on a character boundary, fields that do not are left out. */
struct log_json_entry {
    enum log_level level;
    const char *module, *message;
    const struct log_field *fields; /* ends with a NULL key */
    struct timespec time;
};
size_t log_json_line(char *bytes, size_t size, const struct log_json_entry *entry);

#endif
