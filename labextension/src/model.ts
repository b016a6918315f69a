/** What the server writes into a chat message under CARD_MIME; see `extension/cards.py`. */

export const CARD_MIME = 'application/vnd.clinagent.card+json';

export interface IDecisionCard {
  id: string;
  kind: 'specification' | 'plan' | 'cell' | 'question';
  title: string;
  /** Markdown. */
  body: string;
  choices: string[];
  /** Id of the cell whose first figure the card shows; the figure itself stays in the notebook. */
  pictured?: string;
  state: 'open' | 'decided' | 'withdrawn';
  decision?: { choice: string; text: string };
}

export interface IProgressCard {
  /** The job. */
  id: string;
  kind: 'progress';
  title: string;
  /** What was done, in the agent's words; the last one is going on while the state is running. */
  steps: string[];
  /** What the last step is at. */
  text: string;
  /** Between 0 and 1, or null where it is not known. */
  fraction: number | null;
  state: 'running' | 'asking' | 'stopping' | 'stopped' | 'interrupted' | 'finished' | 'failed';
}

export type Card = IDecisionCard | IProgressCard;
