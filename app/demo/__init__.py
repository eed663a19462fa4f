"""The demo: its people, and patients whose history is real. Absent in production."""
