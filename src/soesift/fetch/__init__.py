"""Protocol documents from ClinicalTrials.gov: the only part of this project that uses the network."""
