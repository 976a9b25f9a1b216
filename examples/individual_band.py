"""
Does it matter whether the trained band is one's own?
=====================================================

Alpha peaks at 8 Hz in some people and at 12 Hz in others. The peak is looked for with closed eyes, then alpha is
measured in the usual band and in a band around the peak. (A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.config import validate
from neurosim.core.spec import Float
from neurosim.feedback import TrainingProtocol
from neurosim.session.figure import show_figure

OWN_HZ = np.array([8.0, 9.0, 10.0, 11.0, 12.0])  # where these people have their alpha
WIDTH_HZ = 4.0
LOOK = {
    "name": "look_for_alpha", "title": "Where is alpha?", "purpose": "Find the individual alpha frequency",
    "features": [{"name": "peak", "channels": ["O1"], "stages": [{"kind": "alpha_frequency", "window_s": 8.0}]}],
    "rule": {"kind": "observe", "feature": "peak"},
    "blocks": [{"name": "closed", "kind": "rest", "duration_s": 60.0, "eyes": "closed"}],
}  # fmt: skip

# %%
# A body whose alpha is set; ``with_band`` gives the protocol another band, as ``--band`` does on the command line.


def person(own_hz: float) -> ns.Subject:
    """Return somebody with a slow or a fast alpha."""
    rhythms = {name: rhythm.model_dump() for name, rhythm in ns.Body().eeg.rhythms.items()}
    rhythms["alpha"]["center_hz"] = own_hz
    body = ns.Body.model_validate({"eeg": {"rhythms": rhythms}})
    return ns.load_subject("adult").model_copy(update={"body": body})


def correlation(protocol: TrainingProtocol, who: ns.Subject, duration_s: float) -> float:
    """Return how well the feature follows the true amplitude of alpha in training."""
    result = ns.simulate(protocol, subject=who, seed=1, duration_s=duration_s)
    envelope = result.samples("truth/eeg_envelope")[1][3::4]  # at the end of each tick of 1/64 s
    training = np.array(result.memory.block_kinds()) == "training"
    feature = result.memory.features()[:, 0]
    return float(np.corrcoef(feature[training], envelope[: feature.size][training])[0, 1])


def main(duration_s: float = 240.0, show: bool = True) -> dict[str, Float]:
    usual, found = ns.load_protocol("alpha_up"), []
    r: dict[str, list[float]] = {"usual": [], "own": []}
    for own_hz in OWN_HZ:
        who = person(own_hz)
        looked = ns.simulate(validate(LOOK, TrainingProtocol), subject=who, seed=2, duration_s=min(duration_s, 60.0))
        found.append(float(looked.memory.features()[-1, 0]))
        band = usual.with_band(found[-1] - WIDTH_HZ / 2, found[-1] + WIDTH_HZ / 2)
        r["usual"].append(correlation(usual, who, duration_s))
        r["own"].append(correlation(band, who, duration_s))
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    axes.plot(OWN_HZ, r["usual"], "o--", color=palette.FAINT, label="8 to 12 Hz for all")
    axes.plot(OWN_HZ, r["own"], "o-", color=palette.FEATURE, label="a band around the peak that was found")
    axes.set(xlabel="own alpha [Hz]", ylabel="correlation with the true amplitude", ylim=(0, 1))
    axes.legend()
    print(f"At {OWN_HZ[-1]:.0f} Hz (found at {found[-1]:.1f}) the feature follows the truth with r = "
          f"{r['usual'][-1]:.2f} in the usual band and {r['own'][-1]:.2f} in the person's own.")  # fmt: skip
    if show:
        show_figure(figure)
    return {name: np.array(values) for name, values in r.items()}


if __name__ == "__main__":
    main()

# Now change: ``WIDTH_HZ`` to 2. What does a narrower band give, and what does it cost?
