// SPDX-License-Identifier: GPL-2.0
/*
 * Sections [dial INTERFACE], see config_dial.h. Their keys stand in the table of config_key.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_value.h"
#include "file.h"

#define PASSWORD_FILE_MAX	4096

/**
 * config_dial_add - a section begins
 * @c: the configuration
 * @name: the interface it is about
 * @line: the line in the file
 * @out: the section, with defaults
 *
 * Return: NULL or what is wrong.
 */
const char *config_dial_add(struct config *c, const char *name, unsigned int line,
			    struct config_dial **out)
{
	struct config_dial *dial;
	const char *wrong;

	if (!name[0])
		return "expected [dial INTERFACE]";
	wrong = config_read_interface(name);
	if (wrong)
		return wrong;
	if (config_dial_find(c, name))
		return "there is such a section already";
	if (c->dials == CONFIG_DIALS_MAX)
		return "there are too many [dial] sections";
	dial = calloc(1, sizeof(*dial));
	if (!dial)
		return "out of memory";
	c->dial[c->dials++] = dial;
	dial->line = line;
	dial->name = strdup(name);
	dial->service = strdup("");
	if (!dial->name || !dial->service)
		return "out of memory";
	config_line_init(&dial->serial);
	dial->methods = PPP_AUTH_ALL;
	dial->default_route = true;
	dial->idle_ms = 300000;
	dial->connect_ms = 30000;
	dial->backoff_ms = 5000;
	dial->backoff_max_ms = 300000;
	dial->hold_packets = CONFIG_UNSET;
	dial->hold_bytes = CONFIG_UNSET;
	dial->hold_ms = CONFIG_UNSET;
	*out = dial;
	return NULL;
}

/**
 * config_dial_host - is a host to be dialled by its name?
 * @over: "NAME" or "NAME:PORT", or something else
 *
 * Return: the length of the name, 0 if it is none. The last word of a name has a letter in it, that
 * of an address has none.
 */
size_t config_dial_host(const char *over)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strcspn(over, ":"), last = 0, i;

	if (!len || len > CONFIG_HOST_MAX || strchr("-.", over[0]))
		return 0;
	for (i = 0; i < len; i++) {
		if (!strchr(letters, over[i]) && !strchr("0123456789-._", over[i]))
			return 0;
		if (over[i] == '.' && i + 1 < len)
			last = i + 1;
	}
	/* Of an address of IPv6 with letters the first colon is not the last one. */
	if (strchr(over, ':') != strrchr(over, ':'))
		return 0;
	return last + strcspn(over + last, letters) < len ? len : 0;
}

/* The port behind a name. */
static const char *check_port(const char *text)
{
	uint32_t number;

	return !*text || !config_read_number(text + 1, 1, 65535, &number) ? NULL :
	       "expected a port from 1 to 65535 after the :";
}

static const char *read_l2tp_server(const char *value)
{
	size_t name = config_dial_host(value);

	return name ? check_port(value + name) : config_l2tp_peer(value);
}

static const char *read_server(const char *value)
{
	size_t name = config_dial_host(value);
	struct sockaddr_in address;
	const char *wrong;

	if (name)
		return check_port(value + name);
	wrong = config_read_endpoint(value, 0, &address);

	return wrong || address.sin_addr.s_addr ? wrong : "0.0.0.0 is not a server";
}

/* What there is to dial over: a word for the access protocol, and something of its own. */
static const struct over {
	const char *word;
	const char *what;
	/* Returns NULL or what is wrong. */
	const char *(*check)(const char *value);
} overs[ACCESS_KINDS] = {
	[ACCESS_PPPOE] = { "pppoe", "an interface", config_read_interface },
	[ACCESS_PPTP] = { "pptp", "an address or a name", read_server },
	[ACCESS_L2TP] = { "l2tp", "an address or a name", read_l2tp_server },
	[ACCESS_SERIAL] = { "serial", "a device", config_read_device },
};

/**
 * config_dial_over - what to dial over: "pppoe INTERFACE"
 * @dial: the section
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_dial_over(struct config_dial *dial, const char *value)
{
	static char text[80];
	size_t len = strcspn(value, " \t");
	const char *wrong;
	char *copy;
	int i;

	for (i = 0; i < ACCESS_KINDS; i++) {
		if (strlen(overs[i].word) == len && !memcmp(overs[i].word, value, len))
			break;
	}
	if (i == ACCESS_KINDS)
		return "expected pppoe and an interface, pptp or l2tp and an address or a name, "
		       "or serial and a device";
	value += len + strspn(value + len, " \t");
	if (!*value) {
		snprintf(text, sizeof(text), "expected %s after %s", overs[i].what, overs[i].word);
		return text;
	}
	wrong = overs[i].check(value);
	if (wrong)
		return wrong;
	copy = strdup(value);
	if (!copy)
		return "out of memory";
	free(dial->over);
	dial->over = copy;
	dial->access = (enum access_kind)i;
	return NULL;
}

/**
 * config_dial_mode - when to dial
 * @dial: the section
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_dial_mode(struct config_dial *dial, const char *value)
{
	if (!strcmp(value, "on-demand"))
		dial->mode = DIAL_ON_DEMAND;
	else if (!strcmp(value, "permanent"))
		dial->mode = DIAL_PERMANENT;
	else
		return "expected on-demand or permanent";
	return NULL;
}

/* What [ppp] says holds here too, but for what only one who gives addresses has. */
static void set_ppp(const struct config *c, struct config_dial *dial)
{
	struct ppp_config *ppp = &dial->ppp;

	*ppp = c->link[dial->access];
	ppp->role = PPP_CLIENT;
	ppp->auth_peer = 0;
	ppp->auth_self = dial->user ? dial->methods : 0;
	ppp->user = dial->user;
	ppp->secret = dial->password;
	ppp->local = dial->address;
	memset(ppp->dns, 0, sizeof(ppp->dns));
	ppp->ask_dns = dial->resolv_file;
	ppp->rechallenge_ms = 0;
	ppp->confirm_up = true;		/* the kernel holds packets: none is to be lost */
	ppp->ipv6 = dial->ipv6;
	ppp->ifid = 0;
}

static void check(struct config *c, struct config_dial *dial, struct diag *diag)
{
	size_t i;

	if (!dial->over)
		diag_error(diag, dial->line, "[dial %s] over is missing: over pppoe INTERFACE",
			   dial->name);
	if (dial->user && !dial->password && !dial->password_file)
		diag_error(diag, dial->line, "[dial %s] has a user and no password", dial->name);
	if (!dial->user && (dial->password || dial->password_file))
		diag_error(diag, dial->line, "[dial %s] has a password and no user", dial->name);
	if (dial->password && dial->password_file)
		diag_error(diag, dial->line, "[dial %s] has a password and a password-file",
			   dial->name);
	if (dial->backoff_max_ms < dial->backoff_ms)
		diag_error(diag, dial->line, "[dial %s] backoff-max is less than backoff",
			   dial->name);
	if (dial->ipv6 && (c->ppp.mru < PPP_IPV6_MIN_MTU || c->ppp.mtu < PPP_IPV6_MIN_MTU))
		diag_error(diag, dial->line, "[dial %s] IPv6 takes an mru and mtu of 1280 at least",
			   dial->name);
	if (config_serves(c) && !strcmp(dial->name, c->wan))
		diag_error(diag, dial->line, "%s is the interface of clients, see [wan]",
			   dial->name);
	for (i = 0; dial->default_route && c->dial[i] != dial; i++) {
		if (c->dial[i]->default_route) {
			diag_error(diag, dial->line, "[dial %s] has a default route already: "
				   "default-route no", c->dial[i]->name);
			return;
		}
	}
}

/**
 * config_dial_check - what no single line can tell of the sections
 * @c: the configuration, with [ppp] complete
 * @diag: where mistakes go
 */
void config_dial_check(struct config *c, struct diag *diag)
{
	size_t i;

	/* A value with a mistake is not missing. */
	for (i = 0; !diag->errors && i < c->dials; i++) {
		check(c, c->dial[i], diag);
		set_ppp(c, c->dial[i]);
	}
}

static void read_password(struct config_dial *dial, struct diag *diag)
{
	struct stat st;
	char *text;
	size_t len;

	text = file_read(dial->password_file, PASSWORD_FILE_MAX, &len, &st);
	if (!text) {
		diag_error(diag, dial->line, "[dial %s] password-file %s: cannot read: %s",
			   dial->name, dial->password_file, strerror(errno));
		return;
	}
	if (file_exposed(&st))
		diag_warning(diag, dial->line, "%s: others may read it: chmod 600",
			     dial->password_file);
	/* The first line, without its end. */
	dial->password = strndup(text, strnlen(text, len));
	if (dial->password)
		dial->password[strcspn(dial->password, "\r\n")] = '\0';
	explicit_bzero(text, len);
	free(text);
	if (!dial->password || !dial->password[0])
		diag_error(diag, dial->line, "[dial %s] password-file %s: no password in its "
			   "first line", dial->name, dial->password_file);
	dial->ppp.secret = dial->password;
}

static void compile(struct config_dial *dial, struct diag *diag)
{
	char error[BPF_ERROR_LEN];

	dial->program = malloc(sizeof(*dial->program));
	if (!dial->program)
		diag_error(diag, dial->line, "out of memory");
	else if (bpf_compile_text(dial->filter, dial->program, error))
		diag_error(diag, dial->line, "[dial %s] filter '%s': %s", dial->name, dial->filter,
			   error);
}

/**
 * config_dial_finish - read the passwords that stand in files of their own, compile filters
 * @c: the configuration, checked
 * @diag: where mistakes go
 */
void config_dial_finish(struct config *c, struct diag *diag)
{
	struct config_dial *dial;
	const char *wrong;
	size_t i;

	for (i = 0; i < c->dials; i++) {
		dial = c->dial[i];
		if (dial->password_file)
			read_password(dial, diag);
		if (dial->filter)
			compile(dial, diag);
		wrong = diag->errors ? NULL : ppp_config_check(&dial->ppp);
		if (wrong)
			diag_error(diag, dial->line, "[dial %s] %s", dial->name, wrong);
	}
}

/**
 * config_dial_find - a section by its interface
 * @c: the configuration
 * @name: the interface
 *
 * Return: the section or NULL.
 */
const struct config_dial *config_dial_find(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->dials; i++) {
		if (!strcmp(c->dial[i]->name, name))
			return c->dial[i];
	}
	return NULL;
}

/**
 * config_dial_free - forget a section
 * @dial: the section
 */
void config_dial_free(struct config_dial *dial)
{
	if (dial->password)
		explicit_bzero(dial->password, strlen(dial->password));
	free(dial->name);
	free(dial->over);
	free(dial->connect);
	free(dial->service);
	free(dial->ac_name);
	if (dial->tunnel_secret)
		explicit_bzero(dial->tunnel_secret, strlen(dial->tunnel_secret));
	free(dial->tunnel_secret);
	free(dial->user);
	free(dial->password);
	free(dial->password_file);
	free(dial->resolv_file);
	free(dial->filter);
	free(dial->program);
	free(dial);
}
