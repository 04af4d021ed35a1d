"""The system calls that student code may not make, as a filter for the kernel (seccomp).

What a namespace or a limit does not hold back: making further namespaces (to mount, and to shed
limits), memory that no limit counts (memfd, System V, anonymous shared mappings), other processes'
memory, sockets that lead past the network namespace, and the parts of the kernel that no notebook
needs. Numbers: Linux's tables for the two machines.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# name: (x86_64, aarch64); from 424 on all machines share their numbers
REFUSED = {
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"kcmp": (312, 272), "pidfd_getfd": (438, 438), "perf_event_open": (298, 241)},
    **{"unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41)},
    **{"mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429)},
    **{"fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433)},
    **{"mount_setattr": (442, 442), "swapon": (167, 224), "swapoff": (168, 225)},
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194)},
    **{"msgget": (68, 186), "semget": (64, 190), "vmsplice": (278, 75), "personality": (135, 92)},
    **{"io_setup": (206, 0), "io_submit": (209, 2)},
    **{"name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265)},
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"bpf": (321, 280), "userfaultfd": (323, 282), "io_uring_setup": (425, 425)},
    **{"io_uring_enter": (426, 426), "io_uring_register": (427, 427), "reboot": (169, 142)},
    **{"init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106)},
    **{"kexec_load": (246, 104), "kexec_file_load": (320, 294)},
}
CLONE, CLONE3 = (56, 220), 435
NAMESPACES = 0x7E020080  # every CLONE_NEW... flag of clone(2)
MMAP = (9, 222)
SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS: its pages outlive every sum of a room's use
SOCKETS = ((41, 198), (53, 199))  # socket, socketpair
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6; AF_VSOCK, say, knows no namespaces
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _AND, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST, _FOURTH = 0, 4, 16, 40  # offsets in struct seccomp_data
_X32 = 0x40000000


def supported() -> bool:
    """Whether this machine's system calls are known here."""
    return platform.machine() in MACHINES


def number(numbers: tuple[int, int]) -> int:
    """Which of a system call's numbers is this machine's."""
    return numbers[MACHINES[platform.machine()][0]]


def program() -> bytes:
    """The filter as the kernel reads it (struct sock_filter, one after the other)."""
    column, architecture = MACHINES[platform.machine()]
    lines: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JEQ, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JGE, 0, 1, _X32),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        # glibc falls back on clone, whose flags can be read; clone3's lie behind a pointer.
        (_JEQ, 0, 1, CLONE3),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for numbers in REFUSED.values():
        lines += [(_JEQ, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    for numbers in SOCKETS:
        lines += [
            (_JEQ, 0, len(FAMILIES) + 3, numbers[column]),
            (_LOAD, 0, 0, _FIRST),
            *((_JEQ, len(FAMILIES) - i, 0, family) for i, family in enumerate(FAMILIES)),
            (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
            (_RETURN, 0, 0, _ALLOW),
        ]
    lines += [
        (_JEQ, 0, 4, CLONE[column]),
        (_LOAD, 0, 0, _FIRST),
        (_JSET, 0, 1, NAMESPACES),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
        (_JEQ, 0, 4, MMAP[column]),
        (_LOAD, 0, 0, _FOURTH),
        (_AND, 0, 0, SHARED_ANONYMOUS),
        (_JEQ, 0, 1, SHARED_ANONYMOUS),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def refuse(libc: ctypes.CDLL) -> None:
    """Put the filter on this process and all that it starts, for good. Raises OSError."""
    code = program()
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    wanted = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if libc.prctl(22, 2, ctypes.byref(wanted), 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "seccomp")
