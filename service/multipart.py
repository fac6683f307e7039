"""The file of a multipart form, handed on while it streams in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from service.errors import InvalidInputError

if TYPE_CHECKING:  # a name for type checkers only
    from python_multipart.multipart import MultipartCallbacks

MAX_PARTS = 10
MAX_HEAD_BYTES = 8_192  # of all part headers together
PLAIN_ENCODINGS = {b"", b"7bit", b"8bit", b"binary"}


class FormFile:
    """Takes the form field `file` out of a form and gives its bytes to `write`."""

    def __init__(self, content_type: str, write: Callable[[bytes], None]) -> None:
        _, options = parse_options_header(content_type)
        self._write = write
        self._parts = 0
        self._head_bytes = 0
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._is_file = False
        self.is_found = False
        self._is_whole = False
        try:
            self._parser = MultipartParser(options[b"boundary"], self._callbacks())
        except (FormParserError, KeyError, ValueError):
            raise _damaged() from None

    def feed(self, chunk: bytes) -> None:
        """Read on.

        Raises:
            InvalidInputError: The form is damaged, or has too many parts or headers.
        """
        try:
            self._parser.write(chunk)
        except (FormParserError, ValueError):
            raise _damaged() from None

    def close(self) -> None:
        """Make sure that the form is whole and had its file.

        Raises:
            InvalidInputError: It is not, or had none.
        """
        try:
            self._parser.finalize()
        except FormParserError:
            raise _damaged() from None
        if not self._is_whole:
            raise _damaged()
        if not self.is_found:
            raise InvalidInputError(
                "the form has no file",
                errors=[{"pointer": "#/file", "detail": "send the HAR as the form field file"}],
            )

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._text,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_head,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise _damaged()
        self._headers = {}

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += self._counted(data[start:end])

    def _text(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, piece: bytes) -> bytes:
        self._head_bytes += len(piece)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise _damaged()
        return piece

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _end_head(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._is_file = options.get(b"name") == b"file" and not self.is_found
        encoding = self._headers.get(b"content-transfer-encoding", b"").strip().lower()
        if self._is_file and encoding not in PLAIN_ENCODINGS:
            raise _damaged()

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.is_found = True
            self._write(data[start:end])

    def _end(self) -> None:
        self._is_whole = True


def _damaged() -> InvalidInputError:
    return InvalidInputError("the multipart form is damaged; send the HAR as field file")
