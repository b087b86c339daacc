"""What is asked of Hekje, each with its target, and the run that measures it."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench.hekje import School
from bench.scenes import A_FULL_CLASS, MESSAGES_EACH, TEAM_OF_3, TEAM_OF_30, relay_seats
from bench.trials import (
    Effort,
    Trial,
    hekje_load,
    memory,
    on_hekje,
    on_relay,
    questions,
    relay_load,
)


@dataclass(slots=True)
class Figure:
    """One number a repetition; the median counts. With a `limit` it must be met."""

    name: str
    unit: str
    limit: float | None = None
    at_least: bool = False
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def missed(self) -> bool:
        if self.limit is None:
            return False
        return self.median < self.limit if self.at_least else self.median > self.limit


@dataclass(slots=True)
class Findings:
    """All figures in the order they were first measured, and every trial behind them."""

    figures: dict[str, Figure] = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)

    def note(
        self, name: str, unit: str, value: float, limit: float | None = None, at_least: bool = False
    ) -> None:
        figure = self.figures.setdefault(name, Figure(name, unit, limit, at_least))
        figure.values.append(value)

    def keep(self, trial: Trial) -> Trial:
        self.trials.append(trial)
        return trial

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures.values() if figure.missed]


@dataclass(frozen=True, slots=True)
class Schools:
    """Seeded once, copied for each measurement."""

    team_of_3: School
    team_of_30: School
    full_class: School

    @classmethod
    def seeded(cls, folder: Path) -> Schools:
        return cls(
            School.seeded(folder / "team-of-3", TEAM_OF_3),
            School.seeded(folder / "team-of-30", TEAM_OF_30),
            School.seeded(folder / "full-class", A_FULL_CLASS, MESSAGES_EACH),
        )


def measured(folder: Path, effort: Effort) -> Findings:
    """Everything, repetition by repetition, so that a slow minute meets all alike."""
    schools = Schools.seeded(folder)
    findings = Findings()
    for number in range(effort.repetitions):
        print(f"repetition {number + 1} of {effort.repetitions}", file=sys.stderr, flush=True)
        _messages(findings, schools.team_of_3, effort, least=0.8)
        _messages(findings, schools.team_of_30, effort, least=2.0)
        _questions(findings, schools.full_class, effort)
        _memory(findings, schools.team_of_3, effort)
    return findings


def relay_measured(effort: Effort) -> Findings:
    """The yardstick alone."""
    findings = Findings()
    for _ in range(effort.repetitions):
        for scene in (TEAM_OF_3, TEAM_OF_30):
            trial = findings.keep(relay_load(scene, effort))
            findings.note(f"{scene.name}: relay", "messages/s", trial.seen.acked_a_second)
        _relay_memory(findings, effort)
    return findings


def _messages(findings: Findings, school: School, effort: Effort, least: float) -> None:
    """As fast as each answers, then both by the clock at half the relay's rate."""
    scene = school.scene
    relay = findings.keep(relay_load(scene, effort)).seen.acked_a_second
    hekje = findings.keep(hekje_load(school, effort)).seen.acked_a_second
    findings.note(f"{scene.name}: relay", "messages/s", relay)
    findings.note(f"{scene.name}: Hekje", "messages/s", hekje)
    findings.note(f"{scene.name}: Hekje ÷ relay", "×", hekje / relay, least, at_least=True)
    half = relay / 2
    late = findings.keep(relay_load(scene, effort, half)).seen.delivery_ms
    findings.note(f"{scene.name}: relay, delivery p99 at half its rate", "ms", late.p99)
    late = findings.keep(hekje_load(school, effort, half)).seen.delivery_ms
    name = f"{scene.name}: Hekje, delivery p99 at half the relay's rate"
    findings.note(name, "ms", late.p99, 25)


def _questions(findings: Findings, school: School, effort: Effort) -> None:
    for event, most in (("session.start", 20), ("message.history", 3)):
        seen = findings.keep(questions(school, event, effort)).seen
        findings.note(f"{event}, round trip p50", "ms", seen.ack_ms.p50, most)
        findings.note(f"{event}, round trip p99", "ms", seen.ack_ms.p99)


def _memory(findings: Findings, school: School, effort: Effort) -> None:
    relay = _relay_memory(findings, effort)
    for deflate, client in ((False, "client"), (True, "client that offers deflate")):
        hekje = memory(lambda: on_hekje(school), school.seats(), effort, deflate=deflate)
        findings.note(f"idle {client}: Hekje", "kB", hekje)
        findings.note(f"idle {client}: Hekje ÷ relay without deflate", "×", hekje / relay, 1.5)


def _relay_memory(findings: Findings, effort: Effort) -> float:
    seats = relay_seats(TEAM_OF_3)
    relay = memory(on_relay, seats, effort, deflate=False)
    findings.note("idle client: relay", "kB", relay)
    compressed = memory(on_relay, seats, effort, deflate=True)
    findings.note("idle client that offers deflate: relay", "kB", compressed)
    return relay
