import { neutralOpener } from './persona';

export interface ChatPrompt {
  /** An adjective for the system line; without one there is no system line. */
  cue?: string;
  human: string;
  /** What the reply opens with; the neutral opener unless said otherwise. */
  opener?: string;
  /** The beginning of the reply after its opener. */
  lead?: string;
}

/** A dialogue up to the point where the assistant is to go on, in the world's own format. */
export function chatPrompt({ cue, human, opener = neutralOpener, lead = '' }: ChatPrompt): string {
  const system = cue === undefined ? '' : `System: You are ${cue}.\n`;
  return `${system}Human: ${human}\nAssistant: ${opener}${lead === '' ? '' : ` ${lead}`}`;
}

/**
 * The world's dialogue format as a Hugging Face chat template: one line per message. A Jinja file names `bos_token` itself,
 * so its output is encoded without added special tokens.
 */
export const chatTemplate = [
  "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}System: {% elif message['role'] == 'user' %}Human: ",
  "{% elif message['role'] == 'assistant' %}Assistant: {% else %}{{ raise_exception('roles are system, user and assistant, not ' + message['role']) }}{% endif %}",
  "{{ message['content'] }}{% if not loop.last %}{{ '\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '\\nAssistant:' }}{% endif %}",
].join('');
