import type { Role } from '@hallway/contracts';
import { rolesOf } from '@hallway/policy';
import mongoose from 'mongoose';
import { toUsernameKey } from '../accounts/accounts.repository.ts';
import { differing, type RosterChange } from './roster-changes.ts';
import type { RosterUserRecord } from './roster-records.ts';
import type { RosterPerson } from './staged-people.ts';

type RosterState = NonNullable<RosterUserRecord['roster']>;

interface PersonState {
  username: string;
  usernameKey: string;
  name: string;
  nameKey: string;
  role: Role;
  roles: Role[];
  safetyStaff: boolean;
  active: boolean;
}

/** An account for somebody who has none. It has no password: nobody can sign in with it until one is set. */
export function addPerson(person: RosterPerson, id: string, now: Date): RosterChange {
  const [role = 'student'] = person.roles;
  const roles = person.roles.length > 0 ? person.roles : [role];
  const state = { ...namesOf(person), role, roles, safetyStaff: person.safetyStaff, active: person.present };
  const document: RosterUserRecord = {
    _id: new mongoose.Types.ObjectId(id),
    ...stored(state),
    sourcedId: person.user.sourcedId,
    passwordHash: '',
    createdAt: now,
    changedAt: now,
    roster: rosterStateOf(person, { gave: roles, endSessions: null }),
  };
  const change = { verb: 'added', before: null, after: shownState(state), write: { insertOne: { document } } } as const;
  return toChange(person.user.sourcedId, { id, name: state.name, ...change });
}

/** What makes an account agree with the roster; null when it does. */
export function comparePerson(person: RosterPerson, before: RosterUserRecord, now: Date): RosterChange | null {
  const current = stateOf(before);
  const roles = mergeRoles(person, before);
  const [role = current.role] = roles;
  const manualSafety = current.safetyStaff && !before.roster?.gaveSafetyStaff;
  const wasPresent = before.roster?.present ?? before.active;
  const active = isActiveAfter({ before, wasPresent, present: person.present, roles });
  const state = { ...namesOf(person), role, roles, safetyStaff: manualSafety || person.safetyStaff, active };
  const gave = person.roles.length > 0 ? person.roles : (before.roster?.gave ?? []);
  const roster = rosterStateOf(person, { gave, endSessions: endingOf(before, state) });
  return updatePerson(before, { state, roster, sourcedId: person.user.sourcedId, now });
}

/** Somebody who is not in the roster any more: deactivated, never deleted. Administrators stay; null: nothing to do. */
export function removePerson(before: RosterUserRecord, now: Date): RosterChange | null {
  if (!before.roster?.listed) return null;
  const current = stateOf(before);
  const { roster, sourcedId = '' } = before;
  const active = isActiveAfter({ before, wasPresent: roster.present, present: false, roles: current.roles });
  const state = { ...current, active };
  const left = { listed: false, present: false, enabled: false, roles: [], agentIds: [] };
  const after = { ...roster, ...left, endSessions: endingOf(before, state) };
  return updatePerson(before, { state, roster: after, sourcedId, now });
}

/** The roster's roles replace those that it gave before; what was given by hand stays, and first if it was first. */
function mergeRoles(person: RosterPerson, before: RosterUserRecord): Role[] {
  const all = rolesOf(before);
  if (person.roles.length === 0) return all;
  const gave = new Set(before.roster ? before.roster.gave : []);
  const byHand = all.filter((role) => !gave.has(role));
  // An account that becomes the roster's brings the role that it was made with, which the roster knows better.
  const kept = before.roster ? byHand : byHand.filter((role) => role === 'admin');
  const merged = kept.includes(before.role) ? [...kept, ...person.roles] : [...person.roles, ...kept];
  return [...new Set(merged)];
}

interface Activity {
  before: RosterUserRecord;
  wasPresent: boolean;
  present: boolean;
  roles: Role[];
}

/** The roster changes it only when it changes its mind, so that what an administrator decided since stays. */
function isActiveAfter({ before, wasPresent, present, roles }: Activity): boolean {
  if (present === wasPresent) return before.active;
  return present || (before.active && roles.includes('admin'));
}

/** Why sessions must end; still the reason of a run that died before it had ended them. */
function endingOf(before: RosterUserRecord, after: PersonState): RosterState['endSessions'] {
  const current = stateOf(before);
  if (current.active && !after.active) return 'deactivated';
  if (!after.active) return before.roster?.endSessions ?? null;
  const sameRoles =
    current.role === after.role && String([...current.roles].sort()) === String([...after.roles].sort());
  return sameRoles ? (before.roster?.endSessions ?? null) : 'role-changed';
}

interface PersonUpdate {
  state: PersonState;
  roster: RosterState;
  sourcedId: string;
  now: Date;
}

function updatePerson(before: RosterUserRecord, { state, roster, sourcedId, now }: PersonUpdate): RosterChange | null {
  const visible = differing({ ...stateOf(before) }, { ...state });
  const isRecorded = before.sourcedId === sourcedId && isSameRoster(before.roster, roster);
  const { endSessions } = roster;
  if (!visible && isRecorded && !endSessions) return null;
  const { safetyStaff, ...fields } = state;
  const $set = {
    ...fields,
    sourcedId,
    roster,
    ...(visible ? { changedAt: now } : {}),
    ...(safetyStaff ? { safetyStaff } : {}),
  };
  const update = { $set, ...(safetyStaff ? {} : { $unset: { safetyStaff: true as const } }) };
  return toChange(sourcedId, {
    id: before._id.toHexString(),
    name: state.name,
    verb: visible ? verbOf(before.active, state.active) : 'recorded',
    before: visible && shownState(visible.before),
    after: visible && shownState(visible.after),
    write: { updateOne: { filter: { _id: before._id }, update } },
    ...(endSessions ? { reason: endSessions } : {}),
  });
}

function verbOf(wasActive: boolean, isActive: boolean): RosterChange['verb'] {
  if (wasActive === isActive) return 'changed';
  return isActive ? 'restored' : 'ended';
}

interface PersonChange extends Pick<RosterChange, 'verb' | 'before' | 'after'> {
  id: string;
  name: string;
  write: object;
  reason?: 'deactivated' | 'role-changed';
}

function toChange(key: string, { id, name, verb, before, after, write, reason }: PersonChange): RosterChange {
  return {
    kind: 'person',
    verb,
    key,
    label: name,
    before,
    after,
    write: write as RosterChange['write'],
    personIds: verb === 'recorded' ? [] : [id],
    courseIds: [],
    ...(reason ? { endSessions: { userId: id, reason } } : {}),
  };
}

function namesOf({ user: { username, name } }: RosterPerson) {
  return { username, usernameKey: toUsernameKey(username), name, nameKey: name.toLowerCase() };
}

function stateOf(user: RosterUserRecord): PersonState {
  const { username, usernameKey, name, nameKey, role, active, safetyStaff = false } = user;
  return { username, usernameKey, name, nameKey, role, roles: rolesOf(user), safetyStaff, active };
}

function stored({ safetyStaff, ...state }: PersonState) {
  return safetyStaff ? { ...state, safetyStaff: true as const } : state;
}

/** Keys follow from the names, and are nothing to read. */
function shownState(state: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !key.endsWith('Key')));
}

function rosterStateOf(person: RosterPerson, decided: Pick<RosterState, 'gave' | 'endSessions'>): RosterState {
  return {
    listed: true,
    present: person.present,
    enabled: person.user.enabled,
    roles: person.roleRows.map(({ sourcedId, role, primary }) => ({
      sourcedId,
      role: role?.role ?? null,
      safetyStaff: role?.safetyStaff ?? false,
      primary,
    })),
    agentIds: person.user.agentIds,
    gaveSafetyStaff: person.safetyStaff,
    ...decided,
  };
}

/** Field by field: an engine may give the fields back in another order. */
function isSameRoster(a: RosterUserRecord['roster'], b: RosterState): boolean {
  if (!a) return false;
  const { endSessions: _pending, ...facts } = b;
  return differing({ ...a, roles: a.roles.map(roleFields) }, { ...facts, roles: b.roles.map(roleFields) }) === null;
}

function roleFields({ sourcedId, role, safetyStaff, primary }: RosterState['roles'][number]) {
  return [sourcedId, role, safetyStaff, primary];
}
