import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** Below the field, and read out after its name. */
  hint?: ReactNode;
}

/** A field with its label above it. */
export function TextField({ label, hint, className = '', ...rest }: TextFieldProps) {
  const hintId = useId();
  return (
    <div>
      <label className="block font-medium">
        {label}
        <input
          aria-describedby={hint === undefined ? undefined : hintId}
          className={`mt-1 block min-h-11 w-full rounded-control border border-ink-faint bg-surface px-3 py-2 ${className}`}
          {...rest}
        />
      </label>
      {hint === undefined ? null : (
        <p id={hintId} className="mt-1 text-small text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
