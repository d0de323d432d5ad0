"""The older stack's web app: saves a schedule after checking it, then queues its sync.

`python3 app.py setup` makes the tables and the user; `python3 app.py fill` queues every schedule that is pending.
"""

import os
import sys
from datetime import datetime, timedelta

from flask import Flask, jsonify, request, session
from werkzeug.security import check_password_hash, generate_password_hash

from models import AuditLog, Base, Employee, EmployeeAvailability, Event, Schedule, Session, TimeOff, User, engine
from tasks import sync_schedule

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
CLOSED = ("Canceled", "Expired", "Submitted")
CORE_ROLES = ("Event Specialist", "Lead Event Specialist", "Juicer Barista", "Club Supervisor")
LEAD_ROLES = ("Lead Event Specialist", "Club Supervisor")


@app.teardown_appcontext
def remove_session(_error):
    Session.remove()


@app.get("/health")
def health():
    return jsonify(ok=True)


@app.post("/login")
def login():
    given = request.get_json()
    user = Session.query(User).filter_by(username=given["username"]).first()
    if user is None or not check_password_hash(user.password_hash, given["password"]):
        return jsonify(error="Wrong user name or password."), 401
    session["user_id"] = user.id
    return jsonify(ok=True)


def conflicts(event, employee, start):
    """What speaks against a schedule, as sentences."""
    found = []
    day = start.date()
    if event.is_scheduled or event.condition in CLOSED:
        found.append("The event can't be scheduled.")
    if not event.start_date <= day < event.due_date:
        found.append("The day is outside of the event's window.")
    if employee.role not in (CORE_ROLES if event.event_type == "Core" else LEAD_ROLES):
        found.append("The role doesn't do such work.")
    if not employee.is_active or not employee.rep_id:
        found.append("The employee can't be booked.")
    off = (
        Session.query(TimeOff)
        .filter(TimeOff.employee_id == employee.id, TimeOff.start_date <= day, TimeOff.end_date >= day)
        .first()
    )
    if off:
        found.append("The employee has time off.")
    week = (
        Session.query(EmployeeAvailability)
        .filter_by(employee_id=employee.id, weekday=day.weekday(), available=False)
        .first()
    )
    if week:
        found.append("The employee is unavailable on that day.")
    midnight = datetime.combine(day, datetime.min.time())
    if event.event_type == "Core":
        core = (
            Session.query(Schedule)
            .join(Event)
            .filter(
                Schedule.employee_id == employee.id,
                Schedule.schedule_datetime >= midnight,
                Schedule.schedule_datetime < midnight + timedelta(days=1),
                Event.event_type == "Core",
            )
            .first()
        )
        if core:
            found.append("The employee has a Core on that day already.")
    return found


@app.post("/api/schedules")
def create_schedule():
    user = Session.get(User, session.get("user_id", 0))
    if user is None or user.role not in ("dispatcher", "admin"):
        return jsonify(error="Sign in."), 401
    given = request.get_json()
    event = Session.get(Event, given["event_id"])
    employee = Session.get(Employee, given["employee_id"])
    if event is None or employee is None:
        return jsonify(error="Not found."), 404
    start = datetime.fromisoformat(given["start"])
    found = conflicts(event, employee, start)
    if found:
        return jsonify(error=" ".join(found)), 409
    schedule = Schedule(event_id=event.id, employee_id=employee.id, schedule_datetime=start)
    event.is_scheduled = True
    event.condition = "Scheduled"
    Session.add(schedule)
    Session.flush()
    Session.add(
        AuditLog(
            user_id=user.id,
            action="schedule.create",
            subject_id=schedule.id,
            details={"event": event.name, "employee": employee.name, "start": given["start"]},
        )
    )
    Session.commit()
    # After the commit and outside of it, as the guide has it.
    sync_schedule.delay(schedule.id)
    return jsonify(schedule_id=schedule.id)


if __name__ == "__main__":
    if sys.argv[1] == "setup":
        Base.metadata.create_all(engine)
        if Session.query(User).count() == 0:
            password = generate_password_hash(os.environ["PASSWORD"])
            Session.add(User(username="dispatcher", password_hash=password, role="dispatcher"))
            Session.commit()
    elif sys.argv[1] == "fill":
        for (schedule_id,) in Session.query(Schedule.id).filter_by(sync_status="pending").order_by(Schedule.id):
            sync_schedule.delay(schedule_id)
