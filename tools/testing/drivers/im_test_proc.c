// SPDX-License-Identifier: GPL-2.0
/* im_test: its drivers, by module parameter, and their files in /proc/im_test. */
#include <linux/module.h>
#include <linux/parser.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "im_test.h"

static char *drivers = "im_test:500";
module_param(drivers, charp, 0444);
MODULE_PARM_DESC(drivers, "NAME:ALTITUDE[:OPTION[,OPTION]...][/NAME...], see im_test.h");

static struct im *ims[IM_DRIVERS];
static unsigned int im_count;
static struct proc_dir_entry *proc_dir;

/* --- options ------------------------------------------------------------------ */

static int mode_from(const char *text)
{
	static const char * const modes[] = {
		[IM_PASS] = "pass", [IM_DROP] = "drop", [IM_TAKE] = "take",
		[IM_HOLD] = "hold",
	};

	return match_string(modes, ARRAY_SIZE(modes), text);
}

/* What may change at any time. -ENOENT for what is something else. */
static int option_live(struct im *im, const char *key, const char *value)
{
	struct {
		const char *key;
		unsigned int *value;
	} numbers[] = {
		{ "delay", &im->delay },
		{ "limit", &im->limit },
		{ "attach_every", &im->attach_every },
		{ "refuse", &im->refuse },
		{ "errno", &im->error },
		{ "decline", &im->decline },
		{ "hangup_after", &im->hangup_after },
		{ "keep", &im->keep },
	};
	unsigned int i, number;
	int mode, err;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(key, numbers[i].key))
			continue;
		err = kstrtouint(value, 0, &number);
		if (!err)
			WRITE_ONCE(*numbers[i].value, number);
		return err;
	}
	if (strcmp(key, "send") && strcmp(key, "receive"))
		return -ENOENT;
	mode = mode_from(value);
	if (mode < 0)
		return mode;
	WRITE_ONCE(im->mode[!strcmp(key, "receive")], mode);
	return 0;
}

/* What is fixed when the driver is registered. */
static int option_fixed(struct im *im, const char *key, const char *value)
{
	if (!strcmp(key, "headroom"))
		return kstrtou16(value, 0, &im->public.headroom);
	if (!strcmp(key, "cost"))
		return kstrtou16(value, 0, &im->public.mru_cost);
	if (!strcmp(key, "abi"))
		return kstrtou32(value, 0, &im->public.abi);
	if (*value)
		return -EINVAL;
	if (!strcmp(key, "monitor"))
		im_monitor_only(im);
	else if (!strcmp(key, "mandatory"))
		im->public.flags |= NDISWAN_DRIVER_MANDATORY;
	else if (!strcmp(key, "nopause"))
		im->public.pause = NULL;
	else if (!strcmp(key, "lengthen"))
		im->lengthen = true;
	else if (!strcmp(key, "later"))
		im->later = true;
	else
		return -EINVAL;
	return 0;
}

static int option_set(struct im *im, char *text)
{
	char *value = strchr(text, '=');
	int err;

	if (value)
		*value++ = 0;
	err = option_live(im, text, value ? : "");
	if (err != -ENOENT)
		return err;
	/* Constant while it is registered. */
	if (im->registered)
		return -EBUSY;
	return option_fixed(im, text, value ? : "");
}

/* --- commands ----------------------------------------------------------------- */

static int loop(struct im *im, const char *times)
{
	unsigned int n;
	int err;

	err = kstrtouint(times, 0, &n);
	while (!err && n-- && !signal_pending(current)) {
		if (im->registered)
			im_unregister(im);
		err = im_register(im);
		cond_resched();
	}
	return err;
}

static void forget(struct im *im)
{
	spin_lock_bh(&im->lock);
	im->records = 0;
	im->lost = 0;
	spin_unlock_bh(&im->lock);
}

static int command(struct im *im, char *text)
{
	if (!strcmp(text, "register"))
		return im_register(im);
	if (!strncmp(text, "loop=", 5))
		return loop(im, text + 5);
	if (!strcmp(text, "unregister"))
		im_unregister(im);
	else if (!strcmp(text, "release"))
		im_release(im);
	else if (!strcmp(text, "hangup"))
		im_hangup(im);
	else if (!strcmp(text, "originate=send"))
		im_originate(im, NDISWAN_SENDING);
	else if (!strcmp(text, "originate=receive"))
		im_originate(im, NDISWAN_RECEIVING);
	else if (!strcmp(text, "clear"))
		forget(im);
	else
		return option_set(im, text);
	return 0;
}

/* --- files -------------------------------------------------------------------- */

static ssize_t control_write(struct file *file, const char __user *from,
			     size_t count, loff_t *pos)
{
	struct im *im = pde_data(file_inode(file));
	char text[64] = { };
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	mutex_lock(&im->control);
	err = command(im, strim(text));
	mutex_unlock(&im->control);
	return err ? : count;
}

static const struct proc_ops control_ops = {
	.proc_write = control_write,
	.proc_lseek = noop_llseek,
};

static int log_show(struct seq_file *seq, void *v)
{
	static const char * const protocols[] = { "ipv4", "ipv6" };
	struct im *im = seq->private;
	const struct im_record *record;
	unsigned int i;

	for (i = 0; i < READ_ONCE(im->records); i++) {
		record = &im->record[i];
		seq_printf(seq, "%u %s link=%u", record->number, record->what,
			   record->link);
		if (record->proto >= 0)
			seq_printf(seq, " %s", protocols[record->proto]);
		if (record->value)
			seq_printf(seq, " value=%d", record->value);
		if (record->peer)
			seq_printf(seq, " peer=%pI4", &record->peer);
		seq_putc(seq, '\n');
	}
	return 0;
}

static int stats_show(struct seq_file *seq, void *v)
{
	struct im *im = seq->private;

	seq_printf(seq, "registered %d\n", im->registered);
	seq_printf(seq, "attached %d\n", im->attaches - im->detaches);
	seq_printf(seq, "attaches %u\n", im->attaches);
	seq_printf(seq, "detaches %u\n", im->detaches);
	seq_printf(seq, "send %ld\n",
		   atomic_long_read(&im->packets[NDISWAN_SENDING]));
	seq_printf(seq, "receive %ld\n",
		   atomic_long_read(&im->packets[NDISWAN_RECEIVING]));
	seq_printf(seq, "injected_send %ld\n",
		   atomic_long_read(&im->injected[NDISWAN_SENDING]));
	seq_printf(seq, "injected_receive %ld\n",
		   atomic_long_read(&im->injected[NDISWAN_RECEIVING]));
	seq_printf(seq, "tight %ld\n", atomic_long_read(&im->tight));
	seq_printf(seq, "lost %u\n", im->lost);
	return 0;
}

/**
 * im_proc_add() - the files of a driver
 * @im: the driver
 *
 * Return: 0 or -ENOMEM. They go with the directory of all.
 */
int im_proc_add(struct im *im)
{
	struct proc_dir_entry *dir = proc_mkdir(im->name, proc_dir);

	if (!dir ||
	    !proc_create_data("control", 0200, dir, &control_ops, im) ||
	    !proc_create_single_data("log", 0400, dir, log_show, im) ||
	    !proc_create_single_data("stats", 0400, dir, stats_show, im))
		return -ENOMEM;
	return 0;
}

/* --- loading ------------------------------------------------------------------ */

static int driver_parse(struct im *im, char *text)
{
	char *word = strsep(&text, ":");
	int err;

	if (strscpy(im->name, word, sizeof(im->name)) < 0)
		return -EINVAL;
	word = strsep(&text, ":");
	err = kstrtou32(word ? : "", 0, &im->public.altitude);
	while (!err && (word = strsep(&text, ",")))
		err = option_set(im, word);
	return err;
}

static int driver_add(char *text)
{
	struct im *im;
	int err;

	if (im_count == IM_DRIVERS)
		return -E2BIG;
	im = kzalloc(sizeof(*im), GFP_KERNEL);
	if (!im)
		return -ENOMEM;
	im->record = kvcalloc(IM_RECORDS, sizeof(*im->record), GFP_KERNEL);
	ims[im_count] = im;
	im_init(im, im_count++);
	if (!im->record)
		return -ENOMEM;
	err = driver_parse(im, text) ? : im_proc_add(im);
	if (err || im->later)
		return err;
	mutex_lock(&im->control);
	err = im_register(im);
	mutex_unlock(&im->control);
	return err;
}

/* The files go first: who writes to one has finished then. */
static void im_test_exit(void)
{
	remove_proc_subtree("im_test", NULL);
	while (im_count--) {
		struct im *im = ims[im_count];

		mutex_lock(&im->control);
		im_unregister(im);
		mutex_unlock(&im->control);
		kvfree(im->record);
		kfree(im);
	}
}

static int __init im_test_init(void)
{
	char *copy, *rest, *text;
	int err = 0;

	proc_dir = proc_mkdir("im_test", NULL);
	if (!proc_dir)
		return -ENOMEM;
	copy = kstrdup(drivers, GFP_KERNEL);
	if (!copy)
		err = -ENOMEM;
	rest = copy;
	while (!err && (text = strsep(&rest, "/")))
		err = driver_add(text);
	kfree(copy);
	if (err)
		im_test_exit();
	return err;
}

static void __exit im_test_unload(void)
{
	im_test_exit();
}

module_init(im_test_init);
module_exit(im_test_unload);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("intermediate drivers that a test directs");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(NDISWAN);
