// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter import: sets from a file into the kernel. All mistakes are found before anything is
 * changed, and a set takes the place of the one before it in one step.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "filter.h"
#include "rras.h"

#define FILE_MAX	(1U << 30)
#define BATCH		1000	/* filters a message: less than 64 KiB of them */
#define GROUP		32	/* sets on their way at a time; the kernel allows twice as many */
#define COMPILE_SEC	600

/* A batch of filters needs more than other requests. */
static char request[BATCH * sizeof(struct ipfltdrv_filter) + NL_REQUEST_SIZE]
	__attribute__((aligned(8)));

static void show_mistake(void *data, const char *name, unsigned int line, unsigned int column,
			 const char *text)
{
	(void)data;
	fprintf(stderr, "%s:%u:%u: %s\n", name, line, column, text);
}

struct loading {
	const struct filter_set *set;
	uint32_t transaction;
};

static int on_begun(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_SET_MAX + 1];

	if (!nl_genl_parse(nlh, tb, IPFLTDRV_A_SET_MAX))
		*(uint32_t *)data = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_SET_TRANSACTION]);
	return MNL_CB_OK;
}

static int begin(struct filter_kernel *k, struct loading *l)
{
	struct nlmsghdr *nlh = filter_request(k, IPFLTDRV_CMD_SET_BEGIN, 0);
	int err;

	filter_put_name(nlh, IPFLTDRV_A_SET_NAME, l->set->name);
	mnl_attr_put_u8(nlh, IPFLTDRV_A_SET_INGRESS_DEFAULT, l->set->drop[FILTER_IN]);
	mnl_attr_put_u8(nlh, IPFLTDRV_A_SET_EGRESS_DEFAULT, l->set->drop[FILTER_OUT]);
	err = filter_ask(k, nlh, on_begun, &l->transaction);
	return err ? filter_refused(k, err, l->set->name) : EXIT_OK;
}

static int send_batch(struct filter_kernel *k, const struct loading *l, size_t first, size_t n)
{
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&k->nl, request, &k->family, IPFLTDRV_CMD_FILTER_ADD, 0);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_FILTER_TRANSACTION, l->transaction);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_FILTER_SIZE, sizeof(struct ipfltdrv_filter));
	mnl_attr_put(nlh, IPFLTDRV_A_FILTER_FILTERS, n * sizeof(struct ipfltdrv_filter),
		     l->set->filters + first);
	return filter_ask(k, nlh, NULL, NULL);
}

/* The kernel says which filter of the batch it is that it does not like. */
static int add_batch(struct filter_kernel *k, const struct loading *l, const char *file,
		     size_t first, size_t n)
{
	int err = send_batch(k, l, first, n);

	if (!err)
		return EXIT_OK;
	if (k->nl.cookie >= n)
		return filter_refused(k, err, l->set->name);
	fprintf(stderr, "%s:%u: %s\n", file, l->set->lines[first + k->nl.cookie], k->nl.error);
	return EXIT_FAILED;
}

static int load(struct filter_kernel *k, struct loading *l, const char *file)
{
	int code = begin(k, l);
	size_t i, n;

	for (i = 0; i < l->set->count && !code; i += n) {
		n = l->set->count - i < BATCH ? l->set->count - i : BATCH;
		code = add_batch(k, l, file, i, n);
	}
	return code;
}

static int on_committed(const struct nlmsghdr *nlh, void *data)
{
	filter_info_parse(nlh, data);
	return MNL_CB_OK;
}

static void report(const struct filter_info *info, bool first)
{
	char text[512];
	struct json j;

	if (!options.json) {
		printf("set %s: %u filter%s, %llu bytes\n", info->name, info->filters,
		       info->filters == 1 ? "" : "s", (unsigned long long)info->bytes);
		return;
	}
	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_string(&j, "name", info->name);
	json_field_uint(&j, "filter-count", info->filters);
	json_field_uint(&j, "bytes", info->bytes);
	json_field_uint(&j, "generation", info->generation);
	json_close(&j, '}');
	printf("%s%s", first ? "" : ",\n", text);
}

static int commit(struct filter_kernel *k, const struct loading *l, bool first)
{
	struct nlmsghdr *nlh = filter_request(k, IPFLTDRV_CMD_SET_COMMIT, 0);
	struct filter_info info = { 0 };
	int err;

	mnl_attr_put_u32(nlh, IPFLTDRV_A_SET_TRANSACTION, l->transaction);
	err = filter_ask(k, nlh, on_committed, &info);
	if (err)
		return filter_refused(k, err, l->set->name);
	report(&info, first);
	return EXIT_OK;
}

/* Sets that were sent and not committed are forgotten with the socket. */
static int load_all(struct filter_kernel *k, const struct filter_file *file, const char *name)
{
	struct loading group[GROUP];
	size_t i, j, n, done = 0;
	int code = EXIT_OK;

	for (i = 0; i < file->count && !code; i += n) {
		n = file->count - i < GROUP ? file->count - i : GROUP;
		for (j = 0; j < n && !code; j++) {
			group[j] = (struct loading){ .set = &file->sets[i + j] };
			code = load(k, &group[j], name);
		}
		for (j = 0; j < n && !code; j++) {
			code = commit(k, &group[j], !done);
			done += !code;
		}
	}
	if (code && done)
		fail("%zu of %zu sets have been replaced, the others are as they were", done,
		     file->count);
	else if (code)
		fail("nothing has been changed");
	return code;
}

static int load_file(const struct filter_file *file, const char *name)
{
	struct timeval patience = { .tv_sec = COMPILE_SEC };
	struct filter_kernel k;
	int code;

	code = filter_open(&k);
	if (code)
		return code;
	setsockopt(mnl_socket_get_fd(k.nl.sock), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	if (options.json)
		putchar('[');
	code = load_all(&k, file, name);
	if (options.json)
		puts("]");
	filter_close(&k);
	return code;
}

/*
 * What the elements become, as lines of the file format: SET, defaults, in|out|both and the rest.
 * Words come as they are: a shell's quotes may hide blanks, which change nothing.
 */
static char *make_header(int argc, char **argv)
{
	size_t room = 16, len = 0;
	bool after_default = false;
	const char *before;
	char *text;
	int i;

	for (i = 0; i < argc; i++)
		room += strlen(argv[i]) + 2;
	text = malloc(room);
	for (i = 0; i < argc && text; i++) {
		before = " ";
		if (!i)
			before = "set ";
		else if (!strcmp(argv[i], "default") ||
			 (!after_default && (!strcmp(argv[i], "in") || !strcmp(argv[i], "out") ||
					     !strcmp(argv[i], "both"))))
			before = "\n";
		after_default = !strcmp(argv[i], "default");
		len += (size_t)snprintf(text + len, room - len, "%s%s", before, argv[i]);
	}
	return text;
}

static bool parse(struct filter_file *file, const struct filter_text *text, int argc, char **argv)
{
	struct filter_text header = { .name = "command line" };
	char *words;
	bool good;

	if (!argc)
		return filter_parse(file, text);
	words = make_header(argc, argv);
	if (!words)
		return false;
	header.text = words;
	header.len = strlen(words);
	good = filter_parse_elements(file, &header, text);
	free(words);
	return good;
}

/**
 * filter_import_main - rras filter import
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_import_main(int argc, char **argv)
{
	struct filter_file file = { .emit = show_mistake };
	struct filter_text text = { 0 };
	void *content;
	int code;

	if (!argc || (argc > 1 && strcmp(argv[1], "nft")) || argc == 2)
		return usage("filter import: expected FILE or -, and perhaps: nft SET default in "
			     "ACTION default out ACTION in|out|both FIELD . FIELD...");
	content = filter_read_file(argv[0], FILE_MAX, &text.len);
	if (!content)
		return EXIT_FAILED;
	text.name = strcmp(argv[0], "-") ? argv[0] : "standard input";
	text.text = content;
	if (!parse(&file, &text, argc > 2 ? argc - 2 : 0, argv + 2)) {
		if (file.errors > FILTER_ERRORS_SHOWN)
			fprintf(stderr, "%s: and %u more mistakes\n", text.name,
				file.errors - FILTER_ERRORS_SHOWN);
		code = fail("%s: nothing has been changed", text.name);
	} else {
		code = load_file(&file, text.name);
	}
	filter_file_clean(&file);
	free(content);
	return code;
}
