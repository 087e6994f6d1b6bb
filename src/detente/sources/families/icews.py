"""What the layouts of ICEWS have in common: roles from lists of sectors."""

from __future__ import annotations

# A sector list names several sectors from the general to the special, in no fixed order. The first
# line that matches gives the role, so that a minister who sits in parliament is GOV, not LEG.
_ROLE = """
    CASE
        WHEN {0} IS NULL THEN NULL
        WHEN contains({0}, 'International Government Organization') OR contains({0}, ' IGOs')
            THEN 'IGO'
        WHEN contains({0}, 'Nongovernmental Organization') THEN 'NGO'
        WHEN contains({0}, 'Executive') OR contains({0}, 'Cabinet') THEN 'GOV'
        WHEN contains({0}, 'Police') THEN 'COP'
        WHEN contains({0}, 'Military') OR contains({0}, 'Army') OR contains({0}, 'Navy')
            OR contains({0}, 'Air Force') OR contains({0}, 'Marines') THEN 'MIL'
        WHEN contains({0}, 'Judicial') OR contains({0}, 'Court') THEN 'JUD'
        WHEN contains({0}, 'Separatists') THEN 'SEP'
        WHEN contains({0}, 'Insurgents') THEN 'INS'
        WHEN contains({0}, 'Rebel') OR contains({0}, 'Organized Violent') THEN 'REB'
        WHEN contains({0}, 'Radicals / Extremists') THEN 'RAD'
        WHEN contains({0}, 'Criminals / Gangs') THEN 'CRM'
        WHEN contains({0}, 'Legislative / Parliamentary') THEN 'LEG'
        WHEN contains({0}, 'Government Major Party') THEN 'GOV'
        WHEN contains({0}, 'Opposition') OR contains({0}, 'Dissident')
            OR contains({0}, 'Banned Parties') THEN 'OPP'
        WHEN contains({0}, 'Ministry') OR starts_with({0}, 'Government')
            OR contains({0}, ',Government') THEN 'GOV'
        WHEN contains({0}, 'Unidentified Forces') THEN 'UAF'
        WHEN contains({0}, 'Multinational Corporation') OR contains({0}, ' MNCs') THEN 'MNC'
        WHEN contains({0}, 'Media') OR contains({0}, ' News') THEN 'MED'
        WHEN contains({0}, 'Business') OR contains({0}, 'State-Owned') THEN 'BUS'
        WHEN contains({0}, 'Labor') THEN 'LAB'
        WHEN contains({0}, 'Education') THEN 'EDU'
        WHEN contains({0}, 'Medical / Health') THEN 'HLH'
        WHEN contains({0}, 'Refugees') THEN 'REF'
        WHEN contains({0}, 'Elite') THEN 'ELI'
        WHEN contains({0}, 'Civilian') THEN 'CVL'
    END
"""


def role(sectors: str) -> str:
    """SQL of the role that a list of sectors says.

    Args:
        sectors: SQL of the list; null for none.
    """
    return _ROLE.format(sectors)


CITATION = (
    "Boschee, E., Lautenschlager, J., O'Brien, S., Shellman, S., Starr, J., Ward, M. (2015), "
    "ICEWS Coded Event Data, Harvard Dataverse, doi:10.7910/DVN/28075"
)
