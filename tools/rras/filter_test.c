// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter test: what would become of a packet, by the kernel's own code. Counts nothing.
 */
#include <errno.h>
#include <linux/wanarp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/filter/value.h"
#include "../lib/packet.h"
#include "../lib/pcap.h"
#include "filter.h"
#include "netlink.h"
#include "rras.h"

#define CAPTURE_MAX	(1U << 30)

static const struct { const char *name; uint8_t flag; } tcp_flags[] = {
	{ "fin", PACKET_FIN }, { "syn", PACKET_SYN }, { "rst", PACKET_RST },
	{ "psh", PACKET_PSH }, { "ack", PACKET_ACK }, { "urg", PACKET_URG }, { "none", 0 },
};

static const char *const step_names[] = {
	[IPFLTDRV_STEP_NONE] = "none", [IPFLTDRV_STEP_FRAME] = "frame",
	[IPFLTDRV_STEP_CLOSED] = "closed", [IPFLTDRV_STEP_PARSE] = "parse",
	[IPFLTDRV_STEP_FRAGMENT] = "fragment", [IPFLTDRV_STEP_STRONG_HOST] = "strong-host",
	[IPFLTDRV_STEP_EXTENSION] = "extension", [IPFLTDRV_STEP_FILTER] = "filter",
	[IPFLTDRV_STEP_DEFAULT] = "default",
};

/* Why, in words; of filter and default more is said. */
static const char *const step_words[] = {
	[IPFLTDRV_STEP_NONE] = "nothing is bound that would concern it",
	[IPFLTDRV_STEP_FRAME] = "it is no IP packet of this interface, or cannot be told to be",
	[IPFLTDRV_STEP_CLOSED] = "the set is not loaded, or an address that it needs is not known",
	[IPFLTDRV_STEP_PARSE] = "its headers are malformed",
	[IPFLTDRV_STEP_FRAGMENT] = "so says the fragment policy",
	[IPFLTDRV_STEP_STRONG_HOST] = "it is for this host, but not for an address of this "
				      "interface",
	[IPFLTDRV_STEP_EXTENSION] = "so says a module that has registered a hook",
	[IPFLTDRV_STEP_FILTER] = "a filter matches",
	[IPFLTDRV_STEP_DEFAULT] = "no filter matches",
};

/* What is asked. */
struct question {
	struct filter_target on;	/* @on.ifindex 0: @set is asked */
	const char *set;
	struct filter_address interface;
	int fragments;
	uint8_t direction;
	const char *capture;
	unsigned int only;		/* packet of the capture; 0: all */
	struct packet packet;
	/* Which of the fields were given. */
	bool src, dst, protocol, flags, type;
};

struct words {
	int argc;
	char **argv;
};

static const char *next(struct words *w)
{
	w->argc--;
	return *w->argv++;
}

static int bad(const char *what)
{
	return usage("filter test: expected %s", what);
}

/* --- what is asked --- */

static int take_setup(struct words *w, struct question *q)
{
	const char *word;

	if (!w->argc)
		return bad("the name of a set after 'set'");
	q->set = next(w);
	if (filter_bad_name(q->set, strlen(q->set)))
		return usage("filter test: %s", filter_bad_name(q->set, strlen(q->set)));
	while (w->argc > 1 && strcmp(w->argv[0], "in") && strcmp(w->argv[0], "out")) {
		word = next(w);
		if (!strcmp(word, "client")) {
			if (!filter_take_address(next(w), &q->on.client))
				return bad("an address after 'client'");
		} else if (!strcmp(word, "interface")) {
			if (!filter_take_address(next(w), &q->interface))
				return bad("an address after 'interface'");
		} else if (!strcmp(word, "fragments")) {
			q->fragments = filter_fragments(next(w));
			if (q->fragments < 0)
				return bad("pass, check or drop after 'fragments'");
		} else {
			return usage("filter test: unknown '%s': client, interface, fragments, and "
				     "then in or out", word);
		}
	}
	return EXIT_OK;
}

static int take_address(struct words *w, struct packet *p, uint8_t *to, const char *what)
{
	struct filter_address a;

	if (!filter_take_address(next(w), &a))
		return usage("filter test: expected an address after '%s'", what);
	if (p->family && p->family != a.family)
		return bad("both addresses of the same IP version");
	p->family = a.family;
	memcpy(to, a.address, sizeof(a.address));
	return EXIT_OK;
}

static int take_number(struct words *w, unsigned int max, const char *what, unsigned int *out)
{
	if (!w->argc || !parse_number(w->argv[0], out) || *out > max)
		return usage("filter test: expected a number from 0 to %u after '%s'", max, what);
	next(w);
	return EXIT_OK;
}

static int take_flags(struct words *w, struct packet *p)
{
	char text[64], *word, *rest;
	size_t i;

	snprintf(text, sizeof(text), "%s", next(w));
	p->tcp_flags = 0;
	for (word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		for (i = 0; i < ARRAY_SIZE(tcp_flags); i++) {
			if (!strcmp(word, tcp_flags[i].name))
				break;
		}
		if (i == ARRAY_SIZE(tcp_flags))
			return bad("fin, syn, rst, psh, ack, urg, joined by commas, or none after "
				   "'flags'");
		p->tcp_flags |= tcp_flags[i].flag;
	}
	return EXIT_OK;
}

static int take_fragment(struct words *w, struct packet *p)
{
	unsigned int offset;
	int code;

	code = take_number(w, 65528, "fragment", &offset);
	if (code)
		return code;
	if (offset % 8)
		return bad("a multiple of 8 after 'fragment'");
	p->fragment = true;
	p->offset = (uint16_t)offset;
	if (w->argc && !strcmp(w->argv[0], "more")) {
		next(w);
		p->more = true;
	}
	if (!offset && !p->more)
		return bad("'more' after 'fragment 0': else it is the whole packet");
	return EXIT_OK;
}

static int take_protocol(struct words *w, struct question *q)
{
	const char *word = next(w);
	const struct filter_word value = { .text = word, .len = strlen(word) };
	const char *wrong = filter_read_protocol(&value, &q->packet.protocol);

	q->protocol = true;
	return wrong ? usage("filter test: %s", wrong) : EXIT_OK;
}

/* Of what is told by a number. */
static int take_other(struct words *w, struct packet *p, const char *word, struct question *q)
{
	unsigned int number = 0;
	int code;

	if (!strcmp(word, "sport")) {
		code = take_number(w, 65535, word, &number);
		p->src_port = (uint16_t)number;
	} else if (!strcmp(word, "dport")) {
		code = take_number(w, 65535, word, &number);
		p->dst_port = (uint16_t)number;
	} else if (!strcmp(word, "type")) {
		code = take_number(w, 255, word, &number);
		p->icmp_type = (uint8_t)number;
		q->type = true;
	} else if (!strcmp(word, "code")) {
		code = take_number(w, 255, word, &number);
		p->icmp_code = (uint8_t)number;
	} else if (!strcmp(word, "length")) {
		code = take_number(w, PACKET_SIZE, word, &p->length);
	} else {
		code = usage("filter test: unknown '%s': src, dst, proto, sport, dport, type, "
			     "code, "
			     "flags, fragment, length", word);
	}
	return code;
}

static int take_fields(struct words *w, struct question *q)
{
	struct packet *p = &q->packet;
	const char *word;
	int code = EXIT_OK;

	while (w->argc && !code) {
		word = next(w);
		if (!w->argc)
			return usage("filter test: a value is missing after '%s'", word);
		if (!strcmp(word, "src")) {
			code = take_address(w, p, p->src, word);
			q->src = true;
		} else if (!strcmp(word, "dst")) {
			code = take_address(w, p, p->dst, word);
			q->dst = true;
		} else if (!strcmp(word, "proto")) {
			code = take_protocol(w, q);
		} else if (!strcmp(word, "flags")) {
			code = take_flags(w, p);
			q->flags = true;
		} else if (!strcmp(word, "fragment")) {
			code = take_fragment(w, p);
		} else {
			code = take_other(w, p, word, q);
		}
	}
	return code;
}

/* What was not said is what a client would send first. */
static int complete(struct question *q)
{
	struct packet *p = &q->packet;

	if (!q->src || !q->dst)
		return bad("a packet: src ADDRESS dst ADDRESS ..., or pcap FILE");
	if (!q->protocol && (p->src_port || p->dst_port))
		return bad("a protocol for the ports: proto tcp, for example");
	if (!q->protocol)
		p->protocol = p->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	if (!q->flags)
		p->tcp_flags = PACKET_SYN;
	if (!q->type)
		p->icmp_type = p->protocol == IPPROTO_ICMPV6 ? 128 : 8;
	return EXIT_OK;
}

static int take_packet(struct words *w, struct question *q)
{
	int code;

	if (!w->argc || strcmp(w->argv[0], "pcap")) {
		code = take_fields(w, q);
		return code ? code : complete(q);
	}
	next(w);
	if (!w->argc)
		return bad("a file after 'pcap'");
	q->capture = next(w);
	if (w->argc && !strcmp(w->argv[0], "packet")) {
		next(w);
		code = take_number(w, UINT32_MAX, "packet", &q->only);
		if (code || !q->only)
			return code ? code : bad("a number from 1 on after 'packet'");
	}
	return w->argc ? usage("filter test: unexpected '%s'", w->argv[0]) : EXIT_OK;
}

static int take_question(int argc, char **argv, struct question *q)
{
	struct words w = { .argc = argc, .argv = argv };
	const char *direction;
	int code;

	*q = (struct question){ .fragments = -1 };
	if (w.argc && !strcmp(w.argv[0], "set")) {
		next(&w);
		code = take_setup(&w, q);
	} else {
		code = filter_take_target("filter test", &w.argc, &w.argv, &q->on);
	}
	if (code)
		return code;
	direction = w.argc ? next(&w) : "";
	if (!strcmp(direction, "in"))
		q->direction = IPFLTDRV_INGRESS;
	else if (!strcmp(direction, "out"))
		q->direction = IPFLTDRV_EGRESS;
	else
		return bad("in for a received packet or out for one to be sent");
	return take_packet(&w, q);
}

/* --- asking --- */

struct search {
	const struct filter_address *client;
	uint32_t link;
};

static int on_projection(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_PROJECTION_MAX + 1];
	struct search *s = data;

	if (nl_genl_parse(nlh, tb, WANARP_A_PROJECTION_MAX))
		return MNL_CB_OK;
	if (s->client->family == 4 && tb[WANARP_A_PROJECTION_IPV4] &&
	    mnl_attr_get_payload_len(tb[WANARP_A_PROJECTION_IPV4]) == 4 &&
	    !memcmp(mnl_attr_get_payload(tb[WANARP_A_PROJECTION_IPV4]), s->client->address, 4))
		s->link = (uint32_t)nl_attr_uint(tb[WANARP_A_PROJECTION_LINK]);
	return MNL_CB_OK;
}

/* Packets tell clients apart by their link; which link is this client's? */
static int find_link(struct filter_target *t)
{
	struct search search = { .client = &t->client };
	struct request r;
	int code;

	code = netlink_begin(&r, WANARP_FAMILY_NAME, WANARP_CMD_PROJECTION_GET, NLM_F_DUMP);
	if (code)
		return code;
	mnl_attr_put_u32(r.nlh, WANARP_A_PROJECTION_IFINDEX, t->ifindex);
	code = netlink_ask(&r, on_projection, &search, NULL, t->name);
	if (code)
		return code;
	if (!search.link)
		return fail("%s: no client has the address %s now: rras iface show %s projections",
			    t->name, filter_address_text(&t->client), t->name);
	t->link = true;
	t->link_id = search.link;
	return EXIT_OK;
}

/* The kernel's answer. */
struct answer {
	bool drop;
	uint64_t step;
	char reason[32], set[FILTER_NAME_SIZE];
	bool filter;
	uint32_t number, tag;
	char line[FILTER_TEXT_SIZE], words[FILTER_TEXT_SIZE];
};

static int on_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_TEST_MAX + 1];
	struct answer *a = data;
	const char *text;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_TEST_MAX))
		return MNL_CB_OK;
	a->drop = nl_attr_uint(tb[IPFLTDRV_A_TEST_VERDICT]) == IPFLTDRV_ACTION_DROP;
	a->step = nl_attr_uint(tb[IPFLTDRV_A_TEST_STEP]);
	text = nl_attr_text(tb[IPFLTDRV_A_TEST_REASON]);
	snprintf(a->reason, sizeof(a->reason), "%s", text ? text : "");
	text = nl_attr_text(tb[IPFLTDRV_A_TEST_SET]);
	snprintf(a->set, sizeof(a->set), "%s", text ? text : "");
	a->filter = tb[IPFLTDRV_A_TEST_FILTER];
	a->number = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_TEST_FILTER]);
	a->tag = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_TEST_TAG]);
	return MNL_CB_OK;
}

static void put_question(struct nlmsghdr *nlh, const struct question *q)
{
	mnl_attr_put_u8(nlh, IPFLTDRV_A_TEST_DIRECTION, q->direction);
	if (q->on.ifindex) {
		mnl_attr_put_u32(nlh, IPFLTDRV_A_TEST_IFINDEX, q->on.ifindex);
		if (q->on.link)
			filter_put_link(nlh, IPFLTDRV_A_TEST_LINK_ADDRESS, q->on.link_id);
		return;
	}
	filter_put_name(nlh, IPFLTDRV_A_TEST_SET, q->set);
	filter_put_address(nlh, IPFLTDRV_A_TEST_CLIENT_IPV4, IPFLTDRV_A_TEST_CLIENT_IPV6,
			   &q->on.client);
	filter_put_address(nlh, IPFLTDRV_A_TEST_INTERFACE_IPV4, IPFLTDRV_A_TEST_INTERFACE_IPV6,
			   &q->interface);
	if (q->fragments >= 0)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_TEST_FRAGMENTS, (uint8_t)q->fragments);
}

static int ask(struct filter_kernel *k, const struct question *q, const uint8_t *packet,
	       size_t len, struct answer *a)
{
	static char buffer[IPFLTDRV_PACKET_MAX + NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct ipfltdrv_filter f;
	struct nlmsghdr *nlh;
	int err;

	*a = (struct answer){ 0 };
	nlh = nl_genl_request(&k->nl, buffer, &k->family, IPFLTDRV_CMD_PACKET_TEST, 0);
	put_question(nlh, q);
	mnl_attr_put(nlh, IPFLTDRV_A_TEST_PACKET, len, packet);
	err = filter_ask(k, nlh, on_answer, a);
	if (err)
		return filter_refused(k, err, q->on.ifindex ? q->on.name : q->set);
	if (a->filter && !filter_one_get(k, a->set, a->number, &f)) {
		filter_line(&f, a->line);
		filter_words(&f, a->words);
	}
	return EXIT_OK;
}

/* --- the answer --- */

static const char *pick(const char *const *texts, size_t count, uint64_t number)
{
	return number < count && texts[number] ? texts[number] : "unknown";
}

static void print_answer(const struct question *q, const struct answer *a)
{
	const char *received = q->direction == IPFLTDRV_INGRESS ? "received" : "sent";

	printf("%s: ", a->drop ? "dropped" : "forwarded");
	if (a->step == IPFLTDRV_STEP_FILTER && a->filter) {
		printf("filter %u of set %s", a->number, a->set);
		if (a->tag)
			printf(", tag %u", a->tag);
		printf(": %s (%s)\n", a->words, a->line);
	} else if (a->step == IPFLTDRV_STEP_DEFAULT && a->set[0]) {
		printf("no filter of set %s matches, and its default for %s packets is %s\n",
		       a->set, received, filter_action(a->drop));
	} else {
		printf("%s", pick(step_words, ARRAY_SIZE(step_words), a->step));
		if (a->reason[0])
			printf(" (%s)", a->reason);
		printf("%s%s\n", a->set[0] ? ", set " : "", a->set);
	}
}

static void answer_json(const struct answer *a, unsigned int packet, struct json *j)
{
	json_open(j, '{');
	if (packet)
		json_field_uint(j, "packet", packet);
	json_field_string(j, "verdict", filter_action(a->drop));
	json_field_string(j, "step", pick(step_names, ARRAY_SIZE(step_names), a->step));
	if (a->reason[0])
		json_field_string(j, "reason", a->reason);
	if (a->set[0])
		json_field_string(j, "set", a->set);
	if (a->filter) {
		json_field_uint(j, "number", a->number);
		json_field_uint(j, "tag", a->tag);
		json_field_string(j, "filter", a->line);
		json_field_string(j, "words", a->words);
	}
	json_close(j, '}');
}

static void show_answer(const struct question *q, const struct answer *a, unsigned int packet,
			bool first)
{
	char text[4 * FILTER_TEXT_SIZE];
	struct json j;

	if (options.json) {
		json_init(&j, text, sizeof(text));
		answer_json(a, packet, &j);
		printf("%s%s", first ? "" : ",\n", text);
		return;
	}
	if (packet)
		printf("%6u  ", packet);
	print_answer(q, a);
}

static int test_fields(struct filter_kernel *k, const struct question *q)
{
	uint8_t packet[PACKET_SIZE];
	struct answer a;
	size_t len;
	int code;

	len = packet_build(&q->packet, packet);
	if (!len)
		return usage("filter test: the length is less than the headers, or too large");
	code = ask(k, q, packet, len, &a);
	if (!code)
		show_answer(q, &a, 0, true);
	return code;
}

struct tally {
	unsigned int packets, forwarded, dropped, other;
};

static int test_packet(struct filter_kernel *k, const struct question *q,
		       const struct pcap_packet *packet, struct tally *t)
{
	size_t len = packet->len < IPFLTDRV_PACKET_MAX ? packet->len : IPFLTDRV_PACKET_MAX;
	struct answer a;
	int code;

	if (!packet->ip) {
		t->other++;
		return EXIT_OK;
	}
	code = ask(k, q, packet->ip, len, &a);
	if (code)
		return code;
	show_answer(q, &a, t->packets, !(t->forwarded + t->dropped));
	t->forwarded += !a.drop;
	t->dropped += a.drop;
	return EXIT_OK;
}

static int test_packets(struct filter_kernel *k, const struct question *q, struct pcap *f)
{
	struct pcap_packet packet;
	struct tally t = { 0 };
	int code = EXIT_OK;

	while (!code && pcap_next(f, &packet)) {
		t.packets++;
		if (!q->only || t.packets == q->only)
			code = test_packet(k, q, &packet, &t);
	}
	if (!code && f->error)
		code = fail("%s: packet %u: %s", q->capture, t.packets + 1, f->error);
	if (!code && q->only > t.packets)
		code = fail("%s: it has only %u packets", q->capture, t.packets);
	if (!code && !options.json)
		printf("%u forwarded, %u dropped, %u not IP\n", t.forwarded, t.dropped, t.other);
	return code;
}

static int test_capture(struct filter_kernel *k, const struct question *q)
{
	const char *wrong;
	struct pcap f;
	uint8_t *data;
	size_t len;
	int code;

	data = filter_read_file(q->capture, CAPTURE_MAX, &len);
	if (!data)
		return EXIT_FAILED;
	wrong = pcap_init(&f, data, len);
	code = wrong ? fail("%s: %s", q->capture, wrong) : test_packets(k, q, &f);
	free(data);
	return code;
}

/**
 * filter_test_main - rras filter test
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code; whatever becomes of the packet, if it could be tested.
 */
int filter_test_main(int argc, char **argv)
{
	struct filter_kernel k;
	struct question q;
	int code;

	code = take_question(argc, argv, &q);
	if (code)
		return code;
	code = filter_open(&k);
	if (code)
		return code;
	if (q.on.ifindex && q.on.client.family)
		code = find_link(&q.on);
	if (options.json)
		putchar('[');
	if (!code)
		code = q.capture ? test_capture(&k, &q) : test_fields(&k, &q);
	if (options.json)
		puts("]");
	filter_close(&k);
	return code;
}
