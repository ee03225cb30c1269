// SPDX-License-Identifier: GPL-2.0
/*
 * rras check: the files of our modules, and what the kernel has loaded of them.
 */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/array.h"
#include "check.h"
#include "rras.h"

#define MODINFO_SIZE	65536

/* What modinfo says of a file. */
struct info {
	char vermagic[256], version[64], srcversion[64], depends[256];
	bool is_signed;
};

static void take(const char *line, const char *key, char *out, size_t size)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) || line[len] != ':')
		return;
	line += len + 1;
	snprintf(out, size, "%s", line + strspn(line, " "));
}

static bool read_info(struct info *info, const char *path)
{
	static char output[MODINFO_SIZE];
	char *const argv[] = { "modinfo", (char *)path, NULL };
	char *line, *rest, signer[64] = "", id[64] = "";

	*info = (struct info){ 0 };
	if (check_run(output, sizeof(output), argv))
		return false;
	for (line = strtok_r(output, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		take(line, "vermagic", info->vermagic, sizeof(info->vermagic));
		take(line, "version", info->version, sizeof(info->version));
		take(line, "srcversion", info->srcversion, sizeof(info->srcversion));
		take(line, "depends", info->depends, sizeof(info->depends));
		take(line, "signer", signer, sizeof(signer));
		take(line, "sig_id", id, sizeof(id));
	}
	info->is_signed = signer[0] || id[0];
	return true;
}

static void check_info(struct check *c, const char *name, const char *path, struct info *info)
{
	size_t len = strlen(c->tree.release);

	if (!read_info(info, path)) {
		check_say(c, FINDING_PROBLEM, name, "modinfo cannot read %s: if the package kmod "
			  "is "
			  "installed, the file is damaged: install it again", path);
		return;
	}
	if (strncmp(info->vermagic, c->tree.release, len) || info->vermagic[len] != ' ')
		check_say(c, FINDING_PROBLEM, name, "%s was built for kernel %.*s and not for %s: "
			  "build it for that: make install-modules KERNELS=%s", path,
			  (int)strcspn(info->vermagic, " "), info->vermagic, c->tree.release,
			  c->tree.release);
	else if (strcmp(info->version, RRAS_VERSION))
		check_say(c, FINDING_PROBLEM, name, "%s has version %s, this program %s: install "
			  "modules and programs of the same version", path,
			  info->version[0] ? info->version : "(none)", RRAS_VERSION);
	else
		check_say(c, FINDING_OK, name, "%s, version %s, for this kernel", path,
			  info->version);
	if (!info->is_signed)
		c->unsigned_module = name;
}

static void check_dep(struct check *c, const char *name, const char *path)
{
	char listed[PATH_MAX], dep[PATH_MAX];
	struct stat file, list;

	if (!module_listed(&c->tree, name, listed)) {
		check_say(c, FINDING_PROBLEM, name, "modules.dep does not know it, so it cannot be "
			  "loaded by its name: depmod %s", c->tree.release);
		return;
	}
	if (stat(listed, &file)) {
		check_say(c, FINDING_PROBLEM, name, "modules.dep names %s, which is not there: "
			  "depmod %s", listed, c->tree.release);
		return;
	}
	snprintf(dep, sizeof(dep), "%s/lib/modules/%s/modules.dep", c->tree.root, c->tree.release);
	if (!stat(dep, &list) && list.st_mtime < file.st_mtime)
		check_say(c, FINDING_NOTE, name, "%s is newer than modules.dep: depmod %s, if it "
			  "was installed by hand", path, c->tree.release);
	if (!check_has_line(c, "", "/lib/modules/%s/modules.alias", c->tree.release))
		check_say(c, FINDING_PROBLEM, name, "modules.alias is missing: depmod %s",
			  c->tree.release);
}

/* modprobe loads only what the line of modules.dep names. */
static void check_needs(struct check *c, const char *name, const char *needs)
{
	char path[PATH_MAX], *line = NULL;
	size_t room = 0;
	bool good = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.dep", c->tree.root,
		 c->tree.release);
	f = fopen(path, "re");
	while (f && !good && getline(&line, &room, f) > 0)
		good = strstr(line, name) && strstr(line, name) < strchrnul(line, ':') &&
		       strstr(strchrnul(line, ':'), needs);
	free(line);
	if (f)
		fclose(f);
	if (!good)
		check_say(c, FINDING_PROBLEM, name, "modules.dep does not say that it needs %s: "
			  "depmod %s", needs, c->tree.release);
}

/* Who asks for a netlink family that is not there has its module loaded, by this alias. */
static void check_alias(struct check *c, const char *name, const char *family)
{
	char line[128];

	snprintf(line, sizeof(line), "alias net-pf-16-proto-16-family-%s %s", family, name);
	if (!check_has_line(c, line, "/lib/modules/%s/modules.alias", c->tree.release))
		check_say(c, FINDING_PROBLEM, name, "it would not be loaded when it is needed, for "
			  "modules.alias does not name it for netlink family %s: depmod %s", family,
			  c->tree.release);
}

/* Is what is loaded the same as the file? */
static void check_loaded(struct check *c, const char *name, const struct info *info)
{
	char version[CHECK_LINE], srcversion[CHECK_LINE];

	if (!check_exists(c, "/sys/module/%s/refcnt", name)) {
		check_say(c, FINDING_PROBLEM, name, "this kernel has something else of this name "
			  "built in: a kernel without it is needed");
		return;
	}
	check_read(c, version, "/sys/module/%s/version", name);
	check_read(c, srcversion, "/sys/module/%s/srcversion", name);
	if (strcmp(version, RRAS_VERSION))
		check_say(c, FINDING_PROBLEM, name, "version %s is loaded, this program is %s: "
			  "rmmod %s and modprobe %s, or boot", version[0] ? version : "(none)",
			  RRAS_VERSION, name, name);
	else if (info->srcversion[0] && strcmp(srcversion, info->srcversion))
		check_say(c, FINDING_PROBLEM, name, "what is loaded was not built from the same "
			  "source as the file: rmmod %s and modprobe %s, or boot, to run the new "
			  "one", name, name);
	else
		check_say(c, FINDING_OK, name, "loaded, version %s, the same as the file", version);
}

/* Only the filter driver has an event for it: the others are missed at once. */
static void say_missing(struct check *c, const char *name, const char *path)
{
	char event[64] = "";

	if (!strcmp(name, "ipfltdrv"))
		snprintf(event, sizeof(event), "event %u (%s): ", MODULE_EVENT_NUMBER,
			 MODULE_EVENT_NAME);
	check_say(c, FINDING_PROBLEM, name, "%sthere is no file of it for kernel %s; it should be "
		  "%s: make install-modules KERNELS=%s, or dkms install rras/%s -k %s", event,
		  c->tree.release, path, c->tree.release, RRAS_VERSION, c->tree.release);
}

static void check_module(struct check *c, const char *name, const char *family)
{
	struct info info = { 0 };
	char path[PATH_MAX];

	if (module_find(&c->tree, name, path)) {
		check_info(c, name, path, &info);
		check_dep(c, name, path);
		check_alias(c, name, family);
		if (!strcmp(name, "wanarp") && module_listed(&c->tree, name, path))
			check_needs(c, name, "ndiswan_shim");
	} else {
		say_missing(c, name, path);
	}
	if (c->running && check_exists(c, "/sys/module/%s", name))
		check_loaded(c, name, &info);
}

/* nftw() has no argument for its caller's data. */
static struct {
	unsigned int count[CHECK_MODULES];
	char path[CHECK_MODULES][2][PATH_MAX];
} copies;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t i;

	(void)st;
	(void)ftw;
	for (i = 0; i < CHECK_MODULES && type == FTW_F; i++) {
		if (!module_is(path, check_modules[i]))
			continue;
		if (copies.count[i] < 2)
			snprintf(copies.path[i][copies.count[i]], PATH_MAX, "%s", path);
		copies.count[i]++;
	}
	return 0;
}

static void check_copies(struct check *c)
{
	char path[PATH_MAX];
	size_t i;

	memset(&copies, 0, sizeof(copies));
	snprintf(path, sizeof(path), "%s/lib/modules/%s", c->tree.root, c->tree.release);
	nftw(path, visit, 16, FTW_PHYS);
	for (i = 0; i < CHECK_MODULES; i++) {
		if (copies.count[i] > 1)
			check_say(c, FINDING_PROBLEM, check_modules[i], "there are %u files of "
				  "this "
				  "name, %s and %s for two: remove all but one, then depmod %s",
				  copies.count[i], copies.path[i][0], copies.path[i][1],
				  c->tree.release);
	}
}

static bool mentions(const struct check *c, const char *dir, const char *file, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "blacklist %s\n", name);
	if (check_has_line(c, line, "%s/%s", dir, file))
		return true;
	snprintf(line, sizeof(line), "install %s ", name);
	return check_has_line(c, line, "%s/%s", dir, file);
}

static void check_modprobe_dir(struct check *c, const char *dir)
{
	char path[PATH_MAX];
	struct dirent *e;
	size_t i;
	DIR *d;

	snprintf(path, sizeof(path), "%s%s", c->tree.root, dir);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		for (i = 0; i < CHECK_MODULES; i++) {
			if (mentions(c, dir, e->d_name, check_modules[i]))
				check_say(c, FINDING_PROBLEM, check_modules[i], "%s/%s keeps it "
					  "from being loaded when it is needed (blacklist or "
					  "install): take that line out, or load it by name",
					  dir, e->d_name);
		}
	}
	if (d)
		closedir(d);
}

static void check_dkms(struct check *c)
{
	if (!check_exists(c, "/var/lib/dkms/rras"))
		return;
	if (check_exists(c, "/var/lib/dkms/rras/%s/%s", RRAS_VERSION, c->tree.release))
		check_say(c, FINDING_OK, "dkms", "it has built version %s for this kernel",
			  RRAS_VERSION);
	else
		check_say(c, FINDING_PROBLEM, "dkms", "it has the source, but has not built "
			  "version "
			  "%s for kernel %s: install that kernel's headers, then dkms install "
			  "rras/%s -k %s", RRAS_VERSION, c->tree.release, RRAS_VERSION,
			  c->tree.release);
}

/**
 * check_files - module files, versions, dependencies, aliases, dkms
 * @c: the check
 */
void check_files(struct check *c)
{
	static const char *const families[CHECK_MODULES] = { "ndiswan", "wanarp", "ipfltdrv" };
	static const char *const dirs[] = {
		"/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d",
	};
	size_t i;

	if (!check_exists(c, "/lib/modules/%s", c->tree.release)) {
		check_say(c, FINDING_PROBLEM, "modules", "%s/lib/modules/%s is not there: this "
			  "kernel's package is not installed, or was replaced by another version "
			  "since it was booted", c->tree.root, c->tree.release);
	}
	for (i = 0; i < CHECK_MODULES; i++)
		check_module(c, check_modules[i], families[i]);
	check_copies(c);
	/* The last one is the third where /lib is the same as /usr/lib. */
	for (i = 0; i < ARRAY_SIZE(dirs) - check_exists(c, "/usr/lib/modprobe.d"); i++)
		check_modprobe_dir(c, dirs[i]);
	check_dkms(c);
}
