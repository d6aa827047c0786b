"""The Settings of an installation are read from the environment once, by the entrances. A value that cannot be meant is
refused.
"""

from __future__ import annotations

from builder.settings.read import read_settings
from builder.settings.shapes import LOG_LEVELS, MailSettings, ObjectStoreSettings, RecordingWay, Settings, SettingsError
from builder.settings.table import SETTINGS, Setting, describe_settings

__all__ = [
    "LOG_LEVELS", "SETTINGS", "MailSettings", "ObjectStoreSettings", "RecordingWay", "Setting", "Settings",
    "SettingsError", "describe_settings", "read_settings",
]  # fmt: skip
