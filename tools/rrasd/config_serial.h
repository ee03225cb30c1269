/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections [serial NAME] of the configuration file: serial lines on which a client may call.
 */
#ifndef RRASD_CONFIG_SERIAL_H
#define RRASD_CONFIG_SERIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#define CONFIG_SERIALS_MAX	256

struct config;
struct diag;

/**
 * struct config_line - how a serial line is set up
 */
struct config_line {
	/** @speed: bits a second */
	uint32_t speed;
	/** @modem: a carrier says that somebody is there, and its loss that he is not */
	bool modem;
	/** @rtscts: RTS and CTS say who may send */
	bool rtscts;
};

/**
 * struct config_serial - one line to listen on
 */
struct config_serial {
	/** @number: where the section begins in the file */
	unsigned int number;
	char *name;
	char *device;
	struct config_line line;
};

speed_t config_speed_code(uint32_t speed);
void config_line_init(struct config_line *line);
const char *config_read_speed(const char *value, uint32_t *speed);
const char *config_read_accm(const char *value, uint32_t *accm);
const char *config_read_device(const char *value);
const char *config_serial_add(struct config *c, const char *name, unsigned int number,
			      struct config_serial **out);
void config_serial_check(const struct config *c, struct diag *diag);
bool config_uses_serial(const struct config *c);
bool config_runs_programs(const struct config *c);
bool config_serial_same(const struct config *a, const struct config *b);
void config_serial_free(struct config_serial *serial);

#endif /* RRASD_CONFIG_SERIAL_H */
