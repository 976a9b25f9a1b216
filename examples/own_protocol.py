"""
How do I write, check and run a protocol of my own?
===================================================

A protocol is a TOML file: blocks (when), features (what is measured) and a rule (what earns the tone). This one rewards
a low theta/beta ratio, once a popular training for attention. (A simulation of group averages, not medical advice.)
"""

import tempfile
from pathlib import Path

import neurosim as ns
from neurosim.session import Result
from neurosim.session.figure import show_figure

PROTOCOL = """
name = "theta_beta_down"
title = "A lower theta/beta ratio at Cz"
purpose = "Shows how a protocol is written"
blocks = [
    { name = "baseline", kind = "baseline", duration_s = 20 },
    { name = "training", kind = "training", duration_s = 100 },
]

[[features]]
name = "theta_beta"
channels = ["Cz"]

[[features.stages]]
kind = "fork"
branches.theta = { kind = "band_power", low_hz = 4, high_hz = 8, tau_s = 1 }
branches.beta = { kind = "band_power", low_hz = 13, high_hz = 21, tau_s = 1 }

[[features.stages]]
kind = "ratio"
numerator = "theta"
denominator = "beta"

[rule]
kind = "operant"

[[rule.conditions]]
feature = "theta_beta"
direction = "below"
threshold = { kind = "percentile", percentile = 60, window_s = 15 }
"""
WRONG = PROTOCOL.replace('"ratio"', '"ratoi"').replace("= 20 }", "= -20 }")

# %%
# A wrong file is refused with all its mistakes at once; ``neurosim check FILE`` says the same.


def main(duration_s: float = 120.0, show: bool = True) -> tuple[str, Result]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "theta_beta_down.toml"
        path.write_text(WRONG, encoding="utf-8")
        try:
            ns.load_protocol(path)
        except ns.UserError as error:
            mistakes = str(error)
        path.write_text(PROTOCOL, encoding="utf-8")
        result = ns.simulate(path, seed=1, duration_s=duration_s)
    ratio, tone_percent = result.summary()["blocks"][-1]["mean_feature"], 100 * (result.reward_rate or 0)
    print(f"{mistakes}\nWithout these {len(mistakes.splitlines())} mistakes it runs: in training theta/beta is "
          f"{ratio:.2f} on average, and the tone is on for {tone_percent:.0f} % of the time.")  # fmt: skip
    if show:
        show_figure(result.figure())
    return mistakes, result


if __name__ == "__main__":
    main()

# Now change: percentile = 60 to 20. How often does the tone come now, and who would keep trying?
