"""An argument taken apart into its claims."""

from detente.coding.claims.find import Actors, claims, claims_in
from detente.coding.claims.shapes import Claim, Family, Modality, Reading, Side, Sign

__all__ = [
    "Actors", "Claim", "Family", "Modality", "Reading", "Side", "Sign", "claims",
    "claims_in",
]  # fmt: skip
