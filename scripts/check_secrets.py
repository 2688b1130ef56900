"""Fails where a secret, a download address or a path of somebody's machine is about to be committed."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 2_000_000
PATTERNS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "Google token": r"\bya29\.[0-9A-Za-z_-]{20,}",
    "GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{36}\b",
    "password in an address": r"\b[a-z]+://[^/\s:@'\"{}<>]+:(?!password|secret|pass\b|\*)[^/\s:@'\"{}<>]{6,}@(?!host|127\.|localhost)",
    "path of a machine": r"(?<![\w.])/(?:home|Users)/[a-z][\w.-]+/",
}
LOCKS = re.compile(r"https?://|^--(?:index|find-links|extra-index)|\"resolved\"", re.MULTILINE)


def main() -> int:
    """The exit status: 1 where anything was found."""
    names = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    )
    found = [line for name in filter(None, names) for line in findings(name)]
    print("\n".join(found) or "No secrets, no download addresses.")
    return 1 if found else 0


def findings(name: str) -> list[str]:
    """What one file holds that it should not."""
    path = ROOT / name
    if not path.is_file() or path.stat().st_size > LARGEST or name == "scripts/check_secrets.py":
        return []
    text = path.read_bytes().decode("utf-8", "ignore")
    found = [f"{name}: {what}" for what, pattern in PATTERNS.items() if re.search(pattern, text)]
    if name.endswith((".lock", "package-lock.json")) and LOCKS.search(text):
        found.append(f"{name}: download address")
    return found


if __name__ == "__main__":
    sys.exit(main())
