interface IndexFile {
  filename: string;
  hashes: { sha256?: string };
  yanked?: boolean | string;
}

// The Pythons that the embedded engines run on, and the systems that people develop on.
const usable = /-(py3|py2\.py3|cp31[1-4])-(none|abi3|cp31[1-4])-(any|.*(manylinux|macosx).*)\.whl$/;

// An index page of a package with a long past has some megabytes.
const answerWithinMs = 60_000;

/** The wheels of one release that some platform may take, for `pip install --require-hashes`. Throws where there are none. */
export async function toLockedLines(
  { name, version }: { name: string; version: string },
  index: string,
): Promise<string> {
  const response = await fetch(`${index}/${name.toLowerCase()}/`, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  if (!response.ok) throw new Error(`the index answered ${response.status} about ${name}`);
  const { files } = (await response.json()) as { files: IndexFile[] };
  const hashes = files
    .filter(({ filename, yanked }) => !yanked && filename.split('-')[1] === version && usable.test(filename))
    .map(({ hashes: { sha256 } }) => sha256)
    .filter((sha256) => sha256 !== undefined);
  if (hashes.length === 0) throw new Error(`${name} ${version} has no wheel that could be used`);
  return `${name}==${version} \\\n${hashes
    .sort()
    .map((hash) => `    --hash=sha256:${hash}`)
    .join(' \\\n')}\n`;
}
