import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('gpt-neox', ['gpt-neox-parallel', 'gpt-neox-serial']);
