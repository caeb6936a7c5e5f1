"""`person admit` and `person dismiss`."""

import pytest

from .conftest import Command

ISSUER = "https://id.example.org"
WHERE = ("--partnership", "riverbend", "--issuer", ISSUER)


def test_a_person_is_admitted_and_dismissed_once(command: Command) -> None:
    done = command("person", "admit", *WHERE, "--subject", "ada", "--role", "data", "--name", "Ada")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Ada is admitted to riverbend as data" in done.stderr
    assert command("person", "dismiss", *WHERE, "--subject", "ada").exit_code == 0
    again = command("person", "dismiss", *WHERE, "--subject", "ada")
    assert again.exit_code == 2
    assert "ada is not admitted to riverbend" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        ((*WHERE, "--subject", "ada", "--role", "FUNDER"), "needs the funder's organization"),
        ((*WHERE, "--subject", "", "--role", "ADMIN"), "1 to 255 characters"),
        (("--partnership", "nowhere", "--issuer", ISSUER, "--subject", "a", "--role", "ADMIN"), "nowhere"),
        (("--partnership", "riverbend", "--subject", "a", "--role", "ADMIN"), "ALIGNMENT_OIDC_ISSUER"),
        (
            ("--partnership", "riverbend", "--issuer", "ftp://x", "--subject", "a", "--role", "ADMIN"),
            "an issuer is an address",
        ),
    ],
)
def test_an_admission_that_cannot_be_is_refused(
    command: Command, arguments: tuple[str, ...], saying: str
) -> None:
    done = command("person", "admit", *arguments)
    assert done.exit_code == 2
    assert saying in " ".join(done.stderr.split())
