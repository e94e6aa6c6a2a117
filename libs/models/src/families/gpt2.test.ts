import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('gpt2', ['gpt2-tied']);
