import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('qwen2', ['qwen2']);
