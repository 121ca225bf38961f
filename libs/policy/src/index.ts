export * from './directory-reader.ts';
export * from './explain-refusal.ts';
export * from './may-message.ts';
export * from './policy-facts.ts';
export * from './policy-settings.ts';
export * from './school-records.ts';
