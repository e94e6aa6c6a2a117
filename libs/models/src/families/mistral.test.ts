import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('mistral', ['mistral-sliding']);
