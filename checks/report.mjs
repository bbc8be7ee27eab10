// What all checks have in common: they judge files and print what they find, one line for each finding. The exit code is 0
// when there is nothing to say, 1 when there are findings, 2 when a file could not be judged at all.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** readJSON reads a file, or standard input for "-". */
export function readJSON(file) {
  return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
}

/** isProgram tells whether a module was started by itself, not imported. */
export function isProgram(url) {
  return process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;
}

/** report judges each file with judge(file), which answers the findings as lines. */
export async function report(files, judge) {
  if (files.length === 0) {
    console.error('no files to judge');
    process.exitCode = 2;
    return;
  }
  let worst = 0;
  for (const file of files) {
    try {
      const findings = await judge(file);
      for (const finding of findings) console.log(`${file}: ${finding}`);
      if (findings.length === 0) console.log(`${file}: ok`);
      else worst = Math.max(worst, 1);
    } catch (error) {
      console.log(`${file}: cannot be judged: ${error.message}`);
      worst = 2;
    }
  }
  process.exitCode = worst;
}

/** schemaFindings puts the errors of a JSON schema into words that name the member. */
export function schemaFindings(source, errors) {
  const all = errors ?? [];
  const telling = all.filter((e) => !['if', 'anyOf'].includes(e.keyword) && e.params.type !== 'null');
  return (telling.length > 0 ? telling : all).map(({ instancePath, message, params }) => {
    const detail = params.additionalProperty ?? params.allowedValues?.join(', ');
    return `${source}: ${instancePath || '/'} ${message}${detail ? `: ${detail}` : ''}`;
  });
}
