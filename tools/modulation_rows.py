"""What neuromodulation is held against: published figures, what the simulation makes of each, and of which kind it is.

``tests/modulation/test_rows.py`` holds every row to its limits, ``python docs/make_modulation.py`` writes them into the
page. The kinds: *model*, which could fail; *set*, by a parameter; *map*, by a straight line to a score; *fitted*. What
is measured once is kept for the rows that need it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import numpy as np
from scipy import signal

import neurosim
from neurosim.cohort.side_by_side import treat
from neurosim.cohort.treatments import find_patient
from neurosim.core.drive import Drive, DriveEvent
from neurosim.core.kernels.column import run_column
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, load_protocol
from neurosim.modulation import TRAINS, Drug, Stimulator, load_medicine
from neurosim.modulation.plasticity import Plasticity, Synapse
from neurosim.modulation.scores import seizures, time_in_long_bursts
from neurosim.modulation.stimulator import StimulatorActor
from neurosim.session.plan import plan_sessions
from neurosim.signals import Body, load_body
from neurosim.subject import Population
from tools.bodies import record

STN_FS = 250
#: Share of patients with half of the pain or less at three months (Kapural et al. 2015) [%].
RESPONDERS = {("scs_tonic", "chronic_pain"): 43.8, ("scs_tonic", "neuropathy"): 55.5,
              ("scs_10khz", "chronic_pain"): 84.5, ("scs_10khz", "neuropathy"): 83.1}  # fmt: skip
_OFF_AND_ON = (Block(name="off", kind="baseline", duration_s=60), Block(name="on", kind="training", duration_s=180))
_DBS = {"stn_ma": 2.5, "stn_us": 60.0}


def column_peak_hz() -> float:
    """Return the peak of a column with an input between 120 and 320 pulses a second [Hz]."""
    x = record(("column",), 60, body=Body(), n=8)["column"][:, 0]
    f, psd = signal.welch(x, 200, nperseg=800)
    above = f > 2
    return float(f[above][np.argmax(psd.mean(axis=0)[above])])


def column_swing(level: float, state: Float, duration_s: float = 30.0) -> float:
    """Go on with a constant input from a state, and return the swing of the last two seconds [mV]."""
    n = round(duration_s / 5e-4)
    out = np.empty((n // 2, 1))
    run_column(np.full((n, 1), level), 3.25, 22.0, 135.0, 5e-4, 2, state, out)
    return float(np.ptp(out[-2000:]))


def hopf_point(outside: float, inside: float) -> float:
    """Return the input at which the column's oscillation begins or ends, by halving [1/s]."""
    while abs(inside - outside) > 0.1:
        level, state = 0.5 * (inside + outside), np.zeros((6, 1))
        column_swing(200.0, state, 5.0)
        swings = [column_swing(level, state) for _ in range(4)]
        inside, outside = (level, outside) if swings[3] > 0.98 * swings[2] else (inside, level)
    return 0.5 * (inside + outside)


def stn_rate(loss: float, **drive: float) -> Float:
    """Return the rate of the subthalamic nucleus of six patients ``(patient, channel, time)`` [1/s]."""
    body = Body(rest={"dopamine_loss": loss})
    return record(("lfp",), 24, Drive(drive), body=body, n=6)["truth/stn_rate"]


def beta(rate: Float) -> tuple[float, float]:
    """Return the rms of 13 to 35 Hz, and the frequency of the highest peak above 2 Hz [Hz]."""
    f, psd = signal.welch(rate[:, 0, 4 * STN_FS :], STN_FS, nperseg=2 * STN_FS)
    mean = psd.mean(axis=0)
    band = (f >= 13) & (f <= 35)
    return float(np.sqrt(mean[band].sum() * f[1])), float(f[f > 2][np.argmax(mean[f > 2])])


def beta_left(**setting: float) -> float:
    """Return what stimulation leaves of beta at a loss of 0.7, as a share."""
    return beta(stn_rate(0.7, **(_DBS | setting)))[0] / beta(stn_rate(0.7))[0]


def stimulated(*devices: Stimulator) -> tuple[Float, Float, Float]:
    """Return the share of the time in long bursts, the mean of beta and the share of the time on, of each patient."""
    protocol = load_protocol("adaptive_dbs").with_blocks(*_OFF_AND_ON).model_copy(update={"devices": devices})
    plan = plan_sessions(protocol, subjects=16, seed=3)
    stimulator = next((a for a in plan.actors if isinstance(a, StimulatorActor)), None)
    session = plan.session()
    beta_s, level, zeros = [], [], np.zeros(16)
    for _ in range(session.n_ticks):
        beta_s.append(session.step().features[:, 0].copy())
        level.append(zeros if stimulator is None else stimulator.level + zeros)
    rate, envelope = 64, np.array(beta_s)
    off, on = envelope[: 60 * rate], envelope[70 * rate :]  # ten seconds in which it settles
    limit = np.percentile(off, 75, axis=0)
    bursts = np.array([time_in_long_bursts(on[:, i], limit[i], rate) for i in range(16)])
    return bursts, on.mean(axis=0), np.array(level)[70 * rate :].mean(axis=0)


@cache
def adaptive() -> tuple[tuple[Float, Float, Float], ...]:
    """Return what `stimulated` does of the untreated, under adaptive and under continuous stimulation."""
    device = load_protocol("adaptive_dbs").devices[0]
    assert isinstance(device, Stimulator)
    always = device.model_copy(update={"mode": "continuous", "start_s": 60.0})
    return stimulated(), stimulated(device), stimulated(always)


def bursts_taken() -> float:
    """Return what adaptive stimulation takes of the time in long bursts, in percent of what continuous one takes."""
    (none, *_), (some, *_), (always, *_) = adaptive()
    return 100.0 * float((none.mean() - some.mean()) / (none.mean() - always.mean()))


def motor_change() -> float:
    """Return by how much continuous stimulation changes the motor score [%]."""
    found = treat("parkinson", techniques=("dbs",), n=6, seed=2)
    return 100.0 * (float(found.scores(found.arms[2]).mean()) / found.patient.score.untreated - 1.0)


@cache
def vagus() -> tuple[Float, Float]:
    """Return the change of the seizures of 2000 patients after 7.5 and 24 months ``(patient,)`` [%].

    How far months of stimulation move the excitability of each is set; what that does to seizures is the model's,
    counted in the potential of the focus.
    """
    body, shifts = load_body("epilepsy"), np.array([0.0, -0.1, -0.2, -0.3, -0.4, -0.6])
    potentials = [record(("ieeg",), 200, Drive({"excitability": s}), body=body, n=24)["ieeg"][:, 0] for s in shifts]
    rates = [np.mean([seizures(x) for x in potential]) for potential in potentials]
    if rates != sorted(rates, reverse=True):
        raise AssertionError(f"seizures do not fall with the excitability: {rates}")
    actor = load_protocol("vns").devices[0].prepare(TickGrid(1.0), 1, tuple(range(2000)), (2000,))
    change = []
    for months in (7.5, 16.5):
        actor.rest(months * 30.4 * 86400.0)
        moved = np.broadcast_to(actor.act(0)["excitability"], (2000,))
        change.append(100.0 * (np.interp(-moved, -shifts, rates) / rates[0] - 1.0))
    return change[0], change[1]


@cache
def relief(protocol: str, around: str, n: int = 120, seed: int = 3) -> Float:
    """Return by which share the rating of each falls, from the block without to the one with stimulation [%]."""
    result = neurosim.simulate(protocol, subject=Population(n, seed, around), seed=seed, keep="ticks")
    blocks, pain = np.array(result.memory.block_names()), result.memory.features()[..., 0]
    off, on = (pain[blocks == name][-240:].mean(axis=0) for name in ("off", "on"))  # the last minute of each
    gone: Float = 100.0 * (1.0 - on / off)
    return gone


def responders(protocol: str, around: str) -> float:
    """Return the share of patients with half of the pain or less [%]."""
    return 100.0 * float(np.mean([relief(protocol, around, 120, seed) >= 50.0 for seed in (3, 4)]))


def pain_firing(**drive: float) -> float:
    """Return the truth of pain after three quarters of a minute of stimulation."""
    in_pain = Body(rest={"nociception": 0.9})
    return float(record(("pain",), 45, Drive(drive), body=in_pain)["truth/pain"][0, -1])


def pain_by_frequency() -> float:
    """Return how many times as much pain pulses of 50 Hz take as those of 10 Hz."""
    off, slow, fast = pain_firing(), *(pain_firing(nerve_ma=2.5, nerve_us=300.0, nerve_hz=f) for f in (10.0, 50.0))
    return (off - fast) / (off - slow)


def after_effect(train: str) -> float:
    """Return by how much the answer to a pulse is changed after a train [%]."""
    synapse, now = Synapse(Plasticity()), 0.0
    for time_s in TRAINS[train].times_s():
        synapse.pass_time(time_s - now)
        synapse.pulse()
        now = time_s
    return 100.0 * synapse.change


@cache
def evoked(at_ms: float, drug: str = "") -> float:
    """Return the EEG at C3 so long after a pulse, less what was before; mean of people and pulses [uV]."""

    def at(k: int) -> Drive:
        return Drive({drug: 1.0} if drug else {}, (DriveEvent("tms_pulse", k + 0.25, 1.2),))

    c3 = list(Body().eeg.ch_names).index("C3")
    epochs = record(("eeg",), 40, at, body=Body(), n=10)["eeg"][:, c3].reshape(-1, 40, 256).mean(axis=(0, 1))
    sample = 64 + round(at_ms * 0.256)
    return float(epochs[sample - 1 : sample + 2].mean() - epochs[:60].mean())


def evoked_change(at_ms: float, drug: str) -> float:
    """Return by how much a drug makes a wave of the evoked potential larger [uV]; both waves are negative."""
    return evoked(at_ms) - evoked(at_ms, drug)


def magnetic_course(n: int = 1000) -> Float:
    """Return the Hamilton score of each after twenty sessions of theta bursts ``(patient,)``."""
    patient = find_patient("depression")
    (coil,) = patient.techniques["itbs"].devices or ()
    grid = TickGrid(1.0)
    actor = coil.prepare(grid, 1, tuple(range(n)), (n,))
    for _ in range(20):
        for k in range(193):
            actor.act(k)
        actor.rest(86400.0)
    mood = np.broadcast_to(actor.act(0)["mood"], (n,))
    untreated = patient.score.untreated
    scores: Float = np.maximum(untreated + patient.score.change(np.full(n, 0.25), 0.25 + mood), 0.0)
    return scores


@cache
def methylphenidate() -> tuple[float, float]:
    """Return how much the drug quickens the heart [1/min] and raises systolic pressure [mmHg], over an interval.

    Beats are found in the ECG by NeuroKit2.
    """
    import neurokit2 as nk

    grid, n, seconds = TickGrid(1.0), 12, 240
    drug = Drug(medicine=load_medicine("methylphenidate"), before_h=24.0 * 5, hours_per_s=4.0 / seconds)
    found = []
    for config in (None, drug):
        actor = None if config is None else config.prepare(grid, 5, tuple(range(n)), (n,))
        body = load_body("adult").prepare(grid, 5, tuple(range(n)), (n,))
        body.select(("ecg", "truth/blood_pressure"))
        ticks = [body.generate(k, Drive() if actor is None else actor.act(k)) for k in range(seconds)]
        ecg = np.concatenate([tick["ecg"] for tick in ticks], axis=-1)[:, 0, 20 * 250 :]
        systolic = np.concatenate([tick["truth/blood_pressure"] for tick in ticks], axis=-1)[:, 0, 20 * 32 :]
        peaks = [nk.ecg_peaks(x, sampling_rate=250)[1]["ECG_R_Peaks"] for x in ecg]
        found.append((np.mean([60.0 * 250.0 * (len(p) - 1) / (p[-1] - p[0]) for p in peaks]), systolic.mean()))
    (rate, pressure), (faster, higher) = found
    return float(faster - rate), float(higher - pressure)


def highest_after_h() -> float:
    """Return when a single dose of methylphenidate stands highest in the blood [h]."""
    actor = Drug(medicine=load_medicine("methylphenidate"), n_doses=1, hours_per_s=1.0).prepare(
        TickGrid(1 / 64), 1, (0,), ()
    )
    levels = []
    for k in range(64 * 5):
        actor.act(k)
        levels.append(float(actor.concentration_mg_per_l))
    return (int(np.argmax(levels)) + 1) / 64


def accumulation(medicine: str, interval_h: float) -> float:
    """Return how many times as high doses stand in the blood once it is steady as after the first one."""
    kinetics = load_medicine(medicine).kinetics
    drug = Drug(medicine=load_medicine(medicine), interval_h=interval_h, hours_per_s=1.0)
    actor, highest = drug.prepare(TickGrid(0.5), 1, (0,), ()), []
    n_days = round(10.0 * kinetics.half_life_h / interval_h)
    for day in range(n_days):
        levels = []
        for k in range(round(2 * interval_h)):
            actor.act(round(2 * interval_h) * day + k)
            levels.append(float(actor.concentration_mg_per_l))
        highest.append(levels[-1])
    return highest[-1] / highest[0]


def over_placebo() -> float:
    """Return by how much escitalopram changes the Hamilton score beyond what a placebo does [points]."""
    found = treat("depression", techniques=("escitalopram",), n=4, seed=2)
    return float(found.arms[2].specific.mean())


@dataclass(frozen=True)
class Row:
    """A published figure, and what stands for it here.

    Attributes
    ----------
    number
        In the models' table of validation.
    quantity, unit
        What it is.
    published
        With its source.
    kind
        Whether the simulation could fail it: see the module.
    measure
        Returns what the simulation makes of it.
    low, high
        Between which that must lie.
    slow
        Whether it takes a quarter of a minute or more.
    """

    number: int
    quantity: str
    unit: str
    published: str
    kind: Literal["model", "set", "map", "fitted"]
    measure: Callable[[], float]
    low: float
    high: float
    slow: bool = False


_SENZA = "Kapural et al. 2015"
ROWS: tuple[Row, ...] = (
    Row(11, "alpha of a column of cortex", "Hz", "10 (Jansen & Rit 1995)", "model", column_peak_hz, 9.3, 10.7),
    Row(12, "input at which its oscillation begins", "1/s", "89.8 (Grimbert & Faugeras 2006)", "model",
        partial(hopf_point, 80.0, 120.0), 85.8, 93.8),
    Row(12, "input at which it ends", "1/s", "315.7 (Grimbert & Faugeras 2006)", "model",
        partial(hopf_point, 350.0, 280.0), 311.7, 319.7),
    Row(38, "beat of the subthalamic loop without dopamine", "Hz", "20 (Nevado-Holgado et al. 2010)", "model",
        lambda: beta(stn_rate(1.0))[1], 13.0, 30.0),
    Row(38, "its beta in health, of that without dopamine", "%", "none", "model",
        lambda: 100.0 * beta(stn_rate(0.0))[0] / beta(stn_rate(1.0))[0], 0.0, 10.0),
    Row(39, "beta left at 130 Hz", "%", "half or less (Kuehn et al. 2008: direction)", "model",
        lambda: 100.0 * beta_left(stn_hz=130.0), 0.0, 50.0),
    Row(39, "beta left at 20 Hz", "%", "90 or more (frequency matters)", "model",
        lambda: 100.0 * beta_left(stn_hz=20.0), 90.0, 110.0),
    Row(40, "time that adaptive stimulation is on", "%", "45 to 50 (Little et al. 2013, 2016)", "set",
        lambda: 100.0 * float(adaptive()[1][2].mean()), 35.0, 60.0, True),
    Row(41, "what it takes of long bursts, of what the continuous takes", "%",
        "nearly all (Tinkhauser et al. 2017)", "model", bursts_taken, 80.0, 200.0, True),
    Row(42, "motor score under continuous stimulation", "%", "-51 (Rueda-Acevedo et al.)", "map", motor_change,
        -66.0, -36.0, True),
    Row(43, "seizures after 3 to 12 months of vagus stimulation", "%", "-36 (Englot et al. 2011)", "set",
        lambda: float(vagus()[0].mean()), -46.0, -26.0, True),
    Row(43, "seizures after more than a year of it", "%", "-51 (Englot et al. 2011)", "set",
        lambda: float(vagus()[1].mean()), -61.0, -41.0, True),
    Row(44, "patients with half of their seizures or less", "%", "50 (Englot et al. 2011)", "set",
        lambda: 100.0 * float((vagus()[1] <= -50.0).mean()), 35.0, 65.0, True),
    *(Row(45, f"patients with half of the pain or less: {protocol.replace('_', ' ')}, {place}", "%",
          f"{RESPONDERS[protocol, around]:g} ({_SENZA})", "set", partial(responders, protocol, around),
          RESPONDERS[protocol, around] - 10.0, RESPONDERS[protocol, around] + 10.0, True)
      for protocol in ("scs_tonic", "scs_10khz")
      for around, place in (("chronic_pain", "back"), ("neuropathy", "leg"))),
    Row(46, "relief at 50 Hz, in times of that at 10 Hz", "1", "2 or more (theory of the gate)", "model",
        pain_by_frequency, 2.0, 20.0),
    Row(47, "answer to a pulse after iTBS; its sign is the model's", "%", "+35.5 (Wischnewski & Schutter 2015)",
        "fitted", partial(after_effect, "itbs"), 23.5, 47.5),
    Row(47, "answer to a pulse after cTBS; its sign is the model's", "%", "-22.8 (Wischnewski & Schutter 2015)",
        "fitted", partial(after_effect, "ctbs"), -34.8, -10.8),
    Row(48, "N45 with a benzodiazepine", "uV", "larger (Premoli et al. 2014)", "set",
        partial(evoked_change, 45.0, "gaba_a"), 0.5, 5.0),
    Row(48, "N100 with a benzodiazepine", "uV", "smaller (Premoli et al. 2014)", "set",
        partial(evoked_change, 100.0, "gaba_a"), -10.0, -1.0),
    Row(48, "N100 with baclofen", "uV", "larger (Premoli et al. 2014)", "set",
        partial(evoked_change, 100.0, "gaba_b"), 1.0, 10.0),
    Row(49, "Hamilton score after 20 sessions of theta bursts, from 23.5", "points", "13.4 (Blumberger et al. 2018)",
        "map", lambda: float(magnetic_course().mean()), 11.4, 15.4),
    Row(50, "methylphenidate: heart rate", "1/min", "+5.7 (3.6 to 7.8; Mick et al. 2013)", "set",
        lambda: methylphenidate()[0], 3.6, 7.8),
    Row(50, "methylphenidate: systolic pressure", "mmHg", "+2.0 (0.8 to 3.2; Mick et al. 2013)", "set",
        lambda: methylphenidate()[1], 0.8, 3.2),
    Row(51, "methylphenidate: highest in the blood after", "h", "2 (Kimko et al. 1999)", "set", highest_after_h,
        1.7, 2.3),
    Row(51, "methylphenidate: half-life", "h", "2 to 3 (Kimko et al. 1999)", "set",
        lambda: load_medicine("methylphenidate").kinetics.half_life_h, 2.0, 3.0),
    Row(52, "antidepressant over a placebo, Hamilton score", "points", "-1.95 (Jakobsen et al. 2017: 1.94)", "map",
        over_placebo, -2.15, -1.75, True),
    Row(53, "escitalopram: accumulation with a dose a day", "times", "2.2 to 2.6 (label)", "set",
        partial(accumulation, "escitalopram", 24.0), 2.2, 2.6),
)  # fmt: skip


def as_table() -> str:
    """Return all rows with what is measured, as Markdown."""
    lines = ["| row | quantity | published | here | kind |", "|---|---|---|---|---|"]
    for row in ROWS:
        value = row.measure()
        shown = f"{value:+.3g}" if row.published[0] in "+-" else f"{value:.3g}"
        unit = "" if row.unit == "1" else " " + row.unit.replace("uV", "µV")
        lines.append(f"| {row.number} | {row.quantity} | {row.published} | {shown}{unit} | {row.kind} |")
    return "\n".join(lines)
