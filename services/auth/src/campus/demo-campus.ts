import type { CourseRole, Role } from '@hallway/contracts';

/** Everybody's password. Only for accounts that are made where nobody has one, and never in production. */
export const demoPassword = 'hallway-demo';

interface DemoPerson {
  username: string;
  name: string;
  role: Role;
}

export const demoPeople: DemoPerson[] = [
  { username: 'john', name: 'John Park', role: 'student' },
  { username: 'sarah', name: 'Sarah Ali', role: 'student' },
  { username: 'mike', name: 'Mike Osei', role: 'student' },
  { username: 'maya', name: 'Maya Lind', role: 'student' },
  { username: 'tom', name: 'Tom Brandt', role: 'student' },
  { username: 'alex', name: 'Alex Moreno', role: 'student' },
  { username: 'maria', name: 'Maria Park', role: 'parent' },
  { username: 'peter', name: 'Peter Osei', role: 'parent' },
  { username: 'chen', name: 'Dr. Lin Chen', role: 'instructor' },
  { username: 'okafor', name: 'Prof. Ada Okafor', role: 'instructor' },
  { username: 'admin', name: 'Ines Roth', role: 'admin' },
];

interface DemoCourse {
  code: string;
  title: string;
  term: string;
  members: Record<string, CourseRole>;
}

export const demoCourses: DemoCourse[] = [
  {
    code: 'CS101',
    title: 'Introduction to Programming',
    term: 'Autumn 2026',
    members: {
      chen: 'instructor',
      john: 'student',
      sarah: 'student',
      mike: 'student',
      maya: 'student',
      tom: 'student',
      alex: 'student',
    },
  },
  {
    code: 'MATH201',
    title: 'Linear Algebra',
    term: 'Autumn 2026',
    members: { okafor: 'instructor', john: 'student', sarah: 'student', mike: 'student' },
  },
];

/** Parent and child, by username. */
export const demoFamilies: [string, string][] = [
  ['maria', 'john'],
  ['peter', 'mike'],
];
