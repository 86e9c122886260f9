"""The practice of this cell, the persons who work in it and the programs that may come in. Never a patient, never a
default password, never a token in clear."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from carnet.fhir.identifiers import is_rpps


def new_account_id() -> str:
    """The shape of every id in the record: a random UUID in text."""
    return str(uuid4())


def folded(sign_in_name: str) -> str:
    """How a sign-in name is kept and compared: no surrounding space, no case, one Unicode form."""
    return unicodedata.normalize("NFKC", sign_in_name).strip().casefold()


def check_rpps(value: str) -> None:
    if not is_rpps(value):
        raise ValidationError(
            _("Ce numéro RPPS n’existe pas : il a 11 chiffres, le dernier est une clé de contrôle.")
        )


class Practice(models.Model):
    """The one practice of this cell; a second row cannot exist."""

    id = models.CharField(primary_key=True, max_length=64, default=new_account_id)
    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=120)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="one_practice_per_cell")]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("Titulaire")
    ASSOCIATE = "associate", _("Associé")
    SECRETARY = "secretary", _("Secrétariat")


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(sign_in_name=folded(username or ""))

    def create_person(
        self,
        *,
        sign_in_name: str,
        display_name: str,
        role: str,
        password: str,
        created: datetime,
        **facts: Any,
    ) -> Person:
        """A new account with a hashed password; ValidationError when a fact is not right."""
        person = self.model(
            sign_in_name=folded(sign_in_name), display_name=display_name, role=role, created=created, **facts
        )
        person.set_password(password)
        person.full_clean()
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """One professional who signs in. `practitioner` is a FHIR reference such as `Practitioner/…`."""

    id = models.CharField(primary_key=True, max_length=64, default=new_account_id)
    sign_in_name = models.CharField(
        _("identifiant"),
        max_length=120,
        unique=True,
        error_messages={"unique": _("Cet identifiant est déjà pris dans le cabinet.")},
    )
    display_name = models.CharField(_("nom affiché"), max_length=120)
    role = models.CharField(max_length=16, choices=Role)
    rpps = models.CharField(
        _("numéro RPPS"),
        max_length=11,
        unique=True,
        null=True,
        blank=True,
        validators=[check_rpps],
    )
    practitioner = models.CharField(max_length=80, unique=True, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField()
    # The audit says who signed in and when; Django's own column would be a second, weaker truth.
    last_login = None

    USERNAME_FIELD = "sign_in_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "role"]
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role")]

    def __str__(self) -> str:
        return self.display_name

    # allauth asks for a mail address when it labels things; a sign-in name is one or is not.
    @property
    def email(self) -> str:
        return self.sign_in_name if "@" in self.sign_in_name else ""


class Access(models.Model):
    """What a program may come in with: an application with a role of its own, or a person's script with that person's
    rights. Stays for ever, since the journal names it; `revoked` closes it."""

    id = models.CharField(primary_key=True, max_length=64, default=new_account_id)
    name = models.CharField(_("nom"), max_length=120)
    role = models.CharField(_("rôle"), max_length=16, choices=Role, null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    client = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)
    last_used = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values, person=None)
                | models.Q(role=None, person__isnull=False),
                name="access_of_a_role_or_a_person",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """The SHA-256 of one bearer token: 256 random bits need no slower hash."""

    digest = models.CharField(primary_key=True, max_length=64)
    access = models.ForeignKey(Access, on_delete=models.CASCADE)
    expires = models.DateTimeField(null=True)
