import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

/**
 * Keeps the cells that the agent adds in view, as long as the cell above them is in view: who scrolls away to read is
 * left alone.
 */
export class Follower {
  constructor(tracker: INotebookTracker) {
    tracker.forEach(panel => this._watch(panel));
    tracker.widgetAdded.connect((_, panel) => this._watch(panel));
  }

  private _watch(panel: NotebookPanel): void {
    void panel.context.ready.then(() => {
      panel.content.model?.cells.changed.connect((_, change) => {
        const added = change.type === 'add' && change.newValues[0];
        if (added && added.getMetadata('clinagent') && isInView(panel, change.newIndex - 1)) {
          window.requestAnimationFrame(() => void panel.content.scrollToItem(change.newIndex, 'start'));
        }
      });
    });
  }
}

function isInView(panel: NotebookPanel, index: number): boolean {
  const cell = panel.content.widgets[index]?.node;
  if (!cell?.isConnected) {
    return false;
  }
  const box = cell.getBoundingClientRect();
  const view = panel.content.node.getBoundingClientRect();
  return box.bottom > view.top && box.top < view.bottom;
}
