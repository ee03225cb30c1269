// SPDX-License-Identifier: GPL-2.0
/*
 * What a client may have, see auth.h.
 */
#include <stdlib.h>

#include "auth.h"

/**
 * auth_grant_clear - free what a grant holds
 * @grant: the grant; it is good and empty afterwards
 */
void auth_grant_clear(struct auth_grant *grant)
{
	free(grant->pool);
	free(grant->filter_set);
	free(grant->routes);
	free(grant->class);
	*grant = (struct auth_grant){ 0 };
}
