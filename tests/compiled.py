"""What every app compiles alike, its templates and its addresses, compiled once per test process."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from types import CodeType


class KeptTemplates(BytecodeCache):
    """Jinja's code of each template; one whose text has changed is compiled again, which Jinja's checksum tells."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


class KeptRule(Rule):
    """An address whose function that writes it out is shared with the same address of the apps before."""

    _kept: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:  # then the code holds what the app's own converters said
            return super()._compile_builder(append_unknown)
        address = (self.rule, tuple(self._trace), append_unknown)
        if address not in self._kept:
            self._kept[address] = super()._compile_builder(append_unknown)
        return self._kept[address]


def compile_once() -> None:
    """From now on, in this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KeptTemplates()}
    Flask.url_rule_class = KeptRule
