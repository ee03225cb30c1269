// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file: every mistake is reported with its line, and the example has none.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../config.h"
#include "../config_value.h"
#include "tap.h"

#define GOOD	"[wan]\nlocal-address 10.0.0.1\n[pppoe]\ninterface eth0\n"

static char last[512];
static unsigned int last_line;

static void emit(const struct diag *diag, unsigned int line, bool error, const char *text)
{
	(void)diag;
	if (!error)
		return;
	strncpy(last, text, sizeof(last) - 1);
	last_line = line;
}

static struct config *parse(const char *text, struct diag *diag)
{
	*diag = (struct diag){ .file = "test", .emit = emit };
	last[0] = '\0';
	return config_parse(text, strlen(text), diag);
}

/* @text is line 5 and what follows of an otherwise good file. */
static void expect_mistake(const char *text, unsigned int line, const char *word)
{
	char file[2048];
	struct config *c;
	struct diag diag;

	strcpy(file, GOOD);
	strcat(file, text);
	c = parse(file, &diag);
	tap_ok(!c && diag.errors == 1 && last_line == line && strstr(last, word),
	       "line %u: %s", last_line, last);
	config_put(c);
}

static void test_mistakes(void)
{
	static char longest[700];

	expect_mistake("x y\n", 5, "has no key 'x'");
	expect_mistake("[wan\n", 5, "expected [section]");
	expect_mistake("[wan] x\n", 5, "expected [section]");
	expect_mistake("[foo]\nbar 1\nbaz 2\n", 5, "no section is called 'foo'");
	expect_mistake("[ppp]\n\n# comment\nmru\n", 8, "a value is missing");
	expect_mistake("[ppp]\nmru \"\"\n", 6, "a value is missing");
	expect_mistake("[ppp]\nmru 127\n", 6, "from 128 to 1492");
	expect_mistake("[ppp]\nmru 1493\n", 6, "from 128 to 1492");
	expect_mistake("[ppp]\nmru -1\n", 6, "expected a number");
	expect_mistake("[ppp]\nmru 1000x\n", 6, "nothing after it");
	expect_mistake("[ppp]\nmru 99999999999999999999\n", 6, "too large");
	expect_mistake("[ppp]\necho-interval 1d\n", 6, "a time such as");
	expect_mistake("[ppp]\nrestart-timer 99ms\n", 6, "a time from 100ms");
	expect_mistake("[ppp]\ndns1 1.2.3\n", 6, "an IPv4 address");
	expect_mistake("[ppp]\ndns1 224.0.0.1\n", 6, "unicast");
	expect_mistake("[ppp]\nsend-pfc true\n", 6, "yes or no");
	expect_mistake("[auth]\nsecond-session never\n", 6, "allow, refuse or replace");
	expect_mistake("[auth]\nmethods eap\n", 6, "chap-md5 mschapv2 pap");
	expect_mistake("[auth]\nmethods \" \"\n", 6, "at least one");
	expect_mistake("[auth]\nname \"open\n", 6, "not closed");
	expect_mistake("[auth]\nsecrets relative/path\n", 6, "begins with /");
	expect_mistake("[pppoe]\ninterface eth0\n", 6, "in the list already");
	expect_mistake("[pppoe]\ninterface a/b\n", 6, "interface name");
	expect_mistake("[pppoe]\ninterface abcdefghijklmnop\n", 6, "at most 15");
	expect_mistake("[pool]\naddress 10.0.0.9-10.0.0.1\n", 6, "lower than the first");
	expect_mistake("[pool]\naddress 10.0.0.0/8\n", 6, "from 12 to 32");
	expect_mistake("[pool]\nfilter-set a/b\n", 6, "letters, digits");
	expect_mistake("[pool]\nfilter-set -\n", 6, "begins with a letter");
	expect_mistake("[pool]\naddress 10.0.0.1/24\n", 6, "bits set");
	expect_mistake("[pool]\naddress 10.0.0.1-10.255.0.1\n", 6, "more than 1048576");
	expect_mistake("[pool]\naddress 10.0.0.0/24\naddress 10.0.0.255\n", 7, "overlaps");
	expect_mistake("[pool]\naddress 10.0.0.0/12\naddress 10.16.0.0/12\n", 7, "more than 1048576");
	expect_mistake("[pool]\nipv6-prefix 2001:db8::/43\n", 6, "from 44 to 64");
	expect_mistake("[pool]\nipv6-prefix 2001:db8::/65\n", 6, "from 44 to 64");
	expect_mistake("[pool]\nipv6-prefix 2001:db8::/0\n", 6, "such as");
	expect_mistake("[pool]\nipv6-prefix 2001:db8::/048\n", 6, "such as");
	expect_mistake("[pool]\nipv6-prefix 2001:db8::1/48\n", 6, "bits set");
	expect_mistake("[pool]\nipv6-prefix ff00::/48\n", 6, "global");
	expect_mistake("[wan]\nipv6-link-local fec0::1\n", 6, "fe80::1");
	expect_mistake("[wan]\nipv6-link-local fe80::\n", 6, "fe80::1");
	expect_mistake("[wan]\nipv6-link-local fe80::fdff:ffff:ffff:ff80\n", 6, "fe80::1");
	expect_mistake("[wan]\nipv6-address fe80::1\n", 6, "global");
	expect_mistake("[wan]\naddress-conflict both\n", 6, "replace or refuse");
	expect_mistake("[ppp]\nipv6-dns1 192.0.2.1\n", 6, "an IPv6 address");
	expect_mistake("[ppp]\nadvertise-interval 3s\n", 6, "from 4000ms");
	expect_mistake("[pool]\nipv6-prefix 2001:db8::/48\n[ppp]\nmtu 1279\n", 0, "1280 at least");
	expect_mistake("[daemon]\nlog-level loud\n", 6, "debug");
	expect_mistake("[limits]\nsessions 0\n", 6, "from 1");
	expect_mistake("[radius]\nserver nowhere\n", 6, "IPv4 or IPv6");
	expect_mistake("[radius]\nserver 192.0.2.1\nserver 192.0.2.1\n", 7, "already");
	expect_mistake("[radius]\ncoa-listen 192.0.2.1 0\n", 6, "from 1");
	expect_mistake("[radius]\ntries 0\n", 6, "from 1");
	expect_mistake("[pptp]\nlisten eth0\n", 6, "IPv4 address");
	expect_mistake("[pptp]\nlisten 224.0.0.1\n", 6, "unicast");
	expect_mistake("[pptp]\nlisten 0.0.0.0:0\n", 6, "port from 1");
	expect_mistake("[pptp]\nlisten 192.0.2.1\nlisten 192.0.2.1\n", 7, "already");
	expect_mistake("[pptp]\nwindow 0\n", 6, "from 1");
	expect_mistake("[l2tp]\nlisten eth0\n", 6, "IPv4 or IPv6 address");
	expect_mistake("[l2tp]\nlisten 192.0.2.1:1701\n", 6, "without a port");
	expect_mistake("[l2tp]\nlisten fe80::1\n", 6, "an interface after");
	expect_mistake("[l2tp]\nlisten 2001:db8::1%lo\n", 6, "link-local address only");
	expect_mistake("[l2tp]\nlisten ::ffff:192.0.2.1\n", 6, "the IPv4 address itself");
	expect_mistake("[l2tp]\nlisten ::\nlisten ::\n", 7, "already");
	expect_mistake("[l2tp]\nmtu 1501\n", 6, "1500");
	memset(longest, 'x', 600);
	expect_mistake(longest, 5, "longer than 511");
}

static void test_dial_mistakes(void)
{
	expect_mistake("[dial]\n", 5, "expected [dial INTERFACE]");
	expect_mistake("[dial a/b]\nover x\n", 5, "interface name");
	expect_mistake("[wan x]\ninterface x\n", 5, "has no name");
	expect_mistake("[dial wan0]\nover pppoe eth1\n[dial wan0]\n", 7, "already");
	expect_mistake("[dial wan0]\nover eth1\n", 6, "expected pppoe");
	expect_mistake("[dial wan0]\nover pppoea b\n", 6, "expected pppoe");
	expect_mistake("[dial wan0]\nover pptp\n", 6, "expected an address");
	expect_mistake("[dial wan0]\nover pptp 192.0.2.300\n", 6, "IPv4 address");
	expect_mistake("[dial wan0]\nover pptp 0.0.0.0\n", 6, "not a server");
	expect_mistake("[dial wan0]\nover pptp 192.0.2.1:\n", 6, "port from 1");
	expect_mistake("[dial wan0]\nover pptp 192.0.2.1:65536\n", 6, "port from 1");
	expect_mistake("[dial wan0]\nover pptp vpn.example:0\n", 6, "port from 1");
	expect_mistake("[dial wan0]\nover pptp vpn.example.7\n", 6, "IPv4 address");
	expect_mistake("[dial wan0]\nover pptp vpn/example\n", 6, "IPv4 address");
	expect_mistake("[dial wan0]\nover l2tp -vpn\n", 6, "expected");
	expect_mistake("[dial wan0]\nover l2tp vpn.example:x\n", 6, "port from 1");
	expect_mistake("[dial wan0]\nover l2tp\n", 6, "expected an address");
	expect_mistake("[dial wan0]\nover l2tp 192.0.2.1:0\n", 6, "expected");
	expect_mistake("[dial wan0]\nover l2tp [2001:db8::1]1701\n", 6, "a colon and a port");
	expect_mistake("[dial wan0]\nover l2tp [2001:db8::1]:x\n", 6, "expected");
	expect_mistake("[dial wan0]\nover pppoe a/b\n", 6, "interface name");
	expect_mistake("[dial wan0]\nover pppoe e\nmode sometimes\n", 7, "on-demand or");
	expect_mistake("[dial wan0]\nover pppoe e\naddress 1.2\n", 7, "IPv4");
	expect_mistake("[dial wan0]\nover pppoe e\nresolv-file x\n", 7, "begins with /");
	expect_mistake("[dial wan0]\nover pppoe e\nconnect-timeout 0\n", 7, "from 1000ms");
	expect_mistake("[dial wan0]\nover pppoe e\nmru 1400\n", 7, "no key 'mru'");
	expect_mistake("[dial wan0]\ncreate yes\n", 5, "over is missing");
	expect_mistake("[dial wan0]\nover pppoe e\nuser a\n", 5, "no password");
	expect_mistake("[dial wan0]\nover pppoe e\npassword a\n", 5, "no user");
	expect_mistake("[dial wan0]\nover pppoe e\nuser a\npassword b\npassword-file /c\n", 5,
		       "a password and a password-file");
	expect_mistake("[dial wan0]\nover pppoe e\nbackoff 2m\nbackoff-max 1m\n", 5,
		       "less than backoff");
	expect_mistake("[dial ras0]\nover pppoe e\n", 5, "interface of clients");
	expect_mistake("[dial wan0]\nover pppoe e\n[dial wan1]\nover pppoe e\n", 7,
		       "[dial wan0] has a default route already");
}

static void test_serial(void)
{
	const struct config_dial *dial;
	struct config *c, *new;
	struct diag diag;

	expect_mistake("[serial]\ndevice /dev/ttyS0\n", 5, "expected [serial NAME]");
	expect_mistake("[serial a]\nspeed 9600\n", 5, "device is missing");
	expect_mistake("[serial a]\ndevice ttyS0\n", 6, "begins with /");
	expect_mistake("[serial a]\ndevice /d\nspeed 9601\n", 7, "usual speed");
	expect_mistake("[serial a]\ndevice /d\n[serial a]\n", 7, "already");
	expect_mistake("[serial a]\ndevice /d\n[serial b]\ndevice /d\n", 7,
		       "[serial a] has this device already");
	expect_mistake("[ppp]\naccm xyz\n", 6, "hexadecimal");
	expect_mistake("[ppp]\naccm 123456789\n", 6, "hexadecimal");
	expect_mistake("[dial wan0]\nover serial ttyS0\n", 6, "begins with /");

	c = parse("[wan]\nlocal-address 10.0.0.1\n[pool]\naddress 10.0.1.0/24\n"
		  "[serial a]\ndevice /dev/ttyS0\nmodem yes\nspeed 9600\n"
		  "[serial b]\ndevice /dev/ttyS1\n[ppp]\naccm 0xa0000\n"
		  "[dial wan0]\nover serial /dev/ttyS2\nrtscts yes\nconnect \"chat '' AT\"\n",
		  &diag);
	tap_ok(c && !diag.errors && !diag.warnings, "serial lines: %s", last);
	if (!c)
		return;
	tap_ok(config_serves(c) && c->serials == 2, "clients may call on two");
	tap_ok(c->serial[0]->line.modem && c->serial[0]->line.speed == 9600 &&
	       !c->serial[1]->line.modem && c->serial[1]->line.speed == 115200, "as each says");
	tap_ok(c->link[ACCESS_SERIAL].want_accm && c->link[ACCESS_SERIAL].accm == 0xa0000 &&
	       c->link[ACCESS_SERIAL].allow_acfc && !c->link[ACCESS_SERIAL].pppoe,
	       "with what serial lines have");
	tap_ok(!c->link[ACCESS_PPPOE].want_accm, "and others have not");
	dial = config_dial_find(c, "wan0");
	tap_ok(dial && dial->access == ACCESS_SERIAL && dial->serial.rtscts &&
	       !strcmp(dial->connect, "chat '' AT") && dial->ppp.want_accm, "we call on a third");
	new = parse("[wan]\nlocal-address 10.0.0.1\n[pool]\naddress 10.0.1.0/24\n"
		    "[serial a]\ndevice /dev/ttyS0\n", &diag);
	if (!new)
		abort();
	diag = (struct diag){ .file = "test", .emit = emit };
	config_keep_fixed(new, c, &diag);
	tap_number(diag.warnings, 1, "a change takes a restart");
	config_put(c);
	config_put(new);
}

static void test_dial(void)
{
	const struct config_dial *dial;
	struct config *c;
	struct diag diag;

	c = parse("[dial wan0]\nover pppoe eth1\nuser alice\npassword \"se cret\"\n"
		  "methods pap\nresolv-file /run/resolv\nidle-timeout 90s\n"
		  "[ppp]\ndns1 10.0.0.53\nmru 1400\nrestart-timer 1s\n"
		  "[dial wan1]\nover pppoe\teth1.7\ndefault-route no\nmode permanent\n"
		  "address 192.0.2.7\nfilter \"not udp port 123\"\nhold-packets 0\n"
		  "idle-timeout 0\n", &diag);
	tap_ok(c && !diag.errors && !diag.warnings, "two [dial] sections alone: %s", last);
	if (!c)
		return;
	tap_ok(!config_serves(c), "no clients");
	dial = config_dial_find(c, "wan0");
	tap_ok(dial && !strcmp(dial->over, "eth1") && dial->mode == DIAL_ON_DEMAND &&
	       dial->default_route && !dial->create, "the first");
	tap_ok(dial->ppp.role == PPP_CLIENT && !dial->ppp.auth_peer &&
	       dial->ppp.auth_self == PPP_AUTH_PAP, "proves itself and demands no proof");
	tap_text(dial->ppp.secret, "se cret", "by its password");
	tap_ok(dial->ppp.ask_dns && !dial->ppp.dns[0].s_addr, "asks for name servers, gives none");
	tap_number(dial->ppp.mru, 1400, "[ppp] holds for it");
	tap_number(dial->idle_ms, 90000, "idle time");
	tap_number(dial->hold_packets, CONFIG_UNSET, "packets held as the kernel likes");
	dial = config_dial_find(c, "wan1");
	tap_ok(dial && !strcmp(dial->over, "eth1.7") && dial->mode == DIAL_PERMANENT &&
	       !dial->default_route, "the second");
	tap_ok(dial->ppp.local.s_addr == htonl(0xc0000207) && !dial->ppp.auth_self &&
	       !dial->ppp.ask_dns, "with an address and without a name");
	tap_ok(!strcmp(dial->filter, "not udp port 123") && !dial->hold_packets, "and a filter");
	tap_ok(!config_dial_find(c, "wan2"), "there is no third");
	config_put(c);

	c = parse("[dial wan0]\nover pptp 192.0.2.1:1000\n", &diag);
	dial = c ? config_dial_find(c, "wan0") : NULL;
	tap_ok(dial && dial->access == ACCESS_PPTP && !strcmp(dial->over, "192.0.2.1:1000"),
	       "over PPTP");
	tap_ok(dial && dial->ppp.mru == CONFIG_PPTP_MRU && !dial->ppp.pppoe && dial->ppp.allow_acfc,
	       "with what PPTP has room for");
	config_put(c);

	c = parse("[dial wan0]\nover l2tp [2001:db8::1]:1000\ntunnel-secret geheim\n", &diag);
	dial = c ? config_dial_find(c, "wan0") : NULL;
	tap_ok(dial && dial->access == ACCESS_L2TP && !strcmp(dial->tunnel_secret, "geheim"),
	       "over L2TP, with a secret");
	tap_ok(dial && dial->ppp.mru == 1400 && !dial->ppp.pppoe, "with room for IPsec");
	config_put(c);
}

static void test_addresses(void)
{
	static const struct {
		const char *text;
		uint16_t family, port;
	} cases[] = {
		{ "192.0.2.1", AF_INET, 1701 },
		{ "192.0.2.1:5", AF_INET, 5 },
		{ "2001:db8::1", AF_INET6, 1701 },
		{ "[2001:db8::1]", AF_INET6, 1701 },
		{ "[2001:db8::1]:65535", AF_INET6, 65535 },
		{ "fe80::1%lo", AF_INET6, 1701 },
	};
	struct l2tp_address address;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(!config_l2tp_address(cases[i].text, 1701, &address) &&
		       address.family == cases[i].family && address.port == cases[i].port,
		       "%s", cases[i].text);
	tap_ok(address.scope, "with its interface");
}

static struct config *load_dial(const char *password, const char *filter, struct diag *diag)
{
	static const char path[] = "/tmp/rrasd-test-config", secret[] = "/tmp/rrasd-test-secret";
	struct config *c;
	FILE *f;

	f = fopen(secret, "w");
	if (!f || fchmod(fileno(f), 0600) || fputs(password, f) < 0 || fclose(f))
		abort();
	f = fopen(path, "w");
	if (!f || fprintf(f, "[dial wan0]\nover pppoe eth1\nuser alice\npassword-file %s\n"
			  "filter %s\n", secret, filter) < 0 || fclose(f))
		abort();
	*diag = (struct diag){ .file = "test", .emit = emit };
	c = config_load(path, diag);
	unlink(path);
	unlink(secret);
	return c;
}

static void test_files(void)
{
	struct config *c;
	struct diag diag;

	c = load_dial("geheim \r\nmore\n", "ip6 or not udp", &diag);
	tap_ok(c && !diag.warnings, "a password in a file of its own");
	if (c)
		tap_text(c->dial[0]->ppp.secret, "geheim ", "is its first line");
	tap_ok(c && c->dial[0]->program && c->dial[0]->program->count > 1, "a filter");
	config_put(c);
	c = load_dial("\nmore\n", "ip", &diag);
	tap_ok(!c && diag.errors == 1 && strstr(last, "no password"), "%s", last);
	c = load_dial("x", "port http or or", &diag);
	tap_ok(!c && diag.errors == 1 && strstr(last, "filter 'port http or or'"), "%s", last);
}

static void test_missing(void)
{
	struct config *c;
	struct diag diag;

	c = parse("[pppoe]\ninterface eth0\n", &diag);
	tap_ok(!c && diag.errors == 1 && strstr(last, "local-address"), "%s", last);
	c = parse("[wan]\nlocal-address 10.0.0.1\n", &diag);
	tap_ok(!c && diag.errors == 1 && strstr(last, "interface"), "%s", last);
	c = parse("local-address 10.0.0.1\n" GOOD, &diag);
	tap_ok(!c && last_line == 1 && strstr(last, "before the first"), "%s", last);
	diag = (struct diag){ .file = "test" };
	c = config_parse("[wan]\0\n", 7, &diag);
	tap_ok(!c, "a NUL");
	c = parse("", &diag);
	tap_ok(!c && diag.errors == 2, "an empty file");
}

static void test_good(void)
{
	struct config *c;
	struct diag diag;

	c = parse("# comment\n  [wan]  \n\tlocal-address\t10.0.0.1   # ours\ncreate yes\n"
		  "[pppoe]\ninterface eth0\ninterface eth0.5\nac-name \"a # b\"\n"
		  "service-name one\nservice-name \"two words\"\n"
		  "[pool]\naddress 10.0.0.0/30\naddress 10.1.0.5-10.1.0.7\naddress 10.2.0.1\n"
		  "[ppp]\necho-interval 500ms\nlcp-timeout 2m\nmru 1400\nmru 1300\n"
		  "[auth]\nmethods pap\r\n[limits]\nsessions 10\n[daemon]\nlog-level debug",
		  &diag);
	tap_ok(c && !diag.errors, "a good file");
	tap_number(diag.warnings, 1, "with one warning for a key that is there twice");
	if (!c)
		return;
	tap_ok(c->local.s_addr == htonl(0x0a000001) && c->ppp.local.s_addr == c->local.s_addr,
	       "address");
	tap_ok(c->wan_create, "create");
	tap_text(c->wan, "ras0", "the default interface");
	tap_number((long long)c->interfaces.count, 2, "two interfaces");
	tap_text(c->interfaces.item[1], "eth0.5", "the second");
	tap_text(c->ac_name, "a # b", "a quoted value keeps its #");
	tap_text(c->services.item[1], "two words", "and its blanks");
	tap_number((long long)c->pool_count, 3, "three ranges");
	tap_ok(c->pool[0].first == 0x0a000001 && c->pool[0].last == 0x0a000002 &&
	       c->pool[0].route_first == 0x0a000000 && c->pool[0].route_last == 0x0a000003,
	       "a network without its edges, routed with them");
	tap_ok(c->pool[1].first == 0x0a010005 && c->pool[1].last == 0x0a010007, "a range");
	tap_ok(c->pool[2].first == 0x0a020001 && c->pool[2].last == 0x0a020001, "one address");
	tap_number(c->ppp.echo_ms, 500, "milliseconds");
	tap_number(c->ppp.lcp_limit_ms, 120000, "minutes");
	tap_number(c->ppp.mru, 1300, "the later of two lines counts");
	tap_number(c->ppp.auth_peer, PPP_AUTH_PAP, "methods");
	tap_number(c->unfinished, 10, "no more unfinished sessions than sessions");
	tap_number(c->log_level, LOG_LEVEL_DEBUG, "the last line has no end");
	config_put(c);
}

static void test_example(void)
{
	struct diag diag = { .file = "rrasd.conf.example", .emit = emit };
	struct config *c;

	c = config_load("../rrasd.conf.example", &diag);
	tap_ok(c && !diag.errors && !diag.warnings, "the example has no mistake: %s", last);
	config_put(c);
	c = config_load("/nonexistent", &diag);
	tap_ok(!c && strstr(last, "cannot read"), "a file that is not there");
	c = config_load("/", &diag);
	tap_ok(!c && strstr(last, "cannot read"), "a directory");
}

static void test_reload(void)
{
	struct config *old, *new;
	struct diag diag;

	old = parse(GOOD "ac-name old\n[pool]\naddress 10.0.0.0/24\n", &diag);
	new = parse("[wan]\nlocal-address 10.9.9.9\ninterface ras9\ncreate yes\n"
		    "[pppoe]\ninterface eth9\nac-name new\n[daemon]\ncontrol-socket /x\n", &diag);
	if (!old || !new)
		abort();
	diag = (struct diag){ .file = "test", .emit = emit };
	config_keep_fixed(new, old, &diag);
	tap_number(diag.warnings, 5, "five changes take a restart");
	tap_text(new->wan, "ras0", "interface");
	tap_text(new->interfaces.item[0], "eth0", "where to listen");
	tap_text(new->control_socket, "/run/rrasd.sock", "socket");
	tap_text(new->ac_name, "new", "the name changes");
	tap_ok(new->ppp.local.s_addr == htonl(0x0a000001), "address");
	tap_number((long long)new->pool_count, 0, "the pool changes");
	config_get(old);
	config_put(old);
	config_put(old);
	config_put(new);
}

static struct config *parse_more(const char *text, struct diag *diag)
{
	char file[1024];

	strcpy(file, GOOD "[pool]\naddress 10.0.0.0/24\n");
	strcat(file, text);
	return parse(file, diag);
}

static void test_ipv6(void)
{
	struct config *c, *new;
	struct diag diag;

	c = parse_more("", &diag);
	tap_ok(c && !c->ipv6 && !c->ppp.ipv6 && c->ppp.ifid == 1, "no IPv6 without a prefix");
	config_put(c);
	c = parse_more("[ppp]\nipv6 yes\n", &diag);
	tap_ok(c && c->ipv6 && diag.warnings == 1, "unless it is asked for: for some users");
	config_put(c);
	c = parse_more("ipv6-prefix 2001:db8::/48\n[ppp]\nipv6 no\n", &diag);
	tap_ok(c && !c->ppp.ipv6 && !diag.warnings, "and with one, unless it is forbidden");
	config_put(c);
	c = parse_more("ipv6-prefix 2001:db8:1::/48\n[wan]\nipv6-link-local fe80::a:1\n"
		       "ipv6-address 2001:db8::1\n[ppp]\nipv6-dns2 2001:db8::53\n", &diag);
	tap_ok(c && c->ppp.ipv6 && !diag.warnings, "a prefix");
	if (!c)
		abort();
	tap_text(prefix_text(&c->pool6), "2001:db8:1::/48", "its text");
	tap_ok(c->ppp.ifid == 0xa0001 && prefix_low(&c->local6) == 1, "our addresses");
	tap_ok(prefix_low(&c->dns6[1]) == 0x53 && !prefix_low(&c->dns6[0]), "a name server");
	tap_number(c->advertise_ms, 600000, "the interval of RFC 4861");
	new = parse_more("ipv6-prefix 2001:db8:1::/49\n[wan]\nipv6-link-local fe80::2\n"
			 "ipv6-address 2001:db8::2\n[ppp]\nipv6 no\nipv6-dns2 2001:db8::54\n",
			 &diag);
	if (!new)
		abort();
	diag = (struct diag){ .file = "test", .emit = emit };
	config_keep_fixed(new, c, &diag);
	tap_number(diag.warnings, 4, "four changes of IPv6 take a restart");
	tap_ok(new->ppp.ipv6 && new->ppp.ifid == 0xa0001 && new->pool6.len == 48 &&
	       prefix_low(&new->local6) == 1, "until then all is as before");
	tap_number((long long)prefix_low(&new->dns6[1]), 0x54, "the name server changes");
	config_put(c);
	config_put(new);
}

int main(void)
{
	test_mistakes();
	test_ipv6();
	test_dial_mistakes();
	test_dial();
	test_addresses();
	test_serial();
	test_files();
	test_missing();
	test_good();
	test_example();
	test_reload();
	return tap_end();
}
