"""Files that are fetched once, checked, and kept.

Theory of operation. pooch downloads into a temporary file in the cache folder, compares its
SHA-256 with the one that stands in the course, and only then moves it to its name. So a file under
its name is whole and is what the course was tested with, whatever happens on the way. A file is
compared again each time it is used; one that was damaged is fetched anew. Everything that may go
wrong becomes one `DataUnavailable` that says what to do.

The folder is pooch's for this operating system, or the one that COURSE_DATA names. A class may
share one: who has the right to write fetches, everybody reads.
"""

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CHUNK = 1 << 16  # bytes
TIMEOUT = 30  # seconds without an answer


class DataUnavailable(Exception):
    """A data set that could not be had, why, and what to do, in one sentence."""


@dataclass(frozen=True)
class Remote:
    """A file on the web that the course knows by its checksum.

    Args:
        call: how the data set is called, for messages.
        file: its name in the cache folder.
        url: one that always gives the same file, where there is one.
        sha256: of the file, 64 hexadecimal digits.
        megabytes: how much is downloaded, for messages.
        instead: the call that gives something similar without a network.
    """

    call: str
    file: str
    url: str
    sha256: str
    megabytes: float
    instead: str

    def fetch(self) -> Path:
        """The file in the cache folder, downloaded with a progress bar if it is not there yet.

        Raises:
            DataUnavailable: offline, broken off, not the file that was expected, disk full,
                folder not writable, or pooch not installed. Nothing half-written is left.
        """
        try:
            import pooch
            import requests
        except ImportError as error:
            raise self._failure(
                f"needs the package {error.name}: install it by `pip install {error.name}`"
            ) from None
        folder = Path(os.environ.get("COURSE_DATA") or pooch.os_cache("neural-networks-worked-out"))
        path = folder.expanduser() / self.file
        damaged = "found a damaged copy in its cache and " if os.path.exists(path) else ""
        try:
            with _quiet(pooch.get_logger()):
                pooch.retrieve(
                    self.url,
                    known_hash=f"sha256:{self.sha256}",
                    fname=path.name,
                    path=path.parent,
                    downloader=self._download,
                )
        except requests.exceptions.RequestException as error:
            raise self._failure(damaged + self._unreachable(error)) from None
        except ValueError:
            raise self._failure(
                f"{damaged}got from {self.url} another file than it expects (wrong SHA-256), "
                "perhaps the log-in page of your network: look in a browser, and run it again"
            ) from None
        except OSError as error:
            raise self._failure(damaged + _unwritable(error, path)) from None
        return path

    def _download(self, url: str, output: str, _: object) -> None:
        """Download to `output`: what pooch calls if the file is not in the cache."""
        import pooch
        from tqdm.auto import tqdm

        size = round(self.megabytes * 1e6)  # until the server tells it exactly
        with tqdm(desc=self.file, total=size, unit="B", unit_scale=True, file=sys.stdout) as bar:
            fetch = pooch.HTTPDownloader(
                progressbar=bar,
                chunk_size=CHUNK,
                timeout=TIMEOUT,
                headers={"Accept-Encoding": "identity"},  # the bar counts bytes of the file
            )
            fetch(url, output, None)
        os.chmod(output, 0o644)  # temporary files are private, the cache may be a class's

    def _unreachable(self, error: Exception) -> str:
        """What went wrong between here and the server."""
        import requests

        host = urlsplit(self.url).hostname
        again = "connect to the internet and run it again"
        if isinstance(error, requests.exceptions.HTTPError):
            status = error.response.status_code
            return f"got the answer {status} from {host} for {self.url}: try again later"
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return f"lost the connection to {host} on the way: {again}"
        return f"could not reach {host} to download {self.megabytes} MB: {again}"

    def _failure(self, reason: str) -> DataUnavailable:
        return DataUnavailable(
            f"{self.call} {reason}, or go on with {self.instead}, which needs no download."
        )


def _unwritable(error: OSError, path: Path) -> str:
    """What keeps the file from being written, or read."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"found no room for {path}: free some, or set COURSE_DATA to a folder elsewhere"
    reason = getattr(error.__cause__ or error, "strerror", None) or error  # pooch's is longer
    return (
        f"cannot use its cache folder {path.parent} ({reason}): set COURSE_DATA "
        "to a folder that you may write"
    )


@contextlib.contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep pooch's notices off the error stream; the progress bar says enough."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
