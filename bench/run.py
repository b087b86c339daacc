"""Measure Hekje beside the relay, write `docs/performance.md`, and fail on a missed target."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import figures, generator, report
from bench.machine import described, to_ourselves
from bench.servers import ROOT, DidNotStart
from bench.trials import FULL, MOST_BUSY, QUICK, WrongCount

LOCK = generator.PROGRAM.parent / "lock"
PAGE = ROOT / "docs" / "performance.md"


def main() -> int:
    options = _options()
    effort = QUICK if options.quick else FULL
    generator.build()
    try:
        with to_ourselves(LOCK), tempfile.TemporaryDirectory(dir=options.folder) as folder:
            machine = described(Path(folder))
            if options.relay:
                findings = figures.relay_measured(effort)
            else:
                findings = figures.measured(Path(folder), effort)
    except (WrongCount, generator.GeneratorFailed, DidNotStart) as wrong:
        print(f"bench: {wrong}", file=sys.stderr)
        return 1
    print(report.table(findings))
    if options.quick or options.relay:
        return 0  # too short for the figures to count; that every message did is something
    PAGE.write_text(report.page(findings, effort, machine), encoding="utf-8")
    return _verdict(findings)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round; only counts decide")
    parser.add_argument("--relay", action="store_true", help="the yardstick alone")
    parser.add_argument(
        "--folder",
        type=Path,
        default=generator.PROGRAM.parent,
        help="where the databases are made: a real disk",
    )
    return parser.parse_args()


def _verdict(findings: figures.Findings) -> int:
    for figure in findings.missed:
        print(f"bench: missed: {figure.name}", file=sys.stderr)
    bottleneck = max(trial.seen.busy for trial in findings.trials)
    if bottleneck > MOST_BUSY:
        print(
            f"bench: the generator was {bottleneck:.0%} busy: figures are too low", file=sys.stderr
        )
    return 1 if findings.missed or bottleneck > MOST_BUSY else 0


if __name__ == "__main__":
    sys.exit(main())
