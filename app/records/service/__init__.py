"""Use cases of records: copies, correction notes, closing, holds, retention."""
