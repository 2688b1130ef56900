"""The rules of ARCHITECTURE.md that no linter knows."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("helpcenter", "streaming", "workers")


def _lines(pattern):
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(pattern, line):
                    yield f"{path.relative_to(ROOT)}:{number}"


def test_only_the_database_module_commits():
    assert [place for place in _lines(r"\.commit\(\)") if not place.startswith("helpcenter/db.py")] == []


def test_only_the_clock_reads_the_time_of_day():
    clocks = ("helpcenter/ports.py", "streaming/emulator/clock.py")  # the emulator is a world of its own
    assert [place for place in _lines(r"datetime\.(now|utcnow|today)\(") if not place.startswith(clocks)] == []


def test_nothing_is_marked_safe_for_html_by_hand():
    markup = [place for place in _lines(r"\bMarkup\(") if not place.startswith("helpcenter/markdown.py")]
    templates = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b", path.read_text())
    ]
    scripts = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "helpcenter" / "static" / "js").rglob("*.js")
        if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(", path.read_text())
    ]
    assert (markup, templates, scripts) == ([], [], [])


def test_no_template_holds_script_or_style_of_its_own():
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)")
    pages = (path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts)
    assert [str(path.relative_to(ROOT)) for path in pages if inline.search(path.read_text())] == []


def test_what_takes_long_to_load_is_loaded_where_it_is_used():
    slow = "alembic|boto3|googleapiclient|highspy|holidays|numpy|pocketsphinx|py3langid|snowballstemmer|yt_dlp"
    assert [place for place in _lines(rf"^(import|from) ({slow})\b") if place.startswith("helpcenter/")] == []
