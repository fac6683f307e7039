"""The versions that a verdict names: the same input and versions give the same verdict."""

import hashlib
from importlib.metadata import version
from importlib.resources import files


def app_version() -> str:
    """The version of the distribution."""
    return version("triage365")


def signatures_version() -> str:
    """A short hash over the signature book and the code tables."""
    digest = hashlib.sha256()
    for folder in (files("classifiers") / "signatures", files("corpus") / "codes"):
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".toml"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
