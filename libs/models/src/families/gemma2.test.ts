import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('gemma2', ['gemma2']);
