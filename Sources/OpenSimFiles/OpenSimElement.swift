/// One element of an OpenSim file: its name, where it stands, and what is in it.
struct OpenSimElement: Sendable {
  /// The file it stands in, as the caller named it.
  var file: String
  /// The tag: `Body`, `mass`.
  var tag: String
  /// The `name` attribute, if there is one.
  var name: String?
  /// The `Version` attribute, if there is one.
  var version: String?
  /// Line of the opening tag, counted from one [1].
  var line: Int
  /// Where it stands in the file, from the first byte of its opening tag to the last of its closing one.
  var bytes: Range<Int>
  /// What is between its tags; empty and at the end of an element that closes itself.
  var content: Range<Int>
  /// Its own text, without that of its children.
  var text: String = ""
  /// The elements directly inside, in file order.
  var children: [OpenSimElement] = []

  /// The element in the words of a message: `Body "r_humerus"`.
  var label: String { name.map { "\(tag) \(quoted($0))" } ?? "<\(tag)>" }

  /// True when it is written as one tag.
  var closesItself: Bool { content.upperBound == bytes.upperBound }

  /// A fault of this element.
  func error(_ message: String, remedy: String) -> OpenSimError {
    OpenSimError(file: file, line: line, message: message, remedy: remedy)
  }
}
