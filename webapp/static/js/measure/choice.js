// Which curves are shown: a person's quantities, each with a colour of its own.

/** Curves at a time, and colours: more cannot be told apart. */
export const MOST = 8;

/** `onChange()` after every change; `full()` where there is no room for another. */
export function createChoice({ onChange, full = () => {} }) {
  let list = [];

  const find = (person, quantity) => list.find((one) => one.person === person && one.quantity === quantity);

  function freeColour() {
    for (let colour = 0; colour < MOST; colour++) if (!list.some((one) => one.colour === colour)) return colour;
    return null;
  }

  function put(person, quantity) {
    if (find(person, quantity)) return true;
    const colour = freeColour();
    if (colour === null) return false;
    list = [...list, { key: `${person} ${quantity}`, person, quantity, colour }];
    return true;
  }

  const without = (person, quantities) =>
    list.filter((one) => one.person !== person || !quantities.includes(one.quantity));

  return {
    get list() {
      return list;
    },
    has: (person, quantity) => find(person, quantity) !== undefined,

    add(person, ...quantities) {
      const all = quantities.map((quantity) => put(person, quantity));
      if (all.includes(false)) full();
      onChange();
    },

    remove(person, ...quantities) {
      list = without(person, quantities);
      onChange();
    },

    /** Adds all of them, or removes them where all are there. */
    toggle(person, ...quantities) {
      if (quantities.every((quantity) => find(person, quantity))) this.remove(person, ...quantities);
      else this.add(person, ...quantities);
    },

    clear() {
      list = [];
      onChange();
    },

    /** Curves of people who are not among `ids` become those of the first of them. */
    moveTo(ids) {
      if (ids.length === 0 || list.every((one) => ids.includes(one.person))) return;
      const before = list;
      list = [];
      for (const { person, quantity } of before) put(ids.includes(person) ? person : ids[0], quantity);
      onChange();
    },
  };
}
