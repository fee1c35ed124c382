/*
 * Result codes of every function that can fail.
 *
 * RC_OK, RC_NOT_FOUND and RC_CONFLICT are expected outcomes and say nothing.
 * RC_FAIL means that a message was added to cx->diags; the runtime checks that
 * one was. Output arguments (ret_x) are untouched unless RC_OK is returned.
 */
#ifndef BASE_RC_H
#define BASE_RC_H

enum rc {
    RC_OK = 0,
    RC_NOT_FOUND, /* the thing asked for does not exist */
    RC_CONFLICT,  /* somebody else changed it, or it exists already */
    RC_FAIL,      /* anything else; explained in cx->diags */
};

#define RC_MUST_CHECK __attribute__((warn_unused_result))

#endif
