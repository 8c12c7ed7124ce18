"""The privacy policy: told to clients, and shown as a page that says nothing but its clauses."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from chassis.testing.clock import ManualClock
from services.gateway.api.policy_routes import page_of
from services.gateway.api.policy_schemas import FRAME
from services.retention.api.policy_servicer import PolicyServicer
from services.retention.domain.policy import FRAME as NEEDED
from services.retention.store.policy_files import read_policies
from stripsession.retention.v1 import policy_service_pb2 as pb
from tests.integration.gateway.conftest import Door
from tests.integration.gateway.fake_policies import FakePolicies


class Texts(HTMLParser):
    """What a reader sees of a page, and where its anchors are."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.anchors: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.anchors += [value for name, value in attrs if name == "id" and value]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(" ".join(data.split()))


async def published(version: int = 0) -> pb.GetPolicyResponse:
    """What retention tells of the policy that is published, without a wire between."""
    return await PolicyServicer(read_policies(), ManualClock()).GetPolicy(pb.GetPolicyRequest(version=version), None)  # type: ignore[arg-type]  # it asks nothing of the call


def words_of(answer: pb.GetPolicyResponse, language: str) -> set[str]:
    """Every text of a policy in one language."""
    policy, words = answer.policy, set[str]()
    texts = [policy.title, policy.lead, policy.version.changes, *policy.frame.values()]
    for section in policy.sections:
        texts.append(section.title)
        for clause in section.clauses:
            texts += [clause.title, clause.text, clause.deadline, clause.basis, *clause.data, *clause.parties]
    for text in texts:
        words.add(text.by_language[language])
    return words


def unfounded(page: str, answer: pb.GetPolicyResponse, language: str) -> list[str]:
    """What a page says that is no text of the policy, once numbers, dates and languages are left aside."""
    reader, words = Texts(), sorted(words_of(answer, language), key=len, reverse=True)
    reader.feed(page)
    left = []
    for text in reader.texts:
        rest = text
        for word in words:
            rest = rest.replace(word, "")
        if rest.strip(" .,|0123456789-") and rest not in {"en", "de"}:
            left.append(text)
    return left


@pytest.mark.parametrize("language", ["en", "de"])
async def test_the_page_says_nothing_but_the_policy(language: str) -> None:
    """Every sentence of the page is of a clause, and every clause is on it, at an anchor of its number."""
    answer = await published()
    page = "\n".join(page_of(answer, language))
    reader = Texts()
    reader.feed(page)
    clauses = [clause for section in answer.policy.sections for clause in section.clauses]
    assert unfounded(page, answer, language) == []
    assert reader.anchors == [f"clause-{clause.clause_id}" for clause in clauses]
    assert {clause.text.by_language[language] for clause in clauses} <= set(reader.texts)
    assert answer.policy.version.changes.by_language[language] in reader.texts
    assert len(clauses) == 24


def test_the_words_around_clauses_are_those_of_the_policy() -> None:
    """What the page and clients show around clauses is what retention refuses to publish a policy without."""
    assert set(FRAME) == NEEDED.keys()


@pytest.mark.parametrize(
    ("language", "since", "coming"), [("en", "in force since", "in force from"), ("de", "gültig seit", "gültig ab")]
)
async def test_the_page_says_what_is_coming(language: str, since: str, coming: str) -> None:
    """A version whose day is still to come is not said to be in force, neither over it nor in the list of versions."""
    answer = await published()
    day = answer.policy.version.date
    answer.versions[0].is_coming = True
    in_force = "\n".join(page_of(answer, language))
    assert f"{since} \n<time" in in_force
    assert in_force.count(f"{coming} {day}</li>") == 1
    answer.policy.version.is_coming = True
    page = "\n".join(page_of(answer, language))
    assert f"{coming} \n<time" in page
    assert since not in page
    assert unfounded(page, answer, language) == []


async def test_a_sentence_without_a_clause_is_found() -> None:
    """A sentence that somebody writes into the page fails, wherever it stands."""
    answer = await published()
    page = "\n".join(page_of(answer, "en")).replace("</section>", "<p>We may also sell it.</p></section>", 1)
    assert unfounded(page, answer, "en") == ["We may also sell it."]


async def test_the_policy_is_told_to_everybody(door: Door) -> None:
    """Nobody need sign in to read the policy, in every language; a version that never was is not found."""
    answer = await door.http.get("/v1/privacy/policy")
    assert answer.status_code == 200
    clause = answer.json()["sections"][0]["clauses"][0]
    assert clause["clause_id"] == "9.2"
    assert clause["text"]["de"].startswith("Uploads werden nach der Verarbeitung gelöscht")
    assert answer.json()["version"]["date"] == "2026-12-01"
    missing = await door.http.get("/v1/privacy/policy", params={"version": 7})
    assert (missing.status_code, missing.json()["reason"]) == (404, "POLICY_VERSION_NOT_FOUND")


async def test_the_page_speaks_the_language_of_its_reader(door: Door) -> None:
    """The page comes in the language that the browser names first of ours, or that the address names."""
    german = await door.http.get("/privacy", headers={"Accept-Language": "fr, de-AT;q=0.8, en;q=0.5"})
    assert german.headers["content-type"].startswith("text/html")
    assert german.headers["content-language"] == "de"
    assert 'id="clause-9.2"' in german.text
    assert "innerhalb von 24 Stunden" in german.text
    english = await door.http.get("/privacy", params={"lang": "en"}, headers={"Accept-Language": "de"})
    assert english.headers["content-language"] == "en"
    assert "script" not in english.text
    assert "default-src 'none'" in english.headers["content-security-policy"]
    assert (await door.http.get("/privacy", params={"version": 7})).status_code == 404


@pytest.mark.parametrize("query", [{"version": "9"}, {"version": "last"}, {"lang": "fr"}])
async def test_a_person_reads_that_there_is_no_such_version(door: Door, query: dict[str, str]) -> None:
    """Whoever reads pages gets one, in their language, that leads to what is in force; a program gets a problem."""
    person = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "de"}
    page = await door.http.get("/privacy", params=query, headers=person)
    assert (page.status_code // 100, page.headers["content-type"].partition(";")[0]) == (4, "text/html")
    assert page.headers["content-language"] == "de"
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "gibt es nicht" in page.text
    assert 'href="/privacy?lang=de"' in page.text
    problem = await door.http.get("/privacy", params=query)
    assert problem.headers["content-type"] == "application/problem+json"


async def test_a_person_reads_that_the_policy_is_away(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """While retention restarts a reader gets a page that says so and leads to the same address, kept by nobody."""
    monkeypatch.setattr(FakePolicies, "is_away", True)
    page = await door.http.get("/privacy", headers={"Accept": "text/html", "Accept-Language": "de;q=0.1, en"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (503, "text/html")
    assert page.headers["cache-control"] == "no-store"
    assert int(page.headers["retry-after"]) > 0
    assert "cannot be shown right now" in page.text
    assert 'href=""' in page.text


async def test_a_text_is_no_markup(door: Door) -> None:
    """Whatever a text of the policy holds is shown as text."""
    answer = await published()
    answer.policy.title.by_language["en"] = "<b>Policy</b> & more"
    page = "\n".join(page_of(answer, "en"))
    assert "<h1>&lt;b&gt;Policy&lt;/b&gt; &amp; more</h1>" in page
