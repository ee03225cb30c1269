// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file, see config.h and rrasd.conf(5).
 *
 * Lines are "[section]" or "key value"; # begins a comment at the start of a line or after a
 * blank; a value in double quotes keeps its blanks. Which keys there are stands in the table of
 * config_key.c. There may be several sections "[dial INTERFACE]", see config_dial.h.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "config_key.h"
#include "config_value.h"
#include "file.h"

#define LINGER_MS	500	/* after a Terminate-Ack */
#define SECRETS_FILE	"/etc/rrasd/chap-secrets"
#define CONTROL_SOCKET	"/run/rrasd.sock"

/* The file as it is read. */
struct parser {
	struct config *c;
	struct diag *diag;
	unsigned int line;
	const char *section;			/* of the table; NULL before the first */
	void *named;		/* what a section that may have a name describes, or NULL */
	unsigned int seen[CONFIG_KEYS_MAX];		/* line of the last value, 0: none */
};

static bool is_in(const struct parser *p, const char *section)
{
	return p->section && !strcmp(p->section, section);
}

/* [pool], too. A section of its own for each name: what another one said does not count here. */
static void begin_named(struct parser *p, const char *name)
{
	struct config_serial *serial = NULL;
	struct config_dial *dial = NULL;
	struct config_pool *pool = NULL;
	const char *wrong;
	size_t i;

	for (i = 0; i < config_key_count; i++) {
		if (is_in(p, config_keys[i].section))
			p->seen[i] = 0;
	}
	if (is_in(p, CONFIG_POOL)) {
		wrong = config_pool_add(p->c, name, &pool);
		p->named = pool;
	} else if (is_in(p, CONFIG_DIAL)) {
		wrong = config_dial_add(p->c, name, p->line, &dial);
		p->named = dial;
	} else {
		wrong = config_serial_add(p->c, name, p->line, &serial);
		p->named = serial;
	}
	if (!wrong)
		return;
	diag_error(p->diag, p->line, "[%s %s]: %s", p->section, name, wrong);
	p->section = "";
}

/* "[section]" or "[section name]": returns the name, "" without one. */
static char *cut_name(char *section)
{
	char *name = section + strcspn(section, " \t");

	if (!*name)
		return name;
	*name++ = '\0';
	return name + strspn(name, " \t");
}

static void parse_section(struct parser *p, char *text)
{
	char *end = strchr(text, ']');
	char *name;
	size_t i;

	p->section = NULL;
	p->named = NULL;
	if (!end || end[1]) {
		diag_error(p->diag, p->line, "expected [section] and nothing after it");
		p->section = "";	/* one message is enough: the keys below are not judged */
		return;
	}
	*end = '\0';
	name = cut_name(text + 1);
	for (i = 0; i < config_key_count; i++) {
		if (!strcmp(config_keys[i].section, text + 1))
			p->section = config_keys[i].section;
	}
	if (is_in(p, CONFIG_POOL) || is_in(p, CONFIG_DIAL) || is_in(p, CONFIG_SERIAL)) {
		begin_named(p, name);
	} else if (!p->section) {
		diag_error(p->diag, p->line, "no section is called '%s': wan, pool, ppp, auth, "
			   "pppoe, pptp, l2tp, serial, radius, dial, limits, daemon", text + 1);
		p->section = "";
	} else if (*name) {
		diag_error(p->diag, p->line, "section [%s] has no name", text + 1);
		p->section = "";
	}
}

static void parse_value(struct parser *p, size_t i, char *value)
{
	size_t len = strlen(value);
	const char *wrong;

	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value[len - 1] = '\0';
		value++;
	} else if (value[0] == '"') {
		diag_error(p->diag, p->line, "%s: the quote is not closed", config_keys[i].name);
		return;
	}
	if (!value[0]) {
		diag_error(p->diag, p->line, "%s: a value is missing", config_keys[i].name);
		return;
	}
	if (p->seen[i] && !config_key_repeats(&config_keys[i])) {
		diag_warning(p->diag, p->line, "%s: given in line %u already; this line counts",
			     config_keys[i].name, p->seen[i]);
	}
	p->seen[i] = p->line;
	wrong = config_key_set(&config_keys[i], p->c, p->named, p->line, value);
	if (wrong && config_keys[i].kind == KIND_SECRET)
		diag_error(p->diag, p->line, "%s: %s", config_keys[i].name, wrong);
	else if (wrong)
		diag_error(p->diag, p->line, "%s '%s': %s", config_keys[i].name, value, wrong);
}

static void parse_key(struct parser *p, char *text)
{
	size_t len = strcspn(text, " \t");
	char *value = text + len;
	size_t i;

	if (*value)
		*value++ = '\0';
	value += strspn(value, " \t");
	if (!p->section) {
		diag_error(p->diag, p->line, "'%s' comes before the first [section]", text);
		return;
	}
	if (!p->section[0])
		return;
	for (i = 0; i < config_key_count; i++) {
		if (is_in(p, config_keys[i].section) && !strcmp(config_keys[i].name, text)) {
			parse_value(p, i, value);
			return;
		}
	}
	diag_error(p->diag, p->line, "section [%s] has no key '%s'", p->section, text);
}

/* Cut the comment and the blanks at the end. */
static void strip(char *line)
{
	bool quoted = false;
	char *p, *end;

	for (p = line; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p == '#' && !quoted && (p == line || p[-1] == ' ' || p[-1] == '\t'))
			break;
	}
	end = p;
	while (end > line && strchr(" \t\r", end[-1]))
		end--;
	*end = '\0';
}

static void parse_line(struct parser *p, const char *text, size_t len)
{
	char line[CONFIG_LINE_LEN];
	char *start;

	if (len >= sizeof(line)) {
		diag_error(p->diag, p->line, "the line is longer than %d characters",
			   CONFIG_LINE_LEN - 1);
		return;
	}
	if (memchr(text, '\0', len)) {
		diag_error(p->diag, p->line, "the line holds a NUL character");
		return;
	}
	memcpy(line, text, len);
	line[len] = '\0';
	strip(line);
	start = line + strspn(line, " \t");
	if (*start == '[')
		parse_section(p, start);
	else if (*start)
		parse_key(p, start);
	explicit_bzero(line, sizeof(line));	/* there are passwords in some */
}

static unsigned int seen_line(const struct parser *p, const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < config_key_count; i++) {
		if (!strcmp(config_keys[i].section, section) && !strcmp(config_keys[i].name, name))
			return p->seen[i];
	}
	return 0;
}

/* A prefix for clients says that they shall have IPv6, unless the contrary is said. */
static void check_ipv6(struct parser *p)
{
	struct config *c = p->c;

	if (!seen_line(p, "ppp", "ipv6"))
		c->ipv6 = c->pool6.len && config_serves(c);
	else if (c->ipv6 && !c->pool6.len)
		diag_warning(p->diag, 0, "[pool] has no ipv6-prefix: only users with a prefix of "
			     "their own get IPv6");
	if (c->ipv6 && (c->ppp.mru < PPP_IPV6_MIN_MTU || c->ppp.mtu < PPP_IPV6_MIN_MTU))
		diag_error(p->diag, 0, "IPv6 takes an mru and mtu of 1280 at least");
	c->ppp.ipv6 = c->ipv6;
	c->ppp.ifid = c->local_ifid;
}

static uint16_t min_mru(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

/**
 * config_derive - what [ppp] comes to for each access protocol
 * @c: the configuration, with [ppp] complete
 */
void config_derive(struct config *c)
{
	struct ppp_config *pppoe = &c->link[ACCESS_PPPOE];
	struct ppp_config *pptp = &c->link[ACCESS_PPTP];
	struct ppp_config *l2tp = &c->link[ACCESS_L2TP];
	struct ppp_config *serial = &c->link[ACCESS_SERIAL];

	*pppoe = c->ppp;
	pppoe->pppoe = true;
	pppoe->max_mru = PPP_PPPOE_MRU;

	*pptp = c->ppp;
	pptp->pppoe = false;
	pptp->allow_acfc = true;
	pptp->max_mru = CONFIG_PPTP_MRU;
	pptp->mru = min_mru(pptp->mru, CONFIG_PPTP_MRU);
	pptp->mtu = min_mru(pptp->mtu, CONFIG_PPTP_MRU);

	*l2tp = c->ppp;
	l2tp->pppoe = false;
	l2tp->allow_acfc = true;
	l2tp->max_mru = c->l2tp.mtu;
	l2tp->mru = min_mru(l2tp->mru, c->l2tp.mtu);
	l2tp->mtu = min_mru(l2tp->mtu, c->l2tp.mtu);
	config_l2tp_finish(&c->l2tp, c->ac_name);

	/* The line's driver compresses, whatever the link can. */
	*serial = c->ppp;
	serial->pppoe = false;
	serial->max_mru = PPP_DEFAULT_MRU;
	serial->want_accm = true;
	serial->want_acfc = true;
	serial->want_pfc = true;
	serial->allow_acfc = true;
	serial->allow_pfc = true;
}

/* What no single line can tell. */
static void check(struct parser *p)
{
	struct config *c = p->c;
	const char *wrong;
	int i;

	if (!config_serves(c) && !c->dials)
		diag_error(p->diag, 0, "[pppoe] interface is missing, and [pptp] and [l2tp] "
			   "listen are, too: rrasd would listen nowhere");
	if (!seen_line(p, "wan", "local-address") && (config_serves(c) || !c->dials))
		diag_error(p->diag, 0, "[wan] local-address is missing");
	if (!c->pool_count && config_serves(c))
		diag_warning(p->diag, 0, "[pool] is empty: only users with an address of their "
			     "own can connect");
	check_ipv6(p);
	if (c->unfinished > c->sessions)
		c->unfinished = c->sessions;
	config_derive(c);
	config_serial_check(c, p->diag);
	config_dial_check(c, p->diag);
	if (p->diag->errors || !config_serves(c))
		return;
	for (i = 0; i < ACCESS_KINDS; i++) {
		wrong = ppp_config_check(&c->link[i]);
		if (!wrong)
			continue;
		diag_error(p->diag, 0, "%s", wrong);
		return;
	}
}

static bool set_defaults(struct config *c)
{
	char host[CONFIG_NAME_MAX + 1];

	if (gethostname(host, sizeof(host)) < 0)
		snprintf(host, sizeof(host), "rras");
	host[sizeof(host) - 1] = '\0';
	ppp_config_init(&c->ppp, PPP_SERVER);
	c->ppp.mru = PPP_PPPOE_MRU;
	c->ppp.mtu = PPP_PPPOE_MRU;
	c->ppp.auth_peer = PPP_AUTH_ALL;
	/* Whoever misses the Terminate-Ack still hears the end from the access protocol. */
	c->ppp.linger_ms = LINGER_MS;
	c->ppp.echo_ms = 20000;
	c->ppp.echo_failures = 3;
	c->ppp.lcp_limit_ms = 30000;
	c->ppp.auth_limit_ms = 30000;
	c->ppp.network_limit_ms = 30000;
	c->pools = 1;
	c->second = USER_SECOND_ALLOW;
	c->local_ifid = 1;
	c->advertise_ms = 600000;
	c->sessions = 60000;
	c->sessions_per_mac = 32;
	c->unfinished = 2000;
	c->unfinished_per_mac = 16;
	c->auth_failures = 5;
	c->discovery_rate = 10000;
	c->discovery_rate_per_mac = 20;
	c->pptp.echo_ms = 60000;
	c->pptp.window = 64;
	c->pptp.connections = 10000;
	c->pptp.connections_per_address = 64;
	c->pptp.unfinished = 1000;
	c->pptp.unfinished_per_address = 32;
	c->pptp.sessions_per_address = 256;
	config_l2tp_init(&c->l2tp);
	c->log_level = LOG_LEVEL_INFO;
	c->shutdown_ms = 3000;
	c->seccomp = true;
	return !config_set_string(&c->wan, "ras0") && !config_set_string(&c->name, host) &&
	       !config_set_string(&c->ac_name, host) &&
	       !config_set_string(&c->secrets, SECRETS_FILE) &&
	       !config_set_string(&c->control_socket, CONTROL_SOCKET) &&
	       config_radius_init(&c->radius);
}

/**
 * config_parse - read a configuration from a text
 * @text: the text, any bytes
 * @len: its length
 * @diag: where mistakes go
 *
 * Return: the configuration, to be given back by config_put(); NULL when there were mistakes.
 */
struct config *config_parse(const char *text, size_t len, struct diag *diag)
{
	struct parser p = { .diag = diag };
	const char *end = text + len;
	const char *eol;

	p.c = calloc(1, sizeof(*p.c));
	if (!p.c || !set_defaults(p.c)) {
		diag_error(diag, 0, "out of memory");
		config_put(p.c);
		return NULL;
	}
	p.c->refs = 1;
	while (text < end) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		p.line++;
		parse_line(&p, text, (size_t)(eol - text));
		text = eol + (eol < end);
	}
	p.c->ppp.name = p.c->name;
	p.c->ppp.local = p.c->local;
	p.c->ppp.allow_pfc = p.c->send_pfc;
	check(&p);
	if (diag->errors) {
		config_put(p.c);
		return NULL;
	}
	return p.c;
}

static void find_user(struct config *c, struct diag *diag)
{
	struct passwd *pw = c->user ? getpwnam(c->user) : NULL;

	if (c->user && !pw)
		diag_error(diag, 0, "[daemon] user: no user is called '%s'", c->user);
	c->uid = pw ? pw->pw_uid : geteuid();
	c->gid = pw ? pw->pw_gid : getegid();
	file_trust_group(c->gid);
}

/**
 * config_load - read a configuration from a file
 * @path: its name
 * @diag: where mistakes go
 *
 * Return: the configuration; NULL when it cannot be read or there were mistakes.
 */
struct config *config_load(const char *path, struct diag *diag)
{
	struct config *c;
	struct stat st;
	char *text;
	size_t len, i;

	text = file_read(path, CONFIG_FILE_MAX, &len, &st);
	if (!text) {
		diag_error(diag, 0, "cannot read: %s", strerror(errno));
		return NULL;
	}
	c = config_parse(text, len, diag);
	explicit_bzero(text, len);
	free(text);
	if (!c)
		return NULL;
	find_user(c, diag);
	for (i = 0; file_exposed(&st) && i < c->dials; i++) {
		if (c->dial[i]->password && !c->dial[i]->password_file)
			diag_warning(diag, c->dial[i]->line, "others may read the password: "
				     "chmod 600, or use password-file");
	}
	if (st.st_mode & 077 && c->l2tp.secret)
		diag_warning(diag, 0, "others may read the [l2tp] secret: chmod 600");
	config_dial_finish(c, diag);
	config_radius_finish(&c->radius, diag);
	if (!diag->errors)
		return c;
	config_put(c);
	return NULL;
}

/**
 * config_serves - are there to be clients?
 * @c: the configuration
 *
 * Return: whether rrasd listens anywhere; if not, it only dials.
 */
bool config_serves(const struct config *c)
{
	return c->interfaces.count || c->pptp.listen.count || c->l2tp.listen.count || c->serials;
}

/**
 * config_asks_radius - who says who may connect?
 * @c: the configuration
 *
 * Return: whether it is a RADIUS server; if not, it is the file of secrets.
 */
bool config_asks_radius(const struct config *c)
{
	return c->radius.servers && c->radius.authenticate;
}

/**
 * config_get - one more user of a configuration
 * @c: the configuration
 *
 * Return: @c.
 */
struct config *config_get(struct config *c)
{
	c->refs++;
	return c;
}

static void list_free(struct config_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->item[i]);
}

/**
 * config_put - one user less; the last one frees it
 * @c: the configuration or NULL
 */
void config_put(struct config *c)
{
	size_t i;

	if (!c || (c->refs && --c->refs))
		return;
	list_free(&c->interfaces);
	list_free(&c->services);
	list_free(&c->pptp.listen);
	free(c->wan);
	config_l2tp_free(&c->l2tp);
	free(c->wan_filter_set);
	config_pools_free(c);
	free(c->name);
	free(c->secrets);
	free(c->ac_name);
	free(c->control_socket);
	free(c->control_group);
	free(c->pid_file);
	free(c->user);
	config_radius_free(&c->radius);
	for (i = 0; i < c->dials; i++)
		config_dial_free(c->dial[i]);
	for (i = 0; i < c->serials; i++)
		config_serial_free(c->serial[i]);
	free(c);
}
