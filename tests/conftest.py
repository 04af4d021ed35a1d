"""A real Chromium for the tests that need one."""

import os
import shutil

import pytest


def chromium(find=shutil.which):
    """Chromium's path. Where there is none: a failure in continuous integration, else a skip."""
    path = find("chromium") or find("chromium-browser") or find("google-chrome")
    if path is None and os.environ.get("CI"):
        pytest.fail("no Chromium, though continuous integration must have one (apt: chromium)")
    if path is None:
        pytest.skip("no Chromium on this machine; apt install chromium")
    return path


@pytest.fixture(scope="session")
def chromium_finder():
    """The function that finds Chromium, to be tested itself."""
    return chromium


@pytest.fixture(scope="module")
def browser():
    """A real Chromium."""
    path = chromium()
    sync_api = pytest.importorskip("playwright.sync_api")
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
