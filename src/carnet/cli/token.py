"""`carnet token NAME`: lets a program in by the FHIR door, also beside a running server. The token is printed once and
kept nowhere in clear."""

from __future__ import annotations

import argparse
import json

from django.conf import settings

from carnet.accounts.models import Access, Role
from carnet.actions import program
from carnet.cli import opening
from carnet.fhir.errors import Invalid, NotFound
from carnet.record import cell, clock
from carnet.record.actor import Actor, operator


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NOM", help="le programme qui entre")
    parser.add_argument("--role", choices=Role.values, default=Role.OWNER.value, help="ses droits")
    parser.add_argument("--days", type=int, metavar="N", help="pour N jours, sinon jusqu'à révocation")
    parser.add_argument(
        "--oauth", action="store_true", help="un client OAuth 2 (identifiant et secret) au lieu d'un jeton"
    )
    parser.add_argument("--list", action="store_true", help="montrer les accès, sans leurs jetons")
    parser.add_argument("--revoke", metavar="NOM", help="fermer les accès de ce nom (ou cet identifiant)")


def run(args: argparse.Namespace) -> int:
    """Issue, list or revoke, as the operator."""
    opening.open_cell(settings.HOME)
    by = operator(cell.practice_id())
    if args.list:
        return _list(by, as_json=args.json)
    if args.revoke:
        return _revoke(by, args.revoke, as_json=args.json)
    if not args.name:
        raise Invalid("Donnez un nom : carnet token NOM")
    return _issue(by, args)


def _issue(by: Actor, args: argparse.Namespace) -> int:
    issued = program.issue(
        by=by, at=clock.now(), name=args.name, role=args.role, days=args.days, client=args.oauth
    )
    said = (
        {"client_id": issued.client, "client_secret": issued.secret}
        if issued.client
        else {"token": issued.secret}
    )
    if args.json:
        print(json.dumps(said))
    else:
        print("À garder en lieu sûr : Carnet ne le montrera plus.\n")
        print("\n".join(f"  {value}" for value in said.values()))
    return 0


def _list(by: Actor, *, as_json: bool) -> int:
    found = [_told(one) for one in program.all_of(by=by)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for one in found:
            print("  ".join(str(value) for value in one.values() if value))
    return 0


def _told(one: Access) -> dict[str, object]:
    days = {
        name: moment.isoformat()
        for name in ("created", "expires", "last_used", "revoked")
        if (moment := getattr(one, name)) is not None
    }
    role = one.person.role if one.person else one.role
    return {"id": one.id, "name": one.name, "role": role, "oauth": one.client is not None, **days}


def _revoke(by: Actor, named: str, *, as_json: bool) -> int:
    found = [one for one in program.all_of(by=by) if named in (one.name, one.id) and one.revoked is None]
    if not found:
        raise NotFound("Aucun accès ouvert ne porte ce nom : carnet token --list les montre.")
    for one in found:
        program.revoke(by=by, at=clock.now(), id=one.id)
    print(json.dumps({"revoked": [one.id for one in found]}) if as_json else f"{len(found)} accès fermé(s).")
    return 0
