"""Bulkheads: no partnership holds more than its share of the connections, so that one cannot starve another.

The pattern is M. Nygard's (Release It!, 2007, "Bulkheads"). Whoever finds no place waits for one until his answer is
due; those of other partnerships pass by.
"""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

__all__ = ["Bulkhead"]


class Bulkhead:
    """So many places for each compartment; a compartment is there while somebody is in it, or waits."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._places: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._places)

    @asynccontextmanager
    async def place(self, compartments: Iterable[Hashable]) -> AsyncGenerator[None]:
        """A place in each of them for as long as it lasts."""
        taken = await self.take(compartments)
        try:
            yield
        finally:
            self.give_back(taken)

    async def take(self, compartments: Iterable[Hashable]) -> list[asyncio.Semaphore]:
        """A place in each of them. All who ask for several name them in one order, so nobody waits in a ring."""
        taken: list[asyncio.Semaphore] = []
        try:
            for each in compartments:
                semaphore = self._places.get(each)
                if semaphore is None:
                    self._places[each] = semaphore = asyncio.Semaphore(self.most)
                await semaphore.acquire()
                taken.append(semaphore)
        except BaseException:
            self.give_back(taken)
            raise
        return taken

    def give_back(self, taken: list[asyncio.Semaphore]) -> None:
        """Leaves them to whoever waits."""
        for each in taken:
            each.release()
