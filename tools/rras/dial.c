// SPDX-License-Identifier: GPL-2.0
/*
 * rras dial, rras hangup: demand-dial interfaces by hand, and a dialler that runs any command.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/wanarp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/array.h"
#include "netlink.h"
#include "rras.h"

const char dial_help[] =
	"usage: rras dial DEV                    dial a demand-dial interface now\n"
	"       rras dial DEV --run COMMAND      answer its dial requests, until interrupted\n"
	"       rras hangup DEV                  hang it up\n"
	"\n"
	"COMMAND is run by the shell for each dial request. It makes a link and brings its\n"
	"line up. If it ends with another status than 0, dialling has failed. It gets SIGTERM\n"
	"when the interface is to be hung up. In its environment:\n"
	"RRAS_INTERFACE, RRAS_CAUSE (traffic or admin), and of the packet that causes it\n"
	"RRAS_SOURCE, RRAS_DESTINATION, RRAS_PROTOCOL, RRAS_SOURCE_PORT, RRAS_DESTINATION_PORT.\n";

static const char *const cause_names[] = {
	[WANARP_DIAL_CAUSE_TRAFFIC] = "traffic",
	[WANARP_DIAL_CAUSE_ADMIN] = "admin",
	[WANARP_DIAL_CAUSE_IDLE] = "idle",
	[WANARP_DIAL_CAUSE_TIMEOUT] = "timeout",
};

/**
 * struct dialler - rras dial --run
 */
struct dialler {
	const char *dev;
	uint32_t ifindex;
	const char *command;
	/** @nl: where requests come */
	struct nl nl;
	uint16_t family;
	/** @signals: a signalfd */
	int signals;
	/** @mask: as it was, for the child */
	sigset_t mask;
	/** @child: leader of the process group of the command, 0 if none runs */
	pid_t child;
	bool over;
};

static int request_about(uint8_t cmd, const char *dev, uint32_t reason, const char *text)
{
	struct request r;
	int code;

	code = netlink_begin(&r, WANARP_FAMILY_NAME, cmd, 0);
	if (code)
		return code;
	mnl_attr_put_u32(r.nlh, WANARP_A_DIAL_IFINDEX, if_nametoindex(dev));
	if (text) {
		mnl_attr_put_u32(r.nlh, WANARP_A_DIAL_REASON, reason);
		mnl_attr_put_strz(r.nlh, WANARP_A_DIAL_TEXT, text);
	}
	return netlink_ask(&r, NULL, NULL, NULL, dev);
}

static int check_dev(const char *dev)
{
	if (if_nametoindex(dev))
		return EXIT_OK;
	return fail("%s: there is no such interface: ip link show type wanarp", dev);
}

static void env_number(const char *name, const struct nlattr *attr)
{
	char text[24];

	if (!attr)
		return;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)nl_attr_uint(attr));
	setenv(name, text, 1);
}

static void env_address(const char *name, const struct nlattr *attr)
{
	char text[INET6_ADDRSTRLEN];
	int family;

	if (!attr)
		return;
	family = mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr) ? AF_INET6 : AF_INET;
	if (inet_ntop(family, mnl_attr_get_payload(attr), text, sizeof(text)))
		setenv(name, text, 1);
}

static void run_command(const struct dialler *d, const struct nlattr **tb)
{
	uint64_t cause = nl_attr_uint(tb[WANARP_A_DIAL_CAUSE]);

	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, &d->mask, NULL);
	setenv("RRAS_INTERFACE", d->dev, 1);
	setenv("RRAS_CAUSE", cause < ARRAY_SIZE(cause_names) ? cause_names[cause] : "?", 1);
	env_address("RRAS_SOURCE", tb[WANARP_A_DIAL_SOURCE]);
	env_address("RRAS_DESTINATION", tb[WANARP_A_DIAL_DESTINATION]);
	env_number("RRAS_PROTOCOL", tb[WANARP_A_DIAL_PROTOCOL]);
	env_number("RRAS_SOURCE_PORT", tb[WANARP_A_DIAL_SOURCE_PORT]);
	env_number("RRAS_DESTINATION_PORT", tb[WANARP_A_DIAL_DESTINATION_PORT]);
	execl("/bin/sh", "sh", "-c", d->command, (char *)NULL);
	_exit(127);
}

static void dial(struct dialler *d, const struct nlattr **tb)
{
	/* The old one may still be about to end. */
	if (d->child)
		return;
	fflush(stdout);
	d->child = fork();
	if (!d->child)
		run_command(d, tb);
	if (d->child < 0) {
		d->child = 0;
		request_about(WANARP_CMD_DIAL_FAIL, d->dev,
			      WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES, strerror(errno));
		return;
	}
	/* In both, so that neither depends on who runs first. */
	setpgid(d->child, d->child);
}

static int on_request(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_DIAL_MAX + 1];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct dialler *d = data;

	if (nlh->nlmsg_type != d->family || genl->cmd != WANARP_CMD_DIAL_NTF ||
	    nl_genl_parse(nlh, tb, WANARP_A_DIAL_MAX) || !tb[WANARP_A_DIAL_REQUEST] ||
	    !tb[WANARP_A_DIAL_CAUSE] || nl_attr_uint(tb[WANARP_A_DIAL_IFINDEX]) != d->ifindex)
		return MNL_CB_OK;
	if (nl_attr_uint(tb[WANARP_A_DIAL_REQUEST]) == WANARP_DIAL_REQUEST_DIAL)
		dial(d, tb);
	else if (d->child)
		kill(-d->child, SIGTERM);
	return MNL_CB_OK;
}

/* If the kernel no longer waits for it, its refusal is no news to anybody. */
static void report(const struct dialler *d, int status)
{
	struct request r;
	char text[64];

	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	if (WIFEXITED(status))
		snprintf(text, sizeof(text), "the command ended with status %d",
			 WEXITSTATUS(status));
	else
		snprintf(text, sizeof(text), "the command was ended by signal %d",
			 WTERMSIG(status));
	if (netlink_begin(&r, WANARP_FAMILY_NAME, WANARP_CMD_DIAL_FAIL, 0))
		return;
	mnl_attr_put_u32(r.nlh, WANARP_A_DIAL_IFINDEX, d->ifindex);
	mnl_attr_put_u32(r.nlh, WANARP_A_DIAL_REASON, WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE);
	mnl_attr_put_strz(r.nlh, WANARP_A_DIAL_TEXT, text);
	nl_talk(&r.nl, r.nlh, NULL, NULL);
	nl_close(&r.nl);
}

static void reap(struct dialler *d)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != d->child)
			continue;
		d->child = 0;
		report(d, status);
	}
}

static void on_signal(struct dialler *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		reap(d);
		return;
	}
	d->over = true;
	if (d->child)
		kill(-d->child, SIGTERM);
}

/* Requests that were lost because too many came are repeated by the next packet. */
static int receive(struct dialler *d)
{
	ssize_t len = mnl_socket_recvfrom(d->nl.sock, d->nl.buffer, NL_BUFFER_SIZE);

	if (len < 0)
		return errno == ENOBUFS || errno == EINTR ? EXIT_OK :
		       fail("dial requests: %s", strerror(errno));
	mnl_cb_run(d->nl.buffer, (size_t)len, 0, 0, on_request, d);
	return EXIT_OK;
}

static int follow(struct dialler *d)
{
	struct pollfd fds[] = {
		{ .fd = mnl_socket_get_fd(d->nl.sock), .events = POLLIN },
		{ .fd = d->signals, .events = POLLIN },
	};
	int code = EXIT_OK;

	while (!d->over && !code) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
			if (errno != EINTR)
				code = fail("poll: %s", strerror(errno));
			continue;
		}
		if (fds[1].revents)
			on_signal(d);
		else if (fds[0].revents)
			code = receive(d);
	}
	return code;
}

static int run(const char *dev, const char *command)
{
	struct dialler d = { .dev = dev, .command = command };
	struct nl_family family;
	sigset_t set;
	int code;

	d.ifindex = if_nametoindex(dev);
	code = netlink_open(&d.nl, &family, WANARP_FAMILY_NAME, WANARP_MCGRP_DIAL);
	if (code)
		return code;
	d.family = family.id;
	if (nl_join(&d.nl, family.group)) {
		code = fail("dial requests: %s", d.nl.error);
		goto close;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &d.mask);
	d.signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (d.signals < 0) {
		code = fail("signalfd: %s", strerror(errno));
		goto close;
	}
	/* Whoever starts it may want to know from when on it hears. */
	printf("waiting for requests to dial %s\n", dev);
	fflush(stdout);
	code = follow(&d);
	close(d.signals);
close:
	nl_close(&d.nl);
	return code;
}

/**
 * dial_main - rras dial
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int dial_main(int argc, char **argv)
{
	int code;

	if (argc == 1 && !strcmp(argv[0], "help")) {
		fputs(dial_help, stdout);
		return EXIT_OK;
	}
	if (argc != 1)
		return usage("dial: expected an interface, and perhaps --run and a command");
	code = check_dev(argv[0]);
	if (code)
		return code;
	return options.run ? run(argv[0], options.run) :
			     request_about(WANARP_CMD_DIAL, argv[0], 0, NULL);
}

/**
 * hangup_main - rras hangup
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int hangup_main(int argc, char **argv)
{
	int code;

	if (argc != 1)
		return usage("hangup: expected an interface");
	code = check_dev(argv[0]);
	return code ? code : request_about(WANARP_CMD_HANGUP, argv[0], 0, NULL);
}
