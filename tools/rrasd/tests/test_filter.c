// SPDX-License-Identifier: GPL-2.0
/*
 * Filter sets as text: what is read, what is refused and where, and that what is written is read
 * as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../lib/filter/filter.h"
#include "tap.h"

#define DEFAULTS	"default in drop\ndefault out forward\n"

static char message[1024];
static unsigned int message_line, message_column, messages;

static void emit(void *data, const char *name, unsigned int line, unsigned int column,
		 const char *text)
{
	(void)data;
	(void)name;
	if (messages++)
		return;
	message_line = line;
	message_column = column;
	snprintf(message, sizeof(message), "%s", text);
}

static bool parse(struct filter_file *file, const char *text)
{
	struct filter_text t = { .name = "test", .text = text, .len = strlen(text) };
	/* At the very end of its memory, so that no byte behind it is read. */
	char *copy = malloc(t.len ? t.len : 1);
	bool good;

	memcpy(copy, text, t.len);
	t.text = copy;
	*file = (struct filter_file){ .emit = emit };
	messages = 0;
	message[0] = '\0';
	good = filter_parse(file, &t);
	free(copy);
	return good;
}

static bool parse_nft(struct filter_file *file, const char *header, const char *text)
{
	struct filter_text h = { .name = "header", .text = header, .len = strlen(header) };
	struct filter_text t = { .name = "test", .text = text, .len = strlen(text) };

	*file = (struct filter_file){ .emit = emit };
	messages = 0;
	message[0] = '\0';
	return filter_parse_elements(file, &h, &t);
}

/* Lines that come out as they went in, or as @out. */
static void test_lines(void)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "in any", NULL },
		{ "out any tag 7", NULL },
		{ "both any log", NULL },
		{ "in ipv4", NULL },
		{ "in ipv6 src client dst interface", NULL },
		{ "in src client", NULL },
		{ "in proto tcp src 10.0.0.0/8 sport 1024-65535 dst 192.0.2.1 dport 80 established tag 4 log",
		  NULL },
		{ "in dport 80 dst 192.0.2.1 log sport 1024-65535 tag 4 proto 6 src 10.0.0.0/8 established",
		  "in proto tcp src 10.0.0.0/8 sport 1024-65535 dst 192.0.2.1 dport 80 established tag 4 log" },
		{ "out proto udp dport 0-65535", NULL },
		{ "out dport 53", NULL },
		{ "in proto icmp type 8", "in proto icmp type echo-request" },
		{ "in type echo-reply proto icmpv6 code 0", "in proto icmpv6 type echo-reply code 0" },
		{ "in proto icmp type 200 code 9", NULL },
		{ "in proto 47", "in proto gre" },
		{ "in proto 0", NULL },
		{ "in proto 255 fragment", NULL },
		{ "in src 2001:db8::/32 dst 2001:DB8::1", "in src 2001:db8::/32 dst 2001:db8::1" },
		{ "in src 10.0.0.0/255.0.0.0", "in src 10.0.0.0/8" },
		{ "in src 0.0.0.0/0", "in ipv4" },
		{ "in src ::/0 proto tcp", "in ipv6 proto tcp" },
		{ "in ipv4 src 10.0.0.1", "in src 10.0.0.1" },
		{ "in src 10.0.0.1/32 # with a comment", "in src 10.0.0.1" },
		{ "\tin\tany\r", "in any" },
		{ "in any tag 0x10", "in any tag 16" },
		{ "in any tag 4294967295", NULL },
		{ "in src ::ffff:1.2.3.4", NULL },
	};
	char text[600], line[FILTER_TEXT_SIZE], words[FILTER_TEXT_SIZE];
	struct filter_file file, again;
	size_t i;
	bool same;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "set x\n" DEFAULTS "%s", cases[i].in);
		if (!tap_ok(parse(&file, text) && file.count == 1 && file.sets[0].count == 1,
			    "good: %s", cases[i].in)) {
			tap_note("%u:%u: %s", message_line, message_column, message);
			filter_file_clean(&file);
			continue;
		}
		filter_line(&file.sets[0].filters[0], line);
		tap_text(line, cases[i].out ? cases[i].out : cases[i].in, "is written");
		filter_words(&file.sets[0].filters[0], words);
		tap_ok(words[0], "in words: %s", words);
		snprintf(text, sizeof(text), "set x\n" DEFAULTS "%s\n", line);
		same = parse(&again, text) &&
		       !memcmp(again.sets[0].filters, file.sets[0].filters,
			       sizeof(struct ipfltdrv_filter));
		tap_ok(same, "and read as the same filter");
		filter_file_clean(&again);
		filter_file_clean(&file);
	}
}

static void test_fields(void)
{
	static const char text[] = "set x\n" DEFAULTS
		"in proto tcp src 10.1.0.0/16 sport 5-9 dst client dport 80 tag 3 established log\n"
		"both proto icmpv6 type 128 code 3 fragment\n";
	const struct ipfltdrv_filter *f;
	struct filter_file file;

	tap_ok(parse(&file, text), "two filters");
	f = file.sets[0].filters;
	tap_ok(f->flags == (IPFLTDRV_FILTER_PROTOCOL | IPFLTDRV_FILTER_ESTABLISHED |
			    IPFLTDRV_FILTER_LOG) && f->protocol == 6, "protocol and flags");
	tap_ok(f->family == 4 && f->src_len == 16 && !memcmp(f->src, "\x0a\x01\0\0", 4) &&
	       f->dst_late == IPFLTDRV_LATE_CLIENT && !f->dst_len, "addresses");
	tap_ok(f->src_port[0] == 5 && f->src_port[1] == 9 && f->dst_port[0] == 80 &&
	       f->dst_port[1] == 80 && f->tag == 3, "ports and tag");
	tap_ok(f->directions == IPFLTDRV_INGRESS && f[1].directions == 3, "directions");
	tap_ok(f[1].flags == (IPFLTDRV_FILTER_PROTOCOL | IPFLTDRV_FILTER_ICMP_TYPE |
			      IPFLTDRV_FILTER_ICMP_CODE | IPFLTDRV_FILTER_FRAGMENT) &&
	       f[1].icmp_type == 128 && f[1].icmp_code == 3 && !f[1].family, "ICMP");
	tap_ok(file.sets[0].drop[FILTER_IN] && !file.sets[0].drop[FILTER_OUT], "defaults");
	tap_ok(file.sets[0].directions[FILTER_IN] == 2 &&
	       file.sets[0].directions[FILTER_OUT] == 1, "counted by direction");
	tap_ok(file.sets[0].lines[0] == 4 && file.sets[0].lines[1] == 5, "lines are kept");
	filter_file_clean(&file);
}

/* One mistake each, in line 4. */
static void test_mistakes(void)
{
	static const struct {
		const char *text;
		unsigned int column;	/* 0: wherever; the end of the text, say */
		const char *word;
	} cases[] = {
		{ "in", 3, "condition is missing" },
		{ "in tag 3", 9, "condition is missing" },
		{ "in any src 10.0.0.1", 4, "'any' and a condition" },
		{ "in nonsense", 4, "no condition" },
		{ "in src", 7, "value is missing" },
		{ "in src 10.1.2.3/16", 8, "write 10.1.0.0/16 for the network, or 10.1.2.3/32" },
		{ "in src 2001:db8::1/32", 8, "write 2001:db8::/32" },
		{ "in src 10.0.0.0/33", 8, "0 to 32" },
		{ "in src 10.0.0.0/", 8, "0 to 32" },
		{ "in src 10.0.0.0/-1", 8, "range of addresses" },
		{ "in src 10.0.0.0/255.0.255.0", 8, "gap" },
		{ "in src 10.0.0.1/255.0.0.0", 8, "10.0.0.0/8" },
		{ "in src 10.0.0", 8, "no IPv4 or IPv6 address" },
		{ "in src 10.0.0.1-10.0.0.9", 8, "prefixes" },
		{ "in src !10.0.0.1", 8, "'not'" },
		{ "in src 10.0.0.1 dst ::1", 21, "no packet is both" },
		{ "in ipv6 src 10.0.0.1", 13, "no packet is both" },
		{ "in ipv4 ipv6", 9, "no packet is both" },
		{ "in src 10.0.0.1 src 10.0.0.2", 21, "twice" },
		{ "in proto tcp proto udp", 20, "twice" },
		{ "in proto nonsense", 10, "name of a protocol" },
		{ "in proto 256", 10, "name of a protocol" },
		{ "in proto gre dport 80", 20, "no ports" },
		{ "in proto tcp dport 80-", 20, "a port" },
		{ "in proto tcp dport 90-80", 20, "upside down" },
		{ "in proto tcp dport 65536", 20, "0 to 65535" },
		{ "in proto tcp dport 0", 20, "leave it out" },
		{ "in proto tcp dport http", 20, "0 to 65535" },
		{ "in proto tcp dport +80", 20, "0 to 65535" },
		{ "in established", 4, "proto tcp" },
		{ "in proto udp established", 14, "proto tcp" },
		{ "in type 8", 9, "proto icmp" },
		{ "in proto tcp type 8", 19, "proto icmp" },
		{ "in proto icmp type 256", 20, "ICMP type" },
		{ "in proto icmp type packet-too-big", 20, "ICMP type" },
		{ "in proto icmp code 1", 20, "together with a type" },
		{ "in proto icmp type 8 code 256", 27, "0 to 255" },
		{ "in ipv6 proto icmp type 8", 25, "no packet is both" },
		{ "in src 10.0.0.1 proto icmpv6 type 1", 35, "no packet is both" },
		{ "in any tag 4294967296", 12, "0 to 4294967295" },
		{ "in any tag -1", 12, "0 to 4294967295" },
		{ "default in drop", 9, "given before" },
		{ "default nowhere drop", 9, "default in" },
		{ "default in", 11, "forward or drop" },
		{ "default in maybe", 12, "forward or drop" },
		{ "default", 8, "default in" },
		{ "nonsense", 1, "line begins with" },
		{ "table ip x {", 1, "nftables" },
		{ "set", 4, "missing" },
		{ "set -x", 5, "begins with a letter" },
		{ "set x/y", 5, "begins with a letter" },
		{ "set abcdefghijklmnopqrstuvwxyz123456", 5, "31 characters" },
		{ "in elements src", 16, "expected {" },
		{ "in elements src . nonsense { }", 19, "a field is" },
		{ "in elements src . src { }", 19, "a field is" },
		{ "in elements { 10.0.0.1 }", 13, "name their fields" },
		{ "in elements src { 10.0.0.1, 10.0.0.1/8 }", 29, "10.0.0.0/8" },
		{ "in elements src { 10.0.0.1 . 80 }", 28, "more than the 1" },
		{ "in elements src . dport { 10.0.0.1 }", 36, "1 of 2 fields" },
		{ "in elements src . dport { 10.0.0.1 . }", 38, "value is missing" },
		{ "in elements src { 10.0.0.1 timeout 3s }", 28, "expires" },
		{ "in elements src { 10.0.0.1 : drop }", 28, "map" },
		{ "in elements src { * }", 19, "everything else" },
		{ "in elements src { 10.0.0.9-10.0.0.1 }", 19, "FIRST-LAST" },
		{ "in elements src . dst { 10.0.0.1 . ::1-::2 }", 25, "no packet is both" },
		{ "in elements src proto nonsense { 10.0.0.1 }", 23, "name of a protocol" },
		{ "in elements src { 10.0.0.1", 0, "closing brace" },
		{ "in elements src { 10.0.0.1 } x", 30, "too much" },
	};
	struct filter_file file;
	char text[600];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "set x\n" DEFAULTS "%s\n", cases[i].text);
		parse(&file, text);
		if (!tap_ok(file.errors && strstr(message, cases[i].word) &&
			    (!cases[i].column || (message_line == 4 &&
						  message_column == cases[i].column)),
			    "refused: %s", cases[i].text))
			tap_note("%u mistakes, %u:%u: %s", file.errors, message_line,
				 message_column, message);
		filter_file_clean(&file);
	}
}

static void test_whole(void)
{
	static const struct { const char *text; unsigned int line; const char *word; } cases[] = {
		{ "in any\n", 1, "'set NAME' comes before" },
		{ "set x\ndefault in drop\n", 1, "default out forward" },
		{ "set x\n" DEFAULTS "set y\n" DEFAULTS "set x\n" DEFAULTS, 7, "already, in line 1" },
	};
	struct filter_file file;
	char *many;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		parse(&file, cases[i].text);
		if (!tap_ok(file.errors == 1 && message_line == cases[i].line &&
			    strstr(message, cases[i].word), "as a whole: %s", cases[i].word))
			tap_note("%u:%u: %s", message_line, message_column, message);
		filter_file_clean(&file);
	}
	tap_ok(parse(&file, "") && !file.count, "nothing is no mistake");
	filter_file_clean(&file);
	tap_ok(parse(&file, "# nothing\n\n  # at all") && !file.count, "comments alone neither");
	filter_file_clean(&file);
	many = malloc(100 * 10 + 1);
	many[0] = '\0';
	for (i = 0; i < 100; i++)
		strcat(many, "nonsense\n");
	parse(&file, many);
	tap_ok(file.errors == 100 && messages == FILTER_ERRORS_SHOWN, "a hundred mistakes, %u shown",
	       messages);
	filter_file_clean(&file);
	free(many);
}

struct nft_case {
	const char *header, *text;
	/* Lines that come out, or a word of the mistake after a '!'. */
	const char *out;
};

static const struct nft_case nft_cases[] = {
	{ "in src", "{ 10.0.0.0/8, 192.168.0.0/16 }", "in src 10.0.0.0/8\nin src 192.168.0.0/16\n" },
	{ "in src", "10.0.0.0/8\n192.168.0.1 # x\n\n", "in src 10.0.0.0/8\nin src 192.168.0.1\n" },
	{ "in src", "10.0.0.0/8, 192.168.0.1,", "in src 10.0.0.0/8\nin src 192.168.0.1\n" },
	{ "in src", "", "" },
	{ "in src", "{ }", "" },
	{ "in dst . proto . dport tag 4 log", "elements = { 10.1.0.0/16 . tcp . 80-90,\n 10.2.0.0/16 . udp . 53 }",
	  "in proto tcp dst 10.1.0.0/16 dport 80-90 tag 4 log\nin proto udp dst 10.2.0.0/16 dport 53 tag 4 log\n" },
	{ "both dst", "10.0.0.1-10.0.0.6", "both dst 10.0.0.1\nboth dst 10.0.0.2/31\nboth dst 10.0.0.4/31\nboth dst 10.0.0.6\n" },
	{ "both dst", "0.0.0.0-255.255.255.255", "both dst 0.0.0.0/1\nboth dst 128.0.0.0/1\n" },
	{ "in dst . src", "2001:db8::1-2001:db8::2 . ::4-::5", "in src ::4/127 dst 2001:db8::1\nin src ::4/127 dst 2001:db8::2\n" },
	{ "in", "table inet t {\n\tset s {\n\t\ttypeof ip saddr . udp dport\n\t\tflags interval\n\t\telements = { 10.1.0.0/16 . 80-90,\n\t\t\t     10.2.0.0/16 . 53 counter packets 4 bytes 9 comment \"a } b\" }\n\t}\n}\n",
	  "in proto udp src 10.1.0.0/16 dport 80-90\nin proto udp src 10.2.0.0/16 dport 53\n" },
	{ "in dst . dport proto tcp", "table ip t {\n set s {\n type ipv4_addr . inet_service\n size 65535\n flags interval,dynamic\n elements = { 10.1.0.0/16 . 80 }\n }\n}",
	  "in proto tcp dst 10.1.0.0/16 dport 80\n" },
	{ "in", "table ip t { set s { typeof icmp type; elements = { echo-request, 3 } } }",
	  "in proto icmp type echo-request\nin proto icmp type destination-unreachable\n" },
	{ "in", "table ip t {\n set s {\n typeof ip saddr\n }\n}\n", "" },
	{ "in src . proto", "table ip t {\n set s {\n typeof ip saddr . meta l4proto\n elements = { 1.2.3.4 . 17 }\n }\n}\n",
	  "in proto udp src 1.2.3.4\n" },
	{ "in", "table ip t {\n set s {\n type ipv4_addr\n elements = { 1.2.3.4 }\n }\n}\n", "!name their fields" },
	{ "in dport", "table ip t {\n set s {\n type ipv4_addr\n elements = { 1.2.3.4 }\n }\n}\n", "!do not fit" },
	{ "in src", "table ip t {\n set s {\n type ipv4_addr . mark\n elements = { 1.2.3.4 . 1 }\n }\n}\n", "!type 'mark' cannot be expressed" },
	{ "in", "table ip t {\n set s {\n typeof ether saddr\n }\n}\n", "!with this field cannot be expressed" },
	{ "in", "table ip t {\n set s {\n typeof ip\n }\n}\n", "!expected for example" },
	{ "in src", "table ip t {\n map s {\n type ipv4_addr : verdict\n }\n}\n", "!'map' of nftables" },
	{ "in src", "table ip t {\n set s {\n type ipv4_addr\n timeout 3s\n }\n}\n", "!'timeout' of nftables" },
	{ "in src", "table ip t {\n set s {\n type ipv4_addr\n elements = 3\n }\n}\n", "!expected 'elements" },
	{ "in src", "{ 1.2.3.4 } }", "!too much" },
	{ "in src", "1.2.3.4 }", "!too much" },
	{ "in src", "table ip t {\n set s {\n type ipv4_addr\n }\n set u {\n }\n}\n", "!one set" },
	{ "", "1.2.3.4", "!in, out or both" },
	{ "in src nonsense", "1.2.3.4", "!no condition" },
};

static void test_nft(void)
{
	char header[256], line[FILTER_TEXT_SIZE], out[4096];
	const struct nft_case *c;
	struct filter_file file;
	size_t i, j;
	bool good;

	for (i = 0; i < ARRAY_SIZE(nft_cases); i++) {
		c = &nft_cases[i];
		snprintf(header, sizeof(header), "set x\n" DEFAULTS "%s", c->header);
		good = parse_nft(&file, header, c->text);
		out[0] = '\0';
		for (j = 0; good && j < file.sets[0].count; j++) {
			filter_line(&file.sets[0].filters[j], line);
			strcat(strcat(out, line), "\n");
		}
		if (c->out[0] == '!')
			good = !good && strstr(message, c->out + 1);
		else
			good = good && !strcmp(out, c->out);
		if (!tap_ok(good, "nftables, case %zu: %s, %.30s", i, c->header, c->text))
			tap_note("%u:%u: %s; %s", message_line, message_column, message, out);
		filter_file_clean(&file);
	}
}

/* Nothing in the work for one line may depend on how many there are. */
static double seconds_for(unsigned int lines)
{
	const size_t room = 128 + (size_t)lines * 96;
	struct timespec begin, end;
	struct filter_text t = { .name = "large" };
	struct filter_file file = { .emit = emit };
	char *text = malloc(room);
	size_t len;
	unsigned int i;

	len = (size_t)sprintf(text, "set x\n" DEFAULTS);
	for (i = 0; i < lines; i++)
		len += (size_t)sprintf(text + len,
				       "in proto tcp src 10.%u.%u.0/24 dst 192.0.2.0/24 dport %u-%u tag %u\n",
				       i >> 8 & 255, i & 255, 1 + i % 60000, 1 + i % 60000 + 7, i);
	t.text = text;
	t.len = len;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	tap_ok(filter_parse(&file, &t) && file.sets[0].count == lines, "%u filters are read", lines);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	filter_file_clean(&file);
	free(text);
	return (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
}

static void test_size(void)
{
	double some = seconds_for(10000), more = seconds_for(100000);

	tap_ok(more < 3 * 10 * some + 0.1, "ten times as many take %.1f times as long", more / some);
	tap_note("%.3f s for 100000, with sanitizers", more);
}

int main(void)
{
	test_lines();
	test_fields();
	test_mistakes();
	test_whole();
	test_nft();
	test_size();
	return tap_end();
}
