# SPDX-License-Identifier: GPL-2.0
"""From the samples of the benchmarks to the figures that have goals."""

import collections
import dataclasses
import statistics


@dataclasses.dataclass
class Figure:
    """One line of the result."""
    name: str
    ours: float
    peer: float
    ratio: float
    goal: float
    met: bool

    def line(self):
        """For machines."""
        return (f"bench: {self.name} ours={number(self.ours)} peer={number(self.peer)} "
                f"ratio={self.ratio:.2f} goal={number(self.goal)} "
                f"{'ok' if self.met else 'short'}")


def number(value):
    """As many digits as mean something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.4g}"


class Samples:
    """What `sample NAME VALUE` lines said."""

    def __init__(self):
        self.values = collections.defaultdict(list)

    def read(self, text):
        """Takes the samples out of a guest's output."""
        for line in text.splitlines():
            words = line.split()
            if len(words) == 3 and words[0] == "sample":
                self.values[words[1]].append(float(words[2]))

    def median(self, name):
        """Of all samples of that name."""
        return statistics.median(self.values[name])

    def summary(self):
        """A line for each name."""
        return "".join(f"{name:20} n={len(values):3} median={statistics.median(values):11.1f} "
                       f"min={min(values):11.1f} max={max(values):11.1f}\n"
                       for name, values in sorted(self.values.items()))


def at_least(name, ours, peer, goal):
    """The more the better: ours has to be `goal` times the peer's."""
    return Figure(name, ours, peer, ours / peer, goal, ours >= goal * peer)


def at_most(name, ours, peer, goal):
    """The less the better: ours itself has to be within the goal."""
    # What a count of instructions repeats within may be below zero.
    return Figure(name, ours, peer, peer / max(ours, 1), goal, ours <= goal)


def instructions(samples):
    """What both ends of a hop add to plain forwarding of the same packets."""
    def added(setting, hop):
        return samples.median(f"{setting}.{hop}") - samples.median(f"{setting}.plain")

    one = {hop: added("one", hop) for hop in ("ours", "peer")}
    yield at_most("hop-instructions", one["ours"], one["peer"], 1200)
    for setting, name in (("many-one", "hop-instructions-1000-links-one"),
                          ("many-all", "hop-instructions-1000-links-all")):
        more = {hop: added(setting, hop) - one[hop] for hop in one}
        yield at_most(name, more["ours"], more["peer"], 150)
    yield at_most("hop-instructions-ipv6", added("ipv6", "ours"), added("ipv6", "peer"), 1500)


def drivers(samples):
    """What intermediate drivers add to a packet, a direction. A packet is sent once and
    received once."""
    def hop(setting):
        # What disturbs a count adds to it, and here single instructions matter.
        return (min(samples.values[f"{setting}.ours"]) -
                min(samples.values[f"{setting}.plain"])) / 2

    without, none = hop("without"), min(hop("none"), hop("again"))
    one = hop("layers1")
    for name, setting in (("none", none), ("none-after-some", hop("after"))):
        yield at_most(f"driver-{name}", setting - without, 0, 5)
    yield at_most("driver-first-layer", one - none, 0, 40)
    yield at_most("driver-further-layer", (hop("layers4") - one) / 3, 0, 40)


def filters(samples):
    """What filters add to a packet that is forwarded."""
    def added(name, who):
        return samples.median(f"{name}.{who}") - samples.median(f"{name}.none")

    for size, goal in ((10, 400), (1000, 450), (10000, 500), (100000, 600)):
        name = f"plain-{size}"
        yield at_most(f"filters-{name}", added(name, "ours"), added(name, "nft_forward"), goal)
    for size in (1000, 10000, 100000):
        for kind in ("miss", "match"):
            name = f"{kind}-{size}"
            peer = added(name, "nft_netdev")
            yield at_most(f"filters-mixed-{name}", added(name, "ours"), peer, peer / 2)


def clients(samples):
    """What the filters of many clients add to those of one."""
    for kind in ("own", "shared"):
        one, many = (min(samples.values[f"{kind}-{count}"]) for count in (1, 10000))
        none = min(samples.values["none"])
        yield at_most(f"filters-clients-{kind}", many - one, one - none, 10)


def filters_time(samples):
    """The same in nanoseconds, and what it takes to load a large set."""
    for size in (1000, 10000):
        name = f"time-miss-{size}"
        none = samples.median(f"{name}.none")
        ours, peer = (samples.median(f"{name}.{who}") - none for who in ("ours", "nft_netdev"))
        yield at_most(f"filters-ns-mixed-{size}", ours, peer, peer / 2)
    yield at_most("filters-load-ms-100000", samples.median("load-100000"), 0, 2000)
    yield at_most("filters-bytes-each-100000", samples.median("bytes.100000"), 0, 100)


def rates(samples):
    """Packets per second; of the last two both numbers are ours: all links and one."""
    for setting, name, goal in (("some-one", "rate-4000-one", 2),
                                ("some-all", "rate-4000-all", 3)):
        yield at_least(name, samples.median(f"{setting}.ours"),
                       samples.median(f"{setting}.peer"), goal)
    for order in ("all", "random"):
        yield at_least(f"rate-50000-{order}-to-one", samples.median(f"many-{order}.ours"),
                       samples.median(f"many-{order}-one.ours"), 0.75)


def goodput(samples):
    """TCP, megabits per second."""
    for setting, name, goal in (("tcp-down", "tcp-to-clients", 1.3),
                                ("tcp-up", "tcp-from-clients", 1.5)):
        yield at_least(name, samples.median(f"{setting}.ours"),
                       samples.median(f"{setting}.peer"), goal)


def tcp(samples):
    """The same where a nanosecond is an instruction: no noise, and no cache misses."""
    for figure in goodput(samples):
        figure.name += "-counted"
        yield figure


def shape(samples):
    """Kilobits per second of a client whom im_shape limits, and what the limit leaves of
    them for the payload: neither faster nor slower, within 5 %.
    """
    for setting, name in (("shape-down", "shape-to-client"),
                          ("shape-up", "shape-from-client")):
        found, limit = samples.median(f"{setting}.ours"), samples.median(f"{setting}.limit")
        yield Figure(name, found, limit, found / limit, 0.95, 0.95 <= found / limit <= 1.05)


def setup(samples):
    """Sessions per second; where both numbers are ours: the last and the first ten thousand
    of 50,000, of which a tenth is less than the noise of the instrument.
    """
    yield at_least("setup-4000", samples.median("setup.ours"),
                   samples.median("setup.peer"), 10)
    yield at_least("setup-50000-last-to-first", samples.median("setup-many.last"),
                   samples.median("setup-many.first"), 0.9)
    # Two line-ups a session. Whoever makes nothing of the kind has no rate.
    lines = 2 * samples.median("setup-both")
    yield Figure("line-ups-50000", lines, 0, lines / 20000, 20000, lines >= 20000)
    yield at_least("line-ups-50000-last-to-first", samples.median("setup-both.last"),
                   samples.median("setup-both.first"), 0.9)


def cost(samples):
    """Bytes of kernel memory for a session, sessions ended per second."""
    yield at_most("memory-per-session", samples.median("memory.ours"),
                  samples.median("memory.peer"), 1024)
    yield at_most("memory-per-session-both", samples.median("memory.both"),
                  samples.median("memory.peer"), 1536)
    yield at_least("teardown", samples.median("teardown.ours"),
                   samples.median("teardown.peer"), 50)


def load(samples):
    """An access server with ten thousand clients; the peer has a pppd for each of two hundred."""
    def rate(name, ours, peer, goal):
        return Figure(name, ours, peer, ours / max(peer, 1), goal, ours >= goal)

    steps = sorted((int(name.rpartition("-")[2]), name) for name in samples.values
                   if name.startswith("load-up.at-"))
    yield rate("load-setup", samples.median("load-up"), samples.median("peer-up"), 1500)
    yield at_least("load-setup-last-to-first", samples.median(steps[-1][1]),
                   samples.median(steps[0][1]), 0.9)
    yield at_most("load-setup-p95-ms", samples.median("load-up.p95"),
                  samples.median("peer-up.p95"), 100)
    yield at_most("load-user-bytes", samples.median("load-user-bytes"),
                  samples.median("peer-user-bytes"), 4096)
    yield at_most("load-kernel-bytes", samples.median("load-kernel-bytes"),
                  samples.median("peer-kernel-bytes"), 1536)
    for how in ("padt", "terminate", "disconnect"):
        yield at_most(f"load-end-{how}-ms", 1000 * samples.median(f"load-{how}.seconds"), 0, 2000)
    yield at_least("load-l2tp-setup", samples.median("l2tp-up"), 1, 1500)
    yield at_most("load-l2tp-setup-p95-ms", samples.median("l2tp-up.p95"), 0, 100)
    for how in ("cdn", "stopccn"):
        yield at_most(f"load-l2tp-end-{how}-ms", 1000 * samples.median(f"l2tp-{how}.seconds"), 0,
                      2000)
    yield at_most("load-storm-s", samples.median("storm.seconds"), 0, 60)
    yield at_most("load-storm-echoes-lost", samples.median("storm-echoes.lost"), 0, 0)
    yield at_most("load-storm-echo-p99-ms", samples.median("storm-echoes.p99"), 0, 1000)
