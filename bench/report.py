"""`docs/performance.md`, written from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bench.figures import Figure, Findings
from bench.generator import Times
from bench.trials import MOST_BUSY, MOST_FOREIGN, Effort, Trial

METHOD = """\
How it is measured: server on core 0, load generator (`bench/loadgen.c`) on core 1, a fresh server
and a fresh copy of the database each time, relay and Hekje right after each other. Every message
is counted: it must be acknowledged once and reach each teacher of its class once and nobody else,
and after Hekje has been killed (`kill -9`) the file must hold exactly what was acknowledged;
otherwise nothing is reported. The relay is bare python-socketio (`bench/relay.py`) on the same
event loop and JSON library; it stores nothing and checks nothing. Hekje checks rights and answers
when message and notice are on the disk (SQLite, `synchronous=FULL`).

- *A parent to a team of 3*: 600 connections (20 classes of 27 parents and 3 teachers), 64 parents
  write. *A team of 30*: 620 connections (20 classes of a parent and 30 teachers), 16 parents write.
  Texts of about 120 bytes, no TLS. As fast as it answers: each has one message unanswered.
- Latency is taken from the instant a message was *due*, so that a server that stalls cannot hide
  it.
- `session.start` and `message.history` (50): a teacher with 60 conversations in a class of 10,020
  messages asks one at a time. The whole round trip counts, which is more than the server's own
  time.
- Memory: resident kB (of 1000 bytes) that each of {connections:,} more connections adds once it
  has started its session; also with clients that offer permessage-deflate, as browsers do. Both
  are held against the relay *without* deflate, which is the harder test.
- Medians of {repetitions} (lowest–highest). A ratio is that of neighbours in one repetition. A
  measurement is done again, up to three times, when others (the host of a virtual machine
  included) used over {foreign} of a core or the generator worked over {busy:.0%} of its own.
"""


def page(findings: Findings, effort: Effort, machine: Sequence[str]) -> str:
    """The whole page."""
    method = METHOD.format(
        repetitions=effort.repetitions,
        connections=effort.connections[1],
        foreign=MOST_FOREIGN,
        busy=MOST_BUSY,
    )
    return (
        "# Performance\n\n"
        f"Written by `python -m bench.run` on {date.today().isoformat()}; do not edit.\n\n"  # noqa: DTZ011
        + "".join(f"- {line}\n" for line in machine)
        + "\n## Figures\n\n"
        + table(findings)
        + f"\n{method}\n## Every measurement\n\n"
        + _trials(findings.trials)
    )


def table(findings: Findings) -> str:
    rows = ["| figure | median (lowest–highest) | target | |", "| --- | --- | --- | --- |"]
    rows += [_row(figure) for figure in findings.figures.values()]
    return "\n".join(rows) + "\n"


def _row(figure: Figure) -> str:
    values = " – ".join(_shown(v, figure) for v in (min(figure.values), max(figure.values)))
    target = verdict = ""
    if figure.limit is not None:
        target = f"{'≥' if figure.at_least else '≤'} {figure.limit:g} {figure.unit}"
        verdict = "**missed**" if figure.missed else "met"
    median = f"{_shown(figure.median, figure)} {figure.unit}"
    return f"| {figure.name} | {median} ({values}) | {target} | {verdict} |"


def _shown(value: float, figure: Figure) -> str:
    return f"{value:,.0f}" if figure.unit == "messages/s" else f"{value:.2f}"


def _trials(trials: Sequence[Trial]) -> str:
    rows = [
        "| measurement | answers/s | deliveries/s | answer p50 / p99 ms | delivery p50 / p99 ms "
        "| generator's load, lateness p99 | others, host |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for trial in trials:
        seen = trial.seen
        rows.append(
            f"| {trial.what} | {seen.acked_a_second:,.0f} | {seen.delivered_a_second:,.0f} "
            f"| {_times(seen.ack_ms)} | {_times(seen.delivery_ms)} "
            f"| {seen.busy:.0%}, {seen.lag_ms.p99:.2f} ms "
            f"| {trial.foreign:.2f}, {trial.stolen:.2f} |"
        )
    return "\n".join(rows) + "\n"


def _times(times: Times) -> str:
    return f"{times.p50:.2f} / {times.p99:.2f}" if times.count else "–"
