"""The runner: the process in which a submission's cells run, one after the other.

After the cells it forks one process a probe, so that no probe sees what another has done; or one
for several, where the judge wants to know quickly which of them come out right. It takes the
judge's orders from the room's channel: {"cell": source, "seconds": s}, and {"probe": order} or
{"probes": count, "0": order, "1": ...} with "cpu_seconds" and "seconds" of the fork.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import struct
import time
from typing import Any

from . import frames, probe, room, shell

# Taken before any student code runs: a notebook that patches `os` or `time` harms itself less.
_fork, _exit, _kill, _waitpid, _read = os.fork, os._exit, os.kill, os.waitpid, os.read
_now, _select, _killpg = time.monotonic, select.select, os.killpg
GRACE = 0.5  # seconds between the end of a probe's pipe and the end of its process


def serve(channel: socket.socket, limits: dict) -> None:
    """Obey orders until the judge closes the channel."""
    while True:
        try:
            order = frames.receive_order(channel)
        except frames.Closed:
            return
        if "cell" in order:
            reply: Any = {"outputs": shell.run(order["cell"], order["seconds"])}
        else:
            reply = _probe(order, limits, channel)
        if isinstance(reply, bytes):
            channel.sendall(reply)
        else:
            frames.send(channel, reply)


def _probe(order: dict, limits: dict, channel: socket.socket) -> bytes | dict:
    """Fork, answer there, and return the answer's frame or how the fork ended."""
    read, write = os.pipe()
    deadline = _now() + order["seconds"]
    child = _fork()
    if child == 0:
        channel.close()  # or one exercise's answer could stand for the next one's
        _answer(write, order)
    os.close(write)
    try:
        frame = _collect(read, deadline)
    finally:
        os.close(read)
    status = _finish(child, 0.0 if frame or _now() >= deadline else GRACE, limits)
    if frame:
        return frame
    if _now() >= deadline or status == -signal.SIGXCPU:
        return {"died": "timeout"}
    return {"died": f"exit {status}"}


def _answer(write: int, order: dict) -> None:
    """The fork's life: a process group and limits of its own, one answer. Never returns."""
    try:
        os.setpgid(0, 0)
        room.end_with_parent()
        seconds = int(order["cpu_seconds"])
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        bound = seconds if hard < 0 else min(seconds, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (bound, hard))
        with shell.at_desk():
            try:
                frame = frames.encode(_reply(order))
            except Exception as error:  # not the student's function's: those are part of a reply
                frame = frames.encode({"broken": f"{type(error).__name__}: {error}"[:500]})
        with open(write, "wb", closefd=False) as pipe:
            pipe.write(frame)
    except MemoryError:
        _exit(86)
    except BaseException:
        _exit(87)
    _exit(0)


def _reply(order: dict) -> dict:
    names = shell.namespace()
    if "probe" in order:
        return probe.answer(order["probe"], names)
    return {str(n): probe.answer(order[str(n)], names) for n in range(order["probes"])}


def _collect(read: int, deadline: float) -> bytes | None:
    """One whole frame from a pipe, or None if it ends, is late, or is too large."""
    data, wanted = b"", frames.HEADER.size
    parts: list[bytes] = []
    have = 0
    while have < wanted:
        left = deadline - _now()
        if left <= 0 or not _select([read], [], [], left)[0]:
            return None
        part = _read(read, 1 << 20)
        if not part:
            return None
        parts.append(part)
        have += len(part)
        if wanted == frames.HEADER.size and have >= wanted:
            data = b"".join(parts)
            try:
                magic, *lengths = frames.HEADER.unpack_from(data)
            except struct.error:
                return None
            if magic != frames.MAGIC or sum(lengths) > frames.LARGEST:
                return None
            wanted += sum(lengths)
    return b"".join(parts)[:wanted]


def _finish(child: int, grace: float, limits: dict) -> int:
    """End a probe and what it started; returns how it ended (negative: by which signal)."""
    until = _now() + grace
    while True:
        pid, status = _waitpid(child, os.WNOHANG)
        if pid or _now() >= until:
            break
        time.sleep(0.002)
    try:
        if limits["isolated"]:
            _kill(-1, signal.SIGKILL)  # in a PID namespace of its own: everybody but the keeper
        else:
            _killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    if not pid:
        pid, status = _waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
