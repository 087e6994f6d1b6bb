"""Which faults would the tests miss? Small faults are put into the code, one at a time.

The faults are those of Cosmic Ray; see `lab/mutation.md`.
"""
