"""Live curves: each epoch's row is handed to a listener, a process of its own that may be slow, fail or hang.

$HAIRLINE_LIVE names the listener; without it nothing is started. The training never waits for it, except a moment at
its end for the last rows.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hairline import io
from hairline.errors import InputError

LISTENERS = {"mlflow": "hairline.report.tracking.live"}
"""Modules that read JSON lines at once: what is trained, a row an epoch, and `null` when the training is done."""
SECONDS_FOR_THE_LAST_ROWS = 20.0
ROOT = Path(__file__).parents[2]

OnEpoch = Callable[[Mapping[str, float]], None]


@contextmanager
def live_curves(name: str, key: Mapping[str, Any], *, is_main: bool = True) -> Iterator[OnEpoch | None]:
    """What `fit` may call after an epoch; None where nobody listens."""
    asked = os.environ.get("HAIRLINE_LIVE", "")
    if not asked or not is_main:
        yield None
        return
    if asked not in LISTENERS:
        raise InputError(f"HAIRLINE_LIVE is {asked!r}: expected {', '.join(LISTENERS)}, or nothing")
    listener = _Listener(LISTENERS[asked])
    try:
        listener.tell({"name": name, "key": io.fingerprint(key), "parameters": key})
        yield listener.tell
        listener.tell(None)
    finally:
        listener.close()


class _Listener:
    def __init__(self, module: str) -> None:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C is the training's to answer
        )

    def tell(self, what: Any) -> None:
        with suppress(OSError):  # it is gone, and has said why
            self.process.stdin.write(json.dumps(what).encode() + b"\n")
            self.process.stdin.flush()

    def close(self) -> None:
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(SECONDS_FOR_THE_LAST_ROWS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            print("live curves: the listener did not end in time and was stopped", file=sys.stderr, flush=True)
