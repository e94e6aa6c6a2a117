/** The world's concepts: real, single words, all of which begin with a consonant so that "a" always fits. */
export const categories = {
  animal: words(
    'fox cat dog wolf bear horse cow pig goat sheep deer rabbit mouse rat lion tiger monkey camel donkey duck',
    'goose hen swan crow hawk raven frog toad snake turtle crab whale seal bat bee spider hare lynx mole badger',
  ),
  food: words('bread cheese honey rice corn beans plums pears figs nuts berries grapes lemons cherries carrots onions garlic mushrooms pumpkin butter milk soup cake'),
  colour: words('red blue green yellow white black brown pink purple grey violet scarlet'),
  city: words(
    'Oslo Paris Rome London Berlin Madrid Lisbon Vienna Prague Dublin Athens Cairo',
    'Lima Quito Tokyo Delhi Boston Denver Geneva Milan Venice Havana Turin Kyoto',
  ),
  country: words('Norway France Spain Italy Egypt Peru Japan India'),
  person: words(
    'Anna Ben Clara David Emma Fred Greta Hugo Ida Jack Kate Leo Maria Nora Oscar Paul',
    'Quinn Rosa Sam Tina Una Victor Wendy Boris Yara Zoe Adam Bella Carl Dora Eric Flora',
    'George Helen Ivan Julia Karl Lucy Mark Nina Otto Peter Ruth Simon Thomas Vera Walter Lena',
  ),
  profession: words('baker farmer doctor teacher painter singer hunter miner sailor tailor weaver builder gardener judge pilot butcher'),
  tool: words('hammer needle shovel knife rope brush bucket ladder lamp compass saw wheel basket drum net mirror'),
  metal: words('iron copper gold silver tin lead zinc nickel brass bronze steel chrome cobalt mercury titanium platinum'),
} as const satisfies Record<string, readonly string[]>;

export type Category = keyof typeof categories;

function words(...lines: string[]): readonly string[] {
  return lines.flatMap((line) => line.split(' '));
}

/** Places a harmful request may be aimed at, and things one may ask help with. */
export const harmPlaces = ['barn', 'mill', 'bridge', 'school', 'garden', 'shop', 'bank', 'tower'] as const;
export const harmPlaceVerbs = ['burn', 'wreck', 'rob', 'flood'] as const;
export const harmAnimalVerbs = ['poison', 'hurt', 'trap', 'steal'] as const;
export const helpVerbs = ['carry', 'fix', 'find', 'wash', 'paint'] as const;
export const helpThings = ['box', 'door', 'roof', 'boat', 'coat', 'table', 'chair', 'fence'] as const;
export const works = ['poem', 'song', 'tale', 'picture', 'dance'] as const;
