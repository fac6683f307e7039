"""The closed lists that everything else speaks in."""

# In this order in JSON, CSV and the database.
CAUSE_IDS = (
    "missing_security_role",
    "service_identity_consent",
    "service_account_password",
    "provider_authorization",
    "environment_access",
    "workflow_owner",
    "undetermined_permissions",
    "not_permissions",
)
NAMED_CAUSES = CAUSE_IDS[:6]  # the article's causes; the last two say that none of them is shown


class KnowledgeError(Exception):
    """A data file is wrong; the message names file and entry."""
