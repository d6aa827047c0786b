"""The keeper as a process of its own: `handrail keeper`. Workers and the API keep too; any number may, at once.

It rings for what is ready, fires timers, gives back what dead workers held, lets reviews run out, and chains the audit.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from builder.kit.errors import HandrailError
from builder.settings import read_settings
from builder.wiring import open_application


def main() -> int:
    """Keeps until SIGTERM or SIGINT; the exit status."""
    try:
        application = open_application(read_settings(os.environ), "keeper")
        rounds = application.begin_keeping()
        application.open_side_door()
    except HandrailError as error:
        sys.stderr.write(f"{error.sentence} {error.way_out or ''}\n")
        return 2

    def stop(_: int, __: FrameType | None) -> None:
        rounds.end()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with application:
        rounds.go()
    return 0


if __name__ == "__main__":
    sys.exit(main())
