"""The server's main process: finding it, starting it, stopping it, and the end of its log."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from paceline.home import open_private
from paceline.postgres.account import Account
from paceline.postgres.binaries import Binaries
from paceline.postgres.errors import PostgresDidNotStart

STOP_SECONDS_MAX = 120
# Children of a killed server leave as soon as they notice, and until then a new one may not start.
ORPHAN_SECONDS_MAX = 15
POLL_SECONDS = 0.02
LOG_BYTES_MAX = 10_000_000
LOG_TAIL_LINES = 15
LOG_TAIL_BYTES = 8192

# The server becomes a child of the system's first process, as it outlives the command that started it.
DETACH = '"$@" >&2 & echo $!'


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living server process; `ready` says that it takes connections."""

    pid: int
    ready: bool


def running(data: Path) -> Postmaster | None:
    """The process that serves the data folder, whoever started it; never another with a reused number."""
    lines = _pid_file(data)
    if not lines:
        return None
    pid = int(lines[0])
    command = _command(pid)
    if not _is_postgres(command) or str(data) not in command:
        return None
    # The eighth line of postmaster.pid is the state: "starting", "ready", "stopping".
    return Postmaster(pid, ready=lines[7:8] == ["ready"])


def _pid_file(data: Path) -> list[str]:
    try:
        lines = [line.strip() for line in (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        return []
    return lines if lines and lines[0].isdecimal() else []


def _command(pid: int) -> list[str]:
    """The words that a living process was started with; none where it is gone, or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        except OSError:
            return []
    answer = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return answer.stdout.split()


def _is_postgres(command: list[str]) -> bool:
    return bool(command) and Path(command[0]).name == "postgres"


def start(data: Path, log: Path, binaries: Binaries, account: Account, options: Mapping[str, str]) -> None:
    """Start the server and wait until it takes connections; PostgresDidNotStart says why it does not."""
    _shorten(log)
    deadline = time.monotonic() + ORPHAN_SECONDS_MAX
    command = [binaries.program("postgres"), "-D", str(data)]
    for name, setting in options.items():
        command += ["-c", f"{name}={setting}"]
    while not _launched(command, data, log, account):
        tail = log_tail(log)
        if "shared memory block" not in tail or time.monotonic() > deadline:
            raise PostgresDidNotStart(f"PostgreSQL did not start.{tail}")
        time.sleep(POLL_SECONDS)


def _launched(command: list[str], data: Path, log: Path, account: Account) -> bool:
    surroundings = account.process_options()
    lines = _pid_file(data)
    if lines and not _is_postgres(_command(int(lines[0]))):
        # The number in a killed server's file may be another program's by now, above all after a container
        # was started again. PostgreSQL passes over the number given here, and still looks whether
        # anything holds the data's shared memory.
        surroundings["env"]["PG_GRANDPARENT_PID"] = lines[0]
    # In a session of its own: an interrupt from the keyboard is meant for the command, not for the server.
    with open_private(log) as output:
        starter = subprocess.run(
            ["/bin/sh", "-c", DETACH, "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            check=True,
            **surroundings,
        )
    pid = int(starter.stdout)
    while _command(pid):
        now = running(data)
        if now and now.pid == pid and now.ready:
            return True
        time.sleep(POLL_SECONDS)
    return False


def stop(data: Path) -> None:
    """Stop the server in order: its work is written, and its clients are let go."""
    now = running(data)
    if now is None:
        return
    os.kill(now.pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while running(data) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name(f"{log.name}.1"))


def log_tail(log: Path) -> str:
    """The last lines of the server's log, as the end of a message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()[-LOG_TAIL_LINES:]
    except OSError:
        return ""
    return "\n".join([f" The end of its log, {log}:", *lines])
