"""The pure layers decide and translate from their arguments alone; below the doors nobody reads the clock."""

from __future__ import annotations

from tests.house.sources import PURE, Source, calls, imports, package

# Names that read the disk, the clock or chance, whatever they are imported as.
IMPURE_CALLS = {
    "open", "input", "print", "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "datetime.datetime.now", "datetime.date.today", "time.time", "uuid4", "uuid1", "uuid.uuid4", "uuid.uuid1",
}  # fmt: skip
IMPURE_IMPORTS = (
    "pathlib.Path",
    "io.open",
    "time",
    "random",
    "secrets",
    "os",
    "tempfile",
    "socket",
    "logging",
)
CLOCKS = {name for name in IMPURE_CALLS if "now" in name or "today" in name} | {
    "time.time", "time.time_ns", "timezone.now", "timezone.localdate", "clock.now",
}  # fmt: skip
# Where the world comes in, and the one place below that makes version times and ids.
READS_THE_CLOCK = ("config", "cli", "jobs", "web", "api", "links", "demo", "bench")
MAKES_TIME = {"src/carnet/record/clock.py"}
# Creating and opening a cell happen before anybody can pass a time.
BEFORE_ANYBODY = {"src/carnet/record/cell.py"}


def pure() -> list[Source]:
    return [source for source in package() if source.layer in PURE]


def test_pure_layers_touch_no_file_clock_or_chance() -> None:
    touched = [
        f"{source.place}:{line}: {name}"
        for source in pure()
        for name, line in calls(source)
        if name in IMPURE_CALLS
    ]
    assert touched == []


def test_pure_layers_read_files_only_as_their_own_packaged_tables() -> None:
    imported = [
        f"{source.place}:{line}: {name}"
        for source in pure()
        for name, line in imports(source)
        if name.startswith(tuple(f"{root}." for root in IMPURE_IMPORTS)) or name in IMPURE_IMPORTS
    ]
    assert imported == [], "importlib.resources gives a layer its own tables; look-ups arrive as arguments"


def test_only_doors_read_the_clock() -> None:
    read = [
        f"{source.place}:{line}: {name}"
        for source in package()
        if source.layer not in READS_THE_CLOCK and source.place not in MAKES_TIME | BEFORE_ANYBODY
        for name, line in calls(source)
        if name in CLOCKS
    ]
    assert read == [], "below the doors the time is an argument: at"
