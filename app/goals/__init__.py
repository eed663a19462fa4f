"""Goals in the patient's own words: steps, who helps, how it goes, and when it is looked at again."""
