from django.test import Client
from lianzhen.accounts.roles import Role
from lianzhen.tests.browser.addresses import pages_of
from lianzhen.tests.browser.conftest import BACKEND, DESKTOP
from lianzhen.tests.browser.measuring import grave_findings
from lianzhen.tests.browser.test_every_page import desk_findings
import time
def test_count(small_town, sweeper):
    for role in small_town:
        c = Client(); c.force_login(small_town[role], backend=BACKEND)
        t=time.time(); u = pages_of(small_town[role], c)
        print(role, len(u), round(time.time()-t,1), "s")
        if role in (Role.OFFICE, Role.SYSADMIN): print(u)
    p = sweeper.open(small_town[Role.OFFICE], DESKTOP)
    T=[0,0,0]; rows=[]
    c = Client(); c.force_login(small_town[Role.OFFICE], backend=BACKEND)
    for u in pages_of(small_town[Role.OFFICE], c)[::4]:
        t0=time.time(); p.goto(u); t1=time.time(); grave_findings(p); t2=time.time(); desk_findings(p); t3=time.time()
        p.set_viewport_size(DESKTOP["viewport"])
        T[0]+=t1-t0; T[1]+=t2-t1; T[2]+=t3-t2; rows.append((round(t2-t1,2),u))
    print(T, sorted(rows)[-12:])
