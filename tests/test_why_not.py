"""Why a cause that came second is not the answer, in one honest sentence."""

import itertools

import pytest

from classifiers import Diagnoser
from classifiers.evidence import Context, Evidence, Verdict
from classifiers.explain import explained, load_rules, why_not
from corpus.labelled import load_messages
from corpus.terms import CAUSE_IDS

PRIVILEGE = Evidence("code:dataverse:0x80040220", "missing_security_role")
OWNER = Evidence(
    "signature:dataverse-owner-disabled", "workflow_owner", excerpt="owner of this workflow"
)
COUNTED = Evidence(
    "signature:dataverse-privilege-missing",
    "missing_security_role",
    excerpt="Principal user (Id=…, type=8, roleCount=2) is missing prvReadInvoice privilege",
)
REFUSED = Evidence(
    "signature:web-403", "undetermined_permissions", excerpt="403\n Forbidden", bare=True
)
GRANT = Evidence(
    "code:entra:AADSTS700082", "service_identity_consent", also=("provider_authorization",)
)
THROTTLED = Evidence("signature:web-429", "not_permissions", excerpt="429 Too Many Requests")
STATE = Evidence("state:waiting", "workflow_owner")

SENTENCES = [
    pytest.param(
        ("missing_security_role", "workflow_owner", [PRIVILEGE, OWNER], {}, {}),
        "The code 0x80040220 came up, but inside a process whose owner is named.",
        id="the owner wins over the privilege",
    ),
    pytest.param(
        ("workflow_owner", "missing_security_role", [PRIVILEGE], {}, {}),
        "No signature and no code shows a process or its owner.",
        id="no owner",
    ),
    pytest.param(
        ("environment_access", "missing_security_role", [COUNTED], {}, {}),
        "The environment let the principal in: roleCount is named.",
        id="the environment counted roles",
    ),
    pytest.param(
        (
            "environment_access",
            "missing_security_role",
            [PRIVILEGE],
            {"privilege": "prvReadInvoice"},
            {},
        ),
        "The environment let the principal in: it looked for prvReadInvoice.",
        id="the environment looked for a privilege",
    ),
    pytest.param(
        ("undetermined_permissions", "not_permissions", [REFUSED, THROTTLED], {}, {}),
        '"403 Forbidden" shows only that something was refused, not why.',
        id="bare evidence, its line break closed",
    ),
    pytest.param(
        ("provider_authorization", "service_identity_consent", [GRANT], {}, {}),
        "The code AADSTS700082 can mean this too, but nothing else speaks for it.",
        id="a code calls it defensible",
    ),
    pytest.param(
        ("provider_authorization", "missing_security_role", [PRIVILEGE], {}, {}),
        "No external provider is named.",
        id="no provider",
    ),
    pytest.param(
        (
            "service_identity_consent",
            "provider_authorization",
            [GRANT, Evidence("signature:xero-x", "provider_authorization", excerpt="Xero refused")],
            {"provider": "Xero"},
            {},
        ),
        "The code AADSTS700082 came up, but while Xero was called.",
        id="the provider wins over the code",
    ),
    pytest.param(
        ("missing_security_role", "not_permissions", [THROTTLED], {}, {}),
        '"429 Too Many Requests" shows a fault that no permission mends.',
        id="another fault is shown",
    ),
    pytest.param(
        (
            "service_account_password",
            "service_identity_consent",
            [GRANT],
            {},
            {"identity": "application"},
        ),
        "An application was refused, and an application has no password.",
        id="applications have no password",
    ),
    pytest.param(
        ("missing_security_role", "undetermined_permissions", [PRIVILEGE, OWNER], {}, {}),
        "The code 0x80040220 speaks for it, but other evidence speaks against it, "
        "so it is not sure enough.",
        id="evidence that disagrees",
    ),
    pytest.param(
        ("workflow_owner", "not_permissions", [STATE], {}, {}),
        "What is known beside the text speaks for it, but the rest of the message speaks "
        "more strongly against it.",
        id="evidence without words",
    ),
]


@pytest.mark.parametrize(("known", "sentence"), SENTENCES)
def test_the_sentence_says_what_is_known(known, sentence):
    cause, answer, evidence, facts, context = known

    assert why_not(cause, answer, evidence, facts, Context.of(context)) == sentence


def test_long_words_are_cut():
    long = Evidence("signature:x", "not_permissions", excerpt="refused " * 40)

    sentence = why_not("workflow_owner", "not_permissions", [long], {}, Context())

    assert " …" in sentence
    assert len(sentence) < 140


def test_every_pair_of_causes_has_a_sentence_whatever_speaks():
    pieces = [PRIVILEGE, OWNER, COUNTED, REFUSED, GRANT, THROTTLED, STATE]
    for cause, answer in itertools.permutations(CAUSE_IDS, 2):
        for count in range(3):
            for evidence in itertools.combinations(pieces, count):
                sentence = why_not(cause, answer, evidence, {}, Context())

                assert sentence.endswith(".")
                assert "{" not in sentence


def test_no_two_rules_say_the_same():
    rules = load_rules()

    assert len({rule.because for rule in rules}) == len(rules)


def test_every_alternative_of_our_own_messages_has_its_sentence(diagnoser: Diagnoser):
    counted = 0
    for message in load_messages()[::8]:
        diagnosis = diagnoser.diagnose(message.text, message.context)
        facts, context = diagnosis.to_dict()["facts"], Context.of(message.context)
        for other in explained(diagnosis.verdict, facts, context).alternatives:
            counted += 1

            assert other.why_not[0].isupper() or other.why_not[0] == '"'
            assert 20 < len(other.why_not) < 260
    assert counted


def test_where_nothing_failed_there_is_nothing_to_explain():
    assert explained(Verdict(None), {}, Context()) == Verdict(None)
