"""The yardstick: a bare python-socketio relay, which stores nothing and checks nothing.

Whoever connects with `{"rooms": [...]}` hears what is sent there. It is the
library as its documentation shows it, on the event loop and JSON library of
Hekje.
"""

from __future__ import annotations

import sys
from typing import Any

import socketio
import uvloop
from aiohttp import web

from bench import wire

relay = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"], json=wire)


@relay.event
async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, Any] | None = None) -> None:
    for room in (auth or {}).get("rooms", ()):
        await relay.enter_room(sid, room)


@relay.on("session.start")
async def start(_sid: str, _request: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True}


@relay.on("message.send")
async def send(sid: str, message: dict[str, Any]) -> dict[str, Any]:
    await relay.emit("message.posted", message, room=message["conversation_id"], skip_sid=sid)
    return {"ok": True}


def serve(port: int) -> None:
    app = web.Application()
    relay.attach(app)
    web.run_app(
        app,
        host="127.0.0.1",
        port=port,
        access_log=None,
        print=None,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]))
