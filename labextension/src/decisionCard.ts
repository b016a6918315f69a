import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { choices, shown } from './choices';
import { element } from './dom';
import { IDecisionCard, worded } from './model';
import { pictures } from './pictures';

/** A specification, a plan, a cell or a question that waits for the clinician, or what became of it. */
export async function renderDecisionCard(
  host: HTMLElement,
  card: IDecisionCard,
  rendermime: IRenderMimeRegistry,
  tracker: INotebookTracker | null
): Promise<void> {
  if (card.body) {
    host.append(await renderMarkdown(card.body, rendermime));
  }
  const alt = worded(card, 'Some images of each class, as they are labelled');
  const sheet = card.pictured && tracker && pictures(card.pictured, alt, tracker);
  if (sheet) {
    host.append(sheet);
  }
  host.append(card.state === 'open' ? choices(card) : outcome(card));
}

/** The body comes from a model and from data, so it is rendered untrusted: sanitised, without scripts. */
async function renderMarkdown(source: string, rendermime: IRenderMimeRegistry): Promise<HTMLElement> {
  const renderer = rendermime.createRenderer('text/markdown');
  const model = rendermime.createModel({ data: { 'text/markdown': source }, trusted: false });
  await renderer.renderModel(model);
  renderer.addClass('jp-clinagent-body');
  return renderer.node;
}

function outcome(card: IDecisionCard): HTMLElement {
  const node = element('div', `jp-clinagent-outcome jp-mod-${card.state}`, describe(card));
  node.setAttribute('role', 'status');
  return node;
}

function describe(card: IDecisionCard): string {
  if (card.state === 'withdrawn' || !card.decision) {
    return worded(card, 'No longer needed.');
  }
  const { choice, text } = card.decision;
  if (card.kind === 'question') {
    return `${worded(card, 'Your answer:')} ${shown(card, text)}`;
  }
  const chose = `${worded(card, 'You chose:')} ${shown(card, choice)}`;
  return text && text !== choice ? `${chose} — ${text}` : chose;
}
