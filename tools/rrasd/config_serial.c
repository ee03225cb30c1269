// SPDX-License-Identifier: GPL-2.0
/*
 * Sections [serial NAME], see config_serial.h. Their keys stand in the table of config_key.c.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "config.h"
#include "config_value.h"

static const struct {
	uint32_t speed;
	speed_t code;
} speeds[] = {
	{ 300, B300 }, { 600, B600 }, { 1200, B1200 }, { 2400, B2400 }, { 4800, B4800 },
	{ 9600, B9600 }, { 19200, B19200 }, { 38400, B38400 }, { 57600, B57600 },
	{ 115200, B115200 }, { 230400, B230400 }, { 460800, B460800 }, { 500000, B500000 },
	{ 576000, B576000 }, { 921600, B921600 }, { 1000000, B1000000 }, { 1152000, B1152000 },
	{ 1500000, B1500000 }, { 2000000, B2000000 }, { 2500000, B2500000 },
	{ 3000000, B3000000 }, { 3500000, B3500000 }, { 4000000, B4000000 },
};

/**
 * config_speed_code - a speed as a terminal wants it
 * @speed: bits a second
 *
 * Return: one of B300 to B4000000; B0 if it is none of these.
 */
speed_t config_speed_code(uint32_t speed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(speeds); i++) {
		if (speeds[i].speed == speed)
			return speeds[i].code;
	}
	return B0;
}

/**
 * config_line_init - what holds for a line if nothing else is said
 * @line: the line
 */
void config_line_init(struct config_line *line)
{
	*line = (struct config_line){ .speed = 115200 };
}

/**
 * config_read_speed - the speed of a line
 * @value: the text
 * @speed: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_speed(const char *value, uint32_t *speed)
{
	const char *wrong = config_read_number(value, 1, 4000000, speed);

	return wrong || config_speed_code(*speed) != B0 ? wrong :
	       "expected a usual speed, as 9600, 115200 or 921600";
}

/**
 * config_read_accm - a set of characters, as pppd's asyncmap
 * @value: hexadecimal digits, the lowest bit for the character 0
 * @accm: where to put it
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_accm(const char *value, uint32_t *accm)
{
	size_t len = strlen(value);

	if (!strncmp(value, "0x", 2)) {
		value += 2;
		len -= 2;
	}
	if (!len || len > 8 || strspn(value, "0123456789abcdefABCDEF") != len)
		return "expected up to 8 hexadecimal digits";
	*accm = (uint32_t)strtoul(value, NULL, 16);
	return NULL;
}

/**
 * config_read_device - is this the name of a device?
 * @value: the text
 *
 * Return: NULL or what is wrong.
 */
const char *config_read_device(const char *value)
{
	return value[0] == '/' ? NULL : "expected a path that begins with /";
}

/**
 * config_serial_add - a section begins
 * @c: the configuration
 * @name: what the line is called
 * @number: the line in the file
 * @out: the section, with defaults
 *
 * Return: NULL or what is wrong.
 */
const char *config_serial_add(struct config *c, const char *name, unsigned int number,
			      struct config_serial **out)
{
	struct config_serial *serial;
	size_t i;

	if (!name[0])
		return "expected [serial NAME]";
	for (i = 0; i < c->serials; i++) {
		if (!strcmp(c->serial[i]->name, name))
			return "there is such a section already";
	}
	if (c->serials == CONFIG_SERIALS_MAX)
		return "there are too many [serial] sections";
	serial = calloc(1, sizeof(*serial));
	if (!serial)
		return "out of memory";
	c->serial[c->serials++] = serial;
	config_line_init(&serial->line);
	serial->number = number;
	serial->name = strdup(name);
	if (!serial->name)
		return "out of memory";
	*out = serial;
	return NULL;
}

/**
 * config_serial_check - what no single line can tell of the sections
 * @c: the configuration
 * @diag: where mistakes go
 */
void config_serial_check(const struct config *c, struct diag *diag)
{
	size_t i, j;

	for (i = 0; !diag->errors && i < c->serials; i++) {
		if (!c->serial[i]->device)
			diag_error(diag, c->serial[i]->number, "[serial %s] device is missing",
				   c->serial[i]->name);
	}
	for (i = 0; !diag->errors && i < c->serials; i++) {
		for (j = 0; j < i; j++) {
			if (!strcmp(c->serial[i]->device, c->serial[j]->device))
				diag_error(diag, c->serial[i]->number,
					   "[serial %s] has this device already",
					   c->serial[j]->name);
		}
	}
}

/**
 * config_uses_serial - is there a serial line, to be called on or to call on?
 * @c: the configuration
 *
 * Return: whether there is.
 */
bool config_uses_serial(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->dials; i++) {
		if (c->dial[i]->access == ACCESS_SERIAL)
			return true;
	}
	return c->serials;
}

/**
 * config_runs_programs - are programs to be run?
 * @c: the configuration
 *
 * Return: whether they are.
 */
bool config_runs_programs(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->dials; i++) {
		if (c->dial[i]->connect)
			return true;
	}
	return false;
}

/**
 * config_serial_same - do two configurations have the same lines?
 * @a: one
 * @b: the other
 *
 * Return: whether they do.
 */
bool config_serial_same(const struct config *a, const struct config *b)
{
	const struct config_serial *x, *y;
	size_t i;

	if (a->serials != b->serials)
		return false;
	for (i = 0; i < a->serials; i++) {
		x = a->serial[i];
		y = b->serial[i];
		if (strcmp(x->name, y->name) || strcmp(x->device, y->device) ||
		    x->line.speed != y->line.speed || x->line.modem != y->line.modem ||
		    x->line.rtscts != y->line.rtscts)
			return false;
	}
	return true;
}

/**
 * config_serial_free - forget a section
 * @serial: the section
 */
void config_serial_free(struct config_serial *serial)
{
	free(serial->name);
	free(serial->device);
	free(serial);
}
