"""What may be wrong with the file of a batch."""


class BatchFileError(Exception):
    """A file cannot be read as a batch; the message says why and what to do."""


class CutOffError(Exception):
    """A file ends before its end; what came before it is good."""
