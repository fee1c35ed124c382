/*
 * The one list of everything the provider serves. A new resource or data source
 * adds its declaration and its line to registry.c.
 */
#ifndef SERVICES_REGISTRY_H
#define SERVICES_REGISTRY_H

#include "schema/resource.h"

extern const struct registry registry_seedbank;

#endif
