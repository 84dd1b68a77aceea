"""What goes into SQS comes out again, and SQS takes it whatever a key holds."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queue.port import Message
from bot.queue.sqs_message import LONGEST_FIELD, body_of, claim_of, entry_of, group_of, read_body

FIELDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
MESSAGES = st.builds(Message, FIELDS, FIELDS, st.just("") | FIELDS)
REFUSED_BY_SQS = re.compile(r"[^!-~]")


@given(MESSAGES)
def test_a_body_is_read_as_it_was_written(message: Message) -> None:
    read = read_body(body_of(message))
    assert read is not None
    assert (read, read.token) == (message, message.token)


@given(FIELDS)
def test_every_key_has_a_group_that_sqs_takes(key: str) -> None:
    group = group_of(key)
    assert 0 < len(group) <= 128
    assert not REFUSED_BY_SQS.search(group)
    assert group == group_of(key) != group_of(f"{key}x")


@pytest.mark.parametrize(
    "key", ["acme/shop#7", "org:", "a" * 128, """!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"""]
)
def test_a_common_key_is_its_own_group(key: str) -> None:
    """So that an operator recognises it in AWS's console."""
    assert group_of(key) == key


@given(MESSAGES, MESSAGES)
def test_only_what_is_alike_in_id_and_token_is_a_double(one: Message, other: Message) -> None:
    ids = [entry_of(each)["MessageDeduplicationId"] for each in (one, other)]
    assert (ids[0] == ids[1]) is ((one.id, one.token) == (other.id, other.token))
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in ids)
    assert entry_of(one, deduplication="anew")["MessageDeduplicationId"] not in ids


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("hello", id="words"),
        pytest.param("{", id="cut"),
        pytest.param("[1]", id="a-list"),
        pytest.param("null", id="null"),
        pytest.param("{}", id="no-fields"),
        pytest.param('{"id": "run:1"}', id="no-key"),
        pytest.param('{"id": "", "key": "k"}', id="blank-id"),
        pytest.param('{"id": 7, "key": "k"}', id="a-number"),
        pytest.param('{"id": "run:1", "key": "k", "token": []}', id="a-list-as-token"),
        pytest.param(json.dumps({"id": "x" * (LONGEST_FIELD + 1), "key": "k"}), id="huge"),
        pytest.param('{"id":' * 100_000, id="deep"),
    ],
)
def test_a_message_nobody_wrote_is_none(text: str) -> None:
    assert read_body(text) is None
    assert claim_of({"Body": text, "ReceiptHandle": "r"}) is None


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_body(text) is None or json.loads(text)["id"]
