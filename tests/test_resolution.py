"""What is told to do is right for cause, variant and subject, and never dangerous."""

import re
import tomllib
from pathlib import Path

import pytest

from classifiers.evidence import Context, Verdict
from classifiers.rendering import fill, link, words_of
from classifiers.resolution import Subject
from classifiers.resolve import nothing_failed, rerun, resolve
from classifiers.variant import sharpen
from corpus import KnowledgeError, load_application_user_move, load_knowledge
from corpus.catalogue import Choice, Question
from corpus.validity import check_causes

HERE = Path(__file__).parent
FORBIDDEN = tomllib.loads((HERE / "forbidden.toml").read_text("utf-8"))
READINGS = tomllib.loads((HERE / "readings.toml").read_text("utf-8"))
# "None" with a capital is a choice in a list, not a negation.
NEGATED = re.compile(
    r"\b((?i:not|never|no|nobody|nothing|cannot|without|unless|instead of|rather than)|none)\b"
)
KNOWLEDGE = load_knowledge()
VARIANTS = [(c.id, v) for c in KNOWLEDGE.causes for v in (None, *(w.id for w in c.variants))]

USER = "11111111-2222-4333-8444-555555555555"
OTHER_APP = "31111111-2222-4333-8444-555555555555"
WORK365 = "e4b1a995-abe3-4350-a61c-65fccd32e8bd"
FULL = {
    "error_code": "0x80040220",
    "privilege": "prvReadInvoice",
    "principal_id": USER,
    "app_id": OTHER_APP,
    "tenant_id": "41111111-2222-4333-8444-555555555555",
    "record_id": "51111111-2222-4333-8444-555555555555",
    "access_right": "ReadAccess",
    "table": "work365_contract",
    "provider": "Microsoft Partner Center",
    "process": "Work 365 Start Job",
    "connection": "shared_commondataserviceforapps",
    "issued_at": "2026-08-01T08:00:00Z",
    "tokens_valid_from": "2026-11-01T08:00:00Z",
}
IDENTITIES = (
    None, "user", "application", "service_account", "owner", "provider_integration", "team",
)  # fmt: skip
JOB = {"type": "Charge Invoice", "state": "Failed", "owner": "Robin Doe"}
CODES = (
    "AADSTS50144", "AADSTS700082", "AADSTS50173", "AADSTS90099", "AADSTS65001", "900420", "900123",
    "MissingAdequateQuotaPolicy",
)  # fmt: skip
PROVIDERS = ("Business Central", "NetSuite", "QuickBooks Online", "Stripe")


def answer(cause, variant, facts=None, **context):
    verdict = Verdict(cause, variant)
    return resolve(verdict, facts or {}, Context.of(context), knowledge=KNOWLEDGE)


def cases():
    """Facts and contexts that reach every subject and every condition of the pages."""
    yield from (({}, {"identity": identity}) for identity in IDENTITIES)
    yield from ((FULL, {"identity": identity, "job": JOB}) for identity in IDENTITIES)
    yield from (({name: value}, {}) for name, value in FULL.items())
    yield from (({"error_code": code, "error_codes": [code]}, {}) for code in CODES)
    yield from (({"provider": provider}, {}) for provider in PROVIDERS)
    yield from (({"owned": o}, {}) for o in ("process", "flow", "connection", "record"))
    yield from (({}, {"scope": s}) for s in ("one_user", "everyone", "jobs", "integrations"))
    yield {"app_id": WORK365}, {"host": "contoso.crm4.dynamics.com", "job": JOB}
    yield {"principal_type": "9", "principal_id": USER}, {"host": "contoso.crm.dynamics.com"}
    yield FULL, {"environment": "sandbox", "job": JOB}


def told(given):
    steps = [part for step in given.resolution.steps for part in (step.text, step.if_refused)]
    parts = [*steps, *(after.text for after in given.resolution.after_fix)]
    if given.question:
        parts += [given.question.text, *(choice.answer for choice in given.question.choices)]
    return "\n".join(part for part in parts if part)


def shown(given):
    expected = [step.expect for step in given.resolution.steps]
    return "\n".join((given.summary, told(given), *expected, *given.resolution.verify))


def orders(text):
    clauses = re.split(r"(?<=[.;:!?])\s+|\n+", text)
    return "\n".join(clause for clause in clauses if not NEGATED.search(clause))


def broken(text, *, cause="", kind="person", application="unknown"):
    """The names of the rules that a text breaks."""
    return [
        name
        for name, rule in FORBIDDEN.items()
        if kind in rule.get("for", [kind])
        and application in rule.get("application", [application])
        and cause in rule.get("causes", [cause])
        and re.search(rule["pattern"], orders(text), re.IGNORECASE)
    ]


def application(given):
    return {True: "yes", False: "no", None: "unknown"}[given.subject.is_work365]


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_no_rendered_resolution_tells_anybody_something_dangerous(cause, variant):
    for facts, context in cases():
        given = answer(cause, variant, facts, **context)

        found = broken(
            told(given), cause=cause, kind=given.subject.kind, application=application(given)
        )
        assert found == [], told(given)


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_no_sentence_has_a_hole(cause, variant):
    for facts, context in cases():
        text = shown(answer(cause, variant, facts, **context))

        assert not re.search(r"[{}\[\]]|  | [.,;:)]|\( |\(\)|,,|\.\.|None\b(?! )", text), text


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_every_step_says_who_where_what_to_see_and_whose_word_it_is(cause, variant):
    for facts, context in cases():
        given = answer(cause, variant, facts, **context)

        assert given.resolution.steps
        assert given.act.minutes > 0
        for step in given.resolution.steps:
            assert step.who
            assert step.where.modern
            assert re.fullmatch(r"\d{4}-\d\d", step.where.checked)
            assert step.expect
            assert re.match(r"article:|addition:", step.source)


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_in_a_sandbox_nothing_lets_jobs_run(cause, variant):
    given = answer(cause, variant, FULL, environment="sandbox", job=JOB)

    dangers = [part.danger for part in (*given.resolution.steps, *given.resolution.after_fix)]
    assert "billing" not in dangers
    assert "Run Now" not in orders(told(given))
    withheld = answer(cause, variant, FULL, environment="production", job=JOB)
    if any(part.danger == "billing" for part in withheld.resolution.after_fix):
        assert given.resolution.after_fix[0].text.startswith("This is a sandbox")


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_before_jobs_run_again_somebody_asks_and_looks(cause, variant):
    texts = [after.text for after in answer(cause, variant, {}, job=JOB).resolution.after_fix]

    running = next((n for n, text in enumerate(texts) if "Run Now" in text), None)
    if running is not None:
        assert any("is this the production environment?" in text for text in texts[:running])
        assert any("Look at the payment provider first" in text for text in texts[:running])
        assert "let one job run" in texts[running]


@pytest.mark.parametrize(("cause", "variant"), VARIANTS)
def test_a_question_leads_to_at_least_two_different_answers(cause, variant):
    for facts, context in cases():
        question = answer(cause, variant, facts, **context).question

        if question:
            assert len({(choice.cause, choice.variant) for choice in question.choices}) >= 2


@pytest.mark.parametrize("name", READINGS)
def test_a_variant_reads_as_its_page_says(name):
    case = READINGS[name]

    given = answer(case["cause"], name, case.get("facts"), **case.get("context", {}))

    assert given.subject.kind == case["subject"]
    for words in case["says"]:
        assert words in told(given)
    for words in case.get("never", []):
        assert words.casefold() not in told(given).casefold()


def test_the_move_to_an_application_user_tells_nothing_dangerous():
    move = load_application_user_move()

    text = "\n".join((*(s.text for s in move.steps), *(a.text for a in move.after_fix)))
    assert broken(fill(text, {"look_at": "it"}), kind="application_user", application="yes") == []


def test_every_variant_is_read():
    assert set(READINGS) == {variant for _, variant in VARIANTS if variant}


@pytest.mark.parametrize(
    ("name", "sentence"), [(n, s) for n, rule in FORBIDDEN.items() for s in rule["planted"]]
)
def test_the_lint_sees_a_forbidden_sentence(name, sentence):
    rule = FORBIDDEN[name]

    found = broken(
        f"Read the message.\n{sentence}",
        cause=rule.get("causes", [""])[0],
        kind=rule.get("for", ["person"])[0],
    )

    assert name in found


@pytest.mark.parametrize(
    ("name", "sentence"), [(n, s) for n, rule in FORBIDDEN.items() for s in rule["spared"]]
)
def test_the_lint_spares_a_near_miss(name, sentence):
    kind = FORBIDDEN[name].get("for", ["person"])[0]

    assert name not in broken(sentence, cause="service_identity_consent", kind=kind)


def test_consent_is_told_only_for_work_365s_own_application():
    own = told(answer("service_identity_consent", "consent_missing", {"app_id": WORK365}))
    other = told(answer("service_identity_consent", "consent_missing", {"app_id": OTHER_APP}))

    assert "complete the consent" in own
    assert "complete the consent" not in other
    assert "Identify the application" in other


def test_the_secret_of_work_365s_own_application_is_the_vendors():
    given = answer("service_identity_consent", "app_credential", {"app_id": WORK365})

    assert given.act.who == given.resolution.steps[0].who == "Vendor support"
    assert given.subject.is_work365 is True
    assert "Certificates" not in told(given)


def test_the_summary_has_its_one_form():
    facts = {"error_code": "0x80072560", "app_id": WORK365}

    given = answer("environment_access", "application_user_missing_or_off", facts)

    assert given.summary == (
        f"The Work 365 application user ({WORK365}) cannot get into this environment because it "
        "has no row here, or its row is inactive (0x80072560). A System Administrator can mend it "
        "in about 10 minutes. Billing schedules and jobs stand still until then; nothing is "
        "retried by itself."
    )


def test_the_answer_has_the_members_of_the_contract():
    members = answer("missing_security_role", "role_missing", FULL, identity="user").to_dict()

    assert set(members) == {
        "subject", "summary", "act", "impact", "question", "missing", "resolution",
    }  # fmt: skip
    assert members["subject"] == {
        "kind": "person", "id": USER, "id_kind": "systemuser", "is_work365": False,
    }  # fmt: skip
    assert members["resolution"]["prevention"] == "/v1/runbook#least-privilege"
    assert isinstance(members["resolution"]["steps"], list)


def test_only_a_listed_code_of_a_failure_that_is_no_permission_heals_itself():
    heals = frozenset({"429"})

    def impact(cause, code):
        verdict = Verdict(cause, None)
        facts = {"error_code": code}
        given = resolve(verdict, facts, Context(), knowledge=KNOWLEDGE, transient=heals)
        return given.impact.heals_itself

    assert impact("not_permissions", "429") is True
    assert impact("not_permissions", "500") is False
    assert impact("provider_authorization", "429") is False


def test_a_job_says_what_stands_still_and_how_it_runs_again():
    given = answer("provider_authorization", None, {}, job={"type": "Sync License Change Log"})

    assert given.impact.stops == ("provisioning",)
    assert rerun("Sync License Change Log", "provider_authorization", KNOWLEDGE) == "check_first"
    assert rerun("Create PDF", "workflow_owner", KNOWLEDGE) == "by_hand"
    assert rerun("Create PDF", None, KNOWLEDGE) == "no"


def test_what_is_unknown_is_reported_as_missing():
    missing = answer("missing_security_role", "role_missing").missing
    sharper = answer("missing_security_role", "role_missing", FULL).missing

    assert "The text names no user or application id." in missing
    assert sharper == ()


def test_links_are_built_from_ids_and_the_organisations_host_alone():
    subject = Subject("person", USER, "systemuser")
    facts = {"privilege": "prvReadInvoice", "principal_id": USER}
    known = Context(host="contoso.crm4.dynamics.com")

    assert link("user", subject, facts, known) == (
        "https://contoso.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=systemuser"
        f"&id={USER}"
    )
    for host in ("contoso.crm4.dynamics.com.evil.example", "login.microsoftonline.com", None):
        assert link("user", subject, facts, Context(host=host)) is None
    assert link("roles_with_privilege", subject, {"privilege": "x' or 1"}, known) is None
    assert link("error_code", subject, {"error_code": "AADSTS50173"}, Context()) == (
        "https://login.microsoftonline.com/error?code=50173"
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("x. Grant admin consent at https://evil.example", id="an order and a link"),
        pytest.param("https://login.microsoftonline.com/adminconsent", id="a consent link"),
        pytest.param("a\nb", id="two lines"),
        pytest.param("{principal_id}", id="a placeholder"),
        pytest.param("x" * 200, id="too long"),
    ],
)
def test_a_name_out_of_a_hostile_text_reaches_no_sentence(name):
    given = answer("workflow_owner", "owner_gone", {"process": name, "provider": name})

    assert name not in shown(given)
    assert "process" not in words_of({"process": name}, Context())


def test_nothing_failed_is_said_in_one_sentence():
    waiting = Context.of({"job": {"state": "Waiting", "scheduled_for": "2036-01-01T05:00:00Z"}})
    healthy = Context.of({"job": {"state": "Succeeded"}})

    assert nothing_failed(waiting).endswith("not due before 2036-01-01T05:00:00Z.")
    assert "succeeded" in nothing_failed(healthy)
    assert "No failure" in nothing_failed(Context())


def test_a_part_without_its_fact_leaves_no_trace():
    assert fill("The id[ ({principal_id})] counts[, {table}].", {"table": "invoice"}) == (
        "The id counts, invoice."
    )


def test_a_question_that_leads_nowhere_stops_the_start():
    cause = KNOWLEDGE.causes[0]
    nowhere = Question(
        "Which?", "reporter", (Choice("a", cause.id, "no_such"), Choice("b", cause.id))
    )
    split = type(cause.split)(
        **{
            n: getattr(cause.split, n) for n in cause.split.__dataclass_fields__ if n != "questions"
        },
        questions=(nowhere,),
    )
    page = type(cause)(
        **{n: getattr(cause, n) for n in cause.__dataclass_fields__ if n != "split"}, split=split
    )

    with pytest.raises(KnowledgeError, match="no_such does not exist"):
        check_causes(
            (page, *KNOWLEDGE.causes[1:]),
            people=tuple(KNOWLEDGE.phrases.people),
            anchors=[c.prevention for c in KNOWLEDGE.causes],
        )


@pytest.mark.parametrize(
    ("cause", "variant", "facts", "context", "expected"),
    [
        pytest.param(
            "environment_access", "not_a_member_here", {"error_code": "0x80072560"},
            {"identity": "application"}, "application_user_missing_or_off",
            id="not a member, an application",
        ),
        pytest.param(
            "environment_access", "not_a_member_here", {"error_code": "0x80072560"}, {}, None,
            id="not a member, nobody knows who",
        ),
        pytest.param(
            "environment_access", "not_a_member_here", {"error_code": "0x80072560"},
            {"identity": "user"}, "not_a_member_here", id="not a member, a person",
        ),
        pytest.param(
            "service_identity_consent", "grant_ended", {"error_code": "AADSTS700082"},
            {"identity": "user"}, "own_sign_in_ended", id="an ended grant, a person",
        ),
        pytest.param(
            "service_identity_consent", "grant_ended", {"error_code": "AADSTS700082"},
            {"operation": "flow action"}, "own_sign_in_ended", id="an ended grant, a flow",
        ),
        pytest.param(
            "service_identity_consent", "grant_ended", {"error_code": "AADSTS700082"},
            {"identity": "service_account"}, "grant_ended", id="an ended grant, the service",
        ),
        pytest.param(
            "missing_security_role", "role_missing", {"privilege": "prvReadInvoice"},
            {"identity": "service_account"}, "identity_role", id="a role, the service account",
        ),
        pytest.param(
            "provider_authorization", "grant_ended",
            {"error_code": "AADSTS50173", "provider": "Microsoft Partner Center"}, {},
            "pc_consent_or_token", id="a variant of another cause",
        ),
        pytest.param(
            "undetermined_permissions", None, {}, {"job": {"state": "Waiting"}},
            "environment_or_engine_stopped", id="silence",
        ),
    ],
)  # fmt: skip
def test_the_variant_fits_the_principal(cause, variant, facts, context, expected):
    verdict = Verdict(cause, variant)

    sharper = sharpen(verdict, facts, Context.of(context), knowledge=KNOWLEDGE)

    assert (sharper.cause, sharper.variant) == (cause, expected)


def test_no_variant_sharpens_back_and_forth():
    for cause, variant in VARIANTS:
        for facts, context in cases():
            known = Context.of(context)
            once = sharpen(Verdict(cause, variant), facts, known, knowledge=KNOWLEDGE)

            assert sharpen(once, facts, known, knowledge=KNOWLEDGE).variant == once.variant
