"""The older stack's queue: a task per schedule that posts the booking to Crossmark, with three retries."""

import os
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests
from celery import Celery

from models import Schedule, Session

celery = Celery("tasks", broker=os.environ["BROKER_URL"], backend=os.environ["RESULT_BACKEND"])
celery.conf.update(task_serializer="json", result_serializer="json", accept_content=["json"], timezone="UTC")

BASE_URL = os.environ["CROSSMARK_BASE_URL"]
ZONE = ZoneInfo("America/Indiana/Indianapolis")
SESSION_LASTS = timedelta(seconds=3600)


class CrossmarkClient:
    """A session of a worker process: signs in when it has none, or its hour is over."""

    def __init__(self):
        self.http = requests.Session()
        self.signed_in_at = None

    def ensure_session(self):
        if self.signed_in_at and datetime.utcnow() - self.signed_in_at < SESSION_LASTS:
            return
        answer = self.http.post(
            f"{BASE_URL}/login/authenticate",
            json={
                "UserType": "MVEntityUser",
                "UserID": os.environ["CROSSMARK_USER_ID"],
                "Password": os.environ["CROSSMARK_PASSWORD"],
                "Timezone": "America/Indiana/Indianapolis",
            },
            headers={"origin": BASE_URL, "referer": f"{BASE_URL}/login"},
            timeout=30,
        )
        answer.raise_for_status()
        self.signed_in_at = datetime.utcnow()

    def schedule(self, mplan_id, store_id, rep_id, start, end):
        self.ensure_session()
        answer = self.http.post(
            f"{BASE_URL}/planningextcontroller/scheduleMplanEvent",
            data={
                "ClassName": "MVScheduledmPlan",
                "RepID": rep_id,
                "mPlanID": mplan_id,
                "LocationID": store_id,
                "Start": start.isoformat(timespec="seconds"),
                "End": end.isoformat(timespec="seconds"),
                "hash": "",
                "v": "3.0.1",
                "PlanningOverride": "true",
            },
            headers={
                "x-requested-with": "XMLHttpRequest",
                "origin": BASE_URL,
                "referer": f"{BASE_URL}/planning/",
            },
            timeout=30,
        )
        answer.raise_for_status()
        said = answer.json()
        if said.get("ok") != 1:
            raise RuntimeError(said.get("message", "Crossmark refused"))
        return str(said["MVScheduledEvent"]["ID"])


client = CrossmarkClient()


@celery.task(bind=True, max_retries=3)
def sync_schedule(self, schedule_id):
    try:
        schedule = Session.get(Schedule, schedule_id)
        start = schedule.schedule_datetime.replace(tzinfo=ZONE)
        schedule.external_id = client.schedule(
            schedule.event.mplan_id,
            schedule.event.store_id,
            schedule.employee.rep_id,
            start,
            start + timedelta(minutes=schedule.event.estimated_minutes),
        )
        schedule.sync_status = "synced"
        schedule.last_synced = datetime.utcnow()
        Session.commit()
        return {"schedule_id": schedule_id, "external_id": schedule.external_id}
    except Exception as error:
        Session.rollback()
        schedule = Session.get(Schedule, schedule_id)
        schedule.sync_status = "failed"
        schedule.sync_error = str(error)
        Session.commit()
        raise self.retry(exc=error, countdown=60 * 2**self.request.retries)
    finally:
        Session.remove()
