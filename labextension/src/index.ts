import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { CardRenderer } from './cardRenderer';
import { ContextPoster } from './context';
import { Follower } from './follow';
import { CARD_MIME } from './model';

const cards: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-clinagent:cards',
  description: 'Draws the cards of the agent in the chat.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, tracker: INotebookTracker | null) => {
    const createRenderer = () => new CardRenderer(rendermime, tracker);
    rendermime.addFactory({ safe: true, mimeTypes: [CARD_MIME], createRenderer }, 0);
  }
};

const context: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-clinagent:context',
  description: 'Tells the server which notebook and cells are in front.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, tracker: INotebookTracker) => {
    new ContextPoster(tracker);
  }
};

const follow: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-clinagent:follow',
  description: 'Keeps the cells that the agent adds in view.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, tracker: INotebookTracker) => {
    new Follower(tracker);
  }
};

export default [cards, context, follow];
