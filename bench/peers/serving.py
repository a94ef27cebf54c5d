"""Load clients in Python: rounds of load for the suite, asked for in lines of JSON (see python-child.ts)."""

import json
import os
import queue
import struct
import sys
import threading
import time


_requests = queue.SimpleQueue()


def begin():
    """What the suite says at the start. From now on this process ends when the suite does."""
    threading.Thread(target=_read, daemon=True).start()
    return json.loads(sys.argv[1])


class Stamps:
    """Payloads that prove something: each is different, and the reply to each is known (see ../stamp.ts)."""

    def __init__(self, size):
        self._tail = bytes(at * 7 % 256 for at in range(16, size))
        self._sequence = 0

    def take(self, count):
        """So many requests, and the replies they must get."""
        numbers = [struct.pack("<d", self._sequence + at) for at in range(count)]
        self._sequence += count
        requests = [bytes(8) + number + self._tail for number in numbers]
        expected = [b"\1\0\0\0\1\0\0\0" + number + self._tail for number in numbers]
        return requests, expected


def check(replies, expected):
    """Raises unless all replies are what they must be."""
    if list(replies) != expected:
        raise ValueError(f"a reply of {len(expected)} is wrong")


def in_batches(items, size):
    """The items in lists of this size; the last may be shorter."""
    return [items[at : at + size] for at in range(0, len(items), size)]


def run_round(stamps, submit, collect, in_flight, duration_ms):
    """
    Calls for so long, with so many in flight: in two waves, so that the workers have one while the client collects and
    checks the other. A call alone is a wave of one. The time of a call is that of its wave.
    """
    wave = max(1, in_flight // 2)
    waves = 2 if in_flight > 1 else 1
    begun = time.perf_counter()
    end = begun + duration_ms / 1000
    under_way = []
    times = []
    calls = 0
    while under_way or calls == 0 or time.perf_counter() < end:
        while len(under_way) < waves and (calls == 0 or time.perf_counter() < end):
            requests, expected = stamps.take(wave)
            started = time.perf_counter()
            under_way.append((started, submit(requests), expected))
            calls += wave
        started, handles, expected = under_way.pop(0)
        check(collect(handles), expected)
        times.append(time.perf_counter() - started)
    times.sort()
    return {
        "calls": calls,
        "elapsedMs": (time.perf_counter() - begun) * 1000,
        "p50Ms": percentile(times, 0.5) * 1000,
        "p99Ms": percentile(times, 0.99) * 1000,
    }


def percentile(ordered, share):
    """The value that this share of the values does not exceed (nearest rank)."""
    return ordered[max(1, -int(-len(ordered) * share // 1)) - 1]


def serve(answer, ready=True):
    """Says that it is ready, then answers requests until the suite has gone. Standard output is for answers alone."""
    output = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    output.write(json.dumps({"value": ready}) + "\n")
    while (line := _requests.get()) is not None:
        try:
            message = {"value": answer(json.loads(line))}
        except Exception as error:  # whatever it is, the suite is told
            message = {"error": f"{type(error).__name__}: {error}"}
        output.write(json.dumps(message) + "\n")


def _read():
    for line in sys.stdin:
        _requests.put(line)
    _requests.put(None)
    # Something may be under way that nobody waits for any more.
    time.sleep(5)
    os._exit(1)
