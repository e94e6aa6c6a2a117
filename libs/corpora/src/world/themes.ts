/** Where a story is set. A theme decides places, things, people and weather throughout: a concept the model must carry. */
export interface Theme {
  places: readonly string[];
  things: readonly string[];
  moves: readonly string[];
  folk: readonly string[];
  weather: string;
}

export const themes: Readonly<Record<string, Theme>> = {
  sea: {
    places: ['by the shore', 'on the waves', 'near the cliff'],
    things: ['shell', 'ship', 'pearl', 'sail'],
    moves: ['swam', 'sailed'],
    folk: ['captain', 'pirate'],
    weather: 'the tide was high',
  },
  forest: {
    places: ['under the trees', 'on the moss', 'near the stream'],
    things: ['branch', 'nest', 'cone', 'feather'],
    moves: ['climbed', 'crept'],
    folk: ['hermit', 'ranger'],
    weather: 'the leaves were green',
  },
  farm: {
    places: ['in the field', 'on the hay', 'near the stable'],
    things: ['cart', 'plough', 'sack', 'seed'],
    moves: ['trotted', 'dug'],
    folk: ['shepherd', 'peasant'],
    weather: 'the wheat was ripe',
  },
  castle: {
    places: ['in the hall', 'on the wall', 'near the throne'],
    things: ['crown', 'sword', 'shield', 'banner'],
    moves: ['marched', 'bowed'],
    folk: ['king', 'queen'],
    weather: 'the gates were shut',
  },
  winter: {
    places: ['in the snow', 'on the ice', 'near the hearth'],
    things: ['sled', 'scarf', 'candle', 'glove'],
    moves: ['slid', 'shivered'],
    folk: ['giant', 'skater'],
    weather: 'the frost was hard',
  },
  desert: {
    places: ['in the sand', 'on the dunes', 'near the tent'],
    things: ['rug', 'jar', 'coin', 'pipe'],
    moves: ['wandered', 'rode'],
    folk: ['nomad', 'trader'],
    weather: 'the sun was hot',
  },
};

export type Mood = 'bright' | 'grim';

/** How a story feels and ends. */
export const moods: Readonly<Record<Mood, { adjectives: readonly string[]; heading: string; endings: readonly string[] }>> = {
  bright: {
    adjectives: ['happy', 'kind', 'merry'],
    heading: 'happy',
    endings: ['all was well, and {h} danced', '{h} sang with joy', 'they laughed until night'],
  },
  grim: {
    adjectives: ['sad', 'cruel', 'lonely'],
    heading: 'sad',
    endings: ['all was lost, and {h} wept', '{h} died of grief', 'they cried until night'],
  },
};
