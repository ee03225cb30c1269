// SPDX-License-Identifier: GPL-2.0
/*
 * rras session: clients, by rrasd's control socket.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "daemon.h"
#include "rras.h"
#include "table.h"

const char session_help[] =
	"usage: rras session [ list ]            all sessions; -s with packets and bytes\n"
	"       rras session show ID             everything about one\n"
	"       rras session disconnect ID       end one\n"
	"       rras session disconnect user NAME\n"
	"       rras session disconnect all\n"
	"       rras session uplinks             what rrasd dials, connected or not\n"
	"       rras session pools               the address pools, and how full they are\n"
	"\n"
	"ID is the number in the first column; it is the number of the link too. A user\n"
	"\"-> wan0\" is a line that rrasd has dialled for that interface.\n";

/* What a line of the list shows; the texts are cut to what a client can send. */
struct row {
	char id[16], user[256], address[16], ipv6[48], state[32], port[16], interface[48], peer[56];
	char uplink[16];
	uint64_t seconds, age;
	uint64_t in_packets, in_bytes, out_packets, out_bytes;
};

static const struct column columns[] = {
	{ .title = "ID", .right = true }, { .title = "USER" }, { .title = "ADDRESS" },
	{ .title = "IPV6" }, { .title = "STATE" }, { .title = "TIME", .right = true },
	{ .title = "PORT" }, { .title = "ON" }, { .title = "PEER" },
	{ .title = "IN PACKETS", .right = true, .wide = true },
	{ .title = "IN BYTES", .right = true, .wide = true },
	{ .title = "OUT PACKETS", .right = true, .wide = true },
	{ .title = "OUT BYTES", .right = true, .wide = true },
};

#define COLUMNS	ARRAY_SIZE(columns)

static int take_member(const char *key, const char *value, void *data)
{
	struct row *r = data;
	const struct { const char *key; char *at; size_t size; } texts[] = {
		{ "id", r->id, sizeof(r->id) },
		{ "user", r->user, sizeof(r->user) },
		{ "address", r->address, sizeof(r->address) },
		{ "ipv6-address", r->ipv6, sizeof(r->ipv6) },
		{ "ipv6-prefix", r->ipv6, sizeof(r->ipv6) },
		{ "state", r->state, sizeof(r->state) },
		{ "port", r->port, sizeof(r->port) },
		{ "interface", r->interface, sizeof(r->interface) },
		{ "peer", r->peer, sizeof(r->peer) },
		{ "uplink", r->uplink, sizeof(r->uplink) },
	};
	const struct { const char *key; uint64_t *at; } numbers[] = {
		{ "seconds", &r->seconds }, { "age", &r->age },
		{ "in-packets", &r->in_packets }, { "in-bytes", &r->in_bytes },
		{ "out-packets", &r->out_packets }, { "out-bytes", &r->out_bytes },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!strcmp(key, texts[i].key))
			snprintf(texts[i].at, texts[i].size, "%s", value);
	}
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!strcmp(key, numbers[i].key))
			*numbers[i].at = strtoull(value, NULL, 10);
	}
	return 0;
}

static void add_session(const char *line, void *data)
{
	struct table *t = data;
	struct row r = { 0 };

	if (options.json) {
		table_object(t, line);
		return;
	}
	if (json_read_flat(line, take_member, &r))
		return;
	table_cell(t, "%s", r.id);
	/* Where we are the client it matters for which interface, not as whom. */
	if (r.uplink[0])
		table_cell(t, "-> %s", r.uplink);
	else
		table_bytes(t, r.user[0] ? r.user : "-");
	table_cell(t, "%s", r.address[0] ? r.address : "-");
	table_cell(t, "%s", r.ipv6[0] ? r.ipv6 : "-");
	table_bytes(t, r.state);
	table_cell(t, "%s", text_time(strcmp(r.state, "up") ? r.age : r.seconds));
	table_bytes(t, r.port);
	table_bytes(t, r.interface);
	table_bytes(t, r.peer);
	table_cell(t, "%s", text_count(r.in_packets));
	table_cell(t, "%s", text_count(r.in_bytes));
	table_cell(t, "%s", text_count(r.out_packets));
	table_cell(t, "%s", text_count(r.out_bytes));
}

static int session_list(int argc, char **argv)
{
	struct table t;
	int code;

	if (argc)
		return usage("session list: unexpected '%s'", argv[0]);
	table_init(&t, columns, COLUMNS);
	code = daemon_ask(options.stats ? "session list stats" : "session list", add_session, &t,
			  NULL);
	if (!code)
		code = table_print(&t);
	table_clean(&t);
	return code;
}

/* What a line of the list of uplinks shows. */
struct uplink_row {
	char name[16], state[16], mode[16], interface[56], address[16], peer[16], failure[256];
	uint64_t seconds, dials, failures;
};

static const struct column uplink_columns[] = {
	{ .title = "UPLINK" }, { .title = "STATE" }, { .title = "TIME", .right = true },
	{ .title = "MODE" }, { .title = "ON" }, { .title = "ADDRESS" }, { .title = "PEER" },
	{ .title = "DIALS", .right = true }, { .title = "FAILED", .right = true },
	{ .title = "LAST FAILURE" },
};

static int take_uplink(const char *key, const char *value, void *data)
{
	struct uplink_row *r = data;
	const struct { const char *key; char *at; size_t size; } texts[] = {
		{ "uplink", r->name, sizeof(r->name) },
		{ "state", r->state, sizeof(r->state) },
		{ "mode", r->mode, sizeof(r->mode) },
		{ "interface", r->interface, sizeof(r->interface) },
		{ "address", r->address, sizeof(r->address) },
		{ "peer-address", r->peer, sizeof(r->peer) },
		{ "last-failure", r->failure, sizeof(r->failure) },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!strcmp(key, texts[i].key))
			snprintf(texts[i].at, texts[i].size, "%s", value);
	}
	if (!strcmp(key, "seconds"))
		r->seconds = strtoull(value, NULL, 10);
	else if (!strcmp(key, "dials"))
		r->dials = strtoull(value, NULL, 10);
	else if (!strcmp(key, "failures"))
		r->failures = strtoull(value, NULL, 10);
	return 0;
}

static void add_uplink(const char *line, void *data)
{
	struct uplink_row r = { 0 };
	struct table *t = data;

	if (options.json) {
		table_object(t, line);
		return;
	}
	if (json_read_flat(line, take_uplink, &r))
		return;
	table_bytes(t, r.name);
	table_bytes(t, r.state);
	table_cell(t, "%s", text_time(r.seconds));
	table_bytes(t, r.mode);
	table_bytes(t, r.interface);
	table_bytes(t, r.address[0] ? r.address : "-");
	table_bytes(t, r.peer[0] ? r.peer : "-");
	table_cell(t, "%llu", (unsigned long long)r.dials);
	table_cell(t, "%llu", (unsigned long long)r.failures);
	table_bytes(t, r.failure[0] ? r.failure : "-");
}

static int session_uplinks(int argc, char **argv)
{
	struct table t;
	int code;

	if (argc)
		return usage("session uplinks: unexpected '%s'", argv[0]);
	table_init(&t, uplink_columns, ARRAY_SIZE(uplink_columns));
	code = daemon_ask("dial list", add_uplink, &t, NULL);
	if (!code)
		code = table_print(&t);
	table_clean(&t);
	return code;
}

/* What a line of the list of pools shows: "pool", and the numbers. */
static const char * const pool_numbers[] = {
	"size", "used", "free", "reserved", "taken", "exhausted",
};

struct pool_row {
	char name[64];
	uint64_t number[ARRAY_SIZE(pool_numbers)];
};

static const struct column pool_columns[] = {
	{ .title = "POOL" }, { .title = "SIZE", .right = true }, { .title = "USED", .right = true },
	{ .title = "FREE", .right = true }, { .title = "RESERVED", .right = true },
	{ .title = "TAKEN", .right = true }, { .title = "EXHAUSTED", .right = true },
};

static int take_pool(const char *key, const char *value, void *data)
{
	struct pool_row *r = data;
	size_t i;

	if (!strcmp(key, "pool"))
		snprintf(r->name, sizeof(r->name), "%s", value);
	for (i = 0; i < ARRAY_SIZE(pool_numbers); i++) {
		if (!strcmp(key, pool_numbers[i]))
			r->number[i] = strtoull(value, NULL, 10);
	}
	return 0;
}

static void add_pool(const char *line, void *data)
{
	struct pool_row r = { 0 };
	struct table *t = data;
	size_t i;

	if (options.json) {
		table_object(t, line);
		return;
	}
	if (json_read_flat(line, take_pool, &r))
		return;
	table_bytes(t, r.name[0] ? r.name : "-");
	for (i = 0; i < ARRAY_SIZE(pool_numbers); i++)
		table_cell(t, "%llu", (unsigned long long)r.number[i]);
}

static int session_pools(int argc, char **argv)
{
	struct table t;
	int code;

	if (argc)
		return usage("session pools: unexpected '%s'", argv[0]);
	table_init(&t, pool_columns, ARRAY_SIZE(pool_columns));
	code = daemon_ask("pool list", add_pool, &t, NULL);
	if (!code)
		code = table_print(&t);
	table_clean(&t);
	return code;
}

static int print_member(const char *key, const char *value, void *data)
{
	const char *p;

	(void)data;
	printf("%-20s ", key);
	for (p = value; *p; p++) {
		if (*p >= 0x20 && *p < 0x7f)
			putchar(*p);
		else
			printf("\\x%02x", (unsigned char)*p);
	}
	putchar('\n');
	return 0;
}

static void show_one(const char *line, void *data)
{
	(void)data;
	if (options.json)
		printf("[%s]\n", line);
	else
		json_read_flat(line, print_member, NULL);
}

static int session_show(int argc, char **argv)
{
	char request[64];
	unsigned int id;

	if (argc != 1 || !parse_number(argv[0], &id))
		return usage("session show: expected the number of a session");
	snprintf(request, sizeof(request), "session show %u", id);
	return daemon_ask(request, show_one, NULL, NULL);
}

static int take_count(const char *key, const char *value, void *data)
{
	if (!strcmp(key, "sessions"))
		*(unsigned long long *)data = strtoull(value, NULL, 10);
	return 0;
}

static void show_count(const char *line, void *data)
{
	unsigned long long n = 0;

	(void)data;
	json_read_flat(line, take_count, &n);
	if (options.json)
		puts(line);
	else
		printf("%llu session%s asked to end\n", n, n == 1 ? "" : "s");
}

static int session_disconnect(int argc, char **argv)
{
	char request[512];
	unsigned int id;

	if (argc == 1 && !strcmp(argv[0], "all"))
		snprintf(request, sizeof(request), "session disconnect all");
	else if (argc == 2 && !strcmp(argv[0], "user") && strlen(argv[1]) < 256 &&
		 !strchr(argv[1], '\n'))
		snprintf(request, sizeof(request), "session disconnect user %s", argv[1]);
	else if (argc == 1 && parse_number(argv[0], &id))
		snprintf(request, sizeof(request), "session disconnect %u", id);
	else
		return usage("session disconnect: expected a number, user NAME or all");
	return daemon_ask(request, NULL, NULL, show_count);
}

/**
 * session_main - rras session
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int session_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "list", session_list },
		{ "show", session_show },
		{ "disconnect", session_disconnect },
		{ "uplinks", session_uplinks },
		{ "pools", session_pools },
		{ 0 },
	};

	if (!argc)
		return session_list(0, NULL);
	return command_run(commands, "command", session_help, argc, argv);
}
