// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter: IP filters on interfaces and clients.
 */
#include "filter.h"
#include "rras.h"

const char filter_help[] =
	"usage: rras filter [ list ]             all filter sets; -s with packets\n"
	"       rras filter show [ SET... ]      what passes and what does not; -s with packets\n"
	"       rras filter import FILE|-        load sets, each in one step\n"
	"       rras filter import FILE|- nft SET default in ACTION default out ACTION\n"
	"                 in|out|both [ FIELD [. FIELD]... ] [ CONDITION... ]\n"
	"                                        elements of an nftables set as filters\n"
	"       rras filter export [ SET... ]    write sets as import reads them\n"
	"       rras filter remove SET...\n"
	"       rras filter reset [ SET... | dev DEV ]   counters to 0\n"
	"       rras filter bind SET TARGET [ in ] [ out ] [ fragments pass|check|drop ]\n"
	"                 [ strong-host on|off ] [ closed [ on|off ] ]\n"
	"                 [ log off | log GROUP [ drops|filters|both ] [ rate N ] ]\n"
	"       rras filter unbind TARGET\n"
	"       rras filter bindings [ dev DEV ]    what is in force; -s with packets\n"
	"       rras filter devices                 reasons for drops by device\n"
	"       rras filter extensions              other modules that are asked first\n"
	"       rras filter test TARGET|SETUP in|out PACKET\n"
	"\n"
	"TARGET: dev DEV [ link ID | client ADDRESS ]\n"
	"SETUP:  set SET [ client ADDRESS ] [ interface ADDRESS ] [ fragments POLICY ]\n"
	"PACKET: pcap FILE [ packet N ], or src ADDRESS dst ADDRESS [ proto PROTOCOL ]\n"
	"        [ sport PORT ] [ dport PORT ] [ type T ] [ code C ] [ flags syn,ack,... ]\n"
	"        [ fragment OFFSET [ more ] ] [ length BYTES ]\n"
	"\n"
	"A set has a default action for received packets (in) and for sent ones (out). Each\n"
	"filter is an exception that reverses it. The file format is in rras-filter(8):\n"
	"\n"
	"  set web\n"
	"  default in drop\n"
	"  default out forward\n"
	"  in proto tcp src client dport 80\n";

/**
 * filter_main - rras filter
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "list", filter_list_main },
		{ "show", filter_show_main },
		{ "import", filter_import_main },
		{ "export", filter_export_main },
		{ "remove", filter_remove_main },
		{ "reset", filter_reset_main },
		{ "bind", filter_bind_main },
		{ "unbind", filter_unbind_main },
		{ "bindings", filter_bindings_main },
		{ "devices", filter_devices_main },
		{ "extensions", filter_extensions_main },
		{ "test", filter_test_main },
		{ 0 },
	};

	if (!argc)
		return filter_list_main(0, NULL);
	return command_run(commands, "command", filter_help, argc, argv);
}
