"""Who may do what. The policy is pure and fits on one screen: permissions.py and roles.py."""
