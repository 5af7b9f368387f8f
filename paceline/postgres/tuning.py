"""The settings that the private server is started with."""

import os
from pathlib import Path

from paceline.postgres.binaries import Binaries

MEBIBYTE = 2**20
SHARED_BUFFERS_MEBIBYTES_MIN = 32
# Beyond this the system's own cache serves as well, and it shrinks when other programs need memory.
SHARED_BUFFERS_MEBIBYTES_MAX = 1024
# Where the machine does not tell how much memory it has.
MEMORY_BYTES_FALLBACK = 2048 * MEBIBYTE
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def server_options(binaries: Binaries, socket_folder: Path, port: int) -> dict[str, str]:
    """Settings by name. Nothing listens on the network; the socket's folder admits the owner alone."""
    memory = memory_bytes() // MEBIBYTE
    shared = min(max(memory // 4, SHARED_BUFFERS_MEBIBYTES_MIN), SHARED_BUFFERS_MEBIBYTES_MAX)
    return {
        "listen_addresses": "",
        # Quoted: PostgreSQL reads a list here, and a folder's name may hold a comma.
        "unix_socket_directories": f'"{socket_folder}"',
        "unix_socket_permissions": "0700",
        "port": str(port),
        "cluster_name": "paceline",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(memory // 2, shared)}MB",
        "maintenance_work_mem": f"{max(shared // 4, 16)}MB",
        "work_mem": "16MB",
        # An import writes much at once: fewer forced checkpoints, smaller log.
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # Without lz4 it would be pglz, which costs an import more than the log it saves.
        "wal_compression": "lz4" if binaries.has_lz4 else "off",
        # Compiling a plan costs more than our short queries take.
        "jit": "off",
        # The disks of today seek as fast as they read on.
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "logging_collector": "off",
    }


def memory_bytes() -> int:
    """The memory that this machine or container may use."""
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        machine = MEMORY_BYTES_FALLBACK
    return min([machine, *_container_limits()])


def _container_limits() -> list[int]:
    limits: list[int] = []
    for name in CGROUP_LIMITS:
        try:
            text = Path(name).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdecimal():
            limits.append(int(text))
    return limits
