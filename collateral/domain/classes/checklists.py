"""What a verifier checks before signing, by role."""

from collections.abc import Mapping

from collateral.domain.classes.base import Role

_VALUE = "The value is one you would sign today, in US dollars, with its date."
_IDENTITY = "The identifier on the thing is the one registered here, character by character."

REAL_ESTATE: Mapping[Role, tuple[str, ...]] = {
    Role.TITLE: (
        "The land register names the owner registered here.",
        "No mortgage or charge stands before this one; the receipt of the search is attached.",
        "The parcel is the one described and overlaps no other registered parcel.",
    ),
    Role.APPRAISAL: (
        "At least three comparable sales support the value.",
        "The condition seen at the inspection is the one valued.",
        _VALUE,
    ),
    Role.INSPECTION: (
        "You or your firm were on the premises, on the date you give.",
        "Floor area, use and condition are as registered.",
        "Insurance is in force for the building.",
    ),
}
VEHICLE: Mapping[Role, tuple[str, ...]] = {
    Role.TITLE: (
        _IDENTITY,
        "The title is clean: no salvage brand, no theft entry, no other lien.",
        "The owner on the title is the owner registered here.",
    ),
    Role.APPRAISAL: (
        "Mileage and condition were read from the vehicle itself.",
        "Comparable sales of the same model, year and mileage support the value.",
        _VALUE,
    ),
}
ART: Mapping[Role, tuple[str, ...]] = {
    Role.TITLE: (
        "Provenance is complete from the artist, or its gaps are named.",
        "The register of stolen art was searched; the certificate number is attached.",
        "No lien is recorded against the owner that covers the work.",
    ),
    Role.APPRAISAL: (
        "The value is a low estimate, net of fees, not a hoped-for price.",
        "Sales of comparable works by the same artist support it.",
        _VALUE,
    ),
    Role.INSPECTION: (
        "Artist, title, year, medium and dimensions are as registered.",
        "The condition report is no older than this attestation.",
        "The work is in the named warehouse, released only with consent.",
    ),
}
APPRAISED: Mapping[Role, tuple[str, ...]] = {
    Role.APPRAISAL: (
        "The value is what an orderly sale would bring, not the price when new.",
        "Certificates and service records are attached and genuine.",
        _VALUE,
    ),
    Role.INSPECTION: (
        _IDENTITY,
        "It is where the owner says, and in the condition described.",
        "A photograph of the plate or certificate is among the evidence.",
    ),
}
DEVICE: Mapping[Role, tuple[str, ...]] = {
    Role.DEVICE: (
        _IDENTITY,
        "The device answered a fresh challenge with its own key.",
        "Its greatest output is not above the nameplate.",
    ),
    Role.APPRAISAL: (
        "Income counts only what users pay, not token rewards.",
        "Resale value of the hardware was looked up for the same model and age.",
        _VALUE,
    ),
}
