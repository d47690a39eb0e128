"""Which user runs PostgreSQL and Valkey: the person who starts them, or `nobody` when that is root.

PostgreSQL refuses to run as root. As root the services therefore become `nobody`; where `nobody` cannot
reach the binaries or the data (a checkout in root's own home, mode 700), they keep one single capability
of root's, to pass through folders. That needs neither user namespaces nor opening anybody's folders.
"""

import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534

# From linux/prctl.h, linux/capability.h and linux/securebits.h
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
KEEP_CAPABILITIES_FOR_ACCESS_CHECKS = 1 << 2  # SECBIT_NO_SETUID_FIXUP
CAPABILITY_VERSION_3 = 0x20080522


class CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class CapabilitySets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


# Loaded here and not in the child: between fork and exec nothing may import or allocate much.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """The user a service runs as: `user` and `group` are None for "as ourselves"."""

    user: int | None = None
    group: int | None = None
    passes_closed_folders: bool = False

    @property
    def user_id(self) -> int:
        return os.getuid() if self.user is None else self.user

    def take(self, folder: Path) -> None:
        """Make this account the owner of `folder` and of all in it. Without effect unless we are root."""
        if self.user is None or self.group is None:
            return
        for parent, folders, files in os.walk(folder):
            for name in [*folders, *files]:
                os.chown(os.path.join(parent, name), self.user, self.group, follow_symlinks=False)
        os.chown(folder, self.user, self.group)

    def become(self) -> None:
        """Turn the calling process (a fork about to exec) into this account."""
        if self.user is None or self.group is None:
            return
        if self.passes_closed_folders:
            _checked(_libc.prctl(PR_SET_SECUREBITS, KEEP_CAPABILITIES_FOR_ACCESS_CHECKS, 0, 0, 0))
        os.setgroups([])
        os.setresgid(self.group, self.group, self.group)
        os.setresuid(self.user, self.user, self.user)
        if self.passes_closed_folders:
            self._keep_one_capability()

    @staticmethod
    def _keep_one_capability() -> None:
        kept = 1 << CAP_DAC_OVERRIDE
        sets = (CapabilitySets * 2)(CapabilitySets(kept, kept, kept), CapabilitySets(0, 0, 0))
        header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
        _checked(_libc.capset(ctypes.byref(header), sets))
        _checked(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def choose_account(paths: Iterable[Path]) -> Account:
    """The account for services that must reach `paths`, which exist."""
    if os.getuid() != 0:
        return Account()
    user, group = _nobody()
    closed = not all(_reachable(path, user) for path in paths)
    return Account(user=user, group=group, passes_closed_folders=closed)


def before_exec(account: Account, death_signal: signal.Signals) -> Callable[[], None]:
    """What a fork does before it becomes the service: change user, and die with its parent.

    The kernel forgets the parent-death signal when a process changes its user, hence the order.
    """
    parent = os.getpid()

    def prepare() -> None:
        account.become()
        if sys.platform == "linux":
            _checked(_libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0))
        if os.getppid() != parent:  # the parent died before the line above took effect
            os._exit(1)

    return prepare


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return entry.pw_uid, entry.pw_gid


def _reachable(path: Path, user: int) -> bool:
    """Whether `user`, in no group, may pass every folder down to `path` and enter or run it."""
    return all(_may_pass(step.stat(), user) for step in [path, *path.parents])


def _may_pass(found: os.stat_result, user: int) -> bool:
    needed = stat.S_IXUSR if found.st_uid == user else stat.S_IXOTH
    return bool(found.st_mode & needed)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
