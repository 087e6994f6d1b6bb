"""What all sources share: from paths to clean text, to events, to a report in which rows add up.

`source` is the declaration, `contract` what its SELECT must yield; `finding` and `opening` turn
paths into files, `text` and `quotes` make them clean, `ahead` prepares batches of them, `stage` and
`statement` read a batch in DuckDB, `reckon`, `lines` and `rejected` account for every row, `report`
is what is handed back.
"""
