"""Every error this project raises on purpose. Its text is Vietnamese, says what is wrong and what to do next.

    AssistantError
    ├── ContentInvalid        knowledge/ holds something wrong; `findings` lists every problem at once
    ├── SettingsInvalid       a setting cannot be used
    ├── PluginUnknown         no encoder, store or format of that name
    ├── EncoderUnavailable    the encoder's files or its library are absent
    ├── QuestionInvalid       a question that cannot be taken (too long)
    ├── DocumentUnreadable    a file given to ingest cannot be converted
    ├── BuildRejected         the candidate index must not go live
    │   └── BuildBusy         another build is running
    ├── StorageFull           the disk refused a write
    └── ArtifactError
        ├── ArtifactMissing   nothing has been built (or kept) yet
        ├── ArtifactCorrupt   a file is damaged
        └── ArtifactMismatch  built by another format or another encoder

HTTP is not known here: `app/api/problems.py` holds the one table from error to status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One problem in `knowledge/`: where (file relative to the repository, 1-based line) and what to do, in Vietnamese.

    `level` is "error" (refuses a build) or "warning" (reported only).
    """

    file: str
    line: int
    message: str
    level: str = "error"

    def __str__(self) -> str:
        label = "LỖI" if self.level == "error" else "nhắc"
        return f"{self.file}:{self.line}: {label}: {self.message}"


class AssistantError(Exception):
    """The root. `str(error)` is a Vietnamese sentence that may be shown to a person."""


class ContentInvalid(AssistantError):
    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class SettingsInvalid(AssistantError):
    pass


class PluginUnknown(AssistantError):
    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        super().__init__(f"Không có {what} tên “{name}”. Đang có: {', '.join(known)}.")


class EncoderUnavailable(AssistantError):
    pass


class QuestionInvalid(AssistantError):
    pass


class DocumentUnreadable(AssistantError):
    pass


class BuildRejected(AssistantError):
    pass


class BuildBusy(BuildRejected):
    pass


class StorageFull(AssistantError):
    pass


class ArtifactError(AssistantError):
    pass


class ArtifactMissing(ArtifactError):
    pass


class ArtifactCorrupt(ArtifactError):
    pass


class ArtifactMismatch(ArtifactError):
    pass
