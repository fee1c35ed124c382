#include "seedbank-bucket/config.h"

#include "base/ctx.h"
#include "base/file.h"
#include "json/json_bytes.h"
#include "json/json_line.h"

#define MAX_FILE ((size_t)64 << 20)

struct config {
    struct arena *arena;
    const char *bucket, *saved;
    const json_t *documents;
};

static enum rc refuse(struct ctx *cx, const char *path, const char *why)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "%s does not hold the settings of a bucket", path),
                      "%s. audit BUCKET --save-config FILE writes such a file.", why);
}

enum rc config_read(struct ctx *cx, const char *path, struct config **ret_config)
{
    struct config *c = arena_alloc(cx->arena, sizeof *c);
    struct str content;
    const char *why = "It is no JSON";
    const json_t *o;
    enum rc rc = file_read(cx, path, MAX_FILE, &content);

    if (rc == RC_NOT_FOUND) {
        return refuse(cx, path, "There is no such file");
    }
    if (rc != RC_OK) {
        return rc;
    }
    o = json_line_read(cx->arena, content, &why);
    if (o == NULL) {
        return refuse(cx, path, why);
    }
    if (json_integer_value(json_object_get(o, "seedbank_bucket_config")) != 1) {
        return refuse(cx, path,
                      "It is of another kind, or of a version that this program does not "
                      "know");
    }
    *c = (struct config){
        .arena = cx->arena,
        .bucket = json_string_value(json_object_get(o, "bucket")),
        .saved = json_string_value(json_object_get(o, "saved")),
        .documents = json_object_get(o, "documents"),
    };
    if (c->bucket == NULL || c->saved == NULL || !json_is_object(c->documents)) {
        return refuse(cx, path, "It lacks the bucket's name, the time or the settings");
    }
    *ret_config = c;
    return RC_OK;
}

const char *config_bucket(const struct config *config)
{
    return config->bucket;
}

const char *config_saved(const struct config *config)
{
    return config->saved;
}

bool config_document(const struct config *config, const char *part, struct str *ret_document)
{
    const char *text = json_bytes_get(config->arena, config->documents, part);

    if (text == NULL) {
        return false;
    }
    *ret_document = str_of(text);
    return true;
}
