/// A matrix of a size known at compile time, on the stack.
struct Small<let rows: Int, let columns: Int> {
  private var elements = InlineArray<rows, InlineArray<columns, Double>>(
    repeating: InlineArray(repeating: 0))

  /// Zero.
  @inline(__always)
  init() {}

  /// The element in `row` and `column`.
  @inline(__always)
  subscript(row: Int, column: Int) -> Double {
    @inline(__always) get { elements[row][column] }
    @inline(__always) set { elements[row][column] = newValue }
  }
}
