#include "s3/s3_list_live.h"

struct s3_list *s3_list_live_new(struct ctx *cx, struct s3_client *client,
                                 const struct s3_list_options *options)
{
    struct s3_list_options live = *options;

    live.live = true;
    return s3_list_new(cx, client, &live);
}
