"""What a person sees: the page, the files beside it, and the table in the terminal."""

from detente.report.terminal import verdict_table
from detente.report.writing import WrittenReport, check_folder, write, write_number

__all__ = ["WrittenReport", "check_folder", "verdict_table", "write", "write_number"]
