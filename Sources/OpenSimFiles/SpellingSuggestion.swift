/// The candidate that `name` is most likely a misspelling of, or nil when none is close.
///
/// Close is an edit distance (insertions, deletions, substitutions and swaps of neighbours) of at
/// most a third of the longer word; case does not count. Ties go to the earlier candidate. Where none
/// is close, the only candidate that contains the name will do.
package func spellingSuggestion(for name: String, among candidates: [String]) -> String? {
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let limit = max(1, max(name.count, candidate.count) / 3)
    let distance = editDistance(name.lowercased(), candidate.lowercased())
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  if let best { return best.candidate }
  let containing = candidates.filter { $0.lowercased().contains(name.lowercased()) }
  return name.count >= 3 && containing.count == 1 ? containing[0] : nil
}

/// The list of candidates in words, cut after a dozen.
package func listed(_ candidates: [String]) -> String {
  let shown = candidates.prefix(12).joined(separator: ", ")
  return candidates.count > 12 ? "\(shown), ... (\(candidates.count) in all)" : shown
}

/// Text from a file fit for a one-line message: quoted, without control characters, cut when long.
package func quoted(_ text: String) -> String {
  let shown = text.unicodeScalars.prefix(60).map { scalar in
    scalar.properties.generalCategory == .control
      || scalar.properties.generalCategory == .lineSeparator
      || scalar.properties.generalCategory == .paragraphSeparator ? " " : String(scalar)
  }
  return "\"\(shown.joined())\(text.unicodeScalars.count > 60 ? "..." : "")\""
}

/// Optimal string alignment distance [1].
private func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left)
  let right = Array(right)
  guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
  var beforePrevious = [Int](repeating: 0, count: right.count + 1)
  var previous = Array(0...right.count)
  for row in 1...left.count {
    var current = [row] + [Int](repeating: 0, count: right.count)
    for column in 1...right.count {
      let substitution = left[row - 1] == right[column - 1] ? 0 : 1
      current[column] = min(
        previous[column] + 1, current[column - 1] + 1, previous[column - 1] + substitution)
      if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1]
      {
        current[column] = min(current[column], beforePrevious[column - 2] + 1)
      }
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.count]
}
