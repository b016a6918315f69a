import { INotebookTracker } from '@jupyterlab/notebook';

import { element } from './dom';

const PNG = 'image/png';

interface IOutput {
  data?: Record<string, unknown>;
}

/** The first figure of a cell of an open notebook: it is shown from there, so that no patient's image is kept in the chat. */
export function pictures(cellId: string, alt: string, tracker: INotebookTracker): HTMLElement | null {
  const png = outputs(cellId, tracker)
    .map(output => output.data?.[PNG])
    .find(data => typeof data === 'string');
  return png ? figure(png as string, alt) : null;
}

function outputs(cellId: string, tracker: INotebookTracker): IOutput[] {
  const found: IOutput[] = [];
  tracker.forEach(panel => {
    for (const cell of panel.content.model?.cells ?? []) {
      if (cell.id === cellId) {
        found.push(...((cell.toJSON().outputs ?? []) as IOutput[]));
      }
    }
  });
  return found;
}

function figure(png: string, alt: string): HTMLElement {
  const node = element('figure', 'jp-clinagent-pictures');
  const image = document.createElement('img');
  image.src = `data:${PNG};base64,${png.trim()}`;
  image.alt = alt;
  node.append(image);
  return node;
}
