interface Instruction {
  keyword: string;
  rest: string;
}

/** A Dockerfile's instructions by stage, comments and line breaks taken out. */
export function readDockerfile(text: string) {
  const lines = text
    .replace(/^#.*\n?/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const instructions = lines.map((line): Instruction => {
    const [keyword = '', ...rest] = line.trim().split(/\s+/);
    return { keyword, rest: rest.join(' ') };
  });
  const firstStage = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const stages: Instruction[][] = [];
  for (const instruction of instructions.slice(firstStage)) {
    if (instruction.keyword === 'FROM') stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  const imageArguments = instructions
    .slice(0, firstStage)
    .map(({ rest }) => rest.split('='))
    .map(([name = '', ...value]): [string, string] => [name, value.join('=')]);
  return { stages, last: stages.at(-1) ?? [], imageArguments };
}

/** What every image of ours must be. Answers what is wrong with one, a sentence each. */
export function findDockerfileFaults(text: string): string[] {
  const { stages, last, imageArguments } = readDockerfile(text);
  const of = (keyword: string) => last.filter((one) => one.keyword === keyword).map(({ rest }) => rest);
  const bases = stages.flatMap(([from]) => from?.rest.split(' ')[0] ?? []);
  const names = imageArguments.map(([name]) => name);
  const labels = of('LABEL').join(' ');
  const wanted = ['title', 'description', 'licenses', 'version', 'revision', 'created'];
  const installs = stages.flat().filter(({ keyword, rest }) => keyword === 'RUN' && /\bnpm ci\b/.test(rest));
  const rules: [string, boolean][] = [
    ['it is built in one stage, with everything that building needs', stages.length > 1],
    ['a base image is no argument', bases.every((base) => names.some((name) => base === `\${${name}}`))],
    ['a base image has a default without a tag', imageArguments.every(([, value]) => /:[\w.-]+$/.test(value))],
    ['no digest is asked for in a release', names.every((name) => isDigestChecked(stages, name))],
    ['it runs as root', /^[1-9]\d*:[1-9]\d*$/.test(of('USER').at(-1) ?? '')],
    ['it has no health check', of('HEALTHCHECK').some((check) => check.includes('/livez'))],
    ['it lacks a label', wanted.every((name) => labels.includes(`org.opencontainers.image.${name}=`))],
    [
      'a shell stands between node and its signals',
      of('CMD').length === 1 && of('CMD').every((one) => one.startsWith('[')),
    ],
    ['it is stopped by no signal that it says', of('STOPSIGNAL').length === 1],
    ['it copies everything', of('COPY').every((one) => !/^(--\S+ )*\.\/? /.test(one))],
    [
      'npm runs in it',
      of('RUN').every((one) => !/\bnpm\b/.test(one)) && of('CMD').every((one) => !/"np[mx]"/.test(one)),
    ],
    [
      'its packages may run scripts',
      installs.length === 1 && installs.every(({ rest }) => rest.includes('--ignore-scripts')),
    ],
  ];
  return rules.filter(([, holds]) => !holds).map(([what]) => what);
}

function isDigestChecked(stages: Instruction[][], name: string): boolean {
  return stages
    .flat()
    .some(
      ({ keyword, rest }) => keyword === 'RUN' && rest.includes(`"\${${name}}"`) && rest.includes('{REQUIRE_DIGEST}:'),
    );
}
