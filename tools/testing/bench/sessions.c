// SPDX-License-Identifier: GPL-2.0
/*
 * Makes PPPoE sessions of either kind and holds them.
 *
 *   sessions ours|ppp --device DEV --peer MAC --base ADDRESS [--wan DEV]
 *            [--local ADDRESS] [--count N] [--step N] [--batch N] [--shuffle SEED]
 *            [--ipv6]
 *
 * One process is one end: the other end of the sessions is another process in
 * another network namespace. Session n, from 1 on, has the number n in PPPoE and
 * the client address ADDRESS + n; with --shuffle they are made in an order that
 * has nothing to do with their numbers, so that packets to rising addresses meet
 * memory in no order either.
 *
 * With --batch so many line-ups go in one system call; a step or the end counts
 * as reached when the last of them is answered for.
 *
 * With --ipv6 each session of ours has a second line: the link-local address fe80:: plus
 * ADDRESS + n, and the prefix 2001:db8:A:n::/64, where A is the upper half of ADDRESS.
 *
 * With --local each of the peer's units has the addresses that pppd would give it,
 * without only a route: a few thousand equal local addresses are in one chain of
 * the kernel's address table, which slows down whoever's packets meet it.
 *
 * Nothing happens until standard input says so, a word a line: "up" makes all
 * sessions, "down" ends them, "end" or the end of input ends the program. Answers:
 *
 *   step N SECONDS      the first N are up; these STEP took SECONDS
 *   up N SECONDS        all are up
 *   down N SECONDS      none is left
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "sessions.h"

/**
 * die() - say why and end
 * @fmt: what to say
 */
void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("sessions: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static unsigned int number_of(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value > 65534)
		die("'%s' is no number up to 65534", text);
	return value;
}

static uint32_t address_of(const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		die("'%s' is no IPv4 address", text);
	return ntohl(address.s_addr);
}

static int ifindex_of(const char *name)
{
	int ifindex = if_nametoindex(name);

	if (!ifindex)
		die("%s: %s", name, strerror(errno));
	return ifindex;
}

static const struct kind *kind_of(const char *name)
{
	static const struct kind * const kinds[] = { &kind_ours, &kind_ppp };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(name, kinds[i]->name))
			return kinds[i];
	die("'%s' is neither ours nor ppp", name);
}

static void parse_option(struct options *options, int letter)
{
	const struct ether_addr *ether;

	switch (letter) {
	case 'd':
		options->device = optarg;
		options->ifindex = ifindex_of(optarg);
		break;
	case 'w':
		options->wan = optarg;
		options->wan_ifindex = ifindex_of(optarg);
		break;
	case 'p':
		ether = ether_aton(optarg);
		if (!ether)
			die("'%s' is no Ethernet address", optarg);
		memcpy(options->peer, ether, ETH_ALEN);
		break;
	case 'l':
		options->local = address_of(optarg);
		break;
	case 'b':
		options->base = address_of(optarg);
		break;
	case 'n':
		options->count = number_of(optarg);
		break;
	case 's':
		options->step = number_of(optarg);
		break;
	case 'm':
		options->batch = number_of(optarg);
		break;
	case '6':
		options->ipv6 = true;
		break;
	case 'r':
		options->seed = number_of(optarg);
		break;
	default:
		die("usage: see the head of sessions.c");
	}
}

static const struct kind *parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "wan", required_argument, NULL, 'w' },
		{ "peer", required_argument, NULL, 'p' },
		{ "local", required_argument, NULL, 'l' },
		{ "base", required_argument, NULL, 'b' },
		{ "count", required_argument, NULL, 'n' },
		{ "step", required_argument, NULL, 's' },
		{ "batch", required_argument, NULL, 'm' },
		{ "shuffle", required_argument, NULL, 'r' },
		{ "ipv6", no_argument, NULL, '6' },
		{ }
	};
	int letter;

	for (;;) {
		letter = getopt_long(argc, argv, "", names, NULL);
		if (letter < 0)
			break;
		parse_option(options, letter);
	}
	if (optind + 1 != argc || !options->device || !options->base)
		die("usage: see the head of sessions.c");
	return kind_of(argv[optind]);
}

/* A growing process would be measured as a growing kernel. */
static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory || mlock(memory, count * size))
		die("memory: %s", strerror(errno));
	return memory;
}

/* Fisher and Yates, with a generator that is the same everywhere. */
static unsigned int *make_order(const struct options *options)
{
	unsigned int *order = allocate(options->count, sizeof(*order));
	uint64_t random = options->seed;
	unsigned int i, j, number;

	for (i = 0; i < options->count; i++)
		order[i] = i + 1;
	if (!options->seed)
		return order;
	for (i = options->count - 1; i > 0; i--) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		j = (random >> 33) % (i + 1);
		number = order[i];
		order[i] = order[j];
		order[j] = number;
	}
	return order;
}

static void up(const struct kind *kind, const struct options *options,
	       const unsigned int *order, int (*fds)[MAX_FDS])
{
	double start = now(), step = start, at;
	unsigned int i;

	for (i = 0; i < options->count; i++) {
		kind->create(options, order[i], fds[i]);
		if ((i + 1) % options->step)
			continue;
		kind->settle();
		at = now();
		printf("step %u %.6f\n", i + 1, at - step);
		step = at;
	}
	kind->settle();
	printf("up %u %.6f\n", options->count, now() - start);
	fflush(stdout);
}

static void down(const struct kind *kind, const struct options *options,
		 int (*fds)[MAX_FDS])
{
	double start = now();
	unsigned int i;

	for (i = 0; i < options->count; i++)
		kind->destroy(fds[i]);
	printf("down %u %.6f\n", options->count, now() - start);
	fflush(stdout);
}

static void raise_limit(const struct kind *kind, const struct options *options)
{
	const rlim_t files = 64 + kind->fds * (rlim_t)options->count;
	const struct rlimit limit = { .rlim_cur = files, .rlim_max = files };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("a limit of %lu files: %s", (unsigned long)files, strerror(errno));
}

int main(int argc, char **argv)
{
	struct options options = { .count = 1, .step = 1000, .batch = 1 };
	const struct kind *kind = parse(&options, argc, argv);
	bool are_up = false;
	unsigned int *order;
	int (*fds)[MAX_FDS];
	char line[16];

	raise_limit(kind, &options);
	order = make_order(&options);
	fds = allocate(options.count, sizeof(*fds));
	kind->start(&options);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "end\n")) {
		if (!strcmp(line, "up\n") && !are_up)
			up(kind, &options, order, fds);
		else if (!strcmp(line, "down\n") && are_up)
			down(kind, &options, fds);
		else
			die("what is '%s'?", line);
		are_up = !are_up;
	}
	return EXIT_SUCCESS;
}
