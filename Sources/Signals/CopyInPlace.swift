extension Array {
  /// Becomes the same as `other` in the storage it has, where that is its own and large enough.
  @inlinable
  public mutating func copy(_ other: borrowing [Element]) {
    if count != other.count {
      removeAll(keepingCapacity: true)
      // by index: an unspecialised iterator allocates
      for index in other.indices { append(other[index]) }
    } else {
      for index in other.indices { self[index] = other[index] }
    }
  }
}
