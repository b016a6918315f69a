import { INotebookTracker } from '@jupyterlab/notebook';
import { UUID } from '@lumino/coreutils';

import { post } from './api';

const QUIET_MILLISECONDS = 150;

/**
 * Tells the server which notebook and cells are in front, so that a request in the chat goes to the notebook that the
 * clinician sees. Each browser tab has a key of its own; the tab that had the focus last counts.
 */
export class ContextPoster {
  constructor(private readonly _tracker: INotebookTracker) {
    const later = () => this._postLater();
    _tracker.currentChanged.connect(later);
    _tracker.activeCellChanged.connect(later);
    _tracker.selectionChanged.connect(later);
    window.addEventListener('focus', later);
    later();
  }

  private _postLater(): void {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this._post(), QUIET_MILLISECONDS);
  }

  private async _post(): Promise<void> {
    const panel = this._tracker.currentWidget;
    const context = {
      client: this._client,
      path: panel?.context.path ?? null,
      active: panel?.content.activeCell?.model.id ?? null,
      selected: panel?.content.selectedCells.map(cell => cell.model.id) ?? []
    };
    await post('context', context).catch(error => console.warn('clinagent: the notebook in front is not known', error));
  }

  private readonly _client = UUID.uuid4();
  private _timer = 0;
}
