// Who shares a line, of a cabinet's rows: each line stands before its devices, signs stand last.

export function lineOf(rows, name) {
  const place = rows.findIndex((row) => row.name === name);
  if (place < 0 || rows[place].type === "line" || rows[place].type === "sign") return null;
  return rows.slice(0, place).findLast((row) => row.type === "line") ?? null;
}

export function devicesOf(rows, line) {
  return rows.filter((row) => lineOf(rows, row.name)?.name === line);
}
