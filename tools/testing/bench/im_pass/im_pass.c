// SPDX-License-Identifier: GPL-2.0
/* Intermediate drivers that only pass, to measure what a layer costs. */
#include <linux/module.h>
#include <net/ndiswan.h>

#define MOST	4

static unsigned int layers = 1;
module_param(layers, uint, 0444);
MODULE_PARM_DESC(layers, "drivers to register, 1 to 4");

static int pass(struct ndiswan_layer *layer, struct sk_buff *skb,
		enum ndiswan_proto proto)
{
	return NDISWAN_PASS;
}

#define DRIVER(number) {				\
	.abi = NDISWAN_ABI,				\
	.altitude = 1000 + (number),			\
	.name = "im_pass" #number,			\
	.owner = THIS_MODULE,				\
	.send = pass,					\
	.receive = pass,				\
}

static const struct ndiswan_driver drivers[MOST] = {
	DRIVER(0), DRIVER(1), DRIVER(2), DRIVER(3),
};

static void unregister(unsigned int registered)
{
	while (registered--)
		ndiswan_driver_unregister(&drivers[registered]);
}

static int __init im_pass_init(void)
{
	unsigned int i;
	int err;

	if (!layers || layers > MOST)
		return -EINVAL;
	for (i = 0; i < layers; i++) {
		err = ndiswan_driver_register(&drivers[i]);
		if (err) {
			unregister(i);
			return err;
		}
	}
	return 0;
}

static void __exit im_pass_exit(void)
{
	unregister(layers);
}

module_init(im_pass_init);
module_exit(im_pass_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("intermediate drivers that only pass");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(NDISWAN);
