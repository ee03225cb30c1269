/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading a small text file as a whole.
 */
#ifndef RRASD_FILE_H
#define RRASD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

void file_trust_group(gid_t gid);
bool file_exposed(const struct stat *st);
char *file_read(const char *path, size_t limit, size_t *len, struct stat *st);

#endif /* RRASD_FILE_H */
