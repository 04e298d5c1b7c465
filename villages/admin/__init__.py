"""The register in the admin panel. Everybody who may enter sees it, except the system administrator; the
office changes it, through the same actions as on the staff pages."""

from villages.admin import organizations, party, people, places, self_governance, teams

__all__ = ["organizations", "party", "people", "places", "self_governance", "teams"]
