"""What a process that keeps to this computer listens at, as the kernel says it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mne_lsl", reason="needs the extra 'lsl'")
pytestmark = pytest.mark.timeout(120)

PROGRAM = """
import os
from neurosim.signals.live.liblsl import load_lsl
lsl = load_lsl()
outlet = lsl.StreamOutlet(lsl.StreamInfo("listens", "EEG", 1, 100.0, "float32", "listens"))
fds = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
links = [os.readlink(fd) for fd in fds if os.path.lexists(fd)]
for kind in ("tcp", "tcp6", "udp", "udp6"):
    with open(f"/proc/self/net/{kind}") as file:
        for line in list(file)[1:]:
            if f"socket:[{line.split()[9]}]" in links:
                print(kind, line.split()[1])
"""


@pytest.mark.skipif(not Path("/proc/self/net/tcp").is_file(), reason="looks at sockets as Linux tells of them")
def test_nothing_listens_by_ipv6() -> None:
    """What liblsl binds to no address are the data (TCP) and what is asked of an outlet (UDP); docs/streams.md."""
    environment = {key: value for key, value in os.environ.items() if key != "LSLAPICFG"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=True)
    kinds = [line.split()[0] for line in done.stdout.splitlines() if line.startswith(("tcp", "udp"))]
    assert kinds.count("tcp") == 1
    assert kinds.count("udp") >= 1
    assert not {"tcp6", "udp6"} & set(kinds)
