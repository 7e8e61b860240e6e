"""How each kind of personal data is found in a text; `models.personal` puts them together."""
