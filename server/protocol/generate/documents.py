"""Which documents there are."""

from __future__ import annotations

import json

from server import settings
from server.protocol.generate import asyncapi, typescript
from server.protocol.generate.page import page


def documents() -> dict[str, str]:
    """Path from the root of the tree → the whole text."""
    return {
        "docs/protocol.md": page(),
        "docs/asyncapi.json": json.dumps(asyncapi.document(), indent=2, ensure_ascii=False) + "\n",
        "docs/settings.md": settings.documentation(),
        "web/src/protocol.ts": typescript.module(),
    }
