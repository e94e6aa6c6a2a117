import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('gpt-neo', ['gpt-neo-local']);
