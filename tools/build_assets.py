"""Copies what the pages need from the locked npm packages into the shell's static folder, and compiles the
translations. It downloads nothing, and it copies no file whose hash is not the one written here.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
WEB = ROOT / "src/carnet/web"
VENDOR = WEB / "shell/static/vendor"
LOCALE = ROOT / "src/carnet/locale"

# One row per file: package, path inside it, name in static/vendor, SHA-384 of the file as published in the
# version that package-lock.json pins. After a version bump, `--pin` prints the new rows to review.
# fmt: off
FILES = [
    ("bootstrap", "dist/css/bootstrap.min.css", "bootstrap.css", "yEPZ7jP9S0QKiUQ0m3jjsO4ProIW7wvR9gXkI7JOGa2XVsw53Yke2bsdkBbjmmiX"),
    ("bootstrap-icons", "bootstrap-icons.svg", "icons.svg", "HDv2crLaPKyghfZjB7DNlE8jDRt4s/wavUBYv9QrO+9zYO7PMkcgEOQkF3Pl8i5P"),
    ("htmx.org", "dist/htmx.min.js", "htmx.js", "2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg"),
    ("uplot", "dist/uPlot.iife.min.js", "uplot.js", "Gx3t0zdBAuQOuvvmaLZj7HKEiSgWTAs+VdtNY7wt19QDPTDQjFIwAuXDj0zeN00c"),
    ("uplot", "dist/uPlot.min.css", "uplot.css", "IfV0B7MIOYuO95kO9G5ySKPz/85zqFNOAs8iy4tkK5zd9izhJAB8b7lHrwYqqmYE"),
]

# Icons named by a variable in a template cannot be found by reading it; they are named here.
ICONS_BY_VARIABLE = {
    "capsule", "clipboard2-pulse", "file-earmark-medical", "file-earmark-pdf", "file-earmark-image", "file-earmark-text",
    "graph-up", "eyedropper", "journal-text", "envelope", "calendar3", "check2", "circle", "exclamation-triangle",
    "people", "person", "shield-lock", "clock-history", "upload", "download", "plus", "person-plus", "arrow-return-left", "gear", "search",
}  # fmt: skip
ICON_TAG = re.compile(r"""\{%-?\s*icon\s+["']([a-z0-9-]+)["']""")


class AssetsDiffer(Exception):
    """A file is missing or is not the one that was reviewed; nothing of it was copied."""


def check_installed(package: str) -> None:
    """The installed package must be the one package-lock.json names (npm verified its tarball by that hash)."""
    key = f"node_modules/{package}"
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"].get(key)
    record = PACKAGES / ".package-lock.json"
    if not record.exists():
        raise AssetsDiffer("node_modules is missing: run `npm ci --ignore-scripts` first")
    installed = json.loads(record.read_text())["packages"].get(key)
    if not locked or not installed or locked["integrity"] != installed["integrity"]:
        raise AssetsDiffer(f"{package}: installed version is not the locked one; run `npm ci --ignore-scripts`")


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha384(content).digest()).decode()


def fetch(package: str, path: str, expected: str) -> bytes:
    content = (PACKAGES / package / path).read_bytes()
    if digest(content) != expected:
        raise AssetsDiffer(f"{package}/{path}: the file is not the reviewed one ({digest(content)})")
    return content


def layered(css: bytes) -> bytes:
    """A cascade layer: whatever our own sheets say wins over the library without fighting its selectors."""
    text = css.decode().removeprefix('@charset "UTF-8";')
    return f"@layer vendor{{{without_source_map(text)}}}\n".encode()


def without_source_map(text: str) -> str:
    return re.sub(r"\s*(/\*#|//#) sourceMappingURL=[^\s*]*( \*/)?\s*$", "", text)


def icons_used() -> set[str]:
    pages = WEB.glob("**/templates/**/*.html")
    return {name for page in pages for name in ICON_TAG.findall(page.read_text())} | ICONS_BY_VARIABLE


def sprite(svg: bytes, names: set[str]) -> bytes:
    """Only the symbols that the templates name: the whole set is a megabyte."""
    symbols = re.findall(r"<symbol.*?</symbol>", svg.decode(), re.S)
    by_name = {re.search(r'id="([^"]+)"', symbol)[1]: symbol for symbol in symbols}  # type: ignore[index]
    if missing := names - by_name.keys():
        raise AssetsDiffer(f"no such icon: {', '.join(sorted(missing))}")
    chosen = "\n".join(by_name[name] for name in sorted(names))
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{chosen}\n</svg>\n'.encode()


def shaped(target: str, content: bytes) -> bytes:
    if target == "icons.svg":
        return sprite(content, icons_used())
    if target.endswith(".css"):
        return layered(content)
    return without_source_map(content.decode()).encode()


def copy_files() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for package, path, target, expected in FILES:
        check_installed(package)
        (VENDOR / target).write_bytes(shaped(target, fetch(package, path, expected)))


def compile_translations() -> None:
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parts[-3]))


def print_pins() -> None:
    for package, path, target, _ in FILES:
        print((package, path, target, digest((PACKAGES / package / path).read_bytes())))


def main() -> int:
    if sys.argv[1:] == ["--pin"]:
        print_pins()
        return 0
    try:
        copy_files()
    except (AssetsDiffer, FileNotFoundError) as error:
        print(f"build_assets: {error}", file=sys.stderr)
        return 1
    compile_translations()
    return 0


if __name__ == "__main__":
    sys.exit(main())
