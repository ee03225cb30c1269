// SPDX-License-Identifier: GPL-2.0
/*
 * Files of kernel modules, see module.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "module.h"

/* Where `make install`, dkms and others put modules, in the order in which depmod prefers them. */
static const char *const places[] = {
	"updates/rras/%s/%s.ko", "updates/rras/%s.ko", "updates/dkms/%s.ko", "updates/%s.ko",
	"extra/%s.ko",
};

static const char *const suffixes[] = { "", ".xz", ".zst", ".gz" };

/**
 * module_tree_init - which kernel's modules
 * @t: the tree
 * @root: "" or the directory in which lib/modules is
 * @release: of the kernel, NULL for the one that runs
 */
void module_tree_init(struct module_tree *t, const char *root, const char *release)
{
	struct utsname name;

	t->root = root;
	if (!release && !uname(&name))
		release = name.release;
	snprintf(t->release, sizeof(t->release), "%s", release ? release : "");
}

/**
 * module_loaded - is a module loaded, or built in?
 * @name: the module
 *
 * Return: whether it is.
 */
bool module_loaded(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

/**
 * module_is - is this the file of a module?
 * @file: its path
 * @name: the module
 *
 * Return: whether it is NAME.ko, compressed or not.
 */
bool module_is(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash ? slash + 1 : file;
	size_t i, len = strlen(name);

	for (i = 0; i < len; i++) {
		if (base[i] != name[i] && !(base[i] == '-' && name[i] == '_'))
			return false;
	}
	if (strncmp(base + len, ".ko", 3))
		return false;
	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (!strcmp(base + len + 3, suffixes[i]))
			return true;
	}
	return false;
}

/**
 * module_listed - does modules.dep have a module?
 * @t: the tree
 * @name: the module
 * @path: where to put its path, if so; it need not exist
 *
 * Return: whether modprobe would find it.
 */
bool module_listed(const struct module_tree *t, const char *name, char path[PATH_MAX])
{
	char file[PATH_MAX];
	char *line = NULL;
	bool found = false;
	size_t room = 0;
	FILE *f;

	snprintf(file, sizeof(file), "%s/lib/modules/%s/modules.dep", t->root, t->release);
	f = fopen(file, "re");
	if (!f)
		return false;
	while (!found && getline(&line, &room, f) > 0) {
		line[strcspn(line, ":\n")] = '\0';
		found = module_is(line, name);
	}
	fclose(f);
	if (found && snprintf(path, PATH_MAX, "%s/lib/modules/%s/%s", t->root, t->release,
			      line) >= PATH_MAX)
		found = false;
	free(line);
	return found;
}

/**
 * module_find - look for the file of a module, where modules.dep or custom says
 * @t: the tree
 * @name: the module
 * @path: where to put its path; of none, where it should be
 *
 * Return: whether there is one.
 */
bool module_find(const struct module_tree *t, const char *name, char path[PATH_MAX])
{
	char place[128];
	size_t i, j;

	if (module_listed(t, name, path) && !access(path, F_OK))
		return true;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		/* The second name is for the one place that has two. */
		snprintf(place, sizeof(place), places[i], name, name);
		for (j = 0; j < ARRAY_SIZE(suffixes); j++) {
			snprintf(path, PATH_MAX, "%s/lib/modules/%s/%s%s", t->root, t->release,
				 place, suffixes[j]);
			if (!access(path, F_OK))
				return true;
		}
	}
	snprintf(place, sizeof(place), places[0], name, name);
	snprintf(path, PATH_MAX, "%s/lib/modules/%s/%s", t->root, t->release, place);
	return false;
}

/**
 * module_explain - why a module that is needed is not there, and what to do
 * @name: the module
 * @text: where to put the sentences
 * @size: of @text
 *
 * It was asked for and has not been loaded: what it could be.
 */
void module_explain(const char *name, char *text, size_t size)
{
	char path[PATH_MAX], listed[PATH_MAX];
	struct module_tree t;

	module_tree_init(&t, "", NULL);
	snprintf(path, sizeof(path), "/lib/modules/%s", t.release);
	if (access(path, R_OK | X_OK) && errno == EACCES)
		snprintf(text, size, "kernel module %s could not be loaded, and where its file "
			 "should be cannot be seen from here: 'rras check' says why", name);
	else if (!module_find(&t, name, path))
		snprintf(text, size, "kernel module %s is missing: there is no file of it for "
			 "kernel %s; it should be %s; install it by 'make install-modules "
			 "KERNELS=%s' in the source of rras, or by 'dkms install rras -k %s'",
			 name, t.release, path, t.release, t.release);
	else if (!module_listed(&t, name, listed))
		snprintf(text, size, "kernel module %s cannot be found: %s is there, but not in "
			 "modules.dep of kernel %s: run 'depmod %s'", name, path, t.release,
			 t.release);
	else
		snprintf(text, size, "kernel module %s could not be loaded: %s is there; "
			 "'modprobe %s', 'dmesg' and 'rras check' say why", name, path, name);
}
