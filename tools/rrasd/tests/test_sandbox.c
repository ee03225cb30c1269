// SPDX-License-Identifier: GPL-2.0
/*
 * The filter of system calls: each case in a child, which enters it and tries something.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sandbox.h"
#include "tap.h"

static char said[1024];

static void collect(int fd)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(fd);
}

/* Returns the exit status of a child that enters the sandbox and calls @fn, or -signal. */
static int try(enum sandbox_for what, int (*fn)(void))
{
	int ends[2], status;
	pid_t pid;

	if (pipe(ends) < 0)
		return 99;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 2);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || sandbox_enter(what))
			_exit(98);
		_exit(fn());
	}
	close(ends[1]);
	collect(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 97;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int usual(void)
{
	int fd, ends[2];

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0 || write(fd, "x", 1) != 1 || close(fd))
		return 1;
	if (pipe2(ends, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 2;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	return fd < 0 ? 3 : 0;
}

static int try_ptrace(void)
{
	syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
	return 0;
}

static int try_mount(void)
{
	syscall(SYS_mount, "none", "/nowhere", "tmpfs", 0, NULL);
	return 0;
}

static int try_module(void)
{
	syscall(SYS_finit_module, -1, "", 0);
	return 0;
}

static int try_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
	return 0;
}

static int try_exec(void)
{
	char *const argv[] = { "true", NULL };
	char *const envp[] = { NULL };

	syscall(SYS_execve, "/bin/true", argv, envp);
	return 1;
}

/* As a program is run: by fork, exec and wait. */
static int try_shell(void)
{
	char *const argv[] = { "sh", "-c", "exit $(echo 0 | cat)", NULL };
	char *const envp[] = { "PATH=/bin:/usr/bin", NULL };
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		execve("/bin/sh", argv, envp);
		_exit(90);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 91;
	return WIFSIGNALED(status) ? 92 : WEXITSTATUS(status);
}

static int try_family(void)
{
	socket(AF_BLUETOOTH, SOCK_RAW, 0);
	return 0;
}

static int try_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	if (mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0 || errno != EACCES)
		return 2;
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED || errno != EACCES ? 3 : 0;
}

static void refused(const char *call, int (*fn)(void))
{
	char wanted[64];

	tap_ok(try(SANDBOX_USUAL, fn) == -SIGSYS, "%s ends the process", call);
	snprintf(wanted, sizeof(wanted), "(%s) is not allowed", call);
	tap_ok(strstr(said, wanted), "%s is named: %s", call, said);
}

int main(void)
{
	tap_number(try(SANDBOX_USUAL, usual), 0, "the usual is allowed");
	tap_text(said, "", "and nothing is said");
	refused("ptrace", try_ptrace);
	refused("mount", try_mount);
	refused("finit_module", try_module);
	refused("bpf", try_bpf);
	refused("execve", try_exec);
	refused("socket", try_family);
	tap_number(try(SANDBOX_USUAL, try_executable), 0, "no memory becomes executable");
	tap_number(try(SANDBOX_PROGRAMS, try_shell), 0, "with programs a shell runs");
	tap_number(try(SANDBOX_PROGRAMS, try_mount), -SIGSYS, "but mounts nothing");
	return tap_end();
}
