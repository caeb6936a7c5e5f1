"""What the operator decides is read as written, or refused with the name of the setting."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.settings import LOG_LEVELS, SETTINGS, Settings, SettingsError, clone_key

HOME = {"HOME": "/home/ada"}


def test_without_any_setting_the_defaults_stand() -> None:
    settings = Settings.read(HOME)
    assert (settings.host, settings.port, settings.log) == ("127.0.0.1", 8000, "info")
    assert settings.database_url is None
    assert settings.secret is None


def test_every_setting_is_read() -> None:
    settings = Settings.read(
        {
            "ALIGNMENT_DATABASE_URL": "postgresql://ada:key@db.example.org:5432/alignment",
            "ALIGNMENT_HOME": "/srv/alignment",
            "ALIGNMENT_SECRET": "a long secret",
            "ALIGNMENT_HOST": "::1",
            "ALIGNMENT_PORT": "8080",
            "ALIGNMENT_LOG": "WARNING",
        }
    )
    assert settings == Settings(
        home=Path("/srv/alignment"),
        database_url="postgresql://ada:key@db.example.org:5432/alignment",
        secret="a long secret",
        host="::1",
        port=8080,
        log="warning",
    )


def test_the_list_of_settings_names_each_field_once_and_describes_it_in_a_line() -> None:
    assert {setting.name for setting in SETTINGS} == {f"ALIGNMENT_{f.name.upper()}" for f in fields(Settings)}
    assert len(SETTINGS) == len(fields(Settings))
    assert all(setting.description and "\n" not in setting.description for setting in SETTINGS)


def test_an_empty_setting_counts_as_absent() -> None:
    emptied = {setting.name: " " for setting in SETTINGS}
    assert Settings.read({**HOME, **emptied}) == Settings.read(HOME)


def test_the_default_home_lies_in_the_users_data_folder_under_the_clones_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert Settings.read(HOME).home == Path("/home/ada/.local/share/resource-alignment") / clone_key()


def test_the_data_folder_that_the_desktop_names_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    home = Settings.read({**HOME, "XDG_DATA_HOME": "/data"}).home
    assert home == Path("/data/resource-alignment") / clone_key()


def test_a_relative_data_folder_is_ignored_as_its_specification_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG Base Directory Specification 0.8: a relative path is invalid and ignored."""
    monkeypatch.setattr("sys.platform", "linux")
    assert Settings.read({**HOME, "XDG_DATA_HOME": "data"}).home.is_relative_to("/home/ada/.local/share")


def test_on_macos_the_home_lies_in_application_support(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert Settings.read(HOME).home.is_relative_to("/home/ada/Library/Application Support/resource-alignment")


def test_two_clones_have_different_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Settings.read(HOME).home
    monkeypatch.setattr("models.settings.__file__", "/elsewhere/models/settings.py")
    assert Settings.read(HOME).home != here


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.read({"ALIGNMENT_HOME": "here and there"}).home == tmp_path / "here and there"


@given(st.integers(0, 65535))
def test_every_port_is_accepted(port: int) -> None:
    assert Settings.read({**HOME, "ALIGNMENT_PORT": str(port)}).port == port


@pytest.mark.parametrize("text", ["http", "65536", "-1", "80.0", "8_000", "٨٠", "0x50", "100000"])
def test_what_is_no_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match=r"ALIGNMENT_PORT: .* from 0 to 65535"):
        Settings.read({**HOME, "ALIGNMENT_PORT": text})


@pytest.mark.parametrize("level", LOG_LEVELS)
def test_every_log_level_is_accepted(level: str) -> None:
    assert Settings.read({**HOME, "ALIGNMENT_LOG": level}).log == level


def test_an_unknown_log_level_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"ALIGNMENT_LOG: 'loud' .* debug, info"):
        Settings.read({**HOME, "ALIGNMENT_LOG": "loud"})


@pytest.mark.parametrize(
    "url", ["mysql://ada:key@db/x", "sqlite:///x", "ada:key@db/x", "host=db", "postgresql://"]
)
def test_a_url_of_another_database_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="ALIGNMENT_DATABASE_URL") as refusal:
        Settings.read({**HOME, "ALIGNMENT_DATABASE_URL": url})
    assert "key" not in str(refusal.value)


@pytest.mark.parametrize("host", ["http://localhost", "two words", "ada@example.org"])
def test_what_is_no_address_is_refused_by_name(host: str) -> None:
    with pytest.raises(SettingsError, match="ALIGNMENT_HOST"):
        Settings.read({**HOME, "ALIGNMENT_HOST": host})


def test_the_printed_form_shows_no_secret() -> None:
    settings = Settings.read(
        {**HOME, "ALIGNMENT_SECRET": "hush", "ALIGNMENT_DATABASE_URL": "postgresql://ada:key@db/x"}
    )
    assert "hush" not in repr(settings)
    assert "key" not in repr(settings)


OIDC = {"ALIGNMENT_OIDC_ISSUER": "https://id.example.org/realm", "ALIGNMENT_OIDC_CLIENT": "alignment"}


def test_a_provider_is_read_with_its_secret_out_of_sight() -> None:
    settings = Settings.read({**HOME, **OIDC, "ALIGNMENT_OIDC_SECRET": "the secret"})
    assert (settings.oidc_issuer, settings.oidc_client) == ("https://id.example.org/realm", "alignment")
    assert settings.oidc_secret == "the secret"
    assert "the secret" not in repr(settings)


def test_the_public_address_is_an_origin() -> None:
    settings = Settings.read({**HOME, "ALIGNMENT_PUBLIC_URL": "https://Align.example.org/"})
    assert settings.public_url == "https://align.example.org"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALIGNMENT_PUBLIC_URL", "align.example.org"),
        ("ALIGNMENT_PUBLIC_URL", "https://align.example.org/site"),
        ("ALIGNMENT_PUBLIC_URL", "https://user@align.example.org"),
        ("ALIGNMENT_PUBLIC_URL", "https://[align"),
        ("ALIGNMENT_OIDC_ISSUER", "http://id.example.org"),
        ("ALIGNMENT_OIDC_ISSUER", "javascript:alert(1)"),
        ("ALIGNMENT_OIDC_CLIENT", ""),
        ("ALIGNMENT_RATE", "0"),
        ("ALIGNMENT_RATE", "-5"),
        ("ALIGNMENT_RATE", "1e6"),
    ],
)
def test_a_setting_of_the_front_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read({**HOME, **OIDC, name: value})


def test_a_provider_on_this_machine_may_be_reached_by_http() -> None:
    there = {**HOME, **OIDC, "ALIGNMENT_OIDC_ISSUER": "http://127.0.0.1:9000"}
    assert Settings.read(there).oidc_issuer == "http://127.0.0.1:9000"
