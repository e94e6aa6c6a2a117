import { Template } from '@huggingface/jinja';
import { SextantError } from '@sextant/schema';

export interface ChatMessage {
  role: string;
  content: string;
}

/** A model's chat template (Jinja, as Hugging Face writes it), with the special tokens it may name. */
export class ChatTemplate {
  private readonly template: Template;

  /** @throws SextantError INVALID_FILE when the template does not parse. */
  constructor(
    readonly source: string,
    private readonly specialTokens: Record<string, string>,
    private readonly file: string,
  ) {
    try {
      this.template = new Template(source);
    } catch (cause) {
      throw new SextantError('INVALID_FILE', `${file}: the chat template does not parse: ${messageOf(cause)}`, { file, field: 'chat_template' }, { cause });
    }
  }

  /** @throws SextantError INVALID_INPUT with the template's own words when it refuses the conversation. */
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    try {
      return this.template.render({ ...this.specialTokens, messages, add_generation_prompt: addGenerationPrompt });
    } catch (cause) {
      const roles = messages.map((message) => message.role);
      throw new SextantError(
        'INVALID_INPUT',
        `the chat template refused the conversation (roles: ${roles.join(', ') || 'none'}): ${messageOf(cause)}`,
        { file: this.file, field: 'messages', value: roles },
        { cause },
      );
    }
  }
}

/**
 * The template's source in any of the shapes found in the wild: one string, or a list of
 * `{name, template}` of which `default` is meant for chatting.
 */
export function chatTemplateSource(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const named = value.filter((entry): entry is { name: string; template: string } => typeof entry?.name === 'string' && typeof entry?.template === 'string');
  return (named.find((entry) => entry.name === 'default') ?? named[0])?.template ?? null;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
