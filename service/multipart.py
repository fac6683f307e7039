"""The file of a multipart form, read in memory: nothing unredacted touches a disk."""

from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header

from service.errors import InvalidInputError


def file_of(content_type: str, body: bytes) -> bytes:
    """The content of the form field `file`.

    Raises:
        InvalidInputError: The form cannot be read or has no such field.
    """
    _, options = parse_options_header(content_type)
    files: list[bytes] = []

    def on_file(file: File) -> None:
        if file.field_name == b"file":
            file.file_object.seek(0)
            files.append(file.file_object.read())
        file.close()

    def on_field(field: Field) -> None:
        if field.field_name == b"file" and field.value:
            files.append(field.value)

    config = {"MAX_MEMORY_FILE_SIZE": len(body) + 1}
    try:
        boundary = options[b"boundary"]
        parser = FormParser(
            "multipart/form-data", on_field, on_file, boundary=boundary, config=config
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, KeyError, ValueError):
        raise InvalidInputError(
            "the multipart form is damaged; send the HAR as field file"
        ) from None
    if not files:
        raise InvalidInputError(
            "the form has no file",
            errors=[{"pointer": "#/file", "detail": "send the HAR as the form field file"}],
        )
    return files[0]
