"""Each house lint refuses what it is for, and lets its lawful neighbour pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import pytest

from tests.lints.__main__ import lint, main
from tests.lints.browser_names import KEEPERS, browser_names_elsewhere
from tests.lints.cookies import cookies_elsewhere
from tests.lints.locks import addresses_in_locks
from tests.lints.names import empty_names
from tests.lints.promises import unpromised_tests
from tests.lints.remarks import unfinished_work, unreasoned_switches, unreasoned_web_switches
from tests.lints.rooms import impure_hearts, incomplete_services, misplaced_rooms
from tests.lints.rpc_rules import undeclared_rpcs
from tests.lints.sizes import long_files, long_functions
from tests.lints.sleeps import sleeping_tests
from tests.lints.source import Finding, Source
from tests.lints.sql import every_column, sql_outside_store, unbounded_sets
from tests.lints.training import paths_to_training
from tests.lints.web_paths import WRITTEN, hand_written_paths
from tests.lints.web_rooms import ABOVE, imports_from_above

Rule = Callable[[Source], Iterable[Finding]]

REFUSED: list[tuple[Rule, str, str]] = [
    (long_files, "services/auth/app/sign_in.py", "x = 1\n" * 401),
    (long_functions, "chassis/logs.py", "async def f():\n" + "    x = 1\n" * 70),
    (unfinished_work, "chassis/logs.py", "x = 1  # TODO: later\n"),
    (unfinished_work, "web/src/player.ts", "// FIXME the seek\n"),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # noqa\n"),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # noqa: S105\n"),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # type: ignore\n"),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # type: ignore[no-untyped-call]\n"),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # type: ignore[no-any-return]  # noqa: S105\n"),
    (unreasoned_web_switches, "web/src/player.ts", "// @ts-expect-error\n"),
    (sql_outside_store, "services/auth/app/sign_in.py", 'q = "SELECT id FROM accounts"\n'),
    (sql_outside_store, "services/auth/api/servicer.py", 'q = f"""\n  insert into {table} (id) values ($1)"""\n'),
    (every_column, "services/auth/store/accounts.py", 'q = "SELECT * FROM accounts"\n'),
    (every_column, "services/auth/store/accounts.py", 'q = "UPDATE accounts SET name = $1 RETURNING *"\n'),
    (
        unbounded_sets,
        "services/auth/store/links.py",
        'q = ("DELETE FROM links WHERE code IN ("\n" SELECT code FROM links WHERE (a OR b) LIMIT $1 FOR UPDATE)")\n',
    ),
    (every_column, "services/auth/store/migrations/0001_pre_accounts.sql", "select a.* from accounts a;\n"),
    (
        sleeping_tests,
        "tests/unit/auth/test_sign_in.py",
        "import asyncio\nasync def test_a():\n    await asyncio.sleep(1)\n",
    ),
    (sleeping_tests, "tests/stories/conftest.py", "from time import sleep\nsleep(0.1)\n"),
    (sleeping_tests, "tests/stories/test_page.py", "page.wait_for_timeout(10)\n"),
    (sleeping_tests, "tests/stories/house.py", "pause = threading.Event()\npause.wait(5)\n"),
    (sleeping_tests, "tests/stories/house.py", "pause, ends = Event(), 1\npause.wait(SOON_S)\n"),
    (sleeping_tests, "tests/unit/auth/fakes.py", "await asyncio.wait_for(asyncio.Event().wait(), 5)\n"),
    (sleeping_tests, "tests/unit/auth/fakes.py", "SOON_S = 0.5\nawait asyncio.wait({other}, timeout=SOON_S)\n"),
    (sleeping_tests, "tests/unit/auth/fakes.py", "process.wait(0.1)\n"),
    (sleeping_tests, "tests/unit/auth/fakes.py", "sleep(1)  # sleep:\n"),
    *(
        (sleeping_tests, path, text)
        for path, text in (
            ("tests/browser.py", 'x = "await new Promise((go) => setTimeout(go, 50))"\n'),  # sleep: to be found
            ("tests/browser.py", 'x = """() => {\n  setInterval(look, 50);\n}"""\n'),  # sleep: to be found
            ("tests/unit/auth/test_lock.py", 'x = "SELECT pg_sleep(1)"\n'),  # sleep: to be found
            ("web/src/player/keys.test.ts", "await new Promise((go) => setTimeout(go, 5));\n"),  # sleep: to be found
            ("web/src/state/timer.fixture.ts", "setTimeout(go, 5);\n"),  # sleep: to be found
        )
    ),
    (unpromised_tests, "tests/unit/auth/test_sign_in.py", "async def test_a() -> None:\n    assert True\n"),
    (empty_names, "services/auth/app/utils.py", ""),
    (empty_names, "chassis/common/clock.py", ""),
    (empty_names, "stack/process_manager.py", ""),
    (addresses_in_locks, "requirements/dev.txt", "--index-url https://registry.example/simple\n"),
    (addresses_in_locks, "requirements/dev.txt", "numpy @ file:///tmp/numpy.whl\n"),
    (addresses_in_locks, "inference/requirements/triton.txt", "-f wheels\n"),
    (addresses_in_locks, "web/package-lock.json", '{\n"resolved": "https://registry.example/x.tgz"\n}\n'),
    (hand_written_paths, "web/src/player/source.ts", "const gone = await fetch(`/v1/tracks/${track_id}`);\n"),
    (hand_written_paths, "web/src/library/Row.svelte", 'const ME = "/v1/me";\n'),
    (imports_from_above, "web/src/design/Row.svelte", '<script>\n  import { go } from "$/state/route.svelte";\n'),
    (imports_from_above, "web/src/player/Row.svelte", '{#await import("$/sharing/Share.svelte")}\n'),
    (imports_from_above, "web/src/api/client.ts", 'import "$/state/theme.svelte";\n'),
    (imports_from_above, "web/src/state/a.ts", 'import {\n  a,\n} from "$/entry/rules";\n'),
    (imports_from_above, "web/src/i18n/a.ts", 'import App from "$/App.svelte";\n'),
    (imports_from_above, "web/src/helpers/a.ts", "export const a = 1;\n"),
    (misplaced_rooms, "services/billing/audio/gain.py", "x = 1\n"),
    (paths_to_training, "inference/training/mixtures.py", "from chassis.objects import open_objects\n"),
    (paths_to_training, "inference/training/mixtures.py", "import obstore\n"),
    (paths_to_training, "services/separation/app/run_job.py", "from inference import training\n"),
    (paths_to_training, "stack/importing.py", "import inference.training.mixtures\n"),
    (cookies_elsewhere, "services/gateway/api/edge.py", 'response.set_cookie("seen", "1")\n'),
    (cookies_elsewhere, "services/gateway/api/edge.py", 'headers = {"Set-Cookie": "seen=1"}\n'),
    (cookies_elsewhere, "services/gateway/api/edge.py", 'headers.append((b"set-cookie", b"seen=1"))\n'),
    (browser_names_elsewhere, "web/src/player/a.ts", 'const SEEN = "stripsession.seen";\n'),
    (browser_names_elsewhere, "web/src/player/a.ts", 'shelf.write("seen", "1");\n'),
    (browser_names_elsewhere, "web/src/player/a.ts", "const box = await caches.open(name);\n"),
    (browser_names_elsewhere, "web/src/player/A.svelte", "localStorage.setItem(name, value);\n"),
    (browser_names_elsewhere, "web/src/player/a.ts", "document.cookie = value;\n"),
    (browser_names_elsewhere, "web/src/player/a.ts", "const channel = new BroadcastChannel(name);\n"),
    (browser_names_elsewhere, "web/src/player/a.ts", "const root = await navigator.storage.getDirectory();\n"),
    *(
        (browser_names_elsewhere, "web/src/player/a.ts", f"{line}\n")
        for line in (
            "window.localStorage.setItem(name, value);",
            "localStorage[name] = value;",
            "const shelf = sessionStorage;",
            'window["localStorage"].setItem(name, value);',
            "const held = await self.caches.open(name);",
            "const asked = self.indexedDB.open(name);",
            "const channel = new window.BroadcastChannel(name);",
            'await navigator.locks.request("seen", work);',
            "const { locks } = navigator;",
            'await locked("seen:" + track_id, {}, work);',
            "await cookieStore.set(name, value);",
            "const { cookie } = document;",
            'const home = "https://example.org"; localStorage.clear();',
            "const home = 'https://example.org'; localStorage.clear();",
            "const home = `https://example.org/${name}`; localStorage.clear();",
        )
    ),
    (impure_hearts, "services/auth/domain/account.py", "import numpy as np\n"),
    (impure_hearts, "services/auth/app/sign_in.py", "from chassis.rpc import server\n"),
    (impure_hearts, "services/auth/app/sign_in.py", "from services.billing.domain import ledger\n"),
    (impure_hearts, "services/auth/domain/account.py", "import time\n"),
    (impure_hearts, "services/auth/domain/account.py", "async def open_account() -> None: ...\n"),
]

ALLOWED: list[tuple[Rule, str, str]] = [
    (long_files, "services/auth/app/sign_in.py", "x = 1\n" * 400),
    (long_files, "requirements/dev.txt", "x==1\n" * 4000),
    (long_functions, "chassis/logs.py", "async def f():\n" + "    x = 1\n" * 69),
    (unfinished_work, "chassis/logs.py", 'x = "TODO"\n'),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # noqa: S105 the header's name, not a secret\n"),
    (unreasoned_switches, "chassis/logs.py", "x = 1  # noqa: S105, S106 - names, not secrets\n"),
    (unreasoned_switches, "chassis/logs.py", "x = f()  # type: ignore[no-any-return]  # the wheel has no types\n"),
    (unreasoned_web_switches, "web/src/player.ts", "// @ts-expect-error -- Safari's prefix has no type\n"),
    (sql_outside_store, "services/auth/store/accounts.py", 'q = "SELECT id FROM accounts"\n'),
    (sql_outside_store, "services/auth/app/sign_in.py", '"""Select what a listener may keep from what is kept."""\n'),
    (sql_outside_store, "services/auth/app/sign_in.py", 'x = "Select a plan"\n'),
    (every_column, "services/auth/store/accounts.py", 'q = "SELECT count(*) FROM accounts"\n'),
    (
        unbounded_sets,
        "services/auth/store/links.py",
        'q = "DELETE FROM a WHERE b = ANY(ARRAY(SELECT b FROM c LIMIT 1))"\n',
    ),
    (unbounded_sets, "services/auth/store/links.py", 'q = "SELECT a FROM b WHERE c IN (SELECT d FROM e) LIMIT 1"\n'),
    (sleeping_tests, "tests/unit/auth/test_sign_in.py", "await_ = asyncio.sleep(0)\n"),
    (sleeping_tests, "chassis/rpc/client.py", "asyncio.sleep(1)\n"),
    (sleeping_tests, "tests/stories/house.py", "sleep(1)  # sleep: nobody tells of it\n"),
    (sleeping_tests, "tests/stories/house.py", "process.wait(20)\nawait asyncio.wait_for(begun.wait(), 10)\n"),
    (sleeping_tests, "tests/stories/house.py", "over = Event()\nover.wait(0.5 * every_s)\nover.set()\n"),
    (sleeping_tests, "tests/stories/house.py", "never = Event()\nawait never.wait()\n"),
    (sleeping_tests, "tests/unit/stack/test_process.py", "select.select([child], [], [], 0)\n"),
    (sleeping_tests, "web/src/state/timer.ts", "setTimeout(work, wait_ms);\n"),  # sleep: the page's own is lawful
    (unpromised_tests, "tests/unit/auth/test_sign_in.py", 'def test_a() -> None:\n    """A promise."""\n'),
    (unpromised_tests, "tests/unit/auth/conftest.py", "def test_clock() -> None: ...\n"),
    (empty_names, "services/auth/app/sign_in.py", ""),
    (addresses_in_locks, "requirements/dev.txt", "httpx==1.0 \\\n    --hash=sha256:00\n"),
    (addresses_in_locks, "services/auth/app/sign_in.py", 'x = "https://example.test"\n'),
    (hand_written_paths, "web/src/player/source.ts", 'await told(\n  api.GET(\n    "/v1/me"));\n'),
    (hand_written_paths, "web/src/player/source.ts", 'x = addressOf("/v1/tracks/{track_id}", { track_id });\n'),
    (hand_written_paths, "web/src/api/client.ts", "const at = `/v1/tracks/${track_id}`;\n"),
    (hand_written_paths, "web/src/state/session.test.ts", 'say({ "/v1/me": { status: 401 } });\n'),
    (imports_from_above, "web/src/library/Row.svelte", 'import { go } from "$/state/route.svelte";\n'),
    (imports_from_above, "web/src/library/a.ts", 'import { b } from "$/library/b";\n'),
    (imports_from_above, "web/src/App.svelte", 'import Library from "$/library/Library.svelte";\n'),
    (imports_from_above, "web/src/state/a.test.ts", 'import { b } from "$/library/b";\n'),
    (imports_from_above, "web/src/api/client.ts", 'import type { paths } from "$gen/schema";\n'),
    (misplaced_rooms, "services/separation/audio/gain.py", "x = 1\n"),
    (paths_to_training, "inference/training/mixtures.py", "from inference.training import rights\n"),
    (paths_to_training, "inference/evaluation/road.py", "from services.separation.audio import pipeline\n"),
    (cookies_elsewhere, "services/gateway/api/cookies.py", 'response.set_cookie("seen", "1")\n'),
    (cookies_elsewhere, "services/gateway/api/edge.py", 'request.cookies.get("seen", "")\n'),
    (browser_names_elsewhere, "web/src/player/a.ts", "shelf.write(LOCAL.players, value);\n"),
    (browser_names_elsewhere, "web/src/player/a.ts", "// localStorage.setItem would throw here\n"),
    (browser_names_elsewhere, "web/src/account/A.svelte", 'link.download = "stripsession-codes.txt";\n'),
    (browser_names_elsewhere, "web/src/state/shelf.ts", "new Shelf(() => localStorage);\n"),
    (browser_names_elsewhere, "web/src/state/session.svelte.ts", 'const body = { transport: "cookie" } as const;\n'),
    (browser_names_elsewhere, "web/src/state/uploads.svelte.ts", 'import { locked } from "$/state/locks";\n'),
    (browser_names_elsewhere, "web/src/i18n/en/a.ts", 'const a = "Asks for localStorage, // or caches.";\n'),
    (browser_names_elsewhere, "web/src/player/a.ts", "await locked(LOCK + track_id, {}, work);\n"),
    (impure_hearts, "services/auth/app/sign_in.py", "import asyncio\nfrom services.auth.domain import account\n"),
    (impure_hearts, "services/auth/api/servicer.py", "import grpc\n"),
]


def label(case: object) -> str:
    return getattr(case, "__name__", "")


def findings(rule: Rule, path: str, text: str) -> list[Finding]:
    return list(rule(Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(("rule", "path", "text"), REFUSED, ids=label)
def test_a_broken_rule_is_found(rule: Rule, path: str, text: str) -> None:
    """A lint names the file it finds at fault."""
    found = findings(rule, path, text)
    assert [finding.path for finding in found] == [path] * len(found)
    assert found


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED, ids=label)
def test_a_lawful_neighbour_passes(rule: Rule, path: str, text: str) -> None:
    """A lint says nothing of code that keeps its rule."""
    assert findings(rule, path, text) == []


def test_a_path_is_written_by_hand_only_where_it_must_be() -> None:
    """Each file that may hold paths of the gateway does so still: the list of them only shrinks."""
    root = Path(__file__).resolve().parents[2]
    assert [name for name in WRITTEN if "/v1/" not in (root / name).read_text(encoding="utf-8")] == []


def test_the_browser_keeps_things_only_by_files_that_still_do() -> None:
    """Each file that may use the browser's keeping uses it still: the list of them only shrinks."""
    root = Path(__file__).resolve().parents[2]
    listed = [(name, place) for name, places in KEEPERS.items() for place in places]
    assert [place for name, place in listed if name not in (root / place).read_text(encoding="utf-8")] == []


def test_a_room_imports_from_above_only_where_it_still_does() -> None:
    """Each import that is listed as one from above is still there: the list of them only shrinks."""
    root = Path(__file__).resolve().parents[2]
    gone = [
        (name, imported)
        for name, listed in ABOVE.items()
        for imported in listed
        if f'"$/{imported}"' not in (root / name).read_text(encoding="utf-8")
    ]
    assert gone == []


def test_a_service_without_wiring_is_incomplete() -> None:
    """Every service has an entry point and a wiring."""
    paths = ["services/auth/__main__.py", "services/auth/wiring.py", "services/billing/__main__.py"]
    found = list(incomplete_services(Source(PurePosixPath(path), "") for path in paths))
    assert found == [Finding("services/billing", 1, "has no wiring.py")]


RULE = "protos/stripsession/authorization/v1/authorization.proto"
CONTRACT = """syntax = "proto3";
package stripsession.notes.v1;
import "stripsession/authorization/v1/authorization.proto";
message Author { string id = 1; }
message ReadRequest { string owner_id = 1; Author by = 2; repeated string names = 3; int32 page = 4; }
message ReadResponse {}
service NoteService {
  rpc Read(ReadRequest) returns (ReadResponse) { %s }
}
"""
UNDECLARED: list[tuple[str, str]] = [
    ("", "declares no stripsession.authorization.v1.rule"),
    ('owner_field: "owner_id"', "names no callers"),
    ('callers: "" owner_field: "owner_id"', "names no callers"),
    ('callers: "gateway"', "says not whose object it touches"),
    ('callers: "gateway" owner_field: "owner"', "has no field owner in its request"),
    ('callers: "gateway" owner_field: ""', "has no field  in its request"),
    ('callers: "gateway" owner_field: "by.name"', "has no field by.name in its request"),
    ('callers: "gateway" owner_field: "page.id"', "has no field page.id in its request"),
    ('callers: "gateway" owner_field: "by"', "has a field by that is not one text"),
    ('callers: "gateway" owner_field: "names"', "has a field names that is not one text"),
    ('callers: "gateway" owner_field: "page"', "has a field page that is not one text"),
    ('callers: "gateway" public: ""', "says not why it is public"),
    ('callers: "gateway" machine: " "', "says not why it is machine"),
    ('callers: "gateway" machine: "a sweep" role: OPERATOR_ROLE_BILLING', "asks for a role where no operator acts"),
]
DECLARED = [
    'callers: "gateway" owner_field: "owner_id"',
    'callers: ["gateway", "console"] owner_field: "by.id"',
    'callers: "gateway" public: "the notes are for everybody"',
    'callers: "retention" machine: "a sweep"',
    'callers: "console" operator: "the operator"',
    'callers: "console" operator: "the operator" role: OPERATOR_ROLE_BILLING',
]


def rpc_findings(rule: str, contract_text: str = CONTRACT) -> list[Finding]:
    option = f"option (stripsession.authorization.v1.rule) = {{ {rule} }};" if rule else ""
    root = Path(__file__).resolve().parents[2]
    contract = Source(PurePosixPath("protos/stripsession/notes/v1/note_service.proto"), contract_text % option)
    return undeclared_rpcs([contract, Source(PurePosixPath(RULE), (root / RULE).read_text(encoding="utf-8"))])


@pytest.mark.parametrize(("rule", "fault"), UNDECLARED)
def test_an_rpc_without_a_sound_rule_fails_the_build(rule: str, fault: str) -> None:
    """An RPC that does not say who may call it and whose object it touches is found, at its line."""
    (found,) = rpc_findings(rule)
    assert (found.path, found.line) == ("protos/stripsession/notes/v1/note_service.proto", 8)
    assert found.message == f"NoteService.Read {fault}"


@pytest.mark.parametrize("rule", DECLARED)
def test_a_declared_rpc_passes(rule: str) -> None:
    """An RPC with callers and an ownership is lawful."""
    assert rpc_findings(rule) == []


def test_an_operator_asks_in_one_message() -> None:
    """What begins as a stream cannot be noted before it is carried out."""
    streaming = CONTRACT.replace("Read(ReadRequest)", "Read(stream ReadRequest)")
    (found,) = rpc_findings('callers: "console" operator: "the operator"', streaming)
    assert "cannot be noted beforehand" in found.message


def test_contracts_that_do_not_compile_are_found() -> None:
    """What cannot be read is not taken for declared."""
    assert undeclared_rpcs([Source(PurePosixPath("protos/broken.proto"), "service {")])


def test_the_command_says_where_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m tests.lints` prints file and line of what is broken and exits 1, or prints nothing and exits 0."""
    (tmp_path / "chassis").mkdir()
    (tmp_path / "chassis" / "utils.py").write_text("x = 1  # noqa\n", encoding="utf-8")
    (tmp_path / "gen").mkdir()
    (tmp_path / "gen" / "utils.py").write_text("x = 1\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()] == ["chassis/utils.py:1:"] * 2
    (tmp_path / "chassis" / "utils.py").rename(tmp_path / "chassis" / "clock.py")
    (tmp_path / "chassis" / "clock.py").write_text("x = 1\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


def test_what_is_generated_is_not_read(tmp_path: Path) -> None:
    """The page's client, made of the gateway's routes, may be as long as they make it; its neighbour may not."""
    for name in ("gen/web/schema.d.ts", "web/src/api/client.d.ts"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// x\n" * 500)
    assert [finding.path for finding in lint(tmp_path)] == ["web/src/api/client.d.ts"]
