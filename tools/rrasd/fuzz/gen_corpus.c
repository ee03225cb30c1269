// SPDX-License-Identifier: GPL-2.0
/*
 * Write the seeds of the PPP fuzz targets: gen_corpus DIRECTORY
 *
 * The frames are those of real clients (pppd, rp-pppoe, Windows option sets), and the other side
 * of conversations with the engine itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../tests/host.h"
#include "../tests/tap.h"

struct seed {
	const char *target, *name;
	const char *hex;
};

static const struct seed seeds[] = {
	{ "option", "empty", "00" },
	{ "option", "lcp", "04 010405d4 010405d4 0506 11223344 0702 0802" },
	{ "option", "windows", "09 1104064e 1317 01 00112233445566778899aabbccddeeff0011223344" },
	{ "option", "cut", "03 010405 05d40506" },
	{ "option", "short", "05 0102 0101 00 0100" },

	{ "request", "lcp-pppd", "00 010405d4 0506 11223344" },
	{ "request", "lcp-pppd-async", "10 0206 00000000 0506 11223344 0702 0802" },
	{ "request", "lcp-windows", "00 010405c8 0506 4ab1c2d3 0702 0802 0d0306 1104064e"
	  "1317 01 00112233445566778899aabbccddeeff00112233" },
	{ "request", "lcp-auth", "01 010405d4 0305c22305 0506 11223344" },
	{ "request", "lcp-nak-pap", "04 0304c023" },
	{ "request", "lcp-nak-mru", "04 01040400" },
	{ "request", "lcp-reject", "06 010405d4" },
	{ "request", "ipcp-pppd", "08 0206002d0f01 0306 00000000" },
	{ "request", "ipcp-windows", "28 0306 00000000 8106 00000000 8206 00000000"
	  "8306 00000000 8406 00000000" },
	{ "request", "ipcp-old", "08 010a 0a000005 0a000001" },
	{ "request", "ipcp-ack", "0a 0306 0a000001" },
	{ "request", "ipv6cp", "48 010a 0123456789abcdef" },
	{ "request", "ipv6cp-zero", "48 010a 0000000000000000 0206 004f0000" },
	{ "request", "ipv6cp-client-nak", "4d 010a 0000000000000005" },
	{ "request", "ipcp-client-nak", "0d 0306 0a000005 8106 0a000035" },

	{ "session", "lcp", "00 00 00000e c021 01 01 000a 0506 11223344 02 02 00" },
	{ "session", "lcp-loop", "00 00 02 01 00 02 03 00 02 01 00 02 03 00" },
	{ "session", "lcp-nak-auth", "04 00 00000e c021 03 01 0008 0304 c023 02 02 00" },
	{ "session", "lcp-terminate", "00 03 000006 c021 05 07 0004 04 40" },
	{ "session", "lcp-echo", "00 03 00000a c021 09 01 0008 11223344 04 ff" },
	{ "session", "lcp-rejects", "00 03 00000a c021 07 01 0008 09010004"
	  "00000c c021 08 01 000a 8021 01010004" },
	{ "session", "pap", "00 01 000013 c023 01 01 0011 05 616c696365 06 776f6e646572" },
	{ "session", "pap-deferred", "10 01 000013 c023 01 01 0011 05 616c696365 06 776f6e646572"
	  "0d" },
	{ "session", "chap", "02 01 00001c c223 02 01 001a 10 00112233445566778899aabbccddeeff"
	  "616c696365 04 40" },
	{ "session", "client-chap", "09 00 02 02 00 000013 c021 01 01 000f 0506 11223344"
	  "0305c22305 00001a c223 01 07 0018 10 000102030405060708090a0b0c0d0e0f 737276"
	  "000006 c223 03 07 0004" },
	{ "session", "client-pap", "09 00 02 02 00 000012 c021 01 01 000e 0506 11223344"
	  "0304c023 000007 c023 02 01 0005 00" },
	{ "session", "ipcp", "00 02 00000c 8021 01 01 000a 0306 00000000"
	  "00000c 8021 01 02 000a 0306 0a000005 00000c 8021 02 01 000a 0306 0a000001" },
	{ "session", "ipcp-deferred", "20 02 00000c 8021 01 01 000a 0306 00000000 0e" },
	{ "session", "client-ipcp", "01 01 00000c 8021 03 01 000a 0306 0a000005 02 02 00"
	  "00000c 8021 01 01 000a 0306 0a000001" },
	{ "session", "ipv6cp", "00 06 000010 8057 01 01 000e 010a 0000000000000000"
	  "000010 8057 01 02 000e 010a 0000000000000005"
	  "000010 8057 02 01 000e 010a 0000000000000001" },
	{ "session", "ipv6cp-refused", "00 0e 000010 8057 01 01 000e 010a 0123456789abcdef" },
	{ "session", "ipv6cp-only", "00 46 00000c 8021 01 01 000a 0306 00000000"
	  "000010 8057 01 01 000e 010a 0000000000000005 000006 8057 05 01 0004" },
	{ "session", "client-ipv6cp", "01 05 000010 8057 03 01 000e 010a 0000000000000005 02 02 00"
	  "000010 8057 01 01 000e 010a 0000000000000001" },
	{ "session", "open-ipv6", "00 07 000006 8057 05 07 0004 000006 8021 05 07 0004" },
	{ "session", "open-renegotiate", "00 03 00000c c021 01 01 000a 0506 55667788 02 02 00" },
	{ "session", "open-ipv6cp-ccp", "00 03 000010 8057 01 01 000e 010a 0123456789abcdef"
	  "00000c 80fd 01 01 000a 1206 01000020" },
	{ "session", "open-close", "00 03 07 000006 c021 06 01 0004" },
	{ "session", "open-port-down", "00 03 0f" },
};

static void write_seed(const char *directory, const struct seed *seed)
{
	uint8_t data[4096];
	char path[512];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, seed->target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", directory, seed->target, seed->name);
	len = host_unhex(seed->hex, data, sizeof(data));
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file)) {
		perror(path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2) {
		fprintf(stderr, "usage: gen_corpus DIRECTORY\n");
		return 2;
	}
	mkdir(argv[1], 0777);
	for (i = 0; i < ARRAY_SIZE(seeds); i++)
		write_seed(argv[1], &seeds[i]);
	return 0;
}
