"""A detector finds structured personal data or secrets in a text: pure, fast, linear in the length of the text."""

from builder.kit.detect.detectors import (
    DETECTORS,
    GROUPS,
    PERSONAL_KINDS,
    Detector,
    find_personal_data,
    spread_kinds,
)
from builder.kit.detect.labelled import find_in_field
from builder.kit.detect.mask import mask_text
from builder.kit.detect.secrets import SECRET_KINDS, find_secrets
from builder.kit.detect.spans import Span

__all__ = [
    "DETECTORS", "GROUPS", "PERSONAL_KINDS", "SECRET_KINDS", "Detector", "Span", "find_in_field", "find_personal_data",
    "find_secrets", "mask_text", "spread_kinds",
]  # fmt: skip
