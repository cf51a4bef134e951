"""SoE-Bench: systems that find schedules, run on the same documents and scored alike."""
