"""How a script meets its user: `--help` with the docstring, one clear line for bad input, and a status that says so."""

import argparse
import errno
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from hairline.errors import InputError

INTERRUPTED = 130  # what a shell reports after Ctrl-C


def script_parser(docstring: str | None) -> argparse.ArgumentParser:
    """A parser whose `--help` shows the module's docstring as it is written, example included."""
    return argparse.ArgumentParser(description=docstring, formatter_class=argparse.RawDescriptionHelpFormatter)


def number(text: str) -> int | float:
    """5 stays 5 and 0.5 stays 0.5, because a temperature becomes part of a name."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def run_stage(main: Callable[..., None], parser: argparse.ArgumentParser) -> NoReturn:
    """Parse the command line, run `main` with it, and end with 0 only when all went well."""
    arguments = vars(parser.parse_args())
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        main(**arguments)
    except InputError as error:
        _end(f"error: {error}", 1)
    except KeyboardInterrupt:
        _end("stopped; what was finished is kept, and running it again goes on from there", INTERRUPTED)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = error.filename or "an output"
        _end(f"error: no space left on the disk while writing {where}; free some and run it again", 1)
    sys.exit(0)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    """Batch systems and containers end a process by SIGTERM, at which Python would leave its temporary files behind."""
    raise KeyboardInterrupt


def _end(line: str, status: int) -> NoReturn:
    print(line, file=sys.stderr, flush=True)
    sys.exit(status)
