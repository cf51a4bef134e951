"""Results as Excel, CSV, HTML, data frames, Word, USDM and FHIR."""
