"""A symptom in a person's words shows no cause; the quick triage goes by who is affected."""

import pytest

from corpus.pages import load_triage

NO_EVIDENCE = [
    "The Admin Hub is a blank pane for me",
    "blank page in Work 365 configuration since the update",
    "Configuration page never loads, it keeps spinning (Work 365)",
    "endless sign-in as soon as I generate invoices",
    "I log in and it sends me round and round",
    "Work 365 keeps asking me to sign in over and over",
    "access denied banner when I open Providers page",
    "You do not have permissions - Admin Hub",
    "Invoicing tells me I have no access",
    "All our jobs have stopped since Friday and there is no error",
    "Im Admin Hub sehe ich nur eine leere Seite",
    "Admin Hub lädt nicht mehr",
    "Endlosschleife: die Anmeldung beginnt immer wieder von vorn",
    "Zugriff verweigert im Admin Hub",
    "Keine Berechtigung für die Rechnungen",
    "Écran blanc: la page Admin Hub reste blanche",
    "Boucle de connexion sans fin dans Work 365",
    "Accès refusé sur la page des factures",
    "Pantalla en blanco en la facturación",
]
WAITING = [
    "our jobs hang in Waiting since the copy",
    "Work 365 jobs never start any more",
    "Alle Jobs bleiben auf Wartend stehen",
    "Les tâches sont bloquées",
]
SCOPES = ("one_user", "everyone", "jobs", "integrations")


@pytest.mark.parametrize("text", NO_EVIDENCE)
def test_a_symptom_shows_no_cause(text, diagnoser):
    answer = diagnoser.diagnose(text).to_dict()

    assert answer["cause"] == "undetermined_permissions"
    assert answer["question"]["text"] == "Who is affected?"


@pytest.mark.parametrize("text", WAITING)
def test_jobs_that_wait_lead_to_the_environment_first(text, diagnoser):
    answer = diagnoser.diagnose(text).to_dict()

    assert answer["cause"] == "undetermined_permissions"
    assert answer["variant"] == "environment_or_engine_stopped"


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("text", NO_EVIDENCE)
def test_the_scope_brings_its_line_of_the_triage(text, scope, diagnoser):
    answer = diagnoser.diagnose(text, {"scope": scope}).to_dict()

    sources = [step["source"] for step in answer["resolution"]["steps"]]
    others = {f"article:triage.{n}" for n in range(1, 5)}
    assert others & set(sources) == {f"article:triage.{SCOPES.index(scope) + 1}"}
    assert answer["question"]["text"] != "Who is affected?"


def test_each_scope_leads_to_causes_of_its_triage_line(diagnoser):
    lines = {line.scope: set(line.causes) for line in load_triage().lines}
    for scope in SCOPES:
        answer = diagnoser.diagnose("access denied banner in Invoicing", {"scope": scope}).to_dict()

        led_to = {choice["cause"] for choice in answer["question"]["choices"]}
        assert led_to & lines[scope]


def test_a_reason_beside_the_symptom_decides(diagnoser):
    text = "Admin Hub shows a blank page. AADSTS65001: the administrator has not consented"

    assert diagnoser.diagnose(text).to_dict()["cause"] == "service_identity_consent"


def test_an_outage_beside_the_symptom_is_no_permission(diagnoser):
    text = "Admin Hub shows a blank page: 503 Service Unavailable"

    assert diagnoser.diagnose(text).to_dict()["cause"] == "not_permissions"
