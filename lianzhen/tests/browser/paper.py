"""Reads what Chromium has put on paper: the pages of a PDF with their text, its size and its place.

Understands what Chromium's writer (Skia) produces and no more. A PDF library would be a dependency, and
`pdftotext` a package of the machine, for the sake of one file of journeys.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

#: Points (1/72 inch) of a sheet of A4, upright.
A4 = (595, 842)

TOKEN = re.compile(rb"<<|>>|<[0-9A-Fa-f\s]*>|\((?:[^()\\]|\\.)*\)|/[^\s<>()\[\]/]+|\[|\]|[^\s<>()\[\]/]+", re.S)
IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Run:
    """A piece of text: its characters, its height in points, and where it stands from the lower left corner."""

    text: str
    size: float
    x: float
    y: float


@dataclass(frozen=True)
class Sheet:
    """One printed page. `width` and `height` in points."""

    width: float
    height: float
    runs: list[Run]

    @property
    def text(self) -> str:
        """All characters in reading order of the file, without the blanks between runs."""
        return "".join(run.text for run in self.runs)


def sheets(pdf: bytes) -> list[Sheet]:
    return list(_Reader(pdf).sheets())


class _Reader:
    def __init__(self, pdf: bytes) -> None:
        starts = sorted((m.end(), int(m[1])) for m in re.finditer(rb"(?:^|\n)(\d+) 0 obj\n", pdf))
        ends = [start for start, _ in starts[1:]] + [len(pdf)]
        self.objects = {number: pdf[start:end] for (start, number), end in zip(starts, ends, strict=True)}
        self.characters: dict[int, dict[int, str]] = {}

    def sheets(self) -> Iterator[Sheet]:
        for number, body in sorted(self.objects.items()):
            if body.startswith(b"<</Type /Page\n"):
                yield self._sheet(self.objects[number])

    def _sheet(self, body: bytes) -> Sheet:
        box = [float(n) for n in re.search(rb"/MediaBox \[([^\]]+)\]", body)[1].split()]
        named = re.search(rb"/Font <<(.*?)>>", body, re.S)
        fonts = {name: int(number) for name, number in re.findall(rb"/(\w+) (\d+) 0 R", named[1])} if named else {}
        content = self._stream(int(re.search(rb"/Contents (\d+) 0 R", body)[1]))
        return Sheet(box[2], box[3], list(self._runs(content, fonts)))

    def _stream(self, number: int) -> bytes:
        head, _, rest = self.objects[number].partition(b"stream\n")
        length = re.search(rb"/Length (\d+)(?! 0 R)", head)
        packed = rest[: int(length[1])] if length else rest
        return zlib.decompressobj().decompress(packed) if b"/FlateDecode" in head else packed

    def _runs(self, content: bytes, fonts: dict[bytes, int]) -> Iterator[Run]:
        """Walk the operators that place text; everything drawn is passed over."""
        matrix, stack, operands = IDENTITY, [], []
        font, size, text_matrix, actual = 0, 0.0, IDENTITY, None
        for match in TOKEN.finditer(content):
            token = match[0]
            if token == b"q":
                stack.append(matrix)
            elif token == b"Q":
                matrix = stack.pop()
            elif token == b"cm":
                matrix = _times(_numbers(operands), matrix)
            elif token == b"Tf":
                font, size = fonts[operands[-2][1:]], float(operands[-1])
            elif token == b"Tm":
                text_matrix = _times(_numbers(operands), matrix)
            elif token == b"BDC":
                actual = _actual_text(operands)
            elif token == b"EMC":
                actual = None
            elif token in (b"Tj", b"TJ"):
                said = actual if actual is not None else "".join(self._decoded(o, font) for o in operands)
                actual = "" if actual is not None else None  # said once, however many glyphs show it
                _, _, c, d, x, y = text_matrix
                if said:
                    yield Run(normalize("NFKC", said), size * (c * c + d * d) ** 0.5, x, y)
            else:
                operands.append(token)
                continue
            operands = []

    def _decoded(self, operand: bytes, font: int) -> str:
        codes = _bytes_of(operand)
        table = self._table(font)
        wide = b"/Type0" in self.objects[font]
        numbers = [int.from_bytes(codes[i : i + 2], "big") for i in range(0, len(codes), 2)] if wide else list(codes)
        return "".join(table.get(number, "") for number in numbers)

    def _table(self, font: int) -> dict[int, str]:
        """Which character each code of a font stands for, from its ToUnicode table."""
        if font not in self.characters:
            place = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[font])
            self.characters[font] = _to_unicode(self._stream(int(place[1]))) if place else {}
        return self.characters[font]


def _to_unicode(cmap: bytes) -> dict[int, str]:
    table = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, text in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            table[int(code, 16)] = _utf16(text)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                table[int(first, 16) + step] = chr(int(text, 16) + step)
    return table


def _actual_text(operands: list[bytes]) -> str | None:
    if b"/ActualText" not in operands:
        return None
    written = operands[operands.index(b"/ActualText") + 1]
    return _bytes_of(written).decode("utf-16") if written[:1] == b"<" else written[1:-1].decode("latin-1")


def _utf16(written: bytes) -> str:
    return bytes.fromhex(written.decode()).decode("utf-16-be", "replace")


def _bytes_of(operand: bytes) -> bytes:
    if operand[:1] == b"<":
        return bytes.fromhex(operand[1:-1].decode())
    if operand[:1] != b"(":
        return b""
    escapes = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    plain = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), operand[1:-1])
    return re.sub(rb"\\(.)", lambda m: escapes.get(m[1], m[1]), plain, flags=re.S)


def _numbers(operands: list[bytes]) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in operands[-6:])
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u
