"""Starting, finding and ending the processes of local services."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from valuetrack.local.accounts import Account, before_exec
from valuetrack.local.errors import LocalServicesError

LOG_SIZE_LIMIT = 10_000_000  # bytes; a longer log becomes `.old` at the next start
PAUSE = 0.02  # seconds between two looks at something about to happen


def spawn(
    arguments: Sequence[str | Path],
    *,
    account: Account | None = None,
    folder: Path,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a direct child that dies with this process and never sees the terminal's Ctrl-C.

    Call it from the main thread: the kernel sends the parent-death signal when the *thread* ends.
    """
    try:
        return subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=folder,
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec(account or Account(), death_signal),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LocalServicesError(f"{arguments[0]} cannot be started: {error}") from error


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def stop(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send one signal after the other, each with its seconds of patience, until the process has ended."""
    for step, patience in steps:
        if process.poll() is not None:
            return
        process.send_signal(step)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def running(program: str, name: str) -> list[int]:
    """Numbers of all processes of `program` that carry `name` in their title, whoever started them.

    Empty where there is no /proc: such systems rely on the services' own lock files.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            title = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # ended in between, or hidden from us
            continue
        first_word = title.split(" ", 1)[0].rstrip(":")
        if os.path.basename(first_word) == program and name in title:
            found.append(int(entry.parent.name))
    return found


def end_orphans(program: str, name: str, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End what an earlier, killed starter left behind. Only for the holder of the services' lock."""
    for step, patience in steps:
        orphans = running(program, name)
        for orphan in orphans:
            try:
                os.kill(orphan, step)
            except ProcessLookupError:
                continue
            except PermissionError as error:
                reason = f"{program} of another user still runs: process {orphan}."
                raise LocalServicesError(reason) from error
        if not orphans or wait_until(lambda: not running(program, name), patience):
            return
    raise LocalServicesError(f"An earlier {program} does not end: process {running(program, name)}.")


def open_log(path: Path) -> IO[bytes]:
    """The log at `path`, opened for appending; a long one is put aside first."""
    if path.exists() and path.stat().st_size > LOG_SIZE_LIMIT:
        path.replace(path.with_suffix(".old"))
    return path.open("ab")


def last_lines(path: Path, count: int = 5) -> str:
    """The end of a log, for the message about a service that would not start."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()
    return "\n".join(lines[-count:])
