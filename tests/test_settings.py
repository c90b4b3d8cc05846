"""Settings: the environment wins, all mistakes are told at once, no secret is shown, files match the table."""

from __future__ import annotations

from dataclasses import fields, replace
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import SettingsError
from monitor.settings import SETTINGS, Settings, env_example, masked, read_settings, settings_page

ROOT = Path(__file__).parents[1]
LOGIN = {"SMTP_USER": "desk", "SMTP_PASSWORD": "hunter2", "SMTP_HOST": "mail.example.org", "SMTP_FROM": "a@b.example"}


def told(dotenv: dict[str, str | None], environ: dict[str, str] | None = None) -> list[str]:
    """The lines of all messages for these settings."""
    with pytest.raises(SettingsError) as caught:
        read_settings(environ or {}, dotenv)
    return str(caught.value).splitlines()


def test_without_any_setting_everything_has_a_default() -> None:
    assert read_settings({}, {}) == Settings(
        home=Path("."),
        watch=Path("watch.toml"),
        database="sqlite:///monitor.db",
        contact="",
        workers=0,
        hosts=24,
        deadline=30.0,
        max_bytes=5_000_000,
        allow_addresses="",
        robots="obey",
        page_seconds=20.0,
        page_memory=1024,
        retries=5,
        smtp_host="",
        smtp_port=587,
        smtp_user="",
        smtp_password="",
        smtp_tls="starttls",
        smtp_from="",
        public_url="",
        notify="",
        ping_start="",
        ping_success="",
        ping_fail="",
        log="INFO",
    )


def test_the_environment_wins_over_the_file_also_when_it_is_empty() -> None:
    dotenv = {"MONITOR_HOSTS": "2", "MONITOR_RETRIES": "2", "MONITOR_DEADLINE": "2"}
    settings = read_settings({"MONITOR_HOSTS": "3", "MONITOR_RETRIES": ""}, dotenv)
    assert (settings.hosts, settings.retries, settings.deadline) == (3, 5, 2.0)


def test_paths_start_at_the_home() -> None:
    settings = read_settings({}, {"MONITOR_HOME": "/srv/news", "MONITOR_WATCH": "strike.toml"})
    assert (settings.watch, settings.database) == (Path("/srv/news/strike.toml"), "sqlite:////srv/news/monitor.db")
    settings = read_settings({"HOME": "/home/kim"}, {"MONITOR_HOME": "~/news", "MONITOR_WATCH": "/etc/watch.toml"})
    assert (settings.home, settings.watch) == (Path("/home/kim/news"), Path("/etc/watch.toml"))


@pytest.mark.parametrize(
    ("given_url", "read"),
    [
        ("sqlite:///other.db?timeout=9", "sqlite:////srv/other.db?timeout=9"),
        ("sqlite:////var/other.db", "sqlite:////var/other.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgres://kim@db/news", "postgresql+psycopg://kim@db/news"),
        ("postgresql://kim@db/news", "postgresql+psycopg://kim@db/news"),
        ("postgresql+psycopg://kim@db/news", "postgresql+psycopg://kim@db/news"),
    ],
)
def test_a_database_may_be_sqlite_or_postgresql(given_url: str, read: str) -> None:
    assert read_settings({}, {"MONITOR_HOME": "/srv", "MONITOR_DATABASE": given_url}).database == read


def test_a_login_that_is_an_address_is_the_sender() -> None:
    dotenv = LOGIN | {"SMTP_USER": "desk@example.org", "SMTP_FROM": ""}
    assert read_settings({}, dotenv).smtp_from == "desk@example.org"


def test_words_may_be_written_in_either_case() -> None:
    settings = read_settings({}, {"MONITOR_LOG": "debug", "SMTP_TLS": "TLS"})
    assert (settings.log, settings.smtp_tls) == ("DEBUG", "tls")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SMTP_PORT", "abc", '"abc" is no whole number; write e.g. 587'),
        ("SMTP_PORT", "0", "0 is too small; write 1 to 65535"),
        ("SMTP_PORT", "70000", "70000 is too large; write 1 to 65535"),
        ("MONITOR_HOSTS", "1.5", '"1.5" is no whole number; write e.g. 24'),
        ("MONITOR_WORKERS", "-1", "-1 is too small; write 0 to 256"),
        ("MONITOR_DEADLINE", "30s", '"30s" is no number of seconds; write e.g. 30'),
        ("MONITOR_DEADLINE", "0", "0 is too small; write 0.1 to 600"),
        ("MONITOR_PAGE_SECONDS", "inf", '"inf" is no number of seconds; write e.g. 20'),
        ("MONITOR_LOG", "loud", '"loud" is no level; write one of DEBUG, INFO, WARNING, ERROR'),
        ("SMTP_TLS", "ssl", '"ssl" is not known; write one of starttls, tls, none'),
        ("SMTP_HOST", "mail.example.org:25", '"mail.example.org:25" holds a port; write the port as SMTP_PORT'),
        ("SMTP_HOST", "smtp://mail", '"smtp://mail" is no host; write e.g. smtp.example.org'),
        ("SMTP_FROM", "Desk", '"Desk" is no sender; write e.g. Digest <digest@example.org>'),
        ("SMTP_FROM", "a@b.example\nBcc: c@d", "holds a line break or another control character; write it on one line"),
        ("MONITOR_CONTACT", "me", '"me" is neither a web nor a mail address; write e.g. desk@example.org'),
        (
            "MONITOR_DATABASE",
            "mysql://kim:hunter2@db/news",
            "is no address of a database; write sqlite:///file.db or postgresql://user@host/name",
        ),
        ("MONITOR_HOSTS", None, "has no value; write MONITOR_HOSTS=24"),
        ("SMTP_PROT", "587", 'unknown setting; did you mean "SMTP_PORT"?'),
        ("MONITOR_HOST", "8", 'unknown setting; did you mean "MONITOR_HOSTS"?'),
        ("monitor_log", "INFO", 'unknown setting; did you mean "MONITOR_LOG"?'),
        ("SMTP_QQ", "1", "unknown setting; see docs/settings.md for all there are"),
    ],
)
def test_a_mistake_is_told_with_its_name_and_its_mend(name: str, value: str | None, message: str) -> None:
    assert told({name: value}) == [f".env: {name}: {message}"]


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ("SMTP_USER", "SMTP_USER: is missing, but SMTP_PASSWORD is set; set both or none"),
        ("SMTP_PASSWORD", "SMTP_PASSWORD: is missing, but SMTP_USER is set; set both or none"),
        ("SMTP_FROM", "SMTP_FROM: is missing, but SMTP_HOST is set; write e.g. digest@example.org"),
    ],
)
def test_half_a_mail_account_is_refused(left_out: str, message: str) -> None:
    assert told({name: value for name, value in LOGIN.items() if name != left_out}) == [f".env: {message}"]


def test_all_mistakes_are_told_at_once_each_with_where_it_stands() -> None:
    lines = told({"SMTP_PORT": "abc", "MONITOR_COLOUR": "red"}, {"MONITOR_HOSTS": "many", "MONITOR_OTHER": "x"})
    assert [line.partition(":")[0] for line in lines] == [".env", "environment", ".env"]


def test_names_of_other_programs_may_stand_in_the_file() -> None:
    assert read_settings({"MONITOR_THINGS": "theirs"}, {"TZ": "UTC", "EDITOR": None}) == read_settings({}, {})


# --- secrets ------------------------------------------------------------------------------------------------------

DATABASE = "postgresql+psycopg://kim:hun/ter2@x@db/news?sslpassword=hunter2&sslmode=require"


def test_a_dump_shows_every_setting_and_hides_every_secret() -> None:
    shown = masked(read_settings({}, LOGIN | {"MONITOR_DATABASE": DATABASE}))
    assert list(shown) == [setting.name for setting in SETTINGS]
    assert shown["SMTP_PASSWORD"] == "***"
    assert shown["MONITOR_DATABASE"] == "postgresql+psycopg://kim:***@db/news?sslpassword=***&sslmode=require"
    assert masked(read_settings({}, {}))["SMTP_PASSWORD"] == ""


def test_no_secret_is_in_the_repr() -> None:
    settings = read_settings({}, LOGIN | {"MONITOR_DATABASE": DATABASE})
    for shown in (repr(settings), str(settings), f"{settings}", repr([settings]), repr(replace(settings, hosts=1))):
        assert "ter2" not in shown
        assert "SMTP_PORT=587" in shown


@given(st.dictionaries(st.sampled_from([setting.name for setting in SETTINGS]), st.text(max_size=12) | st.none()))
def test_no_value_raises_anything_but_a_settings_error(dotenv: dict[str, str | None]) -> None:
    message = "SMTP"
    try:
        read_settings({}, dotenv)
    except SettingsError as error:
        message = str(error)
    assert message


# --- the table and what is made from it ---------------------------------------------------------------------------


def test_every_setting_has_its_field_and_every_field_its_setting() -> None:
    assert [setting.field for setting in SETTINGS] == [field.name for field in fields(Settings)]


MAKE = "make it anew: python -c 'from monitor.settings import *; print({}(), end=\"\")' > {}"


def test_env_example_is_what_the_table_says() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example(), MAKE.format(
        "env_example", ".env.example"
    )


def test_the_settings_page_is_what_the_table_says() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), MAKE.format("settings_page", "docs/settings.md")


def test_env_example_as_it_is_and_with_every_line_taken_up_means_the_defaults() -> None:
    assert dotenv_values(stream=StringIO(env_example())) == {}
    taken_up = "\n".join(line.removeprefix("#") for line in env_example().splitlines() if line.startswith(("#M", "#S")))
    values = dotenv_values(stream=StringIO(taken_up))
    assert set(values) == {setting.name for setting in SETTINGS}
    assert read_settings({}, values) == read_settings({}, {})


def test_the_mistakes_on_the_page_read_as_the_program_tells_them() -> None:
    for line in told({"SMTP_PROT": "587", "SMTP_PORT": "abc"}):
        assert line in settings_page()
