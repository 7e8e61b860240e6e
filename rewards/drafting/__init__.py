"""Drafts by a language model: asked for by a person, on masked text, linted, sent by a person."""
