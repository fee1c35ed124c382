/*
 * What no step of a scripted server matches, asked of a real server: the handler of
 * http_server.h that makes a proxy of it.
 *
 * Each request that comes here is a line "METHOD TARGET" on a stream as soon as it comes, so that
 * they can be counted. The one of a given number is held: it is not passed on and gets no answer,
 * and its line begins with "held ". Whoever asks can then be killed at exactly that place.
 */
#ifndef SUPPORT_HTTP_FORWARD_H
#define SUPPORT_HTTP_FORWARD_H

#include <stdio.h>

#include "http_server.h"

struct http_forward;

/* To http://host:port. hold: counts from 1; 0: none. Texts and stream are borrowed. */
struct http_forward *http_forward_new(const char *upstream, size_t hold, FILE *log);
void http_forward_free(struct http_forward *f); /* after the server has stopped */

/* The handler; its argument is the struct above. Thread-safe. A reply that never comes from
 * upstream is a 599 with the reason. */
bool http_forward_answer(void *forward, const struct http_server_request *request,
                         struct http_server_reply *ret_reply);

#endif
