"""The Excel workbook: what an inspection engineer and a reviewer open first. A sheet a file, openpyxl only.

Sheets are first built as plain values (sheet.py), then written as they stand (write.py); every number in them is a
number of the JSON and CSV files, not a formula.
"""
