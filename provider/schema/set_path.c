#include "schema/set_path.h"

#include "base/ctx.h"

void set_path_stop(struct ctx *cx, struct diag_point since, const struct path *set)
{
    struct diag *d = since.last ? since.last->next : cx->diags.first;
    for (; d; d = d->next) {
        if (path_depth(d->path) > path_depth(set)) {
            d->path = set;
        }
    }
}
