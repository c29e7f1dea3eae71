"""The one error for what a user, a file or a machine can get wrong.

Its text is a single clear line: what came, what was expected, what to do. `hairline.commands` prints it without a
traceback and ends with a status other than 0; any other exception is a fault of ours and keeps its traceback.
"""

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """Something outside the code is wrong; the message says what, where, and what to do."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean width? ` where one of the known names is near, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}? " if near else ""
