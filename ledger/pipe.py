"""Frames of msgpack through pipes, each with its length before it (4 bytes)."""

from __future__ import annotations

from typing import IO, Any

import msgspec

from ledger.half import NotWhole


class Pipe:
    """Frames out of one stream and into another; ``NotWhole`` where the other end is gone."""

    def __init__(self, into: IO[bytes], out_of: IO[bytes]) -> None:
        self._into, self.out_of = into, out_of
        self._encode = msgspec.msgpack.Encoder().encode

    def send(self, value: Any) -> None:
        """One frame."""
        frame = self._encode(value)
        self._into.write(len(frame).to_bytes(4, "big") + frame)
        self._into.flush()

    def receive(self, kind: Any) -> Any:
        """The next frame, as what it must be."""
        frame = self._exactly(int.from_bytes(self._exactly(4), "big"))
        return msgspec.msgpack.decode(frame, type=kind)

    def _exactly(self, size: int) -> bytes:
        read = self.out_of.read(size)
        if len(read) < size:
            raise NotWhole
        return read
