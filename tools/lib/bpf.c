// SPDX-License-Identifier: GPL-2.0
/*
 * Filter expressions of tcpdump as programs for the kernel, by libpcap.
 */
#include <pcap/pcap.h>
#include <stdio.h>

#include "bpf.h"

#define SNAPLEN	65535

static int take(const struct bpf_program *program, struct bpf_code *code)
{
	const struct bpf_insn *from;
	unsigned int i;

	if (program->bf_len > BPF_PROGRAM_MAX)
		return -1;
	for (i = 0; i < program->bf_len; i++) {
		from = &program->bf_insns[i];
		code->insns[i] = (struct sock_filter){ from->code, from->jt, from->jf, from->k };
	}
	code->count = program->bf_len;
	return 0;
}

/**
 * bpf_compile_text - make a program of an expression
 * @text: the expression, see pcap-filter(7)
 * @code: the program
 * @error: what is wrong, a sentence
 *
 * Return: 0 or -1.
 */
int bpf_compile_text(const char *text, struct bpf_code *code, char error[BPF_ERROR_LEN])
{
	struct bpf_program program;
	pcap_t *pcap;
	int err;

	pcap = pcap_open_dead(DLT_RAW, SNAPLEN);
	if (!pcap) {
		snprintf(error, BPF_ERROR_LEN, "out of memory");
		return -1;
	}
	err = pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN);
	if (err) {
		snprintf(error, BPF_ERROR_LEN, "%s", pcap_geterr(pcap));
	} else {
		err = take(&program, code);
		pcap_freecode(&program);
		if (err)
			snprintf(error, BPF_ERROR_LEN, "it needs more than %d instructions",
				 BPF_PROGRAM_MAX);
	}
	pcap_close(pcap);
	return err ? -1 : 0;
}
