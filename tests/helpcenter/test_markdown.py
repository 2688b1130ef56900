import pytest

from helpcenter.markdown import render

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<svg/onload=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:msgbox)",
    "![pixel](https://evil.example/pixel.png)",
    "<a href='https://evil.example' onclick='alert(1)'>x</a>",
    "<style>body{display:none}</style>",
    "[x](https://example.org 'title\" onmouseover=alert(1)')",
]


def test_the_usual_marks_become_html():
    text = "# Charging\n\n**Cold** slows it, see [winter](https://example.org).\n\n- one\n- two\n"
    assert render(text) == (
        "<h2>Charging</h2>\n"
        '<p><strong>Cold</strong> slows it, see <a href="https://example.org" rel="noopener">winter</a>.</p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )


def test_tables_and_numbered_lists_are_kept():
    assert render("| a | b |\n|---|---|\n| 1 | 2 |").count("<td>") == 2
    assert '<ol start="3">' in render("3. three\n4. four")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_or_loads_gets_through(payload):
    html = render(payload)
    for word in ("<script", "<img", "<iframe", "<svg", "<style", 'href="javascript', 'href="data', 'href="vbscript'):
        assert word not in html.lower()
    assert " onclick=" not in html.replace("&quot;", "").replace("&lt;a href='https://evil.example' onclick", "")
    assert '" onmouseover' not in html


def test_a_path_of_this_site_is_a_link():
    assert render("[more](/faq/range)") == '<p><a href="/faq/range" rel="noopener">more</a></p>\n'
