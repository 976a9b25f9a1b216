"""
When does a jaw or a blink earn a reward, and which gate stops it?
==================================================================

By turns a simulated person clenches the jaw and blinks. One training pays for alpha at the temple, one for theta at
the forehead; without a gate they pay for muscles and eyes. (A simulation of group averages, not medical advice.)
"""

from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.session.figure import show_figure

TURN_S, JAW_UV, BLINK_UV = 3.0, 50.0, 100.0
TRAININGS = {"alpha at T7": ("T7", 8.0, 12.0), "theta at Fz": ("Fz", 4.0, 8.0)}
WHEN = {"jaw": palette.FEATURE, "blink": palette.INVALID, "neither": palette.FAINT}

# %%
# Each gate has a band and a limit [µV]: slow waves at the forehead are eyes, fast ones at the temples are muscles.

THRESHOLD = {"kind": "percentile", "percentile": 70, "window_s": 30}
GATES = {"no gate": None, "gate for eyes": (1.0, 15.0, 75.0), "gate for muscles": (40.0, 100.0, 40.0)}


def protocol(training: str, gate: str) -> ns.TrainingProtocol:
    channel, low_hz, high_hz = TRAININGS[training]
    stages = [{"kind": "dc_block"}, {"kind": "band_power", "low_hz": low_hz, "high_hz": high_hz, "tau_s": 0.15}]
    above = {"feature": "power", "direction": "above", "threshold": THRESHOLD}
    gates = []
    if limits := GATES[gate]:
        seen = {"kind": "bandpass", "low_hz": limits[0], "high_hz": limits[1]}
        trusted = {"kind": "peak_to_peak", "max_uv": limits[2], "hold_s": 0.5}
        gates = [{"also": ["Fp1", "Fp2", "T7", "T8"], "stage": {"kind": "chain", "stages": [seen, trusted]}}]
    blocks = [{"name": kind, "kind": kind, "duration_s": s} for kind, s in (("baseline", 30), ("training", 150))]
    parts = {"features": [{"name": "power", "channels": [channel], "stages": stages}], "gates": gates, "blocks": blocks}
    words = {"name": "trap", "title": training, "purpose": "Shows what artifacts do"}
    return ns.TrainingProtocol.model_validate(words | parts | {"rule": {"kind": "operant", "conditions": [above]}})


def main(duration_s: float = 180.0, show: bool = True) -> dict[str, dict[str, list[float]]]:
    kinds = {"event": "jaw_clench", "amplitude": JAW_UV, "duration_s": 1.0}, {"event": "blink", "amplitude": BLINK_UV}
    steps = [{"at_s": i * TURN_S, **kinds[i % 2]} for i in range(int(duration_s / TURN_S))]
    person = ns.Subject(name="restless", title="Clenches and blinks", actors=(ns.Script(steps=steps),))
    figure = Figure(figsize=(10, 4), layout="constrained")
    tone: dict[str, dict[str, list[float]]] = {name: {} for name in TRAININGS}
    for axes, training in zip(figure.subplots(1, 2), TRAININGS, strict=True):
        for i, gate in enumerate(GATES):
            result = ns.simulate(protocol(training, gate), subject=person, seed=1, duration_s=duration_s)
            table = result.features.query("kind == 'training'")
            blinks, since_s = table["time_s"] // TURN_S % 2 == 1, table["time_s"] % TURN_S
            on = (since_s > 0.2) & (since_s < 0.9)
            rows = on & ~blinks, on & blinks, since_s > 2.0
            tone[training][gate] = [100 * float(table.loc[now, "met"].mean()) for now in rows]
            label = [*WHEN] if i == 0 else None
            axes.barh([i - 0.25, i, i + 0.25], tone[training][gate], 0.22, color=[*WHEN.values()], label=label)
        axes.set(title=training, xlabel="tone on [% of the time]", yticks=range(3), yticklabels=GATES)
        axes.legend()
    (jaw, _, calm), (_, blink, usual) = (tone[training]["no gate"] for training in TRAININGS)
    left = tone["alpha at T7"]["gate for muscles"][0], tone["theta at Fz"]["gate for eyes"][1]
    print(f"Alpha is paid for {jaw:.0f} % of a jaw's time (else {calm:.0f} %), and for {left[0]:.0f} % with the gate "
          f"for muscles; theta for {blink:.0f} % of a blink's (else {usual:.0f} %), and for {left[1]:.0f} % with the "
          "gate for eyes.")  # fmt: skip
    if show:
        show_figure(figure)
    return tone


if __name__ == "__main__":
    main()

# Now change: JAW_UV to 10. Is a gate of 40 µV enough for a jaw that is only a little tense?
