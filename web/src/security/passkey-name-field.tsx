import { secondFactorLimits } from '@hallway/contracts';
import { TextField } from '../pieces/text-field.tsx';

/** Is called `name` in its form. */
export function PasskeyNameField({ current }: { current: string }) {
  return (
    <TextField
      label="Name"
      name="name"
      required
      defaultValue={current}
      maxLength={secondFactorLimits.passkeyNameLength}
      autoComplete="off"
      hint="So that you know it again in the list."
    />
  );
}
