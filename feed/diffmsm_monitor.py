"""Reads what a DiffMSM session measures out of the ring of its `feed.monitor`; see Sources/ControllerFeed/MonitorRing.swift."""
import json
import mmap
import os
import struct
from array import array

HEAD = struct.Struct("<IHHIIqq")
SAMPLES, FRAME = 1, 2


class Gone(Exception):
    """The segment is not there, or no monitor's."""


class Monitor:
    """A reader of the ring; begins with what is new."""

    def __init__(self, name):
        path = "/dev/shm/" + name.lstrip("/")
        try:
            with open(path, "rb") as file:
                self.inode = os.fstat(file.fileno()).st_ino
                self.memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise Gone(str(error))
        if len(self.memory) < 65536 or self.memory[:4] != b"DMSR":
            raise Gone(path + " is no monitor")
        (version,) = struct.unpack_from("<H", self.memory, 4)
        if version != 1:
            raise Gone("version %d, expected 1" % version)
        size, self.begin, self.size = struct.unpack_from("<QQQ", self.memory, 8)
        self.description = json.loads(self.memory[4096 : 4096 + size])
        self.position = self.head()
        self.overtaken = 0

    def head(self):
        """Bytes written so far."""
        while True:
            before, _, head = struct.unpack_from("<IIQ", self.memory, 64)
            (after,) = struct.unpack_from("<I", self.memory, 64)
            if before == after and before % 2 == 0:
                return head

    def records(self):
        """What is new: (kind, stream, columns, first time, last time, values as an array of floats), times in seconds."""
        found = []
        head = self.head()
        if head < self.position or head - self.position > self.size // 2:
            # a new run, or too slow for this one
            self.overtaken += 1
            self.position = head
        begun = self.position
        while self.position < head:
            place = self.position % self.size
            if self.size - place < HEAD.size:
                self.position += self.size - place
                continue
            length, kind, stream, rows, columns, first, last = HEAD.unpack_from(
                self.memory, self.begin + place
            )
            if length == 0 or place + length > self.size:
                self.overtaken += 1
                self.position = head
                break
            if kind:
                values = array("f")
                start = self.begin + place + HEAD.size
                values.frombytes(self.memory[start : start + 4 * rows * columns])
                found.append((kind, stream, columns, first * 1e-9, last * 1e-9, values))
            self.position += length
        if self.head() - begun > self.size:
            # overwritten while it was read
            self.overtaken += 1
            return []
        return found
