"""The answer beside the verdict: subject, variant, summary, act, impact, links, what is missing."""

import pytest
from rendered import FULL, KNOWLEDGE, OTHER_APP, USER, VARIANTS, WORK365, answer, cases, shown, told

from classifiers.evidence import Context, Verdict
from classifiers.rendering import fill, link, words_of
from classifiers.resolution import Subject
from classifiers.resolve import nothing_failed, rerun, resolve
from classifiers.variant import sharpen
from corpus import KnowledgeError
from corpus.catalogue import Choice, Question
from corpus.validity import check_causes


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


@pytest.mark.parametrize(
    ("cause", "kind", "state", "expected"),
    [
        ("provider_authorization", "Sync License Change Log", None, "check_first"),
        ("workflow_owner", "Charge Invoice", "Failed", "check_first"),
        ("workflow_owner", "Create PDF", "Failed", "by_hand"),
        ("workflow_owner", "Create PDF", "Retry", "by_platform"),
        ("not_permissions", "Create PDF", None, "check_first"),
        ("missing_security_role", None, None, "no"),
        (None, "Create PDF", "Succeeded", "no"),
    ],
)
def test_a_job_runs_again_by_hand_and_money_is_checked_first(cause, kind, state, expected):
    assert rerun(kind, cause, KNOWLEDGE, state=state) == expected


def test_a_credential_is_changed_only_once_the_cause_is_confirmed():
    def first(band):
        verdict = Verdict("provider_authorization", "pc_mfa_claim", band=band)
        given = resolve(verdict, {}, Context(), knowledge=KNOWLEDGE)
        return given.resolution.steps[0].text

    assert first("low").startswith("Only once the cause is confirmed: ")
    assert first("high").startswith("Repeat the second consent")


def test_a_job_says_what_stands_still():
    given = answer("provider_authorization", None, {}, job={"type": "Sync License Change Log"})

    assert given.impact.stops == ("provisioning",)


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
