"""Every drawing that the program names is in the sprite that the pages carry."""

from __future__ import annotations

from pathlib import Path

import carnet.web
from carnet.web.patient.templatetags.results import _DRAWINGS
from carnet.web.shell.screens import SCREENS

SPRITE = Path(carnet.web.__file__).parent / "shell/static/vendor/icons.svg"


def test_every_drawing_named_by_the_program_is_there() -> None:
    held = SPRITE.read_text("utf-8")
    names = {screen.icon for screen in SCREENS} | set(_DRAWINGS.values())
    assert {name for name in names if f'id="{name}"' not in held} == set()
