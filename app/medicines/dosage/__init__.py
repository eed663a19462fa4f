"""Reading how a medicine is to be taken, from typed text and from FHIR, and whether the two say the same."""
