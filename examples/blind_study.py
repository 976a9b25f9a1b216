"""
How do I run a study in which nobody knows who has the sham?
============================================================

Each subject's arm is drawn in secret and sealed with a commitment; sessions run without anybody seeing the arm; at the
end the keys open them, and what was shown stands beside what was earned.

This is a simulation of group averages, not medical advice.
"""

import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim import session
from neurosim.core import palette
from neurosim.session.figure import show_figure
from neurosim.session.sealing.guess import Guesses, write_guesses
from neurosim.session.sealing.reveal import Revealed

SUBJECTS, ARMS = 6, ("real", "phase_randomised:least_s=2")

# %%
# Keys lie where the operator does not look. The guesses here are a coin's, as of people who have no idea.


def run_sealed(keys: Path, folder: Path, number: int, duration_s: float) -> Path:
    """Seal a subject's arm, run the session blind, note what the participant believes, and return the folder."""
    key, out = keys / f"s{number}.json", folder / f"s{number}"
    session.write_key(session.draw_key(session.parse_arms(ARMS)), key)
    result = ns.simulate("alpha_up", blind=key, seed=number, duration_s=duration_s, out=out)
    assert result.reward_rate is None, "while it is sealed nothing tells what was earned"
    coin = np.random.default_rng(number).integers(2)
    write_guesses(out, Guesses(participant="real" if coin else "sham"))
    return out


# %%
# The reveal sends the recorded features through the rule once more, so that a changed folder is found out.


def main(duration_s: float = 120.0, show: bool = True) -> list[Revealed]:
    with tempfile.TemporaryDirectory() as place:
        keys, folder = Path(place, "keys"), Path(place, "sessions")
        keys.mkdir()
        folders = [run_sealed(keys, folder, number, duration_s) for number in range(SUBJECTS)]
        revealed = [session.reveal_session(each, sorted(keys.glob("*.json"))) for each in folders]
    axes = (figure := Figure(figsize=(6, 5), layout="constrained")).subplots()
    axes.plot([0, 100], [0, 100], color=palette.FAINT, linestyle="--")
    for arm, marker, name in ((False, "o", "real"), (True, "s", "sham")):
        of_arm = [r for r in revealed if (r.sham is not None) == arm]
        points = [[100 * rate for rate in rates] for rates in ([r.earned_rate for r in of_arm],
                                                               [r.shown_rate for r in of_arm])]  # fmt: skip
        axes.plot(*points, marker, color=palette.FEATURE, markerfacecolor="none" if arm else None, label=name)
    axes.set(xlabel="earned in training [%]", ylabel="shown in training [%]", xlim=(0, 100), ylim=(0, 100))
    axes.legend()
    james = session.blinding_indices(revealed, "participant")["james"]
    n_sham = sum(r.sham is not None for r in revealed)
    print(f"{SUBJECTS} keys were opened: {n_sham} had the sham, whose rate matched in "
          f"{sum(r.matched for r in revealed)} of {SUBJECTS}; James' blinding index is {james.value:.2f}.")  # fmt: skip
    if show:
        show_figure(figure)
    return revealed


if __name__ == "__main__":
    main()

# Now change: the sham in ``ARMS`` to "reversed". Would its rate give it away?
