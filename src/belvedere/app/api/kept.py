"""What was worked out once and is given again, by key. The last used is kept longest; nobody works on a thing twice at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Kept:
    """Values by key, at most `size` of them. A key says everything its value depends on."""

    size: int
    _values: OrderedDict[Hashable, Future] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of the key, made now if there is none; who comes meanwhile waits for it. What `make` raises is not kept."""
        with self._lock:
            waiting = self._values.get(key)
            if waiting is None:
                own = self._values[key] = Future()
                while len(self._values) > self.size:
                    self._values.popitem(last=False)
            else:
                self._values.move_to_end(key)
        if waiting is not None:
            return waiting.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                self._values.pop(key, None)
            own.set_exception(error)
            raise
        own.set_result(value)
        return value

    def has(self, key: Hashable) -> bool:
        """Whether the value is there already."""
        with self._lock:
            found = self._values.get(key)
        return found is not None and found.done()
