"""Writes the documents into the tree that Hekje runs from."""

from __future__ import annotations

from pathlib import Path

from server.protocol.generate.documents import documents


def main() -> None:
    root = Path(__file__).parents[3]
    for path, text in documents().items():
        (root / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
