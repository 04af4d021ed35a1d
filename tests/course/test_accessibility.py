"""What a check shows can be read by everyone: axe-core finds nothing, in light and in dark."""

import pytest

from course import check, progress, quiz
from course.checks import Report

pytestmark = pytest.mark.browser

THEMES = {
    "light": ("#fff", "rgba(0, 0, 0, 0.87)"),
    "dark": ("#111", "rgba(255, 255, 255, 0.87)"),
}
LETTERS = {1: "C", 2: "B", 3: "Z", 9: "A"}  # right, wrong, no choice, no question
PAGE = """<!doctype html>
<html lang="en"><head><title>Report</title><style>
body {{ background: {background}; color: {text}; font: 14px/1.4 system-ui, sans-serif }}
pre, code {{ font-family: monospace; font-size: 13px }}
td, th {{ padding: 0.4em 0.8em; text-align: left }}
</style></head><body><main><h1>Reports</h1>{content}</main></body></html>"""


@pytest.fixture
def violations(browser):
    """`violations(content, theme)`: what axe-core objects to, as "rule: element"."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 700, "height": 900})

    def find(content, theme):
        background, text = THEMES[theme]
        page.set_content(PAGE.format(background=background, text=text, content=content))
        response = Axe().run(page).response
        assert response["passes"]
        return [
            f"{rule['id']}: {node['html'][:120]}"
            for rule in response["violations"]
            for node in rule["nodes"]
        ]

    yield find
    page.close()


@pytest.fixture(scope="module")
def shown(keys, named, cell):
    """Reports of every state, with every kind of message, and the table of progress."""
    pytest.importorskip("torch")
    elman, jordan = keys["elman"], keys["jordan"]
    pair = next(function for _, _, function in elman.pairs())

    def chatty(**inputs):
        print("a word with `code` in it")
        return [value.float() for value in elman.solution(**inputs)]

    def branch(hybrid, **inputs):
        H, Y = jordan.solution(hybrid=hybrid, **inputs)
        return H, 2 * Y if hybrid else Y

    reports = {
        "right": check(named(elman.solution, "elman")),
        "right with notes": check(named(chatty, "elman")),
        "a mistake": check(named(elman.wrong(elman.mistakes[0]), "elman")),
        "two mistakes": check(named(pair, "elman")),
        "patterns and contrasts": check(named(branch, "jordan")),
        "an error": check(cell("def elman(**k):\n    return k['x'] @ 5\n", "elman")),
        "a wrong shape": check(named(lambda **k: [v.T for v in elman.solution(**k)], "elman")),
        "nothing": check(named(lambda **k: None, "elman")),
        "a changed input": check(
            named(lambda grads, max_norm: [g.add_(1) for g in grads], "clip_norm")
        ),
        "not attempted": check(cell("def elman(**k):\n    raise NotImplementedError", "elman")),
        "a stranger": check(named(print, "elmann")),
        "a quiz": quiz(cell(f"def ch04_quiz():\n    return {LETTERS}", "ch04_quiz")),
    }
    assert {report.state for report in reports.values()} == {"right", "wrong", "not attempted"}
    return {title: report.html() for title, report in reports.items()}


@pytest.mark.parametrize("theme", THEMES)
def test_every_report_is_accessible(shown, violations, theme):
    """Contrast, names and roles, in JupyterLab's light and dark colours."""
    found = {title: violations(fragment, theme) for title, fragment in shown.items()}
    assert {title: faults for title, faults in found.items() if faults} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_all_reports_on_one_page_are_accessible(shown, violations, theme):
    """As in a notebook: no two of them get in each other's way."""
    assert violations("\n".join(shown.values()), theme) == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_table_of_progress_is_accessible(named, keys, cell, violations, theme):
    """With right, tried and untouched exercises in it."""
    check(named(keys["elman"].solution, "elman"))
    check(cell("def jordan(**k): return 1", "jordan"))
    table = progress()
    assert {word for _, _, word in table.rows} == {"right", "tried", "untouched"}
    assert violations(table._repr_html_(), theme) == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_long_failing_call_can_be_reached_by_keyboard(browser, shown, theme):
    """The block that scrolls sideways takes the focus."""
    page = browser.new_page(viewport={"width": 400, "height": 900})
    background, text = THEMES[theme]
    page.set_content(PAGE.format(background=background, text=text, content=shown["a mistake"]))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "PRE"
    page.close()


FAULTS = {
    "color-contrast": '<p style="color: #999; background: #aaa">pale</p>',
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "list": "<ul><p>no item</p></ul>",
    "td-headers-attr": '<table><tr><th id="a">A</th></tr><tr><td headers="b">1</td></tr></table>',
}


@pytest.mark.parametrize("rule", FAULTS)
@pytest.mark.parametrize("theme", THEMES)
def test_a_planted_fault_is_found(violations, rule, theme):
    """The same page with a fault in it is not passed."""
    report = Report("elman", "right").html()
    assert violations(report, theme) == []
    assert any(found.startswith(f"{rule}:") for found in violations(report + FAULTS[rule], theme))


def test_without_a_browser_continuous_integration_fails(chromium_finder, monkeypatch):
    """At home the tests are skipped, with the reason."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        chromium_finder(find=lambda name: None)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        chromium_finder(find=lambda name: None)
