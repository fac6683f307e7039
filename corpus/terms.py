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

# What is taken out of a message to fill its resolution in.
FACTS = frozenset(
    {
        "access_right",
        "app_id",
        "connection",
        "depth",
        "environment_id",
        "error_code",
        "error_codes",
        "expired_at",
        "issued_at",
        "job",
        "owned",
        "principal_id",
        "principal_type",
        "privilege",
        "privileges",
        "process",
        "provider",
        "record_id",
        "status",
        "table",
        "tenant_id",
        "tokens_valid_from",
    }
)


class KnowledgeError(Exception):
    """A data file is wrong; the message names file and entry."""
