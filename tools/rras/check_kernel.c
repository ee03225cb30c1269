// SPDX-License-Identifier: GPL-2.0
/*
 * rras check: the kernel, what it allows, and who else filters.
 */
#include <ctype.h>
#include <dirent.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "check.h"

#define CONFIG_SIZE	(1U << 20)
#define SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static const struct {
	const char *name;
	enum finding without;
	const char *sentence;
} needed[] = {
	{ "MODULES", FINDING_PROBLEM, "it cannot load modules" },
	{ "NETFILTER", FINDING_PROBLEM, "ipfltdrv has nothing to hook into" },
	{ "NETFILTER_INGRESS", FINDING_PROBLEM, "ipfltdrv cannot see received packets" },
	{ "NETFILTER_EGRESS", FINDING_PROBLEM, "ipfltdrv cannot see sent packets" },
	{ "GRO_CELLS", FINDING_PROBLEM, "wanarp cannot deliver TCP" },
	{ "NETFILTER_NETLINK_LOG", FINDING_NOTE, "bindings cannot log packets" },
	{ "IPV6", FINDING_NOTE, "IPv6 filters match nothing" },
	{ "PPP", FINDING_NOTE, "clients on this machine (pppd) do not work; the server does not "
	  "need it" },
};

static char *read_file(const struct check *c, const char *format)
{
	char path[PATH_MAX], name[PATH_MAX];
	char *text;
	size_t len;
	FILE *f;

	snprintf(name, sizeof(name), format, c->tree.release);
	snprintf(path, sizeof(path), "%s%s", c->tree.root, name);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	text = malloc(CONFIG_SIZE);
	len = text ? fread(text, 1, CONFIG_SIZE - 1, f) : 0;
	fclose(f);
	if (text)
		text[len] = '\0';
	return text;
}

static char *read_running(const struct check *c)
{
	char path[PATH_MAX];
	char *const argv[] = { "zcat", path, NULL };
	char *text;

	snprintf(path, sizeof(path), "%s/proc/config.gz", c->tree.root);
	if (!c->running || !check_exists(c, "/proc/config.gz"))
		return NULL;
	text = malloc(CONFIG_SIZE);
	if (text && check_run(text, CONFIG_SIZE, argv)) {
		free(text);
		text = NULL;
	}
	return text;
}

static bool has_option(const char *config, const char *name)
{
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "CONFIG_%s=", name);
	for (at = strstr(config, line); at; at = strstr(at + 1, line)) {
		if ((at == config || at[-1] == '\n') && strchr("ym", at[strlen(line)]))
			return true;
	}
	return false;
}

static void check_options(struct check *c)
{
	char *config = read_running(c);
	unsigned int missing = 0;
	size_t i;

	if (!config)
		config = read_file(c, "/boot/config-%s");
	if (!config)
		config = read_file(c, "/lib/modules/%s/config");
	if (!config)
		config = read_file(c, "/lib/modules/%s/build/.config");
	if (!config) {
		check_say(c, FINDING_NOTE, "kernel", "how it was configured cannot be read: "
			  "neither "
			  "/proc/config.gz nor /boot/config-%s is there", c->tree.release);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (has_option(config, needed[i].name))
			continue;
		missing++;
		check_say(c, needed[i].without, "kernel", "it was built without CONFIG_%s: %s%s",
			  needed[i].name, needed[i].sentence,
			  needed[i].without == FINDING_PROBLEM ? ": install a kernel that has it" :
			  "");
	}
	free(config);
	if (!missing)
		check_say(c, FINDING_OK, "kernel", "it has all options that are needed");
}

static bool secure_boot(const struct check *c)
{
	char line[CHECK_LINE];

	/* Four bytes of attributes, then the value. */
	memset(line, 0, sizeof(line));
	check_read(c, line, SECURE_BOOT);
	return line[4] == 1;
}

static void check_signatures(struct check *c)
{
	char line[CHECK_LINE];
	const char *who = NULL;

	if (check_read(c, line, "/sys/kernel/security/lockdown") && !strstr(line, "[none]"))
		who = "lockdown";
	if (check_read(c, line, "/sys/module/module/parameters/sig_enforce") && line[0] == 'Y')
		who = "module.sig_enforce";
	if (who && c->unsigned_module)
		check_say(c, FINDING_PROBLEM, "signatures", "the kernel loads signed modules only "
			  "(%s), and %s is not signed: have dkms sign it and enrol its key by "
			  "'mokutil --import', or sign it by the kernel's sign-file", who,
			  c->unsigned_module);
	else if (who)
		check_say(c, FINDING_NOTE, "signatures", "the kernel loads only modules that are "
			  "signed by a key that it knows (%s): 'mokutil --list-enrolled' shows "
			  "them", who);
	else if (c->unsigned_module && secure_boot(c))
		check_say(c, FINDING_NOTE, "signatures", "Secure Boot is on, though signatures are "
			  "not enforced now: a kernel that does will refuse %s, which is not "
			  "signed",
			  c->unsigned_module);
	else
		check_say(c, FINDING_OK, "signatures", "the kernel does not ask for any");
	if (check_read(c, line, "/proc/sys/kernel/modules_disabled") && line[0] == '1')
		check_say(c, FINDING_PROBLEM, "modules", "loading modules has been switched off "
			  "until the next boot (kernel.modules_disabled): load them earlier, by "
			  "/etc/modules-load.d");
	if (check_exists(c, "/proc/sys/kernel/modprobe") &&
	    (!check_read(c, line, "/proc/sys/kernel/modprobe") || !line[0]))
		check_say(c, FINDING_PROBLEM, "modules", "the kernel does not load modules by "
			  "itself "
			  "(kernel.modprobe is empty): load ipfltdrv by /etc/modules-load.d");
}

static void check_capability(struct check *c)
{
	unsigned long long set = 0;
	char line[CHECK_LINE];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "CapEff:", 7))
			set = strtoull(line + 7, NULL, 16);
	}
	if (f)
		fclose(f);
	if (set >> CAP_NET_ADMIN & 1)
		check_say(c, FINDING_OK, "rights", "you may administer the network");
	else
		check_say(c, FINDING_NOTE, "rights", "you are not root (CAP_NET_ADMIN): rras shows "
			  "you less and changes nothing, and some of this check could not look");
}

/* Everything that makes the names of a line visible to the eye of an administrator. */
static void add_name(char *list, size_t size, const char *name)
{
	size_t len = strlen(list);

	if (!strstr(list, name) && len + strlen(name) + 3 < size)
		snprintf(list + len, size - len, "%s%s", len ? ", " : "", name);
}

static void find_proxies(const struct check *c, char *list, size_t size)
{
	static const char *const proxies[] = {
		"squid", "haproxy", "nginx", "privoxy", "tinyproxy", "danted", "sockd", "3proxy",
		"envoy",
	};
	char path[PATH_MAX], line[CHECK_LINE];
	struct dirent *e;
	size_t i;
	DIR *d;

	snprintf(path, sizeof(path), "%s/proc", c->tree.root);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		if (!isdigit((unsigned char)e->d_name[0]) ||
		    !check_read(c, line, "/proc/%s/comm", e->d_name))
			continue;
		for (i = 0; i < ARRAY_SIZE(proxies); i++) {
			if (!strcmp(line, proxies[i]))
				add_name(list, size, proxies[i]);
		}
	}
	if (d)
		closedir(d);
}

/* Loaded, or a part of the kernel. */
static bool has_filter(const struct check *c, const char *name, const char *file)
{
	return check_exists(c, "/sys/module/%s", name) ||
	       check_has_line(c, file, "/lib/modules/%s/modules.builtin", c->tree.release);
}

/* What kept the filter driver of Windows NT from being installed (KB Q178272). */
static void check_others(struct check *c)
{
	char list[256] = "";

	if (has_filter(c, "nf_tables", "kernel/net/netfilter/nf_tables.ko"))
		add_name(list, sizeof(list), "nftables");
	if (has_filter(c, "ip_tables", "kernel/net/ipv4/netfilter/ip_tables.ko") ||
	    has_filter(c, "ip6_tables", "kernel/net/ipv6/netfilter/ip6_tables.ko"))
		add_name(list, sizeof(list), "iptables");
	if (has_filter(c, "ebtables", "kernel/net/bridge/netfilter/ebtables.ko"))
		add_name(list, sizeof(list), "ebtables");
	find_proxies(c, list, sizeof(list));
	if (list[0])
		check_say(c, FINDING_OK, "others", "there are other filters or proxies here (%s): "
			  "ipfltdrv works beside them; a packet has to pass both", list);
}

/**
 * check_kernel - options, signatures, rights, other filters
 * @c: the check
 */
void check_kernel(struct check *c)
{
	check_options(c);
	if (c->running) {
		check_signatures(c);
		check_capability(c);
		check_others(c);
	}
}
