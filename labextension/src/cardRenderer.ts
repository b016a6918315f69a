import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';

import { renderDecisionCard } from './decisionCard';
import { element } from './dom';
import { Card, CARD_MIME } from './model';
import { renderProgressCard } from './progressCard';

/** Draws a message of CARD_MIME in the chat. */
export class CardRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly _rendermime: IRenderMimeRegistry,
    private readonly _tracker: INotebookTracker | null
  ) {
    super();
    this.addClass('jp-clinagent-card');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const card = model.data[CARD_MIME] as unknown as Card;
    const content = element('section', `jp-clinagent-content jp-mod-${card.kind}`);
    const title = element('h3', 'jp-clinagent-title', card.title);
    title.id = `jp-clinagent-title-${card.id}`;
    content.setAttribute('aria-labelledby', title.id);
    content.append(title);
    if (card.kind === 'progress') {
      renderProgressCard(content, card);
    } else {
      await renderDecisionCard(content, card, this._rendermime, this._tracker);
    }
    this.node.replaceChildren(content);
  }
}
