import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('qwen3', ['qwen3']);
