import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def hairline(*arguments):
    command = [sys.executable, "-m", "hairline", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_dry_run_shows_the_command_with_own_settings_last_and_runs_nothing():
    done = hairline("profile", "cfd", "-S", "datasets.cfd.options.path=~/photos", "-n", "mine", "--dry-run")
    assert done.returncode == 0
    words = shlex.split(done.stdout)
    assert words[1:5] == ["-m", "dvc", "exp", "run"]
    assert words.index("datasets.cfd.options.path='~/photos'") > max(
        index for index, word in enumerate(words) if word.startswith("compare.")
    )
    assert words[-2:] == ["track", "check"] and "mine" in words


def test_an_unknown_profile_is_one_line_that_names_the_known_ones():
    done = hairline("profile", "smok")
    assert done.returncode == 1
    assert done.stderr.startswith("error: no profile smok") and "smoke" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_name_all_profiles_are_listed_with_what_they_are():
    done = hairline("profile")
    assert done.returncode == 0 and done.stdout.count("\n") == len(list((ROOT / "profiles").glob("*.yaml")))
    assert any(line.startswith("smoke ") and len(line) > 40 for line in done.stdout.splitlines())


def test_the_help_shows_an_example():
    done = hairline("profile", "--help")
    assert done.returncode == 0 and "python -m hairline profile smoke" in done.stdout


def test_an_unknown_command_is_answered_with_the_known_ones():
    done = hairline("profle")
    assert done.returncode == 2 and "profile" in done.stderr
