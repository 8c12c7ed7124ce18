"""The privacy policy: for clients, and as a page that needs neither an account nor a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, json_answer
from services.gateway.api.policy_schemas import FRAME
from services.gateway.api.problems import Refused
from services.gateway.api.schema import Number, Text
from services.gateway.api.web_files import POLICY as CONTENT_POLICY
from services.gateway.domain.languages import preferred_language
from stripsession.retention.v1 import policy_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.retention.v1.policy_service_pb2_grpc import PolicyServiceAsyncStub

PAGE = "/privacy"
REQUESTS = "14"
"""The clause about requests, in every version: it leads to where one is sent."""
LANGUAGES = ("en", "de")
_VERSION = Number("version", "Which version; 0 means the one in force.", 0, 10_000, 0)
_LANGUAGE = Text("lang", "The language of the page.", options=LANGUAGES)


class PolicyRoutes:
    """What is promised, and was."""

    def __init__(self, policies: PolicyServiceAsyncStub) -> None:
        """Retention has every version."""
        self._policies = policies

    def endpoints(self) -> list[Endpoint]:
        """The route of the contract."""
        return [
            Endpoint(
                "GET",
                "/v1/privacy/policy",
                "getPolicy",
                "The privacy policy, in force or as it was.",
                self.policy,
                (Answer(200, "One version.", "Policy"),),
                Access.PUBLIC,
                query=(_VERSION,),
                tag="privacy",
                description="In every language, clause by clause. /privacy is the same as a page.",
                refusals=("POLICY_VERSION_NOT_FOUND",),
            )
        ]

    def pages(self) -> list[Endpoint]:
        """The page, which is part of no contract."""
        summary, query = "The privacy policy as a page.", (_VERSION, _LANGUAGE)
        return [Endpoint("GET", PAGE, "showPolicy", summary, self.page, (), Access.PUBLIC, query=query)]

    async def policy(self, call: Call) -> Response:
        """As JSON."""
        return json_answer(policy_json(await self._read(call)))

    async def page(self, call: Call) -> Response:
        """As HTML, in the language that is asked for, or that the browser prefers; so is why it cannot be shown."""
        language = preferred_language(call.request.headers.get("accept-language", ""), LANGUAGES)
        try:
            language = call.text("lang") or language
            page = page_of(await self._read(call), language)
        except Refused as refusal:
            if "text/html" not in call.request.headers.get("accept", ""):
                raise
            problem = refusal.problem
            headers = {**problem.headers, "Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
            return _html(_fault_page(language, exists=problem.status >= 500), language, problem.status, headers)
        return _html(page, language, 200, {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"})

    async def _read(self, call: Call) -> pb.GetPolicyResponse:
        return await ask(self._policies.GetPolicy, pb.GetPolicyRequest(version=call.number("version")))


def policy_json(answer: pb.GetPolicyResponse) -> dict[str, object]:
    """A version, and which others there are."""
    policy = answer.policy
    return {
        "version": _version_json(policy.version),
        "title": text_json(policy.title),
        "lead": text_json(policy.lead),
        "sections": [_section_json(section) for section in policy.sections],
        "frame": {name: text_json(policy.frame[name]) for name in FRAME},
        "versions": [_version_json(version) for version in answer.versions],
    }


def _section_json(section: pb.PolicySection) -> dict[str, object]:
    return {
        "section_id": section.section_id,
        "title": text_json(section.title),
        "clauses": [
            {
                "clause_id": clause.clause_id,
                "title": text_json(clause.title),
                "text": text_json(clause.text),
                "data": [text_json(each) for each in clause.data],
                "deadline": text_json(clause.deadline),
                "basis": text_json(clause.basis),
                "parties": [text_json(each) for each in clause.parties],
            }
            for clause in section.clauses
        ],
    }


def _version_json(version: pb.PolicyVersion) -> dict[str, object]:
    told = {"version": version.version, "date": version.date, "digest": version.digest}
    changes = text_json(version.changes) if version.HasField("changes") else None
    return {**told, "is_coming": version.is_coming, "changes": changes}


def text_json(text: pb.PolicyText) -> dict[str, str]:
    """A text in every language."""
    return {language: text.by_language[language] for language in LANGUAGES}


def _html(lines: Iterator[str], language: str, status: int, headers: Mapping[str, str]) -> Response:
    told = {"Content-Language": language, "Content-Security-Policy": CONTENT_POLICY, **headers}
    return Response("\n".join(lines), status_code=status, media_type="text/html", headers=told)


def _head(language: str, title: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">\n<link rel="stylesheet" href="/policy.css">\n</head>'
    )


# Said where there is no policy to take words from. None of them is about what is promised.
_AWAY = {
    "en": ("The privacy policy cannot be shown right now", "Try again in a moment.", "Try again"),
    "de": (
        "Die Datenschutzerklärung kann gerade nicht gezeigt werden",
        "Versuch es gleich noch einmal.",
        "Noch einmal versuchen",
    ),
}
_MISSING = {
    "en": (
        "There is no such version of the privacy policy",
        "The address may be mistyped.",
        "Read the version that is in force",
    ),
    "de": (
        "Diese Fassung der Datenschutzerklärung gibt es nicht",
        "Vielleicht ist die Adresse vertippt.",
        "Die geltende Fassung lesen",
    ),
}


def _fault_page(language: str, *, exists: bool) -> Iterator[str]:
    """For people: what is wrong, and where to go; `exists` where the same address may show it later."""
    title, text, onward = (_AWAY if exists else _MISSING)[language]
    yield _head(language, f"{title} | StripSession")
    yield f'<body>\n<main>\n<p><a href="/">StripSession</a></p>\n<h1>{title}</h1>\n<p>{text}</p>'
    # Of an address that shows nothing nothing is taken over.
    address = "" if exists else f"{PAGE}?lang={language}"
    yield f'<p><a href="{address}">{onward}</a></p>\n</main>\n</body>\n</html>\n'


def page_of(answer: pb.GetPolicyResponse, language: str) -> Iterator[str]:
    """Every word is of the policy: what no clause says can stand nowhere here."""
    policy, version = answer.policy, answer.policy.version

    def said(text: pb.PolicyText) -> str:
        return escape(text.by_language[language])

    def framed(name: str) -> str:
        return said(policy.frame[name])

    yield _head(language, f"{said(policy.title)} | {framed('home')}")
    yield f'<body>\n<main>\n<p><a href="/">{framed("home")}</a></p>\n<h1>{said(policy.title)}</h1>'
    yield f"<p>{said(policy.lead)}</p>"
    yield f"<p>{framed('version')} {version.version}, {framed('coming' if version.is_coming else 'from')} "
    yield f'<time datetime="{version.date}">{version.date}</time></p>'
    if version.HasField("changes"):
        yield f"<p>{said(version.changes)}</p>"
    yield "<nav><ul>"
    for other in LANGUAGES:
        yield f'<li><a href="{PAGE}?version={version.version}&amp;lang={other}" hreflang="{other}">{other}</a></li>'
    yield "</ul></nav>"
    for section in policy.sections:
        yield f"<section>\n<h2>{section.section_id}. {said(section.title)}</h2>"
        for clause in section.clauses:
            anchor = f"clause-{clause.clause_id}"
            title = said(clause.title)
            if clause.clause_id == REQUESTS:
                title = f'<a href="/#/request">{title}</a>'
            yield f'<article id="{anchor}">\n<h3><a href="#{anchor}">{clause.clause_id}</a> {title}</h3>'
            yield f"<p>{said(clause.text)}</p>\n<dl>"
            told = {"data": clause.data, "deadline": [clause.deadline], "basis": [clause.basis]}
            for name, texts in (told | {"parties": clause.parties}).items():
                if texts:
                    yield f"<dt>{framed(name)}</dt><dd>{', '.join(said(text) for text in texts)}</dd>"
            yield "</dl>\n</article>"
        yield "</section>"
    yield f"<section>\n<h2>{framed('versions')}</h2>\n<ul>"
    for each in answer.versions:
        address = f"{PAGE}?version={each.version}&amp;lang={language}"
        date = f"{framed('coming')} {each.date}" if each.is_coming else each.date
        yield f'<li><a href="{address}">{framed("version")} {each.version}</a>, {date}</li>'
    yield "</ul>\n</section>\n</main>\n</body>\n</html>\n"
