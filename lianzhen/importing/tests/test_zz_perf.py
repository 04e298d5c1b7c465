import time, cProfile, pstats
from lianzhen.accounts.roles import Role
from lianzhen.importing import actions, running
from lianzhen.importing.kinds import kind_of
from lianzhen.importing.tests.books import xlsx
from lianzhen.trail import acting
from villages.models import Village


def test_perf(cast, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 99999)
    monkeypatch.setattr(running, "AT_ONCE", 99999)
    with acting(by=None, action="t", label="t"):
        for n in range(56):
            Village(code=f"4313211019{n + 10:02d}"[:12] if n < 90 else "", name=f"村{n}号村").save()
    rows = [
        [
            f"村{n // 90}号村",
            n % 90 + 1,
            f"陶{chr(0x4E00 + n % 3000)}{chr(0x5E00 + n // 3000)}",
            f"1{3911110000 + n}",
            "2018-05-01",
            40,
        ]
        for n in range(300)
    ]
    raw = xlsx([["村", "网格", "网格长", "手机", "起任日期", "户数"], *rows])
    t = time.time()
    b = actions.upload(kind=kind_of("grids"), raw=raw, file_name="a.xlsx", by=cast.users[Role.OFFICE])
    print("upload+check", time.time() - t, b.counts())
    p = cProfile.Profile() if __import__("os").environ.get("PROF") else None
    t = time.time()
    if p:
        p.enable()
    b = running.start_import(batch=b, by=cast.users[Role.OFFICE])
    if p:
        p.disable()
        pstats.Stats(p).sort_stats("cumulative").print_stats(45)
    print("import", time.time() - t, b.counts())
