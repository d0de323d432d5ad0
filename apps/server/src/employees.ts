import type { Db } from '@scheduler/db';
import type { Actor } from './context.ts';
import type { Employee, EmployeeDetail, Removed } from './views.ts';
export async function listEmployees(_db: Db, _input: object): Promise<Employee[]> {
  throw new Error('not built yet');
}
export async function getEmployee(_db: Db, _id: number): Promise<EmployeeDetail> {
  throw new Error('not built yet');
}
export async function createEmployee(_db: Db, _a: Actor, _input: object): Promise<Employee> {
  throw new Error('not built yet');
}
export async function updateEmployee(_db: Db, _a: Actor, _input: object): Promise<Employee> {
  throw new Error('not built yet');
}
export async function removeEmployee(_db: Db, _a: Actor, _input: object): Promise<Removed> {
  throw new Error('not built yet');
}
