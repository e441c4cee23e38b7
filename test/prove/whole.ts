/** Whether these are consecutive numbers, from `first` or an earlier one to `last`. */
export const isWhole = (numbers: readonly number[], first: number, last: number): boolean =>
  Number(numbers[0]) <= first && numbers.at(-1) === last && numbers.every((n, i) => n === Number(numbers[0]) + i)
