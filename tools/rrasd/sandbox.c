// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls that are allowed, see sandbox.h.
 *
 * A list of what is allowed, by purpose. Any other call ends the process after a message that names
 * it: such a call is made by somebody else's code or by a part of ours that is missing here, and
 * going on after an error that it does not expect would make the one harder to notice and the other
 * harder to find. The exceptions are calls that libraries try and do without.
 *
 * The filter decides by number, and by argument only where the number alone would allow too much:
 * which families of sockets, and no memory that is made executable. Calls that are judged by number
 * alone cost next to nothing, because the kernel remembers them in a bitmap.
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/array.h"
#include "log.h"
#include "sandbox.h"

/* Of the C library itself: memory, threads, the end. */
static const int process_calls[] = {
	SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap),
	SCMP_SYS(futex), SCMP_SYS(rseq), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
	SCMP_SYS(set_robust_list), SCMP_SYS(sysinfo),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getresuid),
	SCMP_SYS(getresgid), SCMP_SYS(getgroups), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage), SCMP_SYS(uname), SCMP_SYS(umask),
	SCMP_SYS(getrandom), SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group),
	/* Ends children that were started before. Without CAP_KILL: those of our own user. */
	SCMP_SYS(kill), SCMP_SYS(wait4), SCMP_SYS(waitid),
};

/* The event loop, and waiting. */
static const int wait_calls[] = {
	SCMP_SYS(epoll_create), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
	SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(signalfd4),
	SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(nanosleep), SCMP_SYS(time), SCMP_SYS(alarm),
};

/* Configuration, secrets, resolv-file, zones, links (files of /dev/ndiswan) and serial lines. */
static const int file_calls[] = {
	SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(close), SCMP_SYS(close_range),
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64),
	SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
	SCMP_SYS(lseek), SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(flock),
	SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(memfd_create),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(fstatfs), SCMP_SYS(statfs),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
	SCMP_SYS(fchmod), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat),
};

/* All sockets but making them: netlink, packets, PPPoE, L2TP, PPTP, RADIUS, control. */
static const int socket_calls[] = {
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(listen),
	SCMP_SYS(shutdown), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg),
	SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
};

static const int families[] = {
	AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_PPPOX,
};

/*
 * The filter passes on to a program that is run, so this is also what a shell and a chat program
 * need. They have no capability that the daemon does not have, and cannot get one.
 */
static const int program_calls[] = {
	SCMP_SYS(execve), SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(arch_prctl), SCMP_SYS(prctl), SCMP_SYS(set_tid_address), SCMP_SYS(mmap),
	SCMP_SYS(mprotect), SCMP_SYS(setsid), SCMP_SYS(setpgid), SCMP_SYS(getpgid),
	SCMP_SYS(getpgrp), SCMP_SYS(getsid), SCMP_SYS(chdir), SCMP_SYS(fchdir),
	SCMP_SYS(getxattr), SCMP_SYS(fadvise64), SCMP_SYS(mkdir), SCMP_SYS(rmdir),
	SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(pause), SCMP_SYS(setitimer), SCMP_SYS(getitimer), SCMP_SYS(times),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(socketpair),
};

static int allow(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	int err = 0;
	size_t i;

	for (i = 0; i < count && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return err;
}

static int allow_families(scmp_filter_ctx ctx)
{
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	/* The two ends of one pipe, for the event loop and for children. */
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
				       SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	return err;
}

/*
 * Memory, but none that is executable. An error and not the end: the C library loads further
 * modules for names of users and hosts, and goes on without them.
 */
static int allow_data(scmp_filter_ctx ctx)
{
	static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls) && !err; i++) {
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
		if (!err)
			err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), calls[i], 1,
					       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	}
	return err;
}

static int fill(scmp_filter_ctx ctx, enum sandbox_for what)
{
	int err;

	err = allow(ctx, process_calls, ARRAY_SIZE(process_calls));
	if (!err)
		err = allow(ctx, wait_calls, ARRAY_SIZE(wait_calls));
	if (!err)
		err = allow(ctx, file_calls, ARRAY_SIZE(file_calls));
	if (!err)
		err = allow(ctx, socket_calls, ARRAY_SIZE(socket_calls));
	if (!err)
		err = allow_families(ctx);
	if (!err && what == SANDBOX_PROGRAMS)
		err = allow(ctx, program_calls, ARRAY_SIZE(program_calls));
	else if (!err)
		err = allow_data(ctx);
	return err;
}

/* The call was not made. The message may take a lock that is held: then the alarm ends us. */
static void on_violation(int number, siginfo_t *info, void *context)
{
	char *name;

	(void)context;
	signal(SIGALRM, SIG_DFL);
	alarm(2);
	name = seccomp_syscall_resolve_num_arch(info->si_arch, info->si_syscall);
	log_error("system call %d (%s) is not allowed: rrasd ends. If it is needed, say so to the "
		  "authors; until then: [daemon] seccomp no", info->si_syscall,
		  name ? name : "unknown");
	raise(number);	/* with the default action now, see sandbox_enter() */
	_exit(1);
}

static int load(scmp_filter_ctx ctx, enum sandbox_for what)
{
	int err;

	/* A call by the numbers of another architecture is nobody's mistake. */
	err = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* The kernel's own error, not "cancelled". */
	if (!err)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (!err)
		err = fill(ctx, what);
	return err ? err : seccomp_load(ctx);
}

/**
 * sandbox_enter - allow nothing from now on but what the daemon needs, for children too
 * @what: what it needs beside the usual
 *
 * A kernel without seccomp makes it a warning: the daemon can do without.
 *
 * Return: 0 or a negative error, which has been logged.
 */
int sandbox_enter(enum sandbox_for what)
{
	struct sigaction action = {
		.sa_sigaction = on_violation,
		.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER,
	};
	scmp_filter_ctx ctx;
	int err;

	sigaction(SIGSYS, &action, NULL);
	ctx = seccomp_init(SCMP_ACT_TRAP);
	if (!ctx) {
		log_error("seccomp: out of memory");
		return -ENOMEM;
	}
	err = load(ctx, what);
	seccomp_release(ctx);
	if (err == -EINVAL) {
		log_warning("seccomp: this kernel has none: no system call is ruled out");
		return 0;
	}
	if (err)
		log_error("seccomp: %s: [daemon] seccomp no does without", strerror(-err));
	return err;
}
