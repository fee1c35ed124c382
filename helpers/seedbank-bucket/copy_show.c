/* What copy found and did, in words and as events. */
#include "base/buf.h"
#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/tally.h"
#include "json/json_bytes.h"

#define SHOWN       10
#define MAX_COMMAND 65536

static const char *const names[COPY_KINDS] = {
    [COPY_SAME] = "same", [COPY_NEW] = "new", [COPY_CHANGED] = "changed", [COPY_EXTRA] = "extra"};

const char *copy_show_kind(enum copy_kind kind)
{
    return names[kind];
}

/* ---- Before ------------------------------------------------------------------------------------
 */

static const char *meaning(const struct copy *c, enum copy_kind kind)
{
    const char *const meanings[COPY_KINDS] = {
        [COPY_SAME] = "there already",
        [COPY_NEW] = "to be copied",
        [COPY_CHANGED] = "to be copied over what is there",
        [COPY_EXTRA] = c->settings->delete_extra ? "in the destination alone: to be deleted"
                                                 : "in the destination alone: left as they are",
    };

    return meanings[kind];
}

void copy_show_counts(struct copy *c)
{
    struct cli *cli = c->cli;
    struct arena *a = cli->cx->arena;
    json_t *o = json_object();

    cli_say(cli, "From %s at %s", place_text(a, &c->from_place), s3_client_url(a, c->from.client));
    cli_say(cli, "To   %s at %s", place_text(a, &c->to_place), s3_client_url(a, c->to.client));
    for (int i = 0; i < COPY_KINDS; i++) {
        const struct copy_count *n = &c->counts[i];
        cli_say(cli, "  %-8s %12s %-7s %12s  %s", names[i], cli_words_count(a, n->objects),
                n->objects == 1 ? "object" : "objects", cli_words_bytes(a, n->bytes),
                meaning(c, (enum copy_kind)i));
        json_object_set_new(o, names[i],
                            json_pack("{s:I, s:I}", "objects", (json_int_t)n->objects, "bytes",
                                      (json_int_t)n->bytes));
    }
    if (c->by_time > 0) {
        cli_say(cli,
                "Of the same ones, %s by nothing but the times: neither ETag nor checksum tells. "
                "verify --against reads them.",
                cli_words_count(a, c->by_time));
    }
    json_object_set_new(o, "same_by_time", json_integer((json_int_t)c->by_time));
    json_object_set_new(o, "destination_live", json_integer((json_int_t)c->live));
    json_object_set_new(o, "source", json_string(place_text(a, &c->from_place)));
    json_object_set_new(o, "destination", json_string(place_text(a, &c->to_place)));
    cli_event(cli, "compare", o);
}

static void show_item(struct copy *c, const struct copy_item *item, uint64_t nth)
{
    struct arena *a = c->cli->cx->arena;
    json_t *o = json_pack("{s:s, s:I}", "kind", names[item->kind], "size", (json_int_t)item->size);

    json_bytes_set(o, "name", item->name);
    cli_event(c->cli, "item", o);
    if (nth <= SHOWN) {
        cli_say(c->cli, "%-8s %s (%s)", names[item->kind], cli_words_key(a, item->name),
                cli_words_bytes(a, item->size));
    } else if (nth == SHOWN + 1) {
        cli_say(c->cli, "%-8s and more; --json lists all", names[item->kind]);
    }
}

enum rc copy_show_items(struct copy *c)
{
    uint64_t n[COPY_KINDS] = {0};
    struct copy_item item;
    enum rc rc = RC_OK;

    cli_say(c->cli, "%s", "");
    while (rc == RC_OK) {
        struct arena_mark mark = arena_mark(c->cli->cx->arena);
        rc = copy_spool_next(c, &item);
        if (rc == RC_OK) {
            show_item(c, &item, ++n[item.kind]);
        }
        arena_rewind(c->cli->cx->arena, mark);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- After -------------------------------------------------------------------------------------
 */

void copy_show_tally(struct copy *c, const struct copy_tally *t)
{
    struct cli *cli = c->cli;
    struct arena *a = cli->cx->arena;
    uint64_t copied = t->done[COPY_NEW].objects + t->done[COPY_CHANGED].objects;
    uint64_t bytes = t->done[COPY_NEW].bytes + t->done[COPY_CHANGED].bytes;

    cli_say(cli, "Copied %s (%s) to %s; %s of them proven as they were written.",
            cli_words_of(a, copied, "object", "objects"), cli_words_bytes(a, bytes),
            place_text(a, &c->to_place), cli_words_count(a, copied - t->unproven));
    tally_say(cli, t->done[COPY_CHANGED].objects, "of them written over older ones");
    tally_say(cli, t->done[COPY_EXTRA].objects, "deleted, each by a delete marker");
    tally_say(cli, t->unproven, "not proven: neither ETag nor checksum tells");
    tally_say(cli, t->incomplete, "copied without what the destination cannot hold");
    tally_say(cli, t->refused, "not copied, because of what they are");
    tally_say(cli, t->gone, "gone from the source meanwhile");
    tally_say(cli, t->conflicts, "left: others wrote them at the destination meanwhile");
    tally_say(cli, t->failed, "failed: the same command tries them again");
    if (t->why_streamed != NULL) {
        cli_say(cli, "The server refuses to copy by itself, so all went through here: %s",
                t->why_streamed);
    }
    cli_event(cli, "summary",
              json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "new",
                        (json_int_t)t->done[COPY_NEW].objects, "changed",
                        (json_int_t)t->done[COPY_CHANGED].objects, "deleted",
                        (json_int_t)t->done[COPY_EXTRA].objects, "bytes", (json_int_t)bytes,
                        "unproven", (json_int_t)t->unproven, "incomplete",
                        (json_int_t)t->incomplete, "refused", (json_int_t)t->refused, "gone",
                        (json_int_t)t->gone, "conflicts", (json_int_t)t->conflicts, "failed",
                        (json_int_t)t->failed, "streamed", (json_int_t)t->streamed));
}

/* The source, and the destination that is to be a copy of it. */
void copy_show_next(struct copy *c)
{
    const struct copy_settings *s = c->settings;
    struct arena *a = c->cli->cx->arena;
    struct buf *line = buf_new(a, MAX_COMMAND);
    struct settings to =
        settings_whole(c->cli, &(struct settings_of){&settings_dst, &s->dst, &s->server});
    struct settings from =
        settings_whole(c->cli, &(struct settings_of){&settings_src, &s->src, &s->server});

    if (!c->one_server) {
        to.endpoint = s3_client_url(a, c->to.client);
        from.endpoint = s3_client_url(a, c->from.client);
    }
    cli_words_add(line, c->cli->program->name);
    cli_words_add(line, "verify");
    cli_words_add(line, place_text(a, &c->from_place));
    cli_words_add(line, "--against");
    cli_words_add(line, place_text(a, &c->to_place));
    settings_add(line, "", &from);
    if (!c->one_server) {
        settings_add(line, "against-", &to);
    }
    cli_say(c->cli, "To verify: %s%s", line->data,
            c->one_server ? ""
                          : "\n  (keys of the source in SEEDBANK_S3_*, of the destination in "
                            "SEEDBANK_AGAINST_S3_*)");
    cli_event(c->cli, "next", json_pack("{s:s}", "command", line->data));
}
