"""The work of `fresh/stamp` in Python: adds one to each of the two numbers at the start of the bytes."""

import struct


def add_ones(data):
    first, second = struct.unpack_from("<II", data)
    return struct.pack("<II", first + 1, second + 1) + data[8:]


class Worker:
    """The work as an actor, for one item and for many."""

    def add_ones(self, data):
        return add_ones(data)

    def add_ones_to_each(self, batch):
        return [add_ones(data) for data in batch]

    def add_ones_to_joined(self, joined, size):
        """Many items as one string of bytes, for where a list of many strings is slow to carry."""
        return b"".join([add_ones(joined[at : at + size]) for at in range(0, len(joined), size)])
