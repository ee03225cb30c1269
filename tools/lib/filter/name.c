// SPDX-License-Identifier: GPL-2.0
/*
 * Names of filter sets; for rrasd too, which needs nothing else of filters.
 */
#include <ctype.h>
#include <string.h>

#include "filter.h"

/**
 * filter_bad_name - can a set be called this?
 * @name: the name
 * @len: its length
 *
 * Return: NULL, or a sentence that says why not.
 */
const char *filter_bad_name(const char *name, size_t len)
{
	size_t i;

	if (len > IPFLTDRV_SET_NAME_LEN)
		return "the name of a set has at most 31 characters";
	for (i = 0; i < len; i++) {
		if (isascii((unsigned char)name[i]) && isalnum((unsigned char)name[i]))
			continue;
		if (i && name[i] && strchr("._-:@+", name[i]))
			continue;
		return "the name of a set begins with a letter or a digit; letters, digits and . _ "
		       "- : @ + may follow";
	}
	return len ? NULL : "the name of a set is missing";
}
