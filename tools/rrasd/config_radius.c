// SPDX-License-Identifier: GPL-2.0
/*
 * Section [radius], see config_radius.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_radius.h"
#include "config_value.h"
#include "file.h"
#include "radius_packet.h"

#define SECRETS_FILE		"/etc/rrasd/radius-secrets"
#define SECRETS_FILE_MAX	65536
#define VALUE_MAX		128

/**
 * radius_address_equal - the same host?
 * @a: an address
 * @b: another one
 *
 * Return: whether they are, whatever their ports.
 */
bool radius_address_equal(const union radius_address *a, const union radius_address *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return !memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof(a->in6.sin6_addr));
}

/**
 * radius_address_len - bytes of an address, for the kernel
 * @a: the address
 *
 * Return: the bytes.
 */
socklen_t radius_address_len(const union radius_address *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

/**
 * radius_address_set_port - change the port
 * @a: the address
 * @port: host byte order
 */
void radius_address_set_port(union radius_address *a, uint16_t port)
{
	if (a->sa.sa_family == AF_INET)
		a->in.sin_port = htons(port);
	else
		a->in6.sin6_port = htons(port);
}

static const char *read_address(const char *text, union radius_address *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->in.sin_addr) == 1) {
		a->in.sin_family = AF_INET;
		return NULL;
	}
	if (inet_pton(AF_INET6, text, &a->in6.sin6_addr) == 1) {
		a->in6.sin6_family = AF_INET6;
		return NULL;
	}
	return "expected an IPv4 or IPv6 address";
}

static const char *read_port(const char *text, uint16_t *port)
{
	uint32_t number;
	const char *wrong = config_read_number(text, 1, 65535, &number);

	if (!wrong)
		*port = (uint16_t)number;
	return wrong;
}

/* Up to three words; those that are not there are NULL. */
static const char *split(char *copy, const char *value, char *word[3])
{
	char *rest;
	int i;

	if (strlen(value) >= VALUE_MAX)
		return "it is too long";
	memcpy(copy, value, strlen(value) + 1);
	for (i = 0; i < 3; i++)
		word[i] = strtok_r(i ? NULL : copy, " \t", &rest);
	return strtok_r(NULL, " \t", &rest) ? "there are too many words" : NULL;
}

static const char *add_peer(struct config_radius_peer *peers, uint32_t *count, const char *address,
			    unsigned int line)
{
	struct config_radius_peer *p = &peers[*count];
	const char *wrong;
	uint32_t i;

	if (*count == CONFIG_RADIUS_MAX)
		return "there are eight already";
	wrong = read_address(address, &p->address);
	if (wrong)
		return wrong;
	for (i = 0; i < *count; i++) {
		if (radius_address_equal(&peers[i].address, &p->address))
			return "it is there already";
	}
	snprintf(p->name, sizeof(p->name), "%s", address);
	p->auth_port = PW_AUTH_UDP_PORT;
	p->acct_port = PW_ACCT_UDP_PORT;
	p->line = line;
	++*count;
	return NULL;
}

/**
 * config_radius_server - one more server to ask: "ADDRESS [AUTH-PORT [ACCT-PORT]]"
 * @r: the section
 * @value: what stands there
 * @line: and where
 *
 * Return: NULL, or what is wrong.
 */
const char *config_radius_server(struct config_radius *r, const char *value, unsigned int line)
{
	struct config_radius_peer *p = &r->server[r->servers];
	char copy[VALUE_MAX];
	char *word[3];
	const char *wrong;

	wrong = split(copy, value, word);
	if (!wrong)
		wrong = add_peer(r->server, &r->servers, word[0], line);
	if (!wrong && word[1])
		wrong = read_port(word[1], &p->auth_port);
	if (!wrong && word[2])
		wrong = read_port(word[2], &p->acct_port);
	return wrong;
}

/**
 * config_radius_client - one more host that may send requests
 * @r: the section
 * @value: what stands there
 * @line: and where
 *
 * Return: NULL, or what is wrong.
 */
const char *config_radius_client(struct config_radius *r, const char *value, unsigned int line)
{
	return add_peer(r->client, &r->clients, value, line);
}

/**
 * config_radius_listen - where requests are awaited: "ADDRESS [PORT]"
 * @r: the section
 * @value: what stands there
 *
 * Return: NULL, or what is wrong.
 */
const char *config_radius_listen(struct config_radius *r, const char *value)
{
	uint16_t port = RADIUS_COA_PORT;
	char copy[VALUE_MAX];
	char *word[3];
	const char *wrong;

	wrong = split(copy, value, word);
	if (!wrong && word[2])
		wrong = "there are too many words";
	if (!wrong)
		wrong = read_address(word[0], &r->listen);
	if (!wrong && word[1])
		wrong = read_port(word[1], &port);
	if (!wrong)
		radius_address_set_port(&r->listen, port);
	return wrong;
}

/**
 * config_radius_init - the defaults
 * @r: the section, zeroed
 *
 * Return: whether there was memory.
 */
bool config_radius_init(struct config_radius *r)
{
	r->authenticate = true;
	r->accounting = true;
	r->timeout_ms = 3000;
	r->tries = 2;
	r->dead_ms = 60000;
	r->window_ms = 300000;
	r->secrets = strdup(SECRETS_FILE);
	return r->secrets;
}

static bool set_secret(struct config_radius_peer *peers, uint32_t count,
		       const union radius_address *address, const char *secret)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (peers[i].secret || !radius_address_equal(&peers[i].address, address))
			continue;
		peers[i].secret = strdup(secret);
		return peers[i].secret;
	}
	return true;
}

/* Returns NULL or what is wrong; the text is never part of it. */
static const char *read_line(struct config_radius *r, char *line)
{
	union radius_address address;
	char *name, *secret, *rest;
	const char *wrong;

	name = strtok_r(line, " \t\r", &rest);
	if (!name || *name == '#')
		return NULL;
	secret = strtok_r(NULL, " \t\r", &rest);
	if (!secret || strtok_r(NULL, " \t\r", &rest))
		return "expected: ADDRESS SECRET";
	if (strlen(secret) > RADIUS_SECRET_MAX)
		return "the secret is longer than 128 bytes";
	wrong = read_address(name, &address);
	if (wrong)
		return wrong;
	if (!set_secret(r->server, r->servers, &address, secret) ||
	    !set_secret(r->client, r->clients, &address, secret))
		return "out of memory";
	return NULL;
}

static void read_secrets(struct config_radius *r, char *text, size_t len, struct diag *diag)
{
	struct diag file = { .file = r->secrets, .emit = diag->emit };
	unsigned int number = 0;
	char *line, *rest = text;
	const char *wrong;

	if (memchr(text, '\0', len)) {
		diag_error(&file, 0, "the file holds a NUL character");
	} else {
		while ((line = strsep(&rest, "\n"))) {
			wrong = read_line(r, line);
			number++;
			if (wrong)
				diag_error(&file, number, "%s", wrong);
		}
	}
	diag->errors += file.errors;
}

static void need_secrets(const struct config_radius_peer *peers, uint32_t count,
			 const char *secrets, struct diag *diag)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (!peers[i].secret)
			diag_error(diag, peers[i].line, "%s has no secret in %s", peers[i].name,
				   secrets);
	}
}

/**
 * config_radius_finish - read the secrets, and judge the section as a whole
 * @r: the section
 * @diag: where mistakes go
 */
void config_radius_finish(struct config_radius *r, struct diag *diag)
{
	struct stat st;
	char *text;
	size_t len;

	if (r->clients && !r->listen.sa.sa_family)
		diag_error(diag, r->client[0].line, "[radius] coa-client needs coa-listen");
	if (r->listen.sa.sa_family && !r->clients)
		diag_error(diag, 0, "[radius] coa-listen needs a coa-client");
	if (!r->servers && !r->clients)
		return;
	text = file_read(r->secrets, SECRETS_FILE_MAX, &len, &st);
	if (!text) {
		diag_error(diag, 0, "[radius] cannot read %s: %s", r->secrets, strerror(errno));
		return;
	}
	if (file_exposed(&st))
		diag_warning(diag, 0, "%s: mode %04o lets others read the secrets: chmod 600",
			     r->secrets, (unsigned int)(st.st_mode & 07777));
	read_secrets(r, text, len, diag);
	explicit_bzero(text, len);
	free(text);
	need_secrets(r->server, r->servers, r->secrets, diag);
	need_secrets(r->client, r->clients, r->secrets, diag);
}

static void free_peers(struct config_radius_peer *peers, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (peers[i].secret)
			explicit_bzero(peers[i].secret, strlen(peers[i].secret));
		free(peers[i].secret);
	}
}

/**
 * config_radius_free - free what a section holds
 * @r: the section
 */
void config_radius_free(struct config_radius *r)
{
	free_peers(r->server, r->servers);
	free_peers(r->client, r->clients);
	free(r->identifier);
	free(r->secrets);
}
