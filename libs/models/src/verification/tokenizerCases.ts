import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';
import { generate } from '../generate';
import type { LanguageModel } from '../languageModel';
import { compareExactly, type ReferenceCheck } from './check';
import type { References } from './references';

const ids = z.array(z.number().int());
const casesSchema = z.array(
  z.object({
    text: z.string(),
    ids,
    ids_no_special: ids.optional(),
    tokens: z.array(z.string()).optional(),
    decoded: z.string().optional(),
    decoded_skip_special: z.string().optional(),
  }),
);
const chatsSchema = z.array(
  z.object({
    messages: z.array(z.object({ role: z.string(), content: z.string() })),
    rendered: z.string().optional(),
    rendered_ids: ids.optional(),
    rendered_generation: z.string(),
    rendered_generation_ids: ids,
    greedy_ids: ids.optional(),
    greedy_text: z.string().optional(),
    stopped_at_eos: z.boolean().optional(),
  }),
);

/** Strings with their ids and decoded texts: `tokenizer_cases.json` beside the references, or `tokenizer` in references.json. */
export function checkTokenizer(model: LanguageModel, { folder, texts }: References): ReferenceCheck[] {
  const file = join(folder, 'tokenizer_cases.json');
  const stored: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : texts?.tokenizer;
  if (stored === undefined || model.files.tokenizer === null) return [];
  const { tokenizer } = model;
  return parse(casesSchema, stored, file).flatMap((one, index) => {
    const name = (field: string) => `tokenizer[${index}].${field}`;
    const found = tokenizer.encode(one.text);
    // Whether `decoded` shows special tokens differs between writers; where both are stored, `decoded_skip_special` is the one without.
    const decoded = [false, true].map((skipSpecial) => tokenizer.decode(one.ids, { skipSpecial }));
    const either = decoded.find((text) => text === one.decoded) ?? decoded[0];
    return [
      compareExactly(name('ids'), found, one.ids),
      ...(one.ids_no_special ? [compareExactly(name('ids_no_special'), tokenizer.encode(one.text, { addSpecial: false }), one.ids_no_special)] : []),
      ...(one.tokens ? [compareExactly(name('tokens'), one.ids.map((id) => tokenizer.token(id)), one.tokens)] : []),
      ...(one.decoded === undefined ? [] : [compareExactly(name('decoded'), [either], [one.decoded])]),
      ...(one.decoded_skip_special === undefined ? [] : [compareExactly(name('decoded_skip_special'), [decoded[1]], [one.decoded_skip_special])]),
    ];
  });
}

/** Conversations as the template renders them, their ids, and the greedy answer. */
export async function checkChats(model: LanguageModel, { file, texts }: References): Promise<ReferenceCheck[]> {
  if (texts?.chats === undefined) return [];
  const checks: ReferenceCheck[] = [];
  for (const [index, chat] of parse(chatsSchema, texts.chats, file).entries()) {
    const name = (field: string) => `chats[${index}].${field}`;
    const { tokenizer } = model;
    const sides = [
      { field: 'rendered', text: chat.rendered, ids: chat.rendered_ids, addGenerationPrompt: false },
      { field: 'rendered_generation', text: chat.rendered_generation, ids: chat.rendered_generation_ids, addGenerationPrompt: true },
    ];
    for (const { field, text, ids: expected, addGenerationPrompt } of sides) {
      const rendered = tokenizer.applyChat(chat.messages, { addGenerationPrompt });
      if (text !== undefined) checks.push(compareExactly(name(field), [rendered], [text]));
      if (expected) checks.push(compareExactly(name(`${field}_ids`), tokenizer.encode(rendered, { addSpecial: false }), expected));
    }
    if (!chat.greedy_ids) continue;
    const [row] = await generate(model, [chat.rendered_generation_ids], { maxNewTokens: chat.greedy_ids.length, stop: [] });
    checks.push(compareExactly(name('greedy_ids'), row!.ids, chat.greedy_ids));
    if (chat.greedy_text !== undefined) {
      checks.push(compareExactly(name('greedy_text'), [tokenizer.decode(row!.ids, { skipSpecial: false })], [chat.greedy_text]));
    }
  }
  return checks;
}

function parse<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SextantError('INVALID_FILE', `${file}: ${issue?.path.join('.')}: ${issue?.message}`, { file, field: issue?.path.join('.') });
}
