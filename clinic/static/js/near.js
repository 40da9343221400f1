// How near a typed word comes to a name: the same rule as the caseload's own search (clinic/web/practice/listed.py).
const SHORTEST_WITH_A_SLIP = 4;
const LETTERS = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe", ı: "i", ħ: "h" };

// Without accents and capitals. Other alphabets stay as they are: the server sends both spellings of such a name.
export function folded(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[łøđðþßæœıħ]/g, (letter) => LETTERS[letter]);
}

// Slips between two words: a letter too many, too few, another, or two changed round.
function distance(one, other) {
  const rows = [[...Array(other.length + 1).keys()]];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = one[i - 1] === other[j - 1] ? 0 : 1;
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + change);
      const isTurned = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (isTurned) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[one.length][other.length];
}

// 0 where the word is in one of the parts, else how many slips; Infinity where it is none of them.
function slips(word, parts) {
  if (parts.some((part) => part.includes(word))) return 0;
  const allowed = word.length < SHORTEST_WITH_A_SLIP ? 0 : word.length < 8 ? 1 : 2;
  if (!allowed) return Infinity;
  const all = parts.flatMap((part) => [-1, 0, 1].map((extra) => distance(word, part.slice(0, word.length + extra))));
  const nearest = Math.min(...all);
  return nearest <= allowed ? nearest : Infinity;
}

// How far all typed words together are from what something is called.
export function howFar(typed, parts) {
  return folded(typed).split(/\s+/).filter(Boolean).reduce((sum, word) => sum + slips(word, parts), 0);
}
