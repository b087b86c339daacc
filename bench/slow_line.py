"""A line between a browser and a server that is as slow as a telephone's, WebSockets included."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

FAST_3G_RTT = 0.150
"""Seconds there and back, and bits per second: "3G Fast" of WebPageTest and of Lighthouse."""
FAST_3G_DOWN, FAST_3G_UP = 1_600_000, 768_000
_CHUNK = 1_440


@dataclass
class SlowLine:
    """Listens on `port` and carries everything to `to`, late and not too much at once."""

    port: int
    to: int
    rtt: float = FAST_3G_RTT
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._call, "127.0.0.1", self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _call(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.rtt)  # the handshake of TCP
        far, ask = await asyncio.open_connection("127.0.0.1", self.to)
        with suppress(OSError):
            await asyncio.gather(
                self._carry(near, ask, FAST_3G_UP), self._carry(far, answer, FAST_3G_DOWN)
            )

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, speed: int
    ) -> None:
        """Each packet leaves when those before it have, and arrives half a round trip later."""
        loop = asyncio.get_running_loop()
        packets: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        deliver = asyncio.create_task(self._deliver(packets, sink))
        free = loop.time()
        while packet := await source.read(_CHUNK):
            free = max(free, loop.time()) + (len(packet) * 8 / speed if self.rtt else 0)
            packets.put_nowait((free + self.rtt / 2, packet))
        packets.put_nowait((free + self.rtt / 2, b""))
        await deliver

    @staticmethod
    async def _deliver(
        packets: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, packet = await packets.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not packet:
                break
            sink.write(packet)
        sink.close()
