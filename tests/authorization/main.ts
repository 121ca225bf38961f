import { type Cell, cellsOf, courseRoles, type Outcome, type Row, relations, roles } from './matrix.ts';
import { allRows } from './rows/all-rows.ts';

/** Prints the authorization matrix for a reviewer, as Markdown. The tests assert exactly this table of real services. */
function printMatrix(): void {
  const lines = [
    '# Who may pass which door',
    '',
    'Each cell is an outcome, or outcomes by role. `ok`: done or answered; `gone`, `absent`: answered without what was asked',
    'for; anything else: the code of the refusal, and `NOT_RELATED` or `NOT_A_WRITER` the reason of `MESSAGING_NOT_ALLOWED`.',
    'A dash: there is no such case. Without a token every door that is not public answers `UNAUTHENTICATED`, and',
    '`SESSION_ENDED` with one whose session has ended. Where members of a course are told apart by what they are in it, that',
    'stands before the outcome in bold; roles after it are those of accounts.',
    '',
    `| door | leads to | ${relations.join(' | ')} |`,
    `| --- | --- | ${relations.map(() => '---').join(' | ')} |`,
    ...allRows.map(toLine),
    '',
    `${new Set(allRows.map(({ door }) => door)).size} doors, ${allRows.flatMap(cellsOf).length} cases.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function toLine(row: Row): string {
  const target = row.public ? `${row.on}, public` : row.on;
  const what = `\`${row.door}\`${row.at?.includes('?') ? ` with \`${row.at.slice(row.at.indexOf('?'))}\`` : ''}`;
  return `| ${what}${bodyOf(row)} | ${target} | ${relations.map((relation) => toCell(row, relation)).join(' | ')} |`;
}

/** What the body decides: a kind of room, or whom something is done to. */
function bodyOf({ door, at, body, joined }: Row): string {
  if (joined) return ' (room open)';
  const { type } = (body ?? {}) as { type?: string };
  if (type !== undefined) return ` (${type})`;
  if (door.includes('/:currentChatRoomId')) return at?.endsWith('$room') ? ' (with the room)' : ' (without a room)';
  if (!door.includes('/members/:userId')) return '';
  return at?.endsWith('$self') ? ' (leaving)' : at?.endsWith('$enrolled') ? ' (enrolled)' : '';
}

function toCell(row: Row, relation: (typeof relations)[number]): string {
  const cells = cellsOf(row).filter((cell) => cell.relation === null || cell.relation === relation);
  if (cells.length === 0) return '-';
  if (cells[0]?.courseRole === null) return toOutcomes(cells);
  const byText = Map.groupBy(courseRoles, (courseRole) =>
    toOutcomes(cells.filter((cell) => cell.courseRole === courseRole)),
  );
  if (byText.size === 1) return [...byText.keys()].join();
  return [...byText].map(([text, those]) => `**${those.join(', ')}** ${text}`).join(' / ');
}

function toOutcomes(cells: Cell[]): string {
  const byOutcome = Map.groupBy(cells, ({ outcome }): Outcome => outcome);
  if (byOutcome.size === 1) return cells[0]?.outcome ?? '-';
  return [...byOutcome]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([outcome, those]) =>
      those.length > roles.length / 2 ? outcome : `${those.map(({ role }) => role)}: ${outcome}`,
    )
    .join('; ');
}

printMatrix();
