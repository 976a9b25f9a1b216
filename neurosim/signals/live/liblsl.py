"""The Lab Streaming Layer, loaded when it is asked for, and kept to this computer unless it is asked otherwise."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from neurosim.core.errors import StreamError, UserError

# Streams are looked for on this computer only, and nothing is sent to others. Without IPv6 half as many sockets listen.
# The others listen everywhere: liblsl binds only that of the search to an address (ListenAddress), and with 127.0.0.1
# there, programs of this computer that have no KnownPeers would find one stream of several. liblsl's own messages say
# in other words what the events of a session say.
_LOOPBACK = "[ports]\nIPv6 = disable\n[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n"
_QUIET = "[log]\nlevel = -3\n"

_configured: list[bool] = []


def configuration(*, network: bool = False) -> str:
    """Return what liblsl is told, in the form of its configuration file."""
    return _QUIET if network else _LOOPBACK + _QUIET


def load_lsl(*, network: bool = False) -> Any:
    """Return the module ``mne_lsl.lsl``.

    The first call settles for the whole process whether streams cross to other computers, because liblsl reads its
    configuration once. A file of your own, named in the environment as LSLAPICFG, is left as it is.

    Parameters
    ----------
    network
        Whether streams may be announced to, and looked for on, the local network.

    Raises
    ------
    UserError
        When it is not installed, or asked for the network after it was kept to this computer.
    """
    try:
        lsl = import_module("mne_lsl.lsl")
    except ImportError:
        raise UserError("LSL needs another package; install it with: python -m pip install 'neurosim[lsl]'") from None
    except (OSError, RuntimeError) as error:
        raise UserError(f"liblsl cannot be loaded ({error}); install mne-lsl again") from None
    if "LSLAPICFG" in os.environ:
        return lsl
    if not _configured:
        try:
            lsl.set_config_content(configuration(network=network))
        except (AttributeError, NotImplementedError):  # a liblsl older than 1.17.7, which somebody has named
            raise UserError("liblsl is too old; install mne-lsl 1.14 or later, or name a file in LSLAPICFG") from None
        _configured.append(network)
    if network and not _configured[0]:
        raise StreamError("is settled with the first stream; give --network from the start", "network")
    return lsl
