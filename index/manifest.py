"""What a generation says of itself: who made it, how, and the checksum of each of its files."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from index.chunking import ChunkSettings
from index.errors import CorpusDamaged, EncoderMismatch, FormatVersionError
from index.french import ANALYSIS_VERSION
from index.protocols import Encoder

__all__ = [
    "FORMAT_VERSION",
    "Counts",
    "EncoderCard",
    "FileCard",
    "Manifest",
    "check_analysis",
    "check_encoder",
]

FORMAT_VERSION = 1
_PACKAGES = ("repondeur", "faiss-cpu", "tantivy", "numpy")


def _installed() -> dict[str, str]:
    """Return the versions of what writes the files."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


@dataclass(frozen=True, slots=True)
class EncoderCard:
    """Hold what identifies the encoder of a corpus."""

    name: str
    fingerprint: str
    dimension: int
    prompts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, encoder: Encoder) -> "EncoderCard":
        """Return the card of an encoder; prompts where it tells them."""
        prompts = getattr(encoder, "prompts", None)
        return cls(encoder.name, encoder.fingerprint, encoder.dimension, dict(prompts) if prompts else {})


@dataclass(frozen=True, slots=True)
class Counts:
    """Hold how much a generation contains."""

    documents: int = 0
    passages: int = 0
    copies: int = 0


@dataclass(frozen=True, slots=True)
class FileCard:
    """Hold the size in bytes and the SHA-256 of a file."""

    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "FileCard":
        """Return the card of a file as it lies on disk."""
        with path.open("rb") as handle:
            return cls(path.stat().st_size, hashlib.file_digest(handle, "sha256").hexdigest())


@dataclass(frozen=True, slots=True)
class Manifest:
    """Hold the manifest of one generation; `settings` are numbers that qa/ reads, tuned on this corpus."""

    generation: int
    encoder: EncoderCard
    chunking: ChunkSettings
    counts: Counts
    files: dict[str, FileCard]
    settings: dict[str, float] = field(default_factory=dict)
    vectors_kind: str = "flat"
    vectors: dict[str, int] = field(default_factory=dict)
    analysis: str = ANALYSIS_VERSION
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    versions: dict[str, str] = field(default_factory=_installed)
    format_version: int = FORMAT_VERSION

    def to_json(self) -> str:
        """Return the manifest as JSON that carries its own checksum."""
        values = asdict(self)
        return json.dumps(
            {**values, "checksum": _checksum(values)}, ensure_ascii=False, indent=1, sort_keys=True
        )

    @classmethod
    def from_json(cls, text: str, path: Path) -> "Manifest":
        """Read a manifest back; FormatVersionError or CorpusDamaged, both naming the file."""
        try:
            values = json.loads(text)
            found = values["format_version"]
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusDamaged(
                f"{path} is not a manifest: restore it or index the documents again"
            ) from error
        if found != FORMAT_VERSION:
            raise FormatVersionError(
                f"{path.parent} has corpus format {found}, this program reads format {FORMAT_VERSION}: "
                + ("update the program" if _newer(found) else "index the documents again into a new folder")
            )
        if values.pop("checksum", None) != _checksum(values):
            raise CorpusDamaged(f"{path} was altered: its checksum does not hold; index the documents again")
        return cls._from_values(values)

    @classmethod
    def _from_values(cls, values: dict[str, Any]) -> "Manifest":
        """Return the manifest of values whose checksum holds."""
        return cls(
            **{
                **values,
                "encoder": EncoderCard(**values["encoder"]),
                "chunking": ChunkSettings.from_dict(values["chunking"]),
                "counts": Counts(**values["counts"]),
                "files": {name: FileCard(**card) for name, card in values["files"].items()},
            }
        )

    def next(self, number: int, **changes: Any) -> "Manifest":
        """Return the manifest of the generation of this number, made from this one."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        return replace(self, generation=number, created=created, versions=_installed(), **changes)


def check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    """Refuse an encoder that is not the corpus' own, by name and with the remedy."""
    card = manifest.encoder
    if card.fingerprint == encoder.fingerprint and card.dimension == encoder.dimension:
        return
    # The same name with other weights is another version of the encoder: no option brings the old one back.
    instead = "" if card.name == encoder.name else f"pass --encoder {card.name}, or "
    raise EncoderMismatch(
        f"the corpus was made with the encoder {card.name!r} ({card.dimension} dimensions, "
        f"fingerprint {card.fingerprint[:12]}), this process has {encoder.name!r} ({encoder.dimension} "
        f"dimensions, fingerprint {encoder.fingerprint[:12]}): {instead}"
        "run `repondeur index --rebuild` to encode the documents again"
    )


def check_analysis(manifest: Manifest) -> None:
    """Refuse words that were indexed by other rules than those a question is analysed by."""
    if manifest.analysis != ANALYSIS_VERSION:
        raise FormatVersionError(
            f"the corpus was indexed with the word rules {manifest.analysis!r}, this program has "
            f"{ANALYSIS_VERSION!r}: run `repondeur index --rebuild`"
        )


def _newer(found: object) -> bool:
    """Tell whether a format number is beyond the one this program writes."""
    return isinstance(found, int) and found > FORMAT_VERSION


def _checksum(values: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of the values."""
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
