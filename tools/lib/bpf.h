/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filter expressions of tcpdump as programs for the kernel.
 */
#ifndef TOOLS_LIB_BPF_H
#define TOOLS_LIB_BPF_H

#include <linux/filter.h>
#include <stddef.h>

#define BPF_PROGRAM_MAX	1024	/* instructions; BPF_MAXINSNS of the kernel is more */
#define BPF_ERROR_LEN	256	/* PCAP_ERRBUF_SIZE */

/**
 * struct bpf_code - a program that sees an IP packet, and returns 0 for "no"
 */
struct bpf_code {
	struct sock_filter insns[BPF_PROGRAM_MAX];
	size_t count;
};

int bpf_compile_text(const char *text, struct bpf_code *code, char error[BPF_ERROR_LEN]);

#endif /* TOOLS_LIB_BPF_H */
