#include "s3/s3_known.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "s3/s3_client.h"

struct moved {
    struct arena *arena; /* owns the texts: a bucket may move again */
    const char *bucket;
    struct s3_place place;
    struct moved *next;
};

struct s3_known {
    struct arena *arena;
    pthread_mutex_t lock; /* guards the arena and all below */
    struct moved *moved;  /* few: buckets that the settings place wrongly */
};

struct s3_known *s3_known_new(struct arena *a)
{
    struct s3_known *k = arena_alloc(a, sizeof(*k));

    k->arena = a;
    pthread_mutex_init(&k->lock, NULL);
    return k;
}

void s3_known_free(struct s3_known *known)
{
    for (struct moved *m = known->moved; m; m = m->next) {
        arena_free(m->arena);
    }
    pthread_mutex_destroy(&known->lock);
}

static struct s3_place copy(struct arena *a, const struct s3_place *p)
{
    return (struct s3_place){arena_strdup(a, p->scheme), arena_strdup(a, p->host),
                             arena_strdup(a, p->region), p->path_style};
}

static struct moved *find(const struct s3_known *known, const char *bucket)
{
    struct moved *m = known->moved;

    while (m && strcmp(m->bucket, bucket) != 0) {
        m = m->next;
    }
    return m;
}

struct s3_place s3_known_place(struct arena *a, const struct s3_client *client, const char *bucket)
{
    struct s3_place place = {client->scheme, client->host, client->region, client->path_style};
    const struct moved *m;

    pthread_mutex_lock(&client->known->lock);
    m = bucket ? find(client->known, bucket) : NULL;
    if (m) {
        place = copy(a, &m->place);
    }
    pthread_mutex_unlock(&client->known->lock);
    return place;
}

void s3_known_keep_place(struct s3_known *known, const char *bucket, const struct s3_place *place)
{
    struct moved *m;

    pthread_mutex_lock(&known->lock);
    m = find(known, bucket);
    if (m == NULL) {
        m = arena_alloc(known->arena, sizeof(*m));
        m->next = known->moved;
        known->moved = m;
    } else {
        arena_free(m->arena);
    }
    m->arena = arena_new();
    m->bucket = arena_strdup(m->arena, bucket);
    m->place = copy(m->arena, place);
    pthread_mutex_unlock(&known->lock);
}
