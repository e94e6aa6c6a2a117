import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('gemma3', ['gemma3-text']);
