"""The tables of the older stack: one database for schedules, Redis for the queue."""

import os
from datetime import datetime

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, JSON, String, Text, create_engine
from sqlalchemy.orm import declarative_base, relationship, scoped_session, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"], pool_size=5, pool_pre_ping=True)
Session = scoped_session(sessionmaker(bind=engine))
Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    username = Column(String(80), unique=True, nullable=False)
    password_hash = Column(String(255), nullable=False)
    role = Column(String(20), nullable=False)


class Employee(Base):
    __tablename__ = "employees"
    id = Column(Integer, primary_key=True)
    name = Column(String(100), nullable=False)
    role = Column(String(50), nullable=False)
    rep_id = Column(String(20))
    is_active = Column(Boolean, nullable=False, default=True)


class EmployeeAvailability(Base):
    __tablename__ = "employee_availability"
    id = Column(Integer, primary_key=True)
    employee_id = Column(Integer, ForeignKey("employees.id"), index=True, nullable=False)
    weekday = Column(Integer, nullable=False)
    available = Column(Boolean, nullable=False)


class TimeOff(Base):
    __tablename__ = "time_off"
    id = Column(Integer, primary_key=True)
    employee_id = Column(Integer, ForeignKey("employees.id"), index=True, nullable=False)
    start_date = Column(Date, nullable=False)
    end_date = Column(Date, nullable=False)


class Event(Base):
    __tablename__ = "events"
    id = Column(Integer, primary_key=True)
    mplan_id = Column(String(20), index=True, nullable=False)
    store_id = Column(String(20), nullable=False)
    name = Column(Text, nullable=False)
    event_type = Column(String(40), nullable=False)
    start_date = Column(Date, nullable=False)
    due_date = Column(Date, nullable=False)
    estimated_minutes = Column(Integer, nullable=False)
    condition = Column(String(20), nullable=False, default="Unstaffed")
    is_scheduled = Column(Boolean, nullable=False, default=False)


class Schedule(Base):
    __tablename__ = "schedules"
    id = Column(Integer, primary_key=True)
    event_id = Column(Integer, ForeignKey("events.id"), index=True, nullable=False)
    employee_id = Column(Integer, ForeignKey("employees.id"), index=True, nullable=False)
    # Local time of the store, without a zone.
    schedule_datetime = Column(DateTime, index=True, nullable=False)
    sync_status = Column(String(20), index=True, nullable=False, default="pending")
    external_id = Column(String(20))
    last_synced = Column(DateTime)
    sync_error = Column(Text)
    created_at = Column(DateTime, nullable=False, default=datetime.utcnow)
    event = relationship(Event)
    employee = relationship(Employee)


class AuditLog(Base):
    __tablename__ = "audit_log"
    id = Column(Integer, primary_key=True)
    at = Column(DateTime, nullable=False, default=datetime.utcnow)
    user_id = Column(Integer, nullable=False)
    action = Column(String(40), nullable=False)
    subject_id = Column(Integer, nullable=False)
    details = Column(JSON)
