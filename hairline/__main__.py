"""Finds hairline cracks, and proves how well.

Commands are files in hairline/deploy; each adds its own `--help`.
"""

import sys

from hairline.commands import run_stage, script_parser

COMMANDS = ("crops", "explain", "predict", "profile", "report", "weights")


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in COMMANDS:
        import importlib

        command = importlib.import_module(f"hairline.deploy.{sys.argv[1]}")
        parser = script_parser(command.__doc__)
        parser.prog = f"python -m hairline {sys.argv.pop(1)}"
        command.add_arguments(parser)
        run_stage(command.main, parser)
    parser = script_parser(__doc__)
    parser.prog = "python -m hairline"
    parser.add_argument("command", choices=COMMANDS, help="`python -m hairline COMMAND --help` tells more")
    parser.parse_args()


if __name__ == "__main__":
    main()
