"""Tokens open what they were made for, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import tokens

SECRET = b"a secret of this server"


def test_a_link_is_known_by_its_signature() -> None:
    token = tokens.link_token(SECRET, "link1")
    assert len(token) == len("link1.") + 22
    assert tokens.link_id_of(SECRET, token) == "link1"


@pytest.mark.parametrize("other", ["link2", "link", "link1.x", ""])
def test_a_signature_is_good_for_one_link(other: str) -> None:
    signature = tokens.link_token(SECRET, "link1").partition(".")[2]
    assert tokens.link_id_of(SECRET, f"link1.{signature}") == "link1"
    assert tokens.link_id_of(SECRET, f"{other}.{signature}") is None


def test_another_server_signs_otherwise() -> None:
    assert tokens.link_id_of(b"another", tokens.link_token(SECRET, "link1")) is None


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_a_stranger_sends_is_no_token(text: str) -> None:
    assert tokens.link_id_of(SECRET, text) is None
    tokens.split_token(text)
    tokens.hash_secret(text)


def test_a_session_token_carries_what_the_record_does_not() -> None:
    secret = tokens.new_secret()
    split = tokens.split_token(tokens.session_token("session1", secret))
    assert split == ("session1", secret)
    assert secret not in tokens.hash_secret(secret)
    assert tokens.is_secret(secret, tokens.hash_secret(secret))
    assert not tokens.is_secret(tokens.new_secret(), tokens.hash_secret(secret))


@pytest.mark.parametrize("odd", ["", "session1", ".secret", "session1."])
def test_half_a_token_is_none(odd: str) -> None:
    assert tokens.split_token(odd) is None
