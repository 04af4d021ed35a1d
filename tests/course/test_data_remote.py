"""Downloads: good, wrong, broken off, offline, cached; nothing half-written is ever left."""

import contextlib
import dataclasses
import errno
import hashlib
import http.server
import os
import socket
import stat
import subprocess
import threading
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("pooch")
pytest.importorskip("requests")

import pooch

from course.data import (
    DataUnavailable,
    corpora,
    electrocardiogram,
    recordings,
    remote,
    shakespeare,
    transformer,
)

BODY = bytes(range(256)) * 1000
REMOTES = [corpora.SHAKESPEARE, recordings.TRANSFORMER, recordings.ELECTROCARDIOGRAM]
LOADERS = [shakespeare, transformer, electrocardiogram]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The cache folder, not made yet."""
    folder = tmp_path / "deep" / "cache"
    monkeypatch.setenv("COURSE_DATA", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture
def server():
    """A server on this machine: its `body` is sent, its `hits` are counted."""
    state = SimpleNamespace(body=BODY, status=200, promised=None, hits=0)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state.hits += 1
            self.send_response(state.status)
            self.send_header("Content-Length", str(state.promised or len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        state.url = f"http://127.0.0.1:{listening.server_port}/data.bin"
        yield state
        listening.shutdown()


@pytest.fixture
def file(server):
    """What the course knows of the server's file."""
    return remote.Remote(
        call="letters()",
        file="letters.bin",
        url=server.url,
        sha256=hashlib.sha256(BODY).hexdigest(),
        megabytes=0.3,
        instead="corpus()",
    )


def refused(file, *parts):
    """The sentence of the failure: it names the call, the reason, and the way on."""
    with pytest.raises(DataUnavailable) as caught:
        file.fetch()
    message = str(caught.value)
    assert message.startswith("letters() ")
    assert message.endswith("or go on with corpus(), which needs no download.")
    assert "\n" not in message
    for part in parts:
        assert part in message
    assert caught.value.__suppress_context__  # a student sees the sentence, not a chain of errors
    return message


def left(folder):
    """What lies in the cache folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# ---------------------------------------------------------------- what should happen


def test_a_file_is_downloaded_once(cache, server, file, capfd):
    """With a progress bar that gets full, into the folder of COURSE_DATA, readable by a class."""
    path = file.fetch()
    assert path == cache / "letters.bin"
    assert path.read_bytes() == BODY
    out, err = capfd.readouterr()
    assert "letters.bin: 100%" in out and "256k/256k" in out
    assert err == ""
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert file.fetch() == path
    assert server.hits == 1
    assert capfd.readouterr() == ("", "")
    assert left(cache) == ["letters.bin"]


def test_the_cache_needs_no_network(cache, server, file):
    """Once it is there, the server may be gone."""
    path = file.fetch()
    gone = dataclasses.replace(file, url=f"http://127.0.0.1:{closed_port()}/data.bin")
    assert gone.fetch() == path


def test_a_damaged_copy_is_fetched_anew(cache, server, file):
    """The checksum is looked at each time, not only on arrival."""
    path = file.fetch()
    path.write_bytes(BODY[:-1])
    assert file.fetch().read_bytes() == BODY
    assert server.hits == 2
    assert left(cache) == ["letters.bin"]


def test_without_a_setting_the_folder_is_the_system_s(server, file, tmp_path, monkeypatch):
    """pooch knows where caches go on this operating system."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / project)
    assert file.fetch() == tmp_path / "neural-networks-worked-out" / "letters.bin"


def test_the_setting_may_begin_at_home(server, file, tmp_path, monkeypatch):
    """~ is the home folder, as in a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "~/data")
    assert file.fetch() == tmp_path / "data" / "letters.bin"


def test_pooch_may_speak_again_afterwards(cache, server, file):
    """Its level of logging is what it was, after success and after failure."""
    before = pooch.get_logger().level
    file.fetch()
    assert pooch.get_logger().level == before
    refused(dataclasses.replace(file, file="other.bin", sha256="0" * 64))
    assert pooch.get_logger().level == before


# ---------------------------------------------------------------- what may go wrong


def closed_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def test_offline(cache, file):
    """Nobody listens: connect, or go on without."""
    gone = dataclasses.replace(file, url=f"http://127.0.0.1:{closed_port()}/data.bin")
    refused(gone, "could not reach 127.0.0.1 to download 0.3 MB: connect to the internet")
    assert left(cache) == []


def test_a_name_that_is_not_found_is_offline_too(cache, file):
    """Without a network not even the name of the server can be looked up."""
    gone = dataclasses.replace(file, url="http://no-such-host.invalid/data.bin")
    refused(gone, "could not reach no-such-host.invalid")


def test_a_silent_server_is_not_waited_for_forever(cache, file, monkeypatch):
    """It is as if there was no network."""
    monkeypatch.setattr(remote, "TIMEOUT", 0.2)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        silent = dataclasses.replace(file, url=f"http://127.0.0.1:{listening.getsockname()[1]}/")
        refused(silent, "could not reach 127.0.0.1")
    assert left(cache) == []


def test_a_damaged_copy_and_no_network(cache, server, file):
    """Both are said; the damaged copy is not used."""
    path = file.fetch()
    path.write_bytes(b"half")
    gone = dataclasses.replace(file, url=f"http://127.0.0.1:{closed_port()}/data.bin")
    refused(gone, "found a damaged copy in its cache and could not reach 127.0.0.1")


def test_another_file_is_refused(cache, server, file):
    """A log-in page in place of the data is not kept."""
    server.body = b"<html>Welcome to the hotel</html>"
    refused(file, "another file than it expects (wrong SHA-256)", server.url)
    assert left(cache) == []


def test_a_wrong_file_does_not_replace_a_good_one(cache, server, file):
    """What another checksum does not fit stays until something better has come."""
    path = file.fetch()
    server.body = b"other"
    refused(dataclasses.replace(file, sha256="0" * 64), "found a damaged copy", "wrong SHA-256")
    assert path.read_bytes() == BODY
    assert left(cache) == ["letters.bin"]


def test_a_download_that_breaks_off_leaves_nothing(cache, server, file):
    """The server promised more than came."""
    server.promised = len(BODY) + 1000
    refused(file, "lost the connection to 127.0.0.1 on the way")
    assert left(cache) == []
    server.promised = None
    assert file.fetch().read_bytes() == BODY


def test_an_error_of_the_server_is_told(cache, server, file):
    """With its number."""
    server.status = 404
    refused(file, "got the answer 404 from 127.0.0.1", "try again later")
    assert left(cache) == []


def test_an_interrupted_download_leaves_nothing(cache, server, file, monkeypatch):
    """Ctrl-C, or the button with the square."""
    half = interrupted(KeyboardInterrupt())
    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", half)
    with pytest.raises(KeyboardInterrupt):
        file.fetch()
    assert left(cache) == []


def interrupted(error):
    """A download that writes some bytes and then fails."""

    def download(self, url, output, pooch_):
        with open(output, "wb") as file:
            file.write(b"half")
        raise error

    return download


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(cache, server, file, monkeypatch, number):
    """Or a full quota: make room, or point elsewhere."""
    full = interrupted(OSError(number, os.strerror(number)))
    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    refused(file, "found no room for", "letters.bin", "COURSE_DATA")
    assert left(cache) == []


def test_a_folder_that_is_none(tmp_path, server, file, monkeypatch):
    """COURSE_DATA names a file."""
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("COURSE_DATA", str(folder))
        refused(file, f"cannot use its cache folder {folder}", "set COURSE_DATA to a folder")
    assert server.hits == 0


def test_a_folder_that_may_not_be_written(cache, server, file, monkeypatch):
    """As it is on a machine that others look after."""
    cache.mkdir(parents=True)

    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", denied)
    refused(file, f"cannot use its cache folder {cache} (Permission denied): set COURSE_DATA")
    assert server.hits == 0


def test_a_folder_that_may_not_even_be_looked_into(cache, server, file, monkeypatch):
    """Another person's home."""

    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.stat", denied)
    monkeypatch.setattr("pathlib.Path.exists", denied)
    refused(file, f"cannot use its cache folder {cache} (Permission denied): set COURSE_DATA")
    assert server.hits == 0


@contextlib.contextmanager
def read_only(folder):
    """The folder, read-only for whoever runs the tests: root is only stopped by a mount."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_read_only_folder_with_the_file_is_enough(cache, server, file):
    """A class shares what its instructor fetched; without the file it is told what to do."""
    path = file.fetch()
    with read_only(cache):
        assert file.fetch() == path
        refused(dataclasses.replace(file, file="other.bin"), "cannot use its cache folder")


@pytest.mark.parametrize("package", ["pooch", "requests"])
def test_without_its_packages_it_says_what_to_install(cache, file, monkeypatch, package):
    """Where only a part of the course is installed."""
    monkeypatch.setitem(__import__("sys").modules, package, None)
    refused(file, f"needs the package {package}: install it by `pip install {package}`")


# ---------------------------------------------------------------- the real data sets


@pytest.mark.parametrize("known", REMOTES, ids=lambda known: known.file)
def test_every_remote_is_pinned(known):
    """https, a whole SHA-256, a name without a folder, and a call to go on with that works."""
    assert known.url.startswith("https://")
    assert len(known.sha256) == 64 and set(known.sha256) <= set("0123456789abcdef")
    assert "/" not in known.file
    import course.data

    assert eval(known.instead, vars(course.data)).card.licence


def test_the_electrocardiogram_is_the_one_of_scipy():
    """The same address and checksum."""
    registry = pytest.importorskip("scipy.datasets._registry")
    known = recordings.ELECTROCARDIOGRAM
    assert registry.registry[known.file] == known.sha256
    assert registry.registry_urls[known.file] == known.url


@pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
def test_every_loader_names_itself_when_offline(cache, monkeypatch, load):
    """And the embedded set to go on with."""

    def no_network(*_, **__):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    with pytest.raises(DataUnavailable, match=rf"^{load.__name__}\(\) could not reach raw"):
        load()


def serve(server, monkeypatch, module, name, body):
    """Let a small file of the same format stand in for the real one."""
    server.body = body
    stand_in = dataclasses.replace(
        getattr(module, name), url=server.url, sha256=hashlib.sha256(body).hexdigest()
    )
    monkeypatch.setattr(module, name, stand_in)


def test_shakespeare_is_read_in_speeches(cache, server, monkeypatch):
    """One paragraph a speech, the lines as they are."""
    body = b"First Citizen:\nSpeak,\nspeak.\n\nAll:\nResolved. resolved.\n"
    serve(server, monkeypatch, corpora, "SHAKESPEARE", body)
    text = shakespeare()
    assert text.paragraphs == ("First Citizen:\nSpeak,\nspeak.", "All:\nResolved. resolved.")
    assert text.text + "\n" == body.decode()
    assert text.card.shape == (2,)
    assert server.url in text.card.source


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_transformer_is_read_by_column(cache, server, monkeypatch, newline):
    """Each column by its name, the date left out."""
    lines = [
        "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT",
        "2016-07-01 00:00:00,1.0,2,3,4,5,6,30.53100013732",
        "2016-07-01 01:00:00,-1.5,2,3,4,5,6,27.78700065612793",
    ]
    serve(server, monkeypatch, recordings, "TRANSFORMER", newline.join([*lines, ""]).encode())
    assert transformer().values.tolist() == [1.0, -1.5]
    series = transformer("OT")
    assert series.values.tolist() == [30.53100013732, 27.78700065612793]
    assert series.card.shape == (2,)
    assert "°C" in series.card.name
    with pytest.raises(ValueError, match=r"transformer\(column='oil'\) expected one of HUFL"):
        transformer("oil")


def test_the_electrocardiogram_is_in_millivolt(cache, server, monkeypatch, tmp_path):
    """The recorder's zero and gain are taken out."""
    path = tmp_path / "made.npz"
    np.savez(path, ecg=np.array([1024, 1224, 924], dtype=np.uint16))
    serve(server, monkeypatch, recordings, "ELECTROCARDIOGRAM", path.read_bytes())
    series = electrocardiogram()
    assert series.values.tolist() == [0.0, 1.0, -0.5]
    assert series.card.shape == (3,)


@pytest.mark.online
def test_the_real_files_are_where_they_are_said_to_be(cache):
    """By hand, with a network: what is published of them holds."""
    assert len(shakespeare().text) == 1_115_393  # without the last line end
    assert transformer().values.shape == transformer("OT").values.shape == (17_420,)
    heart = electrocardiogram().values
    assert heart.shape == (108_000,)
    assert heart.mean() == pytest.approx(-0.16510875)
    assert heart.std() == pytest.approx(0.5992473991177294)
