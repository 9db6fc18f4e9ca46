/** A set of numbers from 0 to 2^53 that remembers their order; small enough for many millions. */
export class NumberTable {
  #numbers = new Float64Array(1 << 16);
  /** One more than the place of a number; 0: free. */
  #slots = new Int32Array(1 << 17);
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The number that was added at a place. */
  at(place: number): number {
    return this.#numbers[place] as number;
  }

  /** Whether a number was new. */
  add(number: number): boolean {
    const slot = this.#find(number);
    if (this.#slots[slot] !== 0) return false;
    if (this.#size === this.#numbers.length) {
      this.#grow();
      return this.add(number);
    }
    this.#numbers[this.#size++] = number;
    this.#slots[slot] = this.#size;
    return true;
  }

  #find(number: number): number {
    const mask = this.#slots.length - 1;
    const high = Math.floor(number / 2 ** 32);
    let slot = Math.imul((number >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    slot = (slot ^ slot >>> 15) & mask;
    while (true) {
      const place = this.#slots[slot] as number;
      if (place === 0 || this.#numbers[place - 1] === number) return slot;
      slot = slot + 1 & mask;
    }
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    this.#slots = new Int32Array(numbers.length * 2);
    for (let place = 0; place < this.#size; place++) {
      this.#slots[this.#find(numbers[place] as number)] = place + 1;
    }
  }
}
