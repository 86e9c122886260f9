"""The client of `carnet bench api`: several kept-alive connections in one thread, so that it takes as little as it can of
the two cores that it shares with the server. It measures and decides nothing."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run of requests took: answers per second, milliseconds of the middle one and of the 99th of a hundred."""

    rate: float
    median_ms: float
    p99_ms: float


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    since: float = 0.0
    missing: int = -1  # bytes of the answer still to come; -1 until its head is there


def request(method: str, path: str, token: str = "", body: bytes = b"") -> bytes:
    """One request as bytes."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/fhir+json"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if body:
        head += ["Content-Type: application/fhir+json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def drive(port: int, requests: Sequence[bytes], *, connections: int) -> Taken:
    """Send all of them, as many at once as there are connections, each when the one before is answered. Raises
    RuntimeError on an answer that is no success."""
    times: list[float] = []
    with selectors.DefaultSelector() as waiting:
        todo = iter(requests)
        opened = [_Connection(_connect(port)) for _ in range(min(connections, len(requests)))]
        start = time.perf_counter()
        for one in opened:
            waiting.register(one.socket, selectors.EVENT_READ, one)
            _send(one, next(todo))
        while len(times) < len(requests):
            for key, _ in waiting.select():
                if _hear(key.data):
                    times.append(time.perf_counter() - key.data.since)
                    following = next(todo, None)
                    if following is not None:
                        _send(key.data, following)
        took = time.perf_counter() - start
        for one in opened:
            one.socket.close()
    times.sort()
    return Taken(len(times) / took, _at(times, 0.5), _at(times, 0.99))


def _at(times: list[float], part: float) -> float:
    return times[min(len(times) - 1, int(len(times) * part))] * 1000


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=60)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _send(one: _Connection, content: bytes) -> None:
    one.since, one.missing = time.perf_counter(), -1
    one.heard.clear()
    one.socket.sendall(content)


def _hear(one: _Connection) -> bool:
    """Read what has come; whether the answer is whole."""
    block = one.socket.recv(_BLOCK)
    if not block:
        raise RuntimeError("the server closed the connection")
    if one.missing < 0:
        one.heard += block
        end = one.heard.find(b"\r\n\r\n")
        if end < 0:
            return False
        one.missing = _length(bytes(one.heard[:end]).lower()) - (len(one.heard) - end - 4)
    else:
        one.missing -= len(block)
    return one.missing <= 0


def _length(head: bytes) -> int:
    if head[9:10] != b"2":
        raise RuntimeError(f"answered {head[9:12].decode()}")
    _, _, tail = head.partition(b"content-length:")
    return int(tail.partition(b"\r\n")[0])
