"""The `carnet` program: finds the command, sets the home, prints errors in words. Each command is a module
with `add(parser)` and `run(args) -> int`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from functools import partial
from types import ModuleType

import django

from carnet import __doc__ as about
from carnet.cli import lifeline
from carnet.fhir.errors import CarnetError, trace

# name of the command: (its module, what it does)
COMMANDS = {
    "init": ("carnet.cli.init", "créer un cabinet vide"),
    "serve": ("carnet.cli.serve", "servir le cabinet (et guider la première ouverture)"),
    "demo": ("carnet.cli.demo", "créer et servir un cabinet de démonstration"),
    "import": ("carnet.cli.import_", "importer des fichiers ou des dossiers"),
    "token": ("carnet.cli.token", "ouvrir ou fermer l'accès d'un programme"),
    "read": ("carnet.cli.read", "lire des notes : texte en entrée, faits en sortie"),
    "check": ("carnet.cli.check", "vérifier la base, les documents et le journal"),
    "reference": ("carnet.cli.reference", "faire les tables des médicaments à partir des fichiers officiels"),
    "bench": ("carnet.cli.bench", "mesurer"),
}

SERVERS = ("serve", "demo")  # they run in a process of their own, started again when it crashes
DEMO_HOME = "var/demo"  # where `make run` keeps the fictional practice: in the checkout, never committed


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 only on success."""
    args = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.config.settings")
    home = _home(args)
    if home:
        os.environ["CARNET_HOME"] = home
    name = _command(args)
    if name == "demo" and not os.environ.get("CARNET_HOME"):
        os.environ["CARNET_HOME"] = os.path.abspath(DEMO_HOME)
    done = partial(_done, name, args)
    serves = name in SERVERS and not {"-h", "--help"} & {*args}
    return lifeline.watched(done) if serves else done()


def _done(name: str | None, args: list[str]) -> int:
    module = _module(name) if name else None
    parsed = _parser(name, module).parse_args(args)
    try:
        return int(module.run(parsed)) if module else 2
    except CarnetError as error:
        print(f"carnet {name} : {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        print(f"carnet {name} : erreur imprévue. Ce qui était enregistré l'est toujours.", file=sys.stderr)
        print(trace(error), file=sys.stderr)
        return 1


def _command(args: list[str]) -> str | None:
    """The command's name; a folder given to --home may be called like a command."""
    words = [arg for index, arg in enumerate(args) if index == 0 or args[index - 1] != "--home"]
    return next((word for word in words if word in COMMANDS), None)


def _home(args: list[str]) -> str | None:
    for index, arg in enumerate(args):
        if arg == "--home" and index + 1 < len(args):
            return os.path.abspath(args[index + 1])
        if arg.startswith("--home="):
            return os.path.abspath(arg.removeprefix("--home="))
    return None


def _module(name: str) -> ModuleType:
    # Settings read the environment once, so the home is set before any module that needs them is loaded.
    django.setup()
    return importlib.import_module(COMMANDS[name][0])


def _parser(name: str | None, module: ModuleType | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="carnet", description=about)
    parser.add_argument("--home", metavar="DIR", help="le dossier du cabinet (ou CARNET_HOME)")
    parser.add_argument("--json", action="store_true", help="écrire pour une machine")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE")
    for known, (_, words) in COMMANDS.items():
        command = commands.add_parser(known, help=words, description=words)
        command.add_argument("--home", metavar="DIR", help="le dossier du cabinet (ou CARNET_HOME)")
        # Said before the command or after it: what is not said again changes nothing.
        command.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="écrire pour une machine"
        )
        if known == name and module:
            module.add(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
