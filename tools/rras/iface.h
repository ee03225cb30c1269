/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rras iface: what a demand-dial interface has besides.
 */
#ifndef RRAS_IFACE_H
#define RRAS_IFACE_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/json.h"

bool iface_demand_word(const char *word);
int iface_demand_put(struct nlmsghdr *nlh, int argc, char **argv);
const char *iface_demand_state(const struct nlattr **tb);
void iface_demand_print(const struct nlattr **tb);
void iface_demand_json(const struct nlattr **tb, struct json *j);
int iface_add(int argc, char **argv);

#endif /* RRAS_IFACE_H */
