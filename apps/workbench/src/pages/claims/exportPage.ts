import { download } from '@sextant/ui';

/** The page as one self-contained HTML file: its markup and styles as they are now, no scripts, no fonts, absolute links. */
export function exportPage(name: string): void {
  const main = document.querySelector('main')?.cloneNode(true);
  if (!(main instanceof HTMLElement)) return;
  for (const element of main.querySelectorAll('button, .page-actions')) element.remove();
  for (const link of main.querySelectorAll('a')) link.setAttribute('href', link.href);
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => !(rule instanceof CSSFontFaceRule));
  const strip = document.querySelector('.strip dl')?.outerHTML ?? '';
  const theme = document.documentElement.dataset.theme;
  const title = document.createElement('title');
  title.textContent = document.title;
  download(
    `${name}.html`,
    'text/html',
    `<!doctype html>\n<html lang="en"${theme ? ` data-theme="${theme}"` : ''}><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">${title.outerHTML}<style>${rules.map((rule) => rule.cssText).join('\n')}</style></head><body>${main.outerHTML}<footer class="strip">${strip}</footer></body></html>\n`,
  );
}
