// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of the configuration file, in one table, and how the value of each is read. See
 * rrasd.conf(5).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/filter/filter.h"
#include "config.h"
#include "config_key.h"
#include "config_value.h"

#define AT(member)	offsetof(struct config, member)
#define DIAL(member)	offsetof(struct config_dial, member)
#define L2TP(member)	offsetof(struct config, l2tp.member)
#define SERIAL(member)	offsetof(struct config_serial, member)
#define HOUR		3600000

const struct config_key config_keys[] = {
	{ "wan", "interface", KIND_INTERFACE, AT(wan), 0, 0 },
	{ "wan", "create", KIND_BOOL, AT(wan_create), 0, 0 },
	{ "wan", "local-address", KIND_ADDRESS, AT(local), 0, 0 },
	{ "wan", "ipv6-link-local", KIND_LINK_LOCAL, AT(local_ifid), 0, 0 },
	{ "wan", "ipv6-address", KIND_ADDRESS6, AT(local6), 0, 0 },
	{ "wan", "filter-set", KIND_FILTER_SET, AT(wan_filter_set), 0, 0 },
	{ "wan", "address-conflict", KIND_CONFLICT, AT(conflict), 0, 0 },
	{ CONFIG_POOL, "address", KIND_RANGE, 0, 0, 0 },
	{ CONFIG_POOL, "ipv6-prefix", KIND_POOL6, 0, 0, 0 },
	{ CONFIG_POOL, "filter-set", KIND_FILTER_SET, offsetof(struct config_pool, filter_set),
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
	{ CONFIG_SERIAL, "device", KIND_PATH, SERIAL(device), 0, 4095 },
	{ CONFIG_SERIAL, "speed", KIND_SPEED, SERIAL(line.speed), 0, 0 },
	{ CONFIG_SERIAL, "modem", KIND_BOOL, SERIAL(line.modem), 0, 0 },
	{ CONFIG_SERIAL, "rtscts", KIND_BOOL, SERIAL(line.rtscts), 0, 0 },
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
	{ "radius", "coa-window", KIND_TIME, AT(radius.window_ms), 1000, 24 * HOUR },
	{ CONFIG_DIAL, "create", KIND_BOOL, DIAL(create), 0, 0 },
	{ CONFIG_DIAL, "over", KIND_DIAL_OVER, 0, 0, 0 },
	{ CONFIG_DIAL, "speed", KIND_SPEED, DIAL(serial.speed), 0, 0 },
	{ CONFIG_DIAL, "modem", KIND_BOOL, DIAL(serial.modem), 0, 0 },
	{ CONFIG_DIAL, "rtscts", KIND_BOOL, DIAL(serial.rtscts), 0, 0 },
	{ CONFIG_DIAL, "connect", KIND_TEXT, DIAL(connect), 0, 400 },
	{ CONFIG_DIAL, "service-name", KIND_TEXT, DIAL(service), 0, CONFIG_NAME_MAX },
	{ CONFIG_DIAL, "ac-name", KIND_TEXT, DIAL(ac_name), 0, CONFIG_NAME_MAX },
	{ CONFIG_DIAL, "tunnel-secret", KIND_SECRET, DIAL(tunnel_secret), 0, 255 },
	{ CONFIG_DIAL, "user", KIND_TEXT, DIAL(user), 0, 255 },
	{ CONFIG_DIAL, "password", KIND_SECRET, DIAL(password), 0, 255 },
	{ CONFIG_DIAL, "password-file", KIND_PATH, DIAL(password_file), 0, 4095 },
	{ CONFIG_DIAL, "methods", KIND_METHODS, DIAL(methods), 0, 0 },
	{ CONFIG_DIAL, "address", KIND_ADDRESS, DIAL(address), 0, 0 },
	{ CONFIG_DIAL, "resolv-file", KIND_PATH, DIAL(resolv_file), 0, 4000 },
	{ CONFIG_DIAL, "ipv6", KIND_BOOL, DIAL(ipv6), 0, 0 },
	{ CONFIG_DIAL, "default-route", KIND_BOOL, DIAL(default_route), 0, 0 },
	{ CONFIG_DIAL, "mode", KIND_DIAL_MODE, 0, 0, 0 },
	{ CONFIG_DIAL, "idle-timeout", KIND_TIME, DIAL(idle_ms), 0, 2000000000 },
	{ CONFIG_DIAL, "connect-timeout", KIND_TIME, DIAL(connect_ms), 1000, HOUR / 2 },
	{ CONFIG_DIAL, "backoff", KIND_TIME, DIAL(backoff_ms), 1000, 24 * HOUR },
	{ CONFIG_DIAL, "backoff-max", KIND_TIME, DIAL(backoff_max_ms), 1000, 24 * HOUR },
	{ CONFIG_DIAL, "filter", KIND_TEXT, DIAL(filter), 0, CONFIG_FILTER_MAX },
	{ CONFIG_DIAL, "hold-packets", KIND_NUMBER32, DIAL(hold_packets), 0, 1000 },
	{ CONFIG_DIAL, "hold-bytes", KIND_NUMBER32, DIAL(hold_bytes), 0, 16777216 },
	{ CONFIG_DIAL, "hold-time", KIND_TIME, DIAL(hold_ms), 1, HOUR },
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

const size_t config_key_count = ARRAY_SIZE(config_keys);

_Static_assert(ARRAY_SIZE(config_keys) <= CONFIG_KEYS_MAX, "more keys than a parser remembers");

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
	char copy[CONFIG_LINE_LEN];
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

static const char *set_number(const struct config_key *key, void *at, const char *value)
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

static const char *set_text(const struct config_key *key, void *at, const char *value)
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
	return config_set_string(at, value);
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

	return wrong ? wrong : config_set_string(at, value);
}

static const char *add_listen(struct config_list *list, const char *value)
{
	const char *wrong = config_l2tp_listen(value);

	return wrong ? wrong : add_string(list, value);
}

/**
 * config_key_set - a value of a key
 * @key: the key
 * @c: the configuration
 * @named: what a section that may have a name describes, or NULL
 * @line: where that stands
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_key_set(const struct config_key *key, struct config *c, void *named,
			   unsigned int line, const char *value)
{
	void *at = (char *)(named ? named : c) + key->offset;

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
		return config_pool_prefix(c, named, value);
	case KIND_RANGE:
		return config_pool_range(c, named, value);
	case KIND_ENDPOINTS:
		return add_endpoint(at, value);
	case KIND_METHODS:
		return set_methods(at, value);
	case KIND_SECOND:
		return set_second(at, value);
	case KIND_CONFLICT:
		return config_read_conflict(value, at);
	case KIND_FILTER_SET:
		return set_filter_set(at, value);
	case KIND_L2TP_LISTEN:
		return add_listen(at, value);
	case KIND_SPEED:
		return config_read_speed(value, at);
	case KIND_ACCM:
		return config_read_accm(value, at);
	case KIND_DIAL_OVER:
		return config_dial_over(named, value);
	case KIND_DIAL_MODE:
		return config_dial_mode(named, value);
	case KIND_LISTEN:
		return config_read_listen(value, at);
	case KIND_RADIUS_SERVER:
		return config_radius_server(&c->radius, value, line);
	case KIND_RADIUS_CLIENT:
		return config_radius_client(&c->radius, value, line);
	case KIND_RADIUS_LISTEN:
		return config_radius_listen(&c->radius, value);
	case KIND_LEVEL:
		return log_level_parse(value, at) ? NULL :
		       "expected error, warning, info or debug";
	default:
		return set_text(key, at, value);
	}
}

/**
 * config_key_repeats - may it be given again, to add to what is there?
 * @key: the key
 *
 * Return: whether.
 */
bool config_key_repeats(const struct config_key *key)
{
	switch (key->kind) {
	case KIND_RADIUS_SERVER:
	case KIND_RADIUS_CLIENT:
	case KIND_RANGE:
	case KIND_INTERFACES:
	case KIND_ENDPOINTS:
	case KIND_TEXTS:
	case KIND_L2TP_LISTEN:
		return true;
	default:
		return false;
	}
}
