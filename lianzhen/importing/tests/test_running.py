"""Importing for good: taking a batch back, and what is left when the work breaks off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.importing import actions, progress, running, worker
from lianzhen.importing.models import ImportBatch
from lianzhen.importing.tests.books import taken_in, uploaded, xlsx
from lianzhen.trail.models import AuditEntry
from villages.models import Person

HEAD = ["姓名", "村", "手机"]
GOOD = ["陶示例", "示例一村", "19911110001"]
State = ImportBatch.State


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


# --- Taking back ---------------------------------------------------------------------------------------------
def imported(office, *rows):
    return taken_in(office, uploaded(office, "people", xlsx([[*HEAD, "职务"], *rows])))


def take_back(office, batch):
    return office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了文件"})


def test_a_batch_is_taken_back_whole(office, cast):
    batch = imported(office, [*GOOD, ""], ["曾示例", "示例一村", "19900001001", "会计"])
    cast.resident.refresh_from_db()
    assert cast.resident.job_title == "会计"
    assert take_back(office, batch).status_code == 303
    batch.refresh_from_db()
    cast.resident.refresh_from_db()
    assert batch.state == State.UNDONE
    assert cast.resident.job_title == ""
    assert not Person.objects.filter(name="陶示例").exists()
    assert AuditEntry.objects.filter(action="import.undo", object_label="陶示例").exists()
    assert take_back(office, batch).status_code == 422


def test_not_once_a_record_was_changed(office, cast):
    from villages.actions.people import change_person

    batch = imported(office, [*GOOD, ""], ["曾示例", "示例一村", "19900001001", "会计"])
    change_person(person=Person.objects.get(name="陶示例"), by=cast.users[Role.OFFICE], note="新")
    page = take_back(office, batch)
    assert page.status_code == 422
    assert "陶示例" in page.content.decode()
    cast.resident.refresh_from_db()
    assert cast.resident.job_title == "会计"  # all or nothing


def test_not_once_a_record_is_in_use(office, cast):
    from villages.actions.cadres import appoint_cadre

    batch = imported(office, [*GOOD, ""])
    person = Person.objects.get(name="陶示例")
    appoint_cadre(
        village=cast.own, person=person, position="women", starts_on=timezone.localdate(), by=cast.users[Role.OFFICE]
    )
    page = take_back(office, batch)
    assert page.status_code == 422
    assert Person.objects.filter(pk=person.pk).exists()


def test_not_after_seven_days(office):
    batch = imported(office, [*GOOD, ""])
    ImportBatch.objects.filter(pk=batch.pk).update(imported_at=timezone.now() - timedelta(days=7, minutes=1))
    assert take_back(office, batch).status_code == 422
    assert Person.objects.filter(name="陶示例").exists()
    assert "撤销这批导入" not in office.get(f"/imports/{batch.pk}/").content.decode()


# --- All or nothing ----------------------------------------------------------------------------------------------
def test_an_error_in_the_middle_leaves_nothing_and_the_page_says_so(office, monkeypatch):
    from django.db import OperationalError

    from lianzhen.trail.gathering import Gathering

    real = Gathering.write

    def breaks(self, act):
        real(self, act)
        raise OperationalError("the disk is full")

    monkeypatch.setattr(Gathering, "write", breaks)
    batch = uploaded(office, "people", xlsx([HEAD, GOOD, ["王示例", "示例一村", ""]]))
    assert office.post(f"/imports/{batch.pk}/check/", {"do": "import"})["Location"] == f"/imports/{batch.pk}/"
    page = office.get(f"/imports/{batch.pk}/").content.decode()
    assert "未完成" in page
    assert "什么也没有写入" in page
    assert not Person.objects.filter(name="陶示例").exists()
    assert not AuditEntry.objects.filter(action="person.add", object_label="陶示例").exists()
    monkeypatch.setattr(Gathering, "write", real)
    office.post(f"/imports/{batch.pk}/")
    assert Person.objects.filter(name__in=["陶示例", "王示例"]).count() == 2


def test_a_process_that_died_leaves_a_batch_that_says_so_and_goes_on(office, cast):
    batch = uploaded(office, "people", xlsx([HEAD, GOOD]))
    ImportBatch.objects.filter(pk=batch.pk).update(running="import", imported_by=cast.users[Role.OFFICE])
    page = office.get(f"/imports/{batch.pk}/").content.decode()
    assert "未完成" in page
    assert "再次导入" in page
    office.post(f"/imports/{batch.pk}/")
    batch.refresh_from_db()
    assert batch.state == State.IMPORTED


def test_while_a_worker_is_at_it_the_page_shows_how_far(office):
    batch = uploaded(office, "people", xlsx([HEAD, GOOD]))
    ImportBatch.objects.filter(pk=batch.pk).update(running="import")
    progress.tell(batch.pk, 25, 5000)
    answer = office.get(f"/imports/{batch.pk}/")
    assert answer["Refresh"] == "3"
    assert "25/5,000行" in answer.content.decode()
    assert office.post(f"/imports/{batch.pk}/check/", {"do": "import"}).status_code == 303
    assert not Person.objects.filter(name="陶示例").exists()


@pytest.mark.django_db(transaction=True)
def test_many_rows_are_checked_and_imported_by_a_worker(office, monkeypatch):
    started = []
    real = worker.start
    monkeypatch.setattr(worker, "start", lambda *args: started.append(real(*args)))
    monkeypatch.setattr(actions, "AT_ONCE", 5)
    monkeypatch.setattr(running, "AT_ONCE", 5)
    rows = [[f"陶{'一二三四五六七八九十'[n]}", "示例一村", f"1991111{n:04d}"] for n in range(10)]
    batch = uploaded(office, "people", xlsx([HEAD, *rows]))
    started.pop().join(30)
    batch.refresh_from_db()
    assert (batch.state, batch.running) == (State.CHECKED, "")
    office.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    started.pop().join(30)
    batch.refresh_from_db()
    assert batch.state == State.IMPORTED
    assert Person.objects.filter(name__startswith="陶").count() == 10


@pytest.mark.django_db(transaction=True)
def test_a_whole_file_in_ones_own_thread(cast):
    from lianzhen.importing.kinds import kind_of

    rows = [[f"陶{n}示例", "示例一村", f"1991111{n:04d}"] for n in range(actions.AT_ONCE + 20)]
    batch = running.import_file(
        kind=kind_of("people"), raw=xlsx([HEAD, *rows]), file_name="名册.xlsx", by=cast.users[Role.OFFICE]
    )
    assert (batch.state, batch.running, batch.counts()["done"]) == (State.IMPORTED, "", len(rows))
