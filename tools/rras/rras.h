/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rras: what its sub-commands share.
 */
#ifndef RRAS_RRAS_H
#define RRAS_RRAS_H

#include <stdbool.h>

#define RRAS_VERSION	"0.1"
#define RRAS_SOCKET	"/run/rrasd.sock"

/* Exit codes, as in rras(8). */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* the kernel or the daemon refused, or is not there */
	EXIT_USAGE = 2,		/* the command line is wrong */
	EXIT_NO_MODULE = 3,	/* event 7000: a module is missing and cannot be loaded */
};

/**
 * struct options - what stands before the object
 */
struct options {
	bool json;		/* -j */
	bool stats;		/* -s */
	const char *socket;	/* -S */
	unsigned int count;	/* -n, of top; 0: not given */
	const char *run;	/* --run, of dial */
};

extern struct options options;

/**
 * struct command - a word and what it does; the table ends with a NULL name
 */
struct command {
	const char *name;
	/* The words after it; returns an exit code. */
	int (*run)(int argc, char **argv);
};

int command_run(const struct command *table, const char *what, const char *help, int argc,
		char **argv);
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool parse_number(const char *text, unsigned int *number);
bool parse_switch(const char *text, unsigned char *on);

extern const char session_help[], link_help[], iface_help[], driver_help[], filter_help[],
	stats_help[], event_help[], check_help[], dial_help[], top_help[];

int session_main(int argc, char **argv);
int top_main(int argc, char **argv);
int link_main(int argc, char **argv);
int iface_main(int argc, char **argv);
int driver_main(int argc, char **argv);
int filter_main(int argc, char **argv);
int stats_main(int argc, char **argv);
int event_main(int argc, char **argv);
int check_main(int argc, char **argv);
int dial_main(int argc, char **argv);
int hangup_main(int argc, char **argv);

#endif /* RRAS_RRAS_H */
