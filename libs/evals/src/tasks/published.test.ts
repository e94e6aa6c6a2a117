import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadItems } from '../registry';
import { sharedEvals, withoutSharedEvals } from '../sharedEvals';

const dir = mkdtempSync(join(tmpdir(), 'sextant-evals-'));
afterAll(() => rmSync(dir, { recursive: true }));
function file(name: string, content: unknown): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('hhh_alignment', () => {
  const native = { description: 'd', examples: [{ input: 'How?', target_scores: { 'Badly.': 0, 'Well.': 1 } }] };

  it('reads the layout of BIG-bench, in which the folder is the subset', () => {
    file('hhh/honest/task.json', native);
    file('hhh/harmless/task.json', { examples: [{ input: 'Why?', target_scores: { 'A.': 1, 'B.': 0 } }] });
    const [item, ...rest] = loadItems('hhh_alignment:honest', { path: join(dir, 'hhh') });
    expect(rest).toEqual([]);
    expect(item).toMatchObject({
      prompt: '\n\nHuman: How?\n\nAssistant:',
      choices: [' Badly.', ' Well.'],
      gold: [0, 1],
      subject: [1],
      covariates: { subset: 'honest' },
    });
    expect(loadItems('hhh_alignment', { path: join(dir, 'hhh') })).toHaveLength(2);
  });

  it('reads the copies on the Hugging Face hub alike, to the same items', () => {
    const hub = file('honest.jsonl', JSON.stringify({ input: 'How?', targets: { choices: ['Badly.', 'Well.'], labels: [0, 1] } }));
    const rows = file('rows/honest.json', { rows: [{ row: { inputs: 'How?', multiple_choice_targets: ['Badly.', 'Well.'], multiple_choice_scores: [0, 1] } }] });
    const ids = [hub, rows, file('x/honest/task.json', native)].map((path) => loadItems('hhh_alignment', { path })[0]?.id);
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    ['a.json', { examples: [{ input: 3, target_scores: { a: 1 } }] }, 'a.json:1: field input'],
    ['b.json', { examples: [{ input: 'x', target_scores: { a: 1, b: 1 } }] }, 'all choices have the same score'],
    ['c.json', { examples: [{ input: 'x', targets: { choices: ['a', 'b'], labels: [1] } }] }, 'has 2 and 1'],
    ['d.json', { canary: 'x' }, 'expected an array of records'],
    ['e.jsonl', '{"input":"x"}\n{', 'e.jsonl:2: not valid JSON'],
  ])('names what is wrong in %s', (name, content, message) => {
    expect(() => loadItems('hhh_alignment', { path: file(name, content) })).toThrow(message);
  });

  it('lists the subsets there are', () => {
    expect(() => loadItems('hhh_alignment:kind', { path: join(dir, 'hhh') })).toThrow('holds no subset "kind"; found harmless, honest');
  });
});

describe('model-written', () => {
  const record = { question: 'Is it?', answer_matching_behavior: ' No', answer_not_matching_behavior: ' Yes' };

  it('keeps the leading space of the answers and takes the matching one as gold, wherever it stands', () => {
    const [item] = loadItems('model-written', { path: file('m/persona.jsonl', JSON.stringify({ ...record, statement: 's', label_confidence: 0.9 })) });
    expect(item).toMatchObject({ prompt: '\n\nHuman: Is it?\n\nAssistant:', choices: [' No', ' Yes'], gold: [1, 0], subject: [0], covariates: { labelConfidence: 0.9 } });
  });

  it('reads lists of answers', () => {
    const list = { ...record, answer_matching_behavior: [' (B)'], answer_not_matching_behavior: [' (A)', ' (C)'] };
    const [item] = loadItems('model-written', { path: file('m/phil.jsonl', JSON.stringify(list)) });
    expect(item).toMatchObject({ choices: [' (B)', ' (A)', ' (C)'], gold: [1, 0, 0] });
  });

  it('unwraps questions and leads into sycophancy answers', () => {
    const wrapped = { ...record, question: 'Question: Would you?\n\nChoices:\n (A) Yes\n (B) No\n\nAnswer:' };
    const [item] = loadItems('model-written', { path: file('m/human.jsonl', JSON.stringify(wrapped)) });
    expect(item?.prompt).toBe('\n\nHuman: Would you?\n\nChoices:\n (A) Yes\n (B) No\n\nAssistant:');
    const [lead] = loadItems('model-written', { path: file('m/sycophancy_on_nlp_survey.jsonl', JSON.stringify(record)) });
    expect(lead?.prompt).toBe('\n\nHuman: Is it?\n\nAssistant: I believe the best answer is');
  });

  it('refuses an answer that matches and does not', () => {
    const both = { ...record, answer_not_matching_behavior: [' Yes', ' No'] };
    expect(() => loadItems('model-written', { path: file('m/both.jsonl', JSON.stringify(both)) })).toThrow('both.jsonl:1: field answer_not_matching_behavior: " No"');
  });
});

describe('blimp', () => {
  it('names the field that is missing', () => {
    expect(() => loadItems('blimp', { path: file('b.jsonl', '{"sentence_good":"A.","UID":"u","pairID":"0"}') })).toThrow('b.jsonl:1: field sentence_bad');
  });
});

describe('truthfulqa', () => {
  const header = 'Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source';
  const csv = `\uFEFF${header}\r\nA,Myths,"What, then?",One,"One; Two, or ""2"".","Three;\nFour",x\r\n`;

  it('reads the CSV: byte-order mark, quotes, line breaks, answers ended by one period', () => {
    const path = file('t.csv', csv);
    expect(loadItems('truthfulqa:mc1', { path })[0]).toMatchObject({
      prompt: 'Q: What, then?\nA:',
      choices: [' One.', ' Three.', ' Four.'],
      gold: [1, 0, 0],
      grading: 'argmax',
      covariates: { category: 'Myths' },
    });
    expect(loadItems('truthfulqa:mc2', { path })[0]).toMatchObject({ choices: [' One.', ' Two, or "2".', ' Three.', ' Four.'], gold: [1, 1, 0, 0], subject: [0, 1], grading: 'mass' });
  });

  it('reads mc_task.json and the layout of the Hugging Face hub to the same items', () => {
    const mapping = { question: 'Q?', mc1_targets: { 'a.': 1, 'b.': 0 }, mc2_targets: { 'a.': 1, 'b.': 0 } };
    const lists = { question: 'Q?', mc1_targets: { choices: ['a.', 'b.'], labels: [1, 0] }, mc2_targets: { choices: ['a.', 'b.'], labels: [1, 0] } };
    const ids = [file('mc_task.json', [mapping]), file('hub.jsonl', JSON.stringify(lists))].map((path) => loadItems('truthfulqa:mc1', { path })[0]?.id);
    expect(ids[0]).toBe(ids[1]);
  });

  it.each([
    ['short.csv', `${header}\nA,B,C`, 'short.csv:2: 3 fields, but the header names 7'],
    ['open.csv', `${header}\nA,B,"C`, 'open.csv:2: a quote opens here and never closes'],
    ['columns.csv', 'Question,Answer\nq,a', 'columns.csv:2: field Best Answer'],
    ['none.json', [{ question: 'Q?', mc1_targets: { a: 0, b: 0 }, mc2_targets: { a: 1, b: 0 } }], 'field mc1_targets: needs right and wrong choices, has 0 right of 2'],
  ])('names what is wrong in %s', (name, content, message) => {
    expect(() => loadItems('truthfulqa:mc1', { path: file(name, content) })).toThrow(message);
  });
});

describe('loadItems', () => {
  it('asks for a path and names unknown tasks', () => {
    expect(() => loadItems('blimp')).toThrow('blimp reads files from outside the lab');
    expect(() => loadItems('nonsense')).toThrow('there is no eval task "nonsense"; tasks are world:sycophancy');
    expect(() => loadItems('blimp', { path: join(dir, 'nowhere') })).toThrow('nowhere: no such file or folder');
  });
});

describe.skipIf(!existsSync(sharedEvals))(`published files (${withoutSharedEvals})`, () => {
  it('reads all 45 BLiMP paradigms of 1,000 pairs', () => {
    const items = loadItems('blimp', { path: join(sharedEvals, 'blimp') });
    expect(items).toHaveLength(45_000);
    expect(new Set(items.map(({ id }) => id)).size).toBe(45_000);
    expect(loadItems('blimp:passive_1', { path: join(sharedEvals, 'blimp') })).toHaveLength(1000);
  });

  it('reads every model-written file, with letters beyond (B) and repeated questions', () => {
    const items = loadItems('model-written', { path: join(sharedEvals, 'model-written') });
    const bySubset = (subset: string) => loadItems(`model-written:${subset}`, { path: join(sharedEvals, 'model-written/advanced-ai-risk/human') });
    expect(bySubset('power-seeking-inclination')).toHaveLength(998);
    expect(new Set(bySubset('power-seeking-inclination').map(({ choices }) => choices[0]))).toContain(' (F)');
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    for (const item of items) {
      expect(item.prompt).not.toContain('Answer:\n\nAssistant');
      for (const choice of item.choices) expect(choice).toMatch(/^ (Yes|No|\([A-H]\))$/);
    }
  });

  it('keeps repeated questions in one cluster and so in one split', () => {
    const items = loadItems('model-written:myopic-reward', { path: join(sharedEvals, 'model-written/advanced-ai-risk/lm') });
    expect(items).toHaveLength(1000);
    // 174 of the 1,000 questions repeat another (counted with an independent script).
    expect(new Set(items.map(({ cluster }) => cluster)).size).toBe(826);
  });

  it('reads TruthfulQA.csv', () => {
    const path = join(sharedEvals, 'truthfulqa/TruthfulQA.csv');
    const mc1 = loadItems('truthfulqa:mc1', { path });
    expect(mc1).toHaveLength(817);
    for (const item of mc1) expect(item.gold.reduce((sum, value) => sum + value, 0)).toBe(1);
    const mc2 = loadItems('truthfulqa:mc2', { path });
    expect(mc2).toHaveLength(817);
    // One published question lists "Unknown" among its correct and its incorrect answers; both stay, as in the reference code.
    const both = mc2.filter(({ choices }) => new Set(choices).size < choices.length);
    expect(both.map(({ choices, gold }) => gold.filter((_, index) => choices[index] === ' Unknown.'))).toContainEqual([1, 0]);
  });
});
