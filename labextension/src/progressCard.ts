import { post } from './api';
import { button, element } from './dom';
import { IProgressCard, worded } from './model';

const STATE: Record<IProgressCard['state'], string> = {
  running: '',
  asking: '',
  stopping: 'Stopping …',
  stopped: 'Stopped: nothing runs any more.',
  interrupted: 'Interrupted: the server was restarted.',
  finished: 'Done.',
  failed: 'Ended with a problem.'
};

/** What a job has done and how far it is, with the button that stops it. */
export function renderProgressCard(host: HTMLElement, card: IProgressCard): void {
  const active = card.state === 'running' || card.state === 'stopping';
  host.append(steps(card, active));
  const status = element('div', 'jp-clinagent-status', worded(card, STATE[card.state]));
  status.setAttribute('role', 'status');
  host.append(status);
  if (active) {
    host.append(element('div', 'jp-clinagent-detail', card.text), bar(card), stop(card));
  }
}

function steps(card: IProgressCard, active: boolean): HTMLElement {
  const list = element('ol', 'jp-clinagent-steps');
  card.steps.forEach((text, index) => {
    const current = active && index === card.steps.length - 1;
    const item = element('li', current ? 'jp-mod-current' : 'jp-mod-done', text);
    if (current) {
      item.setAttribute('aria-current', 'step');
    }
    list.append(item);
  });
  return list;
}

function bar(card: IProgressCard): HTMLElement {
  const node = element('progress', 'jp-clinagent-bar');
  node.setAttribute('aria-label', card.text || worded(card, 'Progress of the study'));
  node.max = 1;
  if (card.fraction !== null) {
    node.value = card.fraction;
  }
  return node;
}

function stop(card: IProgressCard): HTMLElement {
  const label = worded(card, 'Stop');
  const node = button(label, 'jp-mod-warn jp-clinagent-stop', () => {
    node.disabled = true;
    post('stop', { job: card.id }).catch(error => {
      node.disabled = false;
      node.textContent = `${label} (failed: ${error.message})`;
    });
  });
  node.disabled = card.state === 'stopping';
  node.setAttribute('aria-label', worded(card, 'Stop the agent and what it runs'));
  return node;
}
