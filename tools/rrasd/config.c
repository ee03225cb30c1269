// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file, see config.h and rrasd.conf(5).
 *
 * Lines are "[section]" or "key value"; # begins a comment at the start of a line or after a
 * blank; a value in double quotes keeps its blanks. Which keys there are stands in one table.
 * There may be several sections "[dial INTERFACE]", see config_dial.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/array.h"
#include "../lib/filter/filter.h"
#include "config.h"
#include "config_value.h"
#include "file.h"

#define LINGER_MS	500	/* after a Terminate-Ack */
#define LINE_LEN	512
#define SECRETS_FILE	"/etc/rrasd/chap-secrets"
#define CONTROL_SOCKET	"/run/rrasd.sock"

enum kind {
	KIND_BOOL,
	KIND_NUMBER8,	/* uint8_t */
	KIND_NUMBER16,
	KIND_NUMBER32,
	KIND_TIME,	/* uint32_t, milliseconds */
	KIND_ADDRESS,
	KIND_ADDRESS6,
	KIND_LINK_LOCAL,
	KIND_POOL6,
	KIND_RANGE,
	KIND_INTERFACE,
	KIND_INTERFACES,
	KIND_ENDPOINTS,	/* addresses, with a port or without */
	KIND_TEXT,
	KIND_SECRET,	/* as KIND_TEXT, and no message shows it */
	KIND_TEXTS,
	KIND_PATH,
	KIND_METHODS,
	KIND_SECOND,
	KIND_LEVEL,
	KIND_LISTEN,
	KIND_FILTER_SET,
	KIND_L2TP_LISTEN,
	KIND_SPEED,
	KIND_ACCM,
	KIND_DIAL_OVER,
	KIND_DIAL_MODE,
	KIND_RADIUS_SERVER,
	KIND_RADIUS_CLIENT,
	KIND_RADIUS_LISTEN,
};

struct key {
	const char *section, *name;
	enum kind kind;
	size_t offset;
	uint32_t min, max;
};

#define AT(member)	offsetof(struct config, member)
#define DIAL(member)	offsetof(struct config_dial, member)
#define L2TP(member)	offsetof(struct config, l2tp.member)
#define SERIAL(member)	offsetof(struct config_serial, member)
#define HOUR		3600000

static const char dial_section[] = "dial";
static const char serial_section[] = "serial";
static const char pool_section[] = "pool";

static const struct key keys[] = {
	{ "wan", "interface", KIND_INTERFACE, AT(wan), 0, 0 },
	{ "wan", "create", KIND_BOOL, AT(wan_create), 0, 0 },
	{ "wan", "local-address", KIND_ADDRESS, AT(local), 0, 0 },
	{ "wan", "ipv6-link-local", KIND_LINK_LOCAL, AT(local_ifid), 0, 0 },
	{ "wan", "ipv6-address", KIND_ADDRESS6, AT(local6), 0, 0 },
	{ "wan", "filter-set", KIND_FILTER_SET, AT(wan_filter_set), 0, 0 },
	{ pool_section, "address", KIND_RANGE, 0, 0, 0 },
	{ pool_section, "ipv6-prefix", KIND_POOL6, 0, 0, 0 },
	{ pool_section, "filter-set", KIND_FILTER_SET, offsetof(struct config_pool, filter_set),
	  0, 0 },
	{ "ppp", "dns1", KIND_ADDRESS, AT(ppp.dns[0]), 0, 0 },
	{ "ppp", "dns2", KIND_ADDRESS, AT(ppp.dns[1]), 0, 0 },
	{ "ppp", "ipv6", KIND_BOOL, AT(ipv6), 0, 0 },
	{ "ppp", "ipv6-dns1", KIND_ADDRESS6, AT(dns6[0]), 0, 0 },
	{ "ppp", "ipv6-dns2", KIND_ADDRESS6, AT(dns6[1]), 0, 0 },
	{ "ppp", "advertise-interval", KIND_TIME, AT(advertise_ms), 4000, 1800000 },
	{ "ppp", "mru", KIND_NUMBER16, AT(ppp.mru), PPP_MIN_MRU, PPP_PPPOE_MRU },
	{ "ppp", "mtu", KIND_NUMBER16, AT(ppp.mtu), PPP_MIN_MRU, PPP_PPPOE_MRU },
	{ "ppp", "echo-interval", KIND_TIME, AT(ppp.echo_ms), 0, HOUR },
	{ "ppp", "echo-failures", KIND_NUMBER8, AT(ppp.echo_failures), 1, 255 },
	{ "ppp", "lcp-timeout", KIND_TIME, AT(ppp.lcp_limit_ms), 1000, HOUR },
	{ "ppp", "auth-timeout", KIND_TIME, AT(ppp.auth_limit_ms), 1000, HOUR },
	{ "ppp", "network-timeout", KIND_TIME, AT(ppp.network_limit_ms), 1000, HOUR },
	{ "ppp", "restart-timer", KIND_TIME, AT(ppp.restart_ms), 100, 60000 },
	{ "ppp", "max-configure", KIND_NUMBER8, AT(ppp.max_configure), 1, 255 },
	{ "ppp", "max-terminate", KIND_NUMBER8, AT(ppp.max_terminate), 1, 10 },
	{ "ppp", "max-failure", KIND_NUMBER8, AT(ppp.max_failure), 1, 85 },
	{ "ppp", "accm", KIND_ACCM, AT(ppp.accm), 0, 0 },
	{ "ppp", "send-pfc", KIND_BOOL, AT(send_pfc), 0, 0 },
	{ "auth", "methods", KIND_METHODS, AT(ppp.auth_peer), 0, 0 },
	{ "auth", "name", KIND_TEXT, AT(name), 0, 255 },
	{ "auth", "secrets", KIND_PATH, AT(secrets), 0, 4095 },
	{ "auth", "second-session", KIND_SECOND, AT(second), 0, 0 },
	{ "auth", "rechallenge-interval", KIND_TIME, AT(ppp.rechallenge_ms), 0, 24 * HOUR },
	{ "pppoe", "interface", KIND_INTERFACES, AT(interfaces), 0, 0 },
	{ "pppoe", "ac-name", KIND_TEXT, AT(ac_name), 0, CONFIG_NAME_MAX },
	{ "pppoe", "service-name", KIND_TEXTS, AT(services), 0, CONFIG_NAME_MAX },
	{ "pptp", "listen", KIND_ENDPOINTS, AT(pptp.listen), 0, 0 },
	{ "pptp", "echo-interval", KIND_TIME, AT(pptp.echo_ms), 0, HOUR },
	{ "pptp", "window", KIND_NUMBER16, AT(pptp.window), 1, 1024 },
	{ "pptp", "connections", KIND_NUMBER32, AT(pptp.connections), 1, 65535 },
	{ "pptp", "connections-per-address", KIND_NUMBER32, AT(pptp.connections_per_address), 0,
	  65535 },
	{ "pptp", "unfinished", KIND_NUMBER32, AT(pptp.unfinished), 1, 65535 },
	{ "pptp", "unfinished-per-address", KIND_NUMBER32, AT(pptp.unfinished_per_address), 0,
	  65535 },
	{ "pptp", "sessions-per-address", KIND_NUMBER32, AT(pptp.sessions_per_address), 0, 65535 },
	{ "l2tp", "listen", KIND_L2TP_LISTEN, L2TP(listen), 0, 0 },
	{ "l2tp", "port", KIND_NUMBER16, L2TP(port), 1, UINT16_MAX },
	{ "l2tp", "host-name", KIND_TEXT, L2TP(host_name), 0, CONFIG_NAME_MAX },
	{ "l2tp", "secret", KIND_SECRET, L2TP(secret), 0, 255 },
	{ "l2tp", "mtu", KIND_NUMBER16, L2TP(mtu), PPP_MIN_MRU, 1500 },
	{ "l2tp", "sequence-numbers", KIND_BOOL, L2TP(settings.sequence), 0, 0 },
	{ "l2tp", "hello-interval", KIND_TIME, L2TP(settings.hello_ms), 0, HOUR },
	{ "l2tp", "window", KIND_NUMBER16, L2TP(settings.window), 1, 1024 },
	{ "l2tp", "setup-timeout", KIND_TIME, L2TP(settings.setup_ms), 1000, HOUR },
	{ "l2tp", "retransmit-interval", KIND_TIME, L2TP(settings.retransmit_ms), 100, 60000 },
	{ "l2tp", "retransmit-interval-max", KIND_TIME, L2TP(settings.retransmit_max_ms), 100,
	  60000 },
	{ "l2tp", "retransmit-attempts", KIND_NUMBER8, L2TP(settings.tries), 1, 100 },
	{ "l2tp", "tunnels", KIND_NUMBER32, L2TP(tunnels), 1, 60000 },
	{ "l2tp", "tunnels-per-peer", KIND_NUMBER32, L2TP(tunnels_per_peer), 0, 60000 },
	{ "l2tp", "unfinished-tunnels", KIND_NUMBER32, L2TP(unfinished), 1, 60000 },
	{ "l2tp", "unfinished-tunnels-per-peer", KIND_NUMBER32, L2TP(unfinished_per_peer), 0,
	  60000 },
	{ "l2tp", "sessions-per-tunnel", KIND_NUMBER32, L2TP(sessions_per_tunnel), 1, 60000 },
	{ "l2tp", "request-rate", KIND_NUMBER32, L2TP(rate), 0, 10000000 },
	{ "l2tp", "request-rate-per-peer", KIND_NUMBER32, L2TP(rate_per_peer), 0, 10000000 },
	{ serial_section, "device", KIND_PATH, SERIAL(device), 0, 4095 },
	{ serial_section, "speed", KIND_SPEED, SERIAL(line.speed), 0, 0 },
	{ serial_section, "modem", KIND_BOOL, SERIAL(line.modem), 0, 0 },
	{ serial_section, "rtscts", KIND_BOOL, SERIAL(line.rtscts), 0, 0 },
	{ "radius", "server", KIND_RADIUS_SERVER, 0, 0, 0 },
	{ "radius", "secrets", KIND_PATH, AT(radius.secrets), 0, 4095 },
	{ "radius", "authenticate", KIND_BOOL, AT(radius.authenticate), 0, 0 },
	{ "radius", "accounting", KIND_BOOL, AT(radius.accounting), 0, 0 },
	{ "radius", "interim-interval", KIND_TIME, AT(radius.interim_ms), 0, 24 * HOUR },
	{ "radius", "timeout", KIND_TIME, AT(radius.timeout_ms), 100, 60000 },
	{ "radius", "tries", KIND_NUMBER8, AT(radius.tries), 1, 10 },
	{ "radius", "dead-time", KIND_TIME, AT(radius.dead_ms), 0, HOUR },
	{ "radius", "nas-identifier", KIND_TEXT, AT(radius.identifier), 0, 253 },
	{ "radius", "nas-address", KIND_ADDRESS, AT(radius.nas_address), 0, 0 },
	{ "radius", "require-message-authenticator", KIND_BOOL, AT(radius.proof_needed), 0, 0 },
	{ "radius", "coa-listen", KIND_RADIUS_LISTEN, 0, 0, 0 },
	{ "radius", "coa-client", KIND_RADIUS_CLIENT, 0, 0, 0 },
	{ dial_section, "create", KIND_BOOL, DIAL(create), 0, 0 },
	{ dial_section, "over", KIND_DIAL_OVER, 0, 0, 0 },
	{ dial_section, "speed", KIND_SPEED, DIAL(serial.speed), 0, 0 },
	{ dial_section, "modem", KIND_BOOL, DIAL(serial.modem), 0, 0 },
	{ dial_section, "rtscts", KIND_BOOL, DIAL(serial.rtscts), 0, 0 },
	{ dial_section, "connect", KIND_TEXT, DIAL(connect), 0, 400 },
	{ dial_section, "service-name", KIND_TEXT, DIAL(service), 0, CONFIG_NAME_MAX },
	{ dial_section, "ac-name", KIND_TEXT, DIAL(ac_name), 0, CONFIG_NAME_MAX },
	{ dial_section, "tunnel-secret", KIND_SECRET, DIAL(tunnel_secret), 0, 255 },
	{ dial_section, "user", KIND_TEXT, DIAL(user), 0, 255 },
	{ dial_section, "password", KIND_SECRET, DIAL(password), 0, 255 },
	{ dial_section, "password-file", KIND_PATH, DIAL(password_file), 0, 4095 },
	{ dial_section, "methods", KIND_METHODS, DIAL(methods), 0, 0 },
	{ dial_section, "address", KIND_ADDRESS, DIAL(address), 0, 0 },
	{ dial_section, "resolv-file", KIND_PATH, DIAL(resolv_file), 0, 4000 },
	{ dial_section, "ipv6", KIND_BOOL, DIAL(ipv6), 0, 0 },
	{ dial_section, "default-route", KIND_BOOL, DIAL(default_route), 0, 0 },
	{ dial_section, "mode", KIND_DIAL_MODE, 0, 0, 0 },
	{ dial_section, "idle-timeout", KIND_TIME, DIAL(idle_ms), 0, 2000000000 },
	{ dial_section, "connect-timeout", KIND_TIME, DIAL(connect_ms), 1000, HOUR / 2 },
	{ dial_section, "backoff", KIND_TIME, DIAL(backoff_ms), 1000, 24 * HOUR },
	{ dial_section, "backoff-max", KIND_TIME, DIAL(backoff_max_ms), 1000, 24 * HOUR },
	{ dial_section, "filter", KIND_TEXT, DIAL(filter), 0, CONFIG_FILTER_MAX },
	{ dial_section, "hold-packets", KIND_NUMBER32, DIAL(hold_packets), 0, 1000 },
	{ dial_section, "hold-bytes", KIND_NUMBER32, DIAL(hold_bytes), 0, 16777216 },
	{ dial_section, "hold-time", KIND_TIME, DIAL(hold_ms), 1, HOUR },
	{ "limits", "sessions", KIND_NUMBER32, AT(sessions), 1, 1000000 },
	{ "limits", "sessions-per-mac", KIND_NUMBER32, AT(sessions_per_mac), 0, 65534 },
	{ "limits", "unfinished", KIND_NUMBER32, AT(unfinished), 1, 1000000 },
	{ "limits", "unfinished-per-mac", KIND_NUMBER32, AT(unfinished_per_mac), 0, 65534 },
	{ "limits", "auth-failures", KIND_NUMBER32, AT(auth_failures), 0, 1000 },
	{ "limits", "discovery-rate", KIND_NUMBER32, AT(discovery_rate), 0, 10000000 },
	{ "limits", "discovery-rate-per-mac", KIND_NUMBER32, AT(discovery_rate_per_mac), 0,
	  10000000 },
	{ "daemon", "control-socket", KIND_PATH, AT(control_socket), 0, CONFIG_PATH_MAX },
	{ "daemon", "control-group", KIND_TEXT, AT(control_group), 0, 32 },
	{ "daemon", "user", KIND_TEXT, AT(user), 0, 32 },
	{ "daemon", "seccomp", KIND_BOOL, AT(seccomp), 0, 0 },
	{ "daemon", "metrics", KIND_LISTEN, AT(metrics), 0, 0 },
	{ "daemon", "pid-file", KIND_PATH, AT(pid_file), 0, 4095 },
	{ "daemon", "log-level", KIND_LEVEL, AT(log_level), 0, 0 },
	{ "daemon", "shutdown-time", KIND_TIME, AT(shutdown_ms), 0, 60000 },
};

#define KEY_COUNT	ARRAY_SIZE(keys)

/* The file as it is read. */
struct parser {
	struct config *c;
	struct diag *diag;
	unsigned int line;
	const char *section;			/* of the table; NULL before the first */
	void *named;		/* what a section that may have a name describes, or NULL */
	unsigned int seen[KEY_COUNT];		/* line of the last value, 0: none */
};

static const char *set_string(char **at, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return "out of memory";
	free(*at);
	*at = copy;
	return NULL;
}

static const char *add_string(struct config_list *list, const char *value)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!strcmp(list->item[i], value))
			return "it is in the list already";
	}
	if (list->count == CONFIG_LIST_MAX)
		return "the list is full";
	list->item[list->count] = strdup(value);
	if (!list->item[list->count])
		return "out of memory";
	list->count++;
	return NULL;
}

static const char *set_methods(unsigned int *methods, const char *value)
{
	char copy[LINE_LEN];
	char *word, *rest;
	unsigned int set = 0;

	snprintf(copy, sizeof(copy), "%s", value);
	for (word = strtok_r(copy, " \t,", &rest); word; word = strtok_r(NULL, " \t,", &rest)) {
		if (!strcmp(word, "chap-md5"))
			set |= PPP_AUTH_CHAP_MD5;
		else if (!strcmp(word, "mschapv2"))
			set |= PPP_AUTH_MSCHAPV2;
		else if (!strcmp(word, "pap"))
			set |= PPP_AUTH_PAP;
		else
			return "expected a list of: chap-md5 mschapv2 pap";
	}
	if (!set)
		return "at least one of chap-md5, mschapv2 and pap is needed";
	*methods = set;
	return NULL;
}

static const char *set_number(const struct key *key, void *at, const char *value)
{
	const char *wrong;
	uint32_t number;

	wrong = config_read_number(value, key->min, key->max, &number);
	if (wrong)
		return wrong;
	if (key->kind == KIND_NUMBER8)
		*(uint8_t *)at = (uint8_t)number;
	else if (key->kind == KIND_NUMBER16)
		*(uint16_t *)at = (uint16_t)number;
	else
		*(uint32_t *)at = number;
	return NULL;
}

static const char *set_text(const struct key *key, void *at, const char *value)
{
	const char *wrong;

	if (key->kind == KIND_INTERFACE || key->kind == KIND_INTERFACES)
		wrong = config_read_interface(value);
	else
		wrong = config_read_text(value, key->max);
	if (wrong)
		return wrong;
	if (key->kind == KIND_PATH && value[0] != '/')
		return "expected a path that begins with /";
	if (key->kind == KIND_INTERFACES || key->kind == KIND_TEXTS)
		return add_string(at, value);
	return set_string(at, value);
}

static const char *add_endpoint(struct config_list *list, const char *value)
{
	struct sockaddr_in address;
	const char *wrong = config_read_endpoint(value, 0, &address);

	return wrong ? wrong : add_string(list, value);
}

static const char *set_second(enum user_second *at, const char *value)
{
	*at = user_second_parse(value);
	return *at ? NULL : "expected allow, refuse or replace";
}

static const char *set_filter_set(char **at, const char *value)
{
	const char *wrong = filter_bad_name(value, strlen(value));

	return wrong ? wrong : set_string(at, value);
}

static const char *add_listen(struct config_list *list, const char *value)
{
	const char *wrong = config_l2tp_listen(value);

	return wrong ? wrong : add_string(list, value);
}

static const char *set(struct parser *p, const struct key *key, const char *value)
{
	void *at = (char *)(p->named ? p->named : p->c) + key->offset;

	switch (key->kind) {
	case KIND_BOOL:
		return config_read_bool(value, at);
	case KIND_NUMBER8:
	case KIND_NUMBER16:
	case KIND_NUMBER32:
		return set_number(key, at, value);
	case KIND_TIME:
		return config_read_time(value, key->min, key->max, at);
	case KIND_ADDRESS:
		return config_read_address(value, at);
	case KIND_ADDRESS6:
		return prefix_parse_address(value, at);
	case KIND_LINK_LOCAL:
		return config_read_link_local(value, at);
	case KIND_POOL6:
		return config_pool_prefix(p->c, p->named, value);
	case KIND_RANGE:
		return config_pool_range(p->c, p->named, value);
	case KIND_ENDPOINTS:
		return add_endpoint(at, value);
	case KIND_METHODS:
		return set_methods(at, value);
	case KIND_SECOND:
		return set_second(at, value);
	case KIND_FILTER_SET:
		return set_filter_set(at, value);
	case KIND_L2TP_LISTEN:
		return add_listen(at, value);
	case KIND_SPEED:
		return config_read_speed(value, at);
	case KIND_ACCM:
		return config_read_accm(value, at);
	case KIND_DIAL_OVER:
		return config_dial_over(p->named, value);
	case KIND_DIAL_MODE:
		return config_dial_mode(p->named, value);
	case KIND_LISTEN:
		return config_read_listen(value, at);
	case KIND_RADIUS_SERVER:
		return config_radius_server(&p->c->radius, value, p->line);
	case KIND_RADIUS_CLIENT:
		return config_radius_client(&p->c->radius, value, p->line);
	case KIND_RADIUS_LISTEN:
		return config_radius_listen(&p->c->radius, value);
	case KIND_LEVEL:
		return log_level_parse(value, at) ? NULL :
		       "expected error, warning, info or debug";
	default:
		return set_text(key, at, value);
	}
}

static bool may_repeat(enum kind kind)
{
	return kind == KIND_RADIUS_SERVER || kind == KIND_RADIUS_CLIENT || kind == KIND_RANGE ||
	       kind == KIND_INTERFACES || kind == KIND_ENDPOINTS || kind == KIND_TEXTS ||
	       kind == KIND_L2TP_LISTEN;
}

/* [pool], too. A section of its own for each name: what another one said does not count here. */
static void begin_named(struct parser *p, const char *name)
{
	struct config_serial *serial = NULL;
	struct config_dial *dial = NULL;
	struct config_pool *pool = NULL;
	const char *wrong;
	size_t i;

	for (i = 0; i < KEY_COUNT; i++) {
		if (keys[i].section == p->section)
			p->seen[i] = 0;
	}
	if (p->section == pool_section) {
		wrong = config_pool_add(p->c, name, &pool);
		p->named = pool;
	} else if (p->section == dial_section) {
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
	for (i = 0; i < KEY_COUNT; i++) {
		if (!strcmp(keys[i].section, text + 1))
			p->section = keys[i].section;
	}
	if (p->section == pool_section || p->section == dial_section ||
	    p->section == serial_section) {
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
		diag_error(p->diag, p->line, "%s: the quote is not closed", keys[i].name);
		return;
	}
	if (!value[0]) {
		diag_error(p->diag, p->line, "%s: a value is missing", keys[i].name);
		return;
	}
	if (p->seen[i] && !may_repeat(keys[i].kind)) {
		diag_warning(p->diag, p->line, "%s: given in line %u already; this line counts",
			     keys[i].name, p->seen[i]);
	}
	p->seen[i] = p->line;
	wrong = set(p, &keys[i], value);
	if (wrong && keys[i].kind == KIND_SECRET)
		diag_error(p->diag, p->line, "%s: %s", keys[i].name, wrong);
	else if (wrong)
		diag_error(p->diag, p->line, "%s '%s': %s", keys[i].name, value, wrong);
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
	for (i = 0; i < KEY_COUNT; i++) {
		if (!strcmp(keys[i].section, p->section) && !strcmp(keys[i].name, text)) {
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
	char line[LINE_LEN];
	char *start;

	if (len >= sizeof(line)) {
		diag_error(p->diag, p->line, "the line is longer than %d characters",
			   LINE_LEN - 1);
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

	for (i = 0; i < KEY_COUNT; i++) {
		if (!strcmp(keys[i].section, section) && !strcmp(keys[i].name, name))
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
	return !set_string(&c->wan, "ras0") && !set_string(&c->name, host) &&
	       !set_string(&c->ac_name, host) && !set_string(&c->secrets, SECRETS_FILE) &&
	       !set_string(&c->control_socket, CONTROL_SOCKET) &&
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
