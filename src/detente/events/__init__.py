"""One table of events, who did what to whom on which day, and the store that holds it.

`schema` says its columns, `ontology` what the codes mean, `actors` which state a name is, `store`
keeps the events as Parquet that is never changed and one manifest.
"""
