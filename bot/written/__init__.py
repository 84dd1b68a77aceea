"""What people write, read with care: text, patterns, YAML, JSON and HCL with line numbers.

Everything here is pure and knows nothing of templates, forms or organisations.
"""

from bot.written.hcl import HclArgument, HclBlock, read_hcl
from bot.written.json_source import read_json
from bot.written.pattern_examples import example
from bot.written.patterns import Pattern, PatternInvalid
from bot.written.plain_text import code, forbidden_character, near_miss, normal, one_of
from bot.written.schema import check_shape
from bot.written.source import Place, Source, Value
from bot.written.yaml_source import read_yaml

__all__ = [
    "HclArgument",
    "HclBlock",
    "Pattern",
    "PatternInvalid",
    "Place",
    "Source",
    "Value",
    "check_shape",
    "code",
    "example",
    "forbidden_character",
    "near_miss",
    "normal",
    "one_of",
    "read_hcl",
    "read_json",
    "read_yaml",
]
