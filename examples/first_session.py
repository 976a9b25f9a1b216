"""
How do I run a training session and see what happened?
======================================================

`simulate` closes the loop: a simulated person makes EEG, a pipeline measures its alpha power, a threshold turns
it into a tone, and the person learns from the tone. The result holds every sample, feature and reward.

This is a simulation of group averages, not medical advice.
"""

import neurosim as ns
from neurosim.session import Result
from neurosim.session.figure import show_figure

# %%
# A protocol says what is trained (``neurosim list protocol`` names them all); the seed makes the session repeatable:
# the same seed gives the same session to the last bit. ``duration_s``
# shortens its blocks in proportion.


def main(duration_s: float = 300.0, show: bool = True) -> Result:
    result = ns.simulate("alpha_up", seed=1, duration_s=duration_s)

    # Every block has its statistics ...
    for block in result.summary()["blocks"]:
        print(f"{block['name']:<12}{block['duration_s']:6.1f} s, mean alpha power {block['mean_feature']:6.2f} µV²")

    # ... and since the body is simulated, we know what a laboratory cannot: the true amplitude.
    first, last = result.true_amplitude("alpha", 0), result.true_amplitude("alpha", -1)
    tone_percent = 100 * (result.reward_rate or 0.0)
    print(f"The tone was on for {tone_percent:.0f} % of the training and gave {result.n_rewards} rewards; "
          f"true alpha went from {first:.2f} to {last:.2f} µV, first to last block: so far, chance.")  # fmt: skip
    if show:
        show_figure(result.figure())
    return result


# %%
# One short session of one person proves nothing: the amplitude wanders this much by itself, and the adapting
# threshold keeps the tone near 60 % whatever happens. `simulate_sessions` runs a course of them for many people.

if __name__ == "__main__":
    main()

# %%
# Now change: ``"alpha_up"`` to ``"smr_up"`` (and ``"alpha"`` to ``"smr"``), or add ``sham="random"``.
