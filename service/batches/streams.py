"""Files as streams of bytes: plain, `.gz` or `.zst`, in any encoding a spreadsheet writes."""

import codecs
import gzip
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import pyarrow as pa

from service.batches.errors import BatchFileError, CutOffError

COMPRESSIONS = (".gz", ".zst")
FORMATS = (".csv", ".jsonl", ".xlsx", ".parquet")
_COMPRESSIBLE = (".csv", ".jsonl")
_GZIP = 31  # zlib's word for a gzip header and the widest window
_STEP = 1 << 18
_ALIASES = {".ndjson": ".jsonl", ".tsv": ".csv"}
_LEGACY = "cp1252"  # what Excel writes where nobody chose UTF-8
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Writable(Protocol):
    """Takes bytes."""

    def write(self, content: bytes, /) -> object:
        """Write bytes."""


def format_of(path: Path) -> str:
    """The format of a file by its suffix, compression left aside.

    Raises:
        BatchFileError: The suffix is of no format that is read.
    """
    suffixes = [suffix.casefold() for suffix in path.suffixes[-2:]]
    squeezed = bool(suffixes) and suffixes[-1] in COMPRESSIONS
    suffix = (suffixes[:-1] if squeezed else suffixes or [""])[-1:] or [""]
    found = _ALIASES.get(suffix[0], suffix[0])
    if found not in FORMATS or (squeezed and found not in _COMPRESSIBLE):
        raise BatchFileError(
            f"{path.name}: give a file that ends in .csv or .jsonl (.gz and .zst too), .xlsx "
            "or .parquet"
        )
    return found


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """The content of a file in UTF-8, a piece at a time; without the byte order mark.

    Raises:
        CutOffError: A compressed file is cut off or damaged; good pieces came before.
    """
    raw = _raw_pieces(path, size)
    first = next(raw, b"")
    wide = _WIDE.get(first[:2])
    if wide is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from raw
        return
    decoder = codecs.getincrementaldecoder(wide)("replace")
    yield decoder.decode(first[2:]).encode()
    for piece in raw:
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def has_mark(path: Path) -> bool:
    """Whether a file begins with a byte order mark, by which Excel knows its encoding."""
    try:
        first = next(_raw_pieces(path, 4), b"")
    except CutOffError:
        return False
    return first.startswith((codecs.BOM_UTF8, *_WIDE))


def as_utf8(raw: bytes) -> bytes:
    """Bytes in UTF-8: as they are, or read as what Excel writes elsewhere.

    >>> as_utf8("Zugriff für".encode("cp1252")).decode()
    'Zugriff für'
    """
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_LEGACY, "replace").encode()
    return raw


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the target's place only when it is whole."""
    part = target.with_name(target.name + ".part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def sink(path: Path, suffix: str) -> Iterator[Writable]:
    """A file to write to, compressed by the suffix; the same content gives the same bytes."""
    with path.open("wb") as plain:
        if suffix == ".gz":
            with gzip.GzipFile("", "wb", 6, plain, mtime=0) as squeezed:
                yield squeezed
        elif suffix == ".zst":
            with pa.CompressedOutputStream(plain, "zstd") as squeezed:
                yield squeezed
        else:
            yield plain


def append(source: Path, target: Writable) -> None:
    """Copy a file to the end of a stream."""
    with source.open("rb") as file:
        shutil.copyfileobj(file, target, 1 << 20)


def _raw_pieces(path: Path, size: int) -> Iterator[bytes]:
    suffix = path.suffix.casefold()
    with path.open("rb") as file:
        if suffix == ".gz":
            yield from _gunzipped(file, path.name)
        elif suffix == ".zst":
            yield from _unzstd(file, path.name)
        else:
            yield from iter(lambda: file.read(size), b"")


def _gunzipped(file: IO[bytes], name: str) -> Iterator[bytes]:
    """Unpack by small steps: of a file that is cut off everything before the cut is wanted."""
    inflate = zlib.decompressobj(_GZIP)
    for packed in iter(lambda: file.read(_STEP), b""):
        rest = packed
        while rest:
            try:
                yield inflate.decompress(rest)
            except zlib.error as error:
                raise CutOffError(f"{name} is damaged") from error
            rest = inflate.unused_data
            if rest:  # files may be put one behind the other
                inflate = zlib.decompressobj(_GZIP)
    if not inflate.eof:
        raise CutOffError(f"{name} is cut off")


def _unzstd(file: IO[bytes], name: str) -> Iterator[bytes]:
    with pa.CompressedInputStream(file, "zstd") as stream:
        while True:
            try:
                piece = stream.read(_STEP)
            except (OSError, pa.ArrowException) as error:
                raise CutOffError(f"{name} is cut off or damaged") from error
            if not piece:
                return
            yield bytes(piece)
