/*
 * Calls that have no safe use here. The build includes this file before every
 * other (-include), so that calling one does not compile. What to use instead:
 *   strcpy strcat sprintf vsprintf strncpy strncat -> arena_printf, buf_printf
 *   strtok strtok_r, scanf and kin                 -> str.h
 *   atoi atol atoll atof                           -> str_to_i64
 *   system popen                                   -> process.h
 *   rand srand                                     -> getrandom
 *   asctime ctime localtime gmtime                 -> clock.h, gmtime_r
 * malloc and its kin are allowed in lib/base only; tests/lint/symbols proves it.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* Their declarations must come before the names are taken away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Under clang, glibc's fortified forms of these two are macros. */
#undef sprintf
#undef vsprintf

#define BANNED(name) name##_is_banned_see_lib_base_banned_h

#define strcpy(...)    BANNED(strcpy)
#define strcat(...)    BANNED(strcat)
#define strncpy(...)   BANNED(strncpy)
#define strncat(...)   BANNED(strncat)
#define sprintf(...)   BANNED(sprintf)
#define vsprintf(...)  BANNED(vsprintf)
#define strtok(...)    BANNED(strtok)
#define strtok_r(...)  BANNED(strtok_r)
#define scanf(...)     BANNED(scanf)
#define sscanf(...)    BANNED(sscanf)
#define fscanf(...)    BANNED(fscanf)
#define gets(...)      BANNED(gets)
#define atoi(...)      BANNED(atoi)
#define atol(...)      BANNED(atol)
#define atoll(...)     BANNED(atoll)
#define atof(...)      BANNED(atof)
#define system(...)    BANNED(system)
#define popen(...)     BANNED(popen)
#define rand(...)      BANNED(rand)
#define srand(...)     BANNED(srand)
#define asctime(...)   BANNED(asctime)
#define ctime(...)     BANNED(ctime)
#define localtime(...) BANNED(localtime)
#define gmtime(...)    BANNED(gmtime)
#define tmpnam(...)    BANNED(tmpnam)
#define mktemp(...)    BANNED(mktemp)

#endif
