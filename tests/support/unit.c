#include "unit.h"

#include "base/ctx.h"

bool unit_has_diag(const struct ctx *cx, const char *text)
{
    const struct diag *d;

    for (d = cx->diags.first; d != NULL; d = d->next) {
        if (strstr(d->summary, text) != NULL || strstr(d->detail, text) != NULL) {
            return true;
        }
    }
    for (d = cx->diags.first; d != NULL; d = d->next) {
        print_error("%s\n  %s\n", d->summary, d->detail);
    }
    return false;
}
