"""Quotas and the bounded line: who is let in, who is told to come back, and when."""

import asyncio
import threading

import httpx
import pytest

from index.errors import CorpusDamaged
from tests.ui_support import FakeAnswerer, Held, serving
from ui.api import create_app
from ui.limits import OverloadedError, Quota, QuotaError, TooSlowError
from ui.service import Service
from ui.settings import Settings


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_visitor_gets_a_minutes_worth_then_must_wait_while_others_do_not():
    clock = Clock()
    quota = Quota(3, clock=clock)
    for _ in range(3):
        quota.take("a")
    with pytest.raises(QuotaError) as caught:
        quota.take("a")
    assert caught.value.retry_after == 20
    quota.take("b")
    clock.now = 20.0
    quota.take("a")
    with pytest.raises(QuotaError):
        quota.take("a")


def test_asking_in_vain_does_not_push_the_wait_back():
    clock = Clock()
    quota = Quota(1, clock=clock)
    quota.take("a")
    for second in range(1, 60):
        clock.now = second
        with pytest.raises(QuotaError):
            quota.take("a")
    clock.now = 60.5
    quota.take("a")


def test_no_quota_when_zero_and_memory_of_visitors_is_bounded():
    none = Quota(0)
    for _ in range(1000):
        none.take("a")
    quota = Quota(1, most=10)
    for visitor in range(1000):
        quota.take(str(visitor))
    assert len(quota._buckets) == 10


def test_the_line_is_bounded_and_what_was_taken_is_answered():
    held = Held()
    service = Service(held, Settings(workers=1, queue=2))

    async def crowd():
        taken = [asyncio.create_task(service.ask(f"combien {n} ?")) for n in range(3)]
        await asyncio.sleep(0.05)
        assert not service.ready
        with pytest.raises(OverloadedError) as caught:
            await service.ask("un de trop ?")
        assert caught.value.retry_after >= 1
        held.go.set()
        return await asyncio.gather(*taken)

    assert [answer.answer for answer in asyncio.run(crowd())] == ["un an"] * 3
    assert service.pending == 0 and service.ready


def test_too_slow_is_said_and_what_had_not_begun_never_runs():
    held = Held()
    service = Service(held, Settings(workers=1, queue=5, seconds=0.05))

    async def wait():
        results = await asyncio.gather(service.ask("un ?"), service.ask("deux ?"), return_exceptions=True)
        assert all(isinstance(each, TooSlowError) for each in results)

    asyncio.run(wait())
    held.go.set()
    service.close()
    assert [question for question, *_ in held.asked] == ["un ?"]
    assert service.pending == 0


def test_closing_finishes_what_was_taken_and_takes_no_more():
    held = Held()
    service = Service(held, Settings(workers=1))

    async def leave():
        task = asyncio.create_task(service.ask("combien ?"))
        await asyncio.sleep(0.05)
        threading.Timer(0.1, held.go.set).start()
        await asyncio.to_thread(service.close)
        with pytest.raises(OverloadedError):
            await service.ask("encore ?")
        return await task

    assert asyncio.run(leave()).answer == "un an"


def test_a_newer_generation_is_taken_up_and_a_damaged_one_is_not():
    newer = FakeAnswerer()

    class Older(FakeAnswerer):
        broken = True

        def refreshed(self):
            if self.broken:
                raise CorpusDamaged("the new generation is damaged")
            return newer

    older = Older()
    service = Service(older, Settings())
    asyncio.run(service.ask("combien ?"))
    assert len(older.asked) == 1
    older.broken = False
    asyncio.run(service.ask("combien ?"))
    assert len(newer.asked) == 1


def test_one_visitor_cannot_use_up_what_a_whole_site_may_ask():
    settings = Settings(allow_origins=("https://ami.example",), per_minute=2, per_minute_site=4)
    with serving(create_app(FakeAnswerer(), settings, page=False)) as address:

        def status(visitor):
            headers = {"Origin": "https://ami.example", "X-Forwarded-For": visitor}
            return httpx.post(f"{address}/api/v1/ask", json={"question": "Qui ?"}, headers=headers)

        impatient = [status("192.0.2.1").status_code for _ in range(6)]
        assert impatient == [200, 200, 429, 429, 429, 429]
        assert [status("192.0.2.2").status_code for _ in range(2)] == [200, 200]
        full = status("192.0.2.3")
        assert full.status_code == 429 and full.json()["title"] == "Trop de demandes en peu de temps"


def test_a_question_from_the_frame_counts_for_the_site_around_it_where_that_is_listed():
    friend, other = "https://ami.example", "https://voisin.example"
    settings = Settings(allow_origins=(friend, other), per_minute=0, per_minute_site=1)
    with serving(create_app(FakeAnswerer(), settings, page=False)) as address:

        def status(site, origin=address):
            headers = {"Origin": origin, "Repondeur-Site": site}
            return httpx.post(
                f"{address}/api/v1/ask", json={"question": "Qui ?"}, headers=headers
            ).status_code

        assert [status(friend), status(friend)] == [200, 429]
        # A listed site cannot ask on the account of another.
        assert [status(other, friend), status(other), status(other)] == [429, 200, 429]
        assert [status(site) for site in ("https://inconnu.example", "null", address) for _ in "12"] == [
            200
        ] * 6
