/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arrays that know their length.
 */
#ifndef TOOLS_LIB_ARRAY_H
#define TOOLS_LIB_ARRAY_H

/* The number of elements of an array; not of a pointer. */
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* TOOLS_LIB_ARRAY_H */
