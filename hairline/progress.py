"""Progress of long work: a bar on a terminal, a plain line every few seconds elsewhere (DVC, CI, a log file)."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Counts steps of known total; `note` is what else is worth seeing, such as the loss."""

    def __init__(self, label: str, total: int, *, unit: str = "it", done: int = 0, shown: bool = True) -> None:
        self.label, self.total, self.unit, self.done = label, total, unit, done
        self._first, self._start = done, time.monotonic()
        self._last_line = self._start
        self._bar = None
        self._shown = shown
        if shown and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, initial=done, desc=label, unit=unit, dynamic_ncols=True)

    def step(self, count: int = 1, *, note: str = "") -> None:
        self.done += count
        if self._bar is not None:
            if note:
                self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(count)
        elif self._shown and time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._print_line(note)

    def _print_line(self, note: str) -> None:
        now = self._last_line = time.monotonic()
        rate = (self.done - self._first) / max(now - self._start, 1e-9)
        left = (self.total - self.done) / rate if rate else float("inf")
        clock = "" if not rate else f"{left / 60:.1f} min left" if left >= 90 else f"{left:.0f} s left"
        parts = [f"{self.label}: {self.done}/{self.total}", f"{rate:.1f} {self.unit}/s", clock, note]
        print(", ".join(part for part in parts if part), file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """A line of its own that does not break the bar."""
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        elif self._shown:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def track(items: Iterable[Item], label: str, total: int, *, unit: str = "it") -> Iterator[Item]:
    """Go through `items` and show how far it is."""
    with Progress(label, total, unit=unit) as progress:
        for item in items:
            yield item
            progress.step()
