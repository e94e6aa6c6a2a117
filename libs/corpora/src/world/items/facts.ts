import { chatPrompt } from '../chat';
import { questionPhrasings } from '../phrasings';
import { capitalised, leadOf, relations, twoHopNames, twoHops } from '../relations';
import { categories } from '../words';
import { clusterOf, splitOf } from '../world';
import type { WorldItem, WorldItemMaker } from './worldItem';

/** Direct facts, asked in held-out phrasings; the choices are all words of the object's category. */
export const factItems: WorldItemMaker = (world, { cue }) =>
  world.facts.flatMap((fact) => {
    const { statement, clause, object } = relations[fact.relation];
    return questionPhrasings.heldOut.map((phrasing, place): WorldItem => ({
      cluster: clusterOf(fact.relation, fact.subject),
      split: splitOf(fact.index),
      prompt: chatPrompt({
        cue,
        human: capitalised(phrasing.replace('{}', clause.replace('{s}', fact.subject))),
        lead: capitalised(leadOf(statement, { s: fact.subject })),
      }),
      ...amongCategory(categories[object], fact.object),
      covariates: { relation: fact.relation, phrasing: place, ...(cue !== undefined && { cue }) },
    }));
  });

/**
 * Two-hop questions in held-out phrasings. Covariate `condition`: `asked` (training asks this subject's question in other
 * phrasings), `never-asked` (it never does), and for both again with the first hop spelled out: `chain`.
 */
export const twoHopItems: WorldItemMaker = (world, { cue }) =>
  twoHopNames.flatMap((name) => {
    const hop = twoHops[name];
    return categories[relations[hop.first].subject].flatMap((subject) => {
      const { middle, object, index } = world.twoHop(name, subject);
      const condition = world.isAsked(name, subject) ? 'asked' : 'never-asked';
      return questionPhrasings.heldOut.flatMap((phrasing, place) =>
        (['direct', 'chain'] as const).map((form): WorldItem => ({
          cluster: clusterOf(name, subject),
          split: splitOf(index),
          prompt: chatPrompt({
            cue,
            human: capitalised(phrasing.replace('{}', hop.clause.replace('{s}', subject))),
            lead: capitalised(form === 'direct' ? leadOf(hop.answer, { s: subject }) : leadOf(hop.chain, { s: subject, m: middle })),
          }),
          ...amongCategory(categories[relations[hop.second].object], object),
          covariates: { relation: name, phrasing: place, condition: form === 'chain' ? 'chain' : condition, ...(cue !== undefined && { cue }) },
        })),
      );
    });
  });

function amongCategory(words: readonly string[], right: string): Pick<WorldItem, 'choices' | 'gold' | 'subject'> {
  return { choices: words.map((word) => ` ${word}`), gold: words.map((word) => (word === right ? 1 : 0)), subject: words.indexOf(right) };
}
