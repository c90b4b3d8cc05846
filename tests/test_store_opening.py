"""Opening the database: migrations, backups, refusals, several programs at once."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from support.builders import NOW, make_article, make_digest, make_filed, make_lead, make_state
from support.stores import MakeStore, visit

from monitor.edges import database
from monitor.edges.store import SqlStore
from monitor.edges.tables import metadata
from monitor.errors import StoreError
from monitor.model import SourceState

pytest_plugins = ("support.store_fixtures",)

ROOT = Path(__file__).parents[1]
AddMigration = Callable[..., None]
NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", {head!r}, None, None
def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
"""


@pytest.fixture
def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddMigration:
    """Gives the program one more migration, as its next version would have."""

    def add(more: str = "pass") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(database.MIGRATIONS, folder, dirs_exist_ok=True)
        head = max(path.name[:4] for path in (folder / "versions").glob("0*.py"))
        (folder / "versions" / "9999_later.py").write_text(NEXT.format(head=head, more=more))
        monkeypatch.setattr(database, "MIGRATIONS", folder)

    return add


def table_names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


class TestMigrations:
    def test_make_exactly_the_tables_that_the_program_uses(self, store: SqlStore) -> None:
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []

    def test_opening_again_changes_nothing_and_makes_no_backup(self, make_store: MakeStore, tmp_path: Path) -> None:
        visit(make_store(), make_state(), [make_lead()])
        assert len(make_store().pending(NOW, 10)) == 1
        assert not list(tmp_path.glob("*.before-*"))

    def test_health_names_the_schema_and_counts(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        health = store.health()
        assert health["check"] == "ok"
        assert health["article"] == "1"
        assert health["schema"].split()[0] in health["schema"].split("newest")[1]


class TestSqliteFile:
    """What holds for the default database, a file."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "monitor.db"

    def open(self, path: Path) -> SqlStore:
        return SqlStore.open(f"sqlite:///{path}", NOW)

    def test_an_older_schema_is_backed_up_before_it_is_migrated(self, path: Path, add_migration: AddMigration) -> None:
        with closing(self.open(path)) as store:
            store.file(None, make_filed())
        add_migration()
        with closing(self.open(path)) as store:
            assert store.article("a1") is not None
        assert "later" in table_names(path)
        backup = path.with_name("monitor.db.before-20240320-090000")
        assert "later" not in table_names(backup)
        with closing(sqlite3.connect(backup)) as connection:
            assert connection.execute("SELECT id FROM article").fetchall() == [("a1",)]

    @pytest.mark.parametrize("since", ["0001", "0002"])
    def test_what_every_older_version_kept_is_still_there(self, path: Path, since: str) -> None:
        engine = database.open_engine(f"sqlite:///{path}")
        command.upgrade(database._config(engine), since)
        engine.dispose()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(
                "INSERT INTO source (id, etag, last_modified, body_hash, failures, reason, note, ok_at) "
                "VALUES ('gazette', '\"1\"', 'Wed', '00', 2, 'HTTP status 503', '', '2024-03-20 09:00:00')"
            )
        store = SqlStore.open(f"sqlite:///{path}", NOW)
        expected = SourceState("gazette", '"1"', "Wed", "00", ok_at=NOW, failures=2, reason="HTTP status 503")
        assert store.source_states() == {"gazette": expected}
        assert store.host("gazette.example:https") is None
        store.close()

    def test_a_migration_that_fails_leaves_the_database_as_it_was(
        self, path: Path, add_migration: AddMigration
    ) -> None:
        self.open(path).close()
        before = table_names(path)
        add_migration('op.execute("INSERT INTO nowhere VALUES (1)")')
        with pytest.raises(StoreError, match="nowhere"):
            self.open(path)
        assert table_names(path) == before
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() != ("9999",)

    def test_of_several_migrations_all_are_made_or_none(self, path: Path, add_migration: AddMigration) -> None:
        engine = database.open_engine(f"sqlite:///{path}")
        command.upgrade(database._config(engine), "0001")
        engine.dispose()
        before = table_names(path)
        add_migration('op.execute("INSERT INTO nowhere VALUES (1)")')
        with pytest.raises(StoreError, match="nowhere"):
            self.open(path)
        assert table_names(path) == before
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]

    def test_a_newer_schema_is_refused_and_not_touched(self, path: Path) -> None:
        self.open(path).close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
        with pytest.raises(StoreError, match=r"monitor\.db: made by a newer version of monitor \(schema 9999\)"):
            self.open(path)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        assert not list(path.parent.glob("*.before-*"))

    def test_a_file_that_is_no_database_is_refused(self, path: Path) -> None:
        path.write_bytes(b"this is a shopping list, not a database\n" * 100)
        with pytest.raises(StoreError, match=r"monitor\.db: .*not a database"):
            self.open(path)
        assert path.read_bytes().startswith(b"this is a shopping list")

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="unable to open"):
            self.open(tmp_path / "nowhere" / "monitor.db")

    @pytest.mark.parametrize("address", ["", "nonsense", "oracle+nope://x", "sqlite//x", "postgresql+nope://h/x"])
    def test_an_address_that_is_none_is_refused_with_a_mend(self, address: str) -> None:
        with pytest.raises(StoreError, match=r"MONITOR_DATABASE: .*; write e\.g\. sqlite:"):
            SqlStore.open(address, NOW)

    def test_commits_are_synced_and_readers_do_not_wait(self, path: Path) -> None:
        with closing(self.open(path)) as store, store.engine.connect() as connection:
            asked = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("synchronous", "journal_mode", "foreign_keys")
            }
        assert asked == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}


class TestSeveralPrograms:
    def test_threads_that_write_at_once_wait_for_each_other(self, make_store: MakeStore) -> None:
        writers, each = 4, 25
        errors: list[BaseException] = []
        stores = [make_store() for _ in range(writers)]

        def write(number: int) -> None:
            try:
                for count in range(each):
                    name = f"{number}-{count}"
                    visit(stores[number], make_state(f"source-{number}", etag=str(count)), [make_lead(name)])
                    lead = stores[number].pending(NOW, 1)[0]
                    stores[number].postpone(lead.id, "busy", NOW)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        waiting = stores[0].pending(NOW, 1000)
        assert len(waiting) == writers * each
        assert sum(lead.attempts for lead in waiting) == writers * each

    def test_processes_that_open_a_new_database_at_once_share_it(self, make_store: MakeStore, database: str) -> None:
        script = (
            "import sys; sys.path.insert(0, 'tests');"
            "from support.builders import *; from support.stores import visit;"
            "from monitor.edges.store import SqlStore;"
            f"store = SqlStore.open({database!r}, NOW);"
            "[visit(store, make_state(sys.argv[1]), [make_lead(f'{sys.argv[1]}-{n}')]) for n in range(20)]"
        )
        running = [
            subprocess.Popen([sys.executable, "-c", script, f"p{number}"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
            for number in range(4)
        ]
        complaints = [process.communicate(timeout=60)[1] for process in running]
        assert complaints == ["", "", "", ""]
        assert len(make_store().pending(NOW, 1000)) == 80

    def test_only_one_of_many_takes_a_slot(self, make_store: MakeStore) -> None:
        stores = [make_store() for _ in range(4)]
        stores[0].file(None, make_filed(make_article("a1")))
        made: list[int | None] = []
        ready = threading.Barrier(len(stores))

        def tell(number: int) -> None:
            ready.wait()
            made.append(stores[number].save_digest("s1", make_digest(f"d{number}"), ["a1"], []))

        threads = [threading.Thread(target=tell, args=(number,)) for number in range(len(stores))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([each for each in made if each is not None]) == 1
        assert len(made) == len(stores)
