"""The image and the job of Kubernetes: what they name is there, and their parts agree. Nothing is built here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import yaml

from termmine.cli import cli
from termmine.runtime.job import parse_size

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
CODE = "/opt/termmine/machine-code"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, lines that go on joined."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_of_two_stages_and_its_user_has_no_rights() -> None:
    names = [name for name, _ in instructions()]
    assert names.count("FROM") == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim( AS \w+)?", rest) for name, rest in instructions() if name == "FROM")
    last = dict(instructions()[len(names) - names[::-1].index("FROM") :])
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last["USER"])  # numbers: runAsNonRoot needs them
    assert {"LANG=C.UTF-8", "NUMBA_CPU_NAME=generic", f"TERMMINE_MACHINE_CODE={CODE}"} <= set(last["ENV"].split())
    built = dict(instructions()[: names.index("USER")])
    assert "NUMBA_CPU_NAME=generic" in built["ENV"].split()  # of another processor's code numba would load nothing


def test_what_is_copied_is_there_and_let_through() -> None:
    """What the .dockerignore leaves out cannot be copied."""
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in shlex.split(rest)[:-1]
    }
    assert copied == let_through
    assert all((ROOT / path).exists() for path in copied)
    assert lines[0] == "*"


def test_the_extras_are_some() -> None:
    known = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8") + (ROOT / "docs" / "nightly.md").read_text("utf-8")
    assert {extra for found in re.findall(r"EXTRAS=([\w,]+)", text) for extra in found.split(",")} <= set(known)


def test_the_warming_calls_commands_as_they_are() -> None:
    """Each option is one of its command."""
    calls = re.findall(r"^termmine .*$", (DEPLOY / "warm.sh").read_text(encoding="utf-8"), re.M)
    assert {"discover", "count", "merge", "tally", "explain", "compare", "export"} <= {
        call.split()[1] for call in calls
    }
    for call in calls:
        _, command, *words = shlex.split(call.partition(" > ")[0])
        known = {flag for option in cli.commands[command].params for flag in option.opts}
        assert {word for word in words if re.match(r"--?[a-z]", word)} <= known


def start(*arguments: str, **environment: str) -> list[str]:
    """What a command prints that the entry point of the image starts."""
    command = ["sh", DEPLOY / "entrypoint.sh", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


SHOW = ("sh", "-c", 'printf "%s\\n" "$1" "${NUMBA_CACHE_DIR-none}"; ls "${NUMBA_CACHE_DIR-.}"', "-", "a b")


def test_the_entry_point_copies_the_machine_code_where_it_can_be_written(tmp_path: Path) -> None:
    made, place = tmp_path / "made", tmp_path / "place"
    made.mkdir(), place.mkdir()
    (made / "kernel.nbi").write_text("code")
    argument, folder, *held = start(*SHOW, TERMMINE_MACHINE_CODE=str(made), TMPDIR=str(place))
    assert (argument, held) == ("a b", ["kernel.nbi"])
    assert Path(folder).parent == place
    assert Path(folder).stat().st_mode & 0o777 == 0o700  # what lies there is executed
    own = start(*SHOW, TERMMINE_MACHINE_CODE=str(made), TMPDIR=str(place), NUMBA_CACHE_DIR=str(made))
    assert own == ["a b", str(made), "kernel.nbi"]
    nowhere = start(*SHOW[:2], 'echo "${NUMBA_CACHE_DIR-none}"', TERMMINE_MACHINE_CODE=str(made), TMPDIR="/dev/null")
    assert nowhere == ["none"]


def job() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "cronjob.yaml").read_text(encoding="utf-8"))["spec"]
    return found


def test_the_parts_of_the_job_agree() -> None:
    spec = job()["jobTemplate"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    given = {one["name"]: one["value"] for one in container["env"]}
    assert given.keys() <= {f"TERMMINE_{name}" for name in ("MEMORY", "THREADS", "LOG_FORMAT")}
    limit = parse_size(container["resources"]["limits"]["memory"])
    assert 1.25 * parse_size(given["TERMMINE_MEMORY"]) <= limit
    mounted = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    assert mounted == {"data": "/data", "scratch": "/tmp"}
    assert mounted.keys() == {volume["name"] for volume in pod["volumes"]}
    user = dict(instructions())["USER"].partition(":")[0]
    assert {pod["securityContext"]["runAsUser"], pod["securityContext"]["fsGroup"]} == {int(user)}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["command"][0] == dict(instructions())["ENTRYPOINT"].strip('["]')
    assert job()["concurrencyPolicy"] == "Forbid"


def test_the_job_tries_again_where_that_may_help() -> None:
    """The codes that fail at once are documented ones, and none of another run at work or of a signal."""
    (rule,) = job()["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    assert rule["action"] == "FailJob"
    assert rule["onExitCodes"] == {"operator": "In", "values": [1, 2, 70]}
    assert job()["jobTemplate"]["spec"]["backoffLimit"] > 0


def test_the_documents_show_the_job_as_it_is() -> None:
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
    assert shown == (DEPLOY / "cronjob.yaml").read_text(encoding="utf-8")
