/*
 * The shared configuration files of AWS tools: named profiles, each a few
 * settings. Reading alone; what the settings mean is credentials_config.c's.
 *
 * Sections are [default] and [profile NAME] in the configuration file, [NAME] in
 * the credentials file; others (sso-session, services) are skipped. Lines are
 * "name = value"; a value ends at white space and '#' or ';'. A line indented
 * deeper than the setting above belongs to it and is skipped. Anything else is an
 * error: a setting that is overlooked could mean another identity.
 *
 * Source: "Shared config and credentials files" in the AWS SDKs and Tools
 * Reference Guide.
 */
#ifndef AWS_PROFILES_H
#define AWS_PROFILES_H

#include <stdbool.h>

#include "base/str.h"

struct arena;
struct profiles;

enum profiles_file { PROFILES_CONFIG, PROFILES_CREDENTIALS, PROFILES_N_FILES };

struct profiles *profiles_new(struct arena *a);

/* Add a file's content. False with the reason, which names a line and quotes nothing. */
bool profiles_add(struct profiles *p, enum profiles_file file, struct str content,
                  const char **ret_why);

bool profiles_has(const struct profiles *p, const char *profile);

/* A setting's value, from that file or from either, the credentials file first; NULL when absent or
 * empty. Where it is written twice, the last counts. */
const char *profiles_get(const struct profiles *p, enum profiles_file file, const char *profile,
                         const char *name);
const char *profiles_any(const struct profiles *p, const char *profile, const char *name);

#endif
