"""Run the pipeline with a named set of parameters, as a DVC experiment: params.yaml need not be edited.

Further settings (-S) come after the profile's and win. Several profiles apply from left to right. Without a name, all
profiles are listed.

Examples
  python -m hairline profile                                    what there is
  python -m hairline profile smoke                              the whole pipeline, very small
  python -m hairline profile cfd -S datasets.cfd.options.path=~/photos/cfd -S compare.seeds=[0,1,2]
  python -m hairline profile deepcrack --dry-run                only show the command
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from hairline.config import read_yaml
from hairline.errors import InputError
from hairline.profiles import list_profiles, overrides, read_profile, resolve, set_by_hand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(list_profiles())}")
    parser.add_argument("-S", "--set-param", action="append", default=[], metavar="KEY=VALUE", help="a further setting")
    parser.add_argument("-n", "--name", help="name of the experiment (default: DVC invents one)")
    parser.add_argument("--queue", action="store_true", help="put it in DVC's queue; `dvc queue start` runs it")
    parser.add_argument("--temp", action="store_true", help="run in a copy, so that the workspace stays as it is")
    parser.add_argument("--dry-run", action="store_true", help="show the command and do nothing")


def main(names: list[str], set_param: list[str], name: str | None, queue: bool, temp: bool, dry_run: bool) -> None:
    if not names:
        print("\n".join(f"{each:18}{read_profile(each).about}" for each in list_profiles()))
        return
    base = read_yaml(Path("params.yaml"))
    profiles = [read_profile(each) for each in names]
    resolve(base, profiles)  # a profile that does not fit is refused here, before DVC touches anything
    command = [sys.executable, "-m", "dvc", "exp", "run"]
    for profile in profiles:
        for change in overrides(base, profile.params):
            command += ["--set-param", change]
    for change in set_param:
        command += ["--set-param", set_by_hand(change)]
    command += ["--name", name] if name else []
    command += [flag for flag, is_set in {"--queue": queue, "--temp": temp}.items() if is_set]
    command += list(dict.fromkeys(target for profile in profiles for target in profile.targets))
    # The command is what a dry run is asked for, and what a real run only mentions.
    print(shlex.join(command), file=sys.stdout if dry_run else sys.stderr, flush=True)
    if not dry_run and subprocess.run(command, check=False).returncode:
        raise InputError("the experiment did not finish; what is above says why. `dvc status` tells what is left to do")
